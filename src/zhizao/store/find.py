"""Facts by number: where each came from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from zhizao.model.record import RecordType
from zhizao.model.value import FactRef
from zhizao.store import segment
from zhizao.store.batch import Batch
from zhizao.store.cipher import Cipher
from zhizao.store.columns import ROW
from zhizao.store.contract import FACT
from zhizao.store.forgotten import keyring
from zhizao.store.home import Home
from zhizao.store.personal import name_of


def find(home: Home, batches: Sequence[Batch], record: RecordType, facts: Sequence[int]) -> Iterator[FactRef]:
    """The source, line and reported fields of facts, in the order asked for; numbers that are no facts are left out.

    Args:
        batches: all that were stored.
    """
    cipher = Cipher(keyring(home, batches)) if record.personal else None
    found: dict[int, FactRef] = {}
    for batch in (b for b in batches if b.record == record.id):
        if wanted := sorted(n for n in set(facts) if batch.first <= n <= batch.last):
            rows = segment.read(home.facts / record.id / batch.segment, (wanted[0], wanted[-1]))
            for row in rows.to_pylist():
                if row[FACT] in wanted:
                    found[row[FACT]] = _reference(record, batch, _revealed(record, row, cipher) if cipher else row)
    return (found[n] for n in facts if n in found)


def _revealed(record: RecordType, row: dict[str, Any], cipher: Cipher) -> dict[str, Any]:
    texts = {f.id: cipher.text(row[f.id], name_of(record, f)) for f in record.personal if row.get(f.id) is not None}
    return {**row, **texts}


def _reference(record: RecordType, batch: Batch, row: dict[str, object]) -> FactRef:
    fields = tuple((f.id, str(row[f.id])) for f in record.fields if row.get(f.id) is not None)
    return FactRef(f"{record.id}:{row[FACT]}", batch.source, f"line {row[ROW]}", fields)
