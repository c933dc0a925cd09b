"""problems/NAME.yaml: how a problem is posed from live figures, read and held against indicators, remedies, quantities and levels."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field as Bound

from zhizao.model.period import PeriodKind
from zhizao.model.problem import Fairness
from zhizao.model.remedy import PosedLimit, PosedOutcome, Posing
from zhizao.model.text import Text
from zhizao.pack.content import Content
from zhizao.pack.found import Found
from zhizao.pack.remedies import Days, Named, NotNegative, blocking, unknown
from zhizao.pack.shaped import text
from zhizao.pack.shapes import Id, Positive, Shape, TextShape

Probability = Annotated[Decimal, Bound(ge=Decimal("0.5"), lt=1, decimal_places=4)]


class LimitShape(Shape):
    """A limit on what all remedies together use of something."""

    id: Id
    name: TextShape
    at_most: NotNegative
    step: Positive
    unit: str = ""
    of: str = "cost"
    each: str = ""


class SettingShape(Shape):
    """The quantity to be set, and how far."""

    quantity: Id
    low: Decimal
    high: Decimal
    step: Positive
    move: Positive


class OutcomeShape(Shape):
    """What one unit of an indicator is worth."""

    price: Positive


class ProblemShape(Shape):
    """problems/NAME.yaml"""

    id: Id
    name: TextShape
    solver: Id
    indicator: str = ""
    by: str = ""
    probability: Probability = Decimal("0.8")
    source: str = ""
    gap: Literal["path", "target"] | Positive = "path"
    remedies: tuple[Id, ...] = ()
    currency: str = ""
    limits: tuple[LimitShape, ...] = ()
    fairness: Fairness = "to_potential"
    frontier: Annotated[Decimal, Bound(gt=0, le=1)] = Decimal("0.9")
    rise: Positive | None = None
    setting: SettingShape | None = None
    outcomes: dict[Id, OutcomeShape] = {}
    every: PeriodKind = "hour"
    looks_back: Annotated[int, Bound(ge=8, le=5000, strict=True)] = 240
    title: TextShape | None = None
    owner: str = ""
    lead_days: Days = 0
    cost: NotNegative = Decimal(0)


@dataclass(frozen=True, slots=True)
class ProblemDraft:
    """A problem whose file has the right shape, before its names are looked up."""

    shape: ProblemShape
    content: Content
    pack: str


def posing(draft: ProblemDraft, named: Named, found: Found) -> Posing | None:
    """The posing of a draft; None, with findings, where something in it does not hold."""
    before = blocking(found)
    shape, content = draft.shape, draft.content
    _check_names(shape, content, named, found)
    _check_setting(shape, content, found)
    if shape.setting is None and not shape.indicator:
        found.blocking("shape", content.place(), Text("没有说明指标，也没有设定量", "it names neither an indicator nor a setting"), Text("请补写 indicator: … 或 setting: …", "add indicator: … or setting: …"))
    if blocking(found) != before or content.faulty:
        return None
    s = shape.setting
    return Posing(
        shape.id, text(shape.name, content, ("name",), found) or Text(shape.id, shape.id), shape.solver, shape.indicator, shape.by, shape.probability, shape.source,
        shape.gap, shape.remedies, shape.currency, tuple(_limit(one, n, content, found) for n, one in enumerate(shape.limits)), shape.fairness, shape.frontier, shape.rise,
        s.quantity if s else "", s.low if s else Decimal(0), s.high if s else Decimal(0), s.step if s else Decimal(1), s.move if s else Decimal(0),
        tuple(PosedOutcome(name, o.price) for name, o in shape.outcomes.items()), shape.every, shape.looks_back, text(shape.title, content, ("title",), found),
        shape.owner, shape.lead_days, shape.cost, draft.pack, content.place(),
    )  # fmt: skip


def _limit(shape: LimitShape, number: int, content: Content, found: Found) -> PosedLimit:
    name = text(shape.name, content, ("limits", number, "name"), found) or Text(shape.id, shape.id)
    return PosedLimit(shape.id, name, shape.at_most, shape.step, shape.unit, shape.of, shape.each)


def _check_names(shape: ProblemShape, content: Content, named: Named, found: Found) -> None:
    if shape.indicator:
        unknown(content, ("indicator",), Text("指标", "indicator"), shape.indicator, named.indicators, found)
    for name in shape.outcomes:
        unknown(content, ("outcomes", name), Text("指标", "indicator"), name, named.indicators, found)
    for name in shape.remedies:
        unknown(content, ("remedies",), Text("措施", "remedy"), name, named.remedies, found)
    levels = [(("by",), level.strip()) for level in shape.by.split(",") if level] + [(("limits", n, "each"), one.each) for n, one in enumerate(shape.limits) if one.each]
    for path, level in levels:
        unknown(content, path, Text("层级", "level"), level, named.levels.known, found)
    if shape.setting:
        unknown(content, ("setting", "quantity"), Text("量", "quantity"), shape.setting.quantity, named.quantities, found)


def _check_setting(shape: ProblemShape, content: Content, found: Found) -> None:
    setting = shape.setting
    if setting and setting.low >= setting.high:
        found.blocking("shape", content.place("setting", "low"), Text("下限不低于上限", "low is not below high"), Text("请核对安全限", "check the safe limits"))
    if setting and not shape.outcomes:
        found.blocking("shape", content.place("setting"), Text("没有说明设定影响什么", "it does not say what the setting moves"), Text("请补写 outcomes: …", "add outcomes: …"))
