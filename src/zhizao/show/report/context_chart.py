"""Charts beside the scorecard: the manufacturing-power index of nations, and a figure against its rounding interval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from zhizao.model.series import Reading
from zhizao.model.text import Lang, Text, same
from zhizao.show.figures import plain
from zhizao.show.report.plot import Frame, mark, svg, tag, ticks, words

APART = 14
"""Least distance between two names at the right edge."""


def power_chart(readings: Sequence[Reading], names: Mapping[str, Text], langs: Sequence[Lang]) -> str:
    """The index of each nation by year measured; each report is a vintage of its own and no line joins two."""
    values = [float(r.value) for r in readings]
    years = [r.year for r in readings]
    frame = Frame(min(years) - 0.8, max(years) + 0.6, tuple(ticks(min(values), max(values))), height=360, right=130)
    home = "nation:CN"
    inside = [frame.axes(Text("指数", "index"), langs)]
    for vintage in sorted({r.series for r in readings}):
        for entity in sorted({r.entity for r in readings}):
            own = sorted((r for r in readings if r.series == vintage and r.entity == entity), key=lambda r: r.year)
            points = [(r.year, float(r.value)) for r in own]
            drawn = [mark(r.kind, frame.at(p), f"{entity} · {r.period} · {r.value} · {r.series}") for r, p in zip(own, points, strict=True)]
            inside.append(tag("g", frame.line(points, "series"), *drawn, class_="home" if entity == home else "plain"))
    return svg(frame.width, frame.height, [*inside, *_names(frame, readings, names, langs)], "manufacturing power index")


def _names(frame: Frame, readings: Sequence[Reading], names: Mapping[str, Text], langs: Sequence[Lang]) -> Iterator[str]:
    last = {r.entity: r for r in sorted(readings, key=lambda r: r.year)}
    below = frame.top - APART
    for r in sorted(last.values(), key=lambda r: -r.value):
        x, y = frame.at((r.year, float(r.value)))
        below = max(y + 4, below + APART)
        name = names.get(r.entity, same(r.entity.partition(":")[2]))
        text = Text(f"{name.zh} {plain(r.value)}", f"{name.en} {plain(r.value)}")
        yield words(text, langs, class_="label home-label" if r.entity == "nation:CN" else "axis", x=x + 9, y=below)


@dataclass(frozen=True, slots=True)
class Interval:
    """A recomputed figure with the interval its rounded inputs allow, beside the published figure with its own rounding."""

    year: str
    recomputed: Decimal
    low: Decimal
    high: Decimal
    published: Decimal
    half_unit: Decimal

    @property
    def overlaps(self) -> bool:
        """Whether some true figure could have been rounded to both."""
        return self.low <= self.published + self.half_unit and self.published - self.half_unit <= self.high


def interval_chart(intervals: Sequence[Interval], langs: Sequence[Lang]) -> str:
    """Two bars a year: what the rounded parts allow, and what the published figure's rounding allows."""
    ends = [float(v) for i in intervals for v in (i.low, i.high, i.published - i.half_unit, i.published + i.half_unit)]
    years = [float(i.year) for i in intervals]
    frame = Frame(min(years) - 0.6, max(years) + 0.6, tuple(ticks(min(ends), max(ends))), height=260, right=24)
    inside = [frame.axes(same("%"), langs)]
    for i in intervals:
        x = frame.x(float(i.year))
        inside += _bar(frame, x - 12, (i.low, i.recomputed, i.high), "s0") + _bar(
            frame, x + 12, (i.published - i.half_unit, i.published, i.published + i.half_unit), "s1"
        )
    parts, printed = (
        Text("左：由分行业取整数据所容许的区间", "left: what the rounded sector figures allow"),
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
