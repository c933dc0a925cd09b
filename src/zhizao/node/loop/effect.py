"""The answer to ``effect``: what an action did to its indicator, or, before it begins, what could be told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from zhizao.errors import InputError, NoAnswer, UnknownName
from zhizao.model.effect import Doubt, Effect, Foresight, Moment, Reconciliation
from zhizao.model.text import Text
from zhizao.model.value import Known
from zhizao.node import entities, names, question
from zhizao.node.assemble import Node, now
from zhizao.node.loop.begun import Begun, actions, named
from zhizao.node.loop.belonging import above
from zhizao.node.loop.effects_told import stated, tell_effect, tell_foresight
from zhizao.node.loop.panels import Grounds, Window
from zhizao.node.loop.settings import settings
from zhizao.node.loop.whole import account
from zhizao.node.usable import require_usable
from zhizao.store.contract import Session

if TYPE_CHECKING:
    from zhizao.judge.effects.contract import Panel
    from zhizao.judge.effects.study import Study

SHORTEST, LONGEST = 4, 14
"""Periods after the start that are planned for where nobody says how many."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, word for word; an empty text means it was left out. ``action`` may be a proposal: all its actions together."""

    action: str
    method: str = ""
    period: str = ""
    by: str = ""
    whole: str = ""
    periods: int = 0


def effect(node: Node, asked: Asked, at: datetime | None = None) -> Effect:
    """The effect of an action that has begun, which is stored, too.

    Raises:
        InputError: no such action, method, period or entity; an indicator that cannot be computed.
        NoAnswer: it has not begun, or there are no values to tell its effect by.
    """
    moment = at or now()
    with node.store.session() as session:
        known = actions(node.library, session)
        group = named(known, asked.action)
        running = [action for action in group if action.at is not None]
        if not running:
            raise _not_begun(asked.action)
        grounds = _grounds(node, session, running, moment)
        _require_method(asked.method)
        starts = _starts(running)
        window = grounds.window(min(starts.values()), running[0].entity, asked.by, question.periods(asked.period) if asked.period else [])
        touching = _touching(known, grounds.indicator.id)
        panel, comparison = grounds.panel(starts, touching, window)
        _require_values(panel, running)
        found = _found(node, session, asked, group, running, grounds, window, panel, comparison, touching)
    tell_effect(node, found, moment)
    return found


def foresee(node: Node, asked: Asked, at: datetime | None = None) -> Foresight:
    """What could be told of an action once it has run; stored, so that the later verdict is held to it.

    Raises:
        InputError: no such action, method or period.
        NoAnswer: it has begun, so that nothing can be stated in advance any more; or there are no values.
    """
    from zhizao.judge.effects.study import foresee as detectable

    moment = at or now()
    with node.store.session() as session:
        known = actions(node.library, session)
        group = named(known, asked.action)
        if any(action.at is not None for action in group):
            raise NoAnswer(Text("措施已经开始，不能再作事前陈述", "it has begun: nothing can be stated in advance any more"), where=asked.action)
        grounds = _grounds(node, session, group, moment)
        _require_method(asked.method)
        window = grounds.window(None, group[0].entity, asked.by, question.periods(asked.period) if asked.period else [])
        units = dict.fromkeys(action.entity for action in group)
        panel, comparison = grounds.panel(units, _touching(known, grounds.indicator.id), window)
        after = asked.periods or min(max(len(window.periods) // 3, SHORTEST), LONGEST)
        method, estimates = detectable(panel_treated(panel, len(units)), after, asked.method)
        indicator = grounds.indicator
        made = Foresight(
            asked.action if len(group) > 1 else group[0].id, indicator.id, indicator.unit, indicator.decimals, tuple(units),
            (window.periods[0], window.periods[-1]), after, method, _level(), estimates, _expected(group), comparison,
        )  # fmt: skip
    tell_foresight(node, group, made, moment)
    return made


def panel_treated(panel: Panel, units: int) -> Panel:
    """The panel with one empty period to come, in which its first units begin."""
    from dataclasses import replace

    import numpy as np

    to_come = np.full((panel.outcomes.shape[0], 1), np.nan)
    starts = (*[panel.periods] * units, *[panel.periods + 1] * (len(panel.starts) - units))
    return replace(panel, outcomes=np.hstack([panel.outcomes, to_come]), starts=starts)


def _grounds(node: Node, session: Session, group: Sequence[Begun], moment: datetime) -> Grounds:
    from zhizao.measure.measure import Measurement

    wanted = {action.indicator for action in group}
    if len(wanted) > 1:
        raise InputError(Text(f"各措施的指标不一：{'、'.join(sorted(wanted))}", f"the actions aim at several indicators: {', '.join(sorted(wanted))}"), cure=Text("请逐个措施询问", "ask for one action at a time"))
    indicator = names.indicator(node.library, wanted.pop())
    if not indicator.is_computed:
        raise InputError(Text(f"{indicator.id} 只有公布数，无法测其效果", f"{indicator.id} is published only: no effect on it can be measured"), where=indicator.id)
    require_usable(node.library, indicator, *(node.library.records[name] for name in indicator.records))
    return Grounds(Measurement(node.library, session, Known(), moment), indicator)


def _found(
    node: Node, session: Session, asked: Asked, group: Sequence[Begun], running: Sequence[Begun], grounds: Grounds, window: Window,
    panel: Panel, comparison: tuple[str, ...], touching: Mapping[str, Sequence[Begun]],
) -> Effect:  # fmt: skip
    from zhizao.judge.effects.study import study

    indicator, units = grounds.indicator, list(_starts(running))
    worth = stated(session, node.library, [a.id for a in running], indicator.id)
    seen = tuple(s for action in running for s in settings(node.library, session, action))
    up = above(node.library, session, units, window.periods[-1].last_day)
    holding = frozenset().union(*up.values())
    beside = tuple(a for e, found in touching.items() if e in holding for a in found if a.id not in {r.id for r in running})
    told: dict[Doubt, bool] = {
        "shared": bool(beside),
        "setting_unseen": any(s.state == "unseen" for s in seen),
        "setting_differs": any(s.state == "differs" for s in seen),
    }
    made = study(panel, indicator.direction, method=asked.method, worth=worth, extra=tuple(d for d, holds in told.items() if holds))
    return Effect(
        action=running[0].id if len(group) == 1 else (group[0].proposal or asked.action), indicator=indicator.id, unit=indicator.unit,
        direction=indicator.direction, decimals=indicator.decimals, entities=tuple(units), began=min(_starts(running).values()),
        before=(window.periods[0], window.periods[max(panel.start - 1, 0)]), after=(window.periods[panel.start], window.periods[-1]),
        method=made.method, level=_level(), estimates=made.estimates, verdict=made.verdict, doubts=made.doubts, worth=made.worth,
        worth_from="advance" if worth is not None else "now" if made.worth is not None else "", expected=_expected(running),
        trend=made.trends.chance if made.trends else None, comparison=comparison, path=_path(panel, window), settings=seen,
        reconciliation=_account(node, session, asked, grounds, window, panel.start, touching, made, units),
    )  # fmt: skip


def _account(
    node: Node, session: Session, asked: Asked, grounds: Grounds, window: Window, start: int, touching: Mapping[str, Sequence[Begun]],
    made: Study, units: Sequence[str],
) -> Reconciliation | None:  # fmt: skip
    whole = entities.entity(node.library, session, asked.whole) if asked.whole else ""
    return account(grounds, window, start, touching, {tuple(units): (made.verdict, made.estimate)}, whole)


def _path(panel: Panel, window: Window) -> tuple[Moment, ...]:
    from zhizao.judge.effects.trend import without

    line, halves = without(panel)
    return tuple(
        Moment(p, _finite(panel.own[t]), _finite(line[t]), _finite(line[t] - halves[t]), _finite(line[t] + halves[t]), t >= panel.start)
        for t, p in enumerate(window.periods)
    )


def _finite(value: float) -> float | None:
    return None if value != value else float(value)


def _starts(running: Sequence[Begun]) -> dict[str, datetime]:
    """When each unit began, by the first action on it."""
    found: dict[str, datetime] = {}
    for action in running:
        assert action.at is not None, "only what has begun"
        found[action.entity] = min(action.at, found.get(action.entity, action.at))
    return found


def _touching(known: Mapping[str, Begun], indicator: str) -> dict[str, list[Begun]]:
    """Every action that has begun on the indicator, by the unit it touches."""
    found: dict[str, list[Begun]] = {}
    for action in known.values():
        if action.at is not None and action.indicator == indicator:
            found.setdefault(action.entity, []).append(action)
    return found


def _expected(group: Sequence[Begun]) -> float | None:
    means = [action.expected for action in group if action.expected is not None]
    return sum(means) / len(means) if means else None


def _level() -> float:
    from zhizao.judge.effects.contract import LEVEL

    return LEVEL


def _require_method(name: str) -> None:
    from zhizao.judge.effects.registry import methods

    if name and name not in methods():
        raise UnknownName(Text("方法", "method"), name, methods(), where="--method")


def _require_values(panel: Panel, running: Sequence[Begun]) -> None:
    own = panel.own
    lacking = Text("开始之前没有值", "there are no values before it began") if not (own[: panel.start] == own[: panel.start]).any() else None
    if panel.start >= panel.periods or not (own[panel.start :] == own[panel.start :]).any():
        lacking = Text("开始以来还没有完整一期的值", "there is no value of a whole period since it began")
    if lacking:
        raise NoAnswer(lacking, where=running[0].entity, cure=Text("用 --by 改看更短的时期，或以后再问", "look at shorter periods with --by, or ask later"))


def _not_begun(action: str) -> NoAnswer:
    return NoAnswer(Text("措施尚未开始，还谈不上效果", "it has not begun: there is no effect yet"), where=action, cure=Text(f"用 zhizao effect --plan {action} 查看届时可辨的最小效果", f"zhizao effect --plan {action} says what could be told"))


