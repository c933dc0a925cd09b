"""A machine that publishes at QoS 1: it knows at every moment what the broker has acknowledged, and what was not is sent again."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

import paho.mqtt.client as paho

from bench.background import in_background

BEGIN = datetime(2026, 1, 1, tzinfo=timezone.utc)
TOPIC, UNDER_WAY, EVERY_S = "plant/M1", 50, 0.002
SOURCE = 'url: "mqtt://127.0.0.1:{port}/plant/#?qos=1"\noptions: {{time: t}}\nsignals:\n  "plant/M1/speed": {{entity: machine:M1, quantity: spindle_speed}}\n'


@dataclass
class Publisher:
    """Publishes values of which each is unlike every other. What waits for an acknowledgement survives the broker's absence."""

    port: int
    source: str = "line"
    sent: dict[str, float] = field(default_factory=dict)
    acknowledged: set[str] = field(default_factory=set)
    twice: int = 0
    """Messages that were sent again, because a link broke or on purpose."""
    _owed: dict[int, str] = field(default_factory=dict)
    _done: deque[int] = field(default_factory=deque)
    _repeats: deque[str] = field(default_factory=deque)
    _stop: threading.Event = field(default_factory=threading.Event)
    _client: Any = None

    def connect(self) -> None:
        """Link to the broker; a link that breaks is made anew."""
        self._client = client = paho.Client(paho.CallbackAPIVersion.VERSION2, f"bench-{self.source}", clean_session=False)
        client.reconnect_delay_set(1, 1)
        client.on_publish = lambda _client, _userdata, mid, *_: self._done.append(mid)
        client.on_disconnect = self._on_disconnect
        client.connect("127.0.0.1", self.port)
        client.loop_start()

    def close(self) -> None:
        """Leave for good."""
        self._client.disconnect()
        self._client.loop_stop()

    def _on_disconnect(self, *_: Any) -> None:
        self.twice += len(self._owed)

    @contextmanager
    def pushing(self) -> Iterator[None]:
        """Publish in the background; at the end everything is acknowledged."""
        with in_background(self._run, self._stop):
            yield
        self._settle()

    def again(self, shuffle: random.Random, messages: int = 200) -> None:
        """Send messages a second time, in another order, among new ones."""
        old = shuffle.sample(sorted(self.acknowledged), min(len(self.acknowledged), messages))
        self.twice += len(old)
        self._repeats.extend(old)

    def _run(self) -> None:
        while not self._stop.wait(EVERY_S):
            self._collect()
            if len(self._owed) < UNDER_WAY and self._client.is_connected():
                self._publish(self._repeats.popleft() if self._repeats else self._fresh())

    def _fresh(self) -> str:
        at = (BEGIN + timedelta(milliseconds=len(self.sent))).isoformat().replace("+00:00", "Z")
        self.sent[at] = float(len(self.sent))
        return at

    def _publish(self, at: str) -> None:
        self._owed[self._client.publish(TOPIC, json.dumps({"t": at, "speed": self.sent[at]}), qos=1).mid] = at

    def _collect(self) -> None:
        while self._done:
            self.acknowledged.add(self._owed.pop(self._done.popleft()))

    def _settle(self, within_s: float = 60.0) -> None:
        until = time.monotonic() + within_s
        while self._owed or self._repeats:
            assert time.monotonic() < until, f"{len(self._owed)} messages are still not acknowledged"
            self._collect()
            if self._repeats and self._client.is_connected():
                self._publish(self._repeats.popleft())
            time.sleep(EVERY_S)  # the broker says when, on the client's own thread
