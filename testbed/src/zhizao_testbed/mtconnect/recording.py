"""A recorded SHDR log, as an agent can say it again: at the times it has, or as if it happened now."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from zhizao.sense.connectors.shdr.lines import ASSET, LEVELS, read
from zhizao.sense.spoken import Spoken
from zhizao_testbed.mtconnect.buffer import UNAVAILABLE, Buffer
from zhizao_testbed.mtconnect.model import Item, Model, made_up

CODES = ("nativeCode", "nativeSeverity", "qualifier")


@dataclass(frozen=True)
class Recording:
    """What a log says, in its order; before ``live`` stand the last known values it begins with, after it what happened. ``left_out`` are assets
    and lines that cannot be read: an agent has no place for them.
    """

    said: tuple[Spoken, ...]
    live: int
    left_out: int

    @property
    def live_us(self) -> int:
        """When it begins to be live."""
        return self.said[self.live].time_us if self.live < len(self.said) else max((s.time_us for s in self.said), default=0)

    @property
    def lasts_us(self) -> int:
        """How long it is live."""
        return max((s.time_us for s in self.said[self.live :]), default=self.live_us) - self.live_us

    @property
    def model(self) -> Model:
        """A device with an item for each of its keys."""
        conditions = {s.address for s in self.said if _level(s)}
        texts = {s.address for s in self.said if s.text is not None} - conditions
        return made_up("recorded", sorted({s.address for s in self.said} - conditions - texts), sorted(texts), sorted(conditions))

    def due(self, begin_us: int, speed: float) -> Iterator[tuple[int, Spoken]]:
        """What happened, each with the instant at which it is to be said: so many times faster than it was, from ``begin_us`` on."""
        for one in self.said[self.live :]:
            yield begin_us + round(max(0, one.time_us - self.live_us) / speed), one


def recording(file: Path) -> Recording:
    """The recording in a file, compressed or not."""
    content = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    return recorded(content.decode("utf-8", "replace").splitlines())


def recorded(lines: list[str]) -> Recording:
    """The recording in lines: it is live once a key speaks for the second time.

    Example:
        >>> found = recorded(["2026-01-01T00:00:00Z|a|1|b|2", "2026-01-02T00:00:00Z|a|3", "nonsense"])
        >>> len(found.said), found.live, found.left_out
        (3, 2, 1)
    """
    heard = list(read(lines))
    said = tuple(one for one in heard if isinstance(one, Spoken) and one.address != ASSET)
    seen: set[str] = set()
    live = len(said)
    for i, one in enumerate(said):
        if one.address in seen:
            live = i
            break
        seen.add(one.address)
    return Recording(said, live, len(heard) - len(said))


def say(buffer: Buffer, item: Item, one: Spoken, shift_us: int) -> None:
    """Say a recorded value as that of an item."""
    at = one.time_us + shift_us
    if item.category == "CONDITION":
        level, *codes = (one.text or UNAVAILABLE).split("|")
        told = {name: code for name, code in zip(CODES, codes, strict=False) if code}
        buffer.say(item.id, at, "|".join(codes[len(CODES) :]), level=level.capitalize(), **told)
    else:
        buffer.say(item.id, at, UNAVAILABLE if one.quality == "bad" else one.text if one.text is not None else repr(one.value))


def _level(one: Spoken) -> bool:
    return one.text is not None and one.text.partition("|")[0] in LEVELS
