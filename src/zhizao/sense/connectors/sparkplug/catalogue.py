"""What births have declared: which alias of which node is which address, of which kind, and about which signal."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

UNMAPPED, LEFT_OUT = -1, -2
"""In place of a signal: nobody said what the address is about; or it is ignored on purpose, or a command and no observation."""
_NODE_BITS = 20
_ALIASES = 1 << (63 - _NODE_BITS)
"""Aliases from here on are looked up one by one."""


class Declared(NamedTuple):
    """A metric as a birth declared it; ``signal`` is its place among the signals of the source."""

    speaker: str
    name: str
    kind: int
    signal: int


@dataclass(frozen=True, slots=True)
class Table:
    """All declarations as columns: first the aliases of all nodes in the order of their keys, then the names."""

    keys: NDArray[np.int64]
    names: Mapping[tuple[str, bytes], int]
    kinds: NDArray[np.int64]
    signals: NDArray[np.int64]

    def find(self, nodes: NDArray[np.int64], aliases: NDArray[np.uint64]) -> NDArray[np.int64]:
        """The row of each alias of each node; -1 where no birth declared it."""
        if not self.keys.size:
            return np.full(nodes.shape, -1)
        keys = nodes * _ALIASES + np.minimum(aliases, _ALIASES - 1).astype(np.int64)
        rows = np.minimum(np.searchsorted(self.keys, keys), self.keys.size - 1)
        return np.where(self.keys[rows] == keys, rows, -1)


@dataclass(slots=True)
class Catalogue:
    """The declarations in force. A birth replaces those of its node or device, a death ends them."""

    places: Mapping[str, int]
    """The place of each address that is about something among the signals of the source."""
    ignored: Set[str]
    _aliases: dict[int, dict[int, Declared]] = field(default_factory=dict)
    _names: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    _signals: dict[str, set[int]] = field(default_factory=dict)
    _table: Table | None = None

    def place(self, speaker: str, name: str) -> int:
        """The signal of an address, or why there is none."""
        address = f"{speaker}/{name}"
        found = self.places.get(address)
        if found is not None:
            return found
        return LEFT_OUT if address in self.ignored or is_command(name) else UNMAPPED

    def declare(self, node: int, speaker: str, name: str, alias: int | None, kind: int) -> None:
        """What a birth says of one metric."""
        signal = self.place(speaker, name)
        if self._names.get((speaker, name)) != (kind, signal):
            self._names[speaker, name] = kind, signal
            self._table = None
        if signal >= 0:
            self._signals.setdefault(speaker, set()).add(signal)
        if alias is not None:
            self._aliases.setdefault(node, {})[alias] = Declared(speaker, name, kind, signal)
            self._table = None

    def forget(self, node: int, speaker: str = "") -> None:
        """A node, or one of its speakers, no longer means anything by its aliases."""
        self._aliases[node] = {a: d for a, d in self._aliases.get(node, {}).items() if speaker and d.speaker != speaker}
        self._table = None

    def find(self, node: int, alias: int) -> Declared | None:
        """What one alias means."""
        return self._aliases.get(node, {}).get(alias)

    def kind(self, speaker: str, name: str) -> int:
        """The kind a birth declared, 0 without one."""
        return self._names.get((speaker, name), (0, UNMAPPED))[0]

    def signals_of(self, edge: str, device: str = "") -> list[int]:
        """The signals a device ever declared; of an edge node, those of all its devices too."""
        said = self._signals.items()
        if device:
            return sorted(self._signals.get(f"{edge}/{device}", ()))
        return sorted({i for speaker, of in said if speaker == edge or speaker.startswith(f"{edge}/") for i in of})

    @property
    def table(self) -> Table:
        """All of it, as columns."""
        if self._table is None:
            aliases = sorted((n * _ALIASES + a, d.kind, d.signal) for n, of in self._aliases.items() for a, d in of.items() if a < _ALIASES - 1)
            names = {(speaker, name.encode()): len(aliases) + i for i, (speaker, name) in enumerate(self._names)}
            kinds, signals = [a[1] for a in aliases], [a[2] for a in aliases]
            kinds += [kind for kind, _ in self._names.values()]
            signals += [signal for _, signal in self._names.values()]
            self._table = Table(np.array([a[0] for a in aliases], np.int64), names, np.array(kinds, np.int64), np.array(signals, np.int64))
        return self._table


def is_command(name: str) -> bool:
    """Whether a metric is there to be written, or counts births, and observes nothing.

    Example:
        >>> is_command("bdSeq"), is_command("Node Control/Rebirth"), is_command("Power")
        (True, True, False)
    """
    return name == "bdSeq" or name.startswith(("Node Control/", "Device Control/"))
