"""Formulas over signals: honest ones get their exact unit, faulty ones a finding that says how to mend them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.pack.small_pack import FILES, codes, loaded, with_formula, write
from zhizao.checks.packs import run
from zhizao.model.finding import Finding
from zhizao.model.library import Library
from zhizao.model.written import written
from zhizao.node.assemble import open_store
from zhizao.pack.load import load

QUANTITIES = """power: {name: {zh: 功率, en: Power}, unit: kW, resolution: "0.5"}
parts: {name: {zh: 件数, en: Parts}, unit: piece, resolution: "1", behaviour: counter}
execution: {name: {zh: 执行, en: Execution}, behaviour: mode}
producing: {name: {zh: 生产, en: Producing}, behaviour: mode, when: 'execution == "ACTIVE" and power > 1.5'}
busy: {name: {zh: 忙, en: Busy}, behaviour: mode, when: 'producing or execution == "SETUP"'}
"""


def library(folder: Path, formula: str, unit: str, quantities: str = QUANTITIES) -> Library:
    changes = with_formula(f"'{formula}'", unit)
    text = (changes["indicators/spending_rate.yaml"] or "").replace("record: plant_year", "record: observation").replace("period: year", "period: hour")
    return loaded(folder, {**changes, "indicators/spending_rate.yaml": text, "quantities.yaml": quantities})


def told(folder: Path, formula: str, unit: str = "ratio", quantities: str = QUANTITIES) -> list[Finding]:
    return [f for f in library(folder, formula, unit, quantities).findings if f.severity == "blocking" and not f.code.startswith("test")]


@pytest.mark.parametrize(
    ("formula", "unit", "tree"),
    [
        ("integral(power)", "kWh", "integral(power) * 0.0000005 / 9"),
        ("integral(power)", "MJ", "integral(power) * 0.0000005"),
        ("time_mean(power)", "kW", "integral(power) / duration(power) * 0.5"),
        ('duration(where execution == "ACTIVE")', "s", 'duration(where execution == "ACTIVE") * 0.000001'),
        ('duration(where execution == "ACTIVE") / duration(power where power > 2)', "percent", 'duration(where execution == "ACTIVE") * 0.000001 / (duration(power where power > 2) * 0.000001)'),
        ("increase(parts)", "piece", "increase(parts)"),
        ("integral(power where busy) / increase(parts)", "kWh/piece", 'integral(power where execution == "ACTIVE" and power > 1.5 or execution == "SETUP") * 0.0000005 / increase(parts) / 9'),
        ("count(power)", "item", "count(power)"), ("max(power) - min(power)", "kW", "max(power) * 0.5 - min(power) * 0.5"),
        ("mean over machine of time_mean(power)", "kW", "mean over machine of (integral(power) / duration(power) * 0.5)"),
    ],
)  # fmt: skip
def test_an_honest_formula_counts_steps_and_comes_back_to_its_unit(tmp_path: Path, formula: str, unit: str, tree: str) -> None:
    made = library(tmp_path, formula, unit)
    assert made.blocking == ()
    indicator = made.indicators["spending_rate"]
    assert indicator.tree is not None
    assert written(indicator.tree) == tree


@pytest.mark.parametrize(
    ("formula", "code", "message", "cure"),
    [
        ("integral(powr)", "unknown_field", "no quantity is named powr", "power"),
        ("integral(execution)", "field_type", "a number", "numbers"),
        ("integral(parts)", "signal", "running total", "increase(parts)"),
        ("time_mean(parts)", "signal", "running total", "increase(parts)"),
        ("increase(power)", "signal", "a level", "integral(power)"),
        ("duration()", "formula", "no condition", "duration(where"),
        ("duration(power)", "formula", "no condition", "duration(where"),
        ("duration(where execution > 3)", "field_type", "different types", "quotes"),
        ("duration(where power)", "field_type", "a condition", "b > 0"),
        ("sum(power)", "signal", "how often it was sent", "integral(q)"),
        ("mean(moments(power))", "signal", "how often it was sent", "time_mean(q)"),
        ("count()", "signal", "which quantity", "count(q)"),
        ("integral(producing)", "signal", "conditions only", "duration(where producing)"),
        ("integral(power * 2)", "formula", "takes one quantity", "integral(quantity)"),
    ],
)
def test_a_faulty_formula_says_how_to_mend_it(tmp_path: Path, formula: str, code: str, message: str, cure: str) -> None:
    first = next(f for f in told(tmp_path, formula) if f.code == code)
    assert message in first.message.en
    assert cure in first.cure.en


def test_a_fold_over_time_needs_observations(tmp_path: Path) -> None:
    [found] = [f for f in loaded(tmp_path, with_formula("integral(revenue)", "wan_yuan")).findings if f.code == "signal"]
    assert "record: observation" in found.cure.en


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        ("a: {name: {zh: 甲, en: A}, behaviour: mode, when: b}\nb: {name: {zh: 乙, en: B}, behaviour: mode, when: not a}\n", "circle", "a → b → a"),
        ("a: {name: {zh: 甲, en: A}, behaviour: mode, when: nothing > 1}\n", "unknown_field", "no quantity is named nothing"),
        ("a: {name: {zh: 甲, en: A}, behaviour: mode, when: sum(power)}\n", "barrier", "finished value"),
        ("a: {name: {zh: 甲, en: A}, unit: kW, when: power > 1}\n", "signal", "no mode"),
        ("a: {name: {zh: 甲, en: A}, unit: kW, hold: soon}\n", "signal", "no length of time"),
    ],
)
def test_a_faulty_quantity_is_found(tmp_path: Path, line: str, code: str, message: str) -> None:
    found = [f for f in told(tmp_path, "integral(power)", "kWh", QUANTITIES + line) if f.place.file.endswith("quantities.yaml")]
    assert code in [f.code for f in found]
    assert any(message in f.message.en for f in found)


def test_an_indicator_over_a_faulty_quantity_is_left_out(tmp_path: Path) -> None:
    made = library(tmp_path, "duration(where odd)", "s", QUANTITIES + "odd: {name: {zh: 奇, en: Odd}, behaviour: mode, when: nothing > 1}\n")
    assert "spending_rate" not in made.indicators


def test_what_decides_a_figure_is_part_of_its_definition(tmp_path: Path) -> None:
    versions = {
        library(tmp_path / str(i), 'duration(where power > 1 and execution == "A")', "s", text).indicators["spending_rate"].definition
        for i, text in enumerate((QUANTITIES, QUANTITIES.replace('"0.5"', '"0.25"'), QUANTITIES.replace('"0.5"', '"0.5", hold: 10 min')))
    }
    assert len(versions) == 3


def test_a_packs_test_gives_observations(tmp_path: Path) -> None:
    said = "{{entity: 'machine:A', quantity: {}, time: '2026-09-14T{}Z', {}}}"
    rows = [
        said.format("execution", "08:00:00", "text: ACTIVE"), said.format("power", "08:10:00", "value: 3"), said.format("power", "08:40:00", "value: 1"),
        said.format("power", "09:00:00", "quality: stale"),
    ]  # fmt: skip
    listed = "".join(f"        - {row}\n" for row in rows)
    text = f"cases:\n  - name: busy for half an hour\n    records:\n      observation:\n{listed}    expect:\n      - {{of: nation:TEST, period: '2026-09-14T08', value: '30'}}\n"
    changes = with_formula("duration(where producing)", "min")
    whole = (changes["indicators/spending_rate.yaml"] or "").replace("record: plant_year", "record: observation").replace("period: year", "period: hour")
    made = loaded(tmp_path, {**changes, "indicators/spending_rate.yaml": whole, "quantities.yaml": QUANTITIES, "indicators/spending_rate.test.yaml": text})
    assert "signal" not in codes(made)
    outcomes = list(run(made, [tmp_path], open_store))
    assert [o.message for o in outcomes] == [None]
    assert made.quantities["producing"].step == Decimal("0.001")


OWN = {
    "pack.yaml": FILES["pack.yaml"].replace("small", "own"), "records/plant_year.yaml": None, "plan.yaml": None, "targets.csv": None,
    "indicators/spending_rate.yaml": None, "indicators/spending_rate.test.yaml": None,
}  # fmt: skip


@pytest.mark.parametrize(("unit", "severity"), [("kW", "note"), ("W", "blocking")])
def test_one_id_is_one_quantity_in_all_packs(tmp_path: Path, unit: str, severity: str) -> None:
    folder = tmp_path / "small"
    library(folder, "integral(power)", "kWh")
    again = write(tmp_path / "own", {**OWN, "quantities.yaml": QUANTITIES.splitlines()[0].replace("kW", unit)})
    both = load([folder, again])
    assert [(f.severity, Path(f.place.file).parent.name) for f in both.findings if f.code == "same_name"] == [(severity, "own")]
    assert both.quantities["power"].unit == "kW" and not [name for name in both.quantities if "." in name]
    assert "spending_rate" in both.indicators
