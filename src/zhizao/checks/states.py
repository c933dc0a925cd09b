"""The laws of every mergeable state, and the agreement of an engine with them; any state and any engine can be put through."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import reduce
from typing import Any

import pyarrow as pa

from zhizao.measure.states import State, Values, empty, merge
from zhizao.measure.states.last import STAMP
from zhizao.store.contract import Session

GROUP, VALUE = "_group", "_value"


def state_of_values(state: State, values: Sequence[Any]) -> Values:
    """The state of values in Python, the reference: the merge of the states of single rows, stamped in order.

    Example:
        >>> from zhizao.measure.states import state_of
        >>> state_of_values(state_of("sum"), [1, None, 2])
        (3,)
    """
    singles = (state.single(value, _stamp(i)) for i, value in enumerate(values))
    return reduce(lambda a, b: merge(state, a, b), singles, empty(state))


def check_laws(state: State, a: Values, b: Values, c: Values) -> None:
    """Order, tree and nothing never matter.

    Raises:
        AssertionError: names the law that does not hold.
    """
    assert merge(state, a, b) == merge(state, b, a), "the order of a merge matters"
    assert merge(state, merge(state, a, b), c) == merge(state, a, merge(state, b, c)), "the tree of a merge matters"
    assert merge(state, a, empty(state)) == a, "merging nothing changes the state"


def check_engine(state: State, session: Session, groups: Sequence[Sequence[Any]], kind: pa.DataType) -> None:
    """The engine lifts the same states from rows as the reference does, and their merge is the state of all rows.

    Raises:
        AssertionError: shows the engine's state beside the reference.
    """
    rows = [(g, i, value) for g, values in enumerate(groups) for i, value in enumerate(values)]
    table = pa.table(
        {
            GROUP: pa.array([g for g, _, _ in rows], pa.int64()),
            STAMP: pa.array([_stamp(i) for _, i, _ in rows], pa.string()),
            VALUE: pa.array([v for _, _, v in rows], kind),
        }
    )
    lifted = _lift(state, session, table)
    for g, values in enumerate(groups):
        expected = state_of_values(state, values)
        found = lifted.get(g, empty(state))
        assert _plain(found) == _plain(expected), f"group {g}: engine {found}, reference {expected}"


def _lift(state: State, session: Session, table: pa.Table) -> dict[int, Values]:
    held = session.hold("law_rows", table)
    key = state.spread(held[VALUE])
    if key is None:
        fetched = session.fetch(held.group_by(GROUP).aggregate(**state.lift(held[VALUE], held, None)))
        names = [column.name for column in state.columns]
        zeros = empty(state)
        return {
            row[GROUP]: tuple(zeros[i] if row[name] is None else row[name] for i, name in enumerate(names)) for row in fetched.to_pylist()
        }
    keyed = held.filter(held[VALUE].notnull()).mutate(_key=key)
    spread = keyed.group_by([GROUP, "_key"]).aggregate(n=keyed.count())
    gathered: dict[int, list[Any]] = {}
    for row in sorted(session.fetch(spread).to_pylist(), key=lambda r: r["_key"]):
        gathered.setdefault(row[GROUP], []).append(row)
    return {g: _gathered(state, entries) for g, entries in gathered.items()}


def _gathered(state: State, entries: list[dict[str, Any]]) -> Values:
    column = state.columns[0]
    if column.rule == "bottom":
        return (tuple(e["_key"] for e in entries[: column.keep]),)
    return (tuple((int(e["_key"]), int(e["n"])) for e in entries),)


def _plain(values: Values) -> tuple[Any, ...]:
    """Numbers compared as numbers, whatever scale an engine gives them."""
    return tuple(Decimal(v).normalize() if isinstance(v, int | Decimal) and not isinstance(v, bool) else v for v in values)


def _stamp(i: int) -> str:
    return f"{i:06d}"
