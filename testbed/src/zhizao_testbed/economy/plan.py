"""The plan of the simulated nation: the same rise, cut and growth as the real plan asks for, from the nation's own base, as a pack."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO
from pathlib import Path

from zhizao_testbed.economy.figures import Figures
from zhizao_testbed.economy.shares import NATION

PACK = "simulated_plan"
BASE_YEAR = 2015
COLUMNS = ("indicator", "year", "form", "direction", "unit", "base_year", "base_value", "window", "about", "printed", "source", "entity")
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Aim:
    """What the real plan asks of an indicator by 2020 and 2025: of a level its base and goals, of anything else the goals."""

    form: str
    unit: str
    goals: tuple[Decimal, Decimal]
    base: Decimal = Decimal(0)
    decimals: str = "0.1"


def _aim(form: str, unit: str, first: str, second: str, base: str = "0", decimals: str = "0.1") -> Aim:
    return Aim(form, unit, (Decimal(first), Decimal(second)), Decimal(base), decimals)


AIMS = {
    "rd_intensity": _aim("level", "percent", "1.26", "1.68", "0.95", "0.01"),
    "invention_patents_per_100m": _aim("level", "patent/yi_yuan", "0.70", "1.10", "0.44", "0.01"),
    "value_added_rate": _aim("change_since", "percentage_point", "2", "4"),
    "labour_productivity_growth": _aim("average_growth", "percent/year", "7.5", "6.5"),
    "digital_design_tools": _aim("level", "percent", "72", "84", "58"),
    "nc_rate": _aim("level", "percent", "50", "64", "33"),
    "energy_intensity_reduction": _aim("cut_since", "percent", "18", "34"),
    "co2_intensity_reduction": _aim("cut_since", "percent", "22", "40"),
    "water_intensity_reduction": _aim("cut_since", "percent", "23", "41"),
    "solid_waste_utilisation": _aim("level", "percent", "73", "79", "65"),
}
"""The ten indicators that returns of enterprises can give."""


def write_plan(folder: Path, figures: Figures, last_year: int) -> None:
    """A pack with the targets of the nation, up to the first target year after its last year."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.yaml").write_text(
        f"id: {PACK}\nversion: 1.0.0\ntitle: {{zh: 模拟经济的规划, en: Plan of the simulated economy}}\nneeds: [kernel, made_in_china_2025]\n", "utf-8"
    )
    (folder / "plan.yaml").write_text(_tree(), "utf-8")
    written = StringIO()
    rows = csv.DictWriter(written, COLUMNS, lineterminator="\n", restval="")
    rows.writeheader()
    rows.writerows(_targets(figures, last_year))
    (folder / "targets.csv").write_text(written.getvalue(), "utf-8")


def _tree() -> str:
    listed = ", ".join(AIMS)
    return (
        "# A plan for an economy that does not exist: every figure under it is simulated.\n"
        f"id: {PACK}\ntitle: {{zh: 模拟经济的规划, en: Plan of the simulated economy}}\nentity: {NATION}\nnodes:\n"
        "  - id: simulated_goals\n    kind: goal\n    name: {zh: 模拟经济的主要指标, en: Main indicators of the simulated economy}\n"
        f"    indicators: [{listed}]\n"
    )


def _targets(figures: Figures, last_year: int) -> Iterator[Row]:
    for indicator, aim in AIMS.items():
        base = figures.of(NATION, indicator, BASE_YEAR) if aim.form == "level" else None
        if aim.form == "level" and not base:
            continue
        shared = {"indicator": indicator, "form": aim.form, "direction": "up", "unit": aim.unit, "entity": NATION, "source": "simulated"}
        shared |= {"base_year": str(BASE_YEAR)} if aim.form != "average_growth" else {"window": "5", "about": "yes"}
        shared |= {"base_value": str(base)} if base else {}
        for step, year in enumerate(range(BASE_YEAR + 5, last_year + 6, 5)):
            yield shared | {"year": str(year), "printed": str(_goal(aim, base, step).quantize(Decimal(aim.decimals)))}


def _goal(aim: Aim, base: Decimal | None, step: int) -> Decimal:
    """The goal of the first, second, … target year: beyond the plan's own two, the last step once more."""
    first, second = aim.goals
    if aim.form == "average_growth":
        return aim.goals[min(step, 1)]
    if aim.form == "cut_since":
        left = 1 - first / 100 if step == 0 else (1 - second / 100) * ((1 - second / 100) / (1 - first / 100)) ** (step - 1)
        return 100 * (1 - left)
    goal = first if step == 0 else second + (second - first) * (step - 1)
    scaled = goal if base is None else base * goal / aim.base
    return min(scaled, Decimal(99)) if aim.unit == "percent" else scaled
