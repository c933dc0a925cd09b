"""Finishing: estimates settle most figures, and never otherwise than exact arithmetic alone would."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from zhizao.errors import StateOverflow
from zhizao.measure.finish import Finisher
from zhizao.measure.frame import Frame
from zhizao.measure.leaf import leaves
from zhizao.measure.merged import Block, Merged
from zhizao.measure.reach import moments_of
from zhizao.model.expression import Barrier, Call, Expr, FieldRef, Fold, Number, Op
from zhizao.model.indicator import Indicator, ZeroRule
from zhizao.model.period import Period
from zhizao.model.text import same

PERIODS = ("2015", "2019", "2020")
MONEY = pa.decimal128(38, 6)
FIELDS = ("a", "b", "c")

amounts = st.one_of(
    st.none(),
    st.just(Decimal(0)),
    st.decimals(min_value=Decimal("-1e4"), max_value=Decimal("1e4"), places=2, allow_nan=False),
    st.decimals(min_value=Decimal(0), max_value=Decimal("1e24"), places=6, allow_nan=False),
    st.sampled_from([Decimal("0.5"), Decimal("0.00005"), Decimal("1.00005"), Decimal(3), Decimal("1e-6")]),
)
numbers = st.sampled_from([Decimal(0), Decimal(1), Decimal("0.5"), Decimal("-2"), Decimal("0.2"), Decimal(100), Decimal("1e-9")]).map(Number)
sums = st.sampled_from(FIELDS).map(lambda f: Fold("sum", FieldRef(f)))
tips = st.one_of(sums, st.just(Fold("count")), st.just(Fold("moments", FieldRef("a"))), st.just(Barrier("mean", "enterprise", Fold("sum", FieldRef("b")))))


def grown(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    return st.one_of(
        st.builds(lambda op, a, b: Op(op, (a, b)), st.sampled_from(["+", "-", "*", "/"]), inner, inner),
        st.builds(lambda a: Op("neg", (a,)), inner),
        st.builds(lambda name, a: Call(name, (a,)), st.sampled_from(["sqrt", "ln", "abs"]), inner),
        st.builds(lambda a, n: Call("pow", (a, n)), inner, numbers),
        st.builds(lambda a, b: Call("share", (a, b)), inner, inner),
        st.builds(lambda a: Call("base", (a,), (("year", Decimal(2015)),)), inner),
        st.builds(lambda a, years: Call("growth", (a,), years), inner, st.sampled_from([(), (("years", Decimal(5)),)])),
        st.builds(lambda a: Call("rolling", (a,), (("n", Decimal(2)),)), inner),
    )


trees = st.recursive(st.one_of(tips, numbers), grown, max_leaves=6)
rows = st.lists(st.tuples(*(amounts for _ in FIELDS)), min_size=len(PERIODS), max_size=len(PERIODS) * 4)


def framed(indicator: Indicator, given_rows: list[tuple[Decimal | None, ...]]) -> Frame:
    """Merged states of some entities in three years, every column made from the rows."""
    entities = [f"enterprise:E{i // len(PERIODS)}" for i in range(len(given_rows))]
    labels = [PERIODS[i % len(PERIODS)] for i in range(len(given_rows))]
    columns: dict[str, pa.ChunkedArray] = {}
    for leaf in leaves(indicator):
        for name, column in zip(leaf.columns(), leaf.state.columns, strict=True):
            field = FIELDS.index(leaf.node.of.name) if isinstance(leaf.node, Fold) and isinstance(leaf.node.of, FieldRef) else 1
            counted = [len(entities[i]) % 3 + i % 4 for i in range(len(given_rows))]
            values = counted if column.rule == "count" else [row[field] for row in given_rows]
            columns[name] = pa.chunked_array([pa.array(values, pa.int64() if column.rule == "count" else MONEY)])
    merged = Merged()
    merged.add(Block(entities, labels, columns))
    return Frame({"year": merged}, sorted(set(entities)))


def indicator_of(tree: Expr, zero: ZeroRule = "undefined", decimals: int = 4, factor: Decimal = Decimal(100)) -> Indicator:
    return Indicator("x", same("x"), "ratio", "year", "up", "r", "", tree, factor=factor, decimals=decimals, missing="each", zero=zero)


@given(tree=trees, given_rows=rows, zero=st.sampled_from(["undefined", "zero", "one"]), decimals=st.integers(0, 6))
@settings(max_examples=400, deadline=None)
def test_estimates_never_settle_a_figure_otherwise_than_exact_arithmetic(
    tree: Expr, given_rows: list[tuple[Decimal | None, ...]], zero: ZeroRule, decimals: int
) -> None:
    indicator = indicator_of(tree, zero, decimals)
    finisher, frame, period = Finisher(indicator, "year"), framed(indicator, given_rows), Period.parse("2020")
    try:
        exact = finisher.exact(period, frame, list(range(len(frame.entities))))
    except StateOverflow:
        reject()  # beyond 50 digits there is no exact figure to compare with
    assert finisher.figures(period, frame) == exact


def test_a_value_beyond_every_scale_is_an_error_that_says_where() -> None:
    indicator = indicator_of(Call("exp", (Fold("sum", FieldRef("a")),)))
    frame = framed(indicator, [(None, None, None)] * 2 + [(Decimal(10) ** 9, None, None)])
    with pytest.raises(StateOverflow) as told:
        Finisher(indicator, "year").figures(Period.parse("2020"), frame)
    assert (told.value.where, "50" in str(told.value)) == ("x", True)


def test_the_base_of_a_53rd_week_or_a_leap_day_is_the_last_there_was() -> None:
    base = Call("base", (Fold("sum", FieldRef("a")),), (("year", Decimal(2019)),))
    assert [str(p) for text in ("2020-W53", "2020-02-29") for p in moments_of(base, Period.parse(text), "day")] == ["2019-W52", "2019-02-28"]


def test_a_half_step_goes_to_the_even_neighbour_whatever_the_machine_number_next_to_it_says() -> None:
    indicator = indicator_of(Fold("sum", FieldRef("a")), decimals=2, factor=Decimal(1))
    frame = framed(indicator, [(Decimal(v), None, None) for v in ("0", "0", "2.675", "0", "0", "2.665", "0", "0", "-0.005")])
    assert Finisher(indicator, "year").figures(Period.parse("2020"), frame) == [268, 266, 0]


def test_a_figure_of_more_digits_than_a_machine_number_keeps_them_all() -> None:
    indicator = indicator_of(Fold("sum", FieldRef("a")), decimals=6, factor=Decimal(1))
    frame = framed(indicator, [(None, None, None)] * 2 + [(Decimal("123456789012345678901234.567891"), None, None)])
    assert Finisher(indicator, "year").figures(Period.parse("2020"), frame) == [123456789012345678901234567891]


@pytest.mark.parametrize("zero", ["zero", "one"])
def test_the_rule_of_zero_speaks_of_numbers_not_of_what_is_undefined(zero: ZeroRule) -> None:
    logarithm = Op("/", (Call("ln", (Fold("sum", FieldRef("a")),)), Fold("sum", FieldRef("b"))))
    frame = framed(indicator_of(logarithm, zero), [(None, None, None)] * 2 + [(Decimal(-3), Decimal(0), None)])
    assert Finisher(indicator_of(logarithm, zero), "year").figures(Period.parse("2020"), frame) == [None]


def test_whole_numbers_that_no_machine_number_holds_are_read_exactly() -> None:
    indicator = indicator_of(Fold("sum", FieldRef("a")), decimals=0, factor=Decimal(1))
    frame = framed(indicator, [(None, None, None)] * 3)
    name = leaves(indicator)[0].columns()[0]
    frame.merged["year"].add(Block(["enterprise:E0"], ["2020"], {name: pa.chunked_array([pa.array([2**53 + 1], pa.int64())])}))
    assert Finisher(indicator, "year").figures(Period.parse("2020"), frame) == [2**53 + 1]
