"""Series of published readings: one indicator from one basis, scope, publisher and origin; never joined."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from zhizao.model.period import Period, moment

Basis = Literal["published", "computed"]
Origin = Literal["real", "simulated"]
Kind = Literal["base", "actual", "derived", "proxy", "computed"]
Bound = Literal["", "lower", "upper"]


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of one series, as its publisher gave it, with everything needed to judge by it.

    ``value * sign`` is in the unit and direction of the plan indicator it may stand in for (``proxy_for``).
    ``final`` says the figure is of the whole period; ``published_at`` is as precise as known ('' where unknown).
    """

    indicator: str
    series: str
    scope: str
    entity: str
    period: Period
    value: Decimal
    unit: str
    kind: Kind
    final: bool
    bound: Bound = ""
    confidence: str = ""
    published_at: str = ""
    proxy_for: str = ""
    sign: int = 1
    publisher: str = ""
    source: str = ""
    note: str = ""
    basis: Basis = "published"
    origin: Origin = "real"
    fact: str = ""
    warnings: tuple[str, ...] = ()
    """Codes of doubts that come with a computed figure, as on a value."""

    @property
    def signed(self) -> Decimal:
        """The value in the direction of the plan indicator."""
        return self.value * self.sign

    @property
    def year(self) -> float:
        """The end of the reading's period as a decimal year, for short-series forecasts.

        Example:
            >>> r = Reading("x", "x.a", "plan", "nation:CN", Period.parse("2020-09"), Decimal(1), "percent", "actual", False)
            >>> round(r.year, 2)
            2019.75
        """
        last = self.period.last_day
        return last.year - 1 + last.timetuple().tm_yday / last.replace(month=12, day=31).timetuple().tm_yday

    @property
    def known_since(self) -> str:
        """ISO instant from which the reading was known ('' where unknown)."""
        return moment(self.published_at).isoformat() if self.published_at else ""
