"""Every computable indicator of the plan by province, division and year, beside a hand-written query and pandas."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from bench import contenders, economy
from bench.worker import Result, run

SIZES = (5_000, 50_000, 500_000)


def main() -> None:
    """Build homes of growing size and print a table of the three contenders."""
    print("indicators by province x division x year; median of 3 runs in a process of its own")
    print("query: by hand, values alone; covered: by hand, with the coverage that every value of the kernel carries")
    heads = ("enterprises", "returns", "store s", "zhizao s", "query s", "covered s", "pandas s", "/query", "/covered", "pandas/")
    print("".join(f"{head:>12}" for head in heads) + "   peak MB (zhizao, query, covered, pandas)")
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            print(_line(size, Path(folder)), flush=True)


def _line(size: int, home: Path) -> str:
    began = time.perf_counter()
    contenders.fill(home, size)
    stored = time.perf_counter() - began
    ours, query, covered, pandas = (run("bench.contenders", name, str(home)) for name in ("zhizao", "query", "covered", "pandas"))
    rows = {r.rows for r in (ours, query, covered, pandas)}
    assert len(rows) == 1, f"the contenders disagree on the number of rows: {rows}"
    seconds = (stored, ours.middle, query.middle, covered.middle, pandas.middle)
    ratios = (ours.middle / query.middle, ours.middle / covered.middle, pandas.middle / ours.middle)
    figures = "".join(f"{figure:>12.2f}" for figure in (*seconds, *ratios))
    return f"{size:>12,}{size * len(economy.YEARS):>12,}{figures}   {_peaks(ours, query, covered, pandas)}"


def _peaks(*results: Result) -> str:
    return ", ".join(f"{r.peak_mb:.0f}" for r in results)


if __name__ == "__main__":
    sys.exit(main())
