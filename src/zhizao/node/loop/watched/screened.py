"""The latest points of many courses screened together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from zhizao.judge.rules.features import decimal
from zhizao.model.rule import Rule
from zhizao.model.warning import Course, Input, Point


def screened(rule: Rule, courses: Sequence[Course]) -> list[Course]:
    """The courses, whose latest points know how unusual the changes of what is screened are, and whether any is among those named.

    Only the latest point is judged: what was named before is known by what was told of it.
    """
    import numpy as np

    from zhizao.judge.screening.discovery import q_values
    from zhizao.judge.screening.unusual import p_values

    screen = rule.screen
    assert screen is not None, "only what is screened comes here"
    if not courses:
        return []
    abouts = [p.about for p in sorted({p.about: p for c in courses for p in c.points}.values(), key=lambda p: (p.at, p.about))]
    changes = (np.array([_changes(c, name, screen.relative, abouts) for c in courses], dtype=float) for name in screen.of)
    p = np.column_stack([p_values(of_one) for of_one in changes])
    q = q_values(p.ravel(), dependent=screen.dependent).reshape(p.shape)
    return [replace(c, points=(*c.points[:-1], _judged(c.points[-1], p[i], q[i], float(screen.level)))) for i, c in enumerate(courses)]


def _changes(course: Course, name: str, relative: bool, abouts: Sequence[str]) -> list[float]:
    """The changes of a figure from one to the next of all points that any course has, of its logarithm where they are relative; not a number where one is not known."""
    from math import log, nan

    told = {p.about: p.inputs.get(name) for p in course.points}
    figures = [told.get(about) for about in abouts]
    known = [float(f) if isinstance(f, Decimal) and (f > 0 or not relative) else nan for f in figures]
    level = [log(f) if relative and f == f else f for f in known]
    return [b - a for a, b in zip(level, level[1:], strict=False)]


def _judged(point: Point, p: Any, q: Any, level: float) -> Point:
    import numpy as np

    least = None if np.isnan(q).all() else int(np.nanargmin(q))
    said: dict[str, Input] = {"unusual": None, "p": None, "q": None}
    if least is not None:
        said = {"unusual": bool(q[least] <= level), "p": decimal(float(p[least])), "q": decimal(float(q[least]))}
    return replace(point, inputs={**point.inputs, **said})
