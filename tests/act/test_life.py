"""The life of actions: what may follow what, who hears that one is late, and what waits for what."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.act.world import START, retune
from zhizao.act.life import action_id, escalations, lives, needed, refused
from zhizao.errors import InputError
from zhizao.model.action import ActionEvent
from zhizao.model.policy import Person, Policy
from zhizao.model.text import same

PLANS = {"A-1": (retune(), 0, ()), "A-2": (retune(), 0, ("A-1",))}
CHAIN = Policy(
    {n: Person(n, same(n), frozenset(), frozenset(), superior=up) for n, up in {"li": "zhang", "zhang": "chen", "chen": ""}.items()}, escalate_to="office"
)  # fmt: skip


def told(*happenings: tuple[str, str], **more: Any) -> dict[str, Any]:
    events = [ActionEvent(id_, what, START + timedelta(hours=n), "machine:M1", "P-1", **more) for n, (id_, what) in enumerate(happenings)]  # type: ignore[arg-type]
    return lives(events, PLANS)


def test_an_action_has_the_owner_and_the_deadline_of_its_plan() -> None:
    action = told(("A-1", "planned"))["A-1"]
    assert (action.owner, action.status, action.deadline) == ("li", "planned", (START + timedelta(days=7)).date())
    assert told(("A-1", "planned"), ("A-1", "planned"))["A-1"].events == action.events


def test_an_action_that_needs_another_waits_for_it() -> None:
    found = told(("A-1", "planned"), ("A-2", "planned"))
    why = refused(found["A-2"], "started", found, False)
    assert why is not None and why.en == "A-1 is to be done first"
    done = told(("A-1", "planned"), ("A-2", "planned"), ("A-1", "done"))
    assert refused(done["A-2"], "started", done, False) is None


def test_nothing_is_done_without_evidence_and_what_is_over_stays_over() -> None:
    found = told(("A-1", "planned"))
    assert refused(found["A-1"], "done", found, False) is not None
    assert refused(found["A-1"], "done", found, True) is None
    shown = told(("A-1", "planned"), ("A-1", "evidenced"), note="photo")
    assert refused(shown["A-1"], "done", shown, False) is None and shown["A-1"].evidence == ("photo",)
    for end in ("done", "cancelled"):
        over = told(("A-1", "planned"), ("A-1", end))
        assert all(refused(over["A-1"], what, over, True) for what in ("started", "done", "cancelled", "assigned", "evidenced"))


def test_a_late_action_climbs_to_the_top_one_step_a_week_and_each_hears_of_it_once() -> None:
    found, heard, at = told(("A-1", "planned")), [], START
    for day in range(60):
        at = START + timedelta(days=day)
        for action, who in escalations(found.values(), CHAIN, at):
            heard.append((day, who))
            found = {action.id: replace(action, told=(*action.told, (who, at)))}
    assert heard == [(8, "zhang"), (15, "chen"), (22, "office")]


def test_superiors_of_each_other_end() -> None:
    circle = Policy({n: Person(n, same(n), frozenset(), frozenset(), superior=up) for n, up in {"li": "zhang", "zhang": "li"}.items()})
    found = told(("A-1", "planned"))
    assert [who for _, who in escalations(found.values(), circle, START + timedelta(days=8))] == ["zhang"]


def test_actions_that_wait_for_each_other_are_refused() -> None:
    steps = (retune(remedy="a", needs=("b",)), retune(remedy="b", needs=("c",)), retune(remedy="c"))
    assert needed(steps) == [(1,), (2,), ()]
    with pytest.raises(InputError, match="wait for each other: a, b, c"):
        needed((*steps[:2], retune(remedy="c", needs=("a",))))
    with pytest.raises(InputError, match="lacks"):
        needed(steps[:1])
    with pytest.raises(InputError):
        needed((retune(remedy="a", needs=("a",)),))


@given(st.integers(0, 99), st.integers(0, 99))
def test_ids_of_actions_differ(a: int, b: int) -> None:
    assert (action_id("P-1", 0, a) == action_id("P-1", 0, b)) == (a == b)


WORDS = ("planned", "assigned", "started", "evidenced", "done", "cancelled", "escalated")


@given(st.lists(st.tuples(st.sampled_from(["A-1", "A-2", "A-9"]), st.sampled_from(WORDS)), max_size=12))
def test_any_events_make_a_life_and_those_of_one_action_change_no_other(events: list[tuple[str, str]]) -> None:
    whole, alone = told(*events), told(*(e for e in events if e[0] == "A-1"))
    assert whole.keys() <= PLANS.keys()
    assert ("A-1" in whole) == ("A-1" in alone)
    if "A-1" in whole:
        assert whole["A-1"].status == alone["A-1"].status
