"""The targets in danger, in plain sentences."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from zhizao.model.evaluation import Evaluation
from zhizao.model.text import Text
from zhizao.model.verdict import Forecast, Judgement, Outlook, Verdict
from zhizao.show import json
from zhizao.show.danger import dangers, summary
from zhizao.show.report import html

from .conftest import reading, target


def told(evaluation: Evaluation) -> dict[str, list[str]]:
    return {group.title.en: [d.said.en for d in group.found] for group in dangers(json.scored(evaluation))}


def only(evaluation: Evaluation, *judgements: Judgement) -> Evaluation:
    return replace(evaluation, judgements=judgements)


def judged(verdict: Verdict, value: str, chances: tuple[float, ...] = (), **given: object) -> Judgement:
    forecasts = tuple(Forecast(f"m{n}", 60.0, 50.0, 70.0, p, 6, 3, 1.0) for n, p in enumerate(chances))
    found = reading("nc", "nc.miit", "2023", value, **given)  # type: ignore[arg-type]
    return Judgement(target("nc", 2025, "64"), verdict, found, Decimal("-2.5"), Decimal("60.5"), (), (), Outlook("nc.miit", forecasts))


def test_a_missed_target_says_what_was_reached_and_how_much_is_short(small: Evaluation) -> None:
    assert told(only(small, judged("missed", "60"))) == {"Missed": ["Target 64 %; NBS: 60 % for 2023 (published, plan's scope); 4 short of it."]}


def test_a_miss_by_a_stand_in_says_so(small: Evaluation) -> None:
    said = told(only(small, judged("missed_by_proxy", "60", kind="proxy", scope="bulk")))
    assert said["Missed by a derived figure, another scope or a stand-in"][0].endswith(
        "judged by a stand-in, for the plan's own final figure is not published."
    )


def test_an_open_target_behind_its_path_says_how_far_and_what_the_models_expect(small: Evaluation) -> None:
    said = told(only(small, judged("off_track", "58", (0.1, 0.6, 0.3))))
    assert said["Off track"][0].endswith(
        "2.5 behind the required path; 2 of 3 forecast models expect it to fail (chance of reaching it 10 % to 60 %)."
    )


def test_a_target_on_its_path_is_in_danger_where_most_models_expect_it_to_fail(small: Evaluation) -> None:
    doubted, trusted = (only(small, judged("on_track", "62", chances)) for chances in ((0.1, 0.6, 0.3), (0.5, 0.6, 0.3)))
    assert list(told(doubted)) == ["Not behind yet, but most forecast models expect it to fail"]
    assert told(trusted) == {} and summary(json.scored(trusted)).en == "None of the 1 targets is in danger."


def test_a_target_without_a_figure_names_the_nearest_one_and_why_it_decides_nothing(small: Evaluation) -> None:
    silent = next(j for j in small.judgements if j.verdict == "not_published")
    assert told(only(small, silent)) == {"Due, and no figure is published that could decide it": ["Target ≈ 34 %; no figure at all is published."]}
    from zhizao.model.verdict import Alternative

    near = Alternative(reading("energy", "energy.x", "2022", "21.7", "derived"), Text("不是全年", "not of the whole year"))
    path = ((Decimal(2022), Decimal("24.82")),)
    said = told(only(small, replace(silent, alternatives=(near,), path=path)))
    assert said["Due, and no figure is published that could decide it"] == [
        "Target ≈ 34 %; the nearest figure, NBS, 21.7 % for 2022 (derived, plan's scope, when the path required 24.82), cannot decide: not of the whole year."
    ]


def test_the_report_begins_with_the_targets_in_danger_in_both_languages(small: Evaluation) -> None:
    page = html(small, "zh")
    assert page.index('id="danger"') < page.index('id="scorecard"')
    assert "处于危险的目标" in page and "Of 3 targets: 1 due without a published figure that could decide." in page


def test_the_summary_counts_each_way_of_being_in_danger(real: Evaluation) -> None:
    assert summary(json.scored(real)).en.startswith("Of 24 targets: 1 missed, 2 missed by a derived figure, another scope or a stand-in, 7 due")
