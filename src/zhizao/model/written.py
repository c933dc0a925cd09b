"""A part of a formula as a pack would write it, every name of ``let`` put in."""

from __future__ import annotations

from decimal import Decimal

from zhizao.model.expression import AnyNode, Barrier, Call, FieldRef, Fold, Literal_, Number, Op, Row, RowOp, renamed

SIGNED, ATOM = 7, 8
BINDING = {"or": 1, "and": 2, "not": 3, "in": 4, "==": 4, "!=": 4, "<": 4, "<=": 4, ">": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "/": 6, "neg": SIGNED}
"""How strongly each operator binds; what binds less than its place asks for goes into brackets."""


def written(node: AnyNode) -> str:
    """The text that is read as this part again.

    Example:
        >>> late = RowOp("and", (RowOp(">", (FieldRef("a"), Literal_(Decimal(0)))), RowOp("not", (FieldRef("ended"),))))
        >>> written(Fold("sum", RowOp("+", (FieldRef("a"), FieldRef("b"))), where=late))
        'sum(a + b where a > 0 and not ended)'
        >>> written(Fold("sum", FieldRef("a"), where=FieldRef("b"), record="run"))
        'sum(run.a where run.b)'
    """
    match node:
        case FieldRef():
            return node.name
        case Literal_() | Number():
            return _constant(node.value)
        case Op() | RowOp():
            return _operation(node)
        case Fold():
            of, where = (written(_qualified(row, node.record)) if row is not None else "" for row in (node.of, node.where))
            return f"{node.kind}({', '.join([f'{of} where {where}'.strip() if where else of, *_options(node.options)])})"
        case Barrier():
            weighted = f" weighted by {_within(node.weight, ATOM)}" if node.weight is not None else ""
            return f"{node.kind} over {node.level}{weighted} of {_within(node.of, ATOM)}"
        case Call():
            options = [str(value) for _, value in node.options] if node.name == "base" else _options(node.options)
            return f"{node.name}({', '.join([*map(written, node.args), *options])})"


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


def _operation(node: Op | RowOp) -> str:
    first, *others = node.args
    match node.op:
        case "reported":
            return f"reported({written(first)})"
        case "neg":
            return f"-{_within(first, SIGNED)}"
        case "not":
            return f"not {_within(first, BINDING['not'])}"
        case "in":
            return f"{_within(first, BINDING['+'])} in ({', '.join(map(written, others))})"
    binds = BINDING[node.op]
    # Comparisons do not chain; of equal operators the left one is read first.
    left = binds + 1 if binds == BINDING["=="] else binds
    return f"{_within(first, left)} {node.op} {_within(others[0], binds + 1)}"


def _within(node: AnyNode, least: int) -> str:
    """A part where nothing that binds less may stand bare."""
    return written(node) if _binding(node) >= least else f"({written(node)})"


def _binding(node: AnyNode) -> int:
    if isinstance(node, Op | RowOp):
        return BINDING.get(node.op, ATOM)
    negative = isinstance(node, Literal_ | Number) and isinstance(node.value, Decimal) and node.value < 0
    return SIGNED if negative else ATOM
