"""What a policy allows: one condition at a time, each with what it allows and what it does not; and a file whose faults allow nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.act.test_never import LINE, POLICY, START
from tests.act.world import POLICY as WRITTEN
from zhizao.act.policy import Facts, Past, allowed
from zhizao.act.written import begin, read
from zhizao.model.action import Approval, Seen, Sending
from zhizao.model.policy import Allowed, Hours, Line, Policy
from zhizao.model.quantity import Quantity
from zhizao.model.text import same

SENDING = Sending("X-1", "A-1", "P-1", 0, "retune", "machine:M1", "press", "s=Speed", "speed", Decimal(110))
VOTES = tuple(Approval("P-1", who, START, "site:S1", "approved") for who in ("li", "wang"))
FACTS = Facts(
    START, frozenset({"machine:M1", "line:L1", "site:S1"}), VOTES, present={"speed": Seen(Decimal(100), START), "mode": Seen("AUTO", START)}
)  # fmt: skip


def reasons(facts: Facts = FACTS, line: Line = LINE, sending: Sending = SENDING) -> str:
    found = allowed(sending, replace(POLICY, lines=(line,)), facts)
    return "" if isinstance(found, Allowed) else "; ".join(reason.en for reason in found.reasons)


def test_what_meets_every_condition_is_allowed_by_its_line() -> None:
    assert allowed(SENDING, POLICY, FACTS) == Allowed("speed")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"is_stopped": True}, "emergency stop"),
        ({"undecided": ("X-2",)}, "nobody knows what became of X-2"),
        ({"waits_for": ("A-2",)}, "A-2 is to be done first"),
        ({"approvals": VOTES[:1]}, "needs 2 to agree"),
        ({"approvals": (*VOTES, replace(VOTES[0], what="withdrawn"))}, "1 did"),
        ({"approvals": (*VOTES, Approval("P-1", "zhao", START, "", "rejected"))}, "rejected by zhao"),
        ({"approvals": (*VOTES, Approval("P-1", "chef", START, "", "rejected"))}, ""),
        ({"approvals": tuple(replace(v, alternative=1) for v in VOTES)}, "0 did"),
        ({"approvals": tuple(replace(v, proposal="P-2") for v in VOTES)}, "0 did"),
        ({"proposer": "li"}, "1 did"),
        ({"above": frozenset({"machine:M1", "site:S9"})}, "no policy line covers"),
        ({"present": {"mode": Seen("AUTO", START)}}, "present speed is not known"),
        ({"present": {**FACTS.present, "speed": Seen(Decimal(94), START)}}, "more than the largest step"),
        ({"present": {**FACTS.present, "speed": Seen(Decimal(95), START)}}, ""),
        ({"present": {**FACTS.present, "mode": Seen("MDI", START)}}, "an interlock is not met"),
        ({"present": {"speed": Seen(Decimal(100), START)}}, 'interlock is not met, or what it needs is missing or stale: mode == "AUTO"'),
        ({"present": {**FACTS.present, "mode": Seen("AUTO", START - timedelta(seconds=61))}}, "stale"),
        ({"present": {**FACTS.present, "mode": Seen("AUTO", START - timedelta(seconds=60))}}, ""),
        ({"present": {**FACTS.present, "mode": Seen("AUTO", START + timedelta(seconds=61))}}, "stale"),
        ({"past": (Past("other", "machine:M1", START),) * 2}, "this machine has reached its rate"),
        ({"past": (Past("speed", "machine:M2", START),) * 3}, "this line has reached its rate"),
        ({"past": (Past("speed", "machine:M1", START - timedelta(hours=1)),) * 9}, ""),
        ({"past": (Past("speed", "machine:M1", START + timedelta(days=9)),) * 2}, "this machine has reached its rate"),
        ({"now": START + timedelta(days=30), "present": {n: replace(s, at=START + timedelta(days=30)) for n, s in FACTS.present.items()}}, "it expired on 2026-04-01"),
    ],
)
def test_each_condition_stands_for_itself(changed: dict[str, Any], why: str) -> None:
    found = reasons(replace(FACTS, **changed))
    assert (why in found) if why else found == ""


@pytest.mark.parametrize(("value", "why"), [("79.9", "outside [80, 120]"), ("120.1", "outside [80, 120]"), ("120", "largest step"), ("115", "")])
def test_a_value_is_held_in_its_range_and_step(value: str, why: str) -> None:
    found = reasons(sending=replace(SENDING, value=Decimal(value)))
    assert (why in found) if why else found == ""


def test_hours_are_those_of_the_plant() -> None:
    line = replace(LINE, hours=Hours(frozenset({0}), time(8), time(17), "Asia/Shanghai"))  # START is a Monday, 17:00 in Shanghai
    assert "2026-03-02 17:00 is outside its hours" in reasons(line=line)
    earlier = START - timedelta(seconds=1)
    assert reasons(replace(FACTS, now=earlier), line) == ""


def test_every_line_tells_why_it_does_not_allow_and_one_that_does_is_enough() -> None:
    other = replace(LINE, id="other", low=Decimal(0), high=Decimal(90))
    found = allowed(SENDING, replace(POLICY, lines=(other, replace(LINE, expires=START))), FACTS)
    assert not isinstance(found, Allowed) and [r.en.split(":")[0] for r in found.reasons] == ["other", "speed"]
    assert allowed(SENDING, replace(POLICY, lines=(other, LINE)), FACTS) == Allowed("speed")


def test_no_line_is_about_what_it_does_not_name() -> None:
    for line in (replace(LINE, sinks=frozenset({"other"})), replace(LINE, remedies=frozenset({"other"})), replace(LINE, quantities=frozenset({"other"})),
                 replace(LINE, quantities=frozenset())):  # fmt: skip
        assert "no policy line covers speed of machine:M1" in reasons(line=line)


QUANTITIES = {q.id: q for q in (Quantity("press_speed", same("v"), "1/min", "0.1"), Quantity("press_mode", same("m"), "", behaviour="mode"))}


def written(folder: Path, text: str) -> tuple[Policy, list[str]]:
    (folder / "policy.yaml").write_text(text, "utf-8")
    found = read(folder, QUANTITIES)
    return found.policy, [f.line("en").removeprefix(f"{folder}/") for f in found.findings]


def test_a_policy_is_read_as_it_is_written(tmp_path: Path) -> None:
    text = WRITTEN.replace("two_persons: true", """two_persons: true
    interlocks: ['press_mode == "AUTOMATIC"', "press_speed < 130"]
    fresh: 5 min
    hours: {days: [mon, fri], from: "22:00", to: "24:00", zone: Asia/Shanghai}
    expires: 2027-01-01""")  # fmt: skip
    policy, findings = written(tmp_path, text)
    line = policy.lines[0]
    assert findings == []
    assert (line.low, line.high, line.largest_step, line.fresh) == (80, 120, 15, timedelta(minutes=5))
    assert line.per_machine is not None and (line.per_machine.times, line.per_machine.span) == (2, timedelta(hours=1))
    assert [lock.written for lock in line.interlocks] == ['press_mode == "AUTOMATIC"', "press_speed < 130"]
    assert line.hours == Hours(frozenset({0, 4}), time(22), time.max, "Asia/Shanghai") and line.expires == datetime(2027, 1, 1, tzinfo=UTC)
    assert policy.persons["li"].superior == "zhang" and policy.persons["li"].of == {"site:S1"}


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("range: [80, 120]", "range: [120, 80]", "low end is above"),
        ("range: [80, 120]", "range: 80", "policy.yaml:11: blocking shape"),
        ("    range: [80, 120]\n", "", "needs a range"),
        ("unit: 1/min", "unit: kW", "press_speed is in 1/min"),
        ("unit: 1/min", "unit: 1/s", "press_speed is in 1/min"),
        ("press_speed", "press_sped", "write press_speed"),
        ("largest_step: 15", "largest_step: 0", "above 0"),
        ("2 per 1 h", "twice an hour", "is no rate"),
        ("two_persons: true", "two_person: true", "write two_persons"),
        ("two_persons: true", 'interlocks: ["press_mode =="]', "policy.yaml:15"),
        ("two_persons: true", 'interlocks: ["pres_mode == 1"]', "write press_mode"),
        ("two_persons: true", "fresh: soon", "no length of time"),
        ("two_persons: true", "hours: {from: '25:00', zone: UTC}", "these are no hours"),
        ("two_persons: true", "hours: {zone: Mars/Base}", "these are no hours"),
        ("two_persons: true", "expires: someday", "is no date"),
        ('of: ["site:S1"]\n    quantities', "of: [S1]\n    quantities", "S1 is no id of an entity"),
        ("- id: training", "- id: press", "press is there twice"),
        ("- id: press", "- id: Press!", "blocking shape"),
    ],
)
def test_a_line_with_a_fault_is_told_with_its_place_and_allows_nothing(tmp_path: Path, right: str, wrong: str, told: str) -> None:
    assert right in WRITTEN
    policy, findings = written(tmp_path, WRITTEN.replace(right, wrong))
    assert any(told in line for line in findings), findings
    assert "press" not in {line.id for line in policy.lines}


def test_names_that_lead_nowhere_are_doubtful(tmp_path: Path) -> None:
    _, findings = written(tmp_path, WRITTEN.replace("superior: zhang", "superior: zhan").replace("approved_by: [engineer]", "approved_by: [enginer]", 1))
    assert [f.split(": ", 1)[1] for f in findings] == [
        "doubtful policy: nobody has the role enginer. write engineer", "doubtful policy: no person is named zhan. write zhang",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "- a\n", "lines: {", "persons: 5", "\x00", "&a [*a]"])
def test_what_is_no_policy_allows_nothing_and_stops_nobody(tmp_path: Path, text: str) -> None:
    policy, _ = written(tmp_path, text)
    assert policy.lines == ()


def test_a_new_home_has_a_policy_that_allows_nothing_and_has_no_fault(tmp_path: Path) -> None:
    assert read(tmp_path, QUANTITIES) == read(tmp_path / "nowhere", {})
    assert begin(tmp_path) and not begin(tmp_path)
    found = read(tmp_path, QUANTITIES)
    assert (found.policy.lines, found.findings) == ((), ())
    text = (tmp_path / "policy.yaml").read_text("utf-8")
    uncommented = text.replace("persons: {}\n", "persons:\n").replace("lines: []\n", "lines:\n").replace("\n#  ", "\n  ")
    policy, findings = written(tmp_path, uncommented)
    assert findings == [] and [line.id for line in policy.lines] == ["press_speed"]


