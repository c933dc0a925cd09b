"""A formula over signals made ready to measure: derived quantities put in, states counted in whole steps and microseconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from zhizao.model.expression import AnyNode, Expr, FieldRef, Fold, Node, Number, Op, Row, RowOp
from zhizao.model.quantity import Quantity
from zhizao.pack.units import exact, is_finite

E = TypeVar("E", bound=AnyNode)
MICROSECOND = Decimal("0.000001")


def ready(tree: Expr, quantities: Mapping[str, Quantity]) -> Expr:
    """The tree whose folds count whole steps and microseconds, each multiplied back to its unit; a time mean is a quotient of two of them.

    Example:
        >>> from zhizao.model.text import same
        >>> from zhizao.model.written import written
        >>> power = Quantity("power", same("power"), "kW", "0.5")
        >>> written(ready(Fold("time_mean", FieldRef("power")), {"power": power}))
        'integral(power) / duration(power) * 0.5'
    """
    if isinstance(tree, Fold):
        return _scaled(replace(tree, where=_derived(tree.where, quantities)), quantities)
    changes = {f.name: _below(value, quantities) for f in fields(tree) if isinstance(value := getattr(tree, f.name), Node | tuple)}
    return replace(tree, **changes)  # type: ignore[arg-type]


def _below(value: object, quantities: Mapping[str, Quantity]) -> object:
    if isinstance(value, tuple):
        return tuple(_below(part, quantities) for part in value)
    return ready(value, quantities) if isinstance(value, Node) else value  # type: ignore[arg-type]


def _scaled(fold: Fold, quantities: Mapping[str, Quantity]) -> Expr:
    step = quantities[fold.of.name].step if isinstance(fold.of, FieldRef) else Decimal(1)
    match fold.kind:
        case "count":
            return fold
        case "duration":
            return _times(fold, MICROSECOND)
        case "integral":
            return _times(fold, step * MICROSECOND)
        case "time_mean":
            return _times(Op("/", (replace(fold, kind="integral"), replace(fold, kind="duration")), at=fold.at), step)
        case _:
            return _times(fold, step)


def _times(value: Expr, factor: Decimal) -> Expr:
    return value if factor == 1 else Op("*", (value, Number(factor, at=value.at)), at=value.at)


def _derived(row: Row | None, quantities: Mapping[str, Quantity]) -> Row | None:
    """A condition with what derived quantities mean in their place."""
    if isinstance(row, FieldRef):
        return quantities[row.name].when or row
    if isinstance(row, RowOp):
        return replace(row, args=tuple(_derived(arg, quantities) or arg for arg in row.args))
    return row


def in_unit(tree: Expr, factor: Fraction) -> tuple[Expr, Decimal]:
    """A tree and the decimal factor that takes it to its unit: what of the factor no decimal writes becomes a division in the tree.

    Example:
        >>> from zhizao.model.written import written
        >>> tree, rest = in_unit(Fold("count"), Fraction(7, 3600))
        >>> written(tree), rest
        ('count() / 9', Decimal('0.0175'))
    """
    if is_finite(factor):
        return tree, exact(factor)
    odd = factor.denominator
    for prime in (2, 5):
        while odd % prime == 0:
            odd //= prime
    return Op("/", (tree, Number(Decimal(odd), at=tree.at)), at=tree.at), exact(factor * odd)
