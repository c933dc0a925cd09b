"""A clock that was wrong is told wherever a home is opened; what was stored under it keeps its order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from zhizao.model.text import Text
from zhizao.node.assemble import at, now, open_node
from zhizao.node.status import status
from zhizao.store.contract import Source

EDGE = {"entity": "enterprise:1", "relation": "located_in", "parent": "nation:TEST"}


def test_a_batch_of_the_future_is_told_until_its_time_has_come(tmp_path: Path):
    said: list[Text] = []
    node = open_node(tmp_path / "home", remark=said.append)
    assert said == []
    with at(now() + timedelta(days=900)):
        node.store.append(node.library.records["membership"], pa.Table.from_pylist([EDGE]), Source("a"))
    open_node(tmp_path / "home", remark=said.append)
    assert [words.en.startswith("the clock is behind the last batch") for words in said] == [True]
    assert "trouble" in status(tmp_path / "home", node.store, {}, node={"running": False})["store"]
    with at(datetime.now(UTC) + timedelta(days=901)):
        open_node(tmp_path / "home", remark=said.append)
    assert len(said) == 1
