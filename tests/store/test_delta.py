"""The tables are Delta Lake tables: other engines read the same rows in place."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest
from deltalake import DeltaTable

from zhizao.checks.store import FIGURE, RETURN, deliver, facts, row
from zhizao.errors import InputError
from zhizao.model.record import Field
from zhizao.model.text import same
from zhizao.store.columns import stored_schema


def test_another_reader_sees_every_version(open_store, tmp_path):
    store = open_store()
    deliver(store, row("A"), row("B"))
    deliver(store, row("A", amount="2"))
    store.withdraw("check_return:2", "why")
    rows = DeltaTable(tmp_path / "home" / "facts" / RETURN.id).to_pyarrow_table().sort_by("_fact")
    assert rows.schema.names == stored_schema(RETURN).names
    assert rows["_fact"].to_pylist() == [1, 2, 3, 4]
    assert rows["_op"].to_pylist() == ["assert", "assert", "assert", "withdraw"]
    assert rows["_revises"].to_pylist() == [False, False, True, True]
    assert rows["_batch"].to_pylist() == [1, 1, 2, 3]
    assert rows["_row"].to_pylist() == [2, 3, 2, None]


def test_facts_are_numbered_over_the_whole_home(open_store):
    store = open_store()
    deliver(store, row("A"))
    deliver(store, row("A"), record=FIGURE)
    deliver(store, row("B"))
    assert [f["_fact"] for f in facts(store)] == [1, 3]
    assert [f["_fact"] for f in facts(store, FIGURE)] == [2]


def test_a_batch_that_stores_nothing_is_remembered(open_store, tmp_path):
    store = open_store()
    deliver(store, row(""), sha256="only rejects")
    assert store.has_batch(RETURN.id, "only rejects")
    deliver(store, row("A"))
    assert DeltaTable(tmp_path / "home" / "facts" / RETURN.id).to_pyarrow_table().num_rows == 1


def test_a_field_of_another_type_is_refused(open_store):
    store = open_store()
    deliver(store, row("A"))
    other = replace(RETURN, fields=tuple(replace(f, type="text") if f.id == "staff" else f for f in RETURN.fields))
    with pytest.raises(InputError, match="staff"):
        deliver(store, row("B", staff="many"), record=other)
    deliver(store, row("B"))
    assert store.verify() == 2


@pytest.mark.parametrize(("name", "change"), [("staff", {"type": "text"}), ("line", {"type": "decimal"}), ("amount", {"scale": 0})])
def test_what_is_stored_is_never_read_as_another_type(name, change, open_store):
    store = open_store()
    deliver(store, row("A", line="many", amount="1.25"))
    other = replace(RETURN, fields=tuple(replace(f, **change) if f.id == name else f for f in RETURN.fields))
    with pytest.raises(InputError, match=f"field {name} is stored as") as refused:
        facts(store, other)
    assert refused.value.cure


def test_a_field_may_win_digits_before_the_point(open_store):
    store = open_store()
    deliver(store, row("A", amount="1.25"))
    wider = replace(RETURN, fields=tuple(replace(f, maximum="1e30") if f.id == "amount" else f for f in RETURN.fields))
    assert [str(f["amount"]) for f in facts(store, wider)] == ["1.25"]


def test_a_type_that_changed_its_key_has_one_fact_a_key(open_store):
    store = open_store()
    deliver(store, row("A", line="x"), row("A", line="y", amount="2"), row("B"))
    by_year = replace(RETURN, key=("enterprise", "year"))
    assert [(f["enterprise"][-1], f["line"]) for f in facts(store, by_year)] == [("A", "y"), ("B", None)]
    assert deliver(store, row("A", line="y", amount="2"), record=by_year) == (0, 1, 0)
    assert deliver(store, row("A", line="z", amount="3"), record=by_year) == (1, 0, 0)
    store.withdraw("check_return:4", "why")
    assert [f["enterprise"][-1] for f in facts(store, by_year)] == ["B"]


def test_a_wider_table_is_still_one_delta_table(open_store, tmp_path):
    store = open_store()
    deliver(store, row("A"))
    wider = replace(RETURN, fields=(*RETURN.fields, Field("energy", "decimal", same("energy"), scale=9)))
    deliver(store, row("B", energy="1.5"), record=wider)
    rows = DeltaTable(tmp_path / "home" / "facts" / RETURN.id).to_pyarrow_table().sort_by("_fact")
    assert rows["energy"].type == pa.decimal128(38, 9)
    assert [v and str(v) for v in rows["energy"].to_pylist()] == [None, "1.500000000"]
    assert store.verify() == 2


def test_many_batches_keep_their_history_beyond_a_checkpoint(open_store):
    store = open_store()
    for n in range(102):
        deliver(store, row(f"E{n}"), sha256=f"s{n}")
    assert store.verify() == 102
    assert store.has_batch(RETURN.id, "s0")
    assert len(facts(store)) == 102
