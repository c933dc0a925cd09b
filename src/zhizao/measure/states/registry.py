"""Which state a fold makes."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from zhizao.measure.states.contract import State
from zhizao.measure.states.distinct import Distinct
from zhizao.measure.states.histogram import Histogram
from zhizao.measure.states.last import Last
from zhizao.measure.states.moments import Moments
from zhizao.measure.states.plain import Count, Extreme, Sum
from zhizao.model.expression import FoldKind


def state_of(kind: FoldKind, options: Mapping[str, Decimal] | None = None) -> State:
    """The state of a fold.

    Example:
        >>> state_of("histogram", {"width": Decimal("0.5")}).columns[0].rule
        'counts'
    """
    given = options or {}
    match kind:
        case "count":
            return Count()
        case "sum" | "integral" | "duration" | "increase":
            return Sum()
        case "min" | "max":
            return Extreme(kind)
        case "moments":
            return Moments()
        case "last":
            return Last()
        case "histogram":
            return Histogram(given.get("width", Decimal(1)))
        case "distinct":
            return Distinct(int(given.get("k", Decimal(1024))))
        case "time_mean":
            raise AssertionError("a time mean is a quotient of two folds")
