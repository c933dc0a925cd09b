"""The rule of verdicts written a second time, straight from the contract and sharing no code with the first, against many made-up cases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from zhizao.judge.verdict import judge
from zhizao.model.period import Period
from zhizao.model.series import Reading
from zhizao.model.target import Target

ORDER = ("x.b", "x.a")
ENDS = {"2013": 2013.0, "2015": 2015.0, "2018-Q2": 2018.5, "2019": 2019.0, "2020-09": 2020.7, "2020-Q4": 2020.999, "2020-12": 2020.999,
        "2020": 2020.999, "2016/2020": 2020.999, "2016/2019": 2019.0, "2019/2020": 2020.999, "2021": 2022.0, "2021/2025": 2026.0}  # fmt: skip
"""Where each period ends, by hand; a tenth of a day is near enough to order them."""
MONTHS = {"2018-Q2": 3, "2020-09": 1, "2020-Q4": 3, "2020-12": 1, "2016/2020": 60, "2016/2019": 48, "2019/2020": 24, "2021/2025": 60}
KNOWN = {"": datetime(1, 1, 1, tzinfo=UTC), "2019": datetime(2020, 1, 1, tzinfo=UTC), "2020-12-15": datetime(2020, 12, 16, tzinfo=UTC),
         "2021-09": datetime(2021, 10, 1, tzinfo=UTC)}  # fmt: skip


def readings_of(series: str) -> st.SearchStrategy[list[Reading]]:
    """Up to five readings of one series; a series that stands in for the indicator has one sign and one scope throughout."""
    return st.tuples(st.sampled_from(("plan", "high_tech")), st.sampled_from((("x", "", 1), ("y", "x", -1), ("x", "", 1)))).flatmap(
        lambda fixed: st.lists(
            st.builds(
                Reading, indicator=st.just(fixed[1][0]), series=st.just(series), scope=st.just(fixed[0]), entity=st.just("nation:CN"),
                period=st.sampled_from(list(ENDS)).map(Period.parse),
                value=st.sampled_from((40, 47, 49, 50, 51, 60)).map(lambda v: Decimal(v) * fixed[1][2]), unit=st.just("percent"),
                kind=st.sampled_from(("base", "actual", "actual", "derived", "proxy")), final=st.booleans(),
                bound=st.sampled_from(("", "", "", "lower", "upper")), published_at=st.sampled_from(list(KNOWN)), proxy_for=st.just(fixed[1][1]),
                sign=st.just(fixed[1][2]),
            ),
            max_size=5, unique_by=lambda r: (r.period.text, r.published_at),
        )
    )  # fmt: skip


readings = st.tuples(*map(readings_of, ("x.a", "x.b", "x.c"))).map(lambda found: [r for rs in found for r in rs])
targets = st.builds(
    Target, indicator=st.just("x"), year=st.just(2020), form=st.sampled_from(("level", "cut_since", "change_since", "average_growth")),
    direction=st.sampled_from(("up", "down")), printed=st.just(Decimal(50)), used=st.just(Decimal(50)), unit=st.just("percent"),
    base_year=st.just(2015), base_value=st.just(Decimal(30)), window=st.just(5), about=st.booleans(),
)  # fmt: skip
moments = st.sampled_from([datetime(y, 6, 1, tzinfo=UTC) for y in (2019, 2020, 2021, 2026)])


# ── the second writing ──────────────────────────────────────────────────────────────────────────────────────────


def expected(t: Target, everything: Sequence[Reading], as_of: datetime) -> tuple[str, Reading | None]:
    """The verdict and the reading it stands on."""
    may = [r for r in everything if KNOWN[r.published_at] <= as_of and r.kind != "base" and ENDS[r.period.text] < 2021]
    if t.form == "average_growth":
        may = [r for r in may if r.period.text == "2016/2020"]
    asked = [s for tier in (1, 2) for s in spokesmen(t, may, tier)]
    for tier, r in asked:
        said = says(t, r)
        if said is not None:
            return ("met" if said else "missed") + ("_by_proxy" if tier == 2 else ""), r
    if as_of >= datetime(2021, 1, 1, tzinfo=UTC):
        return "not_published", None
    for _, r in asked:
        ahead = on_the_way(t, r)
        if ahead is not None and not contradicted(t, r, ahead):
            return ("on_track" if ahead else "off_track"), r
    return "not_due", None


def spokesmen(t: Target, may: Sequence[Reading], tier: int) -> list[tuple[int, Reading]]:
    """The latest reading of every series of a tier, in the pack's order."""
    plans_own = [r for r in may if r.kind == "actual" and r.scope == "plan" and r.indicator == "x"]
    found: dict[str, Reading] = {}
    for r in sorted(plans_own if tier == 1 else may, key=lambda r: standing(t, r)):
        found[r.series] = r
    kept = {s: r for s, r in found.items() if tier == 1 or r not in plans_own}
    return [(tier, kept[s]) for s in (*ORDER, "x.c") if s in kept]


def standing(t: Target, r: Reading) -> tuple[float, bool, int, datetime]:
    """Later beats earlier; on one day the target's kind of period, then the longer, then the later published."""
    own = "/" in r.period.text if t.form == "average_growth" else r.period.text.isdigit()
    return ENDS[r.period.text], own, MONTHS.get(r.period.text, 12), KNOWN[r.published_at]


def says(t: Target, r: Reading) -> bool | None:
    value, ends_it = r.value * r.sign, {"2020"} | ({"2016/2020"} if t.form != "level" else set())
    limit = t.used * (Decimal("0.95") if t.direction == "up" else Decimal("1.05")) if t.about else t.used
    if value >= limit if t.direction == "up" else value <= limit:
        return None if contradicted(t, r, True) else True
    return False if r.final and not r.bound and r.period.text in ends_it else None


def contradicted(t: Target, r: Reading, ahead: bool) -> bool:
    """A bound on the other side leaves it open whether the true value stands there too."""
    at_least = (r.bound == "lower") == (r.sign == 1)
    return bool(r.bound) and (at_least if ahead else not at_least) != (t.direction == "up")


def on_the_way(t: Target, r: Reading) -> bool | None:
    """Whether a reading keeps to the path."""
    if t.form == "average_growth":
        needed = 50.0
    else:
        way = (calendar_years(r.period.last_day) - 2016) / 5
        if way < -1e-9:
            return None
        start = 30.0 if t.form == "level" else 0.0
        needed = 100 - 100 * 0.5**way if t.form == "cut_since" else start + (50 - start) * way
    slack = 2.5 if t.about else 0.0
    value = float(r.value * r.sign)
    return value >= needed - slack - 1e-9 if t.direction == "up" else value <= needed + slack + 1e-9


def calendar_years(day: date) -> float:
    """A day as a decimal year, its end counted in."""
    first, after = date(day.year, 1, 1), date(day.year + 1, 1, 1)
    return day.year + (day + timedelta(days=1) - first) / (after - first)


# ── the two held together ───────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=600, deadline=None)
@given(targets, readings, moments)
def test_two_writings_of_the_rule_agree(target: Target, known: list[Reading], as_of: datetime) -> None:
    judged = judge(target, known, order=ORDER, as_of=as_of, plan_entity="nation:CN")
    assert (judged.verdict, judged.reading) == expected(target, known, as_of)
