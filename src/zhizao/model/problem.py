"""Problems: all that a solver needs, as data alone, so that anyone can solve one again.

Three kinds: which remedies close a gap at least cost, which targets of parts imply a target of the whole, and which setting of a process is
better than the present one. Numbers are decimals as stated; a solver is exact about them.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Literal

from zhizao.model.canonical import plain, read
from zhizao.model.indicator import Direction
from zhizao.model.proposal import PlannedAction
from zhizao.model.text import Text


@dataclass(frozen=True, slots=True)
class Candidate:
    """A remedy at an entity, of which up to ``most`` units can be taken.

    One unit moves the whole's indicator by ``gain`` towards the target, in its unit. The uncertainty of a unit has two parts: ``own`` (standard
    deviation, independent from unit to unit) and ``shared`` (the same for all units of the remedy wherever they are: if it works badly, it does so
    everywhere). ``action`` is what one unit asks for, with the effect on the entity's own indicator.
    """

    id: str
    most: int
    gain: Decimal
    own: Decimal
    shared: Decimal
    action: PlannedAction

    @property
    def cost(self) -> Decimal:
        """What one unit costs."""
        return self.action.cost


@dataclass(frozen=True, slots=True)
class Use:
    """How much of a limit one unit of a candidate uses up."""

    candidate: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Limit:
    """What must not be exceeded: a budget, a capacity. ``step`` is by how much it might sensibly be eased."""

    id: str
    name: Text
    at_most: Decimal
    step: Decimal
    unit: str
    uses: tuple[Use, ...]


@dataclass(frozen=True, slots=True)
class RemedyProblem:
    """The cheapest choice of remedies that closes a gap with a stated probability.

    The condition is that of the normal approximation: mean of the gain less z times its standard deviation is at least ``gap``.
    """

    kind: ClassVar = "remedies"

    indicator: str
    entity: str
    period: str
    unit: str
    gap: Decimal
    probability: Decimal
    currency: str
    candidates: tuple[Candidate, ...]
    limits: tuple[Limit, ...] = ()
    exclusive: tuple[tuple[str, ...], ...] = ()
    """Candidates of which at most one may be taken."""
    needs: tuple[tuple[str, str], ...] = ()
    """Pairs (candidate, another without which it cannot be taken)."""


Fairness = Literal["equal", "relative", "to_potential"]
"""Every part moves as many points; by the same share of where it stands; by the same share of its way to what is possible for it."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the whole: its weight in it, where it stands, and between what its target must lie."""

    entity: str
    weight: Decimal
    now: Decimal
    low: Decimal
    high: Decimal
    potential: Decimal
    before: Decimal | None = None
    """Its target until now."""


@dataclass(frozen=True, slots=True)
class CascadeProblem:
    """Targets of the parts that imply the target of the whole: ``offset`` + sum(weight x target) / ``divisor``, rounded to ``decimals``, is ``whole``."""

    kind: ClassVar = "cascade"

    indicator: str
    entity: str
    year: int
    unit: str
    decimals: int
    direction: Direction
    whole: Decimal
    fairness: Fairness
    parts: tuple[Part, ...]
    divisor: Decimal
    action: PlannedAction
    """What is agreed to: that these targets hold."""
    offset: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a setting moves, and what one unit of it is worth: the loss is the sum of price times outcome, of what should rise the negative."""

    indicator: str
    unit: str
    direction: Direction
    price: Decimal


@dataclass(frozen=True, slots=True)
class Trial:
    """What was seen once: the setting of a machine, its outcomes in the problem's order, and how much was made meanwhile."""

    machine: str
    setting: Decimal
    outcomes: tuple[Decimal, ...]
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine and what its setting is now."""

    id: str
    now: Decimal


@dataclass(frozen=True, slots=True)
class SetPointProblem:
    """The setting of a process that is better than the present one with a stated probability; never outside ``low`` and ``high``, never moved by more than ``move`` at once."""

    kind: ClassVar = "set_point"

    quantity: str
    entity: str
    unit: str
    low: Decimal
    high: Decimal
    step: Decimal
    move: Decimal
    probability: Decimal
    outcomes: tuple[Outcome, ...]
    machines: tuple[Machine, ...]
    trials: tuple[Trial, ...]
    action: PlannedAction
    """What is done at one machine; its writes are filled in."""


Problem = RemedyProblem | CascadeProblem | SetPointProblem
KINDS: dict[str, type[RemedyProblem] | type[CascadeProblem] | type[SetPointProblem]] = {k.kind: k for k in (RemedyProblem, CascadeProblem, SetPointProblem)}


def written(problem: Problem) -> dict[str, Any]:
    """A problem as plain data that says its kind."""
    return {"kind": problem.kind, **plain(problem)}


def problem_of(told: dict[str, Any]) -> Problem:
    """The problem that plain data tell of.

    Raises:
        ValueError: they tell of none.
    """
    kind = KINDS.get(str(told.get("kind")))
    if kind is None:
        raise ValueError(f"there is no kind of problem {told.get('kind')!r}")
    return read(kind, {key: value for key, value in told.items() if key != "kind"})
