"""Parts of a formula that no fact changes."""

from __future__ import annotations

from decimal import Decimal, localcontext

from zhizao.model.expression import Barrier, Call, Expr, Fold, Number, Op


def constant(tree: Expr) -> Decimal | None:
    """The value of a part that is written arithmetic alone; None where facts decide it, or where it has no value.

    Example:
        >>> constant(Op("-", (Number(Decimal(1)), Number(Decimal(1)))))
        Decimal('0')
    """
    match tree:
        case Number(value=value):
            return value
        case Op(op=op, args=args):
            values = [constant(arg) for arg in args]
            return _reckoned(op, [v for v in values if v is not None]) if None not in values else None
        case _:
            return None


def _reckoned(op: str, values: list[Decimal]) -> Decimal | None:
    with localcontext(prec=50):
        match op, values:
            case "neg", [a]:
                return -a
            case "+", [a, b]:
                return a + b
            case "-", [a, b]:
                return a - b
            case "*", [a, b]:
                return a * b
            case _, [a, b]:
                return a / b if b else None
    return None


def same_at_all_times(tree: Expr) -> bool:
    """Whether a part has one value in every period: it is written, or taken from a base year.

    Example:
        >>> same_at_all_times(Call("base", (Fold("count"),), (("year", Decimal(2015)),)))
        True
    """
    match tree:
        case Fold() | Barrier():
            return False
        case Call(name="base"):
            return True
        case Op(args=args) | Call(args=args):
            return all(same_at_all_times(arg) for arg in args)
        case _:
            return True
