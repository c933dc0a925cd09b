"""Evaluations to show: a small made-up one for every run, and the real published figures where they lie beside the checkout."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from zhizao.model.context import Context
from zhizao.model.evaluation import Evaluation, PlanLine, Reconciled
from zhizao.model.finding import Finding, Place
from zhizao.model.indicator import Indicator
from zhizao.model.library import Reconciliation
from zhizao.model.period import Period
from zhizao.model.plan import PlanNode
from zhizao.model.rounding import Rounded, Rounding
from zhizao.model.series import Reading
from zhizao.model.target import Target
from zhizao.model.text import Text, same
from zhizao.model.verdict import Alternative, Forecast, Judgement, Outlook
from zhizao.model.wording import Wording

SHARED = (Path(__file__).resolve().parents[2] / ".." / "shared").resolve()
NASTY = '<script>alert("1")</script> & "x" \\ #let $y$ @z'
"""Text that would do harm where it is not escaped."""

SECTION = Place("targets.csv", 10)
DAMAGED = Finding(
    "cumulative", "doubtful", SECTION, Text("累计目标倒退：3.4 小于 2020 年的 18", "a cumulative target runs backward: 3.4 is below the 18 of 2020"),
    Text("采用 34 并写明理由", "use 34 and give the reason"),
)  # fmt: skip


def reading(indicator: str, series: str, period: str, value: str, kind: str = "actual", **more: object) -> Reading:
    """A published reading of the nation."""
    given = {
        "scope": "plan",
        "unit": "percent",
        "final": True,
        "publisher": "NBS",
        "source": "NBS, communique",
        "published_at": "2021-09-22",
    }
    given |= {"confidence": "high"} | more
    return Reading(indicator, series, entity="nation:CN", period=Period.parse(period), value=Decimal(value), kind=kind, **given)  # type: ignore[arg-type]


def indicator(id_: str, number: int, name: Text, group: Text, **more: object) -> Indicator:
    """An indicator of the plan."""
    given = {"unit": "percent", "period": "year", "direction": "up", "source": "State Council, section 二(三)"} | more
    return Indicator(id_, name, number=number, group=group, **given)  # type: ignore[arg-type]


POWER = indicator("manufacturing_power_index", 0, Text("制造强国发展指数", "Manufacturing power index"), same("–"), unit="index", goals=("goal_2025",))
WORDING = Wording({"NBS": Text("国家统计局", "NBS")}, {"communique": Text("公报", "communique")})

# ── made up ─────────────────────────────────────────────────────────────────────────────────────────────────────

FORECASTS = (
    Forecast("naive", 60.1, 52.0, 68.2, 0.16, 6, 3, 2.4), Forecast("linear", 65.2, 62.9, 67.5, 0.86, 6, 3, 0.8),
    Forecast("damped", 63.0, 58.0, 68.0, 0.35, 6, 2, None), Forecast("theil_sen", 64.9, 62.0, 67.8, 0.76, 6, 3, 0.9),
)  # fmt: skip


@pytest.fixture(scope="session")
def small() -> Evaluation:
    """A made-up plan: one met with a conflict, one open with forecasts, one damaged in print and not published."""
    group = Text("创新能力", "Innovation")
    known = {
        "rd": indicator("rd", 1, Text("研发强度", "R&D intensity"), group, doubts=(Text("分母口径有变", "the denominator changed"),)),
        "nc": indicator("nc", 2, Text("数控化率", "NC rate"), Text("两化融合", "Integration")),
        "energy": indicator("energy", 3, same(NASTY), Text("绿色发展", "Green")),
        "manufacturing_power_index": POWER,
    }
    rd = (
        reading("rd", "rd.plan_base", "2015", "0.95", "base"), reading("rd", "rd.nbs", "2019", "1.45"), reading("rd", "rd.nbs", "2020", "1.540000"),
        reading("rd", "rd.miit", "2020", "1.6", bound="lower", publisher="MIIT", source="press conference"),
        reading("rd", "rd.census", "2018", "1.34", "derived", note=NASTY), reading("rd_pool", "rd_pool.x", "2018", "3", "proxy", scope="high_tech"),
    )  # fmt: skip
    nc = tuple(reading("nc", "nc.miit", str(2018 + n), str(50 + 2 * n)) for n in range(6))
    none = Outlook("", (), Text("数据不足：少于五个点", "not enough data: under five points"))
    judgements = (
        Judgement(target("rd", 2020, "1.26"), "met", rd[2], Decimal("0.28"), Decimal("1.26"),
                  (Alternative(rd[1], Text("较早的读数", "an earlier reading")), Alternative(rd[3], Text("只是下限", "only a bound"))), (rd[3],), none),
        Judgement(target("nc", 2025, "64"), "on_track", nc[-1], Decimal("-0.5"), Decimal("60.5"), (), (), Outlook("nc.miit", FORECASTS)),
        Judgement(target("energy", 2025, "34", printed="3.4", form="cut_since", about=True, reason=Text("印刷缺字", "a digit is lost")), "not_published",
                  None, None, None, (), (), none),
    )  # fmt: skip
    return Evaluation(
        "made_up", Text("虚构规划", "A made-up plan"), "2024-06-30", "1.0.0", "abc123", known, judgements, {"rd": rd, "nc": nc, "energy": ()},
        (target("nc", 2025, "68", plan="another plan"),), index_context(), (reconciled("0.3", "1.6"), reconciled("5", "1.6")), plan_lines(), (DAMAGED,),
        contexts=(Context("manufacturing_power_index", "nation"),), rounded=(rounded(),), entity="nation:CN", wording=WORDING,
    )  # fmt: skip


def target(id_: str, year: int, used: str, *, printed: str = "", form: str = "level", **more: object) -> Target:
    """A target of the made-up plan."""
    base = {"base_year": 2015, "base_value": Decimal("0.95") if id_ == "rd" else None} | more
    return Target(id_, year, form, "up", Decimal(printed or used), Decimal(used), "percent", **base)  # type: ignore[arg-type]


def index_context() -> tuple[Reading, ...]:
    """The manufacturing-power index of two nations in two vintages."""
    power = "manufacturing_power_index"
    rows = [("CN", "2015", "96.36"), ("US", "2015", "161.05"), ("CN", "2020", "110.84"), ("US", "2020", "168.71")]
    index = [
        Reading(power, f"{power}.cae_{v}", "plan", f"nation:{c}", Period.parse(v), Decimal(x), "index", "actual", True) for c, v, x in rows
    ]
    return tuple(index)


def rounded() -> Rounded:
    """A published intensity beside the interval its rounded inputs allow."""
    what = Rounding("made", Text("取整", "An intensity"), "s", "s_low", "s_high", "sector:Z", Decimal("0.01"), Text("取整所致", "inputs are rounded"))
    published = replace(reading("s", "s.nbs", "2020", "1.54"), entity="sector:Z")
    return Rounded(what, Decimal("1.537"), Decimal("1.53"), Decimal("1.545"), published, "agrees")


def reconciled(difference: str, allowed: str) -> Reconciled:
    """Provinces beside the published nation."""
    what = Reconciliation("gerd", Text("分省研发经费", "R&D by province"), "region_gerd", "gerd", "region", "nation:CN", "0.1")
    verdict = "agrees" if Decimal(difference) <= Decimal(allowed) else "differs"
    return Reconciled(what, "2020", 31, Decimal("100") + Decimal(difference), Decimal("100"), Decimal(allowed), verdict)  # type: ignore[arg-type]


def plan_lines() -> tuple[PlanLine, ...]:
    """A goal, and a task with two systems."""
    systems = tuple(
        PlanLine(PlanNode(f"S00{n}", "system", "三(一)", Text(f"系统{n}", f"System {n}")), s, ()) for n, s in enumerate(("partly", "no"))
    )  # type: ignore[arg-type]
    task = PlanNode("task_1", "task", "三(一)", Text("提高创新能力", "Raise innovation"), ("rd",), ("indicator:rd",))
    return (
        PlanLine(PlanNode("goal_2025", "goal", "二(三)", Text("第一步", "First step")), "no", ()),
        PlanLine(task, "partly", ("indicator:rd",), systems),
    )


# ── real ────────────────────────────────────────────────────────────────────────────────────────────────────────

GROUPS = ((2, Text("创新能力", "Innovation")), (5, Text("质量效益", "Quality and benefit")),
          (8, Text("两化融合", "Integration of IT and industry")), (12, Text("绿色发展", "Green development")))  # fmt: skip
NAMES = {
    "rd_intensity": "R&D intensity of above-scale manufacturing", "invention_patents_per_100m": "Valid invention patents per 100 million yuan of revenue",
    "quality_index": "Quality competitiveness index of manufacturing", "value_added_rate": "Rise of the value-added rate of manufacturing",
    "labour_productivity_growth": "Growth of labour productivity in manufacturing", "broadband_penetration": "Household broadband penetration",
    "digital_design_tools": "Enterprises using digital R&D design tools", "nc_rate": "Numerical control rate of key processes",
    "energy_intensity_reduction": "Cut of energy per unit of industrial value added", "co2_intensity_reduction": "Cut of CO₂ per unit of industrial value added",
    "water_intensity_reduction": "Cut of water per unit of industrial value added", "solid_waste_utilisation": "Utilisation of industrial solid waste",
}  # fmt: skip
DECIDED = {  # what decides 2020 and 2025, as of November 2026
    "rd_intensity": (("met", "nbs", "2020"), ("met_by_proxy", "census", "2023")), "invention_patents_per_100m": (("met_by_proxy", "all_industry", "2020"),) * 2,
    "quality_index": (("met", "samr", "2020"), ("met", "samr", "2025-08")), "value_added_rate": (("not_published", "", ""),) * 2,
    "labour_productivity_growth": (("not_published", "", ""),) * 2, "broadband_penetration": (("met", "telecom_symposium", "2019-06"),) * 2,
    "digital_design_tools": (("met", "miit", "2020-09"), ("met_by_proxy", "miit_key_enterprises", "2024")),
    "nc_rate": (("met", "miit", "2020"), ("met", "miit", "2025-03")), "energy_intensity_reduction": (("missed", "miit", "2020"), ("not_published", "", "")),
    "co2_intensity_reduction": (("not_published", "", ""),) * 2, "water_intensity_reduction": (("met", "mwr_bulletin", "2020"), ("met_by_proxy", "mwr_chained", "2024")),
    "solid_waste_utilisation": (("missed_by_proxy", "mee", "2020"), ("missed_by_proxy", "bulk", "2025")),
}  # fmt: skip


@pytest.fixture(scope="session")
def real() -> Evaluation:
    """The plan's twelve indicators with the figures really published, the verdicts written in by hand."""
    if not SHARED.is_dir():
        pytest.skip("the shared data folder does not lie beside the checkout")
    rows, readings = table("plan_targets.csv"), real_readings()
    known = {row["indicator"]: real_indicator(row, n) for n, row in enumerate(rows, 1)}
    judged = tuple(real_judgement(row, year, at, readings[row["indicator"]]) for row in rows for at, year in enumerate((2020, 2025)))
    title = Text("中国制造 2025", "Made in China 2025")
    return Evaluation(
        "made_in_china_2025", title, "2026-11-23", "0.1.0", "f00d", known | {"manufacturing_power_index": POWER}, judged, readings, (), real_index(), (),
        plan_lines(), (DAMAGED,), contexts=(Context("manufacturing_power_index", "nation"),), entity="nation:CN",
    )  # fmt: skip


def table(name: str) -> list[dict[str, str]]:
    """A table of the shared data."""
    with (SHARED / "data" / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def real_indicator(row: dict[str, str], number: int) -> Indicator:
    group = next(text for last, text in GROUPS if number <= last)
    return indicator(row["indicator"], number, Text(row["name_zh"], NAMES[row["indicator"]]), group, unit=row["unit"].split(",")[0])


def real_readings() -> dict[str, tuple[Reading, ...]]:
    found: dict[str, list[Reading]] = defaultdict(list)
    for row in table("plan_actuals.csv"):
        kept = {k: row[k] for k in ("unit", "scope", "bound", "confidence", "published_at", "proxy_for", "source", "note")}
        kept |= {"final": row["final"] == "yes", "sign": int(row["sign"]), "publisher": row["source"].split(",")[0]}  # type: ignore[dict-item]
        serves = row["proxy_for"] or row["indicator"]
        found[serves].append(reading(row["indicator"], row["series"], row["period"], row["value"], row["kind"], **kept))
    return {key: tuple(value) for key, value in found.items()} | {"co2_intensity_reduction": ()}


def real_index() -> tuple[Reading, ...]:
    codes = {
        "China": "CN",
        "USA": "US",
        "Japan": "JP",
        "Germany": "DE",
        "South Korea": "KR",
        "France": "FR",
        "UK": "GB",
        "India": "IN",
        "Brazil": "BR",
    }
    power = "manufacturing_power_index"
    return tuple(
        Reading(power, f"{power}.cae_{r['vintage'][:4]}", "plan", f"nation:{codes[r['country']]}", Period.parse(r["year"]), Decimal(r["value"]), "index",
                "actual" if r["kind"] == "actual" else "derived", True, publisher="CAE", source=r["source"], published_at=r["source_date"])
        for r in table("manufacturing_power_index.csv") if r["value"] and r["country"]
    )  # fmt: skip


def real_judgement(row: dict[str, str], year: int, at: int, readings: tuple[Reading, ...]) -> Judgement:
    verdict, series, period = DECIDED[row["indicator"]][at]
    used, printed = Decimal(row[f"used_{year}"]), Decimal(row[f"printed_{year}"])
    reason = Text("印刷缺一位数字", row["reason_where_they_differ"]) if used != printed else None
    base = Decimal(row["base_2015"]) if row["base_2015"] else None
    form, _, since = row["target_form"].partition("_since")
    goal = Target(row["indicator"], year, f"{form}_since" if since else form, "up", printed, used, row["unit"].split(",")[0], 2015, base,  # type: ignore[arg-type]
                  window=5 if form == "average_growth" else 0, about=form == "average_growth", reason=reason)  # fmt: skip
    found = next((r for r in readings if r.series == f"{row['indicator']}.{series}" and str(r.period) == period), None)
    others = tuple(Alternative(r, Text("另有读数先行判定", "another reading decided first")) for r in readings if r is not found)
    gap = found.signed - used if found else None
    none = Outlook("", (), Text("数据不足：少于五个点", "not enough data: under five points"))
    return Judgement(goal, verdict, found, gap, used if found else None, others, (), none)  # type: ignore[arg-type]
