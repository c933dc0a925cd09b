"""The checks of connectors find what they are there to find: each spoiled connector fails by the sentence it breaks."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

import zhizao.checks.connectors
import zhizao.checks.play
from tests.sense.rigs.file import shdr_files
from zhizao.checks.connectors import CHECKS, Evidence, examined, tier
from zhizao.sense.connectors.file.connector import PROMISE, Files


@dataclass
class Passing:
    """A feed through which a spoiled connector speaks."""

    feed: Any
    spoil: Any

    @property
    def position(self) -> str:
        return self.spoil.position(self.feed.position)

    @property
    def last_us(self) -> int:
        return self.feed.last_us

    async def deliver(self, delivery):
        await self.spoil.deliver(delivery, self.feed)

    def count(self, event, times=1):
        self.feed.count(event, times)


class Spoiled(Files):
    def position(self, position):
        return position

    async def deliver(self, delivery, feed):
        await feed.deliver(delivery)

    async def run(self, feed):
        await super().run(Passing(feed, self))


class Losing(Spoiled):
    async def deliver(self, delivery, feed):
        await feed.deliver(replace(delivery, rows=delivery.rows.slice(0, max(0, delivery.rows.num_rows - 1))))


class Doubling(Spoiled):
    async def deliver(self, delivery, feed):
        await feed.deliver(delivery)
        await feed.deliver(delivery)


class Forgetting(Spoiled):
    def position(self, position):
        return ""


class Hiding(Spoiled):
    async def deliver(self, delivery, feed):
        await feed.deliver(replace(delivery, refused=()))


class Hanging(Spoiled):
    async def run(self, feed):
        while True:
            try:
                await super().run(feed)
            except asyncio.CancelledError:
                await asyncio.sleep(0.6)


class Silent(Spoiled):
    async def run(self, feed):
        while True:
            try:
                await super().run(feed)
            except OSError:
                await asyncio.sleep(0.01)


class Mute(Spoiled):
    async def describe(self):
        return replace(await super().describe(), addresses=())


@pytest.mark.parametrize(
    ("spoiled", "sentence", "reached"),
    [
        (Losing, "everything_said_is_in_the_log", "none"),
        (Doubling, "everything_said_is_in_the_log", "none"),
        (Forgetting, "after_a_restart_nothing_is_twice_or_lost_in_silence", "bronze"),
        (Hiding, "garbage_disturbs_nothing", "none"),
        (Hanging, "told_to_end_it_ends", "none"),
        (Silent, "a_source_that_is_away_is_an_error_not_silence", "none"),
        (Mute, "it_describes_every_address", "bronze"),
    ],
)
def test_a_spoiled_connector_fails_by_the_sentence_it_breaks(spoiled, sentence, reached, tmp_path, monkeypatch):
    monkeypatch.setattr(zhizao.checks.play, "PATIENCE_S", 1.0)
    monkeypatch.setattr(zhizao.checks.connectors, "PATIENCE_S", 1.0)
    monkeypatch.setattr(zhizao.checks.play, "CLEAN_S", 0.3)

    @asynccontextmanager
    async def rig(folder):
        async with shdr_files(folder) as found:
            found.making = spoiled
            yield found

    evidence = examined(rig, tmp_path)
    assert sentence in evidence.failed, evidence.failed
    assert evidence.tier == reached


def test_a_tier_is_what_was_passed_and_what_is_promised():
    assert tier(Evidence(PROMISE, {})) == "gold"
    assert tier(Evidence(replace(PROMISE, delivery="at_most_once"), {})) == "silver"
    assert [tier(Evidence(PROMISE, {check.__name__: "not"})) for check in CHECKS] == ["none"] * 4 + ["bronze"] * 5


def test_the_guide_has_every_check():
    from tests.house.conftest import ROOT

    guide = (ROOT / "docs" / "connectors.md").read_text("utf-8")
    assert not [check.__name__ for check in CHECKS if f"`{check.__name__}`" not in guide]
