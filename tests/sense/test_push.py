"""What is pushed is taken row by row: a bad one is refused with its place and reason, and spoils nothing."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhizao.errors import InputError
from zhizao.sense.connectors.http.reading import pushed

GOOD = {"entity": "machine:M1", "quantity": "active_power", "time": "2026-11-24T08:00:00Z", "value": 2.5}


def refused(row) -> str:
    done = pushed("http:a", json.dumps([GOOD, row]).encode())
    assert done.received == 2 and done.rows.num_rows == 2 - len(done.refused)
    return done.refused[0].why if done.refused else ""


@pytest.mark.parametrize(
    "change",
    [
        {"value": 0}, {"value": -1e308}, {"value": None, "text": "ACTIVE"}, {"value": None, "quality": "stale"}, {"quality": "uncertain"},
        {"time": "2026-11-24T16:00:00+08:00"}, {"time": 1_795_507_200_000_000}, {"text": "也行"},
    ],
)  # fmt: skip
def test_a_sound_row_is_taken(change):
    assert refused(GOOD | change) == ""


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"value": True}, "no finite number"), ({"value": "2"}, "no finite number"), ({"value": float("nan")}, "no finite number"),
        ({"value": float("inf")}, "no finite number"), ({"value": 10**400}, "no finite number"), ({"value": None}, "neither value nor text"),
        ({"entity": "M1"}, "no id of an entity"), ({"entity": None}, "no id of an entity"), ({"quantity": ""}, "no quantity"),
        ({"time": "yesterday"}, "no time"), ({"time": None}, "no time"),
        ({"time": 10**30}, "a time no clock can mean"), ({"quality": "great"}, "no quality"), ({"text": 5}, "no text"),
        ({"valeu": 1}, "unknown fields"), ({"text": "\ud800"}, "halves of characters"),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused_with_its_reason(change, why):
    assert why in refused(GOOD | change)


def test_lines_of_json_are_taken_like_a_list_and_a_broken_line_is_one_bad_row():
    body = f"{json.dumps(GOOD)}\n\n{{broken\n{json.dumps(GOOD)}\n".encode()
    done = pushed("http:a", body)
    assert (done.rows.num_rows, [(r.place, r.why) for r in done.refused], done.lines) == (2, [("line 3", "no JSON object")], 3)


@pytest.mark.parametrize("body", [b"[1, 2", b"[{]", b"hello", b"\xff\xfe"])
def test_a_body_that_is_no_json_is_wrong_input(body):
    with pytest.raises(InputError):
        pushed("http:a", body)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*GOOD, "x"]), inner)
)


@given(st.lists(JSON | st.fixed_dictionaries({name: JSON for name in GOOD}), max_size=5))
def test_whatever_rows_hold_each_is_taken_or_refused(rows):
    done = pushed("http:a", json.dumps(rows).encode())
    assert done.received == len(rows)
