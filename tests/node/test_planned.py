"""A shift calendar becomes signals of the machines that work by it, up to now and never beyond, and anew when it changes."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pyarrow as pa
import pytest

from zhizao.node.assemble import open_node
from zhizao.node.planned import Planner
from zhizao.sense.intake import Intake
from zhizao.store.contract import Source

NOON = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)
DAY = {"entity": "site:S1", "shift": "day", "valid_from": "2026-01-01", "weekdays": "mon-sun", "starts": "06:00", "ends": "14:00", "breaks": "10:00-10:15"}


@pytest.fixture(scope="module")
def _opened(tmp_path_factory):
    home = tmp_path_factory.mktemp("planned") / "home"
    node = open_node(home)
    put(node, "membership", {"entity": "machine:M1", "relation": "part_of", "parent": "line:L1"}, {"entity": "line:L1", "relation": "part_of", "parent": "site:S1"})
    put(node, "membership", {"entity": "machine:M9", "relation": "part_of", "parent": "site:S9"})
    return home


@pytest.fixture
def node(_opened, tmp_path):
    return open_node(Path(shutil.copytree(_opened, tmp_path / "home")))


def put(node, record, *rows):
    node.store.append(node.library.records[record], pa.Table.from_pylist(list(rows)), Source("test"))


def look(node, *instants):
    """A planner that looks at these times."""

    async def scene():
        intake = Intake(node.store.log())
        task = asyncio.create_task(intake.run())
        for at in instants:
            await Planner(node, intake, lambda at=at: at).look()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        intake.log.close()

    asyncio.run(scene())


def told(node, quantity="planned"):
    with node.store.session() as session:
        rows = session.relation(node.library.records["observation"])
        rows = rows.filter((rows.source == "calendar") & (rows.quantity == quantity)).order_by("time")
        return [(r["entity"], r["time"].strftime("%H:%M"), r["text"]) for r in session.fetch(rows).to_pylist()]


def test_what_is_planned_is_told_from_where_it_was_left_up_to_now(node):
    put(node, "shift_calendar", DAY)
    look(node, NOON, NOON + timedelta(hours=3))
    assert told(node) == [
        ("machine:M1", at, text)
        for at, text in [("00:00", "off"), ("06:00", "busy"), ("10:00", "off"), ("10:15", "busy"), ("12:00", "busy"), ("14:00", "off"), ("15:00", "off")]
    ]
    assert told(node, "shift")[1] == ("machine:M1", "06:00", "day")


def test_a_calendar_that_was_changed_is_told_anew(node):
    put(node, "shift_calendar", DAY)
    look(node, NOON)
    put(node, "shift_calendar", DAY | {"breaks": "11:00-11:30"})
    look(node, NOON + timedelta(minutes=1))
    texts = {at: text for _, at, text in told(node)}
    assert (texts["10:00"], texts["10:15"], texts["11:00"], texts["11:30"], texts["12:01"]) == ("busy", "busy", "off", "busy", "busy")


def test_a_look_when_nothing_changes_says_one_thing_whatever_the_number_of_machines(node):
    put(node, "shift_calendar", DAY)
    put(node, "membership", *({"entity": f"machine:N{i}", "relation": "part_of", "parent": "site:S1"} for i in range(5)))
    look(node, NOON)
    before = len(told(node))
    look(node, NOON + timedelta(minutes=1))
    assert len(told(node)) == before + 1


def test_without_a_calendar_nothing_is_told(node):
    look(node, NOON)
    assert told(node) == []
