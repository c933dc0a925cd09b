"""Fields of a record type against themselves: limits that are limits, marks that mean something there, money with its prices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from zhizao.model.record import Field, RecordType
from zhizao.model.text import Text
from zhizao.pack.content import Content
from zhizao.pack.found import Found
from zhizao.pack.units import unit

_NUMBER = re.compile(r"[-+]?[0-9]{1,20}(\.[0-9]{1,20})?(e[0-9]{1,2})?", re.ASCII)
_TIMES = ("period", "instant", "date")


def check_fields(record: RecordType, content: Content, found: Found) -> None:
    """Tell what does not hold together within one record type."""
    faulty = {path[1] for path in content.faulty if path[0] == "fields" and len(path) > 1}
    for field in (f for f in record.fields if f.id not in faulty):
        _check_limits(field, content, found)
        for key in _idle(field):
            message = Text(f"{field.type} 字段 {field.id} 的 {key} 没有意义", f"{key} says nothing about {field.id}, a field of type {field.type}")
            found.doubtful("shape", content.place("fields", field.id, key), message, Text(f"请删去 {key}，或改 type", f"remove {key}, or change type"))
        _check_prices(field, content, found)
        if field.personal and (role := _role(field, record)):
            message = Text(f"{field.id} 标为个人信息，而它是{role.zh}，必须始终可读", f"{field.id} is marked personal, and it is {role.en}, which must always be readable")
            cure = Text("请删去 personal；若它指明某个人，请改存化名，名册留在库外", "remove personal; where it tells who a person is, store a pseudonym, and keep the register outside")
            found.blocking("personal", content.place("fields", field.id, "personal"), message, cure)
    _check_roles(record, content, found)


def _role(field: Field, record: RecordType) -> Text | None:
    """What a field is for the record as a whole, if anything."""
    roles = {
        record.entity: Text("记录所说的对象", "the entity of the record"),
        record.time: Text("记录的时间", "the time of the record"),
        **({"published_at": Text("公布时间", "the time of its publication")} if field.type == "text" else {}),
    }
    return roles.get(field.id) or (Text("键的一部分", "part of its key") if field.id in record.key else None)


def _idle(field: Field) -> Iterator[str]:
    """Keys that mean nothing for a field of its type."""
    if not field.is_figure:
        yield from (key for key, value in (("unit", field.unit), ("min", field.minimum), ("max", field.maximum)) if value)
    if not field.is_figure or field.type == "float":
        yield from (key for key, value in (("accrual", field.accrual), ("price", field.price)) if value)
    if field.level and field.type != "entity":
        yield "level"
    if field.format and field.type != "text":
        yield "format"


def _check_limits(field: Field, content: Content, found: Found) -> None:
    limits = {"min": field.minimum, "max": field.maximum}
    for key, limit in limits.items():
        if limit is not None and not _NUMBER.fullmatch(limit):
            _refuse(field, key, limit, content, found)
            return
    if field.minimum and field.maximum and Decimal(field.minimum) > Decimal(field.maximum):
        message = Text(f"{field.id} 的 min 大于 max，任何值都会被拒", f"min of {field.id} is above max: every value would be rejected")
        found.blocking("shape", content.place("fields", field.id, "min"), message, Text("请对调两者", "exchange the two"))
    if field.is_number or field.is_figure:
        for value in field.values:
            if not _NUMBER.fullmatch(value):
                _refuse(field, "values", value, content, found)


def _refuse(field: Field, key: str, written: str, content: Content, found: Found) -> None:
    message = Text(f"{field.id} 的 {key} 不是数：{written}", f"{key} of {field.id} is no number: {written}")
    found.blocking("shape", content.place("fields", field.id, key), message, Text("请写一个数，如 0", "write a number such as 0"))


def _check_prices(field: Field, content: Content, found: Found) -> None:
    if not field.is_number:
        return
    try:
        money = any(dimension in unit(field.unit).dimension for dimension in ("[currency]", "[dollar]"))
    except (KeyError, ValueError):
        return  # told where the unit is read
    if money and not field.price:
        message = Text(f"{field.id} 是金额，却没有价格口径", f"{field.id} is money without a price basis")
        cure = Text('请写 price: current，或不变价格的年份，如 price: "2015"', 'add price: current, or the year of constant prices, such as price: "2015"')
        found.doubtful("price_basis", content.place("fields", field.id), message, cure)
    elif field.price and not money:
        message = Text(f"{field.id} 不是金额，没有价格口径", f"{field.id} is no money and has no price basis")
        found.doubtful("price_basis", content.place("fields", field.id, "price"), message, Text("请删去 price", "remove price"))


def _check_roles(record: RecordType, content: Content, found: Found) -> None:
    for role, name, types in (("entity", record.entity, ("entity",)), ("time", record.time, _TIMES)):
        field = record.field(name)
        if field and field.type not in types and ("fields", name, "type") not in content.faulty:
            listed = ", ".join(types)
            message = Text(f"{role} 字段 {name} 的类型是 {field.type}", f"{name}, the {role} of the record, is of type {field.type}")
            found.blocking("field_type", content.place("fields", name, "type"), message, Text(f"请写 type: {listed}", f"write type: {listed}"))
    if record.known_by == "published_at" and record.field("published_at") is None:
        message = Text("known_by 是 published_at，却没有这个字段", "known_by is published_at, and there is no such field")
        found.doubtful("unknown_field", content.place("known_by"), message, Text("请补字段 published_at（type: text），或删去 known_by", "add a field published_at (type: text), or remove known_by"))
    for name in dict.fromkeys(record.key):
        if record.key.count(name) > 1:
            message = Text(f"key 中 {name} 重复", f"key names {name} twice")
            found.blocking("repeated_key", content.place("key"), message, Text("请删去一个", "remove one of them"))
