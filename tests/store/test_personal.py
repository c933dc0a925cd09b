"""What is personal is erased by destroying its key: nothing of it is left in the home, and every seal holds."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.store.conftest import Open, child, dying, ticking
from zhizao.checks.store import FACT, PERSONAL, Known, Source, amounts, deliver, facts, row
from zhizao.errors import InputError, StoreDamaged
from zhizao.model.record import Field, FieldType, RecordType
from zhizao.model.text import same
from zhizao.store.engines import duckdb as engine
from zhizao.store.home import Home
from zhizao.store.keyring import DIGEST, SLOT, Keyring
from zhizao.store.local import LocalStore


def field(name: str, kind: FieldType, **more: bool) -> Field:
    return Field(name, kind, same(name), **more)


KINDS: dict[FieldType, str] = {
    "text": "张三", "integer": "-7", "decimal": "1.25", "boolean": "yes", "date": "1980-02-03", "instant": "1980-02-03T04:05:06.789+08:00", "period": "1980-Q1",
    "entity": "doctor:D1",
}  # fmt: skip
VISIT = RecordType(
    "visit", same("visit"), "person", "day", ("person", "day"),
    (field("person", "entity", required=True), field("day", "date", required=True), *(field(f"a_{kind}", kind, personal=True) for kind in KINDS)), "day",
)  # fmt: skip
CELLS = {f"a_{kind}": text for kind, text in KINDS.items()}


def visits(*people: str, **cells: str) -> pa.Table:
    return pa.Table.from_pylist([{"person": f"person:{p}", "day": "2020-01-01", **CELLS, **cells} for p in people])


def read(store: LocalStore, record: RecordType = VISIT) -> list[dict[str, object]]:
    return [{f.id: fact[f.id] for f in record.fields if f.personal} for fact in facts(store, record)]


def stored(tmp_path: Path, column: str, record: str = "visit") -> list[bytes]:
    files = sorted((tmp_path / "home" / "facts" / record).glob("*.parquet"))
    return [cell for file in files for cell in pq.read_table(file)[column].to_pylist()]


def bytes_of(home: Path) -> bytes:
    """Every byte of a home; figures and texts as they are, since segments are compressed."""
    segments = [str(pq.read_table(f).to_pylist()).encode() + b"".join(_raw(f)) for f in home.rglob("*.parquet")]
    return b"\n".join([*(f.read_bytes() for f in home.rglob("*") if f.is_file()), *segments])


def _raw(file: Path) -> Iterator[bytes]:
    for column in pq.read_table(file).columns:
        if pa.types.is_binary(column.type):
            yield from (cell for cell in column.to_pylist() if cell)


def test_a_personal_field_of_any_type_is_read_as_it_was_delivered(open_store: Open) -> None:
    plain = replace(VISIT, id="plain", fields=tuple(replace(f, personal=False) for f in VISIT.fields))
    store = open_store()
    for record in (VISIT, plain):
        store.append(record, visits("A"), Source("v.csv"))
    assert [{**f, FACT: 0} for f in facts(store, VISIT)][0].keys() == facts(store, plain)[0].keys()
    assert read(store)[0] == {name: facts(store, plain)[0][name] for name in CELLS}
    with store.session() as session:
        assert session.relation(VISIT).schema() == session.relation(plain).schema()


def test_equal_values_of_two_entities_or_two_fields_have_unlike_cells(open_store: Open, tmp_path: Path) -> None:
    deliver(open_store(), row("A", amount="3", staff="3"), row("A", year="2021", amount="3"), row("B", amount="3"), record=PERSONAL)
    mine, later, other = stored(tmp_path, "amount", PERSONAL.id)
    assert mine == later
    assert mine[4:] != other[4:]
    assert stored(tmp_path, "staff", PERSONAL.id)[0] != mine


def test_a_yes_is_as_long_as_a_no(open_store: Open, tmp_path: Path) -> None:
    deliver(open_store(), row("A", open="yes"), row("B", open="no"), record=PERSONAL)
    assert len({len(cell) for cell in stored(tmp_path, "open", PERSONAL.id)}) == 1


def test_the_keys_are_for_their_owner_only(open_store: Open, tmp_path: Path) -> None:
    open_store().append(VISIT, visits("A", "B", "A"), Source("v.csv"))
    file = Home(tmp_path / "home").personal_keys
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == file.parent.parent.stat().st_mode & 0o777 == 0o700
    assert file.stat().st_size == 2 * SLOT


NAMES = st.text("abcdefghijklmnopqrstuvwxyz張王李", min_size=8, max_size=20).map(lambda name: name + "王")
"""None is a word that the files of a home are made of, such as their own ``protocol``."""


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ABC"), NAMES), min_size=1, max_size=5), st.sampled_from("ABC"))
def test_neither_a_value_nor_its_key_is_left_in_the_home(said: list[tuple[str, str]], whom: str) -> None:
    with TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        store = LocalStore(home, ticking())
        for person, name in said:
            store.append(VISIT, visits(person, a_text=name, day="bad" if name[0] < "d" else "2020-01-01"), Source("v.csv"))
        keys = Keyring(Home(home).personal_keys)
        slots = keys.slots_of(f"person:{whom}")
        lost = [key for slot in slots if (key := keys.key(slot))]
        assert all(key in bytes_of(home) for key in lost)
        if slots:
            store.forget(f"person:{whom}", "asked for")
        left = bytes_of(home)
        assert not [name for _, name in said if name.encode() in left]
        assert not [key for key in lost if key in left or key.hex().encode() in left]
        store.verify()
        assert all((fact["a_text"] is None) == (fact["person"] == f"person:{whom}") for fact in facts(store, VISIT))


def test_a_rejected_row_keeps_its_reason_and_no_personal_cell(open_store: Open) -> None:
    rows = [{"person": "person:A", "day": "2020-01-01", **CELLS, "a_decimal": "geheim", "a_text": "secret", "name": "secret"}, {"person": "no id", "day": "2020-01-01", **CELLS}]
    receipt = open_store().append(VISIT, pa.Table.from_pylist(rows), Source("v.csv"))
    kept = Path(receipt.rejects_file).read_text("utf-8")
    assert receipt.rejected == 2
    assert "a_decimal is no number: ***" in kept
    assert "no id" in kept and "person:A" in kept
    assert not [cell for cell in (*CELLS.values(), "geheim", "secret") if cell in kept]


def test_a_line_that_is_no_row_is_not_kept_where_it_may_hold_something_personal(open_store: Open) -> None:
    rows = pa.table({"person": [None], "day": [None], "_line": [2], "_fault": ['cells ["person:A", "secret"]']})
    receipt = open_store().append(VISIT, rows, Source("v.csv"))
    assert receipt.rejected == 1
    assert "secret" not in Path(receipt.rejects_file).read_text("utf-8")


def test_nothing_that_was_made_from_personal_fields_is_kept(open_store: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "WORTH_KEEPING_S", 0.0)
    store, tables = open_store(), tmp_path / "home" / "cache" / "tables"
    store.append(VISIT, visits("A", "B"), Source("v.csv"))
    store.append(VISIT, visits("A", a_text="李四"), Source("w.csv"))
    with store.session() as session:
        rows = session.relation(VISIT)
        kept = session.keep("by_name", rows.group_by("a_text").aggregate(n=rows.count()))
        assert len(session.fetch(kept)) == 2
        again = session.hold("rows", session.fetch(rows))
        session.fetch(session.keep("held", again.select("a_text")))
    assert not tables.exists()


def test_a_personal_field_never_counts_as_filled(open_store: Open) -> None:
    store = open_store()
    store.append(VISIT, visits("A"), Source("v.csv"))
    with store.session() as session:
        assert session.filled(VISIT) & {"person", "day", "a_text"} == {"person", "day"}


def test_what_was_read_out_and_comes_back_adds_nothing(open_store: Open) -> None:
    store = open_store()
    store.append(VISIT, visits("A", "B"), Source("v.csv"))
    store.forget("person:A", "asked for")
    with store.session() as session:
        rows = session.fetch(session.relation(VISIT).select(*(f.id for f in VISIT.fields)))
    assert store.append(VISIT, rows, Source("export.parquet")).duplicate == 2


def test_a_session_keeps_what_it_began_with_and_the_next_one_does_not(open_store: Open) -> None:
    store = open_store()
    store.append(VISIT, visits("A"), Source("v.csv"))
    with store.session() as session:
        rows = session.relation(VISIT)
        open_store().forget("person:A", "asked for")
        assert session.fetch(rows)["a_text"].to_pylist() == ["张三"]
    assert read(store)[0]["a_text"] is None


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from zhizao.checks.store import PERSONAL, deliver, row
from zhizao.store.local import LocalStore

store = LocalStore(Path(sys.argv[1]), lambda: datetime(2025, 1, 1, tzinfo=UTC))
for n in range(4):
    deliver(store, row(f"{sys.argv[2]}{n}"), row("shared", amount=str(n)), record=PERSONAL)
    if n == 2:
        store.forget(f"enterprise:{sys.argv[2]}0", "asked for")
"""


def test_two_processes_deliver_and_forget_at_once_beside_one_that_verifies(open_store: Open, tmp_path: Path) -> None:
    running = [child(WRITER, tmp_path / "home", name) for name in ("P", "Q")]
    store = open_store()
    while any(p.poll() is None for p in running):
        store.verify()
    assert [p.returncode for p in running] == [0, 0]
    held = amounts(store, PERSONAL)
    assert {name for name, amount in held.items() if amount is None} == {"P0", "Q0"}
    assert held["shared"] == 3
    assert store.verify() == 10
    assert Keyring(Home(tmp_path / "home").personal_keys).count == 9


KILLED = """
from zhizao.checks.store import PERSONAL, deliver, row
deliver(store, row("B"), record=PERSONAL)
"""
POINTS = [("os", "fsync", n) for n in range(1, 12)] + [("os", "pwrite", 1), ("zhizao.store.delta", "commit", 1)]


@pytest.mark.parametrize(("module", "name", "at"), POINTS)
def test_a_forgetting_that_was_killed_is_whole_or_none_and_again_completes_it(module: str, name: str, at: int, open_store: Open, tmp_path: Path) -> None:
    store, home = open_store(), tmp_path / "home"
    deliver(store, row("A"), row("B"), record=PERSONAL)
    key = Keyring(Home(home).personal_keys).key(Keyring(Home(home).personal_keys).slots_of("enterprise:A")[0])
    running = dying(home, module, name, at, 'store.forget("enterprise:A", "asked for")')
    running.communicate()
    assert running.returncode in (0, -signal.SIGKILL)
    after = open_store()
    is_noted = (home / "facts" / "_forgotten" / "_delta_log").exists() and amounts(after, PERSONAL)["A"] is None
    assert amounts(after, PERSONAL) == {"A": None if is_noted else 1, "B": 1}
    is_whole = is_noted and key not in bytes_of(home)
    if is_noted and not is_whole:
        with pytest.raises(StoreDamaged, match="still there") as told:
            after.verify()
        assert told.value.cure and "zhizao forget enterprise:A" in told.value.cure.en
    else:
        after.verify()
    if not is_whole:
        open_store().forget("enterprise:A", "asked for")
    assert amounts(open_store(), PERSONAL) == {"A": None, "B": 1}
    assert key not in bytes_of(home)
    open_store().verify()


@pytest.mark.parametrize("at", range(1, 8))
def test_a_delivery_killed_between_its_keys_and_its_segment_can_be_repeated(at: int, open_store: Open, tmp_path: Path) -> None:
    store = open_store()
    deliver(store, row("A"), record=PERSONAL)
    dying(tmp_path / "home", "os", "fsync", at, KILLED).communicate()
    open_store().verify()
    deliver(open_store(), row("B"), record=PERSONAL)
    assert amounts(open_store(), PERSONAL) == {"A": 1, "B": 1}
    open_store().verify()


def test_a_torn_slot_of_a_dead_writer_is_swept(open_store: Open, tmp_path: Path) -> None:
    deliver(open_store(), row("A"), record=PERSONAL)
    file = Home(tmp_path / "home").personal_keys
    file.write_bytes(file.read_bytes() + os.urandom(SLOT // 2))
    deliver(open_store(), row("B"), record=PERSONAL)
    assert amounts(open_store(), PERSONAL) == {"A": 1, "B": 1}
    assert file.stat().st_size == 2 * SLOT


def _missing(file: Path) -> None:
    file.unlink()


def _blanked(file: Path) -> None:
    file.write_bytes(bytes(SLOT))


def _another(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:DIGEST] + os.urandom(SLOT - DIGEST))


@pytest.mark.parametrize("harm", [_missing, _blanked, _another])
def test_a_key_that_is_lost_without_a_note_is_damage(open_store: Open, tmp_path: Path, harm) -> None:
    deliver(open_store(), row("A"), record=PERSONAL)
    harm(Home(tmp_path / "home").personal_keys)
    with pytest.raises(StoreDamaged):
        open_store().verify()
    if harm is not _blanked:
        with pytest.raises(StoreDamaged):
            amounts(open_store(), PERSONAL)


def test_a_key_that_is_back_is_found_unread_and_forgotten_again(open_store: Open, tmp_path: Path) -> None:
    store, file = open_store(), Home(tmp_path / "home").personal_keys
    deliver(store, row("A"), row("B"), record=PERSONAL)
    before = file.read_bytes()
    for name in "AB":
        store.forget(f"enterprise:{name}", "asked for")
    file.write_bytes(before)
    assert amounts(open_store(), PERSONAL)["B"] is None
    with pytest.raises(StoreDamaged, match="still there"):
        open_store().verify()
    open_store().forget("enterprise:A", "asked for")
    assert file.read_bytes() == bytes(2 * SLOT)
    open_store().verify()


def test_a_field_that_becomes_personal_or_changes_its_type_needs_a_new_name(open_store: Open) -> None:
    store = open_store()
    plain = replace(PERSONAL, fields=tuple(replace(f, personal=False) for f in PERSONAL.fields))
    deliver(store, row("A"), record=PERSONAL)
    retyped = replace(PERSONAL, fields=tuple(replace(f, type="decimal") if f.id == "staff" else f for f in PERSONAL.fields))
    for record in (plain, retyped):
        with pytest.raises(InputError, match="is stored as personal") as told:
            facts(store, record)
        assert told.value.cure
        with pytest.raises(InputError, match="is stored as personal"):
            deliver(store, row("B"), record=record)


@pytest.mark.parametrize("harm", [Path.unlink, Path.touch, lambda f: f.write_bytes(b"torn")], ids=["missing", "whole", "torn"])
def test_a_note_that_cannot_be_read_is_damage(open_store: Open, tmp_path: Path, harm) -> None:
    deliver(open_store(), row("A"), record=PERSONAL)
    open_store().forget("enterprise:A", "asked for")
    [file] = (tmp_path / "home" / "facts" / "_forgotten").glob("*.parquet")
    harm(file)
    if harm is Path.touch:
        assert amounts(open_store(), PERSONAL) == {"A": None}
        return
    for look in (lambda: amounts(open_store(), PERSONAL), lambda: open_store().verify()):
        with pytest.raises(StoreDamaged):
            look()


def test_a_personal_field_may_be_added_later(open_store: Open) -> None:
    store = open_store()
    deliver(store, row("A"), record=PERSONAL)
    wider = replace(PERSONAL, fields=(*PERSONAL.fields, field("nickname", "text", personal=True)))
    assert deliver(store, row("A", nickname="Ah"), row("B"), record=wider) == (2, 0, 0)
    assert [f["nickname"] for f in facts(store, wider)] == ["Ah", None]
    assert len(facts(store, PERSONAL)) == store.verify() == 2


def test_a_note_of_forgetting_is_no_fact_to_withdraw(open_store: Open) -> None:
    store = open_store()
    deliver(store, row("A"), record=PERSONAL)
    store.forget("enterprise:A", "asked for")
    with pytest.raises(InputError, match="there is no fact"):
        store.withdraw("_forgotten:2", "undo")
    assert amounts(store, PERSONAL, Known()) == {"A": None}


def test_an_entity_without_personal_values_cannot_be_forgotten(open_store: Open) -> None:
    store = open_store()
    deliver(store, row("A", amount=""), record=PERSONAL)
    with pytest.raises(InputError, match="nothing personal") as none:
        store.forget("enterprise:A", "asked for")
    deliver(store, row("A"), record=PERSONAL)
    store.forget("enterprise:A", "asked for")
    with pytest.raises(InputError, match="forgotten already") as twice:
        store.forget("enterprise:A", "asked for")
    assert none.value.cure and twice.value.cure
