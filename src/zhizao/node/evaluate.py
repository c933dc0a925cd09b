"""A plan evaluated: every reading there is gathered, every target judged, every published total held beside its parts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from zhizao import __version__
from zhizao.model.entity import level_of
from zhizao.model.evaluation import Evaluation
from zhizao.model.indicator import Indicator
from zhizao.model.library import Library, Pack
from zhizao.model.series import Reading
from zhizao.model.target import Target
from zhizao.model.value import Known, Value
from zhizao.model.verdict import Judgement
from zhizao.node import question
from zhizao.node.assemble import Node, now
from zhizao.node.plans import NATION, other_targets, own_targets, plan_pack
from zhizao.node.reconciled import reconciled
from zhizao.node.usable import blocking
from zhizao.store.contract import Session


def evaluate(node: Node, plan: str, as_of: str) -> Evaluation:
    """The plan judged as known at a time, without the plan's tree.

    Args:
        plan: id of the plan's pack; empty for the first one loaded.
        as_of: a time as a person writes it; empty for now.
    """
    library, pack = node.library, plan_pack(node.library, plan)
    moment = question.known(as_of).as_of or now()
    with node.store.session() as session:
        readings = _gathered(library, pack, session, moment)
        totals = reconciled(library, session, Known(as_of=moment))
    targets = own_targets(library, pack)
    return Evaluation(
        plan=pack.id,
        title=pack.plan.name if pack.plan else pack.title,
        as_of=as_of or moment.date().isoformat(),
        code=__version__,
        facts=node.store.fingerprint(),
        indicators=dict(library.indicators),
        judgements=_judged(library, targets, readings, moment),
        readings={i: tuple(r for r in readings if i in (r.indicator, r.proxy_for)) for i in _subjects(readings)},
        other_targets=other_targets(library, pack),
        context=tuple(r for r in readings if _is_context(library, r, {t.indicator for t in targets})),
        reconciled=totals,
        findings=library.findings,
        names=library.entity_names(),
    )


def _judged(library: Library, targets: Sequence[Target], readings: Sequence[Reading], moment: datetime) -> tuple[Judgement, ...]:
    from zhizao.judge.targets import judge_all

    return judge_all(targets, readings, order=library.series_order, as_of=moment, plan_entity=NATION)


def _subjects(readings: Iterable[Reading]) -> list[str]:
    """The indicators that some reading speaks of, proxies included."""
    return sorted({r.indicator for r in readings} | {r.proxy_for for r in readings if r.proxy_for})


def _is_context(library: Library, reading: Reading, targeted: set[str]) -> bool:
    """Published figures of an indicator that nobody computes and no target of the plan names, such as an index of nations."""
    indicator = library.indicators.get(reading.indicator)
    return indicator is not None and not indicator.is_computed and reading.indicator not in targeted and not reading.proxy_for


def _gathered(library: Library, pack: Pack, session: Session, moment: datetime) -> list[Reading]:
    """Published readings and, where there are facts, the computed series of the plan's own indicators."""
    from zhizao.measure.published import readings

    usable = [i for i in library.indicators.values() if i.is_computed and i.pack == pack.id and not blocking(library, i.place)]
    together: dict[tuple[str, str], list[Indicator]] = {}
    for indicator in usable:
        together.setdefault((indicator.record, indicator.period), []).append(indicator)
    computed = (r for group in together.values() for r in _computed(library, session, moment, group))
    return [*readings(library, session, Known(as_of=moment)), *computed]


def _computed(library: Library, session: Session, moment: datetime, group: Sequence[Indicator]) -> list[Reading]:
    """The nation's computed series of indicators over one record type; a section's where the facts are about sectors."""
    from zhizao.measure.measure import Measurement
    from zhizao.node.latest import periods_with_facts

    known, record = Known(as_of=moment), library.records[group[0].record]
    periods = periods_with_facts(session, record, group[0], known)
    if not periods:
        return []
    by = ["section"] if record.level == "sector" else []
    values = Measurement(library, session, known, moment).values([i.id for i in group], by=by, periods=periods)
    return [_reading(v, moment) for v in values if v.value is not None and _is_real(v)]


def _is_real(value: Value) -> bool:
    """Simulated figures never stand beside published ones."""
    return value.origin == "real" and (level_of(value.entity) != "nation" or value.entity == NATION)


def _reading(v: Value, moment: datetime) -> Reading:
    assert v.value is not None, "only values are read"
    return Reading(
        indicator=v.indicator, series=v.series, scope=v.scope, entity=v.entity, period=v.period, value=v.value, unit=v.unit, kind="computed",
        final=v.period.end <= moment, publisher="zhizao", source=f"definition {v.definition}", basis="computed", origin=v.origin,
    )  # fmt: skip
