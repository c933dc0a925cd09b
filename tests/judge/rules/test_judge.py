"""Warnings begin after their hold, end by their clear condition, and are told once, whenever and however often the rule is run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhizao.errors import InputError
from zhizao.judge.rules.judge import CORRECTED, judge
from zhizao.judge.rules.life import NEXT, after, require, warnings
from zhizao.model.expression import FieldRef, Literal_, RowOp
from zhizao.model.rule import Hold, Rule
from zhizao.model.text import same
from zhizao.model.warning import Course, Event, Point, Warning_

X = FieldRef("x")
START = datetime(2025, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
LATE = START + 1000 * DAY


def compare(sign: str, bound: str) -> RowOp:
    return RowOp(sign, (X, Literal_(Decimal(bound))))


RULE = Rule("r", same("r"), "indicators", compare(">", "5"), compare("<", "3"), hold=Hold(2), clear_hold=Hold(2), grades=(("red", compare(">", "8")),))


def course(*values: float | None) -> Course:
    points = (Point(str(i), START + i * DAY, START + (i + 1) * DAY, {"x": None if v is None else Decimal(str(v))}) for i, v in enumerate(values))
    return Course("region:32", "x", tuple(points))


def told(rule: Rule, *runs: Course, as_of: datetime = LATE) -> list[Event]:
    """All events of looks one after the other."""
    events: list[Event] = []
    for run in runs:
        events += judge(rule, run, warnings(events), as_of)
    return events


def said(events: list[Event]) -> list[tuple[str, str]]:
    return [(e.what, e.about) for e in events]


def test_a_warning_waits_for_its_hold_and_its_clear_hold():
    assert said(told(RULE, course(6, 1, 6, 6, 4, 4, 2, 4, 2, 2))) == [("raised", "3"), ("resolved", "9")]


def test_between_the_two_conditions_nothing_happens():
    assert said(told(RULE, course(6, 6, 4, 5.1, 3.1, 4, 5.2, 3.5))) == [("raised", "1")]


def test_what_is_not_known_neither_raises_nor_ends():
    assert said(told(RULE, course(6, None, 6, None, None, 2, None, 2))) == [("raised", "2"), ("resolved", "7")]


def test_a_warning_grows_worse_once():
    assert said(told(RULE, course(6, 6, 9, 6, 9))) == [("raised", "1"), ("worsened", "2")]
    assert warnings(told(RULE, course(6, 6, 9, 6, 9)))[0].severity == "red"


def test_a_hold_of_time_counts_from_the_beginning_of_the_first_point():
    rule = replace(RULE, hold=Hold(1, 3 * DAY))
    assert said(told(rule, course(6, 6, 6, 6))) == [("raised", "2")]


def test_what_begins_again_soon_opens_the_same_warning():
    events = told(replace(RULE, hold=Hold(), clear_hold=Hold()), course(6, 2, 6, 2, 2, 2, 6))
    assert said(events) == [("raised", "0"), ("resolved", "1"), ("reopened", "2"), ("resolved", "3"), ("raised", "6")]
    assert len(warnings(events)) == 2


def test_a_correction_ends_what_never_held():
    events = told(RULE, course(6, 6, 6), course(6, 1, 6))
    assert said(events) == [("raised", "1"), ("resolved", "2")] and events[-1].note == CORRECTED


def test_an_old_warning_goes_on_when_its_beginning_is_out_of_sight():
    window = Course("region:32", "x", course(6, 6, 6, 6, 2, 2).points[3:])
    assert said(told(RULE, course(6, 6), window)) == [("raised", "1"), ("resolved", "5")]


def test_what_a_person_ended_is_opened_again_only_by_a_later_point():
    events = told(RULE, course(6, 6))
    w = warnings(events)[0]
    events.append(Event(w.id, "resolved", START + 60 * DAY, w.entity, w.rule, None, w.subject, by="li.wei"))
    assert judge(RULE, course(6, 6, 6), warnings(events), LATE) == []
    assert said(judge(RULE, course(*[6] * 61), warnings(events), LATE)) == [("reopened", "60")]


def test_evidence_names_definition_inputs_threshold_and_margin():
    found = told(replace(RULE, definition="abc"), course(6, 7))[0].evidence
    assert found["definition"] == "abc" and found["inputs"] == {"x": "7"}
    assert found["tests"] == [{"test": "x > 5", "left": "7", "threshold": "5", "holds": True, "margin": "2"}]


def test_a_warning_that_names_an_enterprise_expires_and_does_not_come_back_by_itself():
    rule = replace(RULE, names_enterprise=True, expires=10 * DAY)
    events = told(rule, course(6, 6, 6))
    assert [e.what for e in events] == ["raised", "expired"] and events[1].at == START + 12 * DAY
    assert judge(rule, course(*[6] * 30), warnings(events), LATE) == []


def test_an_appeal_stops_the_clock():
    rule = replace(RULE, names_enterprise=True, expires=10 * DAY)
    events = told(rule, course(6, 6), as_of=START + 3 * DAY)
    events.append(replace(events[0], what="appealed", at=START + 4 * DAY, severity=None, by="firm"))
    assert judge(rule, course(6, 6), warnings(events), LATE) == []


@pytest.mark.parametrize("standing", ["open", "acknowledged", "explained", "appealed", "upheld", "resolved", "expired"])
def test_an_illegal_step_is_refused_with_what_can_be_done(standing):
    raised = told(RULE, course(6, 6))[0]
    w = Warning_(raised.warning, "r", "region:32", "x", "blue", standing, raised.at, "1", (raised,))
    for what in ("acknowledged", "explained", "appealed", "upheld", "resolved"):
        if (standing, what) in NEXT:
            require(w, what, replace(RULE, names_enterprise=True))
            assert after(w, replace(raised, what=what)) is not None
        else:
            with pytest.raises(InputError) as refused:
                require(w, what, replace(RULE, names_enterprise=True))
            assert refused.value.cure is not None
            assert after(w, replace(raised, what=what)) is None


def test_only_a_warning_that_names_an_enterprise_can_be_appealed_against():
    with pytest.raises(InputError, match="appealed"):
        require(warnings(told(RULE, course(6, 6)))[0], "appealed", RULE)


VALUES = st.lists(st.one_of(st.none(), st.sampled_from([1, 2, 4, 6, 9])), min_size=1, max_size=14)


@given(VALUES)
def test_run_twice_it_adds_nothing(values):
    events = told(RULE, course(*values))
    assert judge(RULE, course(*values), warnings(events), LATE) == []


@given(VALUES)
def test_run_late_it_tells_what_it_would_have_told_in_time(values):
    in_time = told(RULE, *(course(*values[: n + 1]) for n in range(len(values))))
    assert told(RULE, course(*values)) == in_time


@given(VALUES, st.randoms(use_true_random=False))
@settings(max_examples=300)
def test_facts_in_any_order_end_where_all_at_once_do(values, order):
    late = list(range(len(values)))
    order.shuffle(late)
    runs = [course(*(v if i in late[: n + 1] else None for i, v in enumerate(values))) for n in range(len(values))]
    step_by_step, at_once = warnings(told(RULE, *runs)), warnings(told(RULE, course(*values)))
    assert any(not w.is_over for w in step_by_step) == any(not w.is_over for w in at_once)


@given(st.lists(st.floats(3, 5).map(lambda v: round(v, 3)), min_size=1, max_size=30))
def test_within_the_hysteresis_nothing_flaps(values):
    assert len(told(RULE, course(6, 6, *values))) == 1


@given(VALUES, VALUES)
def test_every_event_can_follow_and_comes_after_the_one_before(first, second):
    events = told(RULE, course(*first), course(*second))
    lives: dict[str, list[Event]] = {}
    for e in events:
        lives.setdefault(e.warning, []).append(e)
    assert all(len(w.events) == len(lives[w.id]) for w in warnings(events))
    assert all(a.at < b.at for life in lives.values() for a, b in zip(life, life[1:], strict=False))
