"""A made economy for benchmarks: enterprises with a place, a division and yearly returns, drawn from a seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv

YEARS = range(2015, 2020)
MONEY = 2


def enterprises(n: int) -> pa.Array:
    """The codes of n enterprises."""
    digits = pc.utf8_lpad(pc.cast(pa.array(np.arange(n)), pa.string()), 7, "0")
    return pc.binary_join_element_wise("enterprise:B", digits, "")


def memberships(n: int, regions: list[str], divisions: list[str], seed: int = 1) -> pa.Table:
    """Two undated edges an enterprise: where it lies and what it makes."""
    rng = np.random.default_rng(seed)
    ids = enterprises(n)
    where = pa.array(np.array(regions)[rng.integers(0, len(regions), n)])
    what = pa.array(np.array(divisions)[rng.integers(0, len(divisions), n)])
    return pa.table(
        {
            "entity": pa.concat_arrays([ids, ids]),
            "relation": pa.array(["located_in"] * n + ["classified_as"] * n),
            "parent": pa.concat_arrays([where, what]),
        }
    )


def returns(n: int, seed: int = 2, silent: float = 0.0) -> pa.Table:
    """The annual returns of n enterprises over five years; a share of single answers is left empty."""
    rng = np.random.default_rng(seed)
    rows = n * len(YEARS)
    size = np.tile(rng.lognormal(9.0, 1.2, n), len(YEARS))
    growth = np.repeat(np.array([1.06**k for k in range(len(YEARS))]), n)

    def money(share: np.ndarray) -> pa.Array:
        cents = np.round(size * growth * share * 10**MONEY).astype(np.int64)
        return _scaled(cents)

    def share(low: float, high: float) -> np.ndarray:
        return rng.uniform(low, high, rows)

    processes = rng.integers(0, 40, rows)
    columns = {
        "enterprise": pa.concat_arrays([enterprises(n)] * len(YEARS)),
        "year": pa.array(np.repeat(np.array([str(y) for y in YEARS]), n)),
        "revenue": money(share(1.0, 1.1)),
        "main_business_revenue": money(share(0.9, 1.0)),
        "rd_expenditure": money(share(0.0, 0.04)),
        "gross_output": money(share(1.0, 1.2)),
        "value_added": money(share(0.15, 0.35)),
        "value_added_2015": money(share(0.15, 0.33)),
        "staff": money(share(0.005, 0.02)),
        "energy_tce": money(share(0.1, 0.6)),
        "co2_t": money(share(0.2, 1.4)),
        "water_m3": money(share(1.0, 9.0)),
        "solid_waste_generated_t": money(share(0.0, 0.5)),
        "solid_waste_utilised_t": money(share(0.0, 0.4)),
        "valid_invention_patents": pa.array(rng.integers(0, 30, rows)),
        "uses_digital_design_tools": pa.array(rng.random(rows) < 0.6),
        "key_processes": pa.array(processes),
        "nc_key_processes": pa.array((processes * rng.random(rows)).astype(np.int64)),
    }
    return pa.table({name: _silenced(column, rng, silent) if i > 1 else column for i, (name, column) in enumerate(columns.items())})


def _scaled(cents: np.ndarray) -> pa.Array:
    """Whole cents as exact decimals, without a float on the way."""
    whole = pc.cast(pa.array(cents), pa.decimal128(19, 0))
    hundredth = pc.cast(pa.scalar("0.01"), pa.decimal128(3, 2))
    return pc.cast(pc.multiply(whole, hundredth), pa.decimal128(24, MONEY))


def _silenced(column: pa.Array, rng: np.random.Generator, share: float) -> pa.Array:
    return pc.if_else(pa.array(rng.random(len(column)) >= share), column, None) if share else column


def write(folder: Path, n: int, regions: list[str], divisions: list[str]) -> tuple[Path, Path]:
    """The two files of an economy, as a person would import them."""
    folder.mkdir(parents=True, exist_ok=True)
    edges, facts = folder / "membership.csv", folder / "annual_return.csv"
    csv.write_csv(memberships(n, regions, divisions), edges)
    csv.write_csv(returns(n), facts)
    return edges, facts
