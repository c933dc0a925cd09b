"""Effects from facts: what an action did to a figure, proven from the reports of the same machines."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from zhizao.cli.main import run
from zhizao.node.assemble import open_node
from zhizao.store.ledger import tell, told

DAY = datetime(2026, 8, 1, tzinfo=UTC)
BEGAN = DAY + timedelta(days=30, hours=2)
MACHINES, DAYS = 14, 40
SCRAP = "reported_scrap_ratio"
EFFECT = -2.0
"""Percentage points by which the scrap of M0 fell when its setting was changed."""


def reports() -> str:
    """Daily reports: each machine its own scrap, a common course, and the effect on M0 (and, later, on M2)."""
    lot = np.random.default_rng(1)
    common, lines = lot.normal(0, 0.004, DAYS), ["machine,started_at,ended_at,produced,scrap"]
    for m in range(MACHINES):
        level = 0.06 + lot.normal(0, 0.008)
        for t in range(DAYS):
            share = level + common[t] + lot.normal(0, 0.003) + (EFFECT / 100 if (m == 0 and t > 30) or (m == 2 and t > 33) else 0)
            begun = DAY + timedelta(days=t, hours=8)
            lines.append(f"machine:M{m},{begun.isoformat()},{(begun + timedelta(hours=8)).isoformat()},{1000 + 100 * m},{round((1000 + 100 * m) * max(share, 0.001))}")
    return "\n".join(lines) + "\n"


def places() -> str:
    lines = ["entity,relation,parent,valid_from,valid_to"]
    for m in range(MACHINES):
        lines += [f"machine:M{m},part_of,enterprise:E{m},,", f"enterprise:E{m},located_in,region:32,,", f"enterprise:E{m},classified_as,sector:C35,,"]
    return "\n".join(lines) + "\n"


def settings() -> str:
    return "\n".join([
        "entity,quantity,time,value,text,quality,source",
        f"machine:M0,power,{(BEGAN - timedelta(hours=5)).isoformat()},3.5,,good,plc",
        f"machine:M0,power,{(BEGAN + timedelta(seconds=9)).isoformat()},4.25,,good,plc",
        f"machine:M2,power,{(BEGAN + timedelta(days=4)).isoformat()},3.5,,good,plc",
    ]) + "\n"  # fmt: skip


def planned(action: str, machine: int, proposal: str = "P-00000001", **more: object) -> dict[str, object]:
    body = {
        "entity": f"machine:M{machine}", "indicator": SCRAP, "expected": {"mean": "-2.0", "sd": "0.5"}, "title": {"zh": "调整", "en": "Retune"},
        "writes": [{"machine": f"machine:M{machine}", "quantity": "power", "value": "4.25"}], **more,
    }  # fmt: skip
    return {"action": action, "what": "planned", "at": BEGAN - timedelta(days=2), "entity": f"machine:M{machine}", "proposal": proposal, "body": json.dumps(body)}


def happened(record: str, action: str, what: str, at: datetime, machine: int) -> dict[str, object]:
    row = {"action": action, "what": what, "at": at, "entity": f"machine:M{machine}"}
    return row | ({"write": f"X-{action}", "value": "4.25"} if record == "write_event" else {})


@pytest.fixture(scope="module")
def home(ready_home, tmp_path_factory):
    """Fourteen machines over forty days: M0 was written to, M2 was started later, M3 is only planned, M4 was cancelled."""
    folder = tmp_path_factory.mktemp("effects")
    shutil.copytree(ready_home, folder / "h")
    for name, content in (("unit_report", reports()), ("membership", places()), ("observation", settings())):
        (folder / f"{name}.csv").write_text(content, "utf-8")
        assert run(["--home", str(folder / "h"), "--quiet", "import", name, str(folder / f"{name}.csv")]) == 0
    node = open_node(folder / "h")
    tell(node.store, node.library.records["action_event"], [
        planned("A-11112222", 0), planned("A-33334444", 2), planned("A-35556666", 3, "P-00000002"), planned("A-77778888", 4, "P-00000003"),
        happened("action_event", "A-33334444", "started", DAY + timedelta(days=34), 2),
        happened("action_event", "A-77778888", "cancelled", BEGAN, 4),
    ], "test")  # fmt: skip
    tell(node.store, node.library.records["write_event"], [
        happened("write_event", "A-11112222", "intended", BEGAN - timedelta(seconds=1), 0), happened("write_event", "A-11112222", "confirmed", BEGAN, 0),
    ], "test")  # fmt: skip
    return folder / "h"


@pytest.fixture
def effect(zhizao, home):
    """Ask for an effect in that home."""
    return lambda *line: zhizao("--home", home, "effect", *line, "--json")


@pytest.fixture(scope="module")
def first(home):
    """The effect on M0, asked for once."""
    from zhizao.node.loop.effect import Asked
    from zhizao.node.loop.effect import effect as find
    from zhizao.show.effects import data

    return json.loads(json.dumps(data(find(open_node(home), Asked("A-1")))))


def test_the_effect_is_found_with_an_interval_that_holds_the_truth(first):
    found = first
    own = next(e for e in found["estimates"] if e["method"] == found["method"])
    assert (found["verdict"], found["method"], found["began"]) == ("moved", "difference_in_differences", BEGAN.isoformat())
    assert own["low"] < EFFECT < own["high"] < 0
    assert {e["method"] for e in found["estimates"]} >= {"difference_in_differences", "permutation", "synthetic_control", "before_after"}


def test_units_that_an_action_touched_are_never_compared_with(first):
    assert not {"machine:M0", "machine:M2"} & set(first["comparison"])
    assert len(first["comparison"]) == MACHINES - 2


def test_the_setting_is_seen_to_move_in_the_machines_own_signal(first):
    assert first["settings"] == [
        {"machine": "machine:M0", "quantity": "power", "wanted": "4.25", "before": 3.5, "since": 4.25, "state": "confirmed", "at": (BEGAN + timedelta(seconds=9)).isoformat()}
    ]


def test_a_setting_that_the_signal_contradicts_is_told(effect):
    found = effect("A-333").data
    assert found["settings"][0]["state"] == "differs"
    assert "setting_differs" in found["doubts"]


def test_effects_and_rest_add_up_to_the_change_of_the_whole(first):
    account = first["reconciliation"]
    amounts = [Decimal(s["amount"]) for s in account["shares"]]
    assert account["entity"] == "nation:CN"
    assert sum(amounts) + Decimal(account["rest"]) == Decimal(account["change"]) == Decimal(account["after"]) - Decimal(account["before"])
    assert {a for s in account["shares"] for a in s["actions"]} == {"A-11112222", "A-33334444"}
    assert amounts[0] == pytest.approx(Decimal(EFFECT) * 1000 / sum(1000 + 100 * m for m in range(MACHINES)), rel=Decimal("0.2"))


def test_a_proposal_stands_for_its_actions_although_they_began_at_different_times(effect):
    found = effect("P-00000001").data
    own = next(e for e in found["estimates"] if e["method"] == found["method"])
    assert found["entities"] == ["machine:M0", "machine:M2"]
    assert own["low"] < EFFECT < own["high"]
    assert len(found["reconciliation"]["shares"]) == 1


def test_an_action_on_what_holds_the_unit_is_told_and_counted_once(home, tmp_path):
    from zhizao.node.loop.effect import Asked
    from zhizao.node.loop.effect import effect as find

    shutil.copytree(home, tmp_path / "h")
    node = open_node(tmp_path / "h")
    whole = planned("A-99990000", 0, "P-00000009") | {"entity": "enterprise:E0"}
    tell(node.store, node.library.records["action_event"], [whole, {"action": "A-99990000", "what": "started", "at": BEGAN, "entity": "enterprise:E0"}], "test")
    found = find(node, Asked("A-1"))
    assert "shared" in found.doubts
    assert found.reconciliation is not None
    assert [s.actions for s in found.reconciliation.shares if "A-11112222" in s.actions] == [("A-11112222", "A-99990000")]


def test_what_could_be_told_is_stated_before_and_the_verdict_is_held_to_it(effect, home):
    ahead = effect("A-355", "--plan", "--periods", "9").data
    assert (ahead["periods_after"], ahead["method"]) == (9, "difference_in_differences")
    assert 0 < ahead["detectable"] < 1
    node = open_node(home)
    tell(node.store, node.library.records["action_event"], [happened("action_event", "A-35556666", "started", DAY + timedelta(days=31), 3)], "test")
    later = effect("A-355").data
    assert later["worth_from"] == "advance"
    assert later["worth"] == pytest.approx(ahead["detectable"], abs=1e-6)
    assert later["verdict"] in ("no_effect", "cannot_tell")
    assert effect("A-355", "--plan").code == 1


def test_effects_are_stored(first, home):
    node = open_node(home)
    with node.store.session() as session:
        row = [r for r in told(session, node.library.records["effect_estimate"]) if r["action"] == "A-11112222"][-1]
    assert (row["verdict"], row["method"], row["entity"]) == ("moved", "difference_in_differences", "machine:M0")
    assert row["low"] < row["estimate"] < row["high"]
    assert set(json.loads(row["body"])["beside"]) >= {"permutation", "synthetic_control"}


@pytest.mark.parametrize(
    ("line", "code"), [(("A-9",), 2), (("A",), 2), (("A-7",), 2), (("A-1", "--method", "magic"), 2), (("A-1", "--by", "moon"), 2), (("A-1", "--period", "2026-08-01..2026-08-09"), 1)]
)
def test_what_cannot_be_answered_is_told_in_one_line_of_either_language(zhizao, home, line, code):
    for lang in ("zh", "en"):
        done = zhizao("--home", home, "effect", *line, "--lang", lang)
        assert (done.code, done.err.count("\n")) == (code, 1)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_says_verdict_interval_and_account(zhizao, home, lang, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    done = zhizao("--home", home, "effect", "A-1", "--lang", lang, "--svg", tmp_path / "e.svg")
    for word in {"zh": ("有效", "双重差分", "措施合计", "信号证实"), "en": ("moved", "difference in differences", "all actions", "confirmed by the signal")}[lang]:
        assert word in done.out
    drawn = (tmp_path / "e.svg").read_text("utf-8")
    assert drawn.startswith("<svg") and drawn.count("<polyline") >= 2 and "polygon" in drawn
