"""Claims about a plan's evaluation: every target with its verdict, figure and forecasts."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

from zhizao.model.bundle import Row
from zhizao.model.library import Library
from zhizao.node.assemble import Node
from zhizao.node.evaluate import evaluate
from zhizao.show.json import scored
from zhizao.store.frozen import FrozenStore


class EvaluationClaim:
    """The scorecard of a plan as known at a time."""

    def records(self, library: Library, ask: Row) -> frozenset[str]:
        """See ``Kind``."""
        shown = {c.indicator for c in library.contexts if c.pack == ask["plan"]}
        computed = [i for i in library.indicators.values() if i.is_computed and (i.pack == ask["plan"] or i.id in shown)]
        return frozenset(name for i in computed for name in i.records) | {r.record for r in library.reconciliations}

    def claim(self, node: Node, store: FrozenStore, at: datetime, ask: Row) -> list[Row]:
        """See ``Kind``."""
        return self.answer(node, store, at, ask)

    def answer(self, node: Node, store: FrozenStore, at: datetime, ask: Row) -> list[Row]:
        """See ``Kind``."""
        rows = scored(evaluate(replace(node, store=store), ask["plan"], ask["as_of"]))
        found: list[Row] = json.loads(json.dumps(rows, ensure_ascii=False))
        return found


EVALUATION = EvaluationClaim()

