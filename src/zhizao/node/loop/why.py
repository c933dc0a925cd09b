"""The answer to ``why``: a change or a gap of an indicator, taken apart down to where it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from zhizao.errors import InputError, NoAnswer
from zhizao.model.attribution import Attribution, Method
from zhizao.model.indicator import Indicator
from zhizao.model.library import Library
from zhizao.model.makeup import Makeup
from zhizao.model.period import Period
from zhizao.model.target import Target
from zhizao.model.text import Text
from zhizao.node import entities, names, question
from zhizao.node.assemble import Node, now
from zhizao.node.plans import subject
from zhizao.node.usable import require_usable
from zhizao.store.contract import Session

PROCESSES = ("process", "program")
"""Text fields that name the process a record is about: below a machine, a change is taken apart by them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, word for word; an empty text means it was left out."""

    indicator: str
    of: str
    start: str = ""
    end: str = ""
    by: str = ""
    gap: bool = False
    depth: str = ""
    method: Method = "exact"
    as_of: str = ""
    stored_as_of: str = ""


def why(node: Node, asked: Asked) -> Attribution:
    """Why a figure changed from one period to another, or is not where its target requires it to be.

    Raises:
        InputError: a name or period that does not exist, a level that is not below the entity.
        NoAnswer: there is no figure in one of the periods, or no formula to take apart.
    """
    library, indicator = node.library, names.indicator(node.library, asked.indicator)
    if not indicator.is_computed:
        raise _published_only(indicator)
    require_usable(library, indicator, *(library.records[name] for name in indicator.records))
    known = question.known(asked.as_of, asked.stored_as_of)
    with node.store.session() as session:
        from zhizao.measure.makeup import makeup
        from zhizao.measure.measure import Measurement

        entity = entities.entity(library, session, asked.of, known)
        end = _period(asked.end, "--to")
        target = target_of(library, indicator.id, entity, end) if asked.gap else None
        start = _period(asked.start, "--from") if asked.start else _base(indicator, target, end)
        measurement = Measurement(library, session, known, now())
        by = _levels(library, indicator, asked.by)
        levels = by or _below(measurement, indicator, entity)
        made = makeup(measurement, indicator.id, entity, (start, end), levels)
        required = _required(library, target, made) if target else None
        return _answer(library, made, by, required, asked)


def _answer(library: Library, made: Makeup, by: Sequence[str], required: Decimal | None, asked: Asked) -> Attribution:
    from zhizao.judge.attribution.attribute import attribute
    from zhizao.judge.attribution.branches import DEPTH, walked
    from zhizao.judge.attribution.causes import causes

    if by:
        return attribute(made, by, required=required, method=asked.method)
    tree = walked(made, required=required, depth=_depth(asked.depth, DEPTH))
    found = attribute(made, [tree.below[0].level] if tree.below else [], required=required, method=asked.method)
    direction = library.indicators[made.indicator].direction
    side = 0 if required is None else -1 if direction == "up" else 1
    alike = [[level.id for level in h.levels] for h in library.hierarchies.values()]
    return replace(found, tree=tree, causes=tuple(causes(made, change=tree.amount, side=side, alike=alike)))


def _depth(text: str, most: int) -> int:
    if text in ("", "auto"):
        return most
    if text.isdigit() and int(text) > 0:
        return int(text)
    cure = Text("写 auto 或 1、2、3……", "write auto, or 1, 2, 3 …")
    raise InputError(Text(f"{text} 不是层数", f"{text} is no number of levels"), where="--depth", cure=cure)


def _period(text: str, where: str) -> Period:
    found = question.periods(text) if text else []
    if len(found) != 1:
        cure = Text("写一个期，例如 2020 或 2020-09", "write one period, for instance 2020 or 2020-09")
        raise InputError(Text("应写一个期", "one period is wanted"), where=where, cure=cure)
    return found[0]


def _base(indicator: Indicator, target: Target | None, end: Period) -> Period:
    """The period a gap is counted from where none is given: the one in which the path of the target begins, else the one before."""
    if target is None:
        cure = Text("加上 --from P，或用 --gap", "add --from P, or ask for --gap")
        raise InputError(Text("没有写从哪一期起", "it is not said from which period"), where="--from", cure=cure)
    if target.base_year is None or end.kind != "year" or target.base_year >= end.year:
        return end.shifted(-1)
    return Period("year", f"{target.base_year:04d}")


def _levels(library: Library, indicator: Indicator, text: str) -> list[str]:
    """The levels of ``--by``, or a text field of the records."""
    record = library.records[indicator.record]
    texts = {f.id for f in record.fields if f.type == "text"}
    asked = [name.strip() for name in text.split(",") if name.strip()]
    return list(dict.fromkeys(name if name in texts else names.levels(library, name)[0] for name in asked))


def _below(measurement: object, indicator: Indicator, entity: str) -> list[str]:
    """Every level between the entity and the units of its figure; and, of one unit, the processes its records name."""
    from zhizao.measure.measure import Measurement
    from zhizao.measure.rungs import Rungs

    assert isinstance(measurement, Measurement)
    levels = list(Rungs(measurement, indicator, entity, ()).below)
    record = measurement.library.records[indicator.record]
    return levels if entity.partition(":")[0] != record.level else [*(name for name in PROCESSES if record.field(name))][:1] or levels


def target_of(library: Library, indicator: str, entity: str, period: Period) -> Target:
    """The target an entity's figure is held against in a period: the next one to come, else the last one.

    Raises:
        NoAnswer: no loaded plan sets one.
    """
    found = [t for t in library.targets if t.indicator == indicator and (t.entity or _subject(library, t)) == entity]
    if not found:
        raise NoAnswer(
            Text(f"没有为 {entity} 的 {indicator} 设目标", f"no target is set for {indicator} of {entity}"),
            cure=Text("不写 --gap，而用 --from 写比较的期", "leave --gap out, and write with --from what to compare with"),
        )
    return min(found, key=lambda t: (t.year < period.year, abs(t.year - period.year)))


def _subject(library: Library, target: Target) -> str:
    pack = next((p for p in library.packs.values() if target.place.file and target.place.file.startswith(p.folder)), None)
    return subject(library, pack) if pack else ""


def _required(library: Library, target: Target, made: Makeup) -> Decimal:
    from zhizao.judge.path import required

    found = required(target, made.end, library.targets)
    if found is None:
        raise NoAnswer(Text(f"{made.end} 早于目标的基年", f"{made.end} comes before the year the target counts from"), where="--to")
    return found


def _published_only(indicator: Indicator) -> NoAnswer:
    why_not = indicator.because or Text("没有公式", "it has no formula")
    return NoAnswer(
        Text(f"{indicator.id} 只有公布数，无法分解：{why_not.zh}", f"{indicator.id} is published only and cannot be taken apart: {why_not.en}"),
        cure=Text(f"用 zhizao explain {indicator.id} 查看公布数的来源", f"zhizao explain {indicator.id} shows where its figures come from"),
    )


def causes_of(library: Library, session: Session, indicator: str, entity: str, periods: tuple[Period, Period], *, side: int = 0) -> list[str]:
    """The cells that best explain a change, each as one text, the best first; for rules and reviews."""
    from zhizao.judge.attribution.causes import causes
    from zhizao.measure.makeup import makeup
    from zhizao.measure.measure import Measurement

    measurement = Measurement(library, session, now=now())
    made = makeup(measurement, indicator, entity, periods, _below(measurement, library.indicators[indicator], entity))
    alike = [[level.id for level in h.levels] for h in library.hierarchies.values()]
    return ["+".join(cause.entities) for cause in causes(made, side=side, alike=alike)]
