"""Machines that say nothing: a course a machine, one point, now."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from zhizao.model.quantity import SIGNALS
from zhizao.model.rule import Rule
from zhizao.model.warning import Course, Point
from zhizao.node.loop.watched.ground import Ground

DAYS = 7
"""A machine that said nothing for longer was taken away, or never told; it is not looked at any more."""


def silence(rule: Rule, ground: Ground) -> list[Course]:
    """How long each machine has been silent, beside the usual time between its words of the last days."""
    import ibis

    record = ground.library.records[SIGNALS]
    rows = ground.session.relation(record, ground.known)
    since = ibis.literal(ground.now - timedelta(days=DAYS), "timestamp('UTC', 6)")
    until = ibis.literal(ground.now, "timestamp('UTC', 6)")
    recent = rows.filter((rows.time >= since) & (rows.time <= until) & rows.entity.startswith("machine:"))
    heard = recent.group_by("entity").agg(first=recent.time.min(), last=recent.time.max(), words=recent.time.nunique())
    return [_course(row, ground.now) for row in ground.session.fetch(heard.order_by("entity")).to_pylist()]


def _course(heard: dict[str, Any], now: datetime) -> Course:
    last: datetime = heard["last"]
    # By the minute: whoever looks beside a running node tells the same warning.
    at = max(last, now.replace(second=0, microsecond=0))
    usual = _minutes(last - heard["first"]) / max(heard["words"] - 1, 1)
    inputs = {"silent_minutes": _minutes(at - last), "usual_minutes": usual.quantize(Decimal("0.000001"))}
    return Course(heard["entity"], "", (Point(f"{last:%Y-%m-%d}", last, at, inputs),))


def _minutes(time: timedelta) -> Decimal:
    return Decimal(time // timedelta(seconds=1)) / 60
