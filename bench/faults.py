"""``python -m bench.faults [ROUNDS]``: a running node, hurt again and again; afterwards nothing acknowledged is lost, nothing is twice, every sum holds.

The node is a process of its own. A pusher sends it rows of which each is unlike every other, sends again what was not acknowledged, and knows at every moment
what was. In every round one fault happens while it pushes.
"""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import httpx

BEGIN = datetime(2026, 1, 1, tzinfo=timezone.utc)
READY_S, STOP_S = 60.0, 5.0
ROWS = 40
"""Rows of a push."""


class Node:
    """``zhizao run`` on a home, as a process that can be hurt."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, 0
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Run; returns once it answers."""
        path = os.pathsep.join(p for p in [str(Path(__file__).resolve().parents[1] / "src"), *sys.path] if p)
        line = [sys.executable, "-m", "zhizao", "--home", str(self.home), "--json", "run", "--port", "0", "--seal-after", "0.2"]
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

    def wait_for_trouble(self) -> None:
        """Until it says itself that its disk takes nothing."""
        until = time.monotonic() + READY_S
        while not httpx.get(f"{self.url}/api/v1/status", timeout=30, trust_env=False).json()["node"]["trouble"]:
            assert time.monotonic() < until, "the disk is full and the node does not say so"

    def limit_files(self, size: int) -> None:
        """Let no file grow beyond a size: to the node the disk is full."""
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@dataclass
class Pusher:
    """Pushes rows and remembers what was acknowledged; what was not is sent again with the next."""

    source: str
    url: Callable[[], str]
    sent: dict[str, float] = field(default_factory=dict)
    acknowledged: set[str] = field(default_factory=set)
    refusals: int = 0
    twice: int = 0
    """Rows that were sent again although they may have arrived."""
    _owed: list[list[dict[str, Any]]] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _new: int = 0
    _client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30, trust_env=False, verify=False))

    @contextmanager
    def pushing(self) -> Iterator[None]:
        """Push in the background; at the end everything owed is sent until it is acknowledged."""
        self._stop.clear()
        thread = threading.Thread(target=self._run)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()
        self.settle()

    def settle(self, within_s: float = 60.0) -> None:
        """Send what is owed until all of it is acknowledged."""
        until = time.monotonic() + within_s
        while self._owed:
            assert time.monotonic() < until, f"{len(self._owed)} pushes are still not taken"
            self._send(self._owed[0])

    def again(self, shuffle: random.Random, pushes: int = 5) -> None:
        """Send rows a second time, in another order, mixed with new ones."""
        old = shuffle.sample(sorted(self.acknowledged), min(len(self.acknowledged), pushes * ROWS))
        rows = [self._row(at, self.sent[at]) for at in old] + self._fresh()
        shuffle.shuffle(rows)
        self.twice += len(old)
        self._owed.append(rows)

    def _run(self) -> None:
        while not self._stop.is_set():
            if not self._owed:
                self._owed.append(self._fresh())
            self._send(self._owed[0])

    def _fresh(self) -> list[dict[str, Any]]:
        rows = [self._row(self._at(self._new + i), float(self._new + i)) for i in range(ROWS)]
        self._new += ROWS
        self.sent.update({row["time"]: row["value"] for row in rows})
        return rows

    @staticmethod
    def _at(number: int) -> str:
        return (BEGIN + timedelta(milliseconds=number)).isoformat().replace("+00:00", "Z")

    @staticmethod
    def _row(at: str, value: float) -> dict[str, Any]:
        return {"entity": "machine:M1", "quantity": "active_power", "time": at, "value": value}

    def _send(self, rows: list[dict[str, Any]]) -> None:
        try:
            answer = self._client.post(f"{self.url()}/api/v1/observations?source={self.source}", json=rows)
        except httpx.HTTPError:
            self.refusals += 1
            time.sleep(0.02)  # nobody is there to say when it is back
            return
        if answer.status_code in (429, 503):
            self.refusals += 1
            time.sleep(0.02)
            return
        assert answer.status_code == 200, answer.text
        said = answer.json()
        assert (said["received"], said["rejected"]) == (len(rows), 0), said
        self._owed.pop(0)
        self.acknowledged.update(row["time"] for row in rows)


class Link:
    """A way to the node that can be cut in the middle of a word."""

    def __init__(self, node: Node) -> None:
        self._node, self._open = node, True
        self._ends: list[socket.socket] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Where the node is reached by way of this link."""
        return f"http://127.0.0.1:{self._door.getsockname()[1]}"

    def cut(self) -> None:
        """Break every connection; new ones break at once."""
        self._open = False
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._ends.clear()

    def mend(self) -> None:
        """Let connections through again."""
        self._open = True

    def close(self) -> None:
        """Take the link down."""
        self.cut()
        self._door.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._door.accept()
                try:
                    far = socket.create_connection(("127.0.0.1", self._node.port))
                except OSError:
                    near.close()
                    continue
                self._ends += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=_carry, args=(one, other), daemon=True).start()
                if not self._open:
                    self.cut()


def _carry(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while part := one.recv(65536):
            other.sendall(part)
    for end in (one, other):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


# ── faults: each happens while the pusher pushes, and is over when it returns ───────────────────────────────────────


@dataclass(frozen=True)
class Scene:
    """Everything a fault may touch."""

    node: Node
    pusher: Pusher
    link: Link
    dice: random.Random

    def wait(self) -> None:
        """A moment of undisturbed work, never the same."""
        goal = len(self.pusher.acknowledged) + self.dice.randrange(1, 5) * ROWS
        until = time.monotonic() + 30
        while len(self.pusher.acknowledged) < goal and time.monotonic() < until:
            time.sleep(self.dice.random() * 0.01)


def kill(scene: Scene) -> None:
    """kill -9 of the node, and a start."""
    scene.node.kill()
    scene.node.start()


def stop(scene: Scene) -> None:
    """A clean stop, within its time, and a start."""
    assert scene.node.stop() < STOP_S
    scene.node.start()


def cut(scene: Scene) -> None:
    """The link is cut while answers are on their way."""
    scene.link.cut()
    time.sleep(0.05)
    scene.link.mend()


def disk_full(scene: Scene) -> None:
    """No file may grow; then it may again."""
    scene.node.limit_files(scene.dice.randrange(3000))
    scene.node.wait_for_trouble()
    scene.node.limit_files(resource.RLIM_INFINITY)


def disk_full_and_kill(scene: Scene) -> None:
    """No file may grow, and in that state the node dies."""
    scene.node.limit_files(scene.dice.randrange(3000))
    scene.node.wait_for_trouble()
    kill(scene)


def duplicates(scene: Scene) -> None:
    """What had arrived comes again, in another order."""
    scene.pusher.again(scene.dice)


FAULTS = (kill, stop, cut, disk_full, disk_full_and_kill, duplicates)


# ── what must hold afterwards ───────────────────────────────────────────────────────────────────────────────────


def check(home: Path, pusher: Pusher) -> None:
    """Zero lost among acknowledged, zero doubled, every sum holds; from the files alone, as any process reads them."""
    from zhizao.node.assemble import folders_of, load_library, open_store

    store, record = open_store(home), load_library(home, folders_of(home)).records["observation"]
    with store.session() as session:
        rows = session.relation(record)
        found = session.fetch(rows.filter(rows.source == f"http:{pusher.source}").select("time", "value"))
    times = [at.isoformat().replace("+00:00", "Z") for at in found["time"].to_pylist()]
    values = dict(zip(times, found["value"].to_pylist(), strict=True))
    lost = pusher.acknowledged - values.keys()
    assert not lost, f"{len(lost)} acknowledged observations are lost"
    assert len(times) == len(values), f"{len(times) - len(values)} observations are doubled"
    assert all(pusher.sent[at] == value for at, value in values.items()), "an observation is not what was sent"
    account = store.accounts()[f"http:{pusher.source}"]
    assert account.balances, account
    # What lies in the log for the second time is found to be a duplicate when it is drained.
    assert account.stored <= len(values) <= account.stored + account.spooled, account


def check_drained(home: Path, pusher: Pusher) -> None:
    """The same once nothing is in the log any more: then what is stored is what was sent, to the row."""
    from zhizao.node.assemble import folders_of, load_library, open_store
    from zhizao.store.stream.log import Log

    store = open_store(home)
    log: Log = store.log()
    log.roll()
    log.close()
    store.drain(load_library(home, folders_of(home)).records["observation"])
    check(home, pusher)
    account = store.accounts()[f"http:{pusher.source}"]
    assert (account.spooled, account.stored) == (0, len(pusher.sent)), account


def rounds(home: Path, times: int, seed: int, faults: tuple[Callable[[Scene], None], ...] = FAULTS) -> dict[str, int]:
    """Hurt a node so many times, and check after each; how often each fault happened."""
    node, dice, done = Node(home), random.Random(seed), dict.fromkeys((f.__name__ for f in faults), 0)
    node.start()
    link = Link(node)
    pusher = Pusher("bench", lambda: link.url)
    scene = Scene(node, pusher, link, dice)
    try:
        for number in range(times):
            fault = faults[number % len(faults)]
            with pusher.pushing():
                scene.wait()
                fault(scene)
                scene.wait()
            check(home, pusher)
            done[fault.__name__] += 1
        assert node.stop() < STOP_S
        check_drained(home, pusher)
    finally:
        link.close()
        if node.process.poll() is None:
            node.kill()
    return done | {"acknowledged": len(pusher.acknowledged), "sent again": pusher.twice, "refused pushes": pusher.refusals}


def main(times: int = 100) -> None:
    """Print what was survived."""
    with tempfile.TemporaryDirectory() as folder:
        begun = time.monotonic()
        done = rounds(Path(folder) / "home", times, seed=1)
        print(f"faults: {times} rounds in {time.monotonic() - begun:.0f} s, nothing lost, nothing twice, every sum holds")
        for name, count in done.items():
            print(f"  {name.replace('_', ' '):<20} {count:>8,}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
