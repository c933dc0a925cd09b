"""What every connector must do, whatever its protocol; each check is one sentence. Built-in and third-party connectors go through the same.

A connector is examined against its *rig*: a peer that speaks its protocol and can be told to speak, to talk nonsense, to lose its link and its
memory. The tier of a connector is computed from what it passed and what it promises, and never typed in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from zhizao.checks.play import (
    CLEAN_S,
    PATIENCE_S,
    MakeRig,
    Rig,
    begun,
    marked,
    missing,
    nothing_twice,
    playing,
    promise_of,
    speak,
    stored,
    told,
)
from zhizao.sense.contract import Promise

Tier = Literal["gold", "silver", "bronze", "none"]

MANY = 2_000
"""Observations that a slow log must not lose."""


@dataclass(frozen=True)
class Evidence:
    """How a connector fared: its promise, and the checks it does not pass, each with what happened instead."""

    promise: Promise
    failed: Mapping[str, str]

    @property
    def tier(self) -> Tier:
        """Computed, see ``tier``."""
        return tier(self)


def examined(make: MakeRig, folder: Path) -> Evidence:
    """Put a connector through every check."""
    failed: dict[str, str] = {}
    for check in CHECKS:
        name = check.__name__
        try:
            asyncio.run(_one(check, make, folder / name))
        except Exception as error:  # whatever a stranger's connector raises, it does not fulfil the sentence
            failed[name] = str(error) or type(error).__name__
    return Evidence(asyncio.run(_promise(make, folder / "promise")), failed)


def tier(evidence: Evidence) -> Tier:
    """``bronze``: what is said arrives, and nothing it meets disturbs it. ``silver``: every check; nothing is lost in silence. ``gold``: silver, and
    nothing is lost or doubled at all while its peer remembers, and the source is described by the protocol itself.

    Example:
        >>> from zhizao.model.text import same
        >>> promise = Promise("exactly_once", same("sequence"), describes_itself=True, backfills=True, marks_loss=True)
        >>> tier(Evidence(promise, {})), tier(Evidence(promise, {"a_cut_link_is_told": "no marks"}))
        ('gold', 'bronze')
    """
    if any(check.__name__ in evidence.failed for check in BRONZE):
        return "none"
    if evidence.failed:
        return "bronze"
    said = evidence.promise
    return "gold" if said.delivery != "at_most_once" and said.backfills and said.describes_itself else "silver"


async def _one(check: Check, make: MakeRig, folder: Path) -> None:
    folder.mkdir(parents=True)
    async with asyncio.timeout(3 * PATIENCE_S), make(folder) as rig:
        await check(rig, folder / "log")


async def _promise(make: MakeRig, folder: Path) -> Promise:
    folder.mkdir(parents=True)
    async with make(folder) as rig:
        return promise_of(rig)


# ── the checks ──────────────────────────────────────────────────────────────────────────────────────────────────


async def everything_said_is_in_the_log(rig: Rig, log: Path) -> None:
    """Present values first, then what follows, each once and good."""
    async with playing(rig, log) as play:
        await begun(rig, play)
        said = await speak(rig, 50)
        await play.heard(said)
        good = {(r["entity"], r["quantity"], r["value"]) for r in play.rows if r["quality"] == "good"}
        assert len(good) >= len(said), "some of what was said is not good"
        await play.heard(await speak(rig, 1))  # what it delivers late of the first is there by now
    nothing_twice(stored(log), promise_of(rig))


async def garbage_disturbs_nothing(rig: Rig, log: Path) -> None:
    """It is refused or counted, and what is said before and after it arrives."""
    async with playing(rig, log) as play:
        await begun(rig, play)
        said = await speak(rig)
        await play.heard(said)
        await rig.garbage()
        said += await speak(rig)
        await play.heard(said)
        await play.until(lambda: bool(play.intake.standings[rig.source.name].rejected or play.events["rejected_message"]), "refusing the garbage")


async def told_to_end_it_ends(rig: Rig, log: Path) -> None:
    """In the middle of its work, leaving nothing behind."""
    before = asyncio.all_tasks()
    async with playing(rig, log) as play:
        await begun(rig, play)
        await speak(rig)
    left = asyncio.all_tasks() - before
    if left:
        _, left = await asyncio.wait(left, timeout=CLEAN_S)
    assert not left, f"tasks are left: {left}"


async def a_source_that_is_away_is_an_error_not_silence(rig: Rig, log: Path) -> None:
    """So that it is tried again; it is no wrong input."""
    await rig.cut()
    async with playing(rig, log) as play:
        await play.until(lambda: bool(play.trouble), "an error")
        await rig.restore()
        await begun(rig, play)
        await play.heard(await speak(rig))


async def a_slow_log_loses_nothing(rig: Rig, log: Path) -> None:
    """Back-pressure: the source waits, or is asked again later."""
    async with playing(rig, log, slow_s=0.02) as play:
        await begun(rig, play)
        said = await speak(rig, MANY // len(rig.source.signals))
        await play.until(lambda: not missing(play, said[-len(rig.source.signals) :]), "the last values")
        told(play, said)


async def after_a_restart_nothing_is_twice_or_lost_in_silence(rig: Rig, log: Path) -> None:
    """Ended in the middle, and begun again at the position in the log, with values said in between."""
    async with playing(rig, log) as play:
        await begun(rig, play)
        said = await speak(rig, 10)
        await play.heard(said)
        said += await speak(rig, 10)
    said += await speak(rig, 10)
    async with playing(rig, log) as play:
        play.rows += stored(log)
        await begun(rig, play)
        after = await speak(rig, 10)
        await play.heard(after + (said if promise_of(rig).backfills else []))
        told(play, said)
    nothing_twice(stored(log), promise_of(rig))


async def a_cut_link_is_told(rig: Rig, log: Path) -> None:
    """What was said meanwhile is fetched, or it is counted and marked that nobody knows."""
    async with playing(rig, log) as play:
        await begun(rig, play)
        said = await speak(rig)
        await play.heard(said)
        await rig.cut()
        said += await speak(rig)
        await play.until(lambda: bool(play.trouble), "noticing the cut")
        times = play.events["connected"]
        await rig.restore()
        await play.connected(times + 1)
        await begun(rig, play)
        await play.heard(await speak(rig))
        promise = promise_of(rig)
        if promise.backfills:
            await play.heard(said)
        else:
            assert play.events["gap"], "no gap is counted"
            assert not promise.marks_loss or marked(play, rig.source.signals), "no marks say that nobody listened"
    nothing_twice(stored(log), promise)


async def a_peer_that_begins_again_is_told(rig: Rig, log: Path) -> None:
    """What it forgot before it was heard is counted, and marked."""
    async with playing(rig, log) as play:
        await begun(rig, play)
        said = await speak(rig)
        await play.heard(said)
        said += await speak(rig)
        await rig.restart()
        await begun(rig, play)
        told(play, said)


async def it_describes_every_address(rig: Rig, log: Path) -> None:
    """Asked for what it has, a source names each address with its device; one whose protocol describes nothing need not."""
    await speak(rig, 1)
    connector = rig.making(rig.source, rig.clock)
    speaking = asyncio.create_task(_speak_on(rig))
    try:
        found = await connector.describe()
    finally:
        speaking.cancel()
    named = {a.address for a in found.addresses}
    assert {a.device for a in found.addresses} <= {d.id for d in found.devices}, "an address belongs to no device"
    assert not connector.promise.describes_itself or set(rig.source.signals) <= named, f"not named: {set(rig.source.signals) - named}"


async def _speak_on(rig: Rig) -> None:
    while True:
        await speak(rig, 1)
        await asyncio.sleep(0.05)


Check = Callable[[Rig, Path], Awaitable[None]]

BRONZE: tuple[Check, ...] = (
    everything_said_is_in_the_log,
    garbage_disturbs_nothing,
    told_to_end_it_ends,
    a_source_that_is_away_is_an_error_not_silence,
)
CHECKS: tuple[Check, ...] = (
    *BRONZE,
    a_slow_log_loses_nothing,
    after_a_restart_nothing_is_twice_or_lost_in_silence,
    a_cut_link_is_told,
    a_peer_that_begins_again_is_told,
    it_describes_every_address,
)
