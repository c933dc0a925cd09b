"""Effects and what was stated in advance, as facts: told, and found again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from zhizao.model.effect import Effect, Estimate, Foresight
from zhizao.model.library import Library
from zhizao.node.assemble import Node
from zhizao.node.loop.begun import Begun
from zhizao.store.contract import Session
from zhizao.store.ledger import tell, told

RECORD = "effect_estimate"
STEP = Decimal("0.000001")


def tell_effect(node: Node, found: Effect, at: datetime) -> None:
    """Store the estimate the verdict rests on, with what the other methods say beside it."""
    body = {
        "chosen": found.method, "level": found.level, "before": [str(p) for p in found.before], "after": [str(p) for p in found.after],
        "entities": found.entities, "comparison": found.comparison, "doubts": found.doubts, "worth": found.worth, "worth_from": found.worth_from,
        "expected": found.expected, "trend": found.trend,
        "beside": {e.method: [e.value, e.low, e.high] for e in found.estimates if e is not found.estimate},
    }  # fmt: skip
    rows = [{**_row(found.estimate, found.action, found.indicator, found.entities[0], at), "verdict": found.verdict, "body": _written(body)}]
    tell(node.store, node.library.records[RECORD], rows, "effect")


def tell_foresight(node: Node, group: Sequence[Begun], made: Foresight, at: datetime) -> None:
    """Store, for each action, what each method could detect; without a verdict, for there is no effect yet."""
    body = _written({"chosen": made.method, "level": made.level, "before": [str(p) for p in made.before], "periods_after": made.periods_after, "expected": made.expected})
    rows = [{**_row(e, action.id, made.indicator, action.entity, at), "body": body} for action in group for e in made.estimates if e.method == made.method and e.detectable is not None]
    tell(node.store, node.library.records[RECORD], rows, "effect")


def stated(session: Session, library: Library, actions: Sequence[str], indicator: str) -> float | None:
    """The smallest effect that was said, before they began, to be detectable of actions: the largest of what was said last of each."""
    last = {row["action"]: float(row["detectable"]) for row in _advance(session, library) if row["action"] in actions and row["indicator"] == indicator}
    return max(last.values(), default=None)


def _advance(session: Session, library: Library) -> Iterator[dict[str, Any]]:
    return (row for row in told(session, library.records[RECORD]) if row["verdict"] is None and row["detectable"] is not None)


def _row(e: Estimate, action: str, indicator: str, entity: str, at: datetime) -> dict[str, Any]:
    figures = {"estimate": e.value, "low": e.low, "high": e.high, "detectable": e.detectable}
    written = {name: None if v is None else Decimal(repr(v)).quantize(STEP, ROUND_HALF_EVEN) for name, v in figures.items()}
    return {"action": action, "indicator": indicator, "method": e.method, "made_at": at, "entity": entity, **written}


def _written(body: dict[str, Any]) -> str:
    return json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
