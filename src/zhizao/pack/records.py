"""Record types: from their shapes to nouns."""

from __future__ import annotations

from zhizao.model.record import Field, RecordType
from zhizao.model.text import Text
from zhizao.pack.content import Content
from zhizao.pack.field_checks import check_fields
from zhizao.pack.found import Found, did_you_mean
from zhizao.pack.shaped import text
from zhizao.pack.shapes import FieldShape, RecordShape
from zhizao.pack.units import unit, units


def record_type(shape: RecordShape, content: Content, pack: str, found: Found) -> RecordType | None:
    """The record type of a file; None, with a finding, where its own names do not hold together."""
    fields = tuple(_field(name, field, content, found) for name, field in shape.fields_.items())
    record = RecordType(
        id=shape.id, name=text(shape.name, content, ("name",), found) or Text(shape.id, shape.id), entity=shape.entity, time=shape.time,
        key=shape.key, fields=fields, period="year" if shape.period == "any" else shape.period, known_by=shape.known_by, due=shape.due,
        pack=pack, place=content.place(), any_period=shape.period == "any",
    )  # fmt: skip
    before = len(found.of("unknown_field"))
    for key, names in (("entity", (shape.entity,)), ("time", (shape.time,)), ("key", shape.key)):
        for name in names:
            if record.field(name) is None:
                message = Text(f"{key} 提到的字段 {name} 不存在", f"{key} names the field {name}, which does not exist")
                found.blocking("unknown_field", content.place(key), message, did_you_mean(name, [f.id for f in fields]))
    if shape.due == "each_period" and (time := record.field(shape.time)) is not None and time.type != "period":
        message = Text(f"{shape.time} 不是期，无从按期应报", f"{shape.time} is no period, so nothing can be due in each")
        found.blocking("due", content.place("due"), message, Text("时间字段用 type: period，或去掉 due", "make the time field a period, or leave due out"))
    kept = len(found.of("unknown_field")) == before
    check_fields(record, content, found)
    return record if kept else None


def check_unit(written: str, content: Content, path: tuple[str, ...], found: Found) -> bool:
    """Whether a text is a unit; a finding says which part of it is not."""
    try:
        unit(written)
        return True
    except KeyError as error:
        name = str(error.args[0])
        message, cure = Text(f"没有单位 {name}", f"there is no unit {name}"), did_you_mean(name, units())
    except ValueError:
        message = Text(f"{written} 不是单位的写法", f"{written} is not written as a unit")
        cure = Text("例如 patent/yi_yuan", "write for example patent/yi_yuan")
    found.blocking("unit", content.place(*path), message, cure)
    return False


def _field(name: str, shape: FieldShape, content: Content, found: Found) -> Field:
    path = ("fields", name)
    check_unit(shape.unit, content, (*path, "unit"), found)
    words = text(shape.name, content, (*path, "name"), found) or Text(name, name)
    return Field(
        id=name, type=shape.type, name=words, unit=shape.unit, scale=shape.scale, accrual=shape.accrual, price=shape.price,
        required=shape.required, minimum=shape.min, maximum=shape.max, values=shape.values, level=shape.level, personal=shape.personal, format=shape.format,
    )  # fmt: skip
