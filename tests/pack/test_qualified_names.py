"""Qualified names in formulas: how they are read, and what is said of those that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pack.small_pack import loaded, with_formula
from zhizao.model.expression import Fold, folds
from zhizao.model.library import Library
from zhizao.pack.formula.build import build

RUN = """id: run
name: {zh: 运行, en: Run}
entity: machine
time: started
period: day
key: [machine, started]
fields:
  machine: {type: entity, level: machine, required: true, name: {zh: 机器, en: Machine}}
  started: {type: instant, required: true, name: {zh: 开始, en: Started}}
  good: {type: integer, name: {zh: 合格, en: Good}}
  cost: {type: decimal, unit: wan_yuan, accrual: flow, price: current, name: {zh: 费用, en: Cost}}
  held: {type: decimal, unit: wan_yuan, accrual: stock, price: current, name: {zh: 存货, en: Held}}
"""
MONTH = RUN.replace("id: run", "id: month_end").replace("started", "month").replace("instant", "period").replace("period: day", "period: month")


def pack(folder: Path, formula: str, more: str = "zero: undefined\n") -> Library:
    return loaded(folder, {**with_formula(formula, more=more), "records/run.yaml": RUN, "records/month_end.yaml": MONTH})


def told(library: Library) -> list[tuple[str, str, str]]:
    return [(f.code, f.message.en, f.cure.en) for f in library.findings if f.severity == "blocking"]


def test_a_qualified_name_says_whose_rows_are_folded() -> None:
    tree = build("sum(run.cost where run.good > 0) / sum(revenue)")
    assert [fold.record for fold in folds(tree)] == ["run", ""]
    assert tree.args[0] == build("sum(run.cost where run.good > 0)") and isinstance(tree.args[0], Fold)


def test_a_formula_over_two_types_is_typed_in_each(tmp_path: Path) -> None:
    library = pack(tmp_path, "sum(run.cost where run.good > 0) / sum(revenue)")
    assert not told(library)
    assert library.indicators["spending_rate"].records == ("plant_year", "run")


def test_the_own_record_may_be_named_and_makes_no_other_definition(tmp_path: Path) -> None:
    named, plain = (pack(tmp_path / str(i), text) for i, text in enumerate(("sum(plant_year.spending) / sum(revenue)", "sum(spending) / sum(revenue)")))
    assert named.indicators["spending_rate"].definition == plain.indicators["spending_rate"].definition


def test_the_definition_depends_on_what_is_read_of_the_other_type(tmp_path: Path) -> None:
    formula = "sum(run.cost) / sum(revenue)"
    one = pack(tmp_path / "1", formula).indicators["spending_rate"].definition
    other = loaded(tmp_path / "2", {**with_formula(formula), "records/run.yaml": RUN.replace("cost: {type: decimal,", "cost: {type: decimal, scale: 2,")})
    assert one != other.indicators["spending_rate"].definition


@pytest.mark.parametrize(
    ("formula", "code", "message", "cure"),
    [
        ("sum(runs.cost) / sum(revenue)", "unknown_name", "no record type is named runs", "write run"),
        ("sum(run.costs) / sum(revenue)", "unknown_field", "column 5 of the formula: run has no field costs", "write cost"),
        ("sum(run.cost where grade == 'A') / sum(revenue)", "mixed_records", "column 20 of the formula: grade is of another record type than run",
         "write run.grade if a field of run is meant, or fold them apart"),
        ("sum(run.cost) / sum(run.held)", "accrual", "", ""),
        ("sum(run.cost) / count(run.good)", "mixed_records", "no part of the formula reads plant_year", "write record: run"),
        ("mean over enterprise of (sum(run.cost) / sum(revenue))", "mixed_records", "column 42 of the formula: two record types meet inside over", ""),
        ("at_end(sum(month_end.held)) / sum(revenue)", "period", "", ""),
        ("run.cost / sum(revenue)", "formula", "column 1 of the formula: run.cost stands outside a fold", "write sum(run.cost)"),
        ("sum(run.cost) / sum(output_2015)", "price_basis", "", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_told_with_its_cure(tmp_path: Path, formula: str, code: str, message: str, cure: str) -> None:
    found = told(pack(tmp_path, formula))
    assert code in [c for c, _, _ in found], found
    assert any((not message or m == message) and cure in c for k, m, c in found if k == code), found


def test_an_indicator_over_a_type_that_is_not_sound_is_left_out(tmp_path: Path) -> None:
    from zhizao.pack.sound import only_sound

    library = loaded(tmp_path, {**with_formula("sum(run.cost) / sum(revenue)"), "records/run.yaml": RUN + "  broken: {type: nothing, name: {zh: 坏, en: Broken}}\n"})
    assert "spending_rate" not in only_sound(library).indicators
