"""What truly happens to enterprises, year by year: every field of an annual return, in whole numbers (hundredths where a field is a decimal)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from zhizao_testbed.economy.population import Flags, Floats, People, Whole, World, people
from zhizao_testbed.economy.shares import DIVISIONS

MONEY = ("revenue", "main_business_revenue", "rd_expenditure", "gross_output", "value_added", "value_added_2015")
AMOUNTS = (*MONEY, "staff", "energy_tce", "co2_t", "water_m3", "solid_waste_generated_t", "solid_waste_utilised_t")
"""Fields with two decimals, kept here in hundredths."""
COUNTS = ("valid_invention_patents", "uses_digital_design_tools", "key_processes", "nc_key_processes")
FIELDS = (*AMOUNTS, *COUNTS)
CAPACITY = "capacity"
"""What an enterprise could produce in a year, in hundredths too; no field of a return."""
MOST_PROCESSES = 40

Push = Callable[[str, Floats], Floats]
"""What causes do to a quantity of the field named, by enterprise and year."""


@dataclass(frozen=True)
class Course:
    """Enterprises and their true fields; every field has one entry an enterprise and year, and means nothing where the enterprise does not live."""

    people: People
    lives: Flags
    fields: Mapping[str, Whole]


def course(world: World, block: int, push: Callable[[People], Push] | None = None) -> Course:
    """The course of the enterprises of a block; ``push`` is what hidden causes do to them."""
    who = people(world, block)
    pushed: Push = push(who) if push else lambda _, values: values
    fields = _Drawn(world, block, who).fields(pushed)
    return Course(who, who.lives(world.years), fields | {CAPACITY: _capacity(world, block, fields["gross_output"], pushed)})


def _capacity(world: World, block: int, output: Whole, push: Push) -> Whole:
    """Output over utilisation, which lies about 77 %."""
    random = world.random(6, block)
    shape = output.shape
    used = 0.77 + 0.06 * random.standard_normal((shape[0], 1)) + 0.015 * random.standard_normal(shape)
    return np.rint(output / np.clip(push("utilisation", used), 0.2, 1.1)).astype(np.int64)


class _Drawn:
    """Draws in one fixed order, so that a cause changes what it concerns and nothing else."""

    def __init__(self, world: World, block: int, who: People) -> None:
        self.n, self.years, self.who = len(who), world.years, who
        self.random = world.random(2, block)
        self.year = np.arange(world.years)[None, :]

    def fields(self, push: Push) -> dict[str, Whole]:
        money = self._money()
        output, added, real = money["gross_output"], money["value_added"], money["value_added_2015"]
        energy = push("energy_tce", real * self._of("energy") * self._trait(0.35) * 0.958**self.year * self._noise(0.04))
        waste = output * self._of("waste") * self._trait(0.5) * 0.99**self.year * self._noise(0.05)
        used = push("solid_waste_utilised_t", waste * _logistic(0.62 + 0.095 * self.year + self._lasting(0.9) + self._shaken(0.12)))
        research = push("rd_expenditure", money["main_business_revenue"] * self._research())
        amounts = {
            **money, "rd_expenditure": research, "value_added": added, "energy_tce": energy,
            "staff": np.maximum(real / (self._of("productivity") * self._trait(0.3) * 1.072**self.year * self._noise(0.03)), 5),
            "co2_t": energy * 2.45 * self._trait(0.08) * 0.988**self.year * self._noise(0.01),
            "water_m3": real * self._of("water") * self._trait(0.4) * 0.946**self.year * self._noise(0.05),
            "solid_waste_generated_t": waste, "solid_waste_utilised_t": used,
        }  # fmt: skip
        return {name: np.rint(amounts[name] * 100).astype(np.int64) for name in AMOUNTS} | self._counts(money["revenue"], push)

    def _money(self) -> dict[str, Floats]:
        growth = 0.055 + self._lasting(0.02) + self._shaken(0.07)
        growth[:, 0] = 0
        revenue = self.who.size[:, None] * np.exp(np.cumsum(growth, axis=1))
        output = revenue * self._trait(0.03) * self._noise(0.01)
        rate = _logistic(_logit(self._of("value_added")) + 0.026 * self.year + self._lasting(0.3) + self._shaken(0.04))
        prices = 1.006**self.year * self._noise(0.004)
        return {
            "revenue": revenue, "main_business_revenue": revenue * (1 - 0.05 * self.random.random((self.n, 1))), "gross_output": output,
            "value_added": output * rate, "value_added_2015": output * rate / prices,
        }  # fmt: skip

    def _research(self) -> Floats:
        """Shares of revenue: two enterprises in five do no research, the greater ones rarely none."""
        does = self.random.random((self.n, 1)) < _logistic(0.3 + 0.5 * np.log(self.who.size[:, None] / 20_000))
        share = self._of("research") * 1.15 * self._trait(0.5) * 1.067**self.year * self._noise(0.06)
        return np.where(does, np.minimum(share, 0.3), 0.0)

    def _counts(self, revenue: Floats, push: Push) -> dict[str, Whole]:
        patents = revenue / 10_000 * 0.42 * self._of("research") / 0.01 * self._trait(0.9) * 1.105**self.year
        bent = 0.35 * np.log(self.who.size[:, None] / 10_000)
        digital = _logistic(0.25 + bent + 0.142 * self.year) > self.random.random((self.n, 1))
        processes = np.minimum(self.random.poisson(self._of("processes")) + 1, MOST_PROCESSES)
        processes = np.where(self.random.random((self.n, 1)) < 0.04, 0, processes)
        share = _logistic(-0.8 + self._of("control") + 0.5 * bent + 0.162 * self.year + self._lasting(0.8) + self._shaken(0.1))
        controlled = np.floor(push("controlled", share) * processes + self.random.random((self.n, 1)))
        every = np.ones((1, self.years), dtype=np.int64)
        return {
            "valid_invention_patents": np.floor(patents + self.random.random((self.n, 1))).astype(np.int64),
            "uses_digital_design_tools": digital.astype(np.int64),
            "key_processes": processes * every,
            "nc_key_processes": np.clip(controlled, 0, processes).astype(np.int64),
        }

    def _of(self, trait: str) -> Floats:
        """A trait of each enterprise's division."""
        found: Floats = np.array([float(getattr(d, trait)) for d in DIVISIONS])[self.who.sector][:, None]
        return found

    def _lasting(self, spread: float) -> Floats:
        return spread * self.random.standard_normal((self.n, 1))

    def _shaken(self, spread: float) -> Floats:
        return spread * self.random.standard_normal((self.n, self.years))

    def _trait(self, spread: float) -> Floats:
        """A lasting factor whose mean is 1."""
        return np.exp(self._lasting(spread) - spread**2 / 2)

    def _noise(self, spread: float) -> Floats:
        return np.exp(self._shaken(spread) - spread**2 / 2)


def _logistic(x: Floats) -> Floats:
    return 1 / (1 + np.exp(-x))


def _logit(p: Floats) -> Floats:
    return np.log(p / (1 - p))
