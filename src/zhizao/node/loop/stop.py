"""The emergency stop of a home: a file that every process looks at right before anything leaves. It needs nobody's leave; lifting it takes two persons."""

from __future__ import annotations

import fcntl
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from zhizao.errors import NoAnswer, StoreBusy, UnknownName
from zhizao.model.action import STOPS
from zhizao.model.policy import Policy
from zhizao.model.text import Text
from zhizao.node.assemble import Node, now
from zhizao.store.durable import make_folder
from zhizao.store.durable import replace as put
from zhizao.store.home import Home
from zhizao.store.ledger import tell

FLAG, LOCK = "stop.json", "act.lock"
PATIENCE_S, LOOK_S = 20.0, 0.02
"""How long one waits for a sending that is under way: longer than any sink may take."""
NEEDED = 2


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop that is in force, and who has agreed to lift it."""

    id: str
    at: str
    by: str = ""
    why: str = ""
    released_by: tuple[str, ...] = ()


def is_stopped(home: Path) -> bool:
    """Whether nothing may leave: the file is there, whatever it says."""
    return (home / FLAG).exists()


def standing(home: Path) -> Stop | None:
    """The stop in force, None where there is none."""
    try:
        said: dict[str, Any] = json.loads((home / FLAG).read_text("utf-8"))
        return Stop(said["stop"], said["at"], said["by"], said["why"], tuple(said["released_by"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):  # it stands all the same
        return Stop("S-unreadable", "")


@contextmanager
def acting(home: Path, wait_s: float = PATIENCE_S) -> Iterator[None]:
    """Be the one who sends from a home, across all processes; the lock goes with the process that held it.

    Raises:
        StoreBusy: another process is sending.
    """
    make_folder(home)
    with (home / LOCK).open("a") as lock:
        until = time.monotonic() + wait_s
        while not _seized(lock.fileno()):
            if time.monotonic() > until:
                raise StoreBusy(Text("另一进程正在写出", "another process is sending"), where=str(home), cure=Text("请稍后重试", "try again later"))
            time.sleep(LOOK_S)
        yield


def _seized(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def halt(home: Path, at: datetime, by: str = "", why: str = "") -> tuple[Stop, bool]:
    """Stop everything: from when this returns nothing leaves. The stop, and whether a sending was still under way and did not end in time.

    The file is there before anything is waited for. Stopping what is stopped takes back every agreement to lift it.
    """
    make_folder(home)
    with _changing(home):
        before = standing(home)
        stop = replace(before, released_by=()) if before else Stop(f"S-{sha256(at.isoformat().encode()).hexdigest()[:8]}", at.isoformat(), by, why)
        _write(home, stop)
    try:
        with acting(home):
            return stop, False
    except StoreBusy:
        return stop, True


def lift(home: Path, policy: Policy, person: str) -> tuple[Stop, bool]:
    """Agree to lift the stop; the stop, and whether it is lifted by that.

    Raises:
        NoAnswer: there is no stop, or the person may not agree, or has agreed before.
        UnknownName: the policy knows no such person.
    """
    with _changing(home):
        stop = standing(home)
        if stop is None:
            raise NoAnswer(Text("没有紧急停止", "no emergency stop is in force"))
        _require_entitled(policy, person, stop)
        stop = replace(stop, released_by=(*stop.released_by, person))
        if len(stop.released_by) < NEEDED:
            _write(home, stop)
            return stop, False
        (home / FLAG).unlink()
        return stop, True


def _require_entitled(policy: Policy, person: str, stop: Stop) -> None:
    if person not in policy.persons:
        raise UnknownName(Text("人员", "person"), person, policy.persons, where="--as")
    if policy.release_roles and not policy.persons[person].roles & policy.release_roles:
        roles = ", ".join(sorted(policy.release_roles))
        raise NoAnswer(Text(f"{person} 无权解除停止（须为 {roles}）", f"{person} may not lift a stop (that takes {roles})"))
    if person in stop.released_by:
        raise NoAnswer(Text(f"{person} 已同意；还需另一人", f"{person} agreed already; it takes another person"))


def tell_stop(node: Node, stop: str, what: str, person: str, note: str) -> None:
    """Store what became of a stop; the entity is the home itself."""
    row = {"stop": stop, "what": what, "at": now(), "entity": f"home:{Home(node.home).id or 'new'}", "by": person or None, "note": note or None}
    tell(node.store, node.library.records[STOPS], [row], "act")


@contextmanager
def _changing(home: Path) -> Iterator[None]:
    with (home / ".stop.lock").open("a") as lock:
        fcntl.flock(lock.fileno(), fcntl.LOCK_EX)
        yield


def _write(home: Path, stop: Stop) -> None:
    said = {"stop": stop.id, "at": stop.at, "by": stop.by, "why": stop.why, "released_by": list(stop.released_by)}
    put(home / FLAG, json.dumps(said, ensure_ascii=False).encode())


