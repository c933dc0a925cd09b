"""Whether the set points an action wrote are seen to have moved, in the machines' own signals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from zhizao.model.effect import Confirmation, Setting
from zhizao.model.library import Library
from zhizao.model.quantity import SIGNALS
from zhizao.node.loop.begun import Begun, Wanted
from zhizao.store.contract import Session


def settings(library: Library, session: Session, action: Begun) -> tuple[Setting, ...]:
    """Each set point of an action that has begun, as the signal of the machine tells it before and since."""
    return tuple(_setting(library, session, wanted, action.at) for wanted in action.writes if action.at is not None)


def _setting(library: Library, session: Session, wanted: Wanted, at: datetime | None) -> Setting:
    rows = session.relation(library.records[SIGNALS])
    own = rows.filter((rows.entity == wanted.machine) & (rows.quantity == wanted.quantity) & rows.value.notnull())
    before = session.fetch(own.filter(own.time < at).order_by(own.time.desc()).limit(1)).to_pylist()
    since = session.fetch(own.filter(own.time >= at).order_by(own.time).limit(1000)).to_pylist()
    quantity = library.quantities.get(wanted.quantity)
    step = float(quantity.step) if quantity else 0.001
    reached = next((row for row in since if abs(row["value"] - float(wanted.value)) <= step), None)
    state: Confirmation = "confirmed" if reached else "differs" if since else "unseen"
    seen = reached or (since[-1] if since else None)
    return Setting(wanted.machine, wanted.quantity, wanted.value, _value(before[0] if before else None), _value(seen), seen["time"] if seen else None, state)


def _value(row: Mapping[str, Any] | None) -> float | None:
    return None if row is None else float(row["value"])
