"""Indicators: from their shapes to nouns, with the formula read, typed and checked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from zhizao.model.expression import Expr, FieldRef, Fold, digest, folds, walk
from zhizao.model.finding import Finding, Place, Severity
from zhizao.model.indicator import Indicator
from zhizao.model.record import RecordType
from zhizao.model.text import Text
from zhizao.pack.content import Content
from zhizao.pack.formula.build import build
from zhizao.pack.formula.check import check, divides
from zhizao.pack.formula.fault import FormulaFault, part_of_let
from zhizao.pack.formula.qualified import each_fold
from zhizao.pack.formula.scope import Report, Scope, adds_up
from zhizao.pack.formula.signal_tree import in_unit, ready
from zhizao.pack.found import Found, did_you_mean
from zhizao.pack.levels import Levels
from zhizao.pack.records import check_unit
from zhizao.pack.salvage import top_keys
from zhizao.pack.shaped import text
from zhizao.pack.shapes import IndicatorShape
from zhizao.pack.units import Unit, unit


@dataclass(frozen=True, slots=True)
class Draft:
    """An indicator whose file has the right shape, before its names are looked up."""

    shape: IndicatorShape
    content: Content
    pack: str

    @property
    def id(self) -> str:
        """The id as written."""
        return self.shape.id


_ABOUT = {
    "unit": {"unit"}, "period": {"period", "accrual", "unit"}, "zero": {"zero_rule"}, "formula": {"no_reason", "formula"}, "because": {"no_reason"},
    "let": {"formula", "unknown_field", "barrier"},
}  # fmt: skip
"""What is not said of an indicator where a key of it does not fit: it would follow from what stands in."""
_TRUSTED = frozenset({"unit", "direction", "period", "formula", "let", "record", "id"})
"""Keys without which nothing is left to hold against targets."""


Records = Mapping[str, tuple[RecordType, frozenset[str]]]
"""Record types by full name, each with the fields whose own definition does not fit."""
Lookup = Callable[[str, Place], tuple[RecordType, frozenset[str]] | None]
"""The record type a pack means by a name; told where there is none."""


def indicator(
    draft: Draft, record: RecordType | None, levels: Levels, others: Collection[str], found: Found, unclear: frozenset[str], lookup: Lookup
) -> Indicator | None:
    """The indicator of a draft; None where its formula cannot be trusted.

    Args:
        record: the record type it names, None where nothing carries that name (told already) or it needs none.
        others: ids of all indicators, to tell a formula that folds one of them.
        unclear: fields of the record whose own definition does not fit.
        lookup: finds the other record types that qualified names speak of.
    """
    mine = Found()
    check_unit(draft.shape.unit, draft.content, ("unit",), mine)
    plain = _without_formula(draft, mine)
    if draft.shape.formula is None:
        _check_reason(draft, mine)
        made: Indicator | None = replace(plain, definition=digest(plain.id, plain.unit, plain.period))
    elif record is None:
        made = None
    else:
        made = _computed(plain, draft, Scope(record, plain.period, levels, _reporter(draft, mine), others, unclear), mine, lookup)
    wrong = top_keys(draft.content.faulty)
    hushed = {code for key in wrong for code in _ABOUT.get(key, ())}
    found.extend(f for f in mine if f.code not in hushed)
    return None if wrong & _TRUSTED else made


def _without_formula(draft: Draft, found: Found) -> Indicator:
    shape, content = draft.shape, draft.content
    doubts = (text(doubt, content, ("doubts", i), found) for i, doubt in enumerate(shape.doubts))
    notes = (text(note, content, ("notes", i), found) for i, note in enumerate(shape.notes))
    return Indicator(
        id=shape.id, name=text(shape.name, content, ("name",), found) or Text(shape.id, shape.id), unit=shape.unit, period=shape.period,
        direction=shape.direction, record=shape.record, formula=shape.formula, decimals=shape.decimals, missing=shape.missing,
        zero=shape.zero or "undefined", weight=shape.weight, attribute=shape.attribute, because=text(shape.because, content, ("because",), found),
        number=shape.number, group=text(shape.group, content, ("group",), found), variant_of=shape.variant_of, between=shape.between, goals=shape.goals,
        doubts=tuple(d for d in doubts if d), source=shape.source, pack=draft.pack, place=content.place(), notes=tuple(n for n in notes if n),
    )  # fmt: skip


def _check_reason(draft: Draft, found: Found) -> None:
    if draft.shape.because is None:
        found.blocking(
            "no_reason", draft.content.place("formula"), Text("没有公式，也没有说明原因", "there is no formula and no reason why"),
            Text("请补写 because: {zh: …, en: …}", "add because: {zh: …, en: …}"),
        )  # fmt: skip


def _reporter(draft: Draft, found: Found) -> Report:
    def report(severity: Severity, code: str, at: int, message: Text, cure: Text) -> None:
        found.append(Finding(code, severity, _place(draft, at), message, cure))

    return report


def _computed(plain: Indicator, draft: Draft, scope: Scope, found: Found, lookup: Lookup) -> Indicator | None:
    record = scope.record
    try:
        tree = build(draft.shape.formula or "", draft.shape.let)
    except FormulaFault as fault:
        for one in (fault, *fault.others):
            scope.report("blocking", one.code, one.at, one.message, one.cure)
        return None
    records = _other_records(tree, draft, lookup)
    if records is None:
        return None
    tree = each_fold(tree, lambda fold: _located(fold, record, records))
    scope = replace(scope, records={other.id: (other, unclear) for other, unclear in records.values()})
    whole = check(tree, _known(plain.unit), scope)
    _check_rules(draft, tree, scope, found)
    if any(f.severity == "blocking" and f.code not in ("no_zh", "no_en") for f in found):
        return None
    tree, factor = in_unit(each_fold(tree, lambda fold: _ready(fold, scope)), whole)
    return _versioned(replace(plain, tree=tree, factor=factor, record=record.id), scope)


def _ready(fold: Fold, scope: Scope) -> Expr:
    """A fold as it is measured: one over signals counts whole steps and microseconds."""
    signals = scope.at(fold.record).record.signals
    return ready(fold, {q.id: q for q in signals}) if signals else fold


def _other_records(tree: Expr, draft: Draft, lookup: Lookup) -> Records | None:
    """The record types that folds name, by the names as written; None where one of them is not there (told)."""
    places = {fold.record: _place(draft, fold.at) for fold in reversed(folds(tree)) if fold.record}
    named = {written: lookup(written, place) for written, place in places.items()}
    return None if None in named.values() else {written: found for written, found in named.items() if found}


def _located(fold: Fold, own: RecordType, records: Records) -> Fold:
    """A fold by the full name of its record type; the indicator's own goes without saying."""
    full = records[fold.record][0].id if fold.record else own.id
    return replace(fold, record="" if full == own.id else full)


def _known(written: str) -> Unit | None:
    try:
        return unit(written)
    except (KeyError, ValueError):
        return None


def _place(draft: Draft, at: int) -> Place:
    """Where a place in the formula, or in a part of ``let``, stands in the file."""
    part = part_of_let(at)
    return draft.content.place("formula") if part < 0 else draft.content.place("let", [*draft.shape.let][part])


def _check_rules(draft: Draft, tree: Expr, scope: Scope, found: Found) -> None:
    shape, content, record = draft.shape, draft.content, scope.record
    _check_reads_own(draft, tree, record, found)
    if divides(tree) and shape.zero is None:
        found.blocking(
            "zero_rule", content.place("formula"), Text("公式含除法，却没有说明除数为零时怎么办", "the formula divides, but nothing says what a zero divisor gives"),
            Text("请补写 zero: undefined（或 zero、one）", "add zero: undefined (or zero, or one)"),
        )  # fmt: skip
    for read in (scope.at(name).record for name in dict.fromkeys(fold.record for fold in folds(tree))):
        if not adds_up(read, shape.period):
            message = Text(f"{read.id} 按 {read.period} 记录，得不出 {shape.period} 的值", f"{read.id} holds {read.period}s, which do not add up to a {shape.period}")
            found.blocking("period", content.place("period"), message, Text(f"请写 period: {read.period}", f"write period: {read.period}"))
    weight = record.field(shape.weight)
    if shape.weight and shape.weight not in scope.unclear and (weight is None or not weight.is_number):
        numbers = [f.id for f in record.fields if f.is_number]
        message = Text(f"weight 不是数值字段：{shape.weight}", f"weight is no field of numbers: {shape.weight}")
        found.blocking("unknown_field", content.place("weight"), message, did_you_mean(shape.weight, numbers))
    for name in shape.let:
        if record.field(name):
            message = Text(f"let 中的 {name} 与字段同名", f"{name} of let hides a field")
            found.blocking("repeated_key", content.place("let", name), message, Text("请换一个名称", "give it another name"))


def _check_reads_own(draft: Draft, tree: Expr, record: RecordType, found: Found) -> None:
    """Coverage, and the periods there are, speak of the indicator's own record type: some part must read it."""
    named = list(dict.fromkeys(fold.record for fold in folds(tree)))
    if named and "" not in named:
        message = Text(f"公式没有用到 {record.id}", f"no part of the formula reads {record.id}")
        found.blocking("mixed_records", draft.content.place("record"), message, Text(f"请写 record: {named[0]}", f"write record: {named[0]}"))


def _versioned(made: Indicator, scope: Scope) -> Indicator:
    """The indicator with the hash of everything that decides its value."""
    assert made.tree is not None, "only a computed indicator has a version of its own"
    rules = (made.unit, made.factor, made.missing, made.zero, Decimal(made.decimals), made.period, made.attribute, made.weight)
    others = sorted({fold.record for fold in folds(made.tree)} - {""})
    about = [part for name in ("", *others) for part in _about(made, name, scope.at(name).record)]
    return replace(made, definition=digest(made.tree, rules, *about))


def _about(made: Indicator, name: str, record: RecordType) -> tuple[object, ...]:
    """What of a record type decides the value: what its rows are about, and the fields the formula reads."""
    assert made.tree is not None
    read = {node.name for fold in folds(made.tree) if fold.record == name for node in walk(fold) if isinstance(node, FieldRef)}
    used = sorted(read | ({made.weight} if made.weight and not name else set()))
    fields = [f for f in map(record.field, used) if f]
    about: list[tuple[object, ...]] = [(f.id, f.type, f.unit, Decimal(f.scale), f.accrual or "", f.price) for f in fields]
    about += [(q.id, q.resolution, q.behaviour, Decimal(q.hold_us)) for q in record.signals if q.id in used]
    return record.id, record.entity, record.time, record.key, tuple(about)
