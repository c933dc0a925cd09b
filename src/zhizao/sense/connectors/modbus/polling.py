"""What polls bring, as deliveries: of what repeats itself only what is worth keeping."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from zhizao.sense.connectors.modbus.reading import Value
from zhizao.sense.connectors.modbus.register_map import Block, Register
from zhizao.sense.contract import Feed
from zhizao.sense.gather import gathered
from zhizao.sense.source import Source
from zhizao.sense.spoken import Spoken, Unread

LOST, READ = "lost", "read"
"""The position of a source without positions: whether it is already told that the link broke."""

Said = Spoken | Unread


@dataclass(frozen=True, slots=True)
class Answer:
    """What one request brought; ``why`` is the device's reason where it refused."""

    block: Block
    at_us: int
    said: list[Said]
    why: str = ""


@dataclass(eq=False)
class Polling:
    """Delivers what polls bring: a refusal once, until it changes; with ``unchanged_s`` a value when it changes or has been silent that long."""

    feed: Feed
    source: Source
    unchanged_s: float
    _heard_before: bool = field(init=False)
    _refused: dict[str, str] = field(default_factory=dict)
    _last: dict[str, tuple[Value | None, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._heard_before = self.feed.last_us > 0

    async def deliver(self, answers: Iterable[Answer]) -> None:
        """Hand over what is worth it."""
        pairs = [(register, said, answer.at_us) for answer in answers for register, said in zip(answer.block.registers, answer.said, strict=True)]
        told = [one for pair in pairs for one in self._told(*pair)]
        if told:
            await self.feed.deliver(gathered(self.source.name, told, self.source.signals, position=READ, lines=1))

    async def lost(self, wanted: Iterable[Register], at_us: int) -> None:
        """Nothing is known of these registers since a time."""
        marks = [Spoken(0, one.name, at_us, quality="stale") for one in wanted if self._heard_before or one.name in self._last]
        self.feed.count("stale", len(marks))
        await self.feed.deliver(gathered(self.source.name, marks, self.source.signals, position=LOST))

    def _told(self, register: Register, said: Said, at_us: int) -> Iterator[Said]:
        name = register.name
        if isinstance(said, Unread):
            if self._refused.get(name) != said.why:
                self._refused[name] = said.why
                self._last.pop(name, None)
                yield said
                yield Spoken(0, name, at_us, quality="bad")
            return
        self._refused.pop(name, None)
        content = said.value if said.value is not None else said.text
        before, when = self._last.get(name, (None, 0))
        if not self.unchanged_s or content != before or at_us - when >= self.unchanged_s * 1_000_000:
            self._last[name] = (content, at_us)
            yield said
