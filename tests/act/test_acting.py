"""From a proposal to a machine: nothing leaves but what the policy allows, once, and what arrived is read back."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.act.world import START, Clock, Press, propose, retune
from zhizao.act.sinks.drop import Drop
from zhizao.errors import InputError, NoAnswer, UnknownName
from zhizao.node.assemble import Node
from zhizao.node.loop import acted, stop
from zhizao.node.loop.act import act, release
from zhizao.node.loop.approve import Word, approve
from zhizao.store.ledger import tell


def agreed(node: Node, *persons: str) -> list[str]:
    """The reasons that are left after persons agreed, one after the other."""
    done = [approve(node, Word("P-0", person), START) for person in persons]
    return [text.en for text in done[-1].missing]


def sent(node: Node, press: Press, clock: Clock, *, send: bool = True) -> list[tuple[str, str]]:
    return [(o.event.what, o.event.note) for o in act(node, send=send, making=press, clock=clock)]


def test_nothing_is_an_action_before_the_policy_s_approvals_are_complete(node: Node) -> None:
    assert agreed(node, "li") == ["needs 2 to agree (engineer), 1 did; may be approved by li, wang"]
    assert sent(node, Press(), Clock()) == []
    assert agreed(node, "wang") == []


def test_what_is_agreed_to_is_sent_once_and_read_back(node: Node) -> None:
    agreed(node, "li", "wang")
    press, clock = Press(), Clock()
    assert [what for what, _ in sent(node, press, clock, send=False)] == ["rehearsed"]
    assert press.arrived == []
    assert [what for what, _ in sent(node, press, clock)] == ["confirmed"]
    assert sent(node, press, clock) == []
    assert len(press.arrived) == 1
    with node.store.session() as session:
        assert [e.what for e in acted.writes(node.library, session)] == ["rehearsed", "intended", "sent", "confirmed"]
        assert [a.status for a in acted.actions(node.library, session).values()] == ["started"]


def test_a_second_word_of_one_person_is_one_word(node: Node) -> None:
    assert agreed(node, "li", "li") != []


def test_nobody_decides_on_what_is_not_theirs(node: Node) -> None:
    with pytest.raises(NoAnswer):
        approve(node, Word("P-0", "far"), START)
    with pytest.raises(UnknownName):
        approve(node, Word("P-0", "nobody"), START)
    with pytest.raises(InputError):
        approve(node, Word("P-0", "li", alternative=1), START)


def test_a_consent_taken_back_stops_what_was_agreed(node: Node) -> None:
    agreed(node, "li", "wang")
    approve(node, Word("P-0", "wang", "withdrawn"), START)
    (what, why), = sent(node, press := Press(), Clock())
    assert what == "refused" and "needs 2 to agree" in why and press.arrived == []
    approve(node, Word("P-0", "wang", "rejected"), START)
    assert "rejected by wang" in sent(node, press, Clock())[0][1]


def test_a_lost_answer_never_repeats_a_write_and_is_settled_by_looking(node: Node) -> None:
    agreed(node, "li", "wang")
    press, clock = Press(mood="silent"), Clock()
    assert [what for what, _ in sent(node, press, clock)] == ["unknown"]
    assert [what for what, _ in sent(node, press, clock)] == ["unknown"]
    press.mood = ""
    assert [what for what, _ in sent(node, press, clock)] == ["confirmed"]
    assert len(press.arrived) == 1


def test_whoever_dies_while_sending_leaves_what_only_looking_settles(node: Node) -> None:
    agreed(node, "li", "wang")
    press, clock = Press(mood="dies"), Clock()
    with pytest.raises(KeyboardInterrupt):
        act(node, send=True, making=press, clock=clock)
    press.mood = "unreachable"
    assert [what for what, _ in sent(node, press, clock)] == ["unknown"]
    press.mood = ""
    assert [what for what, _ in sent(node, press, clock)] == ["confirmed"]
    assert len(press.arrived) == 1


def test_a_machine_that_did_something_else_is_told_and_left_alone(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zhizao.node.loop.surroundings.LOOKS", 1)
    agreed(node, "li", "wang")
    press, clock = Press(mood="ignores"), Clock()
    assert [what for what, _ in sent(node, press, clock)] == ["differs"]
    assert sent(node, press, clock) == []


def test_what_certainly_did_not_arrive_is_tried_again_within_its_rate(node: Node) -> None:
    agreed(node, "li", "wang")
    press, clock = Press(mood="refuses"), Clock()
    assert [sent(node, press, clock)[0][0] for _ in range(3)] == ["failed", "failed", "refused"]
    clock.go(hours=2)
    press.mood = ""
    assert [what for what, _ in sent(node, press, clock)] == ["confirmed"]


def test_a_write_nobody_knows_of_blocks_its_address_until_a_person_releases_it(node: Node) -> None:
    agreed(node, "li", "wang")
    press, clock = Press(mood="silent"), Clock()
    sent(node, press, clock)
    propose(node, (retune("105"),), id_="P-10000000")
    for person in ("li", "wang"):
        approve(node, Word("P-1", person), START)
    press.reads_back = False
    assert sorted(what for what, _ in sent(node, press, clock)) == ["refused", "unknown"]
    with node.store.session() as session:
        lost = next(e.write for e in acted.writes(node.library, session) if e.what == "unknown")
    released = release(node, lost[:6], "li", "the panel shows the old speed", clock())
    assert released.what == "released"
    press.mood, press.reads_back = "", True
    clock.go(minutes=1)
    assert [what for what, _ in sent(node, press, clock)] == ["confirmed"]
    assert [one.value for one in press.arrived] == [110, 105]


def test_after_a_stop_nothing_leaves_until_two_persons_lift_it(node: Node) -> None:
    agreed(node, "li", "wang")
    _, under_way = stop.halt(node.home, START, "li", "smoke")
    assert not under_way
    press, clock = Press(), Clock()
    (what, why), = sent(node, press, clock)
    assert what == "refused" and "an emergency stop is in force" in why
    policy = acted_policy(node)
    assert stop.lift(node.home, policy, "li")[1] is False
    with pytest.raises(NoAnswer):
        stop.lift(node.home, policy, "li")
    assert sent(node, press, clock)[0][0] == "refused"
    stop.halt(node.home, START)
    assert stop.lift(node.home, policy, "wang")[1] is False, "a stop anew takes back every agreement"
    assert stop.lift(node.home, policy, "zhang")[1] is True
    assert sent(node, press, clock)[0][0] == "confirmed"


def acted_policy(node: Node):
    from zhizao.act import written

    return written.read(node.home, node.library.quantities).policy


def test_an_action_is_told_to_others_by_a_line_of_its_own(node: Node, tmp_path: Path) -> None:
    (share := tmp_path / "share").mkdir()
    (node.home / "sinks").mkdir()
    (node.home / "sinks" / "share.yaml").write_text(f"url: drop://{share}\n", "utf-8")
    with (node.home / "policy.yaml").open("a", encoding="utf-8") as policy:
        policy.write('  - {id: tell, approved_by: [engineer], of: ["site:S1"], remedies: [train], sinks: [share], rate: {line: 5 per 1 d}}\n')
    propose(node, (retune(remedy="train", writes=(), needs=()),), id_="P-20000000")
    assert approve(node, Word("P-2", "li"), START).missing == ()
    [told] = act(node, send=True, making=Drop, clock=Clock())
    assert (told.event.what, told.event.line, told.sending.sink) == ("confirmed", "tell", "share")
    [file] = share.iterdir()
    assert json.loads(file.read_text("utf-8"))["planned"]["remedy"] == "train"
    assert act(node, send=True, making=Drop, clock=Clock()) == []


def test_an_interlock_is_what_the_machine_last_said(node: Node) -> None:
    file = node.home / "policy.yaml"
    file.write_text(file.read_text("utf-8").replace("two_persons: true", "two_persons: true\n    interlocks: ['press_mode == \"AUTO\"']"), "utf-8")
    agreed(node, "li", "wang")
    press, clock = Press(), Clock()
    said = [("AUTO", -300, "good"), ("MDI", -30, "good"), ("AUTO", -20, "bad"), ("AUTO", -10, "good")]
    for text, seconds, quality in said:
        assert sent(node, press, clock)[0][0] == "refused"
        row = {"entity": "machine:M1", "quantity": "press_mode", "time": START + timedelta(seconds=seconds), "text": text, "quality": quality, "source": "press"}
        tell(node.store, node.library.records["observation"], [row], "test")
    assert sent(node, press, clock)[0][0] == "confirmed"


def test_a_proposal_without_actions_is_agreed_to_by_a_line_about_its_problem(node: Node) -> None:
    propose(node, (), id_="P-40000000")
    with pytest.raises(NoAnswer):
        approve(node, Word("P-4", "li"), START)
    with (node.home / "policy.yaml").open("a", encoding="utf-8") as policy:
        policy.write('  - {id: targets, approved_by: [director], of: ["site:S1"], remedies: [press]}\n')
    done = approve(node, Word("P-4", "zhang"), START)
    assert (done.actions, done.missing) == ((), ())
