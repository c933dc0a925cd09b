"""Charts beside the scorecard: entities against each other, and a figure against its rounding interval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from zhizao.model.rounding import Rounded
from zhizao.model.series import Reading
from zhizao.model.text import Lang, Text, same
from zhizao.show.figures import plain
from zhizao.show.report.plot import Frame, mark, svg, tag, ticks, words
from zhizao.show.words import unit_words

APART = 14
"""Least distance between two names at the right edge."""


def entities_chart(readings: Sequence[Reading], home: str, names: Mapping[str, Text], langs: Sequence[Lang]) -> str:
    """The figures of each entity by year; no line joins two series. Whom the plan is about stands out.

    Args:
        home: the entity the plan is about.
    """
    values = [float(r.value) for r in readings]
    years = [r.year for r in readings]
    frame = Frame(min(years) - 0.8, max(years) + 0.6, tuple(ticks(min(values), max(values))), height=360, right=130)
    inside = [frame.axes(unit_words(readings[0].unit), langs)]
    for vintage in sorted({r.series for r in readings}):
        for entity in sorted({r.entity for r in readings}):
            own = sorted((r for r in readings if r.series == vintage and r.entity == entity), key=lambda r: r.year)
            points = [(r.year, float(r.value)) for r in own]
            drawn = [mark(r.kind, frame.at(p), f"{entity} · {r.period} · {r.value} · {r.series}") for r, p in zip(own, points, strict=True)]
            inside.append(tag("g", frame.line(points, "series"), *drawn, class_="home" if entity == home else "plain"))
    return svg(frame.width, frame.height, [*inside, *_names(frame, readings, home, names, langs)], readings[0].indicator)


def _names(frame: Frame, readings: Sequence[Reading], home: str, names: Mapping[str, Text], langs: Sequence[Lang]) -> Iterator[str]:
    last = {r.entity: r for r in sorted(readings, key=lambda r: r.year)}
    below = frame.top - APART
    for r in sorted(last.values(), key=lambda r: -r.value):
        x, y = frame.at((r.year, float(r.value)))
        below = max(y + 4, below + APART)
        name = names.get(r.entity, same(r.entity.partition(":")[2]))
        text = Text(f"{name.zh} {plain(r.value)}", f"{name.en} {plain(r.value)}")
        yield words(text, langs, class_="label home-label" if r.entity == home else "axis", x=x + 9, y=below)


def interval_chart(intervals: Sequence[Rounded], langs: Sequence[Lang]) -> str:
    """Two bars a year: what the rounded parts allow, and what the published figure's rounding allows."""
    ends = [float(v) for i in intervals for v in (i.low, i.high, *i.printed)]
    years = [i.published.year for i in intervals]
    frame = Frame(min(years) - 0.6, max(years) + 0.6, tuple(ticks(min(ends), max(ends))), height=260, right=24)
    inside = [frame.axes(unit_words(intervals[0].published.unit), langs)]
    for i in intervals:
        x, (least, greatest) = frame.x(i.published.year), i.printed
        inside += _bar(frame, x - 12, (i.low, i.recomputed, i.high), "s0") + _bar(frame, x + 12, (least, i.published.value, greatest), "s1")
    parts, printed = (
        Text("左：分项取整数所容许的区间", "left: what the rounded parts allow"),
        Text("右：公布数的取整区间", "right: the published figure's rounding"),
    )
    y = frame.height + 12
    inside += [
        words(parts, langs, class_="axis key0", x=frame.left, y=y),
        words(printed, langs, class_="axis key1", x=frame.left + 330, y=y),
    ]
    return svg(frame.width, frame.height + 20, inside, "interval overlap")


def _bar(frame: Frame, x: float, ends: tuple[Decimal, Decimal, Decimal], colour: str) -> list[str]:
    low, middle, high = (frame.y(float(v)) for v in ends)
    return [
        tag(
            "g",
            tag("rect", class_="bar", x=x - 7, y=high, width=14, height=low - high),
            tag("circle", class_="full", cx=x, cy=middle, r=3),
            class_=colour,
        )
    ]
