"""The chart of an effect for reports: the treated, how they would have been with its interval, and when the action began."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from zhizao.model.effect import Effect, Moment
from zhizao.model.text import Lang, Text
from zhizao.show.effects import fixed, places
from zhizao.show.figures import plain
from zhizao.show.report.palette import LIGHT
from zhizao.show.report.plot import Frame, svg, tag, ticks, words
from zhizao.show.words import unit_words

LABELS = 7
"""Periods that are written below the axis."""
STYLE = (
    "svg{{background:{paper};font-family:'Noto Sans CJK SC',sans-serif;font-size:12px}} .axis{{fill:{soft}}} .label{{fill:{ink};font-weight:700}} .grid{{stroke:{line}}} "
    ".own{{fill:none;stroke:{s0};stroke-width:2}} .without{{fill:none;stroke:{s1};stroke-width:1.8;stroke-dasharray:5 3}} "
    ".band{{fill:{s1};fill-opacity:.15}} .began{{stroke:{ink};stroke-dasharray:2 3}} .s0{{fill:{s0}}} .s1{{fill:{s1}}}"
).format(**LIGHT)


def chart(e: Effect, lang: Lang) -> str:
    """A drawing that stands by itself.

    Shape:
        one SVG element with its own style; lines break where values are missing.
    """
    figures = [v for m in e.path for v in (m.treated, m.low, m.high) if v is not None]
    frame = Frame(0, max(len(e.path) - 1, 1), tuple(ticks(min(figures, default=0), max(figures, default=1))))
    title = f"{e.action} · {e.indicator}"
    inside = [tag("style", STYLE), *_axes(frame, e, lang), *_band(frame, e.path), *_lines(frame, e.path), *_began(frame, e, lang), *_legend(frame, e, lang)]
    return svg(frame.width, frame.height, inside, title)


def _axes(frame: Frame, e: Effect, lang: Lang) -> Iterator[str]:
    for value in frame.ys:
        yield tag("line", class_="grid", x1=frame.left, x2=frame.width - frame.right, y1=frame.y(value), y2=frame.y(value))
        yield words(plain(value), [lang], class_="axis", x=frame.left - 6, y=frame.y(value) + 4, text_anchor="end")
    step = max(len(e.path) // LABELS, 1)
    for i in range(0, len(e.path), step):
        yield words(str(e.path[i].period), [lang], class_="axis", x=frame.x(i), y=frame.height - 10, text_anchor="middle")
    yield words(f"{e.indicator} {unit_words(e.unit).in_(lang).strip()}", [lang], class_="axis", x=frame.left - 44, y=14)


def _band(frame: Frame, path: Sequence[Moment]) -> Iterator[str]:
    known = [(float(i), m.low, m.high) for i, m in enumerate(path) if m.low is not None and m.high is not None]
    if len(known) > 1:
        yield frame.area([*((x, high) for x, _, high in known), *((x, low) for x, low, _ in reversed(known))], "band")


def _lines(frame: Frame, path: Sequence[Moment]) -> Iterator[str]:
    for name, row in (("without", [m.without for m in path]), ("own", [m.treated for m in path])):
        for piece in _pieces(row):
            yield frame.line(piece, name)


def _pieces(row: Sequence[float | None]) -> Iterator[list[tuple[float, float]]]:
    piece: list[tuple[float, float]] = []
    for i, value in enumerate([*row, None]):
        if value is not None:
            piece.append((float(i), value))
        elif piece:
            yield piece
            piece = []


def _began(frame: Frame, e: Effect, lang: Lang) -> Iterator[str]:
    x = frame.x(next((i for i, m in enumerate(e.path) if m.after), len(e.path)) - 0.5)
    yield tag("line", class_="began", x1=x, x2=x, y1=frame.top, y2=frame.height - frame.bottom)
    yield words(Text("开始", "begun"), [lang], class_="axis", x=x, y=frame.top - 4, text_anchor="middle")


def _legend(frame: Frame, e: Effect, lang: Lang) -> Iterator[str]:
    x = frame.width - frame.right + 8
    yield words(Text("受影响的", "treated"), [lang], class_="s0", x=x, y=frame.top + 10)
    yield words(Text("若无措施", "without it"), [lang], class_="s1", x=x, y=frame.top + 28)
    if (own := e.estimate).value is not None:
        yield words(Text("效果", "effect"), [lang], class_="axis", x=x, y=frame.top + 56)
        yield words(fixed(own.value, places(e)), [lang], class_="label", x=x, y=frame.top + 72)
        yield words(f"{fixed(own.low, places(e))} …", [lang], class_="axis", x=x, y=frame.top + 88)
        yield words(f"… {fixed(own.high, places(e))}", [lang], class_="axis", x=x, y=frame.top + 104)
