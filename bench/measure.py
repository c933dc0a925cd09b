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
    print(f"{'enterprises':>12} {'returns':>10} {'store s':>9} {'zhizao s':>9} {'query s':>8} {'pandas s':>9} {'/query':>7} {'pandas/':>8}  peak MB (zhizao, query, pandas)")
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            print(_line(size, Path(folder)), flush=True)


def _line(size: int, home: Path) -> str:
    began = time.perf_counter()
    contenders.fill(home, size)
    stored = time.perf_counter() - began
    ours, query, pandas = (run("bench.contenders", name, str(home)) for name in ("zhizao", "query", "pandas"))
    assert ours.rows == query.rows == pandas.rows, f"the contenders disagree: {ours.rows}, {query.rows}, {pandas.rows} rows"
    return (
        f"{size:>12,} {size * len(economy.YEARS):>10,} {stored:>9.2f} {ours.middle:>9.2f} {query.middle:>8.2f} {pandas.middle:>9.2f}"
        f" {ours.middle / query.middle:>7.2f} {pandas.middle / ours.middle:>8.2f}  {_peaks(ours, query, pandas)}"
    )


def _peaks(*results: Result) -> str:
    return ", ".join(f"{r.peak_mb:.0f}" for r in results)


if __name__ == "__main__":
    sys.exit(main())
