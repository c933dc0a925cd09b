"""Points: what was said of some quantities, in whole microseconds and whole steps; and what is needed of the time before a grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from zhizao.measure.signal.grid import Grid
from zhizao.model.quantity import MOST_STEPS, Quantity
from zhizao.model.record import RecordType
from zhizao.model.value import Known
from zhizao.store.contract import Session

QUANTITY, AT, STEPS, WORDS, SOURCE, HORIZON, LIMIT, OWN = "quantity", "_at", "_steps", "_words", "_source", "_horizon", "_limit", "_own"
TRUSTED = ("good", "uncertain")


@ibis.udf.scalar.builtin(name="epoch_us", signature=((dt.Timestamp("UTC", 6),), dt.int64))
def epoch_us(at):  # type: ignore[no-untyped-def]
    """An instant in microseconds since 1970."""


@dataclass(frozen=True)
class Said:
    """The observations of a store, as known at a time."""

    session: Session
    record: RecordType
    known: Known

    @property
    def entity(self) -> str:
        """The column that says what an observation is about."""
        return self.record.entity

    def points(self, quantities: Sequence[Quantity], grid: Grid) -> ir.Table:
        """The points of quantities on a grid, and those before it from which something still holds.

        Shape:
            entity, quantity, _source, _at (int64), _steps (int64: null for words and where nothing is known), _words (the same for
            numbers), _own (boolean: said then), _horizon (int64: until when the last value of its source holds)
        """
        rows = self.session.relation(self.record, self.known)
        rows = rows.filter(rows[QUANTITY].isin([q.id for q in quantities]))
        # The stored times themselves are compared, so that an engine passes over whole segments and groups of rows.
        time, first, end = rows[self.record.time], _instant(grid.first), _instant(grid.end)
        before = self._said(rows.filter(time < first), quantities)
        points = _latest(before, self.entity).union(self._said(rows.filter(time >= first, time < end), quantities))
        horizon = self._horizon()
        return points.left_join(horizon, SOURCE).select(*points.columns, HORIZON, **{OWN: ibis.literal(True)})

    def _said(self, rows: ir.Table, quantities: Sequence[Quantity]) -> ir.Table:
        named = {SOURCE: ibis.coalesce(rows["source"], ""), AT: epoch_us(rows[self.record.time])}
        return rows.select(self.entity, QUANTITY, **named, **_values(rows, quantities))

    @cached_property
    def heard(self) -> ir.Table:
        """When each source last spoke of each signal: one look at all rows, for whatever is asked."""
        rows = self.session.relation(self.record, self.known)
        spoken = rows.select(self.entity, QUANTITY, **{SOURCE: ibis.coalesce(rows["source"], ""), AT: rows[self.record.time]})
        newest = spoken.group_by([self.entity, QUANTITY, SOURCE]).aggregate(_newest=spoken[AT].max())
        return self.session.keep("heard", newest)

    def _horizon(self) -> ir.Table:
        """When each source was last heard of."""
        newest = self.heard.group_by(SOURCE).aggregate(_newest=self.heard["_newest"].max())
        return newest.select(SOURCE, **{HORIZON: epoch_us(newest["_newest"])})


def _instant(us: int) -> ir.TimestampScalar:
    return ibis.literal(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us), "timestamp('UTC', 6)")


def _values(rows: ir.Table, quantities: Sequence[Quantity]) -> dict[str, ir.Column]:
    """What each row says as whole steps or as words; nothing where its quality is bad or stale, it says the other of the two, or too much."""
    trusted = rows["quality"].isnull() | rows["quality"].isin(TRUSTED)
    numbers, modes = [q for q in quantities if q.is_number], [q.id for q in quantities if not q.is_number]
    steps, words = ibis.null("int64"), ibis.null("string")
    if numbers:
        scaled = _scaled(rows, numbers)
        counted = ibis.ifelse(scaled.abs() <= MOST_STEPS, scaled, ibis.null("float64")).round().cast("int64")
        steps = ibis.ifelse(trusted if not modes else trusted & ~rows[QUANTITY].isin(modes), counted, steps)
    if modes:
        words = ibis.ifelse(trusted if not numbers else trusted & rows[QUANTITY].isin(modes), rows["text"], words)
    return {STEPS: steps, WORDS: words}


def _scaled(rows: ir.Table, numbers: Sequence[Quantity]) -> ir.FloatingColumn:
    """Values in steps: one multiplication and one division by numbers that are exact in floating point."""
    ratios = {q.id: q.steps_a_unit for q in numbers}
    tops = _by_quantity(rows, {name: ratio.numerator for name, ratio in ratios.items()})
    bottoms = _by_quantity(rows, {name: ratio.denominator for name, ratio in ratios.items()})
    scaled = rows["value"].cast("float64") * tops
    return scaled if all(r.denominator == 1 for r in ratios.values()) else scaled / bottoms


def _by_quantity(rows: ir.Table, numbers: dict[str, int]) -> ir.FloatingValue:
    """A number that depends on the quantity."""
    known = sorted(set(numbers.values()))
    if len(known) == 1:
        return ibis.literal(float(known[0]), "float64")
    cases = [(rows[QUANTITY].isin([name for name, n in numbers.items() if n == number]), ibis.literal(float(number), "float64")) for number in known[:-1]]
    return ibis.cases(*cases, else_=ibis.literal(float(known[-1]), "float64"))


def _latest(before: ir.Table, entity: str) -> ir.Table:
    """Of each signal and source the last point, and the last that said something, from which a counter goes on."""
    keys = [entity, QUANTITY, SOURCE]
    says = before[STEPS].notnull() | before[WORDS].notnull()
    last = before.group_by(keys).aggregate(_last=before[AT].max(), _said=before[AT].max(where=says))
    last = last.rename({f"{key}_": key for key in keys})
    joined = before.join(last, [before[key] == last[f"{key}_"] for key in keys])
    return joined.filter((joined[AT] == joined["_last"]) | (joined[AT] == joined["_said"])).select(*before.columns)
