"""Formulas over several record types: each is folded by itself, and finished values meet per entity and period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.measure.world import NOW, RATE, World, total
from zhizao.measure.explain import Explainer
from zhizao.measure.measure import Measurement
from zhizao.model.expression import Barrier, Call, Expr, FieldRef, Fold, Op
from zhizao.model.indicator import Indicator
from zhizao.model.period import Period
from zhizao.model.text import same
from zhizao.model.value import Known
from zhizao.pack.load import load
from zhizao.store.contract import Source
from zhizao.store.local import LocalStore


def of(record: str, fold: Fold) -> Fold:
    return replace(fold, record=record)


OUTPUT_PER_REVENUE = Op("/", (of("monthly_return", total("output")), total("revenue")))
INDICATORS: Mapping[str, tuple[str, Expr]] = {
    "output_per_revenue": ("annual_return", OUTPUT_PER_REVENUE),
    "twice": ("annual_return", Op("/", (Op("+", (of("monthly_return", total("output")), of("product_return", total("output")))), total("revenue")))),
    "sites_per_revenue": ("annual_return", Op("/", (of("site_return", total("processes")), total("revenue")))),
    "site_rate_and_revenue": ("annual_return", Op("*", (Barrier("mean", "enterprise", Op("/", (of("site_return", total("nc")), of("site_return", total("processes"))))), total("revenue")))),
    "growing": ("annual_return", Call("growth", (OUTPUT_PER_REVENUE,))),
    "complete": ("annual_return", Op("/", (of("site_return", Fold("sum", FieldRef("nc"), FieldRef("processes"))), total("revenue")))),
    "all_output": ("monthly_return", total("output")),
    "all_products": ("product_return", total("output")),
    "all_revenue": ("annual_return", total("revenue")),
    "at_year_end": ("monthly_return", Op("/", (Call("at_end", (total("output"),)), of("annual_return", total("revenue"))))),
}  # fmt: skip


class Together(World):
    def __init__(self, home: Path) -> None:
        super().__init__(home)
        made = {n: Indicator(n, same(n), "ratio", "year", "up", record, "", tree, decimals=9, weight="revenue" if record == "annual_return" else "") for n, (record, tree) in INDICATORS.items()}
        self.library = replace(self.library, indicators={**self.library.indicators, **made})

    def monthly(self, enterprise: str, *amounts: int, year: int = 2020) -> None:
        self.add("monthly_return", [{"enterprise": enterprise, "month": f"{year}-{m:02d}", "output": a} for m, a in enumerate(amounts, 1)])

    def yearly(self, enterprise: str, revenue: int | None, year: int = 2020) -> None:
        self.add("annual_return", [{"enterprise": enterprise, "year": year, "revenue": revenue}])


@pytest.fixture
def world(tmp_path: Path) -> Together:
    made = Together(tmp_path)
    made.place(("enterprise:A", "located_in", "region:32"), ("enterprise:B", "located_in", "region:44"), ("site:A1", "part_of", "enterprise:A"), ("site:A2", "part_of", "enterprise:A"))
    return made


def test_a_quotient_of_months_by_a_year_meets_at_every_level(world: Together) -> None:
    world.monthly("enterprise:A", 10, 20, 30)
    world.monthly("enterprise:B", 40)
    world.yearly("enterprise:A", 600)
    world.yearly("enterprise:B", 400)
    assert world.table("output_per_revenue") == {"nation:CN": Decimal("0.1")}
    assert world.table("output_per_revenue", by=["region"]) == {"region:32": Decimal("0.1"), "region:44": Decimal("0.1")}
    assert world.table("output_per_revenue", by=["enterprise"], of=["region:32"]) == {"enterprise:A": Decimal("0.1")}


def test_rows_of_parts_meet_the_return_of_the_whole_they_belong_to(world: Together) -> None:
    world.add("site_return", [{"site": "site:A1", "year": 2020, "processes": 3, "nc": 3}, {"site": "site:A2", "year": 2020, "processes": 5, "nc": 0}])
    world.yearly("enterprise:A", 16)
    assert world.table("sites_per_revenue", of=["enterprise:A"]) == {"enterprise:A": Decimal("0.5")}
    assert world.table("sites_per_revenue", by=["enterprise"], of=["region:32"]) == {"region:32+enterprise:A": Decimal("0.5")}
    assert world.table("site_rate_and_revenue", by=["region"])["region:32"] == Decimal(6)


def test_whoever_has_facts_of_one_type_alone_is_listed_without_a_figure(world: Together) -> None:
    world.yearly("enterprise:A", 600)
    world.monthly("enterprise:B", 40)
    found = {v.entity: (v.value, v.status) for v in world.values("output_per_revenue", by=["enterprise"])}
    assert found == {"enterprise:A": (None, "undefined"), "enterprise:B": (None, "not_reported")}


def test_coverage_is_that_of_the_indicators_own_record(world: Together) -> None:
    world.yearly("enterprise:A", 600)
    world.monthly("enterprise:A", 60)
    world.monthly("enterprise:B", 40)
    (whole,) = world.values("output_per_revenue")
    assert (whole.value, whole.coverage.count) == (Decimal("0.166666667"), Decimal("0.500000"))


def test_a_row_must_report_what_the_formula_reads_of_its_own_type_only(world: Together) -> None:
    world.yearly("enterprise:A", 10)
    world.add("site_return", [{"site": "site:A1", "year": 2020, "processes": 1, "nc": 5}, {"site": "site:A2", "year": 2020, "nc": 7}])
    made = world.library.indicators["complete"]
    where = Fold("sum", FieldRef("nc"), record="site_return")
    world.library = replace(world.library, indicators={**world.library.indicators, "complete": replace(made, tree=Op("/", (Op("+", (where, of("site_return", total("processes")))), total("revenue"))))})
    assert world.table("complete", of=["enterprise:A"]) == {"enterprise:A": Decimal("0.6")}, "site A2 reports no processes, so none of it counts"


def test_growth_looks_back_in_both(world: Together) -> None:
    world.yearly("enterprise:A", 100, year=2019)
    world.monthly("enterprise:A", 10, year=2019)
    world.yearly("enterprise:A", 100)
    world.monthly("enterprise:A", 6, 6)
    assert world.table("growing", of=["enterprise:A"]) == {"enterprise:A": Decimal("0.2")}


def test_the_end_of_a_period_is_that_of_the_own_record_while_others_are_read_whole(world: Together) -> None:
    world.monthly("enterprise:A", *range(1, 13))
    world.yearly("enterprise:A", 24)
    assert world.table("at_year_end", of=["enterprise:A"]) == {"enterprise:A": Decimal("0.5")}


def test_an_explanation_shows_the_facts_and_states_of_each_type(world: Together) -> None:
    world.monthly("enterprise:A", 10, 20)
    world.yearly("enterprise:A", 300)
    with world.store.session() as session:
        explained = Explainer(Measurement(world.library, session, Known(), NOW), world.store.find).explain("output_per_revenue", "enterprise:A", Period.parse("2020"))
    assert explained.facts_total == 3
    assert [ref.id.partition(":")[0] for ref in explained.facts] == ["annual_return", "monthly_return", "monthly_return"]
    assert dict(explained.states) == {"sum(monthly_return.output).sum": "30.000000", "sum(revenue).sum": "300.000000"}


def test_indicators_over_the_same_types_are_answered_together_as_they_are_alone(world: Together) -> None:
    world.yearly("enterprise:A", 100)
    world.monthly("enterprise:A", 10)
    world.add("product_return", [{"enterprise": "enterprise:A", "year": 2020, "product": "p", "output": 5}])
    names = ["output_per_revenue", "twice", "growing", "intensity", "all_output"]
    with world.store.session() as session:
        together = Measurement(world.library, session, Known(), NOW).values(names, by=["region"], periods=[Period.parse("2020")])
    assert together == [value for name in names for value in world.values(name, by=["region"])]


AMOUNTS = st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 1000)), max_size=6, unique_by=lambda pair: pair[0])


@settings(max_examples=15, deadline=None)
@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_a_formula_over_three_types_is_that_of_the_three_folds_alone(revenue: Sequence[tuple[str, int]], output: Sequence[tuple[str, int]], products: Sequence[tuple[str, int]]) -> None:
    with TemporaryDirectory() as folder:
        world = Together(Path(folder))
        world.place(("enterprise:A", "located_in", "region:32"), ("enterprise:B", "located_in", "region:32"), ("enterprise:C", "located_in", "region:44"))
        for record, time, field, rows in (("annual_return", "year", "revenue", revenue), ("monthly_return", "month", "output", output), ("product_return", "year", "output", products)):
            if rows:
                fixed: dict[str, Any] = {"year": 2020, "month": "2020-05", "product": "p"}
                world.add(record, [{"enterprise": f"enterprise:{e}", time: fixed[time], "product": "p", field: amount} for e, amount in rows])
        for by in (["region"], ["enterprise"], []):
            parts = [world.table(name, by=by) if by else world.table(name, of=["nation:CN"]) for name in ("all_output", "all_products", "all_revenue")]
            asked = world.table("twice", by=by) if by else world.table("twice", of=["nation:CN"])
            for entity, value in asked.items():
                a, b, c = (part.get(entity) for part in parts)
                expected = None if a is None or b is None or not c else ((a + b) / c).quantize(Decimal("1e-9"))
                assert value == expected, (entity, a, b, c)


def test_rate_stays_what_it_was(world: Together) -> None:
    """A fold of the own record names none, so that definitions keep their versions."""
    from zhizao.model.expression import canonical

    assert canonical(RATE) == "(Op / ((Fold sum (FieldRef nc) - ()) (Fold sum (FieldRef processes) - ())))"


PLANT = {
    "pack.yaml": "id: plant\nversion: 1.0.0\ntitle: {zh: 工厂, en: Plant}\nneeds: [kernel]\n",
    "quantities.yaml": "execution: {name: {zh: 执行, en: Execution}, unit: '', behaviour: mode}\n",
    "records/run.yaml": """id: run
name: {zh: 运行, en: Run}
entity: machine
time: started
period: day
key: [machine, started]
fields:
  machine: {type: entity, level: machine, required: true, name: {zh: 机器, en: Machine}}
  started: {type: instant, required: true, name: {zh: 开始, en: Started}}
  ideal: {type: decimal, unit: s, accrual: flow, name: {zh: 理想时间, en: Ideal time}}
""",
    "indicators/effect.yaml": """id: effect
name: {zh: 效率, en: Effect}
unit: percent
direction: up
period: day
record: run
formula: sum(ideal) / duration(where observation.execution == "ACTIVE")
zero: undefined
source: ours
""",
}


def plant(folder: Path) -> tuple[Any, LocalStore]:
    for name, text in PLANT.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return load([folder]), LocalStore(folder / "home", clock=lambda: NOW)


def test_records_meet_signals(tmp_path: Path) -> None:
    library, store = plant(tmp_path)
    assert [f.code for f in library.blocking] == ["no_test"]
    told = [("2020-09-14T01:00:00Z", "ACTIVE"), ("2020-09-14T02:00:00Z", "READY"), ("2020-09-14T03:00:00Z", "ACTIVE"), ("2020-09-14T04:00:00Z", "READY")]
    observed = {"entity": ["machine:M"] * 4, "quantity": ["execution"] * 4, "time": [t for t, _ in told], "text": [x for _, x in told], "quality": ["good"] * 4, "source": ["s"] * 4}
    assert not store.append(library.records["observation"], pa.table(observed), Source("test")).rejected
    runs = {"machine": ["machine:M", "machine:N"], "started": ["2020-09-14T01:00:00Z", "2020-09-14T01:00:00Z"], "ideal": ["1800", "60"]}
    assert not store.append(library.records["run"], pa.table(runs), Source("test")).rejected
    with store.session() as session:
        found = Measurement(library, session, Known(), NOW).values(["effect"], by=["machine"], periods=[Period.parse("2020-09-14")])
    assert {v.entity: (v.value, v.status) for v in found} == {"machine:M": (Decimal("25.000000"), "ok"), "machine:N": (None, "undefined")}
