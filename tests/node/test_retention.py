"""How long a home keeps observations: as long as it says, told wherever the store is spoken of."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from zhizao.cli.main import run as command
from zhizao.errors import InputError
from zhizao.node.assemble import open_node
from zhizao.node.chore import Chore
from zhizao.node.retention import let_go
from zhizao.store.contract import Source

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.fixture
def node(tmp_path):
    """A home with an observation of each of four days."""
    opened = open_node(tmp_path / "home")
    for age in range(4):
        row = {"entity": "machine:M", "quantity": "active_power", "time": (NOW - timedelta(days=age)).isoformat(), "value": 1.5, "quality": "good", "source": "s"}
        assert opened.store.append(opened.library.records["observation"], pa.Table.from_pylist([row]), Source("s")).stored
    return opened


def keep(node, days) -> None:
    (node.home / "home.yaml").write_text(f"keep_raw_days: {days}\n")


def held(node) -> int:
    with node.store.session() as session:
        return len(session.fetch(session.relation(node.library.records["observation"])))


def test_without_a_word_everything_is_kept(node):
    assert (let_go(node, NOW), held(node)) == (0, 4)


def test_what_is_older_goes_once_a_day_by_one_note(node):
    keep(node, 2)
    assert (let_go(node, NOW), held(node)) == (1, 3)
    assert let_go(node, NOW + timedelta(hours=14)) == 0
    assert (let_go(node, NOW + timedelta(hours=15)), held(node)) == (1, 2)
    assert [r.batches for r in node.store.retired()] == [1, 1]


@pytest.mark.parametrize(("lang", "words"), [("en", "no longer kept"), ("zh", "已过保留期")])
def test_status_and_verify_say_what_is_no_longer_kept(node, capfd, lang, words):
    keep(node, 1)
    let_go(node, NOW)
    for name in ("status", "verify"):
        assert command(["--home", str(node.home), "--lang", lang, name]) == 0
        assert words in capfd.readouterr().out
    command(["--home", str(node.home), "--json", "status"])
    assert json.loads(capfd.readouterr().out)["store"]["retired"]["rows"] == 2
    command(["--home", str(node.home), "--json", "verify"])
    (told,) = json.loads(capfd.readouterr().out)["retired"]
    assert (told["record"], told["rows"], told["why"]) == ("observation", 2, "older than 2026-11-23T00:00:00+00:00")


def test_settings_that_cannot_be_meant_are_the_chores_trouble_until_they_are_mended(node):
    for wrong in ("-1", "a year", "true", "1.5"):
        keep(node, wrong)
        with pytest.raises(InputError):
            let_go(node, NOW)
    chore = Chore(lambda: let_go(node, NOW), 1.0)
    asyncio.run(chore.once())
    assert "home.yaml" in chore.trouble
    keep(node, 1)
    asyncio.run(chore.once())
    assert (chore.trouble, held(node)) == ("", 2)
