"""The log of the stream beside the same batches as a bare Arrow stream and as Parquet files, each made durable batch by batch."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.worker import report, run
from zhizao.store.stream.delivery import Delivery, observations
from zhizao.store.stream.log import Log

OBSERVATIONS, MACHINES, QUANTITIES = 2_000_000, 20, 10
BATCHES = (1_000, 10_000, 100_000)
CONTENDERS = ("log", "arrow", "parquet")


def batches(size: int) -> Iterator[pa.RecordBatch]:
    """Observations of some machines, millisecond by millisecond, in batches of a size."""
    entities, quantities, good = ([f"machine:M{i}" for i in range(MACHINES)], [f"quantity_{i}" for i in range(QUANTITIES)], ["good"])
    random, place = np.random.default_rng(1), np.arange(size)
    for first in range(0, OBSERVATIONS, size):
        names = [(place // QUANTITIES % MACHINES, entities), (place % QUANTITIES, quantities), (place * 0, good)]
        entity, quantity, quality = (pa.DictionaryArray.from_arrays(pa.array(at, pa.int32()), pa.array(named)) for at, named in names)
        time = pa.array(1_700_000_000_000_000 + (first + place) * 1000).cast(pa.timestamp("us", "UTC"))
        columns = [entity, quantity, time, pa.array(np.round(random.normal(50, 5, size), 3)), pa.nulls(size, pa.string()), quality]
        yield pa.record_batch(columns, schema=observations())


def log(folder: Path, rows: list[pa.RecordBatch]) -> None:
    """Ours: framed, with position and counts."""
    taking = Log(folder / "log")
    for position, batch in enumerate(rows):
        taking.append([Delivery("bench", batch, str(position))])
    taking.close()


def arrow(folder: Path, rows: list[pa.RecordBatch]) -> None:
    """The limit: one compressed Arrow stream."""
    with (folder / "rows.arrow").open("wb") as file:
        stream = pa.ipc.new_stream(file, rows[0].schema, options=pa.ipc.IpcWriteOptions(compression="lz4"))
        for batch in rows:
            stream.write_batch(batch)
            file.flush()
            os.fdatasync(file.fileno())


def parquet(folder: Path, rows: list[pa.RecordBatch]) -> None:
    """The other limit: a Parquet file a batch."""
    for number, batch in enumerate(rows):
        draft = folder / f"{number}.draft"
        pq.write_table(pa.table(batch), draft, compression="zstd")
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.rename(folder / f"{number}.parquet")


WORK: dict[str, Callable[[Path, list[pa.RecordBatch]], None]] = {"log": log, "arrow": arrow, "parquet": parquet}


def work(name: str, size: int) -> None:
    """One contender, in a process of its own."""
    rows = list(batches(size))

    def once() -> int:
        with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
            WORK[name](Path(folder), rows)
        return len(rows)

    report(once)


def main() -> None:
    """Print million observations a second for batches of growing size."""
    print("durable observations, million a second; median of 3 runs in a process of its own; ratios as times of the other's speed")
    print("".join(f"{head:>12}" for head in ("batch", *CONTENDERS)) + "".join(f"{head:>14}" for head in ("log/arrow", "log/parquet")) + "   peak MB")
    for size in BATCHES:
        results = {name: run("bench.stream", name, str(size)) for name in CONTENDERS}
        speed = {name: OBSERVATIONS / 1e6 / result.middle for name, result in results.items()}
        line = f"{size:>12,}" + "".join(f"{speed[name]:>12.2f}" for name in CONTENDERS)
        line += "".join(f"{speed['log'] / speed[other]:>14.2f}" for other in ("arrow", "parquet"))
        print(line + "   " + ", ".join(f"{name} {result.peak_mb:.0f}" for name, result in results.items()), flush=True)


if __name__ == "__main__":
    sys.exit(work(sys.argv[1], int(sys.argv[2])) if sys.argv[1:] else main())
