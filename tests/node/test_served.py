"""Served means: all that is listed is loaded and works now."""

from __future__ import annotations

import pytest

from zhizao.model.library import Library
from zhizao.model.plan import PlanNode
from zhizao.model.text import Text
from zhizao.node.served import Proof, _line

NAME = Text("甲", "a")
PROOF = Proof(Library({}, {}, {}, {}, {}, (), (), ()), frozenset({"nc_rate"}), frozenset({"store"}), frozenset({"evaluate"}))


def system(serves=(), whole=False, **more):
    return PlanNode("S1", "system", "一", NAME, serves=tuple(serves), whole=whole, **more)


@pytest.mark.parametrize(
    ("node", "served"),
    [
        (system(), "no"),
        (system(["command:evaluate"]), "partly"),
        (system(["command:evaluate"], whole=True), "yes"),
        (system(["command:evaluate", "command:decide"], whole=True), "partly"),
        (system(["command:decide"], whole=True), "no"),
        (system(["indicator:rd_intensity"], whole=True), "no"),
        (system(["indicator:nc_rate", "conformance:store"], whole=True), "yes"),
        (system(["spell:magic"], whole=True), "no"),
    ],
)
def test_a_system_is_served_when_all_it_asks_for_works(node, served):
    assert _line(node, PROOF).served == served


def test_a_task_is_as_far_as_what_is_below_it():
    done, open_ = system(["command:evaluate"], whole=True), system()
    assert _line(PlanNode("t", "task", "一", NAME, ("nc_rate",), children=(done,)), PROOF).served == "yes"
    assert _line(PlanNode("t", "task", "一", NAME, ("nc_rate",), children=(done, open_)), PROOF).served == "partly"
    assert _line(PlanNode("t", "task", "一", NAME, children=(open_,)), PROOF).served == "no"


def test_the_evidence_names_every_listed_thing():
    assert _line(system(["command:evaluate", "command:decide"]), PROOF).evidence == ("command:evaluate: ok", "command:decide: missing")
