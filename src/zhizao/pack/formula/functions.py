"""The functions a formula may call: what each takes, and how it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

Layer = Literal["row", "fold", "finisher", "time"]


@dataclass(frozen=True, slots=True)
class Option:
    """A number a function takes by name, and between what bounds it makes sense."""

    least: Decimal
    most: Decimal
    required: bool = True
    whole: bool = True

    def holds(self, value: Decimal) -> bool:
        """Whether a value may stand there.

        Example:
            >>> Option(Decimal(1), Decimal(9)).holds(Decimal("1.5"))
            False
        """
        return self.least <= value <= self.most and not (self.whole and value % 1)


_YEARS = Option(Decimal(1), Decimal(100), required=False)
_LAST = Option(Decimal(1), Decimal(1000))
_WIDTH = Option(Decimal("0.000001"), Decimal(10) ** 12, whole=False)
_KEPT = Option(Decimal(16), Decimal(65536), required=False)


@dataclass(frozen=True, slots=True)
class Function:
    """One function: its layer, how many arguments it takes, its options, and an example of its use."""

    name: str
    layer: Layer
    least: int
    most: int
    usage: str
    options: Mapping[str, Option] = field(default_factory=dict)
    state: str = ""
    """The fold whose state it finishes, where it takes one."""


_ALL = (
    Function("reported", "row", 1, 1, "reported(field)"),
    Function("sum", "fold", 1, 1, "sum(field)"),
    Function("count", "fold", 0, 1, "count(), count(field) or count(where field > 0)"),
    Function("min", "fold", 1, 1, "min(field)"),
    Function("max", "fold", 1, 1, "max(field)"),
    Function("last", "fold", 1, 1, "last(field)"),
    Function("moments", "fold", 1, 1, "moments(field)"),
    Function("histogram", "fold", 1, 1, "histogram(field, width=0.5)", {"width": _WIDTH}),
    Function("distinct", "fold", 1, 1, "distinct(field) or distinct(field, k=1024)", {"k": _KEPT}),
    Function("integral", "fold", 1, 1, "integral(quantity)"),
    Function("time_mean", "fold", 1, 1, "time_mean(quantity)"),
    Function("duration", "fold", 0, 1, 'duration(where mode == "ACTIVE")'),
    Function("increase", "fold", 1, 1, "increase(counter)"),
    Function("pow", "finisher", 2, 2, "pow(sum(a) / sum(b), 2)"),
    Function("sqrt", "finisher", 1, 1, "sqrt(sum(a) / sum(b))"),
    Function("ln", "finisher", 1, 1, "ln(sum(a) / sum(b))"),
    Function("exp", "finisher", 1, 1, "exp(sum(a) / sum(b))"),
    Function("abs", "finisher", 1, 1, "abs(sum(a) - sum(b))"),
    Function("share", "finisher", 2, 2, "share(sum(part), sum(whole))"),
    Function("quantile", "finisher", 2, 2, "quantile(histogram(field, width=0.5), 0.95)", state="histogram"),
    Function("mean", "finisher", 1, 1, "mean(moments(field))", state="moments"),
    Function("sd", "finisher", 1, 1, "sd(moments(field))", state="moments"),
    Function("estimate", "finisher", 1, 1, "estimate(distinct(field))", state="distinct"),
    Function("base", "time", 2, 2, "base(sum(a) / sum(b), 2015)"),
    Function("growth", "time", 1, 1, "growth(sum(a)) or growth(sum(a), years=5)", {"years": _YEARS}),
    Function("rolling", "time", 1, 1, "rolling(sum(a), n=4)", {"n": _LAST}),
    Function("at_end", "time", 1, 1, "at_end(sum(a))"),
)
FUNCTIONS: Mapping[str, Function] = {f.name: f for f in _ALL}
BARRIERS = ("mean", "sum", "min", "max", "count")
"""What may be taken ``over`` a level."""
SKETCHES = ("moments", "histogram", "distinct")
"""Folds whose state is no number by itself: a finisher must say what to take from it."""
OF_SIGNALS = ("integral", "time_mean", "duration", "increase")
"""Folds over signals: over time, not over rows."""
OF_ONE_NAME = ("count", "distinct", *OF_SIGNALS)
"""Folds of a field or quantity itself, of nothing reckoned from it."""
