"""A day of a plant in half a minute: its machines speak MTConnect, a node reads them, and what is computed stands beside what is true."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhizao.model.period import Period
from zhizao.model.text import Text
from zhizao_testbed.calendar import DAY, HOUR
from zhizao_testbed.pace import Pace, now_us
from zhizao_testbed.plant import Plant
from zhizao_testbed.records import LINE, SITE, records
from zhizao_testbed.speaking import Speech
from zhizao_testbed.truth import total

if TYPE_CHECKING:
    from zhizao.node.live import Live

Hours = list[dict[str, Any]]
LOOK_S = 1.5
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True, slots=True)
class Shown:
    """An indicator of the demonstration: its id, its heading, and what it truly is, from the plant's own account (None: nothing to divide by)."""

    indicator: str
    heading: Text
    truth: Callable[[Hours], Decimal | None]


def _ratio(part: str, whole: str, factor: int = 100) -> Callable[[Hours], Decimal | None]:
    def of(hours: Hours) -> Decimal | None:
        below = total(hours, whole)
        return Decimal(factor * total(hours, part)) / below if below else None

    return of


SHOWN = (
    Shown("availability", Text("可用率 %", "availability %"), _ratio("apt_us", "pbt_us")),
    Shown("quality_ratio", Text("质量率 %", "quality %"), _ratio("good", "parts")),
    Shown("oee", Text("OEE %", "OEE %"), _ratio("ideal_good_us", "pbt_us")),
    Shown("electricity_from_power", Text("用电 kWh", "energy kWh"), lambda hours: Decimal(total(hours, "energy_watt_us")) / (1000 * HOUR)),
)

Figures = Mapping[tuple[str, str], Decimal | None]
"""By entity and indicator."""


@dataclass
class Demonstration:
    """One day of a plant, read by the node of a home.

    Args:
        seconds: how long the day takes at least.
        look: told every moment what is computed so far, and how the sources stand.
    """

    home: Path
    plant: Plant
    seconds: float
    look: Callable[[Figures, Mapping[str, Any]], None]
    _live: asyncio.Future[Live] = field(init=False)

    @property
    def day(self) -> Period:
        """The day that is lived."""
        local = _EPOCH + timedelta(microseconds=self.plant.begin, hours=self.plant.calendar.offset_hours)
        return Period.parse(local.date().isoformat())

    @property
    def entities(self) -> list[str]:
        """The line, then its machines."""
        return [LINE, *(f"machine:{name}" for name in self.plant.characters)]

    async def play(self) -> Figures:
        """Live the day; the figures once everything of it is stored."""
        self._live = asyncio.get_running_loop().create_future()
        stop = asyncio.Event()
        pace = Pace(DAY / 1e6 / self.seconds, until=self.plant.begin + DAY)
        running: list[asyncio.Task[None]] = []

        async def started(urls: Mapping[str, str]) -> None:
            await asyncio.to_thread(self._prepare, urls["mtconnect"])
            running.append(asyncio.create_task(self._run(stop)))
            begun: list[asyncio.Future[Any]] = [self._live, running[0]]
            await asyncio.wait(begun, return_when=asyncio.FIRST_COMPLETED)
            if running[0].done():  # the node could not begin, and says why
                running.pop().result()
            live = await self._live
            await _until(lambda: live.intake.events("plant")["connected"] > 0)
            running.append(asyncio.create_task(self._looking(live)))

        speech = Speech(self.plant, pace, ["mtconnect"], 0)
        try:
            async with speech.speaking(started):
                return await self._finished(await self._live, speech.said_until)
        finally:
            stop.set()
            for task in running[1:]:
                task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(*running)

    def truth(self) -> Figures:
        """What the day's figures truly are."""
        hours = self.plant.truth.until(self.plant.begin + DAY)["hours"]
        own = {f"machine:{name}": [h for h in hours if h["machine"] == name] for name in self.plant.characters}
        return {(entity, s.indicator): s.truth(of) for entity, of in {LINE: hours, **own}.items() for s in SHOWN}

    def _prepare(self, url: str) -> None:
        import pyarrow as pa

        from zhizao.node.assemble import now, open_node
        from zhizao.node.connect import Asked, connect, write
        from zhizao.store.contract import Source

        node = open_node(self.home)
        for record, rows in records(self.plant).items():
            known = {f.id for f in node.library.records[record].fields}
            told = [{k: v or None for k, v in row.items() if k in known} for row in rows]
            node.store.append(node.library.records[record], pa.Table.from_pylist(told), Source("testbed"))
        write(connect(self.home, node.library, Asked(url, "plant", SITE, LINE), today=now().date(), clock=now_us))

    async def _run(self, stop: asyncio.Event) -> None:
        from zhizao.node.run import run

        await run(self.home, 0, ready=self._live.set_result, stop=stop)

    async def _looking(self, live: Live) -> None:
        while True:
            self.look(*await asyncio.to_thread(self._figures, live))
            await asyncio.sleep(LOOK_S)

    async def _finished(self, live: Live, said_until: int) -> Figures:
        """The figures after the last word of the day: everything is in the log, and every run is made a record."""
        await _until(lambda: live.intake.standings["plant"].last_us >= said_until)
        await live.planner.look()
        await live.chores["derive"].once()
        figures, status = await asyncio.to_thread(self._figures, live)
        self.look(figures, status)
        return figures

    def _figures(self, live: Live) -> tuple[Figures, Mapping[str, Any]]:
        from zhizao.measure.measure import Measurement
        from zhizao.model.value import Known
        from zhizao.node.assemble import now

        with live.node.store.session() as session:
            measured = Measurement(live.node.library, session, Known(), now())
            values = measured.values([s.indicator for s in SHOWN], of=self.entities, periods=[self.day])
        return {(v.entity, v.indicator): v.value for v in values}, live.status()


async def _until(done: Callable[[], bool], patience_s: float = 60.0) -> None:
    async with asyncio.timeout(patience_s):
        while not done():
            await asyncio.sleep(0.05)
