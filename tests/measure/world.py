"""A small world for tests: two kinds of record, two hierarchies, and a real store to fill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from zhizao.measure.leaf import leaves
from zhizao.measure.measure import Measurement
from zhizao.model.entity import Entity, Hierarchy, Level
from zhizao.model.expression import Barrier, Call, Expr, FieldRef, Fold, Op
from zhizao.model.indicator import Indicator
from zhizao.model.library import Library
from zhizao.model.period import Period, parse_periods
from zhizao.model.record import Field, RecordType
from zhizao.model.text import same
from zhizao.model.value import Known, Value
from zhizao.store.contract import Source, Store
from zhizao.store.local import LocalStore

REGIONS = ("region:11", "region:32", "region:44")
DIVISIONS = ("sector:C34", "sector:C35")
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _field(name: str, kind: str, **more: Any) -> Field:
    return Field(name, kind, same(name), **more)  # type: ignore[arg-type]


MEMBERSHIP = RecordType(
    "membership", same("membership"), "entity", "valid_from", ("entity", "relation", "parent", "valid_from"),
    (_field("entity", "entity", required=True), _field("relation", "text", required=True), _field("parent", "entity", required=True),
     _field("valid_from", "date"), _field("valid_to", "date")), "day",
)  # fmt: skip
RETURN = RecordType(
    "annual_return", same("annual return"), "enterprise", "year", ("enterprise", "year"),
    (_field("enterprise", "entity", level="enterprise", required=True), _field("year", "period", required=True), _field("rd", "decimal"),
     _field("revenue", "decimal"), _field("processes", "integer"), _field("nc", "integer")),
)  # fmt: skip
SITE = RecordType(
    "site_return", same("site return"), "site", "year", ("site", "year"),
    (_field("site", "entity", level="site", required=True), _field("year", "period", required=True), _field("processes", "integer"),
     _field("nc", "integer")),
)  # fmt: skip
MONTHLY = RecordType(
    "monthly_return", same("monthly return"), "enterprise", "month", ("enterprise", "month"),
    (_field("enterprise", "entity", level="enterprise", required=True), _field("month", "period", required=True), _field("output", "decimal")), "month",
)  # fmt: skip
BY_PRODUCT = RecordType(
    "product_return", same("return by product"), "enterprise", "year", ("enterprise", "year", "product"),
    (_field("enterprise", "entity", level="enterprise", required=True), _field("year", "period", required=True),
     _field("product", "text", required=True), _field("output", "decimal")), due="each_period",
)  # fmt: skip


def _hierarchy(name: str, relation: str, levels: Sequence[Level], members: Mapping[str, str]) -> Hierarchy:
    return Hierarchy(name, same(name), relation, "partition", tuple(levels), members=tuple((Entity(e, same(e)), p) for e, p in members.items()))  # type: ignore[arg-type]


NATION = Level("nation", same("nation"), "nation")
TERRITORY = _hierarchy("territory", "located_in", [Level("region", same("region"), "region"), NATION], {"nation:CN": "", **dict.fromkeys(REGIONS, "nation:CN")})
INDUSTRY = _hierarchy(
    "industry", "classified_as",
    [Level("sector", same("sector"), "sector", r"[A-Z]\d\d"), Level("section", same("section"), "sector", "[A-Z]"), NATION],
    {"sector:C": "nation:CN", **dict.fromkeys(DIVISIONS, "sector:C")},
)  # fmt: skip
ORGANISATION = _hierarchy("organisation", "part_of", [Level("site", same("site"), "site"), Level("enterprise", same("enterprise"), "enterprise")], {})


def total(name: str) -> Fold:
    return Fold("sum", FieldRef(name))


RATE = Op("/", (total("nc"), total("processes")))
INTENSITY = Op("/", (total("rd"), total("revenue")))
TREES: dict[str, tuple[str, Expr]] = {
    "intensity": ("annual_return", INTENSITY),
    "revenue": ("annual_return", total("revenue")),
    "rate": ("annual_return", Barrier("mean", "enterprise", RATE)),
    "pooled_rate": ("annual_return", RATE),
    "growth": ("annual_return", Call("growth", (total("revenue"),))),
    "since_2019": ("annual_return", Op("-", (INTENSITY, Call("base", (INTENSITY,), (("year", Decimal(2019)),))))),
    "site_rate": ("site_return", Barrier("mean", "enterprise", RATE)),
    "output": ("monthly_return", total("output")),
    "product_output": ("product_return", total("output")),
    "nested_rate": ("site_return", Barrier("mean", "region", Barrier("mean", "enterprise", RATE))),
}


def library() -> Library:
    weights = {"output": "output", "product_output": "output"}
    indicators = {name: Indicator(name, same(name), "ratio", "year", "up", record, "", tree, decimals=9, weight=weights.get(name, "")) for name, (record, tree) in TREES.items()}
    hierarchies = {h.id: h for h in (TERRITORY, INDUSTRY, ORGANISATION)}
    return Library({}, {}, {r.id: r for r in (MEMBERSHIP, RETURN, SITE, MONTHLY, BY_PRODUCT)}, hierarchies, indicators, (), (), ())


class Clock:
    """A clock that moves on by a day at every look."""

    def __init__(self) -> None:
        self.at = datetime(2021, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.at += timedelta(days=1)
        return self.at


class World:
    """A store with facts, and the measurements a test asks of it."""

    def __init__(self, home: Path) -> None:
        self.library = library()
        self.clock = Clock()
        self.store: Store = LocalStore(home, clock=self.clock)

    def add(self, record: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Store rows; none may be refused."""
        kind = self.library.records[record]
        names = [f.id for f in kind.fields if any(f.id in row for row in rows)]
        table = pa.table({n: pa.array([None if row.get(n) is None else str(row[n]) for row in rows], pa.string()) for n in names})
        receipt = self.store.append(kind, table, Source("test"))
        assert receipt.balances
        assert not receipt.rejected, receipt

    def place(self, *edges: tuple[str, ...]) -> None:
        """Store memberships: entity, relation, parent, and perhaps from and to."""
        self.add("membership", [dict(zip(("entity", "relation", "parent", "valid_from", "valid_to"), e, strict=False)) for e in edges])

    def values(self, indicator: str, *, by: Sequence[str] = (), of: Sequence[str] = (), period: str = "2020", known: Known | None = None) -> list[Value]:
        """Measure."""
        with self.store.session() as session:
            return Measurement(self.library, session, known or Known(), NOW).values([indicator], by=by, of=of, periods=parse_periods(period))

    def table(self, indicator: str, **asked: Any) -> dict[str, Decimal | None]:
        """Measure one period: the value of each entity."""
        return {v.entity: v.value for v in self.values(indicator, **asked)}

    def states(self, indicator: str, by: str, period: str = "2020") -> dict[str, dict[str, tuple[Any, ...]]]:
        """The merged states of an indicator's leaves, per leaf and entity of a level."""
        from zhizao.measure.aim import Aim

        chosen = self.library.indicators[indicator]
        with self.store.session() as session:
            merged = Measurement(self.library, session, Known(), NOW).merged(
                self.library.records[chosen.record], [chosen], (Aim(levels=(by,)),), [Period.parse(period)]
            )
        return {
            leaf.key: {key[0]: tuple(merged.get(name, key) for name in leaf.columns()) for key in merged.blocks[leaf.columns()[0]].rows}
            for leaf in leaves(chosen)
        }
