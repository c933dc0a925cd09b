"""What a source delivers in one go, and where each source stands: the nouns of the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import pyarrow as pa


@cache
def observations() -> pa.Schema:
    """The columns of observations on their way in.

    Shape:
        entity and quantity by dictionary; time in microseconds UTC; value as received (null for one in words, or for none); text;
        quality ``good``, ``uncertain``, ``bad`` or ``stale``.
    """
    import pyarrow as pa

    name = pa.dictionary(pa.int32(), pa.string())
    columns = {"entity": name, "quantity": name, "time": pa.timestamp("us", "UTC"), "value": pa.float64(), "text": pa.string(), "quality": name}
    return pa.schema(list(columns.items()))


@dataclass(frozen=True, slots=True)
class Refused:
    """An observation that cannot be taken: where it stood in its source, why, and what was there."""

    place: str
    why: str
    raw: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """Observations of one source, with everything that must become durable together with them.

    ``position`` is the source's own word for where it goes on (a sequence number, an offset), as text; ``duplicate`` counts observations
    that the source had delivered before; ``lines`` the raw lines or messages they came in.
    """

    source: str
    rows: pa.RecordBatch
    position: str
    lines: int = 0
    duplicate: int = 0
    refused: tuple[Refused, ...] = ()

    @property
    def received(self) -> int:
        """The observations it holds, however they fared."""
        return int(self.rows.num_rows) + self.duplicate + len(self.refused)

    @property
    def last_us(self) -> int:
        """The time of its newest observation, microseconds since 1970; 0 without any."""
        import pyarrow.compute as pc

        return int(pc.max(self.rows["time"]).value or 0) if self.rows.num_rows else 0


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a source stands in a log: the position it goes on from, and what it has delivered since the log began.

    Example:
        >>> Standing("41", received=5, accepted=3, duplicate=1, rejected=1).balances
        True
    """

    position: str = ""
    received: int = 0
    accepted: int = 0
    duplicate: int = 0
    rejected: int = 0
    lines: int = 0
    last_us: int = 0
    """The time of its newest observation, microseconds since 1970."""

    @property
    def balances(self) -> bool:
        """Whether every observation received is accepted, duplicate or rejected."""
        return self.received == self.accepted + self.duplicate + self.rejected

    def after(self, delivery: Delivery) -> Self:
        """Where the source stands once a delivery is in."""
        rows, refused = int(delivery.rows.num_rows), len(delivery.refused)
        return self.plus(delivery.position, rows, delivery.duplicate, refused, delivery.lines, delivery.last_us)

    def plus(self, position: str, accepted: int, duplicate: int, rejected: int, lines: int, last_us: int) -> Self:
        """The same, from what is counted of a delivery."""
        return replace(
            self,
            position=position,
            received=self.received + accepted + duplicate + rejected,
            accepted=self.accepted + accepted,
            duplicate=self.duplicate + duplicate,
            rejected=self.rejected + rejected,
            lines=self.lines + lines,
            last_us=max(self.last_us, last_us),
        )

    def then(self, other: Self) -> Self:
        """Where a source stands that did the one and then the other."""
        return self.plus(other.position, other.accepted, other.duplicate, other.rejected, other.lines, other.last_us)


Standings = Mapping[str, Standing]
"""Where every source stands, by its name."""
