"""Published figures held beside what they are made of: does rounding explain the difference?"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from zhizao.model.evaluation import Reconciled
from zhizao.model.library import Reconciliation
from zhizao.model.rounding import Rounded, Rounding
from zhizao.model.series import Reading

HALF = Decimal("0.5")


def reconcile(
    reconciliation: Reconciliation, period: str, parts: Mapping[str, Decimal | None], published_total: Decimal, printed_unit: Decimal | None = None
) -> Reconciled:
    """The sum of published parts beside the published total of one period.

    Args:
        parts: every part that is due, by entity; None for one that was not published, which makes the comparison incomplete.
        printed_unit: the last printed digit of this period, where it differs from the reconciliation's.

    Example:
        >>> from zhizao.model.text import Text
        >>> r = Reconciliation("gerd", Text("研发经费", "R&D"), "region_gerd", "gerd", "region", "nation:CN", "0.1")
        >>> done = reconcile(r, "2020", {"region:11": Decimal("1.2"), "region:12": Decimal("2.3")}, Decimal("3.6"))
        >>> done.verdict, str(done.difference), str(done.allowed)
        ('agrees', '-0.1', '0.15')
    """
    present = [v for v in parts.values() if v is not None]
    half = HALF * (Decimal(reconciliation.printed_unit) if printed_unit is None else printed_unit)
    total, allowed = sum(present, Decimal(0)), half * (len(present) + 1)
    verdict: Literal["agrees", "differs", "incomplete"] = "agrees" if abs(total - published_total) <= allowed else "differs"
    if len(present) < len(parts) or not present:
        verdict = "incomplete"
    return Reconciled(reconciliation, period, len(present), total, published_total, allowed, verdict)


def enclose(rounding: Rounding, published: Reading, recomputed: Decimal, low: Decimal, high: Decimal) -> Rounded:
    """A published figure beside the interval that its rounded inputs allow: it agrees where some true figure could be rounded to both.

    Args:
        recomputed: the figure as the rounded inputs give it.
        low, high: the least and the greatest figure they leave open, in either order.
    """
    least, greatest = min(low, high), max(low, high)
    agrees = overlaps(least, greatest, published.value, HALF * rounding.printed_unit)
    return Rounded(rounding, recomputed, least, greatest, published, "agrees" if agrees else "differs")


def overlaps(low: Decimal, high: Decimal, published: Decimal, half_unit: Decimal) -> bool:
    """Whether what rounded inputs allow and what a rounded published figure means have a value in common.

    Args:
        low, high: the interval that the inputs allow.
        half_unit: half of the last printed digit of the published figure.

    Example:
        >>> overlaps(Decimal("1.5355"), Decimal("1.5514"), Decimal("1.55"), Decimal("0.005"))
        True
    """
    return low <= published + half_unit and published - half_unit <= high
