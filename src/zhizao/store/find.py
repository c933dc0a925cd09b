"""Facts by number: where each came from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from zhizao.model.record import RecordType
from zhizao.model.value import FactRef
from zhizao.store import segment
from zhizao.store.batch import Batch, held
from zhizao.store.cipher import Cipher
from zhizao.store.columns import ROW
from zhizao.store.contract import FACT
from zhizao.store.forgotten import keyring
from zhizao.store.home import Home
from zhizao.store.personal import name_of
from zhizao.store.stream.incoming import SOURCE
from zhizao.store.stream.spool import EMPTY, Spool
from zhizao.store.stream.stored import TAIL, place_of


def find(home: Home, batches: Sequence[Batch], record: RecordType, facts: Sequence[int], spool: Spool = EMPTY) -> Iterator[FactRef]:
    """The source, line and reported fields of facts, in the order asked for; numbers that are no facts are left out.

    Args:
        batches: all that were stored.
        spool: what the log holds beyond them.
    """
    cipher = Cipher(keyring(home, batches)) if record.personal else None
    found: dict[int, FactRef] = {}
    for batch in held(batches, record.id):
        if wanted := sorted(n for n in set(facts) if batch.first <= n <= batch.last):
            rows = segment.read(home.facts / record.id / batch.segment, (wanted[0], wanted[-1]))
            for row in rows.to_pylist():
                if row[FACT] in wanted:
                    found[row[FACT]] = _reference(record, batch, _revealed(record, row, cipher) if cipher else row)
    for fact in (n for n in facts if n >= TAIL):
        if there := _in_log(home, batches, spool, record, fact):
            found[fact] = there
    return (found[n] for n in facts if n in found)


def _in_log(home: Home, batches: Sequence[Batch], spool: Spool, record: RecordType, fact: int) -> FactRef | None:
    """A fact that was asked for while it was still in the log; by now it may lie in a segment."""
    import pyarrow.compute as pc

    from zhizao.store.stream.incoming import incoming

    number, place = place_of(fact) or (0, 0)
    batch = next((b for b in held(batches, record.id) if b.stream and b.stream.file == number), None)
    file = next((f for f in spool.files if f.number == number), None)
    if batch is None and file is None:
        return None
    rows = segment.read(home.facts / record.id / batch.segment) if batch else incoming(number, file.frames()).rows if file else None
    row = next(iter(rows.filter(pc.equal(rows[ROW], place)).to_pylist()), None) if rows is not None else None
    return _streamed(record, row, number, fact) if row else None


def _streamed(record: RecordType, row: dict[str, object], file: int, fact: int) -> FactRef:
    """An observation comes from its own source; its place is that in the log."""
    fields = tuple((f.id, str(row[f.id])) for f in record.fields if row.get(f.id) is not None)
    return FactRef(f"{record.id}:{fact}", str(row[SOURCE] or ""), f"log {file}, row {row[ROW]}", fields)


def _revealed(record: RecordType, row: dict[str, Any], cipher: Cipher) -> dict[str, Any]:
    texts = {f.id: cipher.text(row[f.id], name_of(record, f)) for f in record.personal if row.get(f.id) is not None}
    return {**row, **texts}


def _reference(record: RecordType, batch: Batch, row: dict[str, Any]) -> FactRef:
    if batch.stream:
        return _streamed(record, row, batch.stream.file, row[FACT])
    fields = tuple((f.id, str(row[f.id])) for f in record.fields if row.get(f.id) is not None)
    return FactRef(f"{record.id}:{row[FACT]}", batch.source, f"line {row[ROW]}", fields)
