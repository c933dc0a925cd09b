"""What a verdict rests on is told beside it."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal

import pytest
from rich.console import Console

from zhizao.model.evaluation import Evaluation
from zhizao.model.text import Lang
from zhizao.model.verdict import Judgement, Outlook
from zhizao.show import json
from zhizao.show.ground import differs, early, remarks, unsure
from zhizao.show.report import html
from zhizao.show.scorecard import scorecard

from .conftest import reading, target


def of(small: Evaluation, period: str = "2025", verdict: str = "met", confidence: str = "high") -> Evaluation:
    found = reading("nc", "nc.miit", period, "66.2", confidence=confidence)
    judged = Judgement(target("nc", 2025, "64"), verdict, found, Decimal("4.309589"), Decimal("61.89"), (), (), Outlook("", ()))  # type: ignore[arg-type]
    return replace(small, judgements=(judged,))


def drawn(evaluation: Evaluation, lang: Lang, width: int = 80) -> str:
    out = io.StringIO()
    Console(file=out, width=width).print(scorecard(json.scored(evaluation), lang, width))
    return out.getvalue()


@pytest.mark.parametrize(("period", "verdict", "is_early"), [("2025", "met", False), ("2025-03", "met", True), ("2023", "met_by_proxy", True),
                                                            ("2021/2025", "met", False), ("2023", "on_track", False), ("2025", "missed", False)])  # fmt: skip
def test_only_a_target_met_by_a_figure_from_before_the_end_of_its_year_is_reached_early(
    small: Evaluation, period: str, verdict: str, is_early: bool
) -> None:
    assert early(json.scored(of(small, period, verdict))[0]) is is_early


def test_the_remark_says_when_the_target_was_reached_and_how_sure_the_source_is(small: Evaluation) -> None:
    said = remarks(json.scored(of(small, "2018-Q2", confidence="medium"))[0])
    assert said and (said.zh, said.en) == ("2018 年第 2 季度已达到，可信度中", "reached in 2018-Q2, medium confidence")
    assert remarks(json.scored(of(small))[0]) is None


@pytest.mark.parametrize(("confidence", "told"), [("high", ""), ("", ""), ("medium", "medium"), ("low", "low")])
def test_a_confidence_is_told_where_it_is_stated_and_not_high(small: Evaluation, confidence: str, told: str) -> None:
    assert unsure(json.scored(of(small, confidence=confidence))[0]) == told


def test_the_terminal_marks_both_and_explains_the_marks(small: Evaluation) -> None:
    text = drawn(of(small, "2025-03", confidence="medium"), "en")
    assert "2025-03†" in text and "✓ met‡" in text
    assert "not held until that year" in text.replace("\n     ", " ") and "medium or low confidence" in text
    assert "†" not in drawn(of(small), "en") and "‡" not in drawn(of(small), "en")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_longest_verdict_with_its_mark_fits_eighty_columns(small: Evaluation, lang: Lang) -> None:
    doubted = of(small, "2025-03", "missed_by_proxy", "low").judgements
    for judgements in (doubted, (*doubted, *small.judgements)):
        text = drawn(replace(small, judgements=judgements), lang)
        assert "…" not in text and "‡" in text


def test_the_distance_to_the_target_itself_stands_beside_the_gap_to_the_path(small: Evaluation) -> None:
    assert "+4.31    +2.2" in drawn(of(small, "2025-03"), "en")
    page = html(of(small, "2025-03"), "en")
    assert "margin +2.2" in page and "4.31 ahead of the required path and 2.2 ahead of the target itself" in page
    assert "距目标 +2.2" in page and "领先应达路径 4.31，领先目标本身 2.2" in page


def test_where_gap_and_margin_are_one_the_report_gives_one(small: Evaluation) -> None:
    row = json.scored(of(small))[0]
    assert differs(row) and not differs(row | {"gap": 2.2}) and not differs(row | {"gap": None})


def test_the_report_says_the_rule_of_early_figures_in_both_languages(small: Evaluation) -> None:
    page = html(of(small, "2018-Q2", confidence="medium"), "zh")
    assert "即判为达标（说明曾经达到，不说明保持至该年）" in page and "reached then, not held until that year" in page
    assert "reached in 2018-Q2, medium confidence" in page and "2018 年第 2 季度已达到，可信度中" in page


def test_a_figure_below_its_falling_target_is_beyond_it() -> None:
    falling = replace(target("nc", 2025, "5"), direction="down")
    assert falling.margin(Decimal("4")) == 1 and falling.margin(Decimal("7")) == -2
