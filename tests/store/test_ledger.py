"""Facts about the loop itself are told and read back whole."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from zhizao.errors import ProgramError
from zhizao.pack.load import builtin_folders, load
from zhizao.store.ledger import tell, told

LIBRARY = load(builtin_folders())
EFFECT = LIBRARY.records["effect_estimate"]
ROW = {
    "action": "A-1", "indicator": "oee", "method": "difference_in_differences", "made_at": datetime(2025, 3, 1, 8, tzinfo=UTC),
    "entity": "machine:M1", "verdict": "moved", "estimate": Decimal("1.25"), "body": '{"n": 3}',
}  # fmt: skip


def test_what_is_told_is_read_back_in_the_order_it_was_stored(open_store):
    store = open_store("a")
    tell(store, EFFECT, [ROW, {**ROW, "action": "A-2", "estimate": None}], "loop")
    with store.session() as session:
        rows = told(session, EFFECT)
    assert [(r["action"], r["estimate"], r["made_at"]) for r in rows] == [
        ("A-1", Decimal("1.25"), ROW["made_at"]), ("A-2", None, ROW["made_at"]),
    ]  # fmt: skip


def test_the_same_again_is_no_second_row(open_store):
    store = open_store("a")
    for _ in range(2):
        tell(store, EFFECT, [ROW], "loop")
    with store.session() as session:
        assert len(told(session, EFFECT)) == 1


def test_whoever_tells_what_the_type_does_not_take_hears_of_it(open_store):
    with pytest.raises(ProgramError, match="refused"):
        tell(open_store("a"), EFFECT, [{**ROW, "verdict": "perhaps"}], "loop")
