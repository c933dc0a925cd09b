"""Times that no clock of a machine can mean: before 1900, or a day and more after now. What states them is refused, and kept."""

from __future__ import annotations

from dataclasses import replace

from zhizao.store.stream.delivery import Delivery, Refused

SOONEST_US = -2_208_988_800_000_000
"""The year 1900."""
AHEAD_US = 86_400_000_000
"""How far a clock may be ahead of ours."""


def bounded(delivery: Delivery, now_us: int) -> Delivery:
    """The delivery with every impossible time among the refused.

    Example:
        >>> from zhizao.sense.gather import gathered
        >>> from zhizao.sense.source import Signal
        >>> from zhizao.sense.spoken import Spoken
        >>> said = [Spoken(1, "P", 5, value=1.0), Spoken(2, "P", 200_000_000_000, value=2.0)]
        >>> kept = bounded(gathered("s", said, {"P": Signal("machine:M1", "active_power")}, position="2"), now_us=0)
        >>> kept.rows.num_rows, kept.refused[0].why
        (1, 'a time no clock can mean: 1970-01-03 07:33:20+00:00')
    """
    import pyarrow.compute as pc

    if not delivery.rows.num_rows:
        return delivery
    times = delivery.rows["time"].cast("int64")
    latest = now_us + AHEAD_US
    extremes = pc.min_max(times)
    if extremes["min"].as_py() >= SOONEST_US and extremes["max"].as_py() <= latest:
        return delivery
    fits = pc.and_(pc.greater_equal(times, SOONEST_US), pc.less_equal(times, latest))
    strange = delivery.rows.filter(pc.invert(fits)).to_pylist()
    return replace(delivery, rows=delivery.rows.filter(fits), refused=(*delivery.refused, *map(_refused, strange)))


def _refused(row: dict[str, object]) -> Refused:
    said = row["value"] if row["text"] is None else row["text"]
    return Refused(f"{row['entity']} {row['quantity']}", f"a time no clock can mean: {row['time']}", f"{row['time']}|{said}")
