"""Retention: the rows of old observations go, and everything that is said of them stays: notes, seals, counts.

The sealed note of a retirement comes first. From then on no session finds the rows; the files go once no session that began before can still
read them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from zhizao.model.record import RecordType
from zhizao.store import delta
from zhizao.store.batch import Batch, held, retirements
from zhizao.store.durable import flush
from zhizao.store.sealing import Rim, opened, signed
from zhizao.store.stream.log import microseconds

GRACE = timedelta(hours=1)
"""How long the files of a retirement stay for sessions that began before it."""


def retire(rim: Rim, record: RecordType, before: datetime, grace: timedelta = GRACE) -> int:
    """Retire every batch whose rows are all older than an instant; how many there were."""
    with rim.home.writing():
        batches = rim.history.batches()
        old = [b for b in held(batches, record.id) if _is_older(b, microseconds(before))]
        if old:
            _note(rim, record, old, before)
        _remove(rim, record, rim.history.batches(), grace)
    return len(old)


def _is_older(batch: Batch, before_us: int) -> bool:
    return bool(batch.spans) and all(last < before_us for _, last in (batch.spans or {}).values())


def _note(rim: Rim, record: RecordType, old: Sequence[Batch], before: datetime) -> None:
    batch = replace(opened(rim, record.id, record.key), why=f"older than {before.isoformat()}", retires=tuple(b.number for b in old))
    batch = signed(rim, batch)
    delta.commit_removal(rim.home.facts / record.id, [b.segment for b in old], batch.to_json(), microseconds(batch.at) // 1000)
    rim.home.note_last(batch.number, batch.seal)


def _remove(rim: Rim, record: RecordType, batches: Sequence[Batch], grace: timedelta) -> None:
    """Remove the files of retirements that every session knows by now; again, if a crash came in between."""
    table, now = rim.home.facts / record.id, rim.clock()
    gone = {number for note in retirements(batches) if note.at <= now - grace for number in note.retires or ()}
    for file in (table / b.segment for b in batches if b.number in gone and b.record == record.id):
        file.unlink(missing_ok=True)
    if gone:
        flush(table)
