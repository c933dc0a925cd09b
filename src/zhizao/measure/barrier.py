"""Below a barrier: its levels, its folds, and the exact arithmetic of the values that are finished there."""

from __future__ import annotations

from collections.abc import Callable

import ibis

from zhizao.errors import InputError
from zhizao.measure.exact import Exact
from zhizao.measure.leaf import Leaf, tips
from zhizao.model.expression import Barrier, Expr, Fold, Number, Op
from zhizao.model.indicator import ZeroRule
from zhizao.model.text import Text


def tips_below(leaf: Leaf) -> tuple[Fold | Barrier, ...]:
    """The folds and barriers right below a leaf that is a barrier."""
    return tuple(tips(leaf.node.of)) if isinstance(leaf.node, Barrier) else ()


def barrier_levels(barrier: Barrier) -> list[str]:
    """The levels of a barrier and of those nested in it, outermost first."""
    inner = [t for t in tips(barrier.of) if isinstance(t, Barrier)]
    return [barrier.level, *(barrier_levels(inner[0]) if inner else [])]


def folds_below(barrier: Barrier) -> list[Fold]:
    """Every fold under a barrier, its weights included, through nested barriers."""
    sides = (barrier.of, *((barrier.weight,) if barrier.weight is not None else ()))
    found: list[Fold] = []
    for tip in (t for side in sides for t in tips(side)):
        found += folds_below(tip) if isinstance(tip, Barrier) else [tip]
    return found


def arithmetic(tree: Expr, leaf: Callable[[Fold | Barrier], Exact], zero: ZeroRule, scale: int) -> Exact:
    """Finished values below a barrier, in exact whole numbers; ``leaf`` gives the column of each fold or barrier,
    ``scale`` the decimals of quotients.

    Raises:
        InputError: a finisher that has no exact form below a barrier.
    """
    match tree:
        case Fold() | Barrier():
            return leaf(tree)
        case Number(value=value):
            places = max(0, -int(value.as_tuple().exponent))
            return Exact(ibis.literal(int(value.scaleb(places)), "int64"), places)
        case Op(op="neg", args=(one,)):
            found = arithmetic(one, leaf, zero, scale)
            return Exact(-found.whole, found.scale)
        case Op(op=op, args=(left, right)):
            a, b = arithmetic(left, leaf, zero, scale), arithmetic(right, leaf, zero, scale)
            return {"+": lambda: a.plus(b), "-": lambda: a.plus(b, -1), "*": lambda: a.times(b), "/": lambda: a.over(b, zero, scale)}[op]()
    raise InputError(
        Text("门槛以下只能用 + - * /", "below a barrier only + - * / have an exact form"),
        cure=Text("把其他运算移到门槛之上", "move the other operation above the barrier"),
    )
