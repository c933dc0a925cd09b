"""Every check of a formula: the fault is told with its column, and doing what the cure says makes the finding go."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pack.small_pack import FILES, codes, loaded, with_formula

FAULTS = [
    # formula, unit, code, column, words of the cure, the formula mended, its unit
    ("mean over enterprise of sum(spending) / sum(revenue)", "percent", "barrier", 1, "(sum(spending) / sum(revenue))", "mean over enterprise of (sum(spending) / sum(revenue))", "percent"),
    ("mean over enterprise of sum(spending) / sum(revenue)", "percent", "barrier", 1, "(mean over enterprise of sum(spending)) / ", "(mean over enterprise of sum(spending)) / sum(revenue)", "percent"),
    ("sum(energy) - mean over region of max over enterprise of sum(energy) * 2", "tce", "barrier", 15, "of (sum(energy) * 2)", "sum(energy) - mean over region of max over enterprise of (sum(energy) * 2)", "tce"),
    ("sum(spending / revenue)", "percent", "barrier", 5, "sum(a) / sum(b)", "sum(spending) / sum(revenue)", "percent"),
    ("sum(spending_rate)", "percent", "barrier", 5, "mean over LEVEL", "mean over enterprise of (sum(spending) / sum(revenue))", "percent"),
    ("mean over enterprise of (base(sum(output_2015), 2015))", "wan_yuan", "barrier", 26, "+ - * /", "mean over enterprise of sum(output_2015)", "wan_yuan"),
    ("mean over enterprise of mean over region of sum(revenue)", "wan_yuan", "barrier_order", 1, "lower one inside", "mean over region of mean over enterprise of sum(revenue)", "wan_yuan"),
    ("mean over regoin of sum(revenue)", "wan_yuan", "unknown_name", 1, "write region", "mean over region of sum(revenue)", "wan_yuan"),
    ("smu(revenue)", "wan_yuan", "unknown_name", 1, "write sum", "sum(revenue)", "wan_yuan"),
    ("sum(spendng)", "wan_yuan", "unknown_field", 5, "write spending", "sum(spending)", "wan_yuan"),
    ("sum(spending) / sum(revenue)", "percentage_point", "unit", 1, "unit: percent", "sum(spending) / sum(revenue)", "percent"),
    ("sum(energy) / sum(revenue)", "percent", "unit", 1, "unit: tce/wan_yuan", "sum(energy) / sum(revenue)", "tce/wan_yuan"),
    ("growth(sum(output_2015))", "tce", "unit", 1, "unit: percent/year", "growth(sum(output_2015))", "percent/year"),
    ("count()", "percent", "unit", 1, "unit: ratio", "count()", "ratio"),
    ("mean(moments(digital))", "enterprise", "unit", 1, "unit: percent", "mean(moments(digital))", "percent"),
    ("sum(energy) + sum(revenue)", "tce", "unit", 1, "of one unit", "sum(energy) + sum(energy)", "tce"),
    ("count(where energy > revenue)", "ratio", "unit", 22, "of one unit", "count(where spending > revenue)", "ratio"),
    ("ln(sum(revenue))", "ratio", "unit", 1, "divide by", "ln(sum(revenue) / sum(spending))", "ratio"),
    ("sqrt(sum(revenue))", "ratio", "unit", 1, "divide by", "sqrt(sum(revenue) / sum(spending))", "ratio"),
    ("100 * sum(spending) / sum(revenue)", "percent", "unit", 1, "remove the 100", "sum(spending) / sum(revenue)", "percent"),
    ("sum(revenue) / sum(output_2015)", "percent", "price_basis", 1, "one price basis", "sum(revenue) / sum(spending)", "percent"),
    ("count(where revenue > output_2015)", "ratio", "price_basis", 23, "one price basis", "count(where revenue > spending)", "ratio"),
    ("growth(sum(revenue))", "percent", "price_basis", 1, "constant prices", "growth(sum(output_2015))", "percent"),
    ("sum(spending) / 0", "wan_yuan", "zero_rule", 1, "another divisor", "sum(spending) / 2", "wan_yuan"),
    ("sum(spending) / (1 - 1)", "wan_yuan", "zero_rule", 1, "another divisor", "sum(spending) / (1 + 1)", "wan_yuan"),
    ("sum(grade)", "ratio", "field_type", 5, "field of numbers", "sum(staff)", "person"),
    ("sum(revenue where staff)", "wan_yuan", "field_type", 19, "b > 0", "sum(revenue where staff > 0)", "wan_yuan"),
    ("sum(revenue where year == 2020)", "wan_yuan", "field_type", 27, "in quotes", 'sum(revenue where year == "2020")', "wan_yuan"),
    ("sum(digital * revenue)", "wan_yuan", "field_type", 5, "sum(a where b)", "sum(revenue where digital)", "wan_yuan"),
    ('sum(revenue where grade == "C")', "wan_yuan", "unknown_name", 28, "A, B", 'sum(revenue where grade == "B")', "wan_yuan"),
    ('sum(revenue where enterprise == "E1")', "wan_yuan", "unknown_name", 33, '"enterprise:E1"', 'sum(revenue where enterprise == "enterprise:E1")', "wan_yuan"),
    ("sum(revenue where grade in ())", "wan_yuan", "formula", 19, "in (", 'sum(revenue where grade in ("A"))', "wan_yuan"),
    ("7", "ratio", "formula", 1, "sum(field)", "sum(digital)", "ratio"),
    ("sum(7)", "ratio", "formula", 1, "count()", "count()", "ratio"),
    ("mean over enterprise weighted by 2 of sum(revenue)", "wan_yuan", "formula", 34, "sum(field)", "mean over enterprise weighted by sum(staff) of sum(revenue)", "wan_yuan"),
    ("growth(base(sum(output_2015), 2015))", "percent", "formula", 1, "take away the base", "growth(sum(output_2015))", "percent"),
    ("rolling(sum(revenue), n=99999)", "wan_yuan", "formula", 25, "1000", "rolling(sum(revenue), n=1000)", "wan_yuan"),
    ("growth(sum(output_2015), years=0)", "percent", "formula", 32, "1 … 100", "growth(sum(output_2015), years=1)", "percent"),
    ("quantile(histogram(revenue, width=0), 0.5)", "wan_yuan", "formula", 35, "0.000001", "quantile(histogram(revenue, width=0.000001), 0.5)", "wan_yuan"),
    ("quantile(histogram(revenue, width=1), 95)", "wan_yuan", "formula", 1, "0.95", "quantile(histogram(revenue, width=1), 0.95)", "wan_yuan"),
    ("base(sum(energy), 0999)", "tce", "formula", 19, "2015", "base(sum(energy), 2015)", "tce"),
    ("pow(sum(spending) / sum(revenue), 10)", "percent", "formula", 1, "at most 9", "pow(sum(spending) / sum(revenue), 9)", "percent"),
    ("sum(revenue * 1234567890123456789)", "wan_yuan", "formula", 15, "18 digits", "sum(revenue * 123456789012345678)", "wan_yuan"),
    ("sum(rev\u0435nue)", "wan_yuan", "formula", 8, "write e", "sum(revenue)", "wan_yuan"),
    ("sum(revenue)\u00a0/ 2", "wan_yuan", "formula", 13, "plain space", "sum(revenue) / 2", "wan_yuan"),
    ("sum(revenue) / \uff12", "wan_yuan", "formula", 16, "write 2", "sum(revenue) / 2", "wan_yuan"),
    ("\u017fum(revenue)", "wan_yuan", "formula", 1, "write s", "sum(revenue)", "wan_yuan"),
]  # fmt: skip


def quoted(formula: str) -> str:
    return "'" + formula.replace("'", "''") + "'"


@pytest.mark.parametrize(("formula", "unit", "code", "column", "cure", "mended", "mended_unit"), FAULTS)
def test_a_fault_has_its_column_and_its_cure_mends_it(
    tmp_path: Path, formula: str, unit: str, code: str, column: int, cure: str, mended: str, mended_unit: str
) -> None:
    told = [f for f in loaded(tmp_path / "a", with_formula(quoted(formula), unit)).findings if f.code == code]
    assert told and all(f.place.file.endswith("spending_rate.yaml") and f.place.line == 7 for f in told)
    assert any(f.message.en.startswith(f"column {column} of") and cure in f.cure.en for f in told)
    assert codes(loaded(tmp_path / "b", with_formula(quoted(mended), mended_unit))) == []


@pytest.mark.parametrize(
    ("formula", "unit"),
    [
        ("sqrt(pow(sum(spending), 2))", "wan_yuan"),
        ("mean over enterprise of (sum(spending) / sum(revenue)) * 2", "percent"),
        ("1 - mean over enterprise of (sum(spending) / sum(revenue))", "percent"),
        ("sum(spending) - mean over enterprise of sum(spending)", "wan_yuan"),
        ("abs(sum(spending) / sum(revenue) - base(sum(spending) / sum(revenue), 2015))", "percentage_point"),
        ("ln(sum(output_2015) / base(sum(output_2015), 2015))", "percent"),
        ("growth(sum(output_2015)) - base(growth(sum(output_2015)), 2015)", "percentage_point"),
        ("rolling(sum(spending) / sum(revenue), n=3)", "percent"),
        ("sum(spending where not digital and grade in (\"A\", \"B\"))", "yi_yuan"),
        ("sum(revenue) / (2 * count())", "wan_yuan"),
        ("sd(moments(revenue))", "wan_yuan"),
    ],
)  # fmt: skip
def test_right_formulas_are_not_refused(tmp_path: Path, formula: str, unit: str) -> None:
    assert codes(loaded(tmp_path, with_formula(quoted(formula), unit))) == []


def test_every_fault_of_a_formula_is_told_at_once(tmp_path: Path) -> None:
    library = loaded(tmp_path, with_formula("sum(spending / revenue) + smu(staff) + ln(moments(staff))"))
    assert codes(library) == ["barrier", "unknown_name", "formula"]


def test_a_fault_in_let_is_told_at_its_line(tmp_path: Path) -> None:
    change = with_formula("1 - rate / base(rate, 2015)", more="zero: undefined\nlet:\n  rate: sum(spending) / sum(revenu)\n")
    found = loaded(tmp_path, change).findings
    assert [(f.code, f.place.line, f.message.en[:9]) for f in found] == [("unknown_field", 10, "column 21")]


def test_every_part_of_let_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    change = with_formula("a / b +", more="zero: undefined\nlet:\n  a: sum(spending\n  b: sum(revenue))\n")
    found = loaded(tmp_path, change).findings
    assert [(f.code, f.place.line) for f in found] == [("formula", 7), ("formula", 10), ("formula", 11)]


def percent_record() -> str:
    return FILES["records/plant_year.yaml"] + "  rate: {type: decimal, unit: percent, name: {zh: 率, en: Rate}}\n"


@pytest.mark.parametrize("formula", ["ln(max(rate))", "exp(max(rate))", "sqrt(max(rate))", "pow(max(rate), 0.5)", "count(where rate > digital)"])
def test_a_percentage_is_not_taken_for_the_number_it_is_written_with(tmp_path: Path, formula: str) -> None:
    change = {**with_formula(formula, "ratio"), "records/plant_year.yaml": percent_record()}
    assert codes(loaded(tmp_path, change))[0] in ("unit", "field_type")


def test_a_percentage_to_a_whole_power_keeps_its_scale(tmp_path: Path) -> None:
    change = {**with_formula("pow(max(rate), 2)", "ratio"), "records/plant_year.yaml": percent_record()}
    assert str(loaded(tmp_path, change).indicators["spending_rate"].factor) == "0.0001"


def timed(formula: str, unit: str, record_period: str, period: str, time: str = "period") -> dict[str, str | None]:
    change = with_formula(formula, unit)
    change["indicators/spending_rate.yaml"] = str(change["indicators/spending_rate.yaml"]).replace("period: year", f"period: {period}")
    record = FILES["records/plant_year.yaml"].replace("\nperiod: year", f"\nperiod: {record_period}").replace("year: {type: period", f"year: {{type: {time}")
    return {**change, "records/plant_year.yaml": record}


@pytest.mark.parametrize(
    ("record_period", "period", "fits"),
    [
        ("month", "quarter", True), ("day", "window", True), ("week", "week", True), ("week", "month", False), ("week", "year", False),
        ("shift", "day", False), ("quarter", "month", False), ("day", "week", True), ("year", "window", True),
    ],
)  # fmt: skip
def test_a_record_must_add_up_to_the_period(tmp_path: Path, record_period: str, period: str, fits: bool) -> None:
    assert codes(loaded(tmp_path, timed("sum(energy)", "tce", record_period, period))) == ([] if fits else ["period"])


def test_growth_over_years_needs_periods_that_make_a_year(tmp_path: Path) -> None:
    assert codes(loaded(tmp_path / "a", timed("growth(sum(energy), years=2)", "percent/year", "day", "day"))) == ["period"]
    assert codes(loaded(tmp_path / "b", timed("growth(sum(energy), years=2)", "percent/year", "month", "month"))) == []


def test_growth_from_month_to_month_is_not_per_year(tmp_path: Path) -> None:
    assert codes(loaded(tmp_path / "a", timed("growth(sum(energy))", "percent/year", "month", "month"))) == ["unit"]
    assert codes(loaded(tmp_path / "b", timed("growth(sum(energy))", "percent", "month", "month"))) == []


@pytest.mark.parametrize("formula", ["sum(staff)", "at_end(sum(staff))", "sum(staff + staff)", "mean over enterprise of sum(staff)"])
def test_a_stock_is_not_summed_over_the_instants_of_a_period(tmp_path: Path, formula: str) -> None:
    assert codes(loaded(tmp_path / "a", timed(formula, "person", "day", "day", time="instant"))) == ["accrual"]
    assert codes(loaded(tmp_path / "b", timed("mean(moments(staff))", "person", "day", "day", time="instant"))) == []


def test_a_level_in_another_branch_does_not_climb(tmp_path: Path) -> None:
    record = FILES["records/plant_year.yaml"].replace("level: enterprise", "level: region")
    for level, told in (("sector", ["barrier_order"]), ("macro_region", []), ("nation", [])):
        change = {**with_formula(f"mean over {level} of sum(revenue)", "wan_yuan"), "records/plant_year.yaml": record}
        assert codes(loaded(tmp_path / level, change)) == told
