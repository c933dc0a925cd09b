"""A published figure held beside the interval that its rounded inputs allow."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from zhizao.model.finding import Place
from zhizao.model.series import Reading
from zhizao.model.text import Text


@dataclass(frozen=True, slots=True)
class Rounding:
    """What is held beside what: the published figure of an indicator for one entity, beside its recomputation from rounded inputs.

    ``figure`` is both the published indicator and its formula; ``low`` and ``high`` compute the least and the greatest value that
    rounding of the inputs allows. ``printed_unit`` is the last printed digit of the published figure.
    """

    id: str
    name: Text
    figure: str
    low: str
    high: str
    entity: str
    printed_unit: Decimal
    explain: Text | None = None
    place: Place = Place("")


@dataclass(frozen=True, slots=True)
class Rounded:
    """One period of it: the interval the inputs allow, beside the published figure with its own rounding."""

    rounding: Rounding
    recomputed: Decimal
    low: Decimal
    high: Decimal
    published: Reading
    verdict: Literal["agrees", "differs"]

    @property
    def period(self) -> str:
        """The period both are about."""
        return str(self.published.period)

    @property
    def printed(self) -> tuple[Decimal, Decimal]:
        """The values that are printed as the published figure."""
        half = self.rounding.printed_unit / 2
        return self.published.value - half, self.published.value + half
