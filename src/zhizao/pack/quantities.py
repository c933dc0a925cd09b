"""Quantities: from their shapes to nouns, derived ones read, and the names that formulas over signals may use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from zhizao.model.expression import FieldRef, Row, RowOp, walk
from zhizao.model.finding import Finding, Place, Severity
from zhizao.model.quantity import Quantity
from zhizao.model.record import Field, RecordType
from zhizao.model.text import Text
from zhizao.pack.content import Content
from zhizao.pack.formula.build_row import RowBuilder
from zhizao.pack.formula.fault import FormulaFault
from zhizao.pack.formula.parse import parse
from zhizao.pack.formula.row_kind import require
from zhizao.pack.formula.scope import Scope
from zhizao.pack.found import Found
from zhizao.pack.levels import Levels
from zhizao.pack.records import check_unit
from zhizao.pack.shaped import text
from zhizao.pack.shapes import QuantityShape

_HOLD = re.compile(r"(\d{1,6})\s*(ms|s|min|h|day)")
_MICROSECONDS = {"ms": 1_000, "s": 1_000_000, "min": 60_000_000, "h": 3_600_000_000, "day": 86_400_000_000}


def quantity(name: str, shape: QuantityShape, content: Content, found: Found) -> Quantity:
    """The quantity of an entry."""
    check_unit(shape.unit, content, (name, "unit"), found)
    words = text(shape.name, content, (name, "name"), found) or Text(name, name)
    when = _read(shape.when, content.place(name, "when"), found) if shape.when is not None else None
    hold = _hold(shape.hold, content.place(name, "hold"), found) if shape.hold else 0
    if shape.when is not None and shape.behaviour != "mode":
        message = Text(f"{name} 由条件导出，却不是 mode", f"{name} is derived from a condition, but no mode")
        found.blocking("signal", content.place(name), message, Text("请写 behaviour: mode", "write behaviour: mode"))
    return Quantity(name, words, shape.unit, f"{shape.resolution:f}", shape.behaviour, shape.source, hold, when, shape.known_as)


def _hold(written: str, place: Place, found: Found) -> int:
    """A length of time in microseconds."""
    match = _HOLD.fullmatch(written.strip())
    if match and int(match[1]):
        return int(match[1]) * _MICROSECONDS[match[2]]
    listed = ", ".join(_MICROSECONDS)
    found.blocking("signal", place, Text(f"{written} 不是时长", f"{written} is no length of time"), Text(f"例如 10 min；单位可为 {listed}", f"write for example 10 min; units are {listed}"))
    return 0


def _read(written: str, place: Place, found: Found) -> Row | None:
    """The condition of a derived quantity; None, with a finding, where it cannot be read."""
    builder = RowBuilder({})
    try:
        row = builder.row(parse(written))
    except FormulaFault as fault:
        builder.faults.append(fault)
    for told in builder.faults:
        found.blocking(told.code, place, told.message, told.cure)
    return None if builder.faults else row


# ── over all packs ──────────────────────────────────────────────────────────────────────────────────────────────

Listed = tuple[str, str, Place, tuple[Quantity, Place]]
"""Pack, id, place, and the quantity with its place again."""


def each_once(listed: Iterable[Listed], found: Found) -> Iterator[Listed]:
    """The quantities without those that another pack has already: what machines say names no pack, so one id is one quantity everywhere."""
    first: dict[str, Listed] = {}
    for one in listed:
        if (kept := first.setdefault(one[1], one))[0] == one[0]:
            yield one
        else:
            _tell_of_second(kept[0], kept[3][0], one[3][0], one[2], found)


def _tell_of_second(pack: str, first: Quantity, second: Quantity, place: Place, found: Found) -> None:
    unlike = [name for name in ("unit", "resolution", "behaviour", "hold_us", "when") if getattr(first, name) != getattr(second, name)]
    if not unlike:
        message = Text(f"量 {second.id} 与 {pack} 包中的是同一个；以那里的为准", f"the quantity {second.id} is that of {pack}; it is as it stands there")
        found.note("same_name", place, message, Text(f"可以删去，并写 needs: [{pack}]", f"it may be removed here, with needs: [{pack}]"))
        return
    listed = ", ".join(name.removesuffix("_us") for name in unlike)
    message = Text(f"{pack} 包中的量 {second.id} 与此处不同（{listed}）", f"the quantity {second.id} of {pack} is another one ({listed})")
    found.blocking("same_name", place, message, Text("设备所报的名称不分包：请另取编号，或写得与那里一致", "what machines say names no pack: give it another id, or write it as it is there"))


def expanded(quantities: Mapping[str, Quantity], places: Mapping[str, Place], found: Found) -> dict[str, Quantity]:
    """The quantities with derived ones written over observed ones alone; what leads in a circle is left out, with a finding."""
    whole: dict[str, Quantity] = {}
    for name, one in quantities.items():
        circle = _circle(name, quantities)
        if circle:
            path = " → ".join(circle)
            message = Text(f"{name} 由自己导出：{path}", f"{name} is derived from itself: {path}")
            found.blocking("circle", places[name], message, Text("请改写其中一个 when", "write one of them without the other"))
        else:
            whole[name] = replace(one, when=_without_derived(one.when, quantities)) if one.when is not None else one
    return whole


def _circle(name: str, quantities: Mapping[str, Quantity]) -> tuple[str, ...]:
    """A way from a derived quantity back to one that was passed; empty where there is none."""

    def search(at: str, path: tuple[str, ...]) -> tuple[str, ...]:
        if at in path:
            return (*path, at)
        return next((way for below in sorted(_names(quantities.get(at))) if (way := search(below, (*path, at)))), ())

    return search(name, ())


def _names(one: Quantity | None) -> set[str]:
    return names_in(one.when) if one is not None and one.when is not None else set()


def names_in(*rows: Row | None) -> set[str]:
    """The names that rows read."""
    return {node.name for row in rows if row is not None for node in walk(row) if isinstance(node, FieldRef)}


def _without_derived(row: Row, quantities: Mapping[str, Quantity]) -> Row:
    """A condition with derived quantities replaced by what they mean."""
    if isinstance(row, FieldRef):
        found = quantities.get(row.name)
        return _without_derived(found.when, quantities) if found is not None and found.when is not None else row
    return replace(row, args=tuple(_without_derived(arg, quantities) for arg in row.args)) if isinstance(row, RowOp) else row


def only_sound(view: RecordType, places: Mapping[str, Place], levels: Levels, found: Found) -> RecordType:
    """The record type without derived quantities that name what does not exist or cannot be compared, each with its findings."""
    sound = []
    for one in view.signals:
        mine = Found()
        if one.when is not None:
            require(one.when, "boolean", Scope(view, "hour", levels, partial(_report, mine, places[one.id])))
        found.extend(mine)
        sound += [] if mine else [one]
    return as_signals(view, sound)


def _report(found: Found, place: Place, severity: Severity, code: str, at: int, message: Text, cure: Text) -> None:
    found.append(Finding(code, severity, place, message, cure))


def as_signals(record: RecordType, quantities: Iterable[Quantity]) -> RecordType:
    """A record type as formulas see it: quantities instead of fields, but for the time of a row.

    Example:
        >>> from zhizao.model.text import same
        >>> said = RecordType("observation", same("o"), "entity", "time", ("entity",), (Field("time", "instant", same("time")),))
        >>> [f.id for f in as_signals(said, [Quantity("power", same("power"), "kW")]).fields]
        ['power', 'time']
    """
    listed = tuple(quantities)
    return replace(record, fields=(*map(_field, listed), *(f for f in record.fields if f.id == record.time)), signals=listed)


def _field(one: Quantity) -> Field:
    kind = "boolean" if one.when is not None else "decimal" if one.is_number else "text"
    return Field(one.id, kind, one.name, one.unit)  # type: ignore[arg-type]
