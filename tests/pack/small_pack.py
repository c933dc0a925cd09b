"""A small pack written to a folder, which tests change in one place at a time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from zhizao.model.library import Library
from zhizao.pack.load import load

FILES: Mapping[str, str] = {
    "pack.yaml": "id: small\nversion: 1.0.0\ntitle: {zh: 小包, en: Small pack}\nneeds: [kernel]\n",
    "records/plant_year.yaml": """id: plant_year
name: {zh: 工厂年报, en: Plant year}
entity: enterprise
time: year
period: year
key: [enterprise, year]
fields:
  enterprise: {type: entity, level: enterprise, required: true, name: {zh: 企业, en: Enterprise}}
  year: {type: period, required: true, name: {zh: 年份, en: Year}}
  revenue: {type: decimal, unit: wan_yuan, accrual: flow, price: current, name: {zh: 收入, en: Revenue}}
  spending: {type: decimal, unit: wan_yuan, accrual: flow, price: current, name: {zh: 支出, en: Spending}}
  output_2015: {type: decimal, unit: wan_yuan, accrual: flow, price: "2015", name: {zh: 产出, en: Output}}
  energy: {type: decimal, unit: tce, accrual: flow, name: {zh: 能耗, en: Energy}}
  staff: {type: decimal, unit: person, accrual: stock, name: {zh: 人数, en: Staff}}
  digital: {type: boolean, name: {zh: 数字化, en: Digital}}
  grade: {type: text, values: [A, B], name: {zh: 等级, en: Grade}}
  heat: {type: float, unit: kW, min: 0, name: {zh: 温度, en: Heat}}
""",
    "indicators/spending_rate.yaml": """id: spending_rate
name: {zh: 支出率, en: Spending rate}
unit: percent
direction: up
period: year
record: plant_year
formula: sum(spending) / sum(revenue)
zero: undefined
goals: [t1]
number: 1
source: ours
""",
    "indicators/spending_rate.test.yaml": """cases:
  - name: a ratio of sums
    records:
      plant_year:
        - {enterprise: A, year: 2020, spending: 10, revenue: 1000}
    expect:
      - {of: nation:TEST, period: "2020", value: "1.0"}
""",
    "plan.yaml": """id: small
title: {zh: 小计划, en: Small plan}
nodes:
  - {id: t1, kind: task, section: "1", name: {zh: 任务, en: Task}}
""",
    "targets.csv": "indicator,year,form,direction,unit,base_year,base_value,printed,used,reason_zh,reason_en,source\n"
    "spending_rate,2020,level,up,percent,2015,0.9,1.2,1.2,,,plan\nspending_rate,2025,level,up,percent,2015,0.9,1.6,1.6,,,plan\n",
}


def write(folder: Path, changes: Mapping[str, str | None] | None = None) -> Path:
    """Write the pack with some files changed (None: left out)."""
    for name, text in {**FILES, **(changes or {})}.items():
        if text is not None:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
    return folder


def loaded(folder: Path, changes: Mapping[str, str | None] | None = None) -> Library:
    """The library of the changed pack."""
    return load([write(folder, changes)])


def with_formula(formula: str, unit: str = "percent", more: str = "zero: undefined\n") -> dict[str, str | None]:
    """The change that gives the pack's indicator another formula and unit."""
    text = FILES["indicators/spending_rate.yaml"].replace("sum(spending) / sum(revenue)", formula).replace("zero: undefined\n", more)
    return {"indicators/spending_rate.yaml": text.replace("unit: percent", f"unit: {unit}"), "targets.csv": None}


def codes(library: Library) -> list[str]:
    """The codes of all findings."""
    return [f.code for f in library.findings]
