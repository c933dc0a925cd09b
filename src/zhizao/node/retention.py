"""How long a home keeps what machines said: older observations are let go, once a day, and what is said of them stays."""

from __future__ import annotations

from datetime import datetime, timedelta

from zhizao.model.quantity import SIGNALS
from zhizao.node import config
from zhizao.node.assemble import Node

LOOK_S = 600.0


def let_go(node: Node, at: datetime) -> int:
    """Let go of every batch of observations that is older than the home's ``keep_raw_days``; how many there were.

    The limit is a midnight, so that there is one note of it a day, however often it is looked at; a later look gives the room back.
    """
    days = config.read(node.home).keep_raw_days
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return node.store.retire(node.library.records[SIGNALS], midnight - timedelta(days=days)) if days else 0
