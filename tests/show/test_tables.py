"""Answers in the terminal."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest
from rich.console import Console, RenderableType

from zhizao.model.evaluation import Evaluation
from zhizao.model.period import Period
from zhizao.model.receipt import Receipt
from zhizao.model.series import Reading
from zhizao.model.text import Lang, Text
from zhizao.model.value import Coverage, Explanation, FactRef, Value
from zhizao.show import tables

VALUE = Value("rd", "rd.computed", "computed", "plan", "computed", "real", "region:32", Period.parse("2020"), Decimal("1.2500"), "percent", "ok",
              Coverage(Decimal("0.5")), "abc", "2021-01-01T00:00:00+00:00")  # fmt: skip


def drawn(what: RenderableType) -> str:
    """What a person reads, without colour."""
    out = io.StringIO()
    Console(file=out, width=120).print(what)
    return out.getvalue()


@pytest.mark.parametrize(("lang", "words"), [("zh", "覆盖率"), ("en", "coverage")])
def test_values_show_figure_unit_and_coverage(lang: Lang, words: str) -> None:
    text = drawn(tables.values([VALUE], lang))
    assert "1.2500" in text and "50.0 %" in text and "region:32" in text and words in text


def test_a_missing_value_says_why_and_a_doubtful_one_says_so() -> None:
    assert "suppressed" in drawn(tables.values([replace(VALUE, value=None, status="suppressed")], "en"))
    assert "Simpson" in drawn(tables.values([replace(VALUE, warnings=("simpson",))], "en"))


def test_published_readings_are_listed_beside_values(small: Evaluation) -> None:
    text = drawn(tables.values([VALUE, small.readings["rd"][3]], "en"))
    assert "rd.computed" in text and "≥ 1.6" in text


def test_an_explanation_goes_down_to_the_facts_and_counts_the_rest() -> None:
    fact = FactRef("annual_return:7", "returns.csv", "8", (("revenue", "10"),))
    text = drawn(tables.explanation(Explanation(VALUE, "sum(a) / sum([b])", (("sum(a)", "5"),), (VALUE,), (fact,), 40, "d1"), "en"))
    for expected in ("sum(a) / sum([b])", "sum(a) = 5", "annual_return:7", "returns.csv", "revenue=10", "39 more", "d1"):
        assert expected in text


def test_the_readings_of_an_explanation_show_their_bounds() -> None:
    reading = Reading("rd", "rd.miit", "plan", "nation:CN", Period.parse("2024"), Decimal("1.6"), "percent", "actual", True, "lower", "medium", note="said [so]")
    other = replace(reading, series="rd.other", value=Decimal(2), bound="upper", note="")
    text = drawn(tables.explanation(Explanation(reading, "", (), (), (), 0, "d1", (other,)), "en"))
    for expected in ("≥ 1.6", "confidence: medium", "said [so]", "≤ 2", "rd.other", "other readings"):
        assert expected in text
    assert "parts (" not in text


def test_the_plan_tells_what_is_served_and_counts_systems(small: Evaluation) -> None:
    text = drawn(tables.plan(small.plan_lines, "en"))
    assert "◐" in text and "Raise innovation" in text and "2 systems" in text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_findings_end_with_how_many_there_are(small: Evaluation, lang: Lang) -> None:
    text = drawn(tables.findings(small.findings, lang))
    assert "targets.csv:10" in text and ("存疑 1" if lang == "zh" else "doubtful 1") in text
    assert ("没有问题" if lang == "zh" else "no findings") in drawn(tables.findings([], lang))


def test_a_receipt_reads_as_a_balance() -> None:
    assert "received 5 = stored 3 + duplicate 1 + rejected 1" in drawn(tables.receipt(Receipt(5, 3, 1, 1), "en"))
    assert "收到 5 = 入库 3 + 重复 1 + 被拒 1" in drawn(tables.receipt(Receipt(5, 3, 1, 1), "zh"))


@dataclass(frozen=True)
class Case:
    indicator: str
    case: str
    passed: bool
    message: Text | None = None


def test_failed_cases_come_with_their_reason_and_a_count() -> None:
    results = [Case("rd", "one", True), Case("rd", "two", False, Text("应为 1", "expected 1"))]
    text = drawn(tables.tests(results, "en"))
    assert "rd: two" in text and "expected 1" in text and "1 passed, 1 failed" in text
