"""approve, actions, act and stop-all as a person meets them: exit codes, both languages, one action in three views."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.act.world import Press, propose, retune
from tests.cli.conftest import Done, Zhizao, zhizao  # noqa: F401 (a fixture)
from zhizao.node.assemble import Node


@pytest.fixture
def press(monkeypatch: pytest.MonkeyPatch) -> Press:
    """The press behind every sink."""
    made = Press()
    monkeypatch.setattr("zhizao.act.registry.sink", made)
    monkeypatch.setattr("zhizao.node.loop.act.act.__kwdefaults__", {"send": False, "making": made, "clock": __import__("zhizao.node.assemble").node.assemble.now})
    return made


@pytest.fixture
def run(zhizao: Zhizao, node: Node):  # noqa: F811
    """A line on the home."""
    return lambda *line: zhizao("--home", node.home, *line)


def agreed(run) -> str:
    assert run("approve", "P-0", "--as", "li").code == 0
    return run("approve", "P-0", "--as", "wang", "--json").data["actions"][0]


def test_an_approval_says_what_is_missing_and_then_what_it_became(run) -> None:
    first = run("approve", "P-0", "--as", "li")
    assert (first.code, first.out) == (0, "still missing: needs 2 to agree (engineer), 1 did; may be approved by li, wang\n")
    chinese = run("--lang", "zh", "approve", "P-0", "--as", "wang")
    assert chinese.out.startswith("已成为措施：A-") and "zhizao act" in chinese.out


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        (("approve", "P-9", "--as", "li"), 2, "no proposal is named P-9"),
        (("approve", "P-0", "--as", "lee"), 2, "no person is named lee"),
        (("approve", "P-0", "--as", "far"), 1, "may not decide on anything"),
        (("approve", "P-0", "--as", "li", "--alternative", "3"), 2, "no alternative 3"),
        (("approve", "P-0", "--as", "li", "--reject", "--withdraw"), 2, "exclude each other"),
        (("act", "--send", "--dry-run"), 2, "exclude each other"),
        (("act", "--release", "X-1"), 2, "--as PERSON"),
        (("actions", "--start", "A-1"), 2, "--as PERSON"),
        (("stop-all", "--release"), 2, "--as PERSON"),
        (("stop-all", "--release", "--as", "li"), 1, "no emergency stop"),
    ],
)
def test_wrong_input_is_one_line(run, line, code, said) -> None:
    done = run(*line)
    assert (done.code, done.out) == (code, "")
    assert said in done.err and done.err.count("\n") == 1


def test_an_ambiguous_beginning_lists_the_candidates(run, node: Node) -> None:
    propose(node, (retune(),), id_="P-00000002")
    done = run("approve", "P-0", "--as", "li")
    assert done.code == 2 and "P-00000001, P-00000002" in done.err


def test_one_action_in_three_views_and_to_its_end(run, press: Press, tmp_path: Path) -> None:
    action = agreed(run)
    rehearsed = run("act")
    assert rehearsed.code == 0 and "would be sent; add --send" in rehearsed.out and press.arrived == []
    sent = run("act", "--send", "--json")
    assert (sent.code, [row["fate"] for row in sent.data]) == (0, ["confirmed"])
    table, board, calendar = (run("actions", *view).out for view in ((), ("--board",), ("--calendar",)))
    assert all(action in view and "under way" in view for view in (table, board, calendar))
    assert "press_speed = 110" in table and "█" in calendar and "under way (1)" in board
    assert [row["action"] for row in run("actions", "--of", "site:S1", "--owner", "li", "--status", "started", "--json").data] == [action]
    assert run("actions", "--owner", "wang", "--json").data == []
    report = tmp_path / "report.txt"
    report.write_text("it runs", "utf-8")
    assert run("actions", "--evidence", action, report, "--as", "li").code == 0
    assert run("actions", "--assign", action, "wang", "--as", "li").code == 0
    done = run("actions", "--done", action, "--as", "wang", "--json")
    assert [(row["status"], row["owner"]) for row in done.data] == [("done", "wang")]
    assert "report.txt sha256:" in done.data[0]["evidence"][0]
    assert run("actions", "--start", action, "--as", "wang").code == 1
    assert run("--lang", "zh", "actions").out.splitlines()[0].split() == ["措施", "对象", "内容", "负责人", "期限", "状态"]


def test_a_stop_is_kept_and_lifted_by_two(run, press: Press) -> None:
    agreed(run)
    halted = run("stop-all", "--as", "li", "--note", "smoke", "--json")
    assert (halted.code, halted.data["stopped"]) == (0, True)
    refused = run("act", "--send", "--json")
    assert refused.code == 1 and "已紧急停止\nan emergency stop is in force" == refused.data[0]["note"] and press.arrived == []
    assert run("stop-all", "--release", "--as", "li", "--json").data["stopped"] is True
    assert run("stop-all", "--release", "--as", "wang", "--json").data["stopped"] is False
    assert run("act", "--send").code == 0 and len(press.arrived) == 1
    kept = [json.loads(line) for line in run("export", "stop_event", "--format", "jsonl").out.splitlines()]
    assert [(row["what"], row["by"]) for row in kept] == [("raised", "li"), ("release_asked", "li"), ("released", "wang")]
    reasons = [json.loads(line) for line in run("export", "write_event", "--format", "jsonl").out.splitlines()]
    assert [row["what"] for row in reasons] == ["refused", "intended", "sent", "confirmed"] and "emergency stop" in reasons[0]["note"]


def test_lint_tells_of_the_policy(run, node: Node) -> None:
    assert "policy" not in run("lint").out
    file = node.home / "policy.yaml"
    file.write_text(file.read_text("utf-8").replace("range: [80, 120]", "range: [120, 80]"), "utf-8")
    done: Done = run("lint")
    assert done.code == 1 and "policy.yaml" in done.out
    told = run("approve", "P-0", "--as", "li")
    assert told.code == 1 and "policy.yaml:11" in told.err, "a line with a fault allows nothing, and its owner is told"
