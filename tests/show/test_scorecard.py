"""The scorecard in the terminal."""

from __future__ import annotations

import io
import re

import pytest
from rich.cells import cell_len
from rich.console import Console

from zhizao.model.evaluation import Evaluation
from zhizao.model.text import Lang
from zhizao.show import json
from zhizao.show.scorecard import scorecard


def drawn(evaluation: Evaluation, lang: Lang, width: int) -> str:
    """The scorecard as plain text."""
    out = io.StringIO()
    Console(file=out, width=width, force_terminal=False).print(
        scorecard(json.scored(evaluation), lang, width, title=evaluation.title, as_of=evaluation.as_of)
    )
    return out.getvalue()


@pytest.mark.parametrize("width", [80, 100, 140])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_line_is_wider_than_the_terminal_and_nothing_is_cut(real: Evaluation, lang: Lang, width: int) -> None:
    lines = drawn(real, lang, width).splitlines()
    assert max(cell_len(line.rstrip()) for line in lines) <= width
    assert "…" not in "".join(lines) or width >= 128, "only a long source may be cut"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_real_plan_has_twenty_four_rows_in_four_groups(real: Evaluation, lang: Lang) -> None:
    text = drawn(real, lang, 80)
    assert len(re.findall(r"^ +20(?:20|25) +\S", text, re.M)) == 24
    for group in {json_row[f"group_{lang}"] for json_row in json.scored(real)}:
        assert text.count(f"{group}\n") or re.search(rf"^{group} *$", text, re.M)


def test_a_verdict_is_told_by_symbol_and_words_and_not_by_colour_alone(small: Evaluation) -> None:
    text = drawn(small, "en", 80)
    assert "✓ met" in text and "↗ on track" in text and "– not published" in text


def test_a_replaced_printed_figure_is_starred_and_told(small: Evaluation) -> None:
    text = drawn(small, "en", 100)
    assert "34*" in text and "no. 3 prints 3.4" in text


def test_the_chance_of_an_open_target_is_the_range_of_the_models(small: Evaluation) -> None:
    assert "16–86 %" in drawn(small, "en", 80)


def test_a_plan_without_open_targets_has_no_column_of_chances(real: Evaluation) -> None:
    assert "chance" not in drawn(real, "en", 140)


def test_words_with_square_brackets_are_shown_as_written(small: Evaluation) -> None:
    rows = json.scored(small)
    rows[0]["name_en"] = "a [red]name[/red]"
    out = io.StringIO()
    Console(file=out, width=80).print(scorecard(rows, "en", 80))
    assert "a [red]name[/red]" in out.getvalue()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_open_targets_fit_eighty_columns_uncut(small: Evaluation, lang: Lang) -> None:
    assert "…" not in drawn(small, lang, 80)


@pytest.mark.parametrize(("lang", "line"), [("en", "Missed: no. 9: 2020 16 of 18"), ("zh", "未达标：第 9 项 2020 年 16（目标 18）")])
def test_the_targets_in_danger_stand_above_the_table(real: Evaluation, lang: Lang, line: str) -> None:
    text = drawn(real, lang, 140)
    assert line in text and text.index(line) < text.index("─")
