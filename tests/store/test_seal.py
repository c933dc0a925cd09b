"""Whatever is changed after it was stored is found, and named."""

from __future__ import annotations

import hashlib
import json
import stat

import pytest
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
    "another key": lambda p: (p / "home" / "keys" / "node.key").unlink(),
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
