"""What a formula may not mean: each fault is found, each honest formula passes."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.pack.small_pack import FILES, codes, loaded, with_formula


@pytest.mark.parametrize(
    ("formula", "unit", "factor"),
    [
        ("sum(spending) / sum(revenue)", "percent", "100"),
        ("share(sum(spending), sum(revenue))", "ratio", "1"),
        ("sum(spending)", "yi_yuan", "0.0001"),
        ("sum(energy) / sum(output_2015)", "tce/wan_yuan", "1"),
        ("sum(energy) / sum(output_2015)", "tce/yi_yuan", "10000"),
        ("sum(digital) / count(digital)", "percent", "100"),
        ("count()", "enterprise", "1"),
        ("count(where revenue > 0)", "ratio", "1"),
        ("1 - (sum(energy) / sum(output_2015)) / base(sum(energy) / sum(output_2015), 2015)", "percent", "100"),
        ("sum(spending) / sum(revenue) - base(sum(spending) / sum(revenue), 2015)", "percentage_point", "100"),
        ("growth(sum(output_2015) / sum(staff), years=5)", "percent/year", "100"),
        ("growth(sum(output_2015))", "percent", "100"),
        ("mean over enterprise of (sum(spending) / sum(revenue))", "percent", "100"),
        ("mean over region of mean over enterprise of (sum(spending) / sum(revenue))", "percent", "100"),
        ("mean over enterprise weighted by sum(revenue) of (sum(spending) / sum(revenue))", "percent", "100"),
        ("count over enterprise of (sum(revenue))", "enterprise", "1"),
        ("quantile(histogram(revenue, width=10), 0.95)", "wan_yuan", "1"),
        ("mean(moments(revenue where grade == \"A\"))", "yuan", "10000"),
        ("estimate(distinct(enterprise))", "enterprise", "1"),
        ("sqrt(pow(sum(spending) / sum(revenue), 2))", "ratio", "1"),
        ("sum(revenue - spending) / sum(staff)", "wan_yuan/person", "1"),
        ("100 * sum(output_2015) / base(sum(output_2015), 2015)", "index", "1"),
    ],
)  # fmt: skip
def test_an_honest_formula_has_its_exact_factor(tmp_path: Path, formula: str, unit: str, factor: str) -> None:
    library = loaded(tmp_path, with_formula(f"'{formula}'", unit))
    assert library.blocking == ()
    assert library.indicators["spending_rate"].factor == Decimal(factor)


@pytest.mark.parametrize(
    ("formula", "unit", "code"),
    [
        ("sum(spending) / sum(revenue)", "percentage_point", "unit"),
        ("sum(spending) / sum(revenue) - base(sum(spending) / sum(revenue), 2015)", "percent", "unit"),
        ("1 - sum(spending) / sum(revenue)", "percentage_point", "unit"),
        ("sum(energy) / sum(revenue)", "percent", "unit"),
        ("sum(energy) + sum(revenue)", "tce", "unit"),
        ("sum(energy + revenue)", "tce", "unit"),
        ("sum(spending)", "tce", "unit"),
        ("sum(spending) / sum(revenue)", "percent/year", "unit"),
        ("sum(spending) / sum(revenue)", "percents", "unit"),
        ("ln(sum(revenue))", "ratio", "unit"),
        ("sum(revenu)", "wan_yuan", "unknown_field"),
        ("sum(spending_rate)", "percent", "barrier"),
        ("sum(spending / revenue)", "percent", "barrier"),
        ("mean over enterprise of (sum(output_2015) / base(sum(output_2015), 2015))", "percent", "barrier"),
        ("mean over region of mean over region of sum(revenue)", "wan_yuan", "barrier_order"),
        ("mean over enterprise of mean over region of sum(revenue)", "wan_yuan", "barrier_order"),
        ("mean over machine of sum(revenue)", "wan_yuan", "barrier_order"),
        ("mean over nation weighted by (sum over nation of sum(staff)) of sum(revenue)", "wan_yuan", "barrier_order"),
        ("mean over regoin of sum(revenue)", "wan_yuan", "unknown_name"),
        ("sum(revenue) / sum(output_2015)", "percent", "price_basis"),
        ("sum(revenue + output_2015)", "wan_yuan", "price_basis"),
        ("sum(grade)", "ratio", "field_type"),
        ("sum(heat)", "ratio", "float"),
        ("sum(energy * heat)", "tce", "float"),
        ("count(where heat > 3)", "ratio", "float"),
        ("sum(revenue where staff)", "wan_yuan", "field_type"),
        ("sum(revenue where grade == 3)", "wan_yuan", "field_type"),
        ("sum(revenue where grade == \"C\")", "wan_yuan", "unknown_name"),
        ("quantile(histogram(revenue, width=1), 95)", "wan_yuan", "formula"),
    ],
)  # fmt: skip
def test_a_wrong_formula_is_found_and_left_out(tmp_path: Path, formula: str, unit: str, code: str) -> None:
    library = loaded(tmp_path, with_formula(f"'{formula}'", unit))
    assert code in [f.code for f in library.blocking]
    assert "spending_rate" not in library.indicators and "plant_year" in library.records
    assert all(f.place.file.endswith("spending_rate.yaml") and f.place.line for f in library.blocking)


def test_an_unknown_field_is_answered_with_the_nearest(tmp_path: Path) -> None:
    finding = loaded(tmp_path, with_formula("sum(spendng) / sum(revenue)")).blocking[0]
    assert (finding.cure.en, finding.place.line) == ("write spending", 7)


def test_every_unknown_field_is_told_at_once(tmp_path: Path) -> None:
    assert codes(loaded(tmp_path, with_formula("sum(x1) / sum(x2)"))).count("unknown_field") == 2


def test_division_needs_a_zero_rule(tmp_path: Path) -> None:
    assert codes(loaded(tmp_path, with_formula("sum(spending) / sum(revenue)", more=""))) == ["zero_rule"]


def test_division_by_a_written_number_needs_no_zero_rule(tmp_path: Path) -> None:
    assert codes(loaded(tmp_path / "a", with_formula("sum(spending) / 2", "wan_yuan", more=""))) == []


def test_nominal_growth_is_doubted(tmp_path: Path) -> None:
    library = loaded(tmp_path, with_formula("growth(sum(revenue))"))
    assert [(f.code, f.severity) for f in library.findings] == [("price_basis", "doubtful")]


def test_multiplying_by_hundred_is_doubted(tmp_path: Path) -> None:
    library = loaded(tmp_path, with_formula("100 * sum(spending) / sum(revenue)"))
    assert [(f.code, f.severity) for f in library.findings] == [("unit", "doubtful")]


def monthly(formula: str, unit: str) -> dict[str, str | None]:
    record = FILES["records/plant_year.yaml"].replace("period: year", "period: month")
    return {**with_formula(formula, unit), "records/plant_year.yaml": record}


def test_a_stock_is_not_summed_over_time(tmp_path: Path) -> None:
    assert codes(loaded(tmp_path, monthly("sum(staff)", "person"))) == ["accrual"]


@pytest.mark.parametrize("formula", ["at_end(sum(staff))", "mean(moments(staff))", "last(staff)"])
def test_a_stock_may_be_taken_at_the_end_or_on_average(tmp_path: Path, formula: str) -> None:
    assert codes(loaded(tmp_path, monthly(formula, "person"))) == []


def test_a_flow_is_summed_over_time(tmp_path: Path) -> None:
    assert codes(loaded(tmp_path, monthly("sum(revenue)", "wan_yuan"))) == []


def test_a_year_cannot_give_months(tmp_path: Path) -> None:
    change = with_formula("sum(revenue)", "wan_yuan")
    change["indicators/spending_rate.yaml"] = str(change["indicators/spending_rate.yaml"]).replace("period: year", "period: month")
    assert codes(loaded(tmp_path, change)) == ["period"]


def test_an_indicator_without_formula_says_why(tmp_path: Path) -> None:
    assert "no_reason" in codes(loaded(tmp_path, with_formula("null")))
