"""The engine lifts from rows the very states the reference makes."""

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.measure.world import World
from zhizao.checks.states import check_engine
from zhizao.measure.states import State, state_of

NUMBER = st.none() | st.decimals(-10**6, 10**6, places=6, allow_nan=False)
STATES: dict[str, State] = {
    kind: state_of(kind, {"width": Decimal("0.25"), "k": Decimal(4)})  # type: ignore[arg-type]
    for kind in ("count", "sum", "min", "max", "moments", "last", "histogram", "distinct")
}


@pytest.mark.parametrize("kind", STATES)
@given(groups=st.lists(st.lists(NUMBER, max_size=8), min_size=1, max_size=4))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_duckdb_agrees_with_the_reference(kind: str, groups: list[list[Decimal | None]], tmp_path: Path) -> None:
    with World(tmp_path / "home").store.session() as session:
        check_engine(STATES[kind], session, groups, pa.decimal128(18, 6))


def test_an_exact_ratio_rounds_halves_away_from_zero_and_is_null_over_zero(tmp_path: Path) -> None:
    import ibis

    from zhizao.measure.exact import ratio

    with World(tmp_path / "home").store.session() as session:
        rows = session.hold("rows", pa.table({"a": [7, -7, 5, 1, 10**15], "b": [2, 2, 3, 0, 7]}))
        found = session.fetch(rows.select(q=ratio(rows.a, rows.b, ibis.literal(10**6, "int64"))))["q"].to_pylist()
    assert found == [3500000, -3500000, 1666667, None, 142857142857142857143]


def test_the_fast_way_of_an_exact_ratio_never_overflows(tmp_path: Path) -> None:
    import ibis

    from zhizao.measure.exact import ratio

    with World(tmp_path / "home").store.session() as session:
        rows = session.hold("rows", pa.table({"a": [10**6, 100], "b": [10**9, 500]}))
        found = session.fetch(rows.select(q=ratio(rows.a, rows.b, ibis.literal(10**18, "int64"))))["q"].to_pylist()
    assert found == [10**15, 2 * 10**17]


def test_a_bucket_is_found_by_every_decimal_of_a_field(tmp_path: Path) -> None:
    values = [[Decimal("0.99999999"), Decimal("1.00000000"), Decimal("-0.00000001")]]
    with World(tmp_path / "home").store.session() as session:
        check_engine(STATES["histogram"], session, values, pa.decimal128(18, 8))
