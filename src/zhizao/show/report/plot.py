"""Small pieces of SVG from which the report's charts are drawn: escaped tags, words, scales, axes, marks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from unicodedata import east_asian_width

from zhizao.model.text import Lang, Text
from zhizao.show.figures import plain

Point = tuple[float, float]


def tag(name: str, *inside: str, **attributes: str | float) -> str:
    """One element; ``class_`` writes class, an underscore a hyphen, a float two decimals.

    Example:
        >>> tag("text", escape("a < b"), class_="axis", x=1.0)
        '<text class="axis" x="1">a &lt; b</text>'
    """
    written = "".join(f' {key.rstrip("_").replace("_", "-")}="{_attribute(value)}"' for key, value in attributes.items())
    return f"<{name}{written}>{''.join(inside)}</{name}>"


def _attribute(value: str | float) -> str:
    return escape(value) if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")


def words(text: Text | str, langs: Sequence[Lang], **attributes: str | float) -> str:
    """A text element in each language asked for; one alone where both read the same."""
    if isinstance(text, str) or text.zh == text.en or len(langs) == 1:
        return tag("text", escape(text if isinstance(text, str) else text.in_(langs[0])), **attributes)
    return "".join(tag("text", escape(text.in_(lang)), lang=lang, **attributes) for lang in langs)


def svg(width: float, height: float, inside: Iterable[str], label: str) -> str:
    """A drawing that scales to its place."""
    opened = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(label)}" class="chart">'
    )
    return opened + "".join(inside) + "</svg>"


def length(text: str) -> int:
    """The width of a text in half-width characters."""
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def ticks(low: float, high: float, about: int = 6) -> list[float]:
    """Round figures that span a range.

    Example:
        >>> ticks(0.85, 1.71, 5)
        [0.8, 1.0, 1.2, 1.4, 1.6, 1.8]
    """
    rough = max(high - low, 1e-9) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(s * power for s in (1, 2, 5, 10) if s * power >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(n * step, 10) for n in range(first, max(last, first + 1) + 1)]


@dataclass(frozen=True, slots=True)
class Frame:
    """The plotted area: data ranges and their place in the drawing."""

    x0: float
    x1: float
    ys: tuple[float, ...]
    width: float = 760
    height: float = 320
    left: float = 52
    right: float = 112
    top: float = 30
    bottom: float = 30

    def x(self, value: float) -> float:
        """The place of a decimal year."""
        return self.left + (value - self.x0) / (self.x1 - self.x0) * (self.width - self.left - self.right)

    def y(self, value: float) -> float:
        """The place of a figure, kept inside the frame."""
        low, high = self.ys[0], self.ys[-1]
        share = (min(max(value, low), high) - low) / (high - low)
        return self.height - self.bottom - share * (self.height - self.top - self.bottom)

    def at(self, point: Point) -> Point:
        """The place of a point."""
        return self.x(point[0]), self.y(point[1])

    def axes(self, unit: Text, langs: Sequence[Lang]) -> str:
        """Grid, years, figures and unit."""
        right, foot = self.width - self.right, self.height - self.bottom
        lines = [tag("line", class_="grid", x1=self.left, x2=right, y1=self.y(v), y2=self.y(v)) for v in self.ys]
        figures = [words(plain(v), langs, class_="axis", x=self.left - 6, y=self.y(v) + 4, text_anchor="end") for v in self.ys]
        step = max(1, math.ceil((self.x1 - self.x0) / 16))
        years = range(math.ceil(self.x0), math.floor(self.x1) + 1, step)
        below = [words(str(year), langs, class_="axis", x=self.x(year), y=foot + 18, text_anchor="middle") for year in years]
        small = [tag("line", class_="tick", x1=self.x(year), x2=self.x(year), y1=foot, y2=foot + 4) for year in years]
        return "".join([*lines, *figures, *small, *below, words(unit, langs, class_="axis", x=self.left - 44, y=14)])

    def line(self, points: Iterable[Point], class_: str) -> str:
        """A line through points."""
        placed = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(self.at, points))
        return tag("polyline", class_=class_, points=placed)

    def area(self, points: Iterable[Point], class_: str) -> str:
        """A filled area between points."""
        return tag("polygon", class_=class_, points=" ".join(f"{x:.1f},{y:.1f}" for x, y in map(self.at, points)))


def mark(kind: str, place: Point, title: str = "", bound: str = "") -> str:
    """The mark of a reading by its kind, so that kinds differ by shape: published is a full circle, derived a ring, a proxy a
    triangle, the plan's own base a square, a computed value a full diamond. An arrow shows a bound."""
    x, y = place
    shape = {
        "derived": tag("circle", class_="hollow", cx=x, cy=y, r=4),
        "proxy": tag("path", class_="hollow", d=f"M{x:.1f},{y - 5:.1f}l5,8.5h-10z"),
        "base": tag("rect", class_="hollow", x=x - 3.6, y=y - 3.6, width=7.2, height=7.2),
        "computed": tag("path", class_="full", d=f"M{x:.1f},{y - 5:.1f}l5,5l-5,5l-5,-5z"),
    }.get(kind) or tag("circle", class_="full", cx=x, cy=y, r=4)
    way = {"lower": -1, "upper": 1}.get(bound, 0)
    arrow = (
        tag("path", class_="arrow", d=f"M{x:.1f},{y + 6 * way:.1f}v{12 * way}m-3.5,{-4 * way}l3.5,{4 * way}l3.5,{-4 * way}") if way else ""
    )
    return tag("g", tag("title", escape(title)), shape, arrow)
