"""Answers: the values of one indicator for many entities and periods, kept in columns; each value is made when it is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import overload

import numpy as np
import pyarrow as pa

from zhizao.measure.arithmetic.decimals import DIGITS
from zhizao.measure.coverage import DECIMALS
from zhizao.model.indicator import Indicator
from zhizao.model.period import Period
from zhizao.model.series import Origin
from zhizao.model.value import Coverage, Status, Value

IMPOSSIBLE = "impossible"
"""The doubt that comes with a value its indicator cannot have."""

Steps = list[int | None]
"""Whole steps of a printed scale, one an entity."""


@dataclass(frozen=True, slots=True)
class Column:
    """What was found in one period, entity by entity; shares in steps of coverage."""

    figures: Steps
    statuses: dict[int, Status]
    """Of the entities without a figure."""
    counts: Steps
    weights: Steps


@dataclass(frozen=True)
class Answer(Sequence[Value]):
    """The values of one indicator, entity after entity, the periods of each in order."""

    indicator: Indicator
    known_at: str
    entities: Sequence[str]
    origins: Sequence[Origin]
    periods: Sequence[Period]
    columns: Sequence[Column]
    """One a period."""

    def __len__(self) -> int:
        return len(self.entities) * len(self.periods)

    @overload
    def __getitem__(self, index: int) -> Value: ...
    @overload
    def __getitem__(self, index: slice) -> list[Value]: ...
    def __getitem__(self, index: int | slice) -> Value | list[Value]:
        if isinstance(index, slice):
            return [self._value(i) for i in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        return self._value(index % len(self))

    def _value(self, index: int) -> Value:
        entity, period = divmod(index, len(self.periods))
        indicator, column = self.indicator, self.columns[period]
        value = _decimal(column.figures[entity], indicator.decimals)
        return Value(
            indicator=indicator.id, series=f"{indicator.id}.computed", basis="computed", scope=scope_of(indicator), kind="computed",
            origin=self.origins[entity], entity=self.entities[entity], period=self.periods[period],
            value=value, unit=indicator.unit, status=column.statuses.get(entity, "ok"),
            coverage=Coverage(_decimal(column.counts[entity], DECIMALS), _decimal(column.weights[entity], DECIMALS)),
            definition=indicator.definition, known_at=self.known_at,
            warnings=() if value is None or indicator.is_possible(value) else (IMPOSSIBLE,),
        )  # fmt: skip

    def table(self) -> pa.Table:
        """The answer as one table, for whoever wants thousands of values at once.

        Shape:
            entity, period, value (in the indicator's unit), status, coverage_count, coverage_weight; a row a period and entity, by period.
        """
        n = len(self.entities)
        return pa.table(
            {
                "entity": pa.concat_arrays([pa.array(self.entities, pa.string())] * len(self.periods)),
                "period": pa.array(np.repeat(np.array([str(p) for p in self.periods], object), n)),
                "value": pa.chunked_array([_decimals(c.figures, self.indicator.decimals) for c in self.columns]),
                "status": pa.array([c.statuses.get(i, "ok") for c in self.columns for i in range(n)], pa.string()),
                "coverage_count": pa.chunked_array([_decimals(c.counts, DECIMALS) for c in self.columns]),
                "coverage_weight": pa.chunked_array([_decimals(c.weights, DECIMALS) for c in self.columns]),
            }
        )


def scope_of(indicator: Indicator) -> str:
    """What a computed value speaks of: the plan's population, or whatever the facts are about."""
    return "plan" if indicator.number or indicator.variant_of else "facts"


def _decimal(steps: int | None, decimals: int) -> Decimal | None:
    return None if steps is None else DIGITS.scaleb(Decimal(steps), -decimals)


def _decimals(steps: Steps, decimals: int) -> pa.Array:
    """Whole steps as decimals, digit for digit."""
    kind = pa.decimal128(38, decimals)
    try:
        low = pa.array(steps, pa.int64())
    except (OverflowError, pa.ArrowInvalid):
        return pa.array([_decimal(s, decimals) for s in steps], kind)
    numbers = low.fill_null(0).to_numpy()
    words = np.column_stack([numbers, numbers >> 63])  # the two halves of 128 bits
    return pa.Array.from_buffers(kind, len(steps), [low.buffers()[0], pa.py_buffer(np.ascontiguousarray(words))])
