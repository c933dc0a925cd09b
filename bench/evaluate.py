"""The whole process of ``zhizao evaluate``: cold (a new home) and warm (nothing changed since)."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median


def main() -> None:
    """Print cold and warm seconds of the whole process."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "zhizao", "--home", str(Path(folder) / "home"), "evaluate", "--json"]
        cold = _seconds(command)
        warm = [_seconds(command) for _ in range(5)]
    print(f"zhizao evaluate, whole process: cold {cold:.2f} s, warm {median(warm):.2f} s (median of {len(warm)})")


def _seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
