"""The true figures of the nation, its provinces and divisions: added up in whole numbers, divided once, as the indicators of the plan define them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction

import numpy as np

from zhizao_testbed.economy.answers import Answers
from zhizao_testbed.economy.course import MOST_PROCESSES
from zhizao_testbed.economy.population import Flags, Whole, World
from zhizao_testbed.economy.shares import NATION, REGIONS, SECTORS, region_id, sector_id

RATIOS: Mapping[str, tuple[str, str]] = {
    "rd_intensity": ("rd_expenditure", "main_business_revenue"),
    "invention_patents_per_100m": ("valid_invention_patents", "main_business_revenue"),
    "value_added_rate": ("value_added", "gross_output"),
    "labour_productivity_growth": ("value_added_2015", "staff"),
    "digital_design_tools": ("uses_digital_design_tools", ""),
    "nc_rate": ("nc_key_processes", "key_processes"),
    "nc_rate_pooled": ("nc_key_processes", "key_processes"),
    "energy_intensity_reduction": ("energy_tce", "value_added_2015"),
    "co2_intensity_reduction": ("co2_t", "value_added_2015"),
    "water_intensity_reduction": ("water_m3", "value_added_2015"),
    "solid_waste_utilisation": ("solid_waste_utilised_t", "solid_waste_generated_t"),
}
"""What is divided behind each indicator; by '' the number of answers is meant."""
SINCE_BASE = ("value_added_rate", "energy_intensity_reduction", "co2_intensity_reduction", "water_intensity_reduction")
EACH = "nc_rate"
GROWTH_YEARS = 5
Figure = Decimal | None
CELLS = len(REGIONS) * len(SECTORS)


@dataclass
class Sums:
    """What is above and below each ratio, by province, division and year; for the mean of rates the rates' numerators and numbers by denominator.

    Shape:
        ``above``, ``below``: (cells, years) whole numbers by indicator; ``rates``: two of (cells, years, denominators).
    """

    world: World
    above: dict[str, Whole] = field(init=False)
    below: dict[str, Whole] = field(init=False)
    rates: tuple[Whole, Whole] = field(init=False)

    def __post_init__(self) -> None:
        flat = (CELLS, self.world.years)
        self.above, self.below = ({name: np.zeros(flat, dtype=np.int64) for name in RATIOS} for _ in range(2))
        self.rates = (np.zeros((*flat, MOST_PROCESSES + 1), dtype=np.int64), np.zeros((*flat, MOST_PROCESSES + 1), dtype=np.int64))

    def add(self, found: Answers, fields: Mapping[str, Whole], counts: Mapping[str, Flags]) -> None:
        """Returns with their fields, and which of each field count."""
        place = (found.region * len(SECTORS) + found.sector) * self.world.years + found.year
        for name, (above, below) in RATIOS.items():
            whole = counts[above] & (counts[below] if below else True)
            whole &= fields[below] > 0 if below == "key_processes" else True
            at = place[whole]
            self.above[name] += _added(at, fields[above][whole], CELLS * self.world.years).reshape(CELLS, -1)
            ones = fields[below][whole] if below else np.ones(len(at), dtype=np.int64)
            self.below[name] += _added(at, ones, CELLS * self.world.years).reshape(CELLS, -1)
            if name == EACH:
                self._add_rates(at, fields[above][whole], fields[below][whole])

    def _add_rates(self, at: Whole, above: Whole, below: Whole) -> None:
        keys, shape = at * (MOST_PROCESSES + 1) + below, self.rates[0].shape
        for held, values in zip(self.rates, (above, np.ones_like(above)), strict=True):
            held += _added(keys, values, held.size).reshape(shape)

    def figures(self) -> Figures:
        """The figures of everything there is."""
        return Figures(self)


def _added(at: Whole, values: Whole, size: int) -> Whole:
    """Exact sums by place, which ``bincount`` would make in floats."""
    found = np.zeros(size, dtype=np.int64)
    np.add.at(found, at, values)
    return found


@dataclass(frozen=True)
class Figures:
    """Figures by entity (nation, province, division, or a cell ``region:…+sector:…``), indicator and year, at the decimals of the indicator."""

    sums: Sums

    def of(self, entity: str, indicator: str, year: int) -> Figure:
        """A figure, None where there is nothing to divide by."""
        at = year - self.sums.world.first_year
        ratio = self._ratio(_cells(entity), indicator, at)
        if indicator in SINCE_BASE:
            first = self._ratio(_cells(entity), indicator, 0)
            ratio = None if ratio is None or not first else ratio - first if indicator == "value_added_rate" else 1 - ratio / first
        if indicator == "labour_productivity_growth":
            before = self._ratio(_cells(entity), indicator, at - GROWTH_YEARS) if at >= GROWTH_YEARS else None
            return None if not ratio or not before else _printed(_root(ratio / before) - 1, 100)
        return None if ratio is None else _printed(ratio, 10_000 if indicator == "invention_patents_per_100m" else 100)

    def table(self) -> Iterator[dict[str, str | int]]:
        """Every figure of the nation, each province and each division."""
        for entity in (NATION, *map(region_id, REGIONS), *map(sector_id, SECTORS)):
            for indicator in RATIOS:
                for year in range(self.sums.world.first_year, self.sums.world.first_year + self.sums.world.years):
                    if (value := self.of(entity, indicator, year)) is not None:
                        yield {"entity": entity, "indicator": indicator, "year": year, "value": str(value)}

    def _ratio(self, cells: Whole, indicator: str, at: int) -> Fraction | None:
        if indicator == EACH:
            tops, counts = (held[cells, at].sum(axis=0) for held in self.sums.rates)
            n = int(counts.sum())
            return sum((Fraction(int(top), k) for k, top in enumerate(tops) if k), Fraction(0)) / n if n else None
        above, below = (int(held[indicator][cells, at].sum()) for held in (self.sums.above, self.sums.below))
        # Amounts are in hundredths; a count over an amount is not.
        scale = 100 if indicator == "invention_patents_per_100m" else 1
        return Fraction(above * scale, below) if below else None


def _cells(entity: str) -> Whole:
    """The places of the cells that make an entity up."""
    every = np.arange(CELLS).reshape(len(REGIONS), len(SECTORS))
    for part in entity.split("+"):
        code = part.rpartition(".")[2]
        if part.startswith("region:"):
            every = every[[REGIONS.index(code)]]
        elif part.startswith("sector:"):
            every = every[:, [SECTORS.index(code)]]
    return every.ravel()


def _root(ratio: Fraction) -> Fraction:
    with localcontext() as context:
        context.prec = 50
        return Fraction((Decimal(ratio.numerator) / Decimal(ratio.denominator)) ** (Decimal(1) / GROWTH_YEARS))


def _printed(ratio: Fraction, factor: int) -> Decimal:
    with localcontext() as context:
        context.prec = 60
        scaled = ratio * factor
        return (Decimal(scaled.numerator) / Decimal(scaled.denominator)).quantize(Decimal("0.0001"), ROUND_HALF_EVEN)
