"""What kind of value an expression over one row gives: its type, unit, price basis, and whether it adds up over time."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Literal

from zhizao.model.entity import is_entity
from zhizao.model.expression import FieldRef, Literal_, Row, RowOp
from zhizao.model.record import Accrual, Field
from zhizao.model.text import Text
from zhizao.pack.formula.kind import Nature
from zhizao.pack.formula.scope import Scope
from zhizao.pack.found import did_you_mean
from zhizao.pack.units import Unit, unit

RowType = Literal["number", "float", "boolean", "text", "unknown"]


@dataclass(frozen=True, slots=True)
class RowKind:
    """The kind of a row's value."""

    type: RowType
    unit: Unit = Unit()
    nature: Nature = "ratio"
    price: str = ""
    accrual: Accrual | None = None


BOOLEAN = RowKind("boolean", nature="count")
UNKNOWN = RowKind("unknown")


def row_kind(row: Row, scope: Scope) -> RowKind:
    """The kind of a row expression; its faults are told to the scope."""
    match row:
        case FieldRef(name=name):
            return _field(row, scope.record.field(name), scope)
        case Literal_(value=bool()):
            return BOOLEAN
        case Literal_(value=Decimal()):
            return RowKind("number", nature="number")
        case Literal_():
            return RowKind("text")
        case RowOp(op="reported", args=args):
            row_kind(args[0], scope)
            return BOOLEAN
        case RowOp(op="+" | "-" | "*" | "neg"):
            return _arithmetic(row, scope)
        case RowOp(op="and" | "or" | "not", args=args):
            for arg in args:
                require(arg, "boolean", scope)
            return BOOLEAN
        case _:
            return _compared(row, scope)


def require(row: Row, wanted: RowType, scope: Scope) -> RowKind:
    """The kind of a row expression that must be of a type (truth values count as 0 and 1 where a number is wanted)."""
    found = row_kind(row, scope)
    if found.type in (wanted, "unknown") or (wanted == "number" and found.type == "boolean"):
        return found
    if found.type == "float":
        _as_received(row.at, scope)
        return UNKNOWN
    zh = {"number": "数", "boolean": "是非判断"}[wanted]
    en = {"number": "a number", "boolean": "a condition"}[wanted]
    cure = Text("请写条件，如 b > 0", "write a condition such as b > 0") if wanted == "boolean" else Text("请换成数值字段", "use a field of numbers")
    scope.blocking("field_type", row.at, Text(f"此处须为{zh}", f"here must stand {en}"), cure)
    return UNKNOWN


def _field(row: FieldRef, found: Field | None, scope: Scope) -> RowKind:
    if row.name in scope.unclear:
        return UNKNOWN
    if found is None:
        _unknown(row, scope)
        return UNKNOWN
    if found.type == "boolean":
        return BOOLEAN
    if found.type == "float":
        return RowKind("float")
    if not found.is_number:
        return RowKind("text")
    try:
        measured = unit(found.unit)
    except (KeyError, ValueError):
        measured = Unit()  # told where the record type is read
    counted = found.type == "integer" and not found.unit
    nature: Nature = "amount" if not measured.is_plain else "count" if counted else "ratio"
    return RowKind("number", measured, nature, found.price, found.accrual)


def _as_received(at: int, scope: Scope) -> None:
    """What a machine said is kept to the last bit; only whole steps of a quantity can be counted exactly."""
    message = Text("type: float 的值按原样保存，不能求和、运算或比较", "a value of type float is kept as received: it cannot be summed, reckoned with or compared")
    cure = Text("请用 decimal 或 integer 字段；观测值请按量的名称写公式", "use a field of type decimal or integer; of observations, name the quantity in the formula")
    scope.blocking("float", at, message, cure)


def _unknown(row: FieldRef, scope: Scope) -> None:
    if row.name in scope.indicators:
        scope.blocking(
            "barrier", row.at, Text(f"{row.name} 是指标，已是完成的值，不能再聚合", f"{row.name} is an indicator: a finished value, which cannot be folded"),
            Text("请把它的公式写进来，并用 mean over 层级 of (...)", "write its formula here, below mean over LEVEL of (...)"),
        )  # fmt: skip
        return
    fields = [f.id for f in scope.record.fields]
    message = Text(f"{scope.record.id} 没有字段 {row.name}", f"{scope.record.id} has no field {row.name}")
    if scope.record.signals:
        fields = [q.id for q in scope.record.signals]
        message = Text(f"没有名为 {row.name} 的量", f"no quantity is named {row.name}")
    scope.blocking("unknown_field", row.at, message, did_you_mean(row.name, fields))


def _arithmetic(row: RowOp, scope: Scope) -> RowKind:
    kinds = [_number(arg, scope) for arg in row.args]
    if len(kinds) == 1 or any(k.type == "unknown" for k in kinds):
        return kinds[0] if len(kinds) == 1 else UNKNOWN
    a, b = kinds
    if a.price and b.price and a.price != b.price:
        mixed_prices(row.at, a.price, b.price, scope)
    accrual: Accrual | None = _accrual(row.op, a.accrual, b.accrual)
    if row.op == "*":
        together = a.unit * b.unit
        nature: Nature = "amount" if not together.is_plain else b.nature if a.nature == "number" else a.nature
        return RowKind("number", together, nature, a.price or b.price, accrual)
    if not a.unit.fits(b.unit) or a.unit.factor_to(b.unit) != 1:
        differing_units(row.at, a.unit, b.unit, scope)
    return RowKind("number", a.unit, b.nature if a.nature == "number" else a.nature, a.price or b.price, accrual)


def _number(row: Row, scope: Scope) -> RowKind:
    """The kind of an operand; a truth value is counted by itself, it is no number to reckon with."""
    found = require(row, "number", scope)
    if found.type != "boolean":
        return found
    message = Text("是非值不能参与运算", "a truth value cannot be reckoned with")
    scope.blocking("field_type", row.at, message, Text("请写成条件：sum(a where b)", "make it a condition: sum(a where b)"))
    return UNKNOWN


def _accrual(op: str, a: Accrual | None, b: Accrual | None) -> Accrual | None:
    # What is held times what passes passes (a rate times hours); what is held plus what passes is neither, so it is not added up.
    if op == "*" and "flow" in (a, b):
        return "flow"
    return "stock" if "stock" in (a, b) else a or b


def _compared(row: RowOp, scope: Scope) -> RowKind:
    kinds = [row_kind(arg, scope) for arg in row.args]
    first = kinds[0]
    for arg in (arg for arg, kind in zip(row.args, kinds, strict=True) if kind.type == "float"):
        _as_received(arg.at, scope)
    if any(kind.type == "float" for kind in kinds):
        return BOOLEAN
    for arg, kind in zip(row.args[1:], kinds[1:], strict=True):
        if "unknown" not in (first.type, kind.type) and first.type != kind.type:
            message = Text("两边类型不同，无法比较", "the two sides are of different types")
            scope.blocking("field_type", arg.at, message, Text("请写同类的值：文字加引号，数不加", "compare like with like: text in quotes, numbers without"))
        elif "number" not in (first.nature, kind.nature) and first.type == "number":
            _check_alike(arg.at, first, kind, scope)
    _check_values(row, scope)
    return BOOLEAN


def _check_alike(at: int, a: RowKind, b: RowKind, scope: Scope) -> None:
    """Figures are compared as they are stored: of one unit, and money of one price basis."""
    if not a.unit.fits(b.unit) or a.unit.factor_to(b.unit) != 1:
        differing_units(at, a.unit, b.unit, scope)
    if a.price and b.price and a.price != b.price:
        mixed_prices(at, a.price, b.price, scope)


def _check_values(row: RowOp, scope: Scope) -> None:
    """A text that a closed field never holds is a slip: the condition would silently be false for every row."""
    fields = [f for f in (scope.record.field(a.name) for a in row.args if isinstance(a, FieldRef)) if f]
    texts = [arg for arg in row.args if isinstance(arg, Literal_) and isinstance(arg.value, str)]
    for field, arg in product(fields, texts):
        if field.values and arg.value not in field.values:
            message = Text(f"{field.id} 没有取值 {arg.value}", f"{field.id} never is {arg.value}")
            scope.blocking("unknown_name", arg.at, message, did_you_mean(str(arg.value), field.values))
        if field.type == "entity" and not is_entity(str(arg.value)):
            message = Text(f"{field.id} 存作 层级:编号，不会等于 {arg.value}", f"{field.id} holds level:code and never is {arg.value}")
            whole = f'"{field.level or "level"}:{arg.value}"'
            scope.blocking("unknown_name", arg.at, message, Text(f"请写 {whole}", f"write {whole}"))


def mixed_prices(at: int, a: str, b: str, scope: Scope) -> None:
    """Tell that money of different price bases meets."""
    zh, en = (" 与 ".join(_price(p).zh for p in (a, b)), " and ".join(_price(p).en for p in (a, b)))
    scope.blocking(
        "price_basis", at, Text(f"混用了价格口径：{zh}", f"price bases are mixed: {en}"),
        Text("请使用同一价格口径的字段", "use fields of one price basis"),
    )  # fmt: skip


def differing_units(at: int, a: Unit, b: Unit, scope: Scope) -> None:
    """Tell that two units cannot be added or compared."""
    scope.blocking(
        "unit", at, Text(f"{a} 与 {b} 不能相加减或比较", f"{a} and {b} cannot be added or compared"),
        Text("请使用单位相同的字段", "use fields of one unit"),
    )  # fmt: skip


def _price(price: str) -> Text:
    return Text("当年价格", "current prices") if price == "current" else Text(f"{price} 年价格", f"prices of {price}")
