"""What every source has delivered, and where it is now: in segments, in the log, or refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from zhizao.store.stream.delivery import Standing
from zhizao.store.stream.log import file_of, files_in, read_file


@dataclass(frozen=True, slots=True)
class Counts:
    """The observations of a source, each counted once."""

    received: int = 0
    stored: int = 0
    duplicate: int = 0
    rejected: int = 0
    spooled: int = 0
    lines: int = 0
    last_us: int = 0

    @property
    def balances(self) -> bool:
        """Whether received = stored + duplicate + rejected + spooled."""
        return self.received == self.stored + self.duplicate + self.rejected + self.spooled


def counts(home: Path) -> dict[str, Counts]:
    """Every source that has ever delivered, by name."""
    folder = home / "log"
    numbers = files_in(folder)
    standings: Mapping[str, Standing] = {}
    for frame in read_file(file_of(folder, numbers[-1])) if numbers else ():
        said = frame.standings
        standings = said if said is not None else {**standings, frame.delivery.source: standings.get(frame.delivery.source, Standing()).after(frame.delivery)}
    return {name: Counts(s.received, 0, s.duplicate, s.rejected, s.accepted, s.lines, s.last_us) for name, s in standings.items()}
