"""``python -m bench.faults [ROUNDS]``: a running node, hurt again and again; afterwards nothing acknowledged is lost, nothing is twice, every sum holds.

The node is a process of its own. One machine pushes to it over HTTP, another publishes at QoS 1 through a broker; each sends values of which none is like
another, sends again what was not acknowledged, and knows at every moment what was. In every round one fault happens while they speak.
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.process import STOP_S, Node
from bench.publishing import SOURCE, Publisher
from bench.pushing import ROWS, Link, Pusher
from tests.sense.broker import Mosquitto, mosquitto
from zhizao.node.assemble import folders_of, load_library, open_store
from zhizao.store.stream.log import Log

PATIENCE_S = 60.0
HOUR_S, DAY_S = 3600, 86_400
Sender = Pusher | Publisher


@dataclass(frozen=True)
class Scene:
    """Everything a fault may touch."""

    node: Node
    pusher: Pusher
    publisher: Publisher
    link: Link
    broker: Mosquitto
    dice: random.Random

    @property
    def senders(self) -> tuple[Sender, ...]:
        """The machines that speak."""
        return self.pusher, self.publisher

    def wait(self) -> None:
        """A moment of undisturbed work, never the same."""
        goal = len(self.pusher.acknowledged) + self.dice.randrange(1, 5) * ROWS
        until = time.monotonic() + 30
        while len(self.pusher.acknowledged) < goal and time.monotonic() < until:
            time.sleep(self.dice.random() * 0.01)


# ── faults: each happens while the machines speak, and is over when it returns ──────────────────────────────────


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


def broker_stop(scene: Scene) -> None:
    """The broker is gone for a moment, with everything that was on its way."""
    scene.broker.stop()
    time.sleep(0.05)
    scene.broker.start()


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


def clock_step(scene: Scene) -> None:
    """The node's clock is set back or on; it stays so until it is set again."""
    scene.node.set_clock(scene.dice.choice([-DAY_S, -HOUR_S, 0, HOUR_S, DAY_S]))


def duplicates(scene: Scene) -> None:
    """What had arrived comes again, in another order."""
    for sender in scene.senders:
        sender.again(scene.dice)


FAULTS = (kill, stop, cut, broker_stop, disk_full, disk_full_and_kill, clock_step, duplicates)


# ── what must hold afterwards ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Found:
    """What the files of a home say of a sender, as any process reads them."""

    lost: int
    doubled: int
    other: int
    """Values that are not what was sent."""
    conserved: bool
    drained: bool

    @property
    def well(self) -> bool:
        """Whether nothing happened to anything acknowledged."""
        return not (self.lost or self.doubled or self.other) and self.conserved


def found(home: Path, sender: Sender) -> Found:
    """Look for everything a sender had acknowledged."""
    store, record = open_store(home), load_library(home, folders_of(home)).records["observation"]
    with store.session() as session:
        rows = session.relation(record)
        stored = session.fetch(rows.filter(rows.source == sender.source).select("time", "value"))
    times = [at.isoformat().replace("+00:00", "Z") for at in stored["time"].to_pylist()]
    values = dict(zip(times, stored["value"].to_pylist(), strict=True))
    account = store.accounts()[sender.source]
    # What lies in the log for the second time is found to be a duplicate when it is drained.
    conserved = account.balances and account.stored <= len(values) <= account.stored + account.spooled
    other = sum(sender.sent.get(at) != value for at, value in values.items())
    return Found(len(sender.acknowledged - values.keys()), len(times) - len(values), other, conserved, account.spooled == 0)


def check(home: Path, sender: Sender) -> Found:
    """Zero lost among acknowledged, zero doubled, every sum holds. What the broker has acknowledged is given time to arrive from there."""
    until = time.monotonic() + (PATIENCE_S if isinstance(sender, Publisher) else 0)
    while (now := found(home, sender)).lost and time.monotonic() < until:
        time.sleep(0.2)
    assert now.well, (sender.source, now)
    return now


def check_drained(home: Path, sender: Sender) -> Found:
    """The same once nothing is in the log any more: then what is stored is what was sent, to the row."""
    store = open_store(home)
    log: Log = store.log()
    log.roll()
    log.close()
    store.drain(load_library(home, folders_of(home)).records["observation"])
    now = check(home, sender)
    account = store.accounts()[sender.source]
    assert now.drained and account.stored == len(sender.sent), account
    return now


# ── rounds ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Survived:
    """How often each fault happened, and what was found of each sender in the end."""

    kinds: dict[str, int]
    senders: tuple[Sender, ...] = ()
    found: list[Found] = field(default_factory=list)


@contextmanager
def staged(folder: Path, seed: int) -> Iterator[Scene]:
    """A node, a broker, and two machines that speak to it."""
    home = folder / "home"
    (home / "sources").mkdir(parents=True)
    (folder / "broker").mkdir()
    with mosquitto(folder / "broker", keeps=True) as broker:
        (home / "sources" / "line.yaml").write_text(SOURCE.format(port=broker.port))
        node = Node(home, stepped=folder / "away")
        node.start()
        link, publisher = Link(node), Publisher(broker.port)
        try:
            _wait_for_subscription(node, publisher.source)
            publisher.connect()
            yield Scene(node, Pusher("bench", lambda: link.url), publisher, link, broker, random.Random(seed))
            publisher.close()
        finally:
            link.close()
            if node.process.poll() is None:
                node.kill()


def _wait_for_subscription(node: Node, source: str) -> None:
    """What a broker is told before anybody has ever subscribed, it forgets."""
    until = time.monotonic() + PATIENCE_S
    while not node.status()["connectors"].get(source, {}).get("events", {}).get("connected"):
        assert time.monotonic() < until, "the node does not subscribe"
        time.sleep(0.05)


def rounds(folder: Path, times: int, seed: int, faults: tuple[Callable[[Scene], None], ...] = FAULTS) -> Survived:
    """Hurt a node so many times, and check after each."""
    done = Survived(dict.fromkeys((f.__name__ for f in faults), 0))
    with staged(folder, seed) as scene:
        for number in range(times):
            fault = faults[number % len(faults)]
            with ExitStack() as speaking:
                for sender in scene.senders:
                    speaking.enter_context(sender.pushing())
                scene.wait()
                fault(scene)
                scene.wait()
            for sender in scene.senders:
                check(scene.node.home, sender)
            done.kinds[fault.__name__] += 1
        assert scene.node.stop() < STOP_S
        done.senders = scene.senders
        done.found = [check_drained(scene.node.home, sender) for sender in scene.senders]
    return done


def main(times: int = 100) -> None:
    """Print what was survived."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        done = rounds(Path(folder), times, seed=1)
    kinds = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in done.kinds.items())
    print(f"faults: {times} rounds in {time.monotonic() - begun:.0f} s: {kinds}")
    print(f"{'':>12}{'acknowledged':>14}{'sent again':>12}{'lost':>6}{'doubled':>9}  conservation")
    for sender, now in zip(done.senders, done.found, strict=True):
        print(f"{sender.source:>12}{len(sender.acknowledged):>14,}{sender.twice:>12,}{now.lost:>6}{now.doubled:>9}  {'holds' if now.conserved else 'BROKEN'}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
