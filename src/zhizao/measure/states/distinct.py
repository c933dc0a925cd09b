"""How many different values there are: exact up to k, estimated above, the same under any merge."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zhizao.measure.states.contract import Column, Values

if TYPE_CHECKING:
    import ibis.expr.types as ir

HASH_HEX = 15
"""Hexadecimal digits of the MD5 that make the key: 60 bits, the same on every engine."""


@dataclass(frozen=True, slots=True)
class Distinct:
    """The k smallest hashes of the values seen (a KMV sketch).

    Source:
        Bar-Yossef, Jayram, Kumar, Sivakumar, Trevisan: Counting distinct elements in a data stream, 2002.

    Example:
        >>> d = Distinct(4)
        >>> d.estimate(d.single("a"))
        Decimal('1')
    """

    k: int = 1024

    @property
    def columns(self) -> tuple[Column, ...]:
        return (Column("hashes", "bottom", keep=self.k),)

    def lift(self, value: ir.Column | None, rows: ir.Table, where: ir.BooleanValue | None) -> dict[str, ir.Scalar]:
        assert value is not None
        return {"hashes": value.count(where=where)}

    def spread(self, value: ir.Column) -> ir.Column:
        return value.cast("string").hexdigest("md5").substr(0, HASH_HEX)

    def single(self, value: Any, stamp: str = "") -> Values:
        if value is None:
            return ((),)
        return ((hashlib.md5(str(value).encode(), usedforsecurity=False).hexdigest()[:HASH_HEX],),)

    @property
    def figure(self) -> None:
        return None

    def estimate(self, values: Values) -> Decimal | None:
        hashes: tuple[str, ...] = values[0]
        if len(hashes) < self.k:
            return Decimal(len(hashes))
        return (Decimal(self.k - 1) * Decimal(16) ** HASH_HEX / int(hashes[-1], 16)).to_integral_value()
