"""A clock that was wrong is told wherever a home is opened; what was stored under it keeps its order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from zhizao.model.text import Text
from zhizao.node import assemble
from zhizao.node.assemble import now, open_node
from zhizao.node.status import status
from zhizao.store.contract import Source
from zhizao.store.local import LocalStore

EDGE = {"entity": "enterprise:1", "relation": "located_in", "parent": "nation:TEST"}


def test_a_batch_of_the_future_is_told_until_its_time_has_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    said: list[Text] = []
    node = open_node(tmp_path / "home", remark=said.append)
    assert said == []
    wrong = LocalStore(node.home, clock=lambda: now() + timedelta(days=900))
    wrong.append(node.library.records["membership"], pa.Table.from_pylist([EDGE]), Source("a"))
    open_node(tmp_path / "home", remark=said.append)
    assert [words.en.startswith("the clock is behind the last batch") for words in said] == [True]
    assert "trouble" in status(tmp_path / "home", node.store, {}, node={"running": False})["store"]
    monkeypatch.setattr(assemble, "now", lambda: datetime.now(UTC) + timedelta(days=901))
    open_node(tmp_path / "home", remark=said.append)
    assert len(said) == 1
