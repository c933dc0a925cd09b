"""derivations/NAME.yaml: how observations become records, read and held against quantities and record types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Annotated, Any, get_args

from pydantic import Field as Bound
from pydantic import StringConstraints

from zhizao.model.derivation import Derivation, Given, Take, Taken
from zhizao.model.expression import FieldRef, Row, RowOp, walk
from zhizao.model.finding import Place
from zhizao.model.quantity import Quantity
from zhizao.model.record import Field, RecordType
from zhizao.model.text import Text
from zhizao.pack.content import Content
from zhizao.pack.formula.build_row import RowBuilder
from zhizao.pack.formula.fault import FormulaFault
from zhizao.pack.formula.parse import parse
from zhizao.pack.found import Found, did_you_mean
from zhizao.pack.shaped import text
from zhizao.pack.shapes import Id, Shape, TextShape
from zhizao.pack.units import Unit, unit

_SECONDS = Annotated[str, StringConstraints(pattern=r"^\d{1,5}(\.\d{1,6})? s$")]
_GIVEN, _TAKEN = frozenset(get_args(Given)), frozenset(get_args(Taken))
_CONDITIONS = frozenset({"duration", "count"})


class DerivationShape(Shape):
    """derivations/NAME.yaml"""

    id: Id
    name: TextShape
    record: str
    begins: str
    ends: str
    gives_up: str | None = None
    restarts: str = ""
    counts: str = ""
    settles: _SECONDS = "0 s"
    fields_: Annotated[dict[Id, str | dict[str, Any]], Bound(alias="fields", min_length=1)]


@dataclass(frozen=True, slots=True)
class DerivationDraft:
    """A derivation whose file has the right shape, before its names are looked up."""

    shape: DerivationShape
    content: Content
    pack: str


def derivation(draft: DerivationDraft, record: RecordType | None, quantities: Mapping[str, Quantity], found: Found) -> Derivation | None:
    """The derivation of a draft; None, with findings, where something in it does not hold."""
    before = len([f for f in found if f.severity == "blocking"])
    shape, content = draft.shape, draft.content
    begins, ends = (condition(row, content, (key,), found) for key, row in (("begins", shape.begins), ("ends", shape.ends)))
    gives_up = condition(shape.gives_up, content, ("gives_up",), found) if shape.gives_up is not None else None
    taken = [(name, _take(name, written, content, found)) for name, written in shape.fields_.items()]
    if record is None or begins is None or ends is None or content.faulty:
        return None
    made = Derivation(
        shape.id, text(shape.name, content, ("name",), found) or Text(shape.id, shape.id), record.id, begins, ends,
        tuple((name, _measured(take, record.field(name), quantities, content.place("fields", name), found)) for name, take in taken if take),
        gives_up, shape.restarts, shape.counts, round(Fraction(shape.settles.split()[0]) * 1_000_000), draft.pack, content.place(),
    )  # fmt: skip
    _check_names(made, record, quantities, content, found)
    return _expanded(made, quantities) if len([f for f in found if f.severity == "blocking"]) == before else None


def condition(written: str | None, content: Content, path: tuple[str, ...], found: Found) -> Row | None:
    """A condition over quantities; None, with a finding, where it cannot be read."""
    builder = RowBuilder({})
    try:
        row = builder.row(parse(written or ""))
    except FormulaFault as fault:
        builder.faults.append(fault)
    for told in builder.faults:
        found.blocking(told.code, content.place(*path), told.message, told.cure)
    return None if builder.faults else row


def _take(name: str, written: str | Mapping[str, Any], content: Content, found: Found) -> Take | None:
    """Where a field comes from: a word for what the stretch knows of itself, or one thing to take from quantities."""
    kind, value = _said(written)
    if kind not in (_GIVEN if isinstance(written, str) else _TAKEN):
        message = Text(f"{name} 的来源 {kind} 不合要求", f"{name} cannot be taken from {kind or 'nothing'}")
        found.blocking("shape", content.place("fields", name), message, did_you_mean(kind, [*_GIVEN, *_TAKEN]))
        return None
    value = str(value).lower() if isinstance(value, bool) else value  # as a formula writes it
    if kind == "is":
        return Take("is", constant=str(value))
    if kind in _CONDITIONS:
        where = condition(str(value), content, ("fields", name), found)
        return Take(kind, where=where) if where is not None else None  # type: ignore[arg-type]
    return Take(kind, tuple(map(str, value)) if isinstance(value, list) else (str(value),) if value else ())  # type: ignore[arg-type]


def _said(written: str | Mapping[str, Any]) -> tuple[str, Any]:
    """The one key of a field's source, with what stands under it."""
    if isinstance(written, str):
        return written, ""
    return next(iter(written.items())) if len(written) == 1 else (", ".join(written), "")


def _measured(take: Take, field: Field | None, quantities: Mapping[str, Quantity], place: Place, found: Found) -> Take:
    """A take that knows how its unit becomes the field's."""
    spoken = _unit_of(take, quantities)
    if field is None or spoken is None:
        return take
    wanted = unit(field.unit)
    if not spoken.fits(wanted):
        message = Text(f"{field.id} 的单位是 {wanted}，取得的是 {spoken}", f"{field.id} is in {wanted}, what is taken is in {spoken}")
        found.blocking("unit", place, message, Text("请使用单位相符的量", "take a quantity whose unit fits"))
        return take
    return replace(take, factor=spoken.factor_to(wanted))


def _unit_of(take: Take, quantities: Mapping[str, Quantity]) -> Unit | None:
    if take.kind == "duration":
        return Unit({"s": 1})
    named = quantities.get(take.quantities[0]) if take.quantities else None
    if named is None or named.behaviour == "mode":
        return None
    return unit(named.unit) * Unit({"s": 1}) if take.kind == "integral" else unit(named.unit)


def _check_names(made: Derivation, record: RecordType, quantities: Mapping[str, Quantity], content: Content, found: Found) -> None:
    """Tell quantities and fields that nothing carries, and fields of the key that nothing fills."""
    for name, path in _named(made):
        if name not in quantities:
            message = Text(f"没有名为 {name} 的量", f"no quantity is named {name}")
            found.blocking("unknown_name", content.place(*path), message, did_you_mean(name, list(quantities)))
    restarts = quantities.get(made.restarts)
    if restarts and restarts.unit != "s":
        message = Text(f"{restarts.id} 不是以秒计的", f"{restarts.id} does not count seconds")
        found.blocking("unit", content.place("restarts"), message, Text("请用以秒为单位的累计量", "name a counter whose unit is s"))
    fields = [f.id for f in record.fields]
    filled = {name for name, _ in made.fields}
    for name in sorted(filled - set(fields)):
        message = Text(f"{record.id} 没有字段 {name}", f"{record.id} has no field {name}")
        found.blocking("unknown_field", content.place("fields", name), message, did_you_mean(name, fields))
    for name in record.key:
        if name not in filled:
            message = Text(f"没有填写主键字段 {name}", f"nothing fills {name}, a field of the key")
            found.blocking("unknown_field", content.place("fields"), message, Text(f"请补写 {name}", f"add {name}"))


def _named(made: Derivation) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every quantity it names, with the place where it does."""
    for key, row in (("begins", made.begins), ("ends", made.ends), ("gives_up", made.gives_up)):
        yield from ((name, (key,)) for name in _names(row))
    yield from ((name, (key,)) for key, name in (("restarts", made.restarts), ("counts", made.counts)) if name)
    for field, take in made.fields:
        yield from ((name, ("fields", field)) for name in (*take.quantities, *_names(take.where)))


def _names(row: Row | None) -> list[str]:
    return [node.name for node in walk(row) if isinstance(node, FieldRef)] if row is not None else []


def _expanded(made: Derivation, quantities: Mapping[str, Quantity]) -> Derivation:
    """The derivation with what derived quantities mean in their place."""
    fields = tuple((name, replace(take, where=observed(take.where, quantities))) for name, take in made.fields)
    begins, ends, gives_up = (observed(row, quantities) for row in (made.begins, made.ends, made.gives_up))
    assert begins is not None and ends is not None, "a condition stays one"
    return replace(made, begins=begins, ends=ends, gives_up=gives_up, fields=fields)


def observed(row: Row | None, quantities: Mapping[str, Quantity]) -> Row | None:
    """A condition over observed quantities alone."""
    if isinstance(row, FieldRef):
        return quantities[row.name].when or row
    if isinstance(row, RowOp):
        return replace(row, args=tuple(observed(arg, quantities) or arg for arg in row.args))
    return row


