"""A part of a formula as a pack would write it, every name of ``let`` put in."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from zhizao.model.expression import AnyNode, Barrier, Call, FieldRef, Fold, Literal_, Number, Op, Row, RowOp, renamed

SIGNED, ATOM = 7, 8
BINDING = {"or": 1, "and": 2, "not": 3, "in": 4, "==": 4, "!=": 4, "<": 4, "<=": 4, ">": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "/": 6, "neg": SIGNED}
"""How strongly each operator binds; what binds less than its place asks for goes into brackets."""


Names = Mapping[AnyNode, str]
"""What has a name of its own: conditions that a pack declares as derived quantities."""


def written(node: AnyNode, names: Names = MappingProxyType({})) -> str:
    """The text that is read as this part again; what has a name is written by it.

    Example:
        >>> late = RowOp("and", (RowOp(">", (FieldRef("a"), Literal_(Decimal(0)))), RowOp("not", (FieldRef("ended"),))))
        >>> written(Fold("sum", RowOp("+", (FieldRef("a"), FieldRef("b"))), where=late))
        'sum(a + b where a > 0 and not ended)'
        >>> written(Fold("sum", FieldRef("a"), where=FieldRef("b"), record="run"))
        'sum(run.a where run.b)'
        >>> written(Fold("count", where=late), {late: "is_late"})
        'count(where is_late)'
    """
    if node in names:
        return names[node]
    match node:
        case FieldRef():
            return node.name
        case Literal_() | Number():
            return _constant(node.value)
        case Op() | RowOp():
            return _operation(node, names)
        case Fold():
            of, where = (_in_fold(row, node.record, names) if row is not None else "" for row in (node.of, node.where))
            return f"{node.kind}({', '.join([f'{of} where {where}'.strip() if where else of, *_options(node.options)])})"
        case Barrier():
            weighted = f" weighted by {_within(node.weight, ATOM, names)}" if node.weight is not None else ""
            return f"{node.kind} over {node.level}{weighted} of {_within(node.of, ATOM, names)}"
        case Call():
            options = [str(value) for _, value in node.options] if node.name == "base" else _options(node.options)
            return f"{node.name}({', '.join([*(written(arg, names) for arg in node.args), *options])})"


def _in_fold(row: Row, record: str, names: Names) -> str:
    if record:
        names = {_qualified(named, record): f"{record}.{name}" for named, name in names.items() if isinstance(named, FieldRef | Literal_ | RowOp)}
    return written(_qualified(row, record), names)


def _qualified(row: Row, record: str) -> Row:
    return renamed(row, lambda name: f"{record}.{name}") if record else row


def _constant(value: Decimal | str | bool) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}'" if '"' in value else f'"{value}"'


def _options(options: tuple[tuple[str, Decimal], ...] | tuple[tuple[str, Decimal | str], ...]) -> list[str]:
    return [f"{name}={value:f}" if isinstance(value, Decimal) else f"{name}={value}" for name, value in options]


def _operation(node: Op | RowOp, names: Names) -> str:
    first, *others = node.args
    match node.op:
        case "reported":
            return f"reported({written(first, names)})"
        case "neg":
            return f"-{_within(first, SIGNED, names)}"
        case "not":
            return f"not {_within(first, BINDING['not'], names)}"
        case "in":
            return f"{_within(first, BINDING['+'], names)} in ({', '.join(written(other, names) for other in others)})"
    binds = BINDING[node.op]
    # Comparisons do not chain; of equal operators the left one is read first.
    left = binds + 1 if binds == BINDING["=="] else binds
    return f"{_within(first, left, names)} {node.op} {_within(others[0], binds + 1, names)}"


def _within(node: AnyNode, least: int, names: Names) -> str:
    """A part where nothing that binds less may stand bare."""
    text = written(node, names)
    return text if node in names or _binding(node) >= least else f"({text})"


def _binding(node: AnyNode) -> int:
    if isinstance(node, Op | RowOp):
        return BINDING.get(node.op, ATOM)
    negative = isinstance(node, Literal_ | Number) and isinstance(node.value, Decimal) and node.value < 0
    return SIGNED if negative else ATOM
