"""How an installation fares: its node, its store, its connectors, and whether every observation is accounted for."""

from __future__ import annotations

import fcntl
import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from zhizao import __version__
from zhizao.checks.connectors import Tier
from zhizao.model.text import Text
from zhizao.node.assemble import clock_behind, open_store
from zhizao.sense import mapping
from zhizao.sense.contract import Promise
from zhizao.store.contract import Store
from zhizao.store.durable import replace
from zhizao.store.home import Home
from zhizao.store.stream.account import Account
from zhizao.store.stream.log import DAMAGED

Row = dict[str, Any]
RUN_FILE = "run.json"
NOTHING = Account()
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True, slots=True)
class Fares:
    """What only the running node knows of a source: its state, what it counted, what its connector promises and has proven."""

    state: str = "stopped"
    error: Text | None = None
    since_us: int = 0
    attempts: int = 0
    events: Mapping[str, int] | None = None
    promise: Promise | None = None
    tier: Tier | None = None


def status(home: Path, store: Store, fares: Mapping[str, Fares], *, node: Row) -> Row:
    """Everything in one answer; counted from files, so that it can be asked beside a running node and without one."""
    found, gone = store.accounts(), store.retired()
    names = sorted(found.keys() | mapping.files_in(home).keys() | fares.keys())
    sources = {name: _source(found.get(name, NOTHING), fares.get(name, Fares())) for name in names}
    total = {key: sum(getattr(c, key) for c in found.values()) for key in ("received", "stored", "duplicate", "rejected", "spooled")}
    damaged = sorted(file.name for file in Home(home).stream.glob(f"*{DAMAGED}"))
    conserved = all(c.balances for c in found.values()) and not damaged
    said = {"home": str(home), "id": Home(home).id, **total, "conserved": conserved, "log_bytes": _log_bytes(home), "log_damaged": damaged}
    behind = clock_behind(store.newest())
    said |= {"trouble": {"zh": behind.zh, "en": behind.en}} if behind else {}
    said |= {"retired": {"batches": sum(r.batches for r in gone), "rows": sum(r.rows for r in gone), "at": gone[-1].at.isoformat() if gone else None}}
    return {"node": node, "store": said, "connectors": sources}


def _source(c: Account, f: Fares) -> Row:
    row: Row = {"state": f.state, **{k: getattr(c, k) for k in ("received", "stored", "duplicate", "rejected", "spooled", "lines")}}
    row |= {"last_value_at": _iso(c.last_us), "last_value_us": c.last_us, "conserved": c.balances, "events": dict(f.events or Counter())}
    row |= {"since": _iso(f.since_us), "attempts": f.attempts}
    row |= {"promise": _promise(f.promise), "tier": f.tier}
    return row | ({"error": {"zh": f.error.zh, "en": f.error.en}} if f.error else {})


def _promise(promise: Promise | None) -> Row | None:
    if promise is None:
        return None
    return asdict(promise)


def _iso(us: int) -> str | None:
    return (_EPOCH + timedelta(microseconds=us)).isoformat(timespec="milliseconds").replace("+00:00", "Z") if us else None


def _log_bytes(home: Path) -> int:
    total = 0
    for file in Home(home).stream.glob("*.frames"):
        try:
            total += file.stat().st_size
        except FileNotFoundError:  # it went into a segment meanwhile
            continue
    return total


# ── where the running node is reached ───────────────────────────────────────────────────────────────────────────


def note_running(home: Path, port: int, since: datetime) -> None:
    """Say where this process answers."""
    replace(home / RUN_FILE, json.dumps({"pid": os.getpid(), "port": port, "since": since.isoformat()}).encode())


def forget_running(home: Path) -> None:
    """This process answers no more."""
    (home / RUN_FILE).unlink(missing_ok=True)


def is_running(home: Path) -> bool:
    """Whether a process takes deliveries for this home; the lock goes with the process, a note would not."""
    try:
        handle = os.open(Home(home).stream / "lock", os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(handle)


def current(home: Path) -> Row:
    """The status by the running node where there is one, else by the files alone."""
    return asked(home) or status(home, open_store(home), {}, node={"running": is_running(home), "version": __version__})


def asked(home: Path) -> Row | None:
    """The status as the running node itself tells it; None where none runs or it does not answer."""
    if not is_running(home):
        return None
    import httpx

    try:
        port = json.loads((home / RUN_FILE).read_bytes())["port"]
        answer = httpx.get(f"http://127.0.0.1:{port}/api/v1/status", timeout=10, trust_env=False)
        found = answer.json()
        return found if answer.status_code == 200 and Path(found["store"]["home"]).resolve() == home.resolve() else None
    except (OSError, ValueError, KeyError, TypeError, httpx.HTTPError):
        return None
