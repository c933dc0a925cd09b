"""Proposals: what a solver found, and what is to be done if someone agrees."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

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


def proposal_id(body: object) -> str:
    """The id of a proposal: a hash of all that it says.

    Example:
        >>> proposal_id({"problem": "p"})
        'P-99861058'
    """
    return f"P-{digest(body)[:8]}"
