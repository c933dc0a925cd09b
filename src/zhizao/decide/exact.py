"""Decimals as whole numbers of a common smallest unit, so that a solver over integers is exact about them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_FLOOR, Decimal

from zhizao.errors import InputError
from zhizao.model.text import Text

LARGEST = 2**62
"""No product or sum a solver forms may be larger."""


def places(numbers: Iterable[Decimal]) -> int:
    """The most decimals that any of some numbers has.

    Example:
        >>> places([Decimal("1.50"), Decimal(3), Decimal("1E+3")])
        1
    """
    return max((max(0, -int(n.normalize().as_tuple().exponent)) for n in numbers), default=0)


def whole(number: Decimal, decimals: int) -> int:
    """A number in units of its last decimal; what is finer is dropped.

    Example:
        >>> whole(Decimal("-1.25"), 1)
        -13
    """
    return int(number.scaleb(decimals).to_integral_value(ROUND_FLOOR))


def require_room(largest: int) -> None:
    """Refuse numbers whose products would leave the range of a solver.

    Raises:
        InputError: they are too large, or given too finely.
    """
    if largest >= LARGEST:
        cure = Text("请减少数字的位数，如按缺口的万分之一取整", "give fewer digits, such as whole ten thousandths of the gap")
        raise InputError(Text("问题中的数字过大或过细，无法精确求解", "the numbers of the problem are too large or too fine to be solved exactly"), cure=cure)
