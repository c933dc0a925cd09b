"""A file of observations takes a short way; what comes of it is what comes of any other record."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.store.conftest import ticking
from tests.store.streaming import OBSERVATION, START, balanced, delivery, take, values
from zhizao.store.contract import Source
from zhizao.store.local import LocalStore
from zhizao.store.stream import imported, settle

SAME = replace(OBSERVATION, id="same_by_the_long_way")
"""The same type under another name goes the way of all records."""

CELLS = st.fixed_dictionaries(
    {
        "entity": st.sampled_from(["machine:A", "machine:B", " machine:A", "A", ""]),
        "quantity": st.sampled_from(["active_power", "active_power", ""]),
        "time": st.sampled_from(["2024-01-01T00:00:00Z", "2024-01-01 08:00:00+08:00", "2024-01-01T00:00:01.5Z", "2024", "soon"]),
        "value": st.sampled_from(["0.1", "0.10", "1e400", "NaN", "", "-0"]),
        "text": st.sampled_from(["", "ACTIVE", " ACTIVE"]),
        "quality": st.sampled_from(["good", "fine", ""]),
        "source": st.sampled_from(["press", ""]),
    }
)
DELIVERIES = st.lists(st.tuples(st.lists(CELLS, max_size=4), st.sampled_from(["", "a file"])), min_size=1, max_size=3)


def table(rows: list[dict[str, str]]) -> pa.Table:
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in [f.id for f in OBSERVATION.fields]})


def delivered(store: LocalStore, record, rows: pa.Table, sha256: str = ""):
    """What the receipt says, but for the rejects file, and what holds then."""
    receipt = store.append(record, rows, Source("file", sha256))
    assert receipt.balances
    with store.session() as session:
        found = session.fetch(session.relation(record)).select([f.id for f in OBSERVATION.fields]).to_pylist()
    return replace(receipt, rejects_file=""), sorted(found, key=str)


@settings(max_examples=25, deadline=None)
@given(DELIVERIES, st.integers(1, 3))
def test_any_files_of_observations_become_what_any_other_record_becomes(deliveries, piece):
    kept = imported.PIECE, settle.COMPARED
    imported.PIECE = settle.COMPARED = piece
    try:
        with TemporaryDirectory() as folder:
            store = LocalStore(Path(folder), ticking())
            for rows, sha256 in deliveries:
                assert delivered(store, OBSERVATION, table(rows), sha256) == delivered(store, SAME, table(rows), sha256)
            store.verify()
    finally:
        imported.PIECE, settle.COMPARED = kept


TYPED = pa.table(
    {
        "entity": pa.array(["machine:A", "machine:A", "machine:B"]).dictionary_encode(),
        "quantity": ["active_power"] * 3,
        "time": pa.array([START, START, START], pa.timestamp("ms", "UTC")),
        "value": [0.1, 0.2, None],
        "text": [None, None, "ACTIVE"],
    }
)


@pytest.mark.parametrize(
    "rows",
    [
        TYPED,
        TYPED.set_column(0, "entity", pa.array(["A", "B", "machine:C"])),
        TYPED.set_column(3, "value", pa.array([1.0, float("nan"), 2.0])),
        TYPED.set_column(3, "value", pa.array([0.1, 0.2, 0.3], pa.float32())),
        TYPED.rename_columns(["对象", "quantity", "time", "value", "text"]),
    ],
)
def test_typed_columns_become_what_their_texts_would(rows, open_store):
    store = open_store()
    assert delivered(store, OBSERVATION, rows) == delivered(store, SAME, rows)


def test_an_import_lives_beside_the_stream(open_store):
    store = open_store()
    take(store, delivery(("A", 1, 1.0)))
    rows = pa.table({"entity": ["machine:A"] * 2, "quantity": ["active_power"] * 2, "time": ["2024-01-01T00:00:01Z", "2024-01-01T00:00:02Z"], "value": [1.0, 2.0]})
    rows = rows.append_column("source", pa.array(["press"] * 2)).append_column("quality", pa.array(["good"] * 2))
    assert store.append(OBSERVATION, rows, Source("file")).stored == 2
    assert values(store) == {("A", 1): 1.0, ("A", 2): 2.0}
    store.drain(OBSERVATION)
    assert values(store) == {("A", 1): 1.0, ("A", 2): 2.0}
    assert store.accounts()["press"].duplicate == 1
    assert balanced(store)
    (fact,) = store.find(OBSERVATION, [1])
    assert (fact.source, fact.place) == ("file", "line 2")
