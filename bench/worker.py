"""Runs one contender in a process of its own and reports its seconds and peak memory."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Result:
    """The seconds of each run (work only, imports and opening left out), the process's peak memory and what it counted."""

    seconds: tuple[float, ...]
    peak_mb: float
    rows: int

    @property
    def middle(self) -> float:
        """The median run."""
        return median(self.seconds)


def run(module: str, *arguments: str) -> Result:
    """Run ``python -m module arguments`` and read what it reports."""
    done = subprocess.run([sys.executable, "-m", module, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{module} {' '.join(arguments)} failed:\n{done.stderr}")
    told = json.loads(done.stdout.splitlines()[-1])
    return Result(tuple(told["seconds"]), told["peak_mb"], told["rows"])


def _peak_mb() -> float:
    """The most memory this process held; the kernel's own figure, since a child's resource usage begins with its parent's."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def report(work: Callable[[], int], runs: int = 3, before: Callable[[], None] = lambda: None, peak: Callable[[], float] = _peak_mb) -> None:
    """Do the work some times and print what ``run`` reads; the work says how many rows it made. What comes before each run is not counted."""
    seconds = []
    rows = 0
    for _ in range(runs):
        before()
        began = time.perf_counter()
        rows = work()
        seconds.append(time.perf_counter() - began)
    print(json.dumps({"seconds": seconds, "peak_mb": peak(), "rows": rows}))
