"""Answers as plain data, in the shapes other programs build against.

Beyond the agreed keys a key appears only where it has something to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol

from zhizao.model.evaluation import Evaluation, PlanLine
from zhizao.model.finding import Finding
from zhizao.model.indicator import Indicator
from zhizao.model.receipt import Receipt
from zhizao.model.series import Reading
from zhizao.model.text import Lang, Text
from zhizao.model.value import Explanation, FactRef, Value
from zhizao.model.verdict import Alternative, Forecast, Judgement
from zhizao.model.wording import Wording

Row = dict[str, Any]

AGREED = (
    "indicator", "name_zh", "name_en", "year", "target", "printed_target", "target_form", "unit", "value", "value_period", "series",
    "scope", "kind", "verdict", "gap", "forecasts", "alternatives", "sources",
)  # fmt: skip
"""The keys of one row of ``evaluate``."""


def exact(value: Decimal | None) -> str | None:
    """An exact number as text in its stated scale, never with an exponent.

    Example:
        >>> exact(Decimal("1.0E+2")), exact(Decimal("0.10"))
        ('100', '0.10')
    """
    return None if value is None else f"{value:f}"


def number(value: Decimal | None) -> int | float | None:
    """A number for reading and drawing.

    Example:
        >>> number(Decimal("84.50")), number(Decimal("34"))
        (84.5, 34)
    """
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


# ── measure ─────────────────────────────────────────────────────────────────────────────────────────────────────


def measure(values: Iterable[Value | Reading]) -> list[Row]:
    """Computed values and published readings, one row each."""
    return [_value(v) if isinstance(v, Value) else _reading(v) for v in values]


def _value(v: Value) -> Row:
    row: Row = {name: getattr(v, name) for name in ("indicator", "series", "basis", "scope", "kind", "origin", "entity")}
    row |= {"period": str(v.period), "value": exact(v.value), "unit": v.unit, "status": v.status}
    row["coverage"] = {"count": exact(v.coverage.count), "weight": exact(v.coverage.weight)}
    row |= {"definition": v.definition, "known_at": v.known_at}
    return row | ({"warnings": list(v.warnings)} if v.warnings else {})


def _reading(r: Reading) -> Row:
    row: Row = {name: getattr(r, name) for name in ("indicator", "series", "basis", "scope", "kind", "origin", "entity")}
    row |= {"period": str(r.period), "value": exact(r.value), "unit": r.unit, "status": "ok"}
    row |= {"coverage": {"count": None, "weight": None}, "definition": "", "known_at": r.published_at}
    return row | ({"bound": r.bound} if r.bound else {})


def explain(e: Explanation) -> Row:
    """A value with its formula, merged states, parts and facts; other readings of the same where there are any."""
    value = _value(e.value) if isinstance(e.value, Value) else _described(e.value)
    row: Row = {"value": value, "formula": e.formula, "states": dict(e.states), "children": measure(e.children)}
    row |= {"facts": [_fact(f) for f in e.facts], "digest": e.digest}
    row |= {"facts_total": e.facts_total} if e.facts_total != len(e.facts) else {}
    return row | ({"other_readings": [_described(r) for r in e.others]} if e.others else {})


def _described(r: Reading) -> Row:
    """A reading with what its publisher said about it."""
    said = {name: getattr(r, name) for name in ("confidence", "note", "publisher", "source", "proxy_for", "fact")}
    return _reading(r) | {name: text for name, text in said.items() if text}


def _fact(fact: FactRef) -> Row:
    row: Row = {"id": fact.id, "source": fact.source, "place": fact.place}
    return row | ({"fields": dict(fact.fields)} if fact.fields else {})


# ── evaluate ────────────────────────────────────────────────────────────────────────────────────────────────────


def scored(evaluation: Evaluation) -> list[Row]:
    """The scorecard as language-free data, in the plan's order: what a warm command keeps and draws from.

    Beside the agreed keys each row has the plan's group and number, the marks of its target, and reasons in both languages.
    """
    ordered = sorted(enumerate(evaluation.judgements), key=lambda at: (_place(evaluation, at[1]), at[0]))
    return [_judged(j, evaluation.indicators.get(j.target.indicator), evaluation.wording) | _doubted(evaluation, j) for _, j in ordered]


def _place(evaluation: Evaluation, j: Judgement) -> tuple[int, str, int]:
    indicator = evaluation.indicators.get(j.target.indicator)
    number_ = indicator.number if indicator and indicator.number else 10**6
    return (number_, j.target.indicator, j.target.year)


def evaluate(rows: Sequence[Mapping[str, Any]], lang: Lang) -> list[Row]:
    """The rows of :func:`scored` in the agreed shape, reasons in the reader's language."""
    answer = []
    for row in rows:
        agreed = {key: row[key] for key in AGREED}
        agreed["alternatives"] = [
            {key: a[key] for key in ("series", "period", "value", "bound") if key in a} | {"why": a[f"why_{lang}"]} for a in row["alternatives"]
        ]
        answer.append(agreed | ({"doubted": row["doubted"]} if "doubted" in row else {}))
    return answer


def _judged(j: Judgement, indicator: Indicator | None, wording: Wording) -> Row:
    t, r = j.target, j.reading
    name, group = (indicator.name, indicator.group) if indicator else (None, None)
    return {
        "indicator": t.indicator, **_text("name", name, t.indicator), "year": t.year, "target": number(t.used),
        "printed_target": number(t.printed), "target_form": t.form, "unit": t.unit, "value": number(r.signed) if r else None,
        "value_period": str(r.period) if r else None, "series": r.series if r else None, "scope": r.scope if r else None,
        "kind": r.kind if r else None, "verdict": j.verdict, "gap": number(j.gap), "forecasts": [forecast(f) for f in j.outlook.forecasts],
        "alternatives": [_alternative(a) for a in j.alternatives], "sources": [_source(r)] if r else [],
        "number": indicator.number if indicator else 0, **_text("group", group, ""), **_text("reason", t.reason, ""),
        "printed": exact(t.printed), "about": t.about, "upper": number(t.upper),
        "margin": number(t.margin(r.signed)) if r else None, "bound": r.bound if r else "", "conflicts": [_figure(c) for c in j.conflicts],
        **_text("why_no_forecast", j.outlook.why_none, ""),
        **_text("publisher", wording.publisher(r.publisher or r.series) if r else None, ""), "nearest": None if r else _nearest(j, wording),
    }  # fmt: skip


def _doubted(evaluation: Evaluation, j: Judgement) -> Row:
    """The computed figure that comes with a warning, where there is one."""
    r = evaluation.doubted(j.target)
    return {"doubted": _figure(r) | {"warnings": list(r.warnings)}} if r else {}


def _nearest(j: Judgement, wording: Wording) -> Row | None:
    """Where nothing decided: the latest figure that is no later than the target, and why it did not."""
    before = [a for a in j.alternatives if a.reading.kind != "base" and a.reading.period.year <= j.target.year]
    if not before:
        return None
    a = max(before, key=lambda a: a.reading.period)
    required = {year: value for year, value in j.path} if a.reading.period.kind == "year" else {}
    return _alternative(a) | {
        "kind": a.reading.kind, "scope": a.reading.scope, "bound": a.reading.bound, "required": number(required.get(Decimal(a.reading.period.year))),
        **_text("publisher", wording.publisher(a.reading.publisher or a.reading.series), ""),
    }  # fmt: skip


def _text(key: str, text: Text | None, otherwise: str) -> Row:
    return {f"{key}_zh": text.zh if text else otherwise, f"{key}_en": text.en if text else otherwise}


def _figure(r: Reading) -> Row:
    row: Row = {"series": r.series, "period": str(r.period), "value": number(r.signed)}
    return row | ({"bound": r.bound} if r.bound else {})


def _alternative(a: Alternative) -> Row:
    return _figure(a.reading) | {"why_zh": a.why.zh, "why_en": a.why.en}


def _source(r: Reading) -> Row:
    return {"publisher": r.publisher, "document": r.source, "published_at": r.published_at, "confidence": r.confidence}


def forecast(f: Forecast) -> Row:
    """One model's outlook, one key a field."""
    return {name: getattr(f, name) for name in ("model", "value", "low", "high", "p_attain", "n", "backtests", "error")}


# ── plan, findings, receipts ────────────────────────────────────────────────────────────────────────────────────


def plan(lines: Iterable[PlanLine]) -> list[Row]:
    """The plan's tree with what serves each node now."""
    return [_line(line) for line in lines]


def _line(line: PlanLine) -> Row:
    node = line.node
    row: Row = {"id": node.id, "kind": node.kind, "section": node.section, "name_zh": node.name.zh, "name_en": node.name.en}
    row |= {"indicators": list(node.indicators), "serves": list(node.serves), "served": line.served, "evidence": list(line.evidence)}
    return row | {"children": plan(line.children)}


def findings(found: Iterable[Finding], lang: Lang) -> list[Row]:
    """Faults in content, in the reader's language."""
    return [
        {"code": f.code, "severity": f.severity, "file": f.place.file, "line": f.place.line}
        | {"message": f.message.in_(lang), "cure": f.cure.in_(lang)}
        for f in found
    ]  # fmt: skip


def receipt(r: Receipt) -> Row:
    """The count of one delivery; what was spooled, corrected or rounded is named only where it happened."""
    row: Row = {name: getattr(r, name) for name in ("received", "stored", "duplicate", "rejected", "rejects_file")}
    return row | {name: getattr(r, name) for name in ("spooled", "corrected", "rounded") if getattr(r, name)}


# ── tests of packs ──────────────────────────────────────────────────────────────────────────────────────────────


class Tested(Protocol):
    """One case of a pack's own tests."""

    @property
    def indicator(self) -> str:
        """What was tested."""

    @property
    def case(self) -> str:
        """The name of the case."""

    @property
    def passed(self) -> bool:
        """Whether every expectation held."""

    @property
    def message(self) -> Text | None:
        """What was expected and what was found, where it failed."""


def tests(results: Iterable[Tested], lang: Lang) -> list[Row]:
    """Every case with its outcome."""
    return [
        {"indicator": r.indicator, "case": r.case, "passed": r.passed, "message": r.message.in_(lang) if r.message else ""} for r in results
    ]
