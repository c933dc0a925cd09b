"""The verdict rule, case by case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from zhizao.judge.verdict import judge
from zhizao.model.series import Reading
from zhizao.model.target import Target
from zhizao.model.verdict import Judgement

Make = Callable[..., Any]
ORDER = ("x.a", "x.b", "x.c")
AFTER = datetime(2026, 11, 23, tzinfo=UTC)


def verdict(target: Target, *readings: Reading, as_of: datetime = AFTER, **given: Any) -> Judgement:
    return judge(target, readings, order=ORDER, as_of=as_of, plan_entity="nation:CN", **given)


def reasons(judgement: Judgement) -> dict[tuple[str, str], str]:
    return {(a.reading.series, a.reading.period.text): a.why.en for a in judgement.alternatives}


def test_a_reading_that_reaches_the_target_meets_it(target: Make, reading: Make) -> None:
    assert verdict(target(64), reading("2025-03", "66.2", final=False)).verdict == "met"


def test_the_final_figure_of_the_period_below_the_target_misses_it(target: Make, reading: Make) -> None:
    assert verdict(target(18, 2020), reading("2020", 16)).verdict == "missed"


@pytest.mark.parametrize("given", [{"final": False}, {"bound": "lower"}, {"bound": "upper"}])
def test_a_figure_that_is_not_final_or_only_a_bound_never_shows_a_miss(target: Make, reading: Make, given: dict[str, Any]) -> None:
    assert verdict(target(18, 2020), reading("2020", 16, **given)).verdict == "not_published"


def test_a_final_figure_of_another_year_shows_no_miss(target: Make, reading: Make) -> None:
    judged = verdict(target(64), reading("2023", 60))
    assert judged.verdict == "not_published"
    assert judged.reading is None
    assert "of 2023, not of the whole of 2025" in reasons(judged)["x.a", "2023"]


def test_the_latest_reading_of_a_series_decides_even_against_an_earlier_one(target: Make, reading: Make) -> None:
    judged = verdict(target(50, 2020), reading("2018", 55), reading("2020", 49))
    assert judged.verdict == "missed"
    assert "later reading (2020: 49)" in reasons(judged)["x.a", "2018"]


def test_a_lower_bound_that_reaches_the_target_meets_it(target: Make, reading: Make) -> None:
    assert verdict(target("1.6"), reading("2024", "1.6", bound="lower")).verdict == "met"


def test_an_upper_bound_that_reaches_the_target_decides_nothing(target: Make, reading: Make) -> None:
    judged = verdict(target(50), reading("2025", 60, bound="upper"))
    assert judged.verdict == "not_published"
    assert "may fall short" in reasons(judged)["x.a", "2025"]


def test_for_a_falling_target_the_bounds_change_places(target: Make, reading: Make) -> None:
    falling = target(5, direction="down")
    assert verdict(falling, reading("2025", 4, bound="upper")).verdict == "met"
    assert verdict(falling, reading("2025", 4, bound="lower")).verdict == "not_published"


def test_a_proxy_with_its_sign_turned_has_its_bound_turned_too(target: Make, reading: Make) -> None:
    fall = reading("2025", -41, "y.a", indicator="y", proxy_for="x", sign=-1, kind="proxy", bound="upper")
    judged = verdict(target(40, form="cut_since", base_year=2015), fall)
    assert judged.verdict == "met_by_proxy"
    assert str(judged.gap) == "1.000000"


@pytest.mark.parametrize(
    "given", [{"kind": "derived"}, {"kind": "computed"}, {"scope": "key_enterprises"}, {"indicator": "y", "proxy_for": "x"}]
)
def test_whatever_is_no_actual_figure_of_the_plans_scope_judges_by_proxy(target: Make, reading: Make, given: dict[str, Any]) -> None:
    assert verdict(target(64), reading("2025", 70, **given)).verdict == "met_by_proxy"
    assert verdict(target(64), reading("2025", 60, **given)).verdict == "missed_by_proxy"


def test_a_proxy_is_asked_only_where_no_actual_figure_is_conclusive(target: Make, reading: Make) -> None:
    proxy = reading("2025", 70, "x.b", kind="proxy")
    assert verdict(target(64), reading("2025", 60), proxy).verdict == "missed"
    assert verdict(target(64), reading("2024", 60), proxy).verdict == "met_by_proxy"


def test_a_derived_reading_older_than_its_series_latest_actual_one_is_not_asked(target: Make, reading: Make) -> None:
    assert verdict(target(64), reading("2023", 65, kind="derived"), reading("2024", 60)).verdict == "not_published"


def test_base_values_judge_nothing_and_say_what_was_measured_later(target: Make, reading: Make) -> None:
    judged = verdict(target(40, 2015), reading("2015", 50, "x.base", kind="base"), reading("2015", 40))
    assert judged.verdict == "met"
    assert "x.a gives 40 for the same period" in reasons(judged)["x.base", "2015"]


def test_readings_after_the_target_do_not_judge_it(target: Make, reading: Make) -> None:
    judged = verdict(target(50, 2020), reading("2021", 60))
    assert judged.verdict == "not_published"
    assert "after the target's" in reasons(judged)["x.a", "2021"]


def test_readings_of_other_entities_are_not_heard(target: Make, reading: Make) -> None:
    assert verdict(target(50), reading("2025", 60, entity="nation:SIM")).alternatives == ()
    assert verdict(target(50, entity="region:62"), reading("2025", 60, entity="region:62")).verdict == "met"


def test_a_reading_counts_from_the_end_of_its_publication_date(target: Make, reading: Make) -> None:
    late = reading("2020", 60, published_at="2021-09")
    assert verdict(target(50, 2020), late, as_of=datetime(2021, 9, 30, tzinfo=UTC)).verdict == "not_published"
    assert verdict(target(50, 2020), late, as_of=datetime(2021, 10, 1, tzinfo=UTC)).verdict == "met"
    assert verdict(target(50, 2020), reading("2020", 60), as_of=datetime(2021, 9, 30, tzinfo=UTC)).verdict == "met"


def test_where_actual_series_disagree_the_packs_first_decides_and_the_conflict_is_shown(target: Make, reading: Make) -> None:
    first, second = reading("2025", 60), reading("2025", 65, "x.b")
    judged = verdict(target(64), second, first)
    assert (judged.verdict, judged.reading, judged.conflicts) == ("missed", first, (second,))
    assert "says the opposite" in reasons(judged)["x.b", "2025"]


def test_two_actual_figures_of_one_year_are_a_conflict_even_where_neither_decides(target: Make, reading: Make) -> None:
    judged = verdict(target("1.68"), reading("2021", "1.46"), reading("2021", "1.54", "x.b"), reading("2022", "1.55"))
    assert judged.verdict == "not_published"
    assert {(r.series, r.period.text) for r in judged.conflicts} == {("x.a", "2021"), ("x.b", "2021")}


def test_unlisted_series_come_after_the_listed_ones(target: Make, reading: Make) -> None:
    judged = verdict(target(64), reading("2025", 70, "a.unlisted"), reading("2025", 66, "x.c"))
    assert judged.reading is not None
    assert judged.reading.series == "x.c"


def test_a_five_year_average_is_judged_only_by_the_five_years(target: Make, reading: Make) -> None:
    growth = target("7.5", 2020, "average_growth", window=5, about=True)
    assert verdict(growth, reading("2019", "9.9", final=False), reading("2020", "9.9")).verdict == "not_published"
    assert verdict(growth, reading("2016/2019", "9.9")).verdict == "not_published"
    assert verdict(growth, reading("2016/2020", "9.9")).verdict == "met"
    assert verdict(growth, reading("2016/2020", "7.0")).verdict == "missed"
    assert verdict(growth, reading("2020", "7.6", kind="computed", basis="computed")).verdict == "met_by_proxy"


def test_about_eases_the_target_by_five_percent(target: Make, reading: Make) -> None:
    growth = target("7.5", 2020, "average_growth", window=5, about=True)
    assert verdict(growth, reading("2016/2020", "7.125")).verdict == "met"
    assert verdict(growth, reading("2016/2020", "7.124")).verdict == "missed"


class TestBeforeThePeriodEnds:
    """An open period is judged by its path."""

    now = datetime(2023, 6, 1, tzinfo=UTC)

    def test_a_reading_on_the_path_is_on_track_and_one_below_it_is_not(self, target: Make, reading: Make) -> None:
        goal = target(60, base_year=2015, base_value=50)
        ahead = verdict(goal, reading("2020", 55), as_of=self.now)
        behind = verdict(goal, reading("2020", "54.9"), as_of=self.now)
        assert (ahead.verdict, str(ahead.gap), str(ahead.required)) == ("on_track", "0.000000", "55.000000")
        assert (behind.verdict, str(behind.gap)) == ("off_track", "-0.100000")

    def test_without_a_value_it_is_not_due(self, target: Make, reading: Make) -> None:
        assert verdict(target(60), as_of=self.now).verdict == "not_due"
        old = reading("2010", 70)
        assert verdict(target(80, base_year=2015, base_value=50), old, as_of=self.now).verdict == "not_due"

    def test_the_path_leads_through_the_interim_target(self, target: Make, reading: Make) -> None:
        goals = [target(58, 2020, base_year=2015, base_value=50), target(60, base_year=2015, base_value=50)]
        judged = verdict(goals[1], reading("2020", 57), as_of=self.now, targets=goals)
        assert (judged.verdict, str(judged.required)) == ("off_track", "58.000000")

    def test_a_bound_speaks_only_for_its_own_side_of_the_path(self, target: Make, reading: Make) -> None:
        goal = target(60, base_year=2015, base_value=50)
        said = {
            (bound, value): verdict(goal, reading("2020", value, bound=bound), as_of=self.now).verdict
            for bound in ("lower", "upper")
            for value in (54, 56)
        }
        assert said == {("lower", 54): "not_due", ("lower", 56): "on_track", ("upper", 54): "off_track", ("upper", 56): "not_due"}

    def test_the_period_is_over_with_its_last_instant(self, target: Make) -> None:
        assert verdict(target(60), as_of=datetime(2025, 12, 31, 23, 59, tzinfo=UTC)).verdict == "not_due"
        assert verdict(target(60), as_of=datetime(2026, 1, 1, tzinfo=UTC)).verdict == "not_published"


def test_a_band_is_met_only_inside_it_and_no_bound_speaks_of_it(target: Make, reading: Make) -> None:
    band = target(75, form="band", upper=85)
    assert [verdict(band, reading("2025", v)).verdict for v in (74, 75, 85, 86)] == ["missed", "met", "met", "missed"]
    assert verdict(band, reading("2025", 80, bound="lower")).verdict == "not_published"


class TestReadingsThatEndOnTheSameDay:
    """Of readings that end on the same day the one of the target's own period decides."""

    def test_a_fourth_quarter_never_outranks_the_final_figure_of_its_year(self, target: Make, reading: Make) -> None:
        annual, quarter = reading("2025", 60), reading("2025-Q4", 70, final=False, published_at="2026-02")
        judged = verdict(target(64), quarter, annual)
        assert (judged.verdict, judged.reading) == ("missed", annual)
        assert "the one of the whole period (2025: 60) counts" in reasons(judged)["x.a", "2025-Q4"]

    def test_nor_do_the_last_month_and_the_last_week_and_day(self, target: Make, reading: Make) -> None:
        annual = reading("2025", 60)
        ends = [reading(p, 70, final=False) for p in ("2025-12", "2025-12-31", "2025-12-31/late")]
        assert verdict(target(64), *ends, annual).reading == annual

    def test_a_window_does_not_outrank_the_year_of_a_level(self, target: Make, reading: Make) -> None:
        annual, window = reading("2025", 60), reading("2021/2025", 70)
        assert verdict(target(64), window, annual).reading == annual

    def test_the_longer_of_two_other_periods_comes_first(self, target: Make, reading: Make) -> None:
        quarter, month = reading("2025-Q4", 66), reading("2025-12", 65)
        assert verdict(target(64), month, quarter).reading == quarter

    def test_of_two_publications_of_one_period_the_later_one_counts(self, target: Make, reading: Make) -> None:
        first, revised = reading("2025", 65, published_at="2026-02"), reading("2025", 63, published_at="2026-09")
        judged = verdict(target(64), revised, first)
        assert (judged.verdict, judged.reading) == ("missed", revised)
        assert [a.why.en for a in judged.alternatives] == ["a figure published later for the same period (2025: 63) replaces it"]

    def test_the_forecast_takes_the_year_too(self, target: Make, reading: Make) -> None:
        years = [reading(str(y), 40 + y - 2018) for y in range(2018, 2024)]
        last = reading("2023-Q4", 90)
        goal, now = target(64, base_year=2015, base_value=30), datetime(2024, 6, 1, tzinfo=UTC)
        assert verdict(goal, *years, last, as_of=now).outlook == verdict(goal, *years, as_of=now).outlook


def test_a_window_shows_a_miss_only_where_the_target_counts_over_these_years(target: Make, reading: Make) -> None:
    assert verdict(target(64), reading("2021/2025", 60)).verdict == "not_published"
    cut = target(34, form="cut_since", base_year=2020)
    assert verdict(cut, reading("2021/2025", 30)).verdict == "missed"
    assert verdict(cut, reading("2024/2025", 30)).verdict == "not_published"


def test_about_eases_a_fall_below_zero_too(target: Make, reading: Make) -> None:
    fall = target(-10, form="change_since", direction="down", base_year=2020, about=True)
    assert [verdict(fall, reading("2025", v)).verdict for v in ("-9.5", "-9.4")] == ["met", "missed"]


def test_an_open_five_year_average_is_not_judged_by_the_average_of_other_years(target: Make, reading: Make) -> None:
    growth = target("7.5", 2020, "average_growth", window=5, about=True)
    open_until = datetime(2020, 6, 1, tzinfo=UTC)
    assert verdict(growth, reading("2016/2019", "9.9"), as_of=open_until).verdict == "not_due"
