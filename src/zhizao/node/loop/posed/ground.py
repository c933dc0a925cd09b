"""What problems are posed from: figures as known at a time, the targets they are held to, and what weighs how much in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from zhizao.errors import InputError, NoAnswer
from zhizao.measure.measure import Measurement
from zhizao.model.entity import level_of
from zhizao.model.expression import Barrier, Call, Expr, FieldRef, Fold, Number, Op, Row, RowOp, digest, walk
from zhizao.model.indicator import Indicator
from zhizao.model.library import Library
from zhizao.model.period import Period
from zhizao.model.remedy import Posing
from zhizao.model.target import Target
from zhizao.model.text import Text
from zhizao.model.value import Known
from zhizao.node import names
from zhizao.node.latest import latest_period
from zhizao.node.loop.belonging import above
from zhizao.node.plans import subject
from zhizao.node.usable import require_usable
from zhizao.store.contract import Session


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked differently than a pack poses it; empty where it is as posed."""

    entity: str = ""
    period: str = ""
    probability: Decimal | None = None
    budget: Decimal | None = None


@dataclass(eq=False)
class Ground:
    """One reading of a home."""

    library: Library
    session: Session
    now: datetime
    known: Known = Known()
    remarks: list[Text] = field(default_factory=list)
    """What was left out, and why."""

    def indicator(self, name: str) -> Indicator:
        """An indicator that can be computed.

        Raises:
            InputError: it cannot, or its content is broken.
        """
        found = names.indicator(self.library, name)
        if not found.is_computed:
            raise InputError(Text(f"{name} 只有公布数，无从求解", f"{name} is published only: nothing can be decided on it"), where=name)
        require_usable(self.library, found, *(self.library.records[record] for record in found.records))
        return found

    def period(self, indicator: Indicator, asked: str) -> Period:
        """The period asked for, else the last one that holds facts.

        Raises:
            InputError: what is asked for is no period of the indicator's kind.
            NoAnswer: there are no facts.
        """
        if asked:
            try:
                return Period.parse(asked)
            except ValueError as error:
                raise InputError(Text(f"{asked} 不是时期", f"{asked} is no period"), where="--period") from error
        found = latest_period(self.library, self.session, indicator, self.known, self.now)
        if found is None:
            raise NoAnswer(Text(f"没有可计算 {indicator.id} 的事实", f"there are no facts to compute {indicator.id} from"), where=indicator.id)
        return found

    def value(self, indicator: Indicator, entity: str, period: Period) -> Decimal:
        """The figure of one entity.

        Raises:
            NoAnswer: it has none.
        """
        found = self.figures(indicator, (entity,), (), period).get(entity)
        if found is None:
            raise NoAnswer(Text(f"{entity} 在 {period} 没有 {indicator.id} 的值", f"{entity} has no value of {indicator.id} in {period}"), where=indicator.id)
        return found

    def figures(self, indicator: Indicator, of: Sequence[str], by: Sequence[str], period: Period) -> dict[str, Decimal]:
        """The figures there are, by entity; the indicator may be one of our own making."""
        measurement = Measurement(replace(self.library, indicators={**self.library.indicators, indicator.id: indicator}), self.session, self.known, self.now)
        return {v.entity: v.value for v in measurement.values([indicator.id], of=of, by=by, periods=[period]) if v.value is not None}

    def above(self, entities: Iterable[str], period: Period) -> Mapping[str, frozenset[str]]:
        """What each entity belongs to at the end of a period, itself included."""
        return above(self.library, self.session, entities, period.last_day)

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """Every target, with whom it is about."""
        plans = {pack.folder: subject(self.library, pack) for pack in self.library.packs.values()}
        return tuple(replace(t, entity=t.entity or next((s for folder, s in plans.items() if t.place.file.startswith(f"{folder}/")), "")) for t in self.library.targets)

    def whole(self, posing: Posing, indicator: Indicator, wanted: Wanted) -> str:
        """Whom a problem is about: who is asked for, else of those with a target the last one that has figures.

        Raises:
            NoAnswer: nobody.
        """
        if wanted.entity:
            return wanted.entity
        about = dict.fromkeys(t.entity for t in reversed(self.targets) if t.indicator == indicator.id and t.entity)
        period = self.period(indicator, wanted.period)
        found = self.figures(indicator, tuple(about), (), period) if about else {}
        if not found:
            raise NoAnswer(Text(f"没有说明 {posing.id} 针对哪个对象", f"it does not say whom {posing.id} is about"), where="--of", cure=Text("请写 --of ENTITY", "add --of ENTITY"))
        return next(entity for entity in about if entity in found)

    def target(self, indicator: Indicator, entity: str, period: Period) -> Target:
        """The target that is due next; the last one where none is due any more.

        Raises:
            NoAnswer: there is none.
        """
        own = sorted((t for t in self.targets if t.indicator == indicator.id and t.entity == entity and not t.plan), key=lambda t: t.year)
        if not own:
            raise NoAnswer(Text(f"{entity} 没有 {indicator.id} 的目标", f"{entity} has no target of {indicator.id}"), where=indicator.id)
        return next((t for t in own if t.year >= period.year), own[-1])


def weighing(indicator: Indicator) -> Indicator | None:
    """What a part weighs in an indicator of the whole: below the line of a rate, the number of those a mean is over, above the line of a cut.

    None where parts simply add up.

    Raises:
        NoAnswer: the parts of such a formula have no fixed weight.
    """
    tree = indicator.tree
    assert tree is not None, "only what can be computed is weighed"
    if isinstance(tree, Fold) and tree.kind in ("sum", "count"):
        return None
    found = _weight(tree)
    if found is None:
        raise NoAnswer(Text(f"{indicator.id} 的公式没有固定权重，无法分摊到各部分", f"the parts of {indicator.id} have no fixed weight in it"), where=indicator.id)
    return made(indicator, f"{indicator.id}.weight", _complete(found, tree) if indicator.missing == "complete" else found)


def counting(indicator: Indicator, level: str) -> Indicator:
    """How many of a level there are that have a part in an indicator."""
    tree = indicator.tree
    assert tree is not None, "only what can be computed is counted"
    own = next((fold for fold in walk(tree) if isinstance(fold, Fold)), None)
    assert own is not None, "a formula folds something"
    inner = tree.of if isinstance(tree, Barrier) and tree.level == level else own
    return made(indicator, f"{indicator.id}.{level}s", Barrier("count", level, inner))


def made(indicator: Indicator, name: str, tree: Expr) -> Indicator:
    """An indicator of our own making over the same facts: plain numbers to six decimals."""
    return replace(indicator, id=name, unit="", tree=tree, formula=None, factor=Decimal(1), decimals=6, weight="", definition=digest(tree, indicator.missing, indicator.zero))


def _weight(tree: Expr) -> Expr | None:
    match tree:
        case Op(op="/", args=(_, below)):
            return below
        case Barrier(kind="mean", weight=None):
            return Barrier("count", tree.level, tree.of)
        case Barrier(kind="mean", level=level, weight=weight) if weight is not None:
            return Barrier("sum", level, weight)
        case Op(op="-", args=(Number(), Op(op="/", args=(Op(op="/", args=(above_line, _)), Call(name="base"))))):
            return above_line
        case Op(op="*", args=(one, Number())) | Op(op="*", args=(Number(), one)):
            return _weight(one)
        case _:
            return None


def is_cut(indicator: Indicator) -> bool:
    """Whether it says by how much a rate fell since a base."""
    return isinstance(indicator.tree, Op) and indicator.tree.op == "-" and any(isinstance(n, Call) and n.name == "base" for n in walk(indicator.tree))


def _complete(weight: Expr, tree: Expr) -> Expr:
    """The weight of those rows alone that report every field of the whole formula."""
    fields = sorted({n.name for n in walk(tree) if isinstance(n, FieldRef)})
    return _where(weight, [RowOp("reported", (FieldRef(f),)) for f in fields])


def _where(tree: Expr, conditions: Sequence[Row]) -> Expr:
    match tree:
        case Fold(where=where, record=""):
            every = [c for c in (where, *conditions) if c is not None]
            return replace(tree, where=every[0] if len(every) == 1 else RowOp("and", tuple(every)))
        case Op(args=args):
            return replace(tree, args=tuple(_where(arg, conditions) for arg in args))
        case _:
            return tree


def on_level(entity: str, ancestors: Iterable[str], level: str) -> str:
    """The entity of a level that something belongs to, '' where none.

    Example:
        >>> on_level("site:1", ["nation:SIM", "region:SIM.32", "site:1"], "region")
        'region:SIM.32'
    """
    return entity if level_of(entity) == level else next((a for a in sorted(ancestors) if level_of(a) == level), "")
