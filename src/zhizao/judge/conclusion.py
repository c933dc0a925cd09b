"""What a single reading proves about a target."""

from __future__ import annotations

from zhizao.judge.candidates import is_of_target_period
from zhizao.model.series import Bound, Reading
from zhizao.model.target import Target


def conclusion(target: Target, reading: Reading) -> bool | None:
    """What a reading proves: the target reached, missed, or nothing (None).

    A bound proves a target reached when it bounds on the target's side, and never proves a miss; an average growth is judged
    only by all its years, and a miss shown only by the final figure of the target's own period.

    Example:
        >>> from decimal import Decimal
        >>> from zhizao.model.period import Period
        >>> nc = Target("nc_rate", 2025, "level", "up", Decimal(64), Decimal(64), "percent")
        >>> r = Reading("nc_rate", "nc_rate.miit", "plan", "nation:CN", Period.parse("2025-03"), Decimal("66.2"), "percent", "actual", False)
        >>> conclusion(nc, r)
        True
    """
    due, reached = is_of_target_period(target, reading), target.reached_by(reading.signed)
    if target.form == "average_growth" and not due:
        return None
    if reached:
        return True if speaks(target, reading, reached) else None
    return False if reading.final and due and not reading.bound else None


def speaks(target: Target, reading: Reading, reached: bool) -> bool:
    """Whether the true value behind a reading must lie on the same side of a threshold as the reading itself.

    It must where the reading is no bound. "At least x" settles only that a rising target is reached, "at most x" only that it is
    not; the other way round for a falling one. A bound says nothing of a band.
    """
    bound = bound_of(reading)
    helpful = "lower" if target.direction == "up" else "upper"
    return not bound or (target.form != "band" and reached == (bound == helpful))


def bound_of(reading: Reading) -> Bound:
    """The bound of the signed value: turning the sign turns the bound."""
    if reading.sign > 0 or not reading.bound:
        return reading.bound
    return "upper" if reading.bound == "lower" else "lower"
