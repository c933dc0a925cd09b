"""Signals: every figure is what a plain walk through time gives, whatever order the observations came in."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.measure.world import MEMBERSHIP, NOW, TERRITORY, World
from zhizao.measure.explain import Explainer
from zhizao.measure.measure import Measurement
from zhizao.measure.signal.grid import Grid, Span
from zhizao.model.entity import Hierarchy, Level
from zhizao.model.expression import FieldRef, Fold, Literal_, RowOp
from zhizao.model.indicator import Indicator
from zhizao.model.library import Library
from zhizao.model.period import Period, parse_periods
from zhizao.model.quantity import Quantity
from zhizao.model.record import Field, RecordType
from zhizao.model.text import same
from zhizao.model.value import Known
from zhizao.pack.formula.signal_tree import ready

DAY = datetime(2025, 9, 14, tzinfo=UTC)
HOURS = [f"2025-09-14T{h:02d}" for h in range(4)]
MACHINES = ["machine:M", "machine:N", "machine:O"]
NAMES = ("entity", "quantity", "time", "value", "text", "quality", "source")
KINDS: dict[str, Any] = {"entity": "entity", "time": "instant", "value": "float"}
OBSERVATION = RecordType(
    "observation", same("observation"), "entity", "time", ("entity", "quantity", "time", "source"),
    tuple(Field(name, KINDS.get(name, "text"), same(name), required=name in ("entity", "quantity", "time")) for name in NAMES), "hour",
)  # fmt: skip
QUANTITIES = {
    q.id: q
    for q in (
        Quantity("power", same("power"), "kW", "0.25"), Quantity("held", same("held"), "kW", "0.001", hold_us=600_000_000),
        Quantity("count", same("count"), "piece", "1", "counter"), Quantity("mode", same("mode"), "", "1", "mode"),
    )
}  # fmt: skip
ACTIVE = RowOp("==", (FieldRef("mode"), Literal_("A")))
STRONG = RowOp(">=", (FieldRef("power"), Literal_(Decimal("1.5"))))
BOTH = RowOp("and", (ACTIVE, STRONG))
FOLDS: dict[str, Fold] = {
    "area": Fold("integral", FieldRef("power")), "held_area": Fold("integral", FieldRef("held")), "mean": Fold("time_mean", FieldRef("power")),
    "active": Fold("duration", None, ACTIVE), "active_strong": Fold("duration", None, BOTH), "strong": Fold("duration", None, STRONG),
    "risen": Fold("increase", FieldRef("count")), "risen_active": Fold("increase", FieldRef("count"), ACTIVE),
    "said": Fold("count", FieldRef("power")), "said_active": Fold("count", FieldRef("power"), ACTIVE), "peak": Fold("max", FieldRef("power")),
    "least": Fold("min", FieldRef("held"), ACTIVE), "latest": Fold("last", FieldRef("power")), "area_active": Fold("integral", FieldRef("power"), ACTIVE),
}  # fmt: skip
ORGANISATION = Hierarchy(
    "organisation", same("organisation"), "part_of", "partition",
    (Level("machine", same("machine"), "machine"), Level("line", same("line"), "line"), Level("site", same("site"), "site")),
)  # fmt: skip


def library() -> Library:
    plain = {name: Indicator(name, same(name), "x", "hour", "up", "observation", "", ready(fold, QUANTITIES), decimals=9) for name, fold in FOLDS.items()}
    hierarchies = {h.id: h for h in (TERRITORY, ORGANISATION)}
    return Library({}, QUANTITIES, {r.id: r for r in (MEMBERSHIP, OBSERVATION)}, hierarchies, plain, (), (), ())


@dataclass(frozen=True)
class Said:
    """One observation: seconds of the day, what, and by whom."""

    at: int
    quantity: str
    value: float | str | None
    quality: str = "good"
    source: str = "a"
    entity: str = "machine:M"

    def row(self) -> dict[str, Any]:
        words = isinstance(self.value, str)
        said = {"text": self.value if words else None, "value": None if words else self.value}
        return {"entity": self.entity, "quantity": self.quantity, "time": _written(self.at), "quality": self.quality, "source": self.source, **said}

    @property
    def steps(self) -> int | str | None:
        """What it says: whole steps, or words; None where that is not to be trusted."""
        number = QUANTITIES[self.quantity].is_number
        if self.quality in ("bad", "stale") or self.value is None or number == isinstance(self.value, str):
            return None
        return self.value if isinstance(self.value, str) else int((Decimal(self.value) / QUANTITIES[self.quantity].step).to_integral_value(ROUND_HALF_UP))


def _written(seconds: int) -> str:
    return (DAY + timedelta(seconds=seconds)).isoformat()


class Walk:
    """The plain reference: what one entity's observations say at any moment, looked up each time anew."""

    def __init__(self, said: Sequence[Said], end: int, entity: str) -> None:
        self.said, self.end = [s for s in said if s.at < end and s.entity == entity], end
        self.heard = {s.source: max(o.at for o in said if o.source == s.source) for s in said}

    def until(self, one: Said) -> int:
        """The end of what one observation says."""
        later = [s.at for s in self.said if (s.quantity, s.source) == (one.quantity, one.source) and s.at > one.at]
        until = min(later) if later else max(one.at, min(self.heard[one.source], self.end))
        hold = QUANTITIES[one.quantity].hold_us // 1_000_000
        return one.at if one.steps is None else min(until, one.at + hold) if hold else until

    def moments(self, quantities: Sequence[str]) -> list[int]:
        """When something changes or ends."""
        mine = [s for s in self.said if s.quantity in quantities]
        return sorted({s.at for s in mine} | {self.until(s) for s in mine})

    def holding(self, quantity: str, at: float) -> Said | None:
        """The observation that holds from a moment on."""
        holding = [s for s in self.said if s.quantity == quantity and s.steps is not None and s.at <= at < self.until(s)]
        return max(holding, key=lambda s: (s.at, s.source), default=None)

    def point(self, quantity: str, at: int) -> Said | None:
        """The observation that counts at the very moment: what holds on, else what was said, else what held up to it."""
        said = [s for s in self.said if s.quantity == quantity and s.at == at]
        spoken = max((s for s in said if s.steps is not None), key=lambda s: s.source, default=None)
        return self.holding(quantity, at) or spoken or (None if said else self.holding(quantity, at - 0.5))

    def steps(self, quantity: str, at: int) -> Any:
        found = self.holding(quantity, at)
        return found.steps if found else None

    def then(self, quantity: str, at: int) -> Any:
        found = self.point(quantity, at)
        return found.steps if found else None


def expected(name: str, said: Sequence[Said], start: int, end: int, grid_end: int, entity: str = "machine:M") -> Fraction | None:
    """What a fold is over a stretch of time."""
    fold, walk = FOLDS[name], Walk(said, grid_end, entity)
    names = sorted({n.name for part in (fold.of, fold.where) if part is not None for n in _refs(part)})
    moments = walk.moments(names)
    of = fold.of.name if isinstance(fold.of, FieldRef) else ""

    def holds(at: int, value: Callable[[str, int], Any] = walk.steps) -> bool:
        return fold.where is None or _true(fold.where, lambda q: value(q, at))

    cuts = sorted({start, end, *(m for m in moments if start < m < end)})
    pieces = [(a, b - a) for a, b in zip(cuts, cuts[1:], strict=False)]
    step = Fraction(QUANTITIES[of].step) if of else Fraction(1)
    if fold.kind in ("integral", "duration", "time_mean"):
        known = [(a, w) for a, w in pieces if (walk.steps(of, a) is not None if of else any(walk.steps(n, a) is not None for n in names))]
        if not known:
            return None
        time = sum(w for a, w in known if holds(a))
        area = sum(walk.steps(of, a) * w for a, w in known if holds(a)) * step if of else Fraction(0)
        return Fraction(time) if fold.kind == "duration" else Fraction(area) if fold.kind == "integral" else Fraction(area) / time
    said_at = [m for m in walk.moments([of]) if (b := walk.point(of, m)) and b.at == m]
    points = [(m, walk.then(of, m)) for m in said_at]
    mine = [(m, v) for m, v in points if start <= m < end and holds(m, walk.then)]
    match fold.kind:
        case "count":
            return Fraction(len(mine))
        case "min" | "max":
            return (min if fold.kind == "min" else max)(v for _, v in mine) * step if mine else None
        case "last":
            return max(mine)[1] * step if mine else None
    rises = {m: None if before is None else v - before if v >= before else v for (m, v), before in zip(points, [None, *(v for _, v in points)], strict=False)}
    goes_on = any(walk.steps(of, a) is not None and a not in rises for a, _ in pieces) or any(start <= m < end and r is not None for m, r in rises.items())
    return Fraction(sum(rises[m] or 0 for m, _ in mine)) if goes_on else None


def _refs(row: Any) -> list[FieldRef]:
    return [row] if isinstance(row, FieldRef) else [r for a in getattr(row, "args", ()) for r in _refs(a)]


def _true(row: Any, value: Callable[[str], Any]) -> bool:
    if row.op == "and":
        return all(_true(a, value) for a in row.args)
    found, literal = value(row.args[0].name), row.args[1].value
    if found is None:
        return False
    return bool(found == literal) if row.op == "==" else Fraction(found) * Fraction(QUANTITIES[row.args[0].name].step) >= Fraction(literal)


# ── what the store says ─────────────────────────────────────────────────────────────────────────────────────────────


def world(folder: Path, deliveries: Sequence[Sequence[Said]], *edges: tuple[str, ...]) -> World:
    """A store that took observations, delivery by delivery."""
    made = World(folder)
    made.library = library()
    if edges:
        made.place(*edges)
    for delivery in deliveries:
        made.add("observation", [s.row() for s in delivery])
    return made


@st.composite
def observations(draw: Any, sources: Sequence[str] = ("a",)) -> list[Said]:
    """Some observations of some machines around the first hours of a day; none twice of one signal, source and time."""
    at = st.integers(-4000, 4 * 3600) | st.sampled_from([0, 3600, 7200, -1, 3599])
    quality = st.sampled_from(["good", "good", "good", "uncertain", "bad", "stale"])
    numbers = st.builds(Said, at, st.sampled_from(["power", "held"]), st.floats(-4, 9) | st.sampled_from([1.5, 0.125, -0.375]), quality, st.sampled_from(sources))
    counts = st.builds(Said, at, st.just("count"), st.integers(0, 9).map(float), quality, st.sampled_from(sources))
    modes = st.builds(Said, at, st.just("mode"), st.sampled_from(["A", "B", ""]) | st.none(), quality, st.sampled_from(sources))
    found = draw(st.lists(st.builds(replace, numbers | counts | modes, entity=st.sampled_from(MACHINES)), min_size=1, max_size=60))
    return list({(s.at, s.quantity, s.source, s.entity): s for s in found}.values())


SLOW = settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def measured(made: World, names: Sequence[str], period: str) -> dict[tuple[str, str, str], Any]:
    with made.store.session() as session:
        values = Measurement(made.library, session, Known(), NOW).values(names, of=MACHINES, periods=parse_periods(period))
        return {(v.indicator, v.entity, str(v.period)): v.value for v in values}


def assert_as_walked(made: World, said: Sequence[Said]) -> None:
    found = measured(made, list(FOLDS), f"{HOURS[0]}..{HOURS[-1]}")
    for name, machine, (i, hour) in product(FOLDS, MACHINES, enumerate(HOURS)):
        right = expected(name, said, 3600 * i, 3600 * (i + 1), 3600 * len(HOURS), machine)
        value = found.get((name, machine, hour))
        assert _same(value, right), f"{name} of {machine} in {hour}: {value}, walked {right}"


def _same(found: Decimal | None, right: Fraction | None) -> bool:
    if found is None or right is None:
        return found is None and (right is None or right == 0)
    return abs(Fraction(found) - right) <= Fraction(1, 10**9)


@SLOW
@given(observations())
def test_every_fold_is_what_a_walk_through_time_gives(said: list[Said]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert_as_walked(world(Path(folder) / "home", [said]), said)


@SLOW
@given(observations(("a", "b", "c")))
def test_of_several_sources_the_one_that_spoke_last_is_believed(said: list[Said]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert_as_walked(world(Path(folder) / "home", [said]), said)


@SLOW
@given(observations(), st.randoms(use_true_random=False), st.integers(1, 4))
def test_in_whatever_order_and_however_often_they_come_the_figures_are_the_same(said: list[Said], chance: random.Random, cuts: int) -> None:
    shuffled = [*said, *chance.sample(said, len(said) // 2)]
    chance.shuffle(shuffled)
    deliveries = [part for i in range(cuts) if (part := shuffled[i::cuts])]
    with tempfile.TemporaryDirectory() as folder:
        in_order = measured(world(Path(folder) / "a", [said]), list(FOLDS), f"{HOURS[0]}..{HOURS[-1]}")
        assert measured(world(Path(folder) / "b", deliveries), list(FOLDS), f"{HOURS[0]}..{HOURS[-1]}") == in_order


@SLOW
@given(observations())
def test_the_hours_of_a_day_add_up_to_it(said: list[Said]) -> None:
    additive = ["area", "active", "active_strong", "risen", "risen_active", "said", "said_active", "area_active"]
    said = [s for s in said if s.at >= 0]
    with tempfile.TemporaryDirectory() as folder:
        made = world(Path(folder) / "home", [said]) if said else None
        if made is None:
            return
        hours, day = measured(made, additive, f"{HOURS[0]}..2025-09-14T23"), measured(made, additive, "2025-09-14")
        for name, machine in product(additive, MACHINES):
            parts = [value for (of, entity, _), value in hours.items() if (of, entity) == (name, machine) and value is not None]
            assert day.get((name, machine, "2025-09-14")) == (sum(parts) if parts else None), name


def test_a_late_point_changes_its_own_hour_and_those_up_to_the_next(tmp_path: Path) -> None:
    said = [Said(0, "power", 2.0), Said(3600 * 3 + 60, "power", 4.0)]
    before = measured(world(tmp_path / "a", [said]), ["area"], f"{HOURS[0]}..{HOURS[-1]}")
    after = measured(world(tmp_path / "b", [said, [Said(3600 + 1800, "power", 3.0)]]), ["area"], f"{HOURS[0]}..{HOURS[-1]}")
    assert [before["area", "machine:M", h] == after["area", "machine:M", h] for h in HOURS] == [True, False, False, False]
    assert tuple(after["area", "machine:M", h] for h in HOURS[1:3]) == (Decimal(1800 * 2 + 1800 * 3), Decimal(3600 * 3))
    again = measured(world(tmp_path / "c", [said, [Said(3600 * 3 + 120, "power", 9.0)]]), ["area"], f"{HOURS[0]}..{HOURS[-1]}")
    assert [before["area", "machine:M", h] == again["area", "machine:M", h] for h in HOURS] == [True, True, True, False]


EDGES = [("machine:M", "part_of", "line:L"), ("machine:N", "part_of", "line:L"), ("machine:O", "part_of", "line:K"), ("line:L", "part_of", "site:S"), ("line:K", "part_of", "site:S"), ("site:S", "located_in", "region:11")]


def test_machines_add_up_to_lines_sites_regions_and_the_nation(tmp_path: Path) -> None:
    said = [Said(60 * i, "power", float(i), entity=f"machine:{m}") for i in range(90) for m in "MNO"]
    made = world(tmp_path / "home", [said], *EDGES)
    by = {level: {v.entity: v.value for v in made.values("area", by=[level], period=HOURS[0])} for level in ("machine", "line", "site", "region", "nation")}
    one = by["machine"]["machine:M"]
    assert one == sum(60 * i for i in range(60))
    assert by == {"machine": dict.fromkeys(("machine:M", "machine:N", "machine:O"), one), "line": {"line:L": 2 * one, "line:K": one}, "site": {"site:S": 3 * one}, "region": {"region:11": 3 * one}, "nation": {"nation:CN": 3 * one}}


def test_coverage_is_the_share_of_those_heard_of_and_of_the_time_that_was_known(tmp_path: Path) -> None:
    said = [Said(0, "power", 1.0), Said(900, "power", None, "stale"), Said(7200, "power", 1.0), Said(0, "power", 1.0, entity="machine:N"), Said(7201, "power", 1.0, entity="machine:N")]
    made = world(tmp_path / "home", [said], *EDGES)
    [first], [second] = (made.values("area", of=["line:L"], period=hour) for hour in HOURS[:2])
    assert (first.coverage.count, first.coverage.weight) == (Decimal(1), Decimal("0.625"))
    assert (second.coverage.count, second.coverage.weight) == (Decimal("0.5"), Decimal("0.5"))
    [silent] = made.values("area", of=["machine:M"], period=HOURS[1])
    assert (silent.value, silent.status, silent.coverage.count) == (None, "not_reported", Decimal(0))
    assert made.values("area", of=["machine:O"], period=HOURS[0])[0].coverage.count is None


@pytest.mark.parametrize("absurd", [1e308, -1e308, 9.3e18, 2.0**53 + 2])
def test_a_value_of_more_steps_than_can_be_told_apart_is_not_known_and_no_other_figure_suffers(absurd: float, tmp_path: Path) -> None:
    told = [Said(0, "power", 2.0), Said(20, "power", 1.0), Said(30, "power", None, "stale"), Said(0, "count", 1.0), Said(9, "count", 3.0)]
    other = [replace(one, entity="machine:N") for one in told]
    made = world(tmp_path / "absurd", [[*told, Said(10, "power", absurd), Said(11, "count", absurd), *other]])
    plain = world(tmp_path / "plain", [[*told, Said(10, "power", None, "bad"), Said(11, "count", None, "bad"), *other]])
    for asked in ("area", "risen"):
        answers = [{v.entity: v.value for v in one.values(asked, of=MACHINES[:2], period=HOURS[0])} for one in (made, plain)]
        assert answers[0] == answers[1] and answers[0]["machine:N"] is not None


def test_a_value_over_signals_is_explained_by_the_observations_it_rests_on(tmp_path: Path) -> None:
    said = [Said(-60, "power", 2.0), Said(60, "power", 1.0), Said(90, "count", 1.0), Said(7200, "power", 1.0)]
    made = world(tmp_path / "home", [said])
    with made.store.session() as session:
        explainer = Explainer(Measurement(made.library, session, Known(), NOW), made.store.find)
        found = explainer.explain("area", "machine:M", Period.parse(HOURS[0]))
    assert found.states == (("integral(power).sum", str((60 * 8 + 3540 * 4) * 10**6)),)
    assert [fact.fields for fact in found.facts] and found.facts_total == 1, "of the quantity alone, and in the hour"


def test_a_grid_has_the_slots_of_every_zone() -> None:
    hour = 3_600_000_000
    grid = Grid.of([Span("UTC", "d", 0, 24 * hour), Span("Asia/Shanghai", "d", -8 * hour, 16 * hour)])
    assert (grid.first, grid.width) == (-8 * hour, 8 * hour)
    assert sorted((row["_zone"], row["_slot"] // hour) for row in grid.slots().to_pylist()) == [
        ("Asia/Shanghai", -8), ("Asia/Shanghai", 0), ("Asia/Shanghai", 8), ("UTC", 0), ("UTC", 8), ("UTC", 16),
    ]  # fmt: skip
