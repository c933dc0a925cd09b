"""A machine that pushes over HTTP through a link that can be cut: it knows at every moment what was acknowledged, and sends again what was not."""

from __future__ import annotations

import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

import httpx

from bench.background import in_background
from bench.process import Node

BEGIN = datetime(2026, 1, 1, tzinfo=timezone.utc)
ROWS = 40
"""Rows of a push."""


@dataclass
class Pusher:
    """Pushes rows and remembers what was acknowledged; what was not is sent again with the next."""

    name: str
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

    @property
    def source(self) -> str:
        """What it is called in the store."""
        return f"http:{self.name}"

    @contextmanager
    def pushing(self) -> Iterator[None]:
        """Push in the background; at the end everything owed is sent until it is acknowledged."""
        with in_background(self._run, self._stop):
            yield
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
            answer = self._client.post(f"{self.url()}/api/v1/observations?source={self.name}", json=rows)
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
