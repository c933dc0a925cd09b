"""Actions with a deadline: a course an action, one point, now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from zhizao.model.rule import Rule
from zhizao.model.warning import Course, Input, Point
from zhizao.node.loop.watched.ground import Ground
from zhizao.store.ledger import told

RECORD = "action_event"
Row = Mapping[str, Any]


def actions(rule: Rule, ground: Ground) -> list[Course]:
    """Every action whose deadline has come, by the day."""
    rows = sorted(told(ground.session, ground.library.records[RECORD], ground.known), key=lambda r: str(r["action"]))
    found = [_course(action, list(events), ground.now) for action, events in groupby(rows, key=lambda r: str(r["action"]))]
    return [c for c in found if c is not None]


def _course(action: str, events: Sequence[Row], now: datetime) -> Course | None:
    deadline: date | None = next((e["deadline"] for e in reversed(events) if e["deadline"]), None)
    if deadline is None:
        return None
    late = (now.date() - deadline).days
    happened = {e["what"] for e in events}
    inputs: dict[str, Input] = {
        "days_late": Decimal(max(late, 0)), "done": "done" in happened, "cancelled": "cancelled" in happened, "escalated": "escalated" in happened,
        "status": str(events[-1]["what"]),
    }  # fmt: skip
    # The first point lies at the end of the deadline's day whenever it is looked at, so that a late look tells the same.
    due = datetime.combine(deadline + timedelta(days=1), time(), UTC)
    if late <= 0:
        return Course(str(events[0]["entity"]), action, ())
    ended = next((e["at"] for e in events if e["what"] in ("done", "cancelled")), None)
    on_time = ended is not None and ended < due
    first = Point(str(deadline), due, due, {**inputs, "days_late": Decimal(1), "done": on_time and inputs["done"], "cancelled": on_time and inputs["cancelled"]})
    today = datetime.combine(now.date(), time(), UTC)
    points = (first,) if today <= due else (first, Point(str(now.date()), today, max(today, ended or today), inputs))
    return Course(str(events[0]["entity"]), action, points)
