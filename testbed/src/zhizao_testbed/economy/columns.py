"""Whole numbers as the exact decimals and codes that a return is written with."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhizao_testbed.economy.course import AMOUNTS, COUNTS
from zhizao_testbed.economy.population import Flags, Whole
from zhizao_testbed.economy.shares import WORLD


def enterprise_ids(number: Whole) -> pa.Array:
    """The entities of enterprises by their numbers.

    Example:
        >>> enterprise_ids(np.array([7])).to_pylist()
        ['enterprise:SIM-0000007']
    """
    return named(f"enterprise:{WORLD}-", number)


def named(prefix: str, number: Whole, suffix: str = "") -> pa.Array:
    """Seven digits between two texts."""
    digits = pc.utf8_lpad(pc.cast(pa.array(number), pa.string()), 7, "0")
    return pc.binary_join_element_wise(prefix, digits, suffix, "")


def decimals(hundredths: Whole, filled: Flags | None = None, scale: int = 2) -> pa.Array:
    """Hundredths (or what the scale says) as exact decimals, without a float on the way; null where not filled.

    Example:
        >>> decimals(np.array([12345, -7])).to_pylist()
        [Decimal('123.45'), Decimal('-0.07')]
    """
    words = np.empty((len(hundredths), 2), dtype="<i8")  # a decimal is a whole number of 128 bits, the lower half first
    words[:, 0], words[:, 1] = hundredths, hundredths >> 63
    valid = None if filled is None else pa.py_buffer(np.packbits(filled, bitorder="little").tobytes())
    return pa.Array.from_buffers(pa.decimal128(18, scale), len(hundredths), [valid, pa.py_buffer(words.tobytes())])


def annual_returns(number: Whole, year: Whole, fields: Mapping[str, Whole], filled: Mapping[str, Flags]) -> pa.Table:
    """Annual returns as a table that ``zhizao import annual_return`` takes; ``year`` is the calendar year."""
    columns: dict[str, pa.Array] = {"enterprise": enterprise_ids(number), "year": pc.cast(pa.array(year), pa.string())}
    columns |= {name: decimals(fields[name], filled[name]) for name in AMOUNTS}
    columns |= {name: pa.array(fields[name], mask=~filled[name]) for name in COUNTS}
    columns["uses_digital_design_tools"] = columns["uses_digital_design_tools"].cast(pa.bool_())
    return pa.table(columns)
