"""Published totals beside their parts: what rounding allows, and what it does not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from zhizao.judge.reconcile import enclose, overlaps, reconcile
from zhizao.model.library import Reconciliation
from zhizao.model.rounding import Rounding
from zhizao.model.series import Reading
from zhizao.model.text import Text

INTENSITY = Rounding("i", Text("强度", "intensity"), "i", "i_low", "i_high", "sector:Z", Decimal("0.01"))
GERD = Reconciliation("gerd", Text("研发经费", "R&D expenditure"), "region_gerd", "gerd", "region", "nation:CN", "0.1")
Rows = Callable[[str], list[dict[str, str]]]


@given(st.lists(st.decimals(0, 1000, places=4), min_size=1, max_size=40))
def test_rounding_alone_always_agrees(exact: list[Decimal]) -> None:
    printed = {f"region:{i}": v.quantize(Decimal("0.1")) for i, v in enumerate(exact)}
    assert reconcile(GERD, "2020", printed, sum(exact, Decimal(0)).quantize(Decimal("0.1"))).verdict == "agrees"


def test_more_than_rounding_allows_differs() -> None:
    parts = {"region:11": Decimal("1.2"), "region:12": Decimal("2.3")}
    assert reconcile(GERD, "2020", parts, Decimal("3.6")).verdict == "agrees"
    assert reconcile(GERD, "2020", parts, Decimal("3.7")).verdict == "differs"


def test_the_printed_unit_of_a_period_may_be_coarser() -> None:
    done = reconcile(GERD, "2020", {"region:11": Decimal(1), "region:12": Decimal(2)}, Decimal(4), Decimal(1))
    assert (done.verdict, done.allowed, done.difference) == ("agrees", Decimal("1.5"), Decimal(-1))


def test_a_missing_part_makes_it_incomplete_and_not_different() -> None:
    assert reconcile(GERD, "2020", {"region:11": Decimal(1), "region:12": None}, Decimal(4)).verdict == "incomplete"
    assert reconcile(GERD, "2020", {}, Decimal(4)).verdict == "incomplete"


@given(*[st.decimals(-100, 100, places=2)] * 3, st.decimals(0, 1, places=3))
def test_intervals_overlap_where_they_share_a_value(a: Decimal, b: Decimal, published: Decimal, half: Decimal) -> None:
    low, high = sorted((a, b))
    nearest = min(max(published, low), high)
    assert overlaps(low, high, published, half) == (abs(nearest - published) <= half)


def test_provinces_add_up_to_the_published_nation_within_rounding(rows: Rows) -> None:
    parts: dict[str, dict[str, Decimal | None]] = defaultdict(dict)
    nation = {}
    level = {r["region_zh"]: r["macro_region"] for r in rows("regions.csv")}
    for r in rows("region_gerd_2011_2023.csv"):
        if r["region_en"] == "China":
            nation[r["year"]] = Decimal(r["gerd_100m_yuan"])
        elif r["region_zh"] in level and level[r["region_zh"]] not in ("", "nation", r["region_en"]):
            parts[r["year"]][r["region_zh"]] = Decimal(r["gerd_100m_yuan"])
    done = [reconcile(GERD, y, parts[y], total) for y, total in nation.items()]
    assert len(done) == 13
    assert {(d.parts, d.verdict) for d in done} == {(31, "agrees")}
    assert max(abs(d.difference) for d in done) == Decimal("0.3")


def test_the_published_intensity_of_2022_overlaps_what_its_rounded_inputs_allow(rows: Rows) -> None:
    of = [r for r in rows("sector_rd_2019_2022.csv") if r["year"] == "2022"]
    whole = next(r for r in of if r["sector_zh"] == "制造业")
    start, end = of.index(whole) + 1, next(i for i, r in enumerate(of) if r["level"] == "section" and i > of.index(whole))
    spent, low, high = Decimal(0), Decimal(0), Decimal(0)
    for r in of[start:end]:
        rd, rate = Decimal(r["rd_expenditure_100m_yuan"]), Decimal(r["rd_intensity_pct_of_business_revenue"])
        spent, low, high = spent + rd, low + rd / (rate + Decimal("0.005")), high + rd / (rate - Decimal("0.005"))
    published = Decimal(whole["rd_intensity_pct_of_business_revenue"])
    assert (round(spent / high, 4), round(spent / low, 4)) == (Decimal("1.5355"), Decimal("1.5514"))
    assert overlaps(spent / high, spent / low, published, Decimal("0.005"))
    assert not overlaps(spent / high, Decimal("1.5435"), published, Decimal("0.001"))


def test_a_published_figure_agrees_where_its_rounding_meets_the_interval_of_its_inputs(reading: Callable[..., Reading]) -> None:
    met, apart = (
        enclose(INTENSITY, reading("2022", "1.55"), Decimal("1.5435"), Decimal("1.5355"), Decimal(high)) for high in ("1.5514", "1.5449")
    )
    assert (met.verdict, apart.verdict) == ("agrees", "differs")
    assert (met.period, met.printed) == ("2022", (Decimal("1.545"), Decimal("1.555")))


def test_the_ends_of_an_interval_may_come_in_either_order(reading: Callable[..., Reading]) -> None:
    made = enclose(INTENSITY, reading("2022", "1.55"), Decimal("1.54"), Decimal("1.56"), Decimal("1.53"))
    assert (made.low, made.high, made.verdict) == (Decimal("1.53"), Decimal("1.56"), "agrees")
