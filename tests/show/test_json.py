"""Answers as plain data."""

from __future__ import annotations

import json as text
from decimal import Decimal

from zhizao.model.evaluation import Evaluation
from zhizao.model.finding import Finding
from zhizao.model.period import Period
from zhizao.model.receipt import Receipt
from zhizao.model.value import Coverage, Explanation, FactRef, Value
from zhizao.show import json

VALUE = Value("rd", "rd.computed", "computed", "plan", "computed", "real", "region:32", Period.parse("2020"), Decimal("1.0000"), "percent", "ok",
              Coverage(Decimal("0.50"), None), "abc", "2021-01-01T00:00:00+00:00")  # fmt: skip
MEASURE_KEYS = "indicator series basis scope kind origin entity period value unit status coverage definition known_at".split()


def test_measure_has_the_agreed_keys_in_their_order() -> None:
    (row,) = json.measure([VALUE])
    assert list(row) == MEASURE_KEYS


def test_measure_writes_exact_numbers_as_text_in_their_scale() -> None:
    (row,) = json.measure([VALUE])
    assert row["value"] == "1.0000" and row["coverage"] == {"count": "0.50", "weight": None}


def test_a_published_reading_stands_beside_values_in_the_same_shape(small: Evaluation) -> None:
    row = json.measure([small.readings["rd"][1]])[0]
    assert list(row) == MEASURE_KEYS and (row["value"], row["kind"], row["status"]) == ("1.45", "actual", "ok")


def test_evaluate_has_the_agreed_keys_and_one_row_a_target(small: Evaluation) -> None:
    rows = json.evaluate(json.scored(small), "en")
    assert [(r["indicator"], r["year"]) for r in rows] == [("rd", 2020), ("nc", 2025), ("energy", 2025)]
    assert all(tuple(r) == json.AGREED for r in rows)


def test_evaluate_gives_values_and_targets_as_numbers(small: Evaluation) -> None:
    first, _, last = json.evaluate(json.scored(small), "en")
    assert (first["value"], first["target"], first["value_period"]) == (1.54, 1.26, "2020")
    assert (last["target"], last["printed_target"], last["value"], last["sources"]) == (34, 3.4, None, [])


def test_reasons_come_in_the_language_asked_for(small: Evaluation) -> None:
    rows = json.scored(small)
    assert json.evaluate(rows, "zh")[0]["alternatives"][0] == {"series": "rd.nbs", "period": "2019", "value": 1.45, "why": "较早的读数"}
    assert json.evaluate(rows, "en")[0]["alternatives"][0]["why"] == "an earlier reading"


def test_every_answer_can_be_written_as_json(small: Evaluation) -> None:
    for answer in (json.scored(small), json.plan(small.plan_lines), json.findings(small.findings, "zh")):
        assert text.loads(text.dumps(answer)) == answer


def test_the_value_of_a_stand_in_is_turned_into_the_indicators_direction(small: Evaluation) -> None:
    from dataclasses import replace

    turned = replace(small.judgements[0], reading=replace(small.readings["rd"][2], value=Decimal("-18.8"), sign=-1))
    assert json.scored(replace(small, judgements=(turned,)))[0]["value"] == 18.8


def test_the_scorecard_follows_the_plans_numbers_whatever_the_order_of_judging(small: Evaluation) -> None:
    from dataclasses import replace

    assert json.scored(replace(small, judgements=small.judgements[::-1])) == json.scored(small)


def test_explain_counts_the_facts_it_does_not_list() -> None:
    whole = Explanation(VALUE, "sum(a)", (("sum a", "3"),), (), (FactRef("annual_return:1", "a.csv", "2"),), 1, "d1")
    assert list(json.explain(whole)) == ["value", "formula", "states", "children", "facts", "digest"]
    part = Explanation(VALUE, "sum(a)", (), (VALUE,), (FactRef("annual_return:1", "a.csv", "2"),), 500, "d1")
    assert json.explain(part)["facts_total"] == 500 and json.explain(part)["children"][0]["entity"] == "region:32"


def test_plan_nests_its_nodes(small: Evaluation) -> None:
    _, task = json.plan(small.plan_lines)
    assert (task["id"], task["served"], [c["served"] for c in task["children"]]) == ("task_1", "partly", ["partly", "no"])


def test_a_finding_says_where_and_how_to_mend(small: Evaluation) -> None:
    found: Finding = small.findings[0]
    row = json.findings([found], "zh")[0]
    assert (row["file"], row["line"], row["severity"]) == ("targets.csv", 10, "doubtful") and "3.4" in row["message"] and row["cure"]


def test_a_receipt_names_rounding_only_where_it_happened() -> None:
    assert json.receipt(Receipt(5, 3, 1, 1, rejects_file="r.csv")) == {
        "received": 5, "stored": 3, "duplicate": 1, "rejected": 1, "rejects_file": "r.csv",
    }  # fmt: skip
    assert json.receipt(Receipt(1, 1, 0, 0, rounded=1))["rounded"] == 1


def test_the_real_plan_gives_twenty_four_rows_in_pairs(real: Evaluation) -> None:
    rows = json.evaluate(json.scored(real), "en")
    assert len(rows) == 24 and [r["year"] for r in rows] == [2020, 2025] * 12
    assert all(r["sources"] and r["sources"][0]["publisher"] for r in rows if r["value"] is not None)
