"""An indicator over signals, by machine and hour, beside the hand-written query of the same figures over the same segments."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.worker import report, run

SIZES = (1_000_000, 10_000_000)
"""Observations; 100 million are asked for by number: python -m bench.signals 100000000."""
MACHINES, QUANTITIES, BATCH = 200, 5, 2_000_000
FIRST = datetime(2026, 9, 14, tzinfo=UTC)
PACK = {
    "pack.yaml": "id: load\nversion: 1.0.0\ntitle: {zh: 负荷, en: Load}\nneeds: [kernel]\n",
    "quantities.yaml": "".join(f"load_{i}: {{name: {{zh: 负荷, en: Load}}, unit: kW, resolution: '0.001'}}\n" for i in range(QUANTITIES)),
    "indicators/energy.yaml": "id: energy\nname: {zh: 能量, en: Energy}\nunit: kWh\ndirection: down\nperiod: hour\nrecord: observation\nsource: bench\n"
    f"formula: {' + '.join(f'integral(load_{i})' for i in range(QUANTITIES))}\n",
}
QUERY = """
with said as (
    select entity, quantity, source, epoch_us(time) as t, case when quality in ('good', 'uncertain') then cast(round(value * 1000) as bigint) end as v
    from read_parquet({files})
), heard as (select source, max(t) as newest from said group by source
), held as (
    select entity, v, t, coalesce(lead(t) over (partition by entity, quantity order by t), newest) as u, t - t % 3600000000 as h from said join heard using (source)
), sums as (
    select entity, h, sum(v::hugeint * (least(u, h + 3600000000) - t)) as area, sum(least(u, h + 3600000000) - t) filter (v is not null) as known from held group by all
    union all
    select entity, h, sum(v::hugeint * (least(u, h + 3600000000) - h)), sum(least(u, h + 3600000000) - h)
    from (select entity, v, u, unnest(range(h + 3600000000, u, 3600000000)) as h from held where u > h + 3600000000 and v is not null) group by all
)
select entity, h, round(sum(area)::double / 3.6e12, 6), sum(known) from sums group by all
"""


def main() -> None:
    """Print a line a size: seconds of both, how they compare, and the memory each took."""
    print("energy of 200 machines by hour from 5 signals each; median of 3 runs in a process of its own")
    heads = ("observations", "store s", "first s", "again s", "query s")
    print("".join(f"{head:>14}" for head in heads) + "   first/query   peak MB first, again, query")
    for size in map(int, sys.argv[1:]) if sys.argv[0].endswith("signals.py") and sys.argv[1:] else SIZES:
        with tempfile.TemporaryDirectory() as folder:
            print(_line(size, Path(folder)), flush=True)


def _line(size: int, home: Path) -> str:
    began = time.perf_counter()
    fill(home, size)
    stored = time.perf_counter() - began
    results = [run("bench.signals", name, str(home), str(size)) for name in ("first", "again", "query")]
    assert len({r.rows for r in results}) == 1, f"they disagree on the number of rows: {[r.rows for r in results]}"
    first, again, query = (r.middle for r in results)
    seconds = "".join(f"{figure:>14.2f}" for figure in (stored, first, again, query))
    return f"{size:>14,}{seconds}{first / query:>14.2f}   {', '.join(f'{r.peak_mb:.0f}' for r in results)}"


def library(home: Path) -> Any:
    """The kernel and a pack of five quantities."""
    from zhizao.pack.load import load

    for name, text in PACK.items():
        (home / "pack" / name).parent.mkdir(parents=True, exist_ok=True)
        (home / "pack" / name).write_text(text, encoding="utf-8")
    return load([home / "pack"])


def fill(home: Path, size: int) -> None:
    """Seal observations of all signals, batch by batch in the order of time: a value about every second, now and then one of no quality."""
    from zhizao.node.assemble import open_store
    from zhizao.store.contract import Source

    record, store = library(home).records["observation"], open_store(home)
    each = max(1, min(size, BATCH) // (MACHINES * QUANTITIES))
    for batch in range(size // (each * MACHINES * QUANTITIES)):
        receipt = store.append(record, _observations(batch * each, each), Source(f"bench {batch}"))
        assert not receipt.rejected, receipt


def _observations(start: int, each: int) -> Any:
    import numpy as np
    import pyarrow as pa

    signals, rng = MACHINES * QUANTITIES, np.random.default_rng(start)
    second = np.repeat(np.arange(start, start + each), signals)
    signal = np.tile(np.arange(signals), each)
    at = int(FIRST.timestamp()) * 1_000_000 + second * 1_000_000 + rng.integers(0, 999_999, len(second))
    machines = pa.array([f"machine:M{i:03d}" for i in range(MACHINES)])
    quality = pa.array(["good", "bad"]).take(pa.array((rng.random(len(second)) < 0.001).astype("int64")))
    columns = {
        "entity": machines.take(pa.array(signal // QUANTITIES)), "quantity": pa.array([f"load_{i}" for i in range(QUANTITIES)]).take(pa.array(signal % QUANTITIES)),
        "time": pa.array(at, pa.timestamp("us", "UTC")), "value": pa.array(rng.random(len(second)) * 40), "quality": quality,
        "source": pa.array([f"line {i}" for i in range(10)]).take(pa.array(signal // QUANTITIES % 10)),
    }  # fmt: skip
    return pa.table(columns)


def first(home: Path, size: int) -> None:
    """The kernel, asked for the first time, with coverage."""
    report(_asked(home, size), before=lambda: shutil.rmtree(home / "cache", ignore_errors=True))


def again(home: Path, size: int) -> None:
    """The kernel, asked once more."""
    work = _asked(home, size)
    work()
    report(work)


def _asked(home: Path, size: int) -> Callable[[], int]:
    from zhizao.measure.measure import Measurement
    from zhizao.model.period import Period
    from zhizao.node.assemble import open_store

    lib, store = library(home), open_store(home)
    seconds = max(1, min(size, BATCH) // (MACHINES * QUANTITIES)) * max(1, size // BATCH)
    hours = Period.parse(f"{FIRST:%Y-%m-%dT%H}").through(Period.parse(f"{FIRST + timedelta(seconds=seconds - 1):%Y-%m-%dT%H}"))

    def work() -> int:
        with store.session() as session:
            values = Measurement(lib, session).values(["energy"], by=["machine"], periods=hours)
        return sum(v.value is not None for v in values)

    return work


def query(home: Path, _: int) -> None:
    """One query by hand, over the same segments."""
    import duckdb
    from deltalake import DeltaTable

    table = next(p.parent for p in home.rglob("_delta_log") if "observation" in p.parent.name)
    files = "[" + ", ".join(f"'{uri}'" for uri in DeltaTable(str(table)).file_uris()) + "]"
    connection = duckdb.connect(config={"temp_directory": str(home / "spill")})
    report(lambda: int(connection.sql(QUERY.format(files=files)).to_arrow_table().num_rows))


if __name__ == "__main__":
    WAYS: dict[str, Callable[[Path, int], None]] = {"first": first, "again": again, "query": query}
    if sys.argv[1:] and sys.argv[1] in WAYS:
        WAYS[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
