"""What each unit adds to a figure that does not add up: to a greatest value, a quantile, a number of distinct things."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import reduce

from zhizao.measure.states import State, Values, empty, merge
from zhizao.measure.states.contract import DIGITS

Read = Callable[[Values], Decimal | None]


def marginal(state: State, parts: Sequence[Values], read: Read) -> list[Decimal]:
    """What each of some states adds when they are merged one after the other, from the least to the greatest and back; the mean of both ways.

    The results add up to what is read of all together, to the last digit. Units are ordered by what they say on their own, so that their names
    change nothing.

    Example:
        >>> from zhizao.measure.states import state_of
        >>> [str(x) for x in marginal(state_of("max"), [(3,), (7,), (5,)], lambda values: values[0] and Decimal(values[0]))]
        ['1.5', '4.5', '1.0']
    """
    order = sorted(range(len(parts)), key=lambda i: read(parts[i]) or Decimal(0))
    ways = [_added(state, parts, way, read) for way in (order, order[::-1])]
    return [DIGITS.multiply(Decimal("0.5"), reduce(DIGITS.add, (way[i] for way in ways))) for i in range(len(parts))]


def _added(state: State, parts: Sequence[Values], order: Sequence[int], read: Read) -> dict[int, Decimal]:
    found, so_far, said = {}, empty(state), Decimal(0)
    for i in order:
        so_far = merge(state, so_far, parts[i])
        now = read(so_far) or Decimal(0)
        found[i], said = DIGITS.subtract(now, said), now
    return found
