"""``python -m bench hour 3600``: a plant that speaks MTConnect, OPC UA and Sparkplug at once into a running node; its memory, its latency, what is lost.

The node is a process of its own. What the plant says is counted where it is said, and looked for in the files afterwards. Once a minute somebody asks for an
indicator. Two things are the plant's: over OPC UA it does not tell a value that is the same again, and it speaks every 50 ms. Latency is from the machine's time
to when the log took it; the log's write comes on top.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from bench.process import Node
from tests.sense.broker import mosquitto
from zhizao.node.assemble import open_node
from zhizao.node.connect import Asked, connect, write
from zhizao.node.run import clock_us
from zhizao_testbed.changes import Change
from zhizao_testbed.pace import Pace
from zhizao_testbed.plant import Plant
from zhizao_testbed.records import LINE, SITE
from zhizao_testbed.servers.contract import Server
from zhizao_testbed.speaking import SERVERS

SECONDS, MACHINES, SEAL_AFTER_S = 60, 200, 30.0
PROTOCOLS = ("mtconnect", "opcua", "sparkplug")
SETTLE_S, PATIENCE_S = 5, 120
LOOK_S, ASK_S = 10.0, 60.0
CATCH_UP = 10.0
"""Times real time, until what the plant lived while its servers were started is said."""
NEVER_US = 1 << 62
PORT = 48480
INDICATOR = "electricity_from_power"
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass
class Said:
    """What the plant has said over each protocol, by machine."""

    since_us: int = NEVER_US
    until_us: int = NEVER_US
    counts: dict[str, Counter[str]] = field(default_factory=lambda: {p: Counter() for p in PROTOCOLS})
    _last: dict[tuple[str, str], object] = field(default_factory=dict)

    def hear(self, change: Change) -> None:
        """Count one change; over OPC UA only where it is one."""
        key, value = (change.machine, change.signal), change.text if change.value is None else change.value
        if self.since_us <= change.at < self.until_us:
            for protocol in PROTOCOLS:
                self.counts[protocol][change.machine] += protocol != "opcua" or self._last.get(key) != value
        self._last[key] = value

    def between(self, since_us: int, length_us: int) -> None:
        """Say which stretch counts; it lies ahead."""
        self.since_us, self.until_us = since_us, since_us + length_us


@dataclass
class Memory:
    """The memory a process has, as it was seen now and then."""

    pid: int
    seen: list[tuple[float, float]] = field(default_factory=list)
    """Seconds and megabytes."""

    def look(self) -> None:
        """See how much it is now."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        self.seen.append((time.monotonic(), pages * 4096 / 1e6))

    def told(self) -> str:
        """First, last, highest, and how it goes on: over the second half, for a program that has just begun fills its caches."""
        at, mb = np.array(self.seen).T
        half = len(at) // 2
        slope = np.polyfit(at[half:] - at[half], mb[half:], 1)[0] * 3600 if len(at) - half > 2 else float("nan")
        return f"memory of the node: first {mb[0]:.0f} MB, last {mb[-1]:.0f} MB, highest {mb.max():.0f} MB; in the second half {slope:+.0f} MB/hour"


# ── a plant, connected ──────────────────────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def speaking(plant: Plant, broker: str) -> AsyncIterator[dict[str, Server]]:
    """Every protocol's server of a plant, listening."""
    async with AsyncExitStack() as stack:
        servers: dict[str, Server] = {}
        for place, protocol in enumerate(PROTOCOLS):
            module, _, kind = SERVERS[protocol].partition(":")
            more = {"broker": broker} if protocol == "sparkplug" else {}
            servers[protocol] = server = getattr(import_module(module), kind)(plant, PORT + place, **more)
            await server.start()
            stack.push_async_callback(server.stop)
        yield servers


def machine(protocol: str, name: str) -> str:
    """Whoever hears a machine over one protocol calls it by that; three voices of one machine would be one."""
    return f"machine:{protocol}-{name}"


def connected(home: Path, servers: Mapping[str, Server]) -> None:
    """What ``zhizao connect`` writes for each."""
    library = open_node(home).library
    for protocol, server in servers.items():
        found = connect(home, library, Asked(server.url, protocol, SITE, LINE), today=date(2026, 1, 1), clock=clock_us)
        assert found.description.addresses, f"nobody there over {protocol}"
        write(found)
        found.file.write_text(re.sub(r"machine:\S*?(?=M\d+)", machine(protocol, ""), found.text), "utf-8")


async def all_connected(node: Node) -> None:
    """Wait until every source is."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            sources = (await asyncio.to_thread(node.status))["connectors"]
            if all(sources.get(p, {}).get("events", {}).get("connected") for p in PROTOCOLS):
                return
            await asyncio.sleep(0.2)


# ── while it speaks ─────────────────────────────────────────────────────────────────────────────────────────────


async def live(plant: Plant, servers: Mapping[str, Server], said: Said) -> None:
    """Let the machines speak until the end, which is set later."""
    async for burst in Pace(CATCH_UP).bursts(plant):
        for server in servers.values():
            await server.say(burst)
        for change in burst:
            said.hear(change)
        if burst[-1].at >= said.until_us:
            return


async def watch(node: Node, memory: Memory) -> None:
    """Look at the memory, and ask now and then, until cancelled."""
    day, asked = datetime.now(timezone.utc).date().isoformat(), time.monotonic()
    async with httpx.AsyncClient(base_url=node.url, trust_env=False, timeout=60) as client:
        while True:
            memory.look()
            if time.monotonic() - asked > ASK_S:
                asked = time.monotonic()
                answer = await client.get(f"/api/v1/indicators/{INDICATOR}", params={"of": LINE, "period": day})
                assert answer.status_code == 200, answer.text
            await asyncio.sleep(LOOK_S)


async def lived(home: Path, seconds: int, broker: str) -> tuple[Said, Memory]:
    """Connect a plant that lives already, then let it go on for some seconds; what it said in them, and the memory meanwhile."""
    plant, said = Plant(1, MACHINES, clock_us()), Said()
    async with speaking(plant, broker) as servers:
        living = asyncio.create_task(live(plant, servers, said))
        await asyncio.to_thread(connected, home, servers)
        node = Node(home, seal_after_s=SEAL_AFTER_S)
        await asyncio.to_thread(node.start)
        try:
            await all_connected(node)
            said.between(clock_us() + SETTLE_S * 1_000_000, seconds * 1_000_000)
            memory = Memory(node.process.pid)
            watching = asyncio.create_task(watch(node, memory))
            await living
            await asyncio.sleep(SETTLE_S)
            watching.cancel()
            memory.look()
            await asyncio.to_thread(node.stop)
        finally:
            if node.process.poll() is None:
                node.kill()
    return said, memory


# ── afterwards ──────────────────────────────────────────────────────────────────────────────────────────────────


def stored(home: Path, source: str, said: Said) -> tuple[Counter[str], Any]:
    """How many observations of each machine are there, and how old each was when it arrived (ms)."""
    node = open_node(home)
    with node.store.session() as session:
        rows = session.relation(node.library.records["observation"])
        since, until = (EPOCH + timedelta(microseconds=us) for us in (said.since_us, said.until_us))
        rows = rows.filter((rows.source == source) & (rows.time >= since) & (rows.time < until))
        found = session.fetch(rows.select("entity", "time", at=rows["_stored_at"]))
    ages = (np.asarray(found["at"].cast("int64")) - np.asarray(found["time"].cast("int64"))) / 1000
    return Counter(found["entity"].to_pylist()), ages


def told(home: Path, said: Said) -> None:
    """Print a line a protocol."""
    accounts = open_node(home).store.accounts()
    print(f"{'':>12}{'said':>10}{'stored':>10}{'lost':>7}{'more':>6}{'rejected':>10}  conservation  {'p50 ms':>8}{'p99 ms':>9}")
    for protocol in PROTOCOLS:
        wanted = Counter({machine(protocol, name): n for name, n in said.counts[protocol].items()})
        found, ages = stored(home, protocol, said)
        account = accounts[protocol]
        lost, more = (wanted - found).total(), (found - wanted).total()
        holds = "holds" if account.balances else "BROKEN"
        p50, p99 = np.percentile(ages, [50, 99])
        print(f"{protocol:>12}{wanted.total():>10,}{found.total():>10,}{lost:>7}{more:>6}{account.rejected:>10}  {holds:<12}  {p50:>8.1f}{p99:>9.1f}")


def main(seconds: int = SECONDS) -> None:
    """Print what became of what was said, and how much memory the node took."""
    with tempfile.TemporaryDirectory() as folder, mosquitto(Path(folder)) as broker:
        home = Path(folder) / "home"
        said, memory = asyncio.run(lived(home, seconds, f"127.0.0.1:{broker.port}"))
        total = sum(c.total() for c in said.counts.values())
        print(f"a plant of {MACHINES} machines over {len(PROTOCOLS)} protocols for {seconds:,} s: {total:,} observations, {total / seconds:,.0f}/s")
        told(home, said)
        print(memory.told())


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SECONDS)
