"""Data changes of an OPC UA server into the durable log, beside the bare client library that decodes and counts them.

The server is node-opcua in a process of its own, told to change faster than any client here can read; its queues are long enough that nothing is
lost. Every contender reads the same changes in a process of its own. ``handler`` is the library as its manual shows it, ``messages`` the least it
can do: decode a message and count what is in it.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from asyncua import Client, ua
from asyncua.common.subscription import Subscription

from tests.sense.opcua_peer import Peer, clock, source
from zhizao.sense.connectors.opcua.connector import OpcUa
from zhizao.sense.intake import Intake
from zhizao.store.stream.delivery import Delivery
from zhizao.store.stream.log import Log

VARIABLES, TURNS, EVERY_MS = 1_000, 60, 10
CHANGES = VARIABLES * TURNS
CALM = {"every": 100, "times": 100}
"""For the latency: a plant that is not hurried."""
CONTENDERS = ("ours", "handler", "messages")
NAMES = [f"v{i}" for i in range(VARIABLES)]
PUBLISHING_MS, QUEUE = 50, 10_000


class Count:
    """How many changes came, and when all of them had."""

    def __init__(self) -> None:
        self.seen, self.all, self.late = 0, asyncio.Event(), list[float]()
        self.wanted = VARIABLES

    def add(self, changes: int) -> None:
        self.seen += changes
        if self.seen >= self.wanted:
            self.all.set()

    async def reach(self, wanted: int) -> None:
        self.wanted = wanted
        self.all.clear()
        self.add(0)
        await asyncio.wait_for(self.all.wait(), 300)

    def datachange_notification(self, node: object, value: object, data: object) -> None:
        self.add(1)


class Messages(Subscription):
    """Counts what its messages hold."""

    async def publish_callback(self, publish_result: ua.PublishResult) -> None:
        self.count.add(sum(len(told.MonitoredItems) for told in publish_result.NotificationMessage.NotificationData or []))


class Counted:
    """A feed that counts what is durable, and how old it was by then."""

    def __init__(self, intake: Intake, count: Count) -> None:
        self.intake, self.count_of, self.position, self.last_us = intake, count, "", 0

    async def deliver(self, delivery: Delivery) -> None:
        await self.intake.deliver(delivery)
        now = clock()
        self.count_of.late += [(now - us) / 1000 for us in delivery.rows["time"].cast("int64").to_pylist()]
        self.count_of.add(delivery.rows.num_rows)

    def count(self, event: str, times: int = 1) -> None:
        if event in ("overflow", "gap"):
            raise SystemExit(f"the run counts for nothing: {event}")


async def ours(peer: Peer, count: Count, folder: Path) -> None:
    """The connector, the intake and the fsynced log, at work until cancelled."""
    intake = Intake(Log(folder / "log"))
    options = {"every": f"{PUBLISHING_MS}ms", "sampling": 0, "queue": QUEUE}
    of = source(peer.url, *NAMES, **options)
    await asyncio.gather(intake.run(), OpcUa(of, clock).run(Counted(intake, count)))


async def bare(peer: Peer, count: Count, messages: bool) -> None:
    """The library alone."""
    async with Client(peer.url, timeout=10) as client:
        parameters = ua.CreateSubscriptionParameters(PUBLISHING_MS, 10_000, 100, 0, True, 0)
        if messages:
            subscription = Messages(client.uaclient.session, parameters)
            subscription.count = count
            await subscription.init()
        else:
            subscription = await client.create_subscription(parameters, count)
        nodes = [client.get_node(f"ns=1;s={name}") for name in NAMES]
        for first in range(0, len(nodes), 200):
            await subscription.subscribe_data_change(nodes[first : first + 200], queuesize=QUEUE, sampling_interval=0.0)
        await asyncio.Event().wait()


async def work(name: str, calm: bool) -> dict[str, float]:
    """One contender: the seconds from the first change that was told to the last that was taken, and those its processor was busy."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        async with Peer(Path(folder), many=VARIABLES) as peer:
            count = Count()
            reading = asyncio.create_task(ours(peer, count, Path(folder)) if name == "ours" else bare(peer, count, name == "messages"))
            await count.reach(2 * VARIABLES if name == "ours" else VARIABLES)  # ours says an old first value twice: as it was, and that it holds
            count.late.clear()
            tick = CALM if calm else {"every": EVERY_MS, "times": TURNS}
            began, busy = time.perf_counter(), time.process_time()
            await peer.tell(tick=tick)
            await count.reach(count.seen + VARIABLES * tick["times"])
            seconds, busy = time.perf_counter() - began, time.process_time() - busy
            reading.cancel()
            await asyncio.wait({reading})
            late = quantiles(count.late or [0, 0], n=100)
    return {"seconds": seconds, "busy": busy, "p50": late[49], "p99": late[98]}


def run(name: str) -> dict[str, float]:
    """One contender in a process of its own."""
    done = subprocess.run([sys.executable, "-m", "bench.opcua", name], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Print changes a second, what a change costs the processor, and how late a value is durable in a calm plant."""
    print(f"data changes of {VARIABLES:,} variables, {CHANGES:,} of them as fast as they come; median of 3 runs in turn; ratios as times of the other's speed")
    print(" " * 24 + "".join(f"{head:>12}" for head in CONTENDERS) + f"{'ours/handler':>16}{'ours/messages':>16}")
    runs = [{name: run(name) for name in CONTENDERS} for _ in range(3)]
    for label, figure in (("changes a second", "seconds"), ("… of its own processor", "busy")):
        speed = {name: CHANGES / median(one[name][figure] for one in runs) for name in CONTENDERS}
        line = "".join(f"{speed[name]:>12,.0f}" for name in CONTENDERS)
        print(f"{label:<24}{line}{speed['ours'] / speed['handler']:>16.2f}{speed['ours'] / speed['messages']:>16.2f}", flush=True)
    calm = asyncio.run(work("ours", calm=True))
    rate = VARIABLES * 1000 // CALM["every"]
    print(f"from the machine's time stamp to durable, at {rate:,} changes/s and {PUBLISHING_MS} ms between messages: p50 {calm['p50']:.0f} ms, p99 {calm['p99']:.0f} ms")


if __name__ == "__main__":
    if sys.argv[1:]:
        print(json.dumps(asyncio.run(work(sys.argv[1], calm=False))))
    else:
        main()
