"""Whatever is changed after it was stored is found, and named."""

from __future__ import annotations

import hashlib
import json
import stat

import pytest
from deltalake import DeltaTable
from hypothesis import given
from hypothesis import strategies as st

from zhizao.checks.store import FIGURE, RETURN, amounts, deliver, row
from zhizao.errors import StoreDamaged
from zhizao.store.home import Home
from zhizao.store.seal import BLOCK, is_signed, merkle_root, root_of, sign


@pytest.fixture
def filled(open_store):
    store = open_store()
    deliver(store, row("A"), row("B", amount="bad"))
    deliver(store, row("A"), record=FIGURE)
    deliver(store, row("A", amount="2"))
    assert store.verify() == 3
    return store


def table(tmp_path, record=RETURN):
    return tmp_path / "home" / "facts" / record.id


def rewrite(file, change):
    file.write_bytes(change(file.read_bytes()))


def renote(file, **changes):
    """Change what a commit says of its batch."""
    lines = [json.loads(line) for line in file.read_bytes().splitlines()]
    for line in lines:
        if "commitInfo" in line:
            line["commitInfo"]["zhizao"] = json.dumps({**json.loads(line["commitInfo"]["zhizao"]), **changes})
    file.write_text("\n".join(json.dumps(line) for line in lines), "utf-8")


def react(file, action, **changes):
    """Change what a commit tells other engines: of a file it adds, or of the table."""
    lines = [json.loads(line) for line in file.read_bytes().splitlines()]
    for line in lines:
        line.get(action, {}).update(changes)
    file.write_text("\n".join(json.dumps(line) for line in lines), "utf-8")


def as_text(file):
    """A decimal column told as text."""
    rewrite(file, lambda b: b.replace(b'\\"amount\\",\\"type\\":\\"decimal(18,2)\\"', b'\\"amount\\",\\"type\\":\\"string\\"'))


def lying_checkpoint(p):
    """Other engines read a checkpoint in place of the commits before it."""
    first, kept = commit(p, 0), commit(p, 0).read_bytes()
    react(first, "add", stats='{"numRecords": 7}')
    DeltaTable(table(p)).create_checkpoint()
    first.write_bytes(kept)


def commit(tmp_path, number, record=RETURN):
    return table(tmp_path, record) / "_delta_log" / f"{number:020d}.json"


def drop_newest(p):
    commit(p, 1).unlink()
    (table(p) / "00000003.parquet").unlink()


TAMPERING = {
    "a changed byte of a segment": lambda p: rewrite(table(p) / "00000001.parquet", lambda b: b[:100] + bytes([b[100] ^ 1]) + b[101:]),
    "a segment cut short": lambda p: rewrite(table(p) / "00000001.parquet", lambda b: b[:-1]),
    "a missing segment": lambda p: (table(p) / "00000001.parquet").unlink(),
    "a segment in place of another": lambda p: rewrite(table(p) / "00000003.parquet", lambda _: (table(p) / "00000001.parquet").read_bytes()),
    "a missing commit in the middle": lambda p: commit(p, 0, FIGURE).unlink(),
    "the last batch taken away": drop_newest,
    "another source": lambda p: renote(commit(p, 0), source="other.csv"),
    "another count": lambda p: renote(commit(p, 1), rejected=1, received=2),
    "another signature": lambda p: renote(commit(p, 1), signature="00" * 64),
    "a commit that is no JSON": lambda p: rewrite(commit(p, 1), lambda _: b"nonsense"),
    "a changed rejects file": lambda p: rewrite(next((p / "home" / "rejects").iterdir()), lambda b: b.replace(b"bad", b"3")),
    "a foreign segment in the table": lambda p: rewrite(commit(p, 1), lambda b: b + b'\n{"add": {"path": "x.parquet"}}'),
    "a segment removed from the table": lambda p: rewrite(commit(p, 1), lambda b: b + b'\n{"remove": {"path": "00000001.parquet"}}'),
    "a wrong number of rows told": lambda p: react(commit(p, 0), "add", stats='{"numRecords": 2}'),
    "least and greatest values made up": lambda p: react(commit(p, 0), "add", stats='{"numRecords": 1, "minValues": {"year": "2031"}}'),
    "a wrong size told": lambda p: react(commit(p, 0), "add", size=1),
    "a partition made up": lambda p: react(commit(p, 0), "add", partitionValues={"year": "2031"}),
    "rows told to be deleted": lambda p: react(commit(p, 0), "add", deletionVector={"storageType": "u"}),
    "a column of another type told": lambda p: as_text(commit(p, 0)),
    "columns told under other names": lambda p: react(commit(p, 0), "metaData", configuration={"delta.columnMapping.mode": "name"}),
    "a checkpoint that lies": lying_checkpoint,
    "a head that is no JSON": lambda p: (p / "home" / "head.json").write_bytes(b"{"),
    "a head that says something else": lambda p: (p / "home" / "head.json").write_text('{"number": "3"}', "utf-8"),
    "a head with another seal": lambda p: (p / "home" / "head.json").write_text('{"number": 3, "seal": "x"}', "utf-8"),
    "a home that is no JSON": lambda p: (p / "home" / "home.json").write_bytes(b"\xff"),
    "no home": lambda p: (p / "home" / "home.json").unlink(),
    "a key that is none": lambda p: (p / "home" / "keys" / "node.key").write_bytes(b"nonsense"),
    "another key": lambda p: (p / "home" / "keys" / "node.key").unlink(),
    "no public key": lambda p: (p / "home" / "keys" / "node.pub").unlink(),
    "another public key": lambda p: rewrite(p / "home" / "keys" / "node.pub", lambda b: b[:40] + (b"B" if b[40:41] == b"A" else b"A") + b[41:]),
    "another home": lambda p: (p / "home" / "home.json").write_text('{"id": "x", "schema": 1}', "utf-8"),
    "no head": lambda p: (p / "home" / "head.json").unlink(),
}


@pytest.mark.parametrize("tampering", TAMPERING)
def test_tampering_is_found(tampering, filled, open_store, tmp_path):
    TAMPERING[tampering](tmp_path)
    with pytest.raises(StoreDamaged) as found:
        open_store().verify()
    assert found.value.where
    assert found.value.what.zh
    assert found.value.cure


READ_AGAINST = ["a missing commit in the middle", "the last batch taken away", "another count", "a commit that is no JSON", "no head"]


@pytest.mark.parametrize("tampering", [*READ_AGAINST, "a head that is no JSON", "a head that says something else", "a head with another seal"])
def test_no_reader_and_no_writer_passes_over_a_batch_that_is_gone(tampering, filled, open_store, tmp_path):
    TAMPERING[tampering](tmp_path)
    for act in (lambda s: amounts(s), lambda s: s.has_batch(RETURN.id, "x"), lambda s: list(s.find(RETURN, [1])), lambda s: deliver(s, row("C"))):
        with pytest.raises(StoreDamaged) as found:
            act(open_store())
        assert found.value.where
        assert found.value.cure


def test_a_missing_commit_is_named(filled, open_store, tmp_path):
    deliver(open_store(), row("D"))
    commit(tmp_path, 1).unlink()
    with pytest.raises(StoreDamaged, match="batch 3 is missing") as found:
        amounts(open_store())
    assert found.value.where == str(commit(tmp_path, 1))


@pytest.mark.parametrize("tampering", ["a key that is none", "another key", "a home that is no JSON", "no home"])
def test_a_writer_makes_no_second_identity_beside_stored_facts(tampering, filled, open_store, tmp_path):
    TAMPERING[tampering](tmp_path)
    with pytest.raises(StoreDamaged) as found:
        deliver(open_store(), row("C"))
    assert found.value.cure


@pytest.mark.parametrize("tampering", ["a segment cut short", "a missing segment"])
def test_reading_a_damaged_segment_says_so(tampering, filled, open_store, tmp_path):
    TAMPERING[tampering](tmp_path)
    with pytest.raises(StoreDamaged, match="segment"):
        amounts(open_store())


def test_the_key_of_a_node_is_readable_by_its_owner_only(filled, tmp_path):
    key = tmp_path / "home" / "keys" / "node.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert key.with_suffix(".pub").read_text().startswith("-----BEGIN PUBLIC KEY")


def test_a_signature_is_of_one_seal_and_one_key(tmp_path):
    one, two = Home(tmp_path / "one"), Home(tmp_path / "two")
    seal, other = "ab" * 32, "cd" * 32
    signature = sign(one.private_key(), seal)
    assert is_signed(one.public_key(), seal, signature)
    assert not is_signed(two.public_key(), seal, signature)
    assert not is_signed(one.public_key(), other, signature)


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=20), st.integers(0, 19))
def test_every_leaf_decides_the_root(leaves, which):
    changed = list(leaves)
    changed[which % len(leaves)] = bytes(x ^ 255 for x in changed[which % len(leaves)])
    assert root_of(leaves) != root_of(changed)
    assert root_of(leaves) != root_of([*leaves, leaves[-1]])


def test_a_root_is_over_blocks_of_64_kib(tmp_path):
    content = bytes(range(256)) * 300
    (tmp_path / "x").write_bytes(content)
    one, two = (hashlib.sha256(b"\x00" + part).digest() for part in (content[:BLOCK], content[BLOCK:]))
    assert merkle_root(tmp_path / "x") == hashlib.sha256(b"\x01" + one + two).hexdigest()
