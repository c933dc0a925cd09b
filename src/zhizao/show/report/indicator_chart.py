"""The chart of one indicator: required path, targets, every series, and what the models expect."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import groupby

from zhizao.model.indicator import Indicator
from zhizao.model.series import Reading
from zhizao.model.text import Lang, Text
from zhizao.model.verdict import Judgement, Outlook
from zhizao.model.wording import Wording
from zhizao.show.figures import bounded, plain
from zhizao.show.report.plot import Frame, Point, length, mark, svg, tag, ticks, words
from zhizao.show.words import KINDS, SCOPES, unit_words, word

COLOURS = 8
LEGEND_ROW, LEGEND_SIGN = 19, 7.2
"""Height of a line of the legend and width of a half-width character in it."""


def chart(indicator: Indicator, judgements: Sequence[Judgement], readings: Sequence[Reading], wording: Wording, langs: Sequence[Lang]) -> str:
    """Readings of the indicator and its stand-ins against the required path, forecasts as a fan.

    Series are told apart by colour, kinds by the shape of the mark; a line joins only readings of one series.
    """
    own = series_of(indicator, readings)
    frame = _frame(judgements, own)
    labels = series_labels(own, wording)
    entries = [(_swatch(n), labels[name]) for n, name in enumerate(own)] + list(_shapes(own, judgements))
    places = _legend_places(frame, entries)
    foot = max(y for _, y in places)
    unit = judgements[0].target.unit if judgements else indicator.unit
    inside = [
        frame.axes(unit_words(unit), langs), *_fan(frame, judgements, own), *_path(frame, judgements), *_lines(frame, own),
        *_targets(frame, judgements, langs), *_marks(frame, own), *_deciding(frame, judgements, langs),
        *_legend(entries, places, langs),
    ]  # fmt: skip
    return svg(frame.width, foot + LEGEND_ROW - 6, inside, indicator.name.in_(langs[0]))


def series_of(indicator: Indicator, readings: Iterable[Reading]) -> dict[str, list[Reading]]:
    """The series that speak in the indicator's own unit, each in order of time."""
    speaks = [r for r in readings if indicator.id in (r.indicator, r.proxy_for)]
    ordered = sorted(speaks, key=lambda r: (r.kind != "base", r.series, r.period))
    return {name: list(rs) for name, rs in groupby(ordered, key=lambda r: r.series)}


def series_labels(own: Mapping[str, Sequence[Reading]], wording: Wording) -> dict[str, Text]:
    """A name a reader understands for each series: who published it and of what scope; where two are alike, its own short name too.

    Example:
        >>> from zhizao.model.period import Period
        >>> from decimal import Decimal
        >>> reading = Reading("rd", "rd.x", "plan", "nation:CN", Period.parse("2020"), Decimal(1), "percent", "actual", True, publisher="MIIT")
        >>> series_labels({"rd.x": [reading]}, Wording())["rd.x"].en
        "MIIT · plan's scope"
    """
    plain_ = {name: _label(readings[0], wording) for name, readings in own.items()}
    alike = [text for text in plain_.values() if list(plain_.values()).count(text) > 1]
    return {name: _apart(wording.phrase(name.rpartition(".")[2].replace("_", " ")), text) if text in alike else text for name, text in plain_.items()}


def _label(reading: Reading, wording: Wording) -> Text:
    by, scope = wording.publisher(reading.publisher or reading.series), word(SCOPES, reading.scope)
    return Text(f"{by.zh} · {scope.zh}", f"{by.en} · {scope.en}")


def _apart(short: Text, text: Text) -> Text:
    return Text(f"{text.zh}（{short.zh}）", f"{text.en} ({short.en})")


def _frame(judgements: Sequence[Judgement], own: Mapping[str, list[Reading]]) -> Frame:
    readings = [r for rs in own.values() for r in rs]
    targets = [j.target for j in judgements]
    years = [r.year for r in readings] + [float(t.year) for t in targets] + [float(t.base_year) for t in targets if t.base_year]
    paths = [point for j in judgements for point in path(j, judgements)]
    years += [x for x, _ in paths]
    values = [float(r.signed) for r in readings] + [float(t.used) for t in targets] + [y for _, y in paths]
    span = max(values, default=1) - min(values, default=0) or 1
    reach = [v for f in _outlook(judgements).forecasts for v in (f.low, f.high) if min(values) - span / 2 <= v <= max(values) + span / 2]
    # A bound at the very edge would lie on the axis, its arrow among the years.
    bounds = [float(r.signed) + span / 20 * (1 if r.bound == "lower" else -1) for r in readings if r.bound]
    values = values + reach + bounds or [0.0, 1.0]
    return Frame(min(years) - 0.6, max(years) + 0.5, tuple(ticks(min(values), max(values))))


def path(judgement: Judgement, judgements: Sequence[Judgement]) -> list[Point]:
    """The required path of a target: as it was judged by, or else straight through base and interim targets."""
    if judgement.path:
        return [(float(x), float(y)) for x, y in judgement.path]
    t = judgement.target
    if t.form in ("average_growth", "band"):
        return [(float(t.year - (t.window or 5)), float(t.used)), (float(t.year), float(t.used))]
    start = 0.0 if t.form in ("change_since", "cut_since") else float(t.base_value) if t.base_value is not None else None
    base = [(float(t.base_year), start)] if t.base_year and start is not None else []
    return base + sorted((float(j.target.year), float(j.target.used)) for j in judgements if j.target.year <= t.year)


def _path(frame: Frame, judgements: Sequence[Judgement]) -> Iterator[str]:
    flat = [j for j in judgements if j.target.form in ("average_growth", "band")]
    last = flat or sorted(judgements, key=lambda j: j.target.year)[-1:]
    for judgement in last:
        yield frame.line(path(judgement, judgements), "path")


def _targets(frame: Frame, judgements: Sequence[Judgement], langs: Sequence[Lang]) -> Iterator[str]:
    latest, bars = max((j.target.year for j in judgements), default=0), len(_outlook(judgements).forecasts)
    for j in judgements:
        x, y = frame.at((j.target.year, float(j.target.used)))
        about = "≈ " if j.target.about else ""
        yield tag("path", class_="target", d=f"M{x - 9:.1f},{y:.1f}h18M{x:.1f},{y - 5:.1f}v10")
        label = Text(f"目标 {about}{plain(j.target.used)}", f"target {about}{plain(j.target.used)}")
        if j.target.year == latest:
            yield words(label, langs, class_="label target-label", x=x + (18 + 5 * bars if bars else 13), y=y + 4)
        elif _missed(j):
            yield words(label, langs, class_="label target-label", x=x - 8, y=y - 9, text_anchor="end")
        else:
            yield words(label, langs, class_="label target-label", x=x + 8, y=y + 19)


def _missed(j: Judgement) -> bool:
    return j.reading is not None and not j.target.reached_by(j.reading.signed)


def _lines(frame: Frame, own: Mapping[str, list[Reading]]) -> Iterator[str]:
    for n, readings in enumerate(own.values()):
        if len(readings) > 1:
            yield tag("g", frame.line([(r.year, float(r.signed)) for r in readings], "series"), class_=f"s{n % COLOURS}")


def _marks(frame: Frame, own: Mapping[str, list[Reading]]) -> Iterator[str]:
    for n, readings in enumerate(own.values()):
        drawn = [mark(r.kind, frame.at((r.year, float(r.signed))), _tip(r), r.bound) for r in readings]
        yield tag("g", *drawn, class_=f"s{n % COLOURS}")


def _tip(r: Reading) -> str:
    return f"{r.series} · {r.period} · {bounded(r.signed, r.bound)} · {r.publisher}"


def _deciding(frame: Frame, judgements: Sequence[Judgement], langs: Sequence[Lang]) -> Iterator[str]:
    shown = {(r.series, str(r.period)): (r, _missed(j)) for j in judgements if (r := j.reading)}
    for r, below in shown.values():
        x, y = frame.at((r.year, float(r.signed)))
        yield tag("circle", class_="deciding", cx=x, cy=y, r=8.5)
        yield words(
            bounded(r.signed, r.bound),
            langs,
            class_="label",
            x=x,
            y=y + 23 if below or y < frame.top + 18 else y - 13,
            text_anchor="middle",
        )


def _outlook(judgements: Sequence[Judgement]) -> Outlook:
    found = [j for j in judgements if j.outlook.forecasts]
    return max(found, key=lambda j: j.target.year).outlook if found else Outlook("", ())


def _fan(frame: Frame, judgements: Sequence[Judgement], own: Mapping[str, list[Reading]]) -> Iterator[str]:
    """One faint wedge a model from the last reading to its interval, so that where models agree it is dark."""
    outlook = _outlook(judgements)
    if not outlook.forecasts or outlook.series not in own:
        return
    year = float(max(j.target.year for j in judgements if j.outlook is outlook))
    before = [(r.year, float(r.signed)) for r in own[outlook.series] if r.year < year]
    for n, f in enumerate(outlook.forecasts):
        if before:
            yield frame.area([before[-1], (year, f.high), (year, f.low)], "fan")
            yield frame.line([before[-1], (year, f.value)], "forecast")
        x, tip = frame.x(year) + 5 + 5 * n, f"{f.model}: {f.value:.4g} ({f.low:.4g} – {f.high:.4g})"
        bar = tag("line", x1=x, x2=x, y1=frame.y(f.low), y2=frame.y(f.high), class_="interval")
        yield tag("g", tag("title", escape(tip)), bar, tag("circle", class_="expected", cx=x, cy=frame.y(f.value), r=2.4))


# ── legend ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _swatch(n: int) -> str:
    return tag(
        "g", '<line class="series" x1="0" x2="18" y1="-4" y2="-4"/><circle class="full" cx="9" cy="-4" r="3"/>', class_=f"s{n % COLOURS}"
    )


def _shapes(own: Mapping[str, list[Reading]], judgements: Sequence[Judgement]) -> Iterator[tuple[str, Text]]:
    kinds = sorted({r.kind for rs in own.values() for r in rs})
    yield from ((tag("g", mark(kind, (9, -4)), class_="plain"), KINDS[kind]) for kind in kinds)
    yield '<line class="path" x1="0" x2="18" y1="-4" y2="-4"/>', Text("应达路径", "required path")
    if any(j.reading for j in judgements):
        yield '<circle class="deciding" cx="9" cy="-4" r="6"/>', Text("判定所用", "decided the verdict")
    if _outlook(judgements).forecasts:
        yield '<rect class="fan" x="0" y="-9" width="18" height="10"/>', Text("预测区间", "forecast interval")


def _legend_places(frame: Frame, entries: Sequence[tuple[str, Text]]) -> list[Point]:
    """Where each entry stands: one after the other, as wide as its longer language, in columns as far as it may be."""
    column = (frame.width - frame.left) / 4
    places: list[Point] = []
    x, y = frame.left, frame.height + 12
    for _, text in entries:
        width = math.ceil((max(length(text.zh), length(text.en)) * LEGEND_SIGN + 34) / column) * column
        if places and x + width > frame.width + 1:
            x, y = frame.left, y + LEGEND_ROW
        places.append((x, y))
        x += width
    return places


def _legend(entries: Sequence[tuple[str, Text]], places: Sequence[Point], langs: Sequence[Lang]) -> Iterator[str]:
    for (sample, text), (x, y) in zip(entries, places, strict=True):
        yield tag("g", sample, words(text, langs, class_="axis", x=24.0, y=0.0), transform=f"translate({x:.1f},{y:.1f})")
