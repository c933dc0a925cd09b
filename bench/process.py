"""``zhizao run`` as a process of its own, which can be hurt."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[1]
READY_S, STOP_S = 60.0, 5.0


class Node:
    """The node of a home.

    Args:
        stepped: a file that says how far its clock is from the true time; without it the clock is true.
    """

    def __init__(self, home: Path, *, seal_after_s: float = 0.2, stepped: Path | None = None) -> None:
        self.home, self.port = home, 0
        self._seal_after_s, self._stepped = seal_after_s, stepped
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Run; returns once it answers."""
        path = os.pathsep.join(p for p in [str(ROOT / "src"), str(ROOT), *sys.path] if p)
        program = ["-m", "bench.stepped", str(self._stepped)] if self._stepped else ["-m", "zhizao"]
        line = [sys.executable, *program, "--home", str(self.home), "--json", "run", "--port", "0", "--seal-after", str(self._seal_after_s)]
        self._process = subprocess.Popen(line, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.port = json.loads(self._first_answer())["port"]

    def _first_answer(self) -> str:
        """What it prints once it answers; killed where it takes too long."""
        process = self.process
        assert process.stdout is not None
        timer = threading.Timer(READY_S, process.kill)
        timer.start()
        said = ""
        while line := process.stdout.readline():
            said += line
            if line.startswith("}"):
                break
        timer.cancel()
        return said

    @property
    def process(self) -> subprocess.Popen[str]:
        """The process that runs, or ran last."""
        assert self._process is not None, "it was never started"
        return self._process

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def status(self) -> dict[str, Any]:
        """What it says of itself."""
        found: dict[str, Any] = httpx.get(f"{self.url}/api/v1/status", timeout=30, trust_env=False).json()
        return found

    def kill(self) -> None:
        """As a power cut does it."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> float:
        """As an operator does it; the seconds it took."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(STOP_S * 3)
        assert code == 0, f"it ended with {code}"
        return time.monotonic() - begun

    def set_clock(self, away_s: int) -> None:
        """Let it believe that it is so much later (or earlier)."""
        assert self._stepped is not None, "its clock is true"
        self._stepped.write_text(str(away_s))
        self.process.send_signal(signal.SIGUSR1)

    def wait_for_trouble(self) -> None:
        """Until it says itself that its disk takes nothing."""
        until = time.monotonic() + READY_S
        while not self.status()["node"]["trouble"]:
            assert time.monotonic() < until, "the disk is full and the node does not say so"

    def limit_files(self, size: int) -> None:
        """Let no file grow beyond a size: to the node the disk is full."""
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
