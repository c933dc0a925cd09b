"""Durable observations in batches of 10,000 through log and segments, sealed and accounted for, beside the limits of the disk's formats and other stores."""

from __future__ import annotations

import os
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from bench import peers
from bench.stream import OBSERVATIONS, arrow, batches, parquet
from bench.worker import Result, report, run
from zhizao.pack.load import builtin_folders, load
from zhizao.store.local import LocalStore
from zhizao.store.stream.delivery import Delivery

BATCH, FILE = 10_000, 500_000
"""Observations a batch, and a file of the log."""
QUIET = 0.5
"""Load of the machine above which figures are not to be relied on."""
CONTENDERS = ("zhizao", "parquet", "arrow", *peers.PROGRAMS)


def zhizao(folder: Path, rows: list[pa.RecordBatch]) -> None:
    """Ours: a batch is acknowledged from the log; beside it each complete file becomes a sealed segment, until nothing is spooled."""
    record = load(builtin_folders()).records["observation"]
    store = LocalStore(folder, lambda: datetime.now(UTC))
    log = store.log(roll_rows=FILE)
    with ThreadPoolExecutor(1) as draining:
        for position, batch in enumerate(rows):
            number = log.number
            log.append([Delivery("bench", batch, str(position))])
            if log.number != number:
                draining.submit(store.drain, record)
        log.roll()
        draining.submit(store.drain, record).result()
    log.close()
    (account,) = store.accounts().values()
    assert account.balances and account.stored == OBSERVATIONS, account


def work(name: str) -> None:
    """One contender, in a process of its own."""
    rows = list(batches(BATCH))
    if name not in peers.PROGRAMS:
        take = {"zhizao": zhizao, "parquet": parquet, "arrow": arrow}[name]

        def once() -> int:
            with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
                take(Path(folder), rows)
            return len(rows)

        report(once)
        return
    with tempfile.TemporaryDirectory() as folder, peers.running(name, Path(folder)) as peer:
        bodies = peer.prepare(rows)
        report(lambda: peer.take(bodies), peak=lambda: peer.peak_mb)


def main() -> None:
    """Print million observations a second of every contender, and ours as times theirs."""
    load_now = os.getloadavg()[0]
    print(f"durable observations in batches of {BATCH:,}, {OBSERVATIONS:,} in all; median of 3 runs; peak memory of the process, or of the server")
    print(f"the machine is not quiet: the load is {load_now:.1f}" if load_now > QUIET else "the machine is quiet")
    found = {name: run("bench.ingest", name) for name in CONTENDERS if name not in peers.PROGRAMS or peers.is_installed(name)}
    ours = found["zhizao"].middle
    print(f"{'':>16}{'million/s':>12}{'zhizao/it':>12}{'peak MB':>10}")
    for name in CONTENDERS:
        print(f"{name:>16}" + _figures(found.get(name), ours))


def _figures(found: Result | None, ours: float) -> str:
    if found is None:
        return "   not installed"
    return f"{OBSERVATIONS / 1e6 / found.middle:>12.2f}{found.middle / ours:>12.2f}{found.peak_mb:>10.0f}"


if __name__ == "__main__":
    sys.exit(work(sys.argv[1]) if sys.argv[1:] else main())
