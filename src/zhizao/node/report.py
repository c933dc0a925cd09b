"""How each source fared, hour by hour, as records: what indicators of the quality of data are measured from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

from zhizao.model.library import Library
from zhizao.model.receipt import Receipt
from zhizao.model.record import RecordType
from zhizao.store.batch import EPOCH
from zhizao.store.contract import Session, Source, Store
from zhizao.store.stream.account import joined
from zhizao.store.stream.delivery import Standing, Standings

RECORD, LOOK_S = "source_report", 600.0
HOUR = timedelta(hours=1)


def report(library: Library, store: Store, at: datetime) -> Receipt | None:
    """Store a record of each source and hour that is over, from the last hour there is one of; None where there is nothing to tell.

    A delivery counts in the hour in which the file of the log it lies in was begun. One that is sealed later makes another version of the record.
    """
    import pyarrow as pa

    record = library.records[RECORD]
    with store.session() as session:
        hours = _hours(store, _last(session, record))
    rows = [_row(source, hour, said) for hour, sources in hours.items() if hour + HOUR <= at for source, said in sources.items()]
    return store.append(record, pa.Table.from_pylist(rows), Source("accounts")) if rows else None


def _last(session: Session, record: RecordType) -> datetime:
    """The last hour that was reported; the first there is where none was."""
    found = session.relation(record)
    last: datetime | None = session.fetch(found.aggregate(last=found[record.time].max())).column("last")[0].as_py()
    return last.astimezone(timezone.utc) if last else EPOCH


def _hours(store: Store, since: datetime) -> Mapping[datetime, Standings]:
    """What became of what arrived, by hour and source."""
    hours: dict[datetime, Standings] = defaultdict(dict)
    for file in store.drained(since):
        hour = (EPOCH + timedelta(microseconds=file.first_us)).replace(minute=0, second=0, microsecond=0)
        hours[hour] = joined(hours[hour], file.sources)
    return hours


def _row(source: str, hour: datetime, said: Standing) -> dict[str, str]:
    counts = {"received": said.received, "accepted": said.accepted, "duplicates": said.duplicate, "rejected": said.rejected}
    return {"source": f"source:{source}", "started_at": hour.isoformat(), **{name: str(count) for name, count in counts.items()}}
