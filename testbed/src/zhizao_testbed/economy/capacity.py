"""Quarterly reports of capacity of the divisions that are watched for having too much: what utilisation does to stock, price and profit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhizao_testbed.economy.columns import decimals, enterprise_ids
from zhizao_testbed.economy.course import CAPACITY, Course
from zhizao_testbed.economy.population import Floats, Whole, World
from zhizao_testbed.economy.shares import SECTORS

WATCHED = ("C25", "C26", "C30", "C31", "C32", "C38")
"""Fuels, chemicals, cement and glass, steel, non-ferrous metals, electrical machinery."""
SEASON = np.array([-0.04, 0.01, 0.0, 0.03])
"""Of utilisation, by quarter: it is not seasonally adjusted."""
USUAL = 0.77


@dataclass(frozen=True, slots=True)
class Bent:
    """How far a point of utilisation below the usual moves what it drags along."""

    price: float = 55.0
    stock: float = 2.5
    margin: float = 0.45


BENT = Bent()


def capacity_reports(world: World, block: int, lived: Course) -> pa.Table:
    """The reports of a block, as ``zhizao import capacity_report`` takes them."""
    random = world.random(7, block)
    watched = np.isin(lived.people.sector, [SECTORS.index(code) for code in WATCHED])
    rows, year = np.nonzero(lived.lives & watched[:, None])
    quarter = np.tile(np.arange(4), len(rows))
    who, when = np.repeat(rows, 4), np.repeat(year, 4)
    output, could = (lived.fields[name][who, when] / 4 for name in ("gross_output", CAPACITY))
    used = np.clip(output / could + SEASON[quarter] + 0.008 * random.standard_normal(len(who)), 0.05, 1.2)
    off = used - SEASON[quarter] - USUAL
    made = could * used
    price = 100 + BENT.price * off + random.standard_normal(len(who))
    names = [f"{world.first_year + y}-Q{q + 1}" for y in range(world.years) for q in range(4)]
    return pa.table({
        "enterprise": enterprise_ids(lived.people.number[who]), "quarter": pc.take(pa.array(names), pa.array(when * 4 + quarter)),
        "production": _decimals(made), "capacity": _decimals(could),
        "stock": _decimals(made * 0.3 * np.maximum(1 - BENT.stock * off + 0.05 * random.standard_normal(len(who)), 0.05)),
        "price_index": _decimals(price * 100), "profit": _decimals(made * (0.06 + BENT.margin * off + 0.01 * random.standard_normal(len(who)))),
    })  # fmt: skip


def _decimals(hundredths: Floats) -> pa.Array:
    whole: Whole = np.rint(hundredths).astype(np.int64)
    return decimals(whole)
