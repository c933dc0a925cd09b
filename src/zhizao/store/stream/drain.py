"""Draining: a complete file of the log becomes exactly one sealed batch, and is gone.

The batch says which file it was made from. A file is removed only when its batch is durable; whoever dies in between leaves a file
whose batch exists, which the next one only removes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from zhizao.model.record import RecordType
from zhizao.store.accept import WHY
from zhizao.store.batch import Drained, held, last_drained
from zhizao.store.columns import ROW, stored_schema
from zhizao.store.rejects import reason
from zhizao.store.sealing import Rim, keep_rejects, opened, sealed
from zhizao.store.stream.delivery import Standings
from zhizao.store.stream.incoming import SOURCE, Incoming, incoming
from zhizao.store.stream.log import drop_file, file_of, files_in, read_file
from zhizao.store.stream.settle import Arranged, Earlier, Settled, Versions, arranged, settled
from zhizao.store.stream.stored import as_sealed
from zhizao.store.versions import is_rekeyed, is_revised, versions

if TYPE_CHECKING:
    import pyarrow as pa

    from zhizao.store.engines.duckdb import DuckDB

Read = tuple[Incoming, Arranged]
"""A file of the log: what it holds, and its rows in order."""


def drain(rim: Rim, record: RecordType) -> int:
    """Drain every complete file, oldest first; how many there were. Other writers come in between files."""
    done = 0
    with closing(_read_ahead(rim, record, files_in(rim.home.stream)[:-1])) as files:
        for number, read in files:
            with rim.home.writing():
                done += _drained(rim, record, number, read)
    return done


def _read_ahead(rim: Rim, record: RecordType, numbers: Sequence[int]) -> Generator[tuple[int, Read | None]]:
    """Each file read and in order, while the one before it is still being sealed: two cores share the work, and memory holds two files."""
    with ThreadPoolExecutor(1) as reading:
        coming = ((number, reading.submit(_read, rim, record, number)) for number in numbers)
        now = next(coming, None)
        while now is not None:
            following = next(coming, None)
            yield now[0], now[1].result()
            now = following


def _read(rim: Rim, record: RecordType, number: int) -> Read | None:
    """A file, unless it was drained before."""
    if number <= last_drained(rim.history.batches()):
        return None
    with suppress(FileNotFoundError):  # another process drained it just now
        taken = incoming(number, read_file(file_of(rim.home.stream, number)))
        return taken, arranged(record, taken)
    return None


def _drained(rim: Rim, record: RecordType, number: int, read: Read | None) -> bool:
    """Drain a file, unless another process has done so meanwhile."""
    if not file_of(rim.home.stream, number).is_file():
        return False
    if read and read[0].standings and number > last_drained(rim.history.batches()):
        _seal(rim, record, *read)
    drop_file(rim.home.stream, number)
    return True


def _seal(rim: Rim, record: RecordType, taken: Incoming, file: Arranged) -> None:
    found = settled(record, file, earlier(rim, record))
    sources = _standings(taken, found)
    batch = replace(opened(rim, record.id, record.key), source=f"stream {taken.number}", spans=found.spans, stored=len(found.rows))
    received, duplicate, rejected = (sum(getattr(said, name) for said in sources.values()) for name in ("received", "duplicate", "rejected"))
    batch = replace(batch, stream=Drained(taken.number, *taken.arrived, sources), received=received, duplicate=duplicate, rejected=rejected)
    if batch.rejected:
        batch = keep_rejects(rim.home, batch, _rejects(record, taken, found))
    sealed(rim, batch, as_sealed(record, found, batch), stored_schema(record))


def earlier(rim: Rim, record: RecordType) -> Earlier:
    """What a file is held against: the sealed batches of the type; an engine is started only where rows have to be compared."""
    batches = held(rim.history.batches(), record.id)

    @contextmanager
    def comparing() -> Iterator[tuple[DuckDB, Versions]]:
        from zhizao.store.engines.duckdb import DuckDB

        with closing(DuckDB(rim.home.spill)) as engine:
            yield engine, lambda places: versions(engine, rim.home, record, [batches[place] for place in places])

    return Earlier(comparing, [b.spans for b in batches], is_revised(record, batches), is_rekeyed(record, batches))


def _standings(taken: Incoming, found: Settled) -> Standings:
    """What became of each source's observations, each kind counted by itself."""
    stored, repeated, rejected = (_counted(rows) for rows in (found.rows, found.repeated, found.rejected))
    sources = {
        source: replace(said, accepted=stored[source], duplicate=said.duplicate + repeated[source], rejected=said.rejected + rejected[source])
        for source, said in taken.standings.items()
    }
    assert all(said.balances for said in sources.values()), "an observation is neither stored nor duplicate nor rejected"
    return sources


def _counted(rows: pa.Table) -> Counter[str]:
    """The rows of each source."""
    import pyarrow.compute as pc

    return Counter({one["values"]: one["counts"] for one in pc.value_counts(rows[SOURCE]).to_pylist()})


def _rejects(record: RecordType, taken: Incoming, found: Settled) -> bytes:
    """The rejects file: first what was drained, then a line for everything that could not be taken."""
    lines = [*_refused(taken), *_unsound(record, found.rejected)]
    head = {"record": record.id, "source": f"stream {taken.number}", "rejected": len(lines)}
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in [head, *lines]).encode("utf-8", "replace")


def _refused(taken: Incoming) -> Iterator[dict[str, Any]]:
    for source, one in taken.refused:
        yield {"source": source, "line": one.place, "field": "", "reason": {"zh": one.why, "en": one.why}, "row": one.raw}


def _unsound(record: RecordType, rows: pa.Table) -> Iterator[dict[str, Any]]:
    for row in rows.to_pylist():
        code, _, name = row[WHY].partition(":")
        why = reason(code, record.field(name), "" if row.get(name) is None else str(row[name]), record.period)
        raw = {f.id: None if row.get(f.id) is None else str(row[f.id]) for f in record.fields}
        yield {"source": row[SOURCE], "line": row[ROW], "field": name, "reason": {"zh": why.zh, "en": why.en}, "row": raw}
