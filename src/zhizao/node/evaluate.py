"""A plan evaluated: every reading there is gathered, every target judged, every published total held beside its parts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import get_args

from zhizao import __version__
from zhizao.model.entity import level_of
from zhizao.model.evaluation import Evaluation
from zhizao.model.indicator import Indicator
from zhizao.model.library import Library, Pack
from zhizao.model.series import Origin, Reading
from zhizao.model.target import Target
from zhizao.model.value import Known
from zhizao.model.verdict import Judgement
from zhizao.node import question
from zhizao.node.assemble import Node, now
from zhizao.node.beside import contexts, rounded
from zhizao.node.computed import computed
from zhizao.node.plans import other_targets, own_targets, plan_pack, subject
from zhizao.node.reconciled import reconciled
from zhizao.node.simpson import flagged
from zhizao.node.usable import blocking
from zhizao.store.contract import Session


def evaluate(node: Node, plan: str, as_of: str) -> Evaluation:
    """The plan judged as known at a time, without the plan's tree.

    Args:
        plan: id of the plan's pack; empty for the first one loaded.
        as_of: a time as a person writes it; empty for now.
    """
    library, pack = node.library, plan_pack(node.library, plan)
    moment, entity = question.known(as_of).as_of or now(), subject(node.library, pack)
    with node.store.session() as session:
        published, ours = _gathered(library, pack, session, moment)
        shown, context = contexts(library, pack, session, moment, published)
        intervals = rounded(library, session, moment, published)
        totals = reconciled(library, session, Known(as_of=moment))
    targets, readings = own_targets(library, pack), [*published, *ours]
    return Evaluation(
        plan=pack.id,
        title=pack.plan.name if pack.plan else pack.title,
        as_of=as_of or moment.date().isoformat(),
        code=__version__,
        facts=node.store.fingerprint(),
        indicators=dict(library.indicators),
        judgements=_judged(library, entity, targets, readings, moment),
        readings={i: tuple(r for r in readings if i in (r.indicator, r.proxy_for)) for i in _subjects(readings)},
        other_targets=other_targets(library, pack),
        context=context,
        reconciled=totals,
        findings=library.findings,
        names=library.entity_names(),
        contexts=shown,
        rounded=intervals,
        entity=entity,
        wording=library.wording,
    )


def _judged(library: Library, entity: str, targets: Sequence[Target], readings: Sequence[Reading], moment: datetime) -> tuple[Judgement, ...]:
    from zhizao.judge.targets import judge_all

    return judge_all(targets, readings, order=library.series_order, as_of=moment, plan_entity=entity)


def _subjects(readings: Iterable[Reading]) -> list[str]:
    """The indicators that some reading speaks of, proxies included."""
    return sorted({r.indicator for r in readings} | {r.proxy_for for r in readings if r.proxy_for})


def _gathered(library: Library, pack: Pack, session: Session, moment: datetime) -> tuple[list[Reading], list[Reading]]:
    """Published readings and, where there are facts, the computed series of the plan's own indicators and of those it sets targets for."""
    from zhizao.measure.published import readings

    aimed_at = {t.indicator for t in own_targets(library, pack)}
    usable = [i for i in library.indicators.values() if i.is_computed and (i.pack == pack.id or i.id in aimed_at) and not blocking(library, i.place)]
    together: dict[tuple[str, str], list[Indicator]] = {}
    for indicator in usable:
        together.setdefault((indicator.record, indicator.period), []).append(indicator)
    entity = subject(library, pack)
    made = (computed(library, session, moment, group, origins=get_args(Origin)) for group in together.values())
    found = [r for group in made for r in _warned(library, session, moment, entity, group)]
    return readings(library, session, Known(as_of=moment)), found


def _warned(library: Library, session: Session, moment: datetime, subject: str, found: Sequence[Reading]) -> list[Reading]:
    """The computed figures that may stand beside published ones, with the warnings on those of whom the plan is about; real and simulated never together."""
    own = [r for r in found if r.entity == subject]
    origin = own[0].origin if own else "real"
    others = [r for r in found if level_of(r.entity) != level_of(subject) and r.origin == origin]
    return [*flagged(library, session, Known(as_of=moment), moment, own), *others]
