"""Spells: the stretches of a course over which a warning holds, found with hold time and hysteresis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from zhizao.judge.rules.condition import holds
from zhizao.model.rule import GRADES, Grade, Hold, Rule
from zhizao.model.warning import Point


@dataclass
class Spell:
    """One stretch. ``raised`` is None where it was going on before the first point, ``cleared`` where it goes on after the last."""

    raised: Point | None
    cleared: Point | None = None
    true: list[Point] = field(default_factory=list)
    """The points at which the condition held, from the raising one on."""
    grades: list[tuple[Point, Grade]] = field(default_factory=list)
    """Where the severity rose, and to what."""


def spells(rule: Rule, points: Sequence[Point], *, going_on: bool = False) -> list[Spell]:
    """The spells of a course, earliest first.

    A point at which a condition is not known counts neither for nor against anything.

    Args:
        going_on: whether a warning holds already before the first point.
    """
    found: list[Spell] = [Spell(None)] if going_on else []
    now = found[0] if found else None
    run: list[Point] = []
    for point in points:
        wanted = _clears(rule, point) if now else holds(rule.when, point.inputs)
        run = [*run, point] if wanted else [] if wanted is False else run
        if now:
            _note(rule, now, point)
        if not _enough(run, rule.clear_hold if now else rule.hold):
            continue
        if now:
            now.cleared, now = point, None
        else:
            now = Spell(point)
            found.append(now)
            _note(rule, now, point)
        run = []
    return found


def grade(rule: Rule, point: Point) -> Grade:
    """The highest severity whose condition holds at a point."""
    return max((g for g, row in rule.grades if holds(row, point.inputs)), key=GRADES.index, default=rule.lowest)


def _clears(rule: Rule, point: Point) -> bool | None:
    if rule.clear is not None:
        return holds(rule.clear, point.inputs)
    still = holds(rule.when, point.inputs)
    return None if still is None else not still


def _enough(run: Sequence[Point], hold: Hold) -> bool:
    return bool(run) and len(run) >= hold.points and run[-1].at - run[0].start >= hold.time


def _note(rule: Rule, spell: Spell, point: Point) -> None:
    """What a point adds to a spell."""
    if not holds(rule.when, point.inputs):
        return
    spell.true.append(point)
    found = grade(rule, point)
    if not spell.grades or GRADES.index(found) > GRADES.index(spell.grades[-1][1]):
        spell.grades.append((point, found))
