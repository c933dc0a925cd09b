"""The account of a whole: its change as what actions did and the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from zhizao.model.effect import EffectVerdict, Estimate, Reconciliation, Share


@dataclass(frozen=True, slots=True)
class Part:
    """The actions on one unit, what they did to it together, and the unit's share of the whole."""

    actions: tuple[str, ...]
    entity: str
    verdict: EffectVerdict
    estimate: Estimate
    weight: float | None


def reconcile(entity: str, before: Decimal, after: Decimal, parts: Sequence[Part], decimals: int) -> Reconciliation:
    """The change of a figure as the sum over units of effect times share, and the rest; exact at the printed scale.

    What is uncertain about units is independent of each other up to the common comparison, so that their widths add as squares.

    Args:
        parts: one for each unit; several actions on one are one part, for their effects cannot be told apart there.
    """
    step = Decimal(1).scaleb(-decimals)
    shares = tuple(_share(part, step) for part in parts)
    explained = sum((s.amount for s in shares if s.amount is not None), Decimal(0)).quantize(step)
    squares = sum((((s.high - s.low) / 2) ** 2 for s in shares if s.high is not None and s.low is not None), Decimal(0))
    half = squares.sqrt().quantize(step)
    return Reconciliation(entity, before.quantize(step, ROUND_HALF_EVEN), after.quantize(step, ROUND_HALF_EVEN), shares, explained, explained - half, explained + half)


def _share(part: Part, step: Decimal) -> Share:
    e, weight = part.estimate, part.weight
    if weight is None or e.value is None or e.low is None or e.high is None:
        return Share(part.actions, part.entity, part.verdict, None, None, None)
    amount, low, high = (Decimal(repr(v * weight)).quantize(step, ROUND_HALF_EVEN) for v in (e.value, e.low, e.high))
    return Share(part.actions, part.entity, part.verdict, amount, low, high)
