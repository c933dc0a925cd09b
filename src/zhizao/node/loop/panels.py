"""From facts to panels: the values of an indicator for the units an action touched, and for those to compare them with."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from functools import cached_property
from typing import TYPE_CHECKING, get_args
from zoneinfo import ZoneInfo

from zhizao.errors import InputError, UnfitPeriod
from zhizao.model.entity import level_of
from zhizao.model.expression import FieldRef, Fold
from zhizao.model.indicator import Indicator
from zhizao.model.library import Library
from zhizao.model.period import Period, PeriodKind
from zhizao.model.text import Text
from zhizao.node.loop.belonging import above
from zhizao.store.contract import Session

if TYPE_CHECKING:
    from zhizao.judge.effects.contract import Numbers, Panel
    from zhizao.measure.measure import Measurement

FINER: tuple[PeriodKind, ...] = ("year", "quarter", "month", "day", "hour")
SEASONS: Mapping[PeriodKind, int] = {"hour": 24, "day": 7, "month": 12, "quarter": 4}
ENOUGH = 20
"""So many units to compare with are enough not to look beyond the sector."""
WELL_BEFORE, WELL_AFTER = 12, 4
"""Fewer periods than these make it worth looking at finer ones."""
MOST_BEFORE, MOST_AFTER = 60, 60
REPORTED = 0.8
"""A unit to compare with must have so large a share of the values that the treated have."""


@dataclass(frozen=True, slots=True)
class Window:
    """The periods looked at, of one kind, earliest first."""

    periods: tuple[Period, ...]
    zone: tzinfo

    def start(self, at: datetime) -> int:
        """The first period that begins at or after an instant."""
        return next((i for i, p in enumerate(self.periods) if p.bounds(self.zone)[0] >= at), len(self.periods))

    def partial(self, at: datetime) -> int | None:
        """The period in the middle of which an instant lies."""
        return next((i for i, p in enumerate(self.periods) if p.bounds(self.zone)[0] < at < p.bounds(self.zone)[1]), None)


@dataclass(eq=False)
class Grounds:
    """Makes panels of one indicator from a measurement."""

    measurement: Measurement
    indicator: Indicator

    @property
    def session(self) -> Session:
        """The read it rests on."""
        return self.measurement.session

    @property
    def library(self) -> Library:
        """What is loaded."""
        return self.measurement.library

    def window(self, at: datetime | None, entity: str, kind: str, asked: Sequence[Period]) -> Window:
        """The whole periods around an instant, by the asked kind or the coarsest of which there are enough.

        Raises:
            InputError: a kind that is none, or no facts in time.
        """
        zone = self._zone(entity)
        if asked:
            return Window(tuple(asked), zone)
        if kind and kind not in get_args(PeriodKind):
            raise InputError(Text(f"没有名为 {kind} 的时期种类", f"{kind} is no kind of period"), where="--by", cure=Text("可写 day、hour、shift、month、year 等", "write day, hour, shift, month or year"))
        kinds = [k for k in get_args(PeriodKind) if k == kind] or self._kinds()
        made = [window for k in kinds if (window := self._around(at, k, zone)).periods]
        if not made:
            raise InputError(Text(f"{self.indicator.id} 没有事实可比", f"there are no facts of {self.indicator.id} to compare"), where=self.indicator.id)
        return next((w for w in made if at is not None and w.start(at) >= WELL_BEFORE and len(w.periods) - w.start(at) >= WELL_AFTER), made[0])

    def _kinds(self) -> list[PeriodKind]:
        """The indicator's own kind of period, then finer ones, as far as its records tell them apart."""
        own, finest = self.indicator.period, self.library.records[self.indicator.record].period
        if own not in FINER or finest not in FINER:
            return [own]
        return [own, *FINER[FINER.index(own) + 1 : FINER.index(finest) + 1]]

    def _around(self, at: datetime | None, kind: PeriodKind, zone: tzinfo) -> Window:
        from zhizao.measure.placed import labels

        now = self.measurement.now
        record = self.library.records[self.indicator.record]
        found = sorted(p for p in map(Period.parse, labels(self.session, self.measurement.placement, record, kind)) if p.kind == kind and p.bounds(zone)[1] <= now)
        if not found:
            return Window((), zone)
        whole = found if kind == "shift" else found[0].through(found[-1])
        window = Window(tuple(whole), zone)
        start = window.start(at) if at is not None else len(whole)
        return Window(tuple(whole[max(start - MOST_BEFORE, 0) : start + MOST_AFTER]), zone)

    def _zone(self, entity: str) -> tzinfo:
        """The clock of an entity: its own or that of the nearest thing it is part of."""
        zones = self.measurement.placement.zones
        if not zones.own:
            return ZoneInfo("UTC")
        if entity in zones.own:
            return ZoneInfo(zones.own[entity])
        up = above(self.library, self.session, [entity], self.measurement.now.date())[entity]
        return ZoneInfo(next((zones.own[e] for e in sorted(up) if e in zones.own), "UTC"))

    # ── values ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def rows(self, periods: Sequence[Period], *, of: Sequence[str] = (), by: Sequence[str] = ()) -> dict[str, Numbers]:
        """The values of entities, a row each; NaN where there is none."""
        return self._rows(self.measurement, self.indicator.id, periods, of, by)

    def sizes(self, periods: Sequence[Period], entities: Sequence[str]) -> dict[str, float]:
        """What each entity weighs in these periods, by the indicator's weight; empty where it has none."""
        import numpy as np

        if not self.indicator.weight or not entities or not periods:
            return {}
        try:
            return {e: float(np.nansum(row)) for e, row in self._rows(self._weighing, self._weight.id, periods, entities, ()).items()}
        except InputError:  # a weight that does not add up over such periods
            return {}

    @cached_property
    def _weight(self) -> Indicator:
        weight = FieldRef(self.indicator.weight)
        return replace(self.indicator, id=f"{self.indicator.id}.weight", tree=Fold("sum", weight), unit="", decimals=6, weight="", missing="each")

    @cached_property
    def _weighing(self) -> Measurement:
        from zhizao.measure.measure import Measurement

        library = replace(self.library, indicators={**self.library.indicators, self._weight.id: self._weight})
        return Measurement(library, self.session, self.measurement.known, self.measurement.now)

    def _rows(self, measurement: Measurement, name: str, periods: Sequence[Period], of: Sequence[str], by: Sequence[str]) -> dict[str, Numbers]:
        import numpy as np

        at = {str(p): i for i, p in enumerate(periods)}
        found: dict[str, Numbers] = {}
        for v in measurement.values([name], of=of, by=by, periods=list(periods)):
            if v.value is not None:
                found.setdefault(v.entity, np.full(len(periods), np.nan))[at[str(v.period)]] = float(v.value)
        return found

    # ── panels ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def panel(self, starts: Mapping[str, datetime | None], touched: Collection[str], window: Window) -> tuple[Panel, tuple[str, ...]]:
        """The treated units with the instants at which they began (None: not yet), and untouched ones like them; which these are.

        Raises:
            UnfitPeriod: the indicator cannot be computed in such periods.
        """
        import numpy as np

        from zhizao.judge.effects.contract import Panel
        from zhizao.judge.effects.group import MOST, comparable

        units, total = list(starts), len(window.periods)
        own = self.rows(window.periods, of=units)
        rows = [self._cut(own.get(unit), window, starts[unit]) for unit in units]
        others = self._others(units, touched, window, float(np.mean([row == row for row in rows])))
        begun = [window.start(at) if at is not None else total for at in starts.values()]
        # A panel of what is still to come begins where it ends: for choosing, the units count as treated in its last period.
        marks = begun if min(begun) < total else [total - 1] * len(units)
        outcomes = np.array([*rows, *others.values()])
        whole = Panel(outcomes, (*marks, *[total] * len(others)), SEASONS.get(window.periods[0].kind, 0))
        weighed = self.sizes(window.periods[: whole.start] or window.periods, [*units, *others]) if len(others) > MOST else {}
        chosen = comparable(whole, np.array([weighed.get(e) or np.nan for e in [*units, *others]]))
        kept = whole.only([*range(len(units)), *chosen])
        return replace(kept, starts=(*begun, *kept.starts[len(units) :])), tuple(list(others)[i - len(units)] for i in chosen)

    def _cut(self, row: Numbers | None, window: Window, at: datetime | None) -> Numbers:
        """A unit's values without that of the period in the middle of which it began."""
        import numpy as np

        kept = np.full(len(window.periods), np.nan) if row is None else row.copy()
        if at is not None and (middle := window.partial(at)) is not None:
            kept[middle] = np.nan
        return kept

    def _others(self, units: Sequence[str], touched: Collection[str], window: Window, reported: float) -> dict[str, Numbers]:
        """Untouched units of the same level: of the same sector if there are enough, else of the same nation."""
        day = window.periods[-1].last_day
        up = above(self.library, self.session, [*units, *touched], day)
        best: dict[str, Numbers] = {}
        for inside in _circles(self.library, frozenset.intersection(*(up[u] for u in units)), level_of(units[0])):
            try:
                found = self.rows(window.periods, of=[inside] if inside else (), by=[level_of(units[0])])
            except UnfitPeriod:
                raise
            except InputError:
                continue
            named = {name.split("+")[-1]: row for name, row in found.items()}
            full = {e: row for e, row in named.items() if (row == row).mean() >= REPORTED * reported}
            best = self._untouched(full, units, touched, up, window)
            if len(best) >= ENOUGH:
                break
        return best

    def _untouched(
        self, found: Mapping[str, Numbers], units: Sequence[str], touched: Collection[str], up: Mapping[str, frozenset[str]], window: Window
    ) -> dict[str, Numbers]:
        """Those that neither are, nor hold, nor lie in, what an action touched."""
        free = {e: row for e, row in found.items() if e not in units}
        hit = {*units, *touched}
        holding = frozenset().union(*(up[e] for e in hit))
        lying = above(self.library, self.session, free, window.periods[-1].last_day)
        return {e: row for e, row in sorted(free.items()) if e not in holding and not lying[e] & hit}


def _circles(library: Library, up: Collection[str], level: str) -> list[str]:
    """Where to look for units like some others: the narrowest common sector, then the nation, then everywhere."""
    order = [lv for h in library.hierarchies.values() if h.relation == "classified_as" for lv in h.levels]
    sectors = [e for lv in order for e in sorted(up) if lv.prefix != level and lv.prefix != "nation" and lv.holds(e)]
    nations = sorted(e for e in up if e.startswith("nation:"))
    return [*sectors[:1], *nations[:1], *([] if nations else [""])]
