"""Units: exact factors, and kinds of quantity that never mix."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhizao.pack.units import Unit, exact, is_finite, unit, unit_name, units

_UNITS = st.sampled_from(units()).map(unit)


def test_money_converts_exactly() -> None:
    assert unit("patent/wan_yuan").factor_to(unit("patent/yi_yuan")) == 10_000
    assert unit("yuan").factor_to(unit("yi_yuan")) == Fraction(1, 100_000_000)


def test_percent_is_not_percentage_point() -> None:
    assert not unit("percent").fits(unit("percentage_point"))


def test_coal_equivalent_is_no_electricity_and_carbon_dioxide_no_waste() -> None:
    assert not unit("tce").fits(unit("kWh")) and not unit("t_co2").fits(unit("t"))


def test_growth_per_year_is_no_share() -> None:
    assert not unit("percent/year").fits(unit("percent"))


@pytest.mark.parametrize("text", ["patents", "kiloyuan", "10 yuan", "yuan/", "((", "yuan yuan?", "1/0", "t**99"])
def test_what_is_no_unit_is_refused(text: str) -> None:
    with pytest.raises((KeyError, ValueError)):
        unit(text)


@given(_UNITS, _UNITS)
def test_product_and_quotient_undo_each_other(a: Unit, b: Unit) -> None:
    assert (a * b / b).fits(a) and (a * b / b).factor_to(a) == 1


@given(_UNITS, _UNITS)
def test_factors_between_fitting_units_are_inverse(a: Unit, b: Unit) -> None:
    if a.fits(b):
        assert a.factor_to(b) * b.factor_to(a) == 1


@given(st.integers(-(10**9), 10**9), st.integers(0, 12))
def test_a_finite_factor_is_written_exactly(number: int, places: int) -> None:
    factor = Fraction(number, 10**places)
    assert is_finite(factor) and Fraction(exact(factor)) == factor and isinstance(exact(factor), Decimal)


def test_every_unit_has_both_names() -> None:
    assert all(unit_name(name).zh and unit_name(name).en for name in units())
    assert unit_name("1/min").en == "per minute"
