"""From what a source said to a delivery: addresses become entities and quantities, rows become columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from zhizao.sense.source import Signal
from zhizao.sense.spoken import Spoken, Unread
from zhizao.store.stream.delivery import Delivery, Refused, observations

SOONEST_US, LATEST_US = -62_135_596_800_000_000, 253_402_300_800_000_000
"""Times outside the years 1 to 9999 cannot be written in a column; which others no clock can mean is told in ``bounds.py``."""


def gathered(source: str, said: Iterable[Spoken | Unread], signals: Mapping[str, Signal], *, position: str, lines: int = 0) -> Delivery:
    """A delivery of everything that was said; what nobody can place is refused, and kept.

    Example:
        >>> done = gathered("press", [Spoken(1, "P", 0, value=2.5), Spoken(2, "Q", 0, text="x")], {"P": Signal("machine:M1", "active_power")}, position="2")
        >>> done.rows.num_rows, [(r.place, r.why) for r in done.refused]
        (1, [('line 2', 'unmapped: Q')])
    """
    import pyarrow as pa

    refused: list[Refused] = []
    taken: list[tuple[Signal, Spoken]] = []
    for one in said:
        signal = signals.get(one.address) if isinstance(one, Spoken) else None
        if signal is not None and isinstance(one, Spoken) and SOONEST_US <= one.time_us < LATEST_US:
            taken.append((signal, one))
        else:
            refused.append(_refused(one, known=signal is not None))
    columns = [
        pa.array([signal.entity for signal, _ in taken], pa.string()).dictionary_encode(),
        pa.array([signal.quantity for signal, _ in taken], pa.string()).dictionary_encode(),
        pa.array([one.time_us for _, one in taken], pa.int64()).cast(pa.timestamp("us", "UTC")),
        pa.array([_scaled(signal, one.value) for signal, one in taken], pa.float64()),
        pa.array([one.text for _, one in taken], pa.string()),
        pa.array([one.quality for _, one in taken], pa.string()).dictionary_encode(),
    ]
    return Delivery(source, pa.record_batch(columns, schema=observations()), position, lines, refused=tuple(refused))


def _scaled(signal: Signal, value: float | None) -> float | None:
    return value if value is None or signal.scale == 1 else value * signal.scale


def _refused(one: Spoken | Unread, *, known: bool) -> Refused:
    if isinstance(one, Unread):
        return Refused(f"line {one.line}", one.why, one.raw)
    why = f"a time no clock can mean: {one.time_us}" if known else f"unmapped: {one.address}"
    raw = one.text if one.text is not None else "" if one.value is None else repr(one.value)
    return Refused(f"line {one.line}", why, f"{one.address}|{raw}")
