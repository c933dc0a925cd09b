"""The functions a formula may call: what each takes, and how it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Layer = Literal["row", "fold", "finisher", "time"]


@dataclass(frozen=True, slots=True)
class Function:
    """One function: its layer, how many arguments it takes, its options (True: required), and an example of its use."""

    name: str
    layer: Layer
    least: int
    most: int
    usage: str
    options: Mapping[str, bool] = field(default_factory=dict)
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
    Function("histogram", "fold", 1, 1, "histogram(field, width=0.5)", {"width": True}),
    Function("distinct", "fold", 1, 1, "distinct(field) or distinct(field, k=1024)", {"k": False}),
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
    Function("growth", "time", 1, 1, "growth(sum(a)) or growth(sum(a), years=5)", {"years": False}),
    Function("rolling", "time", 1, 1, "rolling(sum(a), n=4)", {"n": True}),
    Function("at_end", "time", 1, 1, "at_end(sum(a))"),
)
FUNCTIONS: Mapping[str, Function] = {f.name: f for f in _ALL}
BARRIERS = ("mean", "sum", "min", "max", "count")
"""What may be taken ``over`` a level."""
SKETCHES = ("moments", "histogram", "distinct")
"""Folds whose state is no number by itself: a finisher must say what to take from it."""
