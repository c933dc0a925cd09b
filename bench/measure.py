"""Every computable indicator of the plan by province, division and year, beside a hand-written query and pandas."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench import contenders, economy
from bench.worker import Result, run

ECONOMIES = ((5_000, 0.0), (50_000, 0.0), (500_000, 0.0), (500_000, 0.05))
"""Enterprises, and the share of single answers left empty."""
CONTENDERS = ("first", "again", "query", "covered", "pandas")


def main() -> None:
    """Build homes of growing size and print a table of the contenders."""
    print("indicators by province x division x year; median of 3 runs in a process of its own; ratios as times of the other's time")
    print("first: nothing kept; again: the same question later; query: by hand, values alone; covered: by hand, with the coverage every value has")
    heads = ("enterprises", "returns", "silent", "store s", "first s", "again s", "query s", "covered s", "pandas s")
    ratios = ("first/query", "first/covered", "pandas/first", "pandas/again")
    print("".join(f"{head:>12}" for head in heads) + "".join(f"{head:>14}" for head in ratios) + "   peak MB")
    for size, silent in ECONOMIES:
        with tempfile.TemporaryDirectory() as folder:
            print(_line(size, silent, Path(folder)), flush=True)


def _line(size: int, silent: float, home: Path) -> str:
    began = time.perf_counter()
    contenders.fill(home, size, silent)
    stored = time.perf_counter() - began
    results = [run("bench.contenders", name, str(home)) for name in CONTENDERS]
    rows = {r.rows for r in results}
    assert len(rows) == 1, f"the contenders disagree on the number of rows: {rows}"
    first, again, query, covered, pandas = (r.middle for r in results)
    seconds = "".join(f"{figure:>12.2f}" for figure in (stored, first, again, query, covered, pandas))
    ratios = "".join(f"{figure:>14.2f}" for figure in (first / query, first / covered, pandas / first, pandas / again))
    return f"{size:>12,}{size * len(economy.YEARS):>12,}{silent:>12.0%}{seconds}{ratios}   {_peaks(results)}"


def _peaks(results: Sequence[Result]) -> str:
    return ", ".join(f"{name} {r.peak_mb:.0f}" for name, r in zip(CONTENDERS, results, strict=True))


if __name__ == "__main__":
    sys.exit(main())
