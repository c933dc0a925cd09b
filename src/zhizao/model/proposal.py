"""Proposals: what a solver found, and what is to be done if someone agrees."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from zhizao.model.canonical import digest
from zhizao.model.text import Text


@dataclass(frozen=True, slots=True)
class Write:
    """A set point that is to be sent: which quantity of which machine becomes which value, in the quantity's unit."""

    machine: str
    quantity: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Expected:
    """By how much the indicator of the action's own entity is expected to move, in the indicator's unit and sign, and how unsure that is."""

    mean: Decimal
    sd: Decimal


@dataclass(frozen=True, slots=True)
class PlannedAction:
    """One thing that somebody is to do; ``needs`` are the remedies at the same entity that must be done before it.

    Example:
        >>> from zhizao.model.canonical import canonical, read
        >>> done = PlannedAction("site:1", "retune", Text("调参", "Retune"), "owner", 30, Decimal("1.50"), (), (), "scrap", Expected(Decimal(-2), Decimal(1)))
        >>> import json
        >>> read(PlannedAction, json.loads(canonical(done))) == done
        True
    """

    entity: str
    remedy: str
    title: Text
    owner: str
    deadline_days: int
    cost: Decimal
    needs: tuple[str, ...]
    writes: tuple[Write, ...]
    indicator: str
    expected: Expected


Status = Literal["optimal", "feasible", "infeasible", "stopped", "cannot_tell"]
"""Proven best; good, with a bound; impossible; ended early; the data do not say."""


@dataclass(frozen=True, slots=True)
class Choice:
    """How much of what is chosen: units of a candidate, the target of a part, the setting of a machine."""

    id: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Revision:
    """A target that is proposed for an entity."""

    indicator: str
    entity: str
    year: int
    value: Decimal
    unit: str
    before: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a choice does to an indicator, with the interval that holds it nine times in ten."""

    indicator: str
    unit: str
    mean: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to solve a problem. ``probability`` is what the solver's model says, ``simulated`` what a simulation with other distributions says."""

    name: Text
    objective: Decimal
    choices: tuple[Choice, ...]
    probability: Decimal | None = None
    simulated: Decimal | None = None
    predictions: tuple[Prediction, ...] = ()
    actions: tuple[PlannedAction, ...] = ()
    revisions: tuple[Revision, ...] = ()


@dataclass(frozen=True, slots=True)
class Binding:
    """A limit that stands in the way: what one step more of it would better the objective by, where that is known."""

    name: Text
    step: Decimal
    unit: str
    worth: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Solution:
    """What a solver found; ``gap`` is how far the objective may be from the best, as a share of it. The first alternative is the proposal."""

    status: Status
    unit: str = ""
    objective: Decimal | None = None
    bound: Decimal | None = None
    gap: Decimal | None = None
    alternatives: tuple[Alternative, ...] = ()
    binding: tuple[Binding, ...] = ()
    reasons: tuple[Text, ...] = ()


def proposal_id(body: object) -> str:
    """The id of a proposal: a hash of all that it says.

    Example:
        >>> proposal_id({"problem": "p"})
        'P-99861058'
    """
    return f"P-{digest(body)[:8]}"
