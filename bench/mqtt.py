"""Sparkplug and plain JSON through a real broker into the fsynced log, publisher and broker on the same processors, beside a client that only counts."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import paho.mqtt.client as paho

from bench.worker import _peak_mb
from tests.sense.broker import mosquitto
from zhizao.sense.connectors.mqtt.connector import Topics
from zhizao.sense.connectors.sparkplug.connector import Sparkplug
from zhizao.sense.connectors.sparkplug.wire import Payload
from zhizao.sense.intake import Intake
from zhizao.sense.source import Signal, Source
from zhizao.store.stream.log import Log

METRICS, MESSAGES, JSON_MESSAGES, RUNS = 100, 20_000, 40_000, 3
PACED = 1_000
"""Messages a second at which latency is measured: 100,000 metrics a second."""
T, SEQ, VALUE = 1_700_000_000_123, 200, 1234.56789
"""Stand for what differs from message to message, and are found again in the encoded message."""
TOPIC, QUANTITIES, WINDOW = "bench/m1", 10, 2_000


# ---- the publisher: messages encoded once, in which only time, number and values are written anew


def message(first: int, topic: str, payload: bytes, number: bytes = b"") -> bytes:
    """A packet of MQTT that publishes."""
    body = len(topic).to_bytes(2) + topic.encode() + number + payload
    return bytes([first]) + varint(len(body)) + body


def varint(number: int, width: int = 1) -> bytes:
    """In groups of seven bits, at least so many."""
    found = bytearray()
    while number > 127 or len(found) < width - 1:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes([*found, number])


def places(whole: bytes, part: bytes) -> np.ndarray:
    """Where a part stands in a whole, each time."""
    found, at = [], whole.find(part)
    while at >= 0:
        found.append(at)
        at = whole.find(part, at + len(part))
    return np.array(found)


class Template:
    """Messages of one length, patched by columns."""

    def __init__(self) -> None:
        payload = Payload(timestamp=T, seq=SEQ)
        for alias in range(METRICS):
            payload.metrics.add(alias=alias, timestamp=T, datatype=10, double_value=VALUE)
        one = message(0x30, "spBv1.0/bench/NDATA/e1", payload.SerializeToString())
        self.rows = np.tile(np.frombuffer(one, np.uint8), (256, 1))
        self.times, self.seqs = places(one, varint(T)), places(one, b"\x18" + varint(SEQ)) + 1
        at = places(one, np.float64(VALUE).tobytes())
        values = np.random.default_rng(1).normal(50, 5, (256, METRICS, 1)).view(np.uint8)
        self.rows[:, at[:, None] + np.arange(8)] = values
        assert len(self.times) == METRICS + 1 and len(at) == METRICS and len(self.seqs) == 1
        for i in range(256):
            self.rows[i, self.seqs[0] : self.seqs[0] + 2] = list(varint((i + 1) % 256, 2))

    def block(self, first: int, count: int, now_ms: int) -> bytes:
        """Messages from a number on (one block never runs over 256), each metric with its time."""
        rows = self.rows[first % 256 : first % 256 + count]
        for k, byte in enumerate(varint(now_ms)):
            rows[:, self.times + k] = byte
        return rows.tobytes()


def birth() -> bytes:
    """The birth of the node that the template speaks for."""
    payload = Payload(timestamp=T, seq=0)
    payload.metrics.add(name="bdSeq", datatype=4, long_value=0)
    for alias in range(METRICS):
        payload.metrics.add(name=f"m{alias}", alias=alias, timestamp=T, datatype=10, double_value=VALUE)
    return message(0x30, "spBv1.0/bench/NBIRTH/e1", payload.SerializeToString())


def connected(port: int) -> socket.socket:
    """A publisher's connection, with nothing but a socket."""
    sock = socket.create_connection(("127.0.0.1", port))
    sock.sendall(message(0x10, "MQTT", b"\x04\x02\x00\x00" + (5).to_bytes(2) + b"bench"))
    assert sock.recv(4)[0] == 0x20
    return sock


def publish(kind: str, port: int, rate: int) -> None:
    """The publisher's process; a rate of 0 is as fast as the broker takes it."""
    sock = connected(port)
    print(time.perf_counter(), flush=True)
    (publish_sparkplug if kind == "sparkplug" else publish_json)(sock, rate)
    sock.sendall(b"\xe0\x00")
    sock.close()


def publish_sparkplug(sock: socket.socket, rate: int) -> None:
    """Everything in blocks, at its time; as fast as possible the time goes on by a step a block, so that no two observations are the same."""
    template, size, began, start_ms = Template(), 8 if rate else 64, time.perf_counter(), time.time_ns() // 1_000_000
    sock.sendall(birth())
    for first in range(0, MESSAGES, size):
        if rate:
            time.sleep(max(0.0, began + first / rate - time.perf_counter()))
        sock.sendall(template.block(first, min(size, MESSAGES - first), time.time_ns() // 1_000_000 if rate else start_ms + first))


def publish_json(sock: socket.socket, rate: int) -> None:
    """One object a message at QoS 1, so many under way without an acknowledgement."""
    answered, began, start_ms = 0, time.perf_counter(), time.time_ns() // 1_000_000
    rest = [json.dumps({f"q{q}": i + q / 8 for q in range(QUANTITIES)}).replace("{", ", ").encode() for i in range(256)]
    for first in range(0, JSON_MESSAGES, 50):
        if rate:
            time.sleep(max(0.0, began + first / rate - time.perf_counter()))
        while first - answered / 4 > WINDOW:
            answered += len(sock.recv(65536))
        now = b"%d" % (time.time_ns() // 1_000_000 if rate else start_ms + first)
        block = (message(0x32, TOPIC, b'{"t": %s%s' % (now, rest[i % 256]), (i % 65535 + 1).to_bytes(2)) for i in range(first, first + 50))
        sock.sendall(b"".join(block))
    while answered < 4 * JSON_MESSAGES:
        answered += len(sock.recv(65536))


# ---- the contenders


class Watched:
    """A way into the log that notes how old everything is when it is durable."""

    def __init__(self, feed: Any) -> None:
        self._feed, self.ages, self.deliveries = feed, [], 0
        self.position, self.last_us, self.count = "", 0, feed.count

    async def deliver(self, delivery: Any) -> None:
        await self._feed.deliver(delivery)
        self.deliveries += 1
        self.ages.append(time.time_ns() // 1000 - np.asarray(delivery.rows["time"].cast("int64")))


async def ours(kind: str, port: int, rate: int, folder: Path) -> dict[str, Any]:
    """The connector, the intake and the log."""
    if kind == "sparkplug":
        signals = {f"e1/m{i}": Signal("machine:M1", f"q{i}") for i in range(METRICS)}
        connector: Any = Sparkplug(Source("bench", f"sparkplug://127.0.0.1:{port}/bench", signals), clock)
    else:
        signals = {f"{TOPIC}/q{q}": Signal("machine:M1", f"q{q}") for q in range(QUANTITIES)}
        connector = Topics(Source("bench", f"mqtt://127.0.0.1:{port}/bench/#", signals, {"time": "t"}), clock)
    intake = Intake(Log(folder))
    feed = Watched(await intake.feed("bench"))
    tasks = [asyncio.create_task(intake.run()), asyncio.create_task(connector.run(feed))]
    while not intake.events("bench")["connected"]:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.2)
    publisher, standing = spawn(kind, port, rate), None
    while standing is None or standing.lines < expected(kind):
        assert not tasks[1].done(), tasks[1]
        await asyncio.sleep(0.002)
        standing = intake.standings.get("bench")
    seconds = time.perf_counter() - began(publisher)
    assert standing.accepted >= observations(kind), standing
    events, ages = intake.events("bench"), np.concatenate(feed.ages[1:] or feed.ages) / 1000
    for task in reversed(tasks):
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    intake.log.close()
    told = {"accepted": standing.accepted, "gaps": events["gap"], "rejected": standing.rejected + events["rejected_message"], "balances": standing.balances}
    return {"seconds": seconds, "p50": float(np.percentile(ages, 50)), "p99": float(np.percentile(ages, 99)), "deliveries": feed.deliveries, **told}


async def bare(kind: str, port: int, rate: int, folder: Path) -> dict[str, Any]:
    """The client library alone: every message is counted, none is looked at."""
    count, done, loop = 0, asyncio.Event(), asyncio.get_running_loop()
    subscribed = asyncio.Event()

    def on_message(*_: object) -> None:
        nonlocal count
        count += 1
        if count == expected(kind):
            loop.call_soon_threadsafe(done.set)

    client = paho.Client(paho.CallbackAPIVersion.VERSION2)
    client.on_message = on_message
    client.on_subscribe = lambda *_: loop.call_soon_threadsafe(subscribed.set)
    client.connect("127.0.0.1", port)
    client.subscribe("spBv1.0/bench/#" if kind == "sparkplug" else "bench/#", 1)
    client.loop_start()
    await subscribed.wait()
    publisher = spawn(kind, port, rate)
    await done.wait()
    seconds = time.perf_counter() - began(publisher)
    client.loop_stop()
    return {"seconds": seconds}


def expected(kind: str) -> int:
    """Messages until everything is said."""
    return MESSAGES + 1 if kind == "sparkplug" else JSON_MESSAGES


def observations(kind: str) -> int:
    """Observations in them, the birth left out, which begins the measurement."""
    return MESSAGES * METRICS if kind == "sparkplug" else JSON_MESSAGES * QUANTITIES


def spawn(kind: str, port: int, rate: int) -> subprocess.Popen[bytes]:
    """The publisher, in a process of its own."""
    return subprocess.Popen([sys.executable, "-m", "bench.mqtt", "publish", kind, str(port), str(rate)], stdout=subprocess.PIPE)


def began(publisher: subprocess.Popen[bytes]) -> float:
    """When a publisher that has ended said its first word."""
    return float(publisher.communicate()[0])


def clock() -> int:
    """The time, as connectors are given it."""
    return time.time_ns() // 1000


def work(name: str, kind: str, rate: int) -> None:
    """One contender, in a process of its own, with a broker of its own."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder, mosquitto(Path(folder)) as broker:
        told = asyncio.run((ours if name == "ours" else bare)(kind, broker.port, rate, Path(folder) / "log"))
    print(json.dumps({**told, "peak": _peak_mb()}))


def once(name: str, kind: str, rate: int = 0) -> dict[str, Any]:
    """Run a contender and read what it tells."""
    done = subprocess.run([sys.executable, "-m", "bench.mqtt", "work", name, kind, str(rate)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name} {kind} failed:\n{done.stderr}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Print observations a second in the log beside what the bare client counts, then latency at a fixed rate."""
    print(f"through Mosquitto, publisher and broker on the same processors; median of {RUNS} runs; Sparkplug {METRICS} metrics, JSON {QUANTITIES} values a message")
    print(f"{'':>12}{'into the log/s':>16}{'bare client/s':>16}{'ratio':>8}{'gaps':>6}{'rejected':>10}{'peak MB':>9}{'':>4}at a fixed rate: {'obs/s':>8}{'p50 ms':>9}{'p99 ms':>9}")
    for kind, rate in (("sparkplug", PACED), ("json", PACED)):
        runs, counted = [once("ours", kind) for _ in range(RUNS)], [once("bare", kind) for _ in range(RUNS)]
        speed, limit = (observations(kind) / median(r["seconds"] for r in found) for found in (runs, counted))
        assert all(r["balances"] for r in runs)
        paced = once("ours", kind, rate)
        lost, rejected, peak = sum(r["gaps"] for r in runs), sum(r["rejected"] for r in runs), max(r["peak"] for r in runs)
        line = f"{kind:>12}{speed:>16,.0f}{limit:>16,.0f}{speed / limit:>8.2f}{lost:>6}{rejected:>10}{peak:>9.0f}{'':>21}"
        print(line + f"{rate * observations(kind) / expected(kind):>8,.0f}{paced['p50']:>9.1f}{paced['p99']:>9.1f}", flush=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["publish", kind, port, rate]: publish(kind, int(port), int(rate))
        case ["work", name, kind, rate]: work(name, kind, int(rate))
        case _: main()
