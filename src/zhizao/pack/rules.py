"""rules/NAME.yaml: when something that is watched becomes a warning, read and held against what it names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Annotated, Literal

from pydantic import Field as Bound

from zhizao.model.expression import Literal_, Row, RowOp, canonical, digest, walk
from zhizao.model.finding import Finding, Severity
from zhizao.model.indicator import Indicator
from zhizao.model.record import Field, RecordType
from zhizao.model.rule import GRADES, Grade, Hold, Rule, Screen, Watch
from zhizao.model.text import Text
from zhizao.model.watched import BY_WATCH, OF_INDICATOR, OF_RECORD, SCREENED, VERDICTS, Sort
from zhizao.pack.content import Content
from zhizao.pack.formula.build_row import RowBuilder
from zhizao.pack.formula.fault import FormulaFault
from zhizao.pack.formula.parse import parse
from zhizao.pack.formula.row_kind import require
from zhizao.pack.formula.scope import Scope
from zhizao.pack.found import Found, did_you_mean
from zhizao.pack.levels import PLANT, Levels
from zhizao.pack.shaped import text
from zhizao.pack.shapes import CaseShape, Id, Positive, Shape, TextShape

_TIME = re.compile(r"(\d{1,5}) (min|h|days?)")
_MINUTES = {"min": 1, "h": 60, "day": 1440, "days": 1440}
_Few = Annotated[int, Bound(ge=1, le=1000, strict=True)]


class ScreenShape(Shape):
    """What of a rule's cells is screened, and how strictly."""

    of: Annotated[tuple[str, ...], Bound(min_length=1)]
    level: Annotated[Decimal, Bound(gt=0, lt=1)] = Decimal("0.05")
    dependent: bool = False
    relative: bool = False


class RuleShape(Shape):
    """rules/NAME.yaml"""

    id: Id
    name: TextShape
    watch: Watch
    when: str
    inputs: dict[Id, str] = {}
    record: str = ""
    fields_: Annotated[tuple[str, ...], Bound(alias="fields")] = ()
    by: tuple[str, ...] = ()
    clear: str | None = None
    clear_margin: Positive | None = None
    hold: int | str = 1
    clear_hold: int | str = 1
    reopens: Annotated[int, Bound(ge=0, le=1000, strict=True)] = 1
    severity: Grade | dict[Grade, str] = "blue"
    screen: ScreenShape | None = None
    baseline: _Few = 12
    looks_back: _Few = 60
    cause_by: tuple[str, ...] = ()
    tell: str = ""
    names_enterprise: bool = False
    expires: str = ""
    source: str = ""


class SpokenShape(Shape):
    """One event that a case expects."""

    of: str
    what: Literal["raised", "worsened", "resolved", "reopened", "expired"] = "raised"
    about: str = ""
    severity: Grade | None = None
    subject: str | None = None


class RuleCaseShape(CaseShape):
    """A case of a rule's test: facts, as known at a time, and what the rule must say of them; nothing, where ``silent``."""

    expect: tuple[SpokenShape, ...] = ()  # type: ignore[assignment]
    silent: bool = False
    at: str = ""


class RuleDrillShape(Shape):
    """rules/NAME.test.yaml"""

    cases: tuple[RuleCaseShape, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """A rule whose file has the right shape, before its names are looked up."""

    shape: RuleShape
    content: Content
    pack: str


@dataclass(frozen=True, slots=True)
class Known:
    """What rules may name."""

    indicators: Mapping[str, Indicator]
    records: Mapping[str, RecordType]
    levels: Levels


def rule(draft: RuleDraft, known: Known, found: Found) -> Rule | None:
    """The rule of a draft; None, with findings, where something in it does not hold."""
    before = _faults(found)
    made = _Reading(draft, known, found).rule()
    return made if _faults(found) == before and not draft.content.faulty else None


def _faults(found: Iterable[Finding]) -> int:
    return sum(f.severity == "blocking" for f in found)


class _Reading:
    """Reads one rule."""

    def __init__(self, draft: RuleDraft, known: Known, found: Found) -> None:
        self.shape, self.content, self.pack = draft.shape, draft.content, draft.pack
        self.known, self.found = known, found
        self.seen = RecordType(self.shape.id, Text(self.shape.id, self.shape.id), "", "", (), tuple(self._inputs()))

    def rule(self) -> Rule | None:
        shape = self.shape
        when = self._condition(shape.when, ("when",))
        grades = shape.severity if isinstance(shape.severity, dict) else {}
        rising = [(g, row) for g in GRADES if g in grades and (row := self._condition(grades[g], ("severity", g)))]
        clear = self._clear(when)
        self._check_names()
        if when is None:
            return None
        made = Rule(
            shape.id, text(shape.name, self.content, ("name",), self.found) or Text(shape.id, shape.id), shape.watch, when, clear, tuple(shape.inputs.items()),
            shape.record, shape.fields_, tuple(_levels(b) for b in shape.by), self._hold("hold"), self._hold("clear_hold"), shape.reopens, tuple(rising),
            shape.severity if isinstance(shape.severity, str) else "blue", self._screen(), shape.baseline, shape.looks_back, shape.cause_by, shape.tell,
            shape.names_enterprise, self._time(shape.expires, "expires") if shape.expires else timedelta(),
            shape.source, self.pack, self.content.place(),
        )  # fmt: skip
        return replace(made, definition=_definition(made, self.known))

    # ── what conditions may name ────────────────────────────────────────────────────────────────────────────────

    def _inputs(self) -> Iterable[Field]:
        """The inputs of the conditions, as fields of a row, so that they are checked like those of any formula."""
        shape = self.shape
        yield from (_field(name, sort, "") for name, sort in BY_WATCH[shape.watch].items())
        if shape.screen:
            yield from (_field(name, sort, "") for name, sort in SCREENED.items())
        if shape.watch == "indicators":
            for name, of in shape.inputs.items():
                unit = self.known.indicators[of].unit if of in self.known.indicators else ""
                yield _field(name, "figure", unit)
                yield from (_field(f"{name}.{a}", sort, unit) for a, sort in OF_INDICATOR.items())
        if shape.watch == "records" and (record := self.known.records.get(shape.record)):
            for field in record.fields:
                yield field
                if field.is_number and field.type != "boolean":
                    yield from (replace(field, id=f"{field.id}.{a}") for a in OF_RECORD)

    def _condition(self, written: str, path: tuple[str, ...]) -> Row | None:
        """A condition over inputs; None, with a finding, where it cannot be read or gives no truth value."""
        builder = RowBuilder({})
        try:
            row = builder.row(parse(written))
        except FormulaFault as fault:
            builder.faults.append(fault)
        for told in builder.faults:
            cure = Text("请改写成乘法，如 a > 0.5 * b", "multiply instead: a > 0.5 * b") if told.code == "barrier" else told.cure
            self.found.blocking(told.code, self.content.place(*path), told.message, cure)
        if builder.faults:
            return None
        scope = Scope(self.seen, "year", self.known.levels, partial(self._report, path))
        return row if require(row, "boolean", scope).type != "unknown" else None

    def _report(self, path: tuple[str, ...], severity: Severity, code: str, at: int, message: Text, cure: Text) -> None:
        self.found.append(Finding(code, severity, self.content.place(*path), message, cure))

    def _clear(self, when: Row | None) -> Row | None:
        shape = self.shape
        if shape.clear is not None and shape.clear_margin is not None:
            self._blocking("rule", ("clear_margin",), Text("clear 与 clear_margin 只能写一个", "clear and clear_margin exclude each other"), Text("请删去其中一个", "remove one of the two"))
        if shape.clear is not None:
            return self._condition(shape.clear, ("clear",))
        if shape.clear_margin is None or when is None:
            return None
        if any(isinstance(n, RowOp) and n.op == "not" for n in walk(when)):
            self._blocking("rule", ("clear_margin",), Text("条件里有 not，clear_margin 无从放宽", "clear_margin cannot ease a condition with not"), Text("请改写 clear: …", "write clear: … instead"))
        return RowOp("not", (eased(when, shape.clear_margin),))

    # ── the rest of its names ───────────────────────────────────────────────────────────────────────────────────

    def _check_names(self) -> None:
        shape = self.shape
        for name, of in shape.inputs.items():
            if of not in self.known.indicators:
                self._unknown(("inputs", name), Text(f"没有名为 {of} 的指标", f"no indicator is named {of}"), of, self.known.indicators)
            elif shape.watch == "indicators" and not self.known.indicators[of].is_computed:
                self._blocking("rule", ("inputs", name), Text(f"{of} 只有公布数", f"{of} is published only"), Text("请用 watch: targets 或 revisions", "watch targets or revisions instead"))
        self._check_kinds()
        for n, wanted in enumerate([*shape.by, *shape.cause_by]):
            for level in wanted.split(","):
                if level.strip() not in self.known.levels.known:
                    path = ("by",) if n < len(shape.by) else ("cause_by",)
                    self._unknown(path, Text(f"没有层级 {level}", f"there is no level {level}"), level, self.known.levels.known)
        if self._names_enterprises() and not shape.names_enterprise:
            cure = Text("请写 names_enterprise: true 和 expires: 365 days", "write names_enterprise: true and expires: 365 days")
            self._blocking("rule", ("by",), Text("此规则会点名企业，却没有申诉与失效期", "this rule names enterprises, without appeal and expiry"), cure)
        if shape.names_enterprise and not shape.expires:
            self._blocking("rule", ("names_enterprise",), Text("点名企业的预警须有失效期", "a warning that names an enterprise must expire"), Text("请写 expires: 365 days", "write expires: 365 days"))

    def _check_kinds(self) -> None:
        """What a watch needs, and what it has no use for."""
        shape, needs = self.shape, _NEEDS.get(self.shape.watch, ())
        for key, given in (("inputs", shape.inputs), ("record", shape.record), ("fields", shape.fields_), *([("by", shape.by)] if "by" in needs else [])):
            if key in needs and not given:
                self._blocking("rule", ("watch",), Text(f"watch: {shape.watch} 需要 {key}", f"watch: {shape.watch} needs {key}"), Text(f"请补写 {key}: …", f"add {key}: …"))
            if given and key not in needs and (shape.watch, key) != ("targets", "inputs"):
                self._blocking("rule", (key,), Text(f"watch: {shape.watch} 用不到 {key}", f"watch: {shape.watch} has no use for {key}"), Text(f"请删去 {key}", f"remove {key}"))
        record = self.known.records.get(shape.record)
        if shape.record and record is None:
            self._unknown(("record",), Text(f"没有名为 {shape.record} 的记录类型", f"no record type is named {shape.record}"), shape.record, self.known.records)
        fields = [f.id for f in record.fields if f.is_number] if record else []
        for name in shape.fields_:
            if record and name not in fields:
                self._unknown(("fields",), Text(f"{record.id} 没有数值字段 {name}", f"{record.id} has no field of numbers {name}"), name, fields)

    def _screen(self) -> Screen | None:
        screen = self.shape.screen
        if screen is None:
            return None
        among = [f.id for f in self.seen.fields if f.is_number and "." not in f.id and f.id not in SCREENED and f.id not in BY_WATCH[self.shape.watch]]
        among = ["digits"] if self.shape.watch == "digits" else among
        for name in screen.of:
            if name not in among:
                self._unknown(("screen", "of"), Text(f"无法筛查 {name}", f"{name} cannot be screened"), name, among)
        return Screen(screen.of, screen.level, screen.dependent, screen.relative)

    def _names_enterprises(self) -> bool:
        below = {*PLANT} - {"machine", "line", "area", "site"}
        of_record = self.known.records.get(self.shape.record)
        levels = {part for b in self.shape.by for part in b.split(",")} or ({of_record.level} if of_record and self.shape.watch == "records" else set())
        return bool(below & levels)

    def _hold(self, key: Literal["hold", "clear_hold"]) -> Hold:
        given = self.shape.hold if key == "hold" else self.shape.clear_hold
        if isinstance(given, int) or given.isdigit():
            return Hold(max(int(given), 1))
        return Hold(1, self._time(given, key))

    def _time(self, given: str, key: str) -> timedelta:
        match = _TIME.fullmatch(given)
        if match is None:
            self._blocking("rule", (key,), Text(f"{given} 不是时长", f"{given} is no length of time"), Text("例如 2、90 min、6 h、365 days", "write for example 2, 90 min, 6 h or 365 days"))
            return timedelta()
        return timedelta(minutes=int(match[1]) * _MINUTES[match[2]])

    def _unknown(self, path: tuple[str, ...], message: Text, name: str, known: Iterable[str]) -> None:
        self._blocking("unknown_name", path, message, did_you_mean(name, list(known)))

    def _blocking(self, code: str, path: tuple[str, ...], message: Text, cure: Text) -> None:
        self.found.blocking(code, self.content.place(*path), message, cure)


_NEEDS: Mapping[Watch, tuple[str, ...]] = {"indicators": ("inputs",), "revisions": ("inputs",), "records": ("record",), "digits": ("record", "fields", "by")}


def eased(row: Row, margin: Decimal) -> Row:
    """A condition whose comparisons of figures hold a margin earlier: what must fail for a warning to end.

    Example:
        >>> from zhizao.model.expression import FieldRef
        >>> from zhizao.model.written import written
        >>> written(eased(RowOp("<", (FieldRef("p"), Literal_(Decimal("0.5")))), Decimal("0.1")))
        'p < 0.5 + 0.1'
    """
    if not isinstance(row, RowOp):
        return row
    if row.op in ("<", "<=", ">", ">="):
        left, right = row.args
        return replace(row, args=(left, RowOp("+" if "<" in row.op else "-", (right, Literal_(margin)))))
    return replace(row, args=tuple(eased(arg, margin) for arg in row.args)) if row.op in ("and", "or") else row


def _field(name: str, sort: Sort, unit: str) -> Field:
    words = Text(name, name)
    if sort == "truth":
        return Field(name, "boolean", words)
    if sort == "text":
        return Field(name, "text", words, values=VERDICTS if name == "verdict" else ())
    return Field(name, "decimal", words, {"figure": unit, "percent": "percent", "plain": ""}[sort])


def _levels(written: str) -> str:
    return ",".join(part.strip() for part in written.split(","))


def _definition(made: Rule, known: Known) -> str:
    """The version of a rule: its own words, and the versions of the indicators it reads."""
    inputs = tuple(f"{name}={of}@{known.indicators[of].definition if of in known.indicators else ''}" for name, of in made.inputs)
    return digest(
        made.watch, made.when, made.clear, inputs, made.record, made.fields, made.by, str(made.hold), str(made.clear_hold), made.reopens, made.lowest,
        *(f"{g} {canonical(row)}" for g, row in made.grades), str(made.screen), made.baseline, made.looks_back, str(made.expires),
    )  # fmt: skip
