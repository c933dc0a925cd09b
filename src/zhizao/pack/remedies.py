"""remedies/NAME.yaml: what can be done, for how much and with what effect, read and held against indicators, quantities and levels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field as Bound

from zhizao.model.expression import FieldRef, Row, walk
from zhizao.model.finding import Finding
from zhizao.model.indicator import Indicator
from zhizao.model.quantity import Quantity
from zhizao.model.remedy import Evidence, Reach, Remedy, RemedyEffect
from zhizao.model.text import Text
from zhizao.pack.content import Content
from zhizao.pack.formula.build_row import RowBuilder
from zhizao.pack.formula.fault import FormulaFault
from zhizao.pack.formula.parse import parse
from zhizao.pack.found import Found, did_you_mean
from zhizao.pack.levels import Levels
from zhizao.pack.shaped import text
from zhizao.pack.shapes import Id, Positive, Shape, TextShape

NotNegative = Annotated[Decimal, Bound(ge=0, max_digits=30, decimal_places=18)]
Share = Annotated[Decimal, Bound(gt=0, le=1)]
Days = Annotated[int, Bound(ge=0, le=3650, strict=True)]


class EffectShape(Shape):
    """What a remedy does to one indicator."""

    mean: Decimal
    sd: NotNegative
    shared: NotNegative = Decimal(0)
    reach: Reach = "points"


class CostShape(Shape):
    """What one unit costs."""

    amount: NotNegative
    unit: str


class SetsShape(Shape):
    """The quantity a remedy writes, and the problem that finds its value."""

    quantity: Id
    by: Id


class RemedyShape(Shape):
    """remedies/NAME.yaml"""

    id: Id
    name: TextShape
    unit: Id
    cost: CostShape
    effects: Annotated[dict[Id, EffectShape], Bound(min_length=1)]
    owner: str
    lead_days: Days
    share: Share = Decimal(1)
    most: Annotated[int, Bound(ge=0, le=1_000_000, strict=True)] = 0
    when: str | None = None
    within: tuple[str, ...] = ()
    uses: dict[Id, Positive] = {}
    excludes: tuple[Id, ...] = ()
    needs: tuple[Id, ...] = ()
    sets: SetsShape | None = None
    evidence: Evidence = "assumed"
    source: str = ""


@dataclass(frozen=True, slots=True)
class RemedyDraft:
    """A remedy whose file has the right shape, before its names are looked up."""

    shape: RemedyShape
    content: Content
    pack: str


@dataclass(frozen=True, slots=True)
class Named:
    """What remedies and problems may name."""

    indicators: Mapping[str, Indicator]
    quantities: Mapping[str, Quantity]
    levels: Levels
    remedies: Iterable[str]
    problems: Iterable[str]


def remedy(draft: RemedyDraft, named: Named, found: Found) -> Remedy | None:
    """The remedy of a draft; None, with findings, where something in it does not hold."""
    before = blocking(found)
    shape, content = draft.shape, draft.content
    when = _condition(shape.when, content, named, found) if shape.when is not None else None
    _check_names(shape, content, named, found)
    if shape.evidence != "assumed" and not shape.source:
        found.blocking("no_source", content.place("evidence"), Text("写了依据，却没有出处", "it states evidence without a source"), Text("请补写 source，或写 evidence: assumed", "add source, or say evidence: assumed"))
    for name, effect in shape.effects.items():
        if effect.shared > effect.sd:
            found.blocking("shape", content.place("effects", name, "shared"), Text("shared 大于 sd", "shared is larger than sd"), Text("shared 是 sd 的一部分", "shared is a part of sd"))
    if blocking(found) != before or content.faulty:
        return None
    return Remedy(
        shape.id, text(shape.name, content, ("name",), found) or Text(shape.id, shape.id), shape.unit, shape.cost.amount, shape.cost.unit,
        tuple(RemedyEffect(name, e.mean, e.sd, e.shared, e.reach) for name, e in shape.effects.items()), shape.owner, shape.lead_days, shape.share, shape.most,
        when, shape.within, tuple(shape.uses.items()), shape.excludes, shape.needs, shape.sets.quantity if shape.sets else "", shape.sets.by if shape.sets else "",
        shape.evidence, shape.source, draft.pack, content.place(),
    )  # fmt: skip


def blocking(found: Iterable[Finding]) -> int:
    """How many blocking findings there are."""
    return sum(f.severity == "blocking" for f in found)


def unknown(content: Content, path: tuple[Any, ...], sort: Text, name: str, known: Iterable[str], found: Found) -> None:
    """Tell a name that nothing carries."""
    listed = list(known)
    if name not in listed:
        found.blocking("unknown_name", content.place(*path), Text(f"没有名为 {name} 的{sort.zh}", f"no {sort.en} is named {name}"), did_you_mean(name, listed))


def _check_names(shape: RemedyShape, content: Content, named: Named, found: Found) -> None:
    for name in shape.effects:
        unknown(content, ("effects", name), Text("指标", "indicator"), name, named.indicators, found)
    unknown(content, ("unit",), Text("层级", "level"), shape.unit, named.levels.known, found)
    for key, names in (("excludes", shape.excludes), ("needs", shape.needs)):
        for name in names:
            unknown(content, (key,), Text("措施", "remedy"), name, named.remedies, found)
    if shape.id in shape.needs:
        found.blocking("needs", content.place("needs"), Text("措施需要它自己", "it needs itself"), Text(f"请从 needs 中删去 {shape.id}", f"remove {shape.id} from needs"))
    if shape.sets:
        unknown(content, ("sets", "quantity"), Text("量", "quantity"), shape.sets.quantity, named.quantities, found)
        unknown(content, ("sets", "by"), Text("问题", "problem"), shape.sets.by, named.problems, found)


def _condition(written: str, content: Content, named: Named, found: Found) -> Row | None:
    builder = RowBuilder({})
    try:
        row = builder.row(parse(written))
    except FormulaFault as fault:
        builder.faults.append(fault)
    for told in builder.faults:
        found.blocking(told.code, content.place("when"), told.message, told.cure)
    if builder.faults:
        return None
    for node in walk(row):
        if isinstance(node, FieldRef):
            unknown(content, ("when",), Text("指标", "indicator"), node.name, named.indicators, found)
    return row
