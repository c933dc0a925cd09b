"""What holds of every verdict, whatever the readings."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from zhizao.judge.verdict import judge
from zhizao.model.period import Period
from zhizao.model.series import Reading
from zhizao.model.target import Target

ORDER = ("x.a", "x.b")
PERIODS = ("2013", "2015", "2018-Q2", "2019", "2020-09", "2020", "2016/2020", "2021")

readings = st.lists(
    st.builds(
        Reading,
        indicator=st.just("x"),
        series=st.sampled_from(("x.a", "x.b", "x.c")),
        scope=st.sampled_from(("plan", "high_tech")),
        entity=st.just("nation:CN"),
        period=st.sampled_from(PERIODS).map(Period.parse),
        value=st.decimals(0, 100, places=1),
        unit=st.just("percent"),
        kind=st.sampled_from(("base", "actual", "derived", "proxy")),
        final=st.booleans(),
        bound=st.sampled_from(("", "", "lower", "upper")),
        published_at=st.sampled_from(("", "2019", "2020-12-15", "2021-09")),
    ),
    max_size=12,
    unique_by=lambda r: (r.series, r.period.text),
)
targets = st.builds(
    Target,
    indicator=st.just("x"),
    year=st.just(2020),
    form=st.sampled_from(("level", "cut_since", "average_growth")),
    direction=st.sampled_from(("up", "down")),
    printed=st.just(Decimal(50)),
    used=st.just(Decimal(50)),
    unit=st.just("percent"),
    base_year=st.just(2015),
    base_value=st.just(Decimal(20)),
    window=st.just(5),
)
moments = st.sampled_from([datetime(y, 6, 1, tzinfo=UTC) for y in (2019, 2020, 2021, 2026)])


@given(targets, readings, moments, st.randoms(use_true_random=False))
def test_the_order_of_readings_never_matters(target: Target, known: list[Reading], as_of: datetime, rng: random.Random) -> None:
    shuffled = rng.sample(known, len(known))
    one, other = (judge(target, r, order=ORDER, as_of=as_of, plan_entity="nation:CN") for r in (known, shuffled))
    assert (one.verdict, one.reading, one.gap, one.outlook) == (other.verdict, other.reading, other.gap, other.outlook)
    assert set(one.conflicts) == set(other.conflicts)


@given(targets, readings, moments)
def test_every_known_reading_is_either_the_judged_one_or_an_alternative_with_a_reason(
    target: Target, known: list[Reading], as_of: datetime
) -> None:
    judged = judge(target, known, order=ORDER, as_of=as_of, plan_entity="nation:CN")
    named = [a.reading for a in judged.alternatives] + ([judged.reading] if judged.reading else [])
    assert len(named) == len(set(named))
    assert set(named) == {r for r in known if not r.published_at or datetime.fromisoformat(r.known_since) <= as_of}


@given(targets, readings, moments)
def test_what_was_not_known_then_changes_nothing(target: Target, known: list[Reading], as_of: datetime) -> None:
    heard = [r for r in known if not r.published_at or datetime.fromisoformat(r.known_since) <= as_of]
    assert judge(target, known, order=ORDER, as_of=as_of, plan_entity="nation:CN") == judge(target, heard, order=ORDER, as_of=as_of, plan_entity="nation:CN")


@given(targets, readings, moments)
def test_an_open_verdict_is_given_only_before_the_period_ends(target: Target, known: list[Reading], as_of: datetime) -> None:
    verdict = judge(target, known, order=ORDER, as_of=as_of, plan_entity="nation:CN").verdict
    closed = as_of >= datetime(2021, 1, 1, tzinfo=UTC)
    assert verdict not in (("on_track", "off_track", "not_due") if closed else ("not_published",))
