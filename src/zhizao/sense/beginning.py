"""What a source says first: its last known values, some of them older than anybody listened."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import replace

from zhizao.sense.spoken import Spoken, Unread

FRESH_US = 60_000_000
"""A first value at most this much older than the beginning counts as heard when it was said."""


def beginning(
    said: Iterable[Spoken | Unread], mapped: Container[str], *, since_us: int, now_us: int, last_us: int = 0
) -> Iterator[Spoken | Unread]:
    """The last known values with which a source begins: each as received, and once more from now on where that would not hold.

    A value from long before anybody listened is ``stale`` at its own time, for nothing is known of the stretch since; but the source says that it
    holds now, so it is said again, at the instant of the beginning. So is one that was heard before a gap: the marks of the gap ended it.
    Whatever is older than ``since_us`` is so at every beginning alike, so that a repeated value is never another version of itself.

    Args:
        mapped: the addresses that are about something; what nobody can place is not said again.
        since_us: when the source was first listened to.
        now_us: when this beginning is.
        last_us: the newest time heard before a gap; 0 at the very first beginning.

    Example:
        >>> old = Spoken(1, "mode", 5, text="AUTOMATIC")
        >>> [(s.time_us, s.quality) for s in beginning([old], {"mode"}, since_us=90_000_000, now_us=90_000_000)]
        [(5, 'stale'), (90000000, 'good')]
        >>> [(s.time_us, s.quality) for s in beginning([replace(old, time_us=89_000_000)], {"mode"}, since_us=90_000_000, now_us=90_000_000)]
        [(89000000, 'good')]
    """
    for one in said:
        if isinstance(one, Unread) or one.quality not in ("good", "uncertain"):
            yield one
            continue
        old = one.time_us < since_us - FRESH_US
        yield replace(one, quality="stale") if old else one
        if (old or one.time_us <= last_us) and one.time_us < now_us and one.address in mapped:
            yield replace(one, time_us=now_us)


def unknown(addresses: Iterable[str], at_us: int) -> list[Spoken]:
    """The marks that end what was known of addresses: from then on nobody listened.

    Example:
        >>> unknown(["mode"], 7)
        [Spoken(line=0, address='mode', time_us=7, value=None, text=None, quality='stale')]
    """
    return [Spoken(0, address, at_us, quality="stale") for address in sorted(addresses)]
