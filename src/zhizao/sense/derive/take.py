"""What a field of a derived record takes from the observations of its stretch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction

from zhizao.model.condition import holds
from zhizao.model.derivation import Derivation, Take
from zhizao.model.expression import FieldRef, walk
from zhizao.model.record import Field
from zhizao.sense.derive.series import AllSeries, Known, Series
from zhizao.sense.derive.stretches import SECOND, Stretch

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def taken(take: Take, field: Field, stretch: Stretch, said: AllSeries, rule: Derivation, entity: str) -> object:
    """The value of a field; None where nothing is known of it."""
    match take.kind:
        case "entity":
            return entity
        case "start" | "end":
            return _EPOCH + timedelta(microseconds=stretch.start if take.kind == "start" else stretch.end)
        case "outcome":
            return stretch.outcome
        case "completed":
            return int(stretch.outcome == "completed")
        case "derivation":
            return rule.id
        case "is":
            return take.constant
        case "duration" | "count":
            return _written(_under(take, stretch, said) * take.factor, field)
        case _:
            found = (_of_quantity(take.kind, said[name], stretch, rule.settles_us) for name in take.quantities)
            first = next((value for value in found if value is not None), None)
            return first if isinstance(first, str) or first is None else _written(Fraction(first) * take.factor, field)


def _written(number: Fraction, field: Field) -> Decimal | int:
    """A number at the scale of its field, rounded half to even."""
    scale = field.scale if field.type == "decimal" else 0
    with localcontext() as context:
        context.prec = 60
        steps = round(number * 10**scale)
        return Decimal(steps).scaleb(-scale) if field.type == "decimal" else steps


# ── of one quantity ─────────────────────────────────────────────────────────────────────────────────────────────


def _of_quantity(kind: str, series: Series, stretch: Stretch, settles_us: int) -> Decimal | Fraction | str | None:
    if kind == "increase":
        return _increase([series.before(stretch.start + 1), *series.points(stretch.start, stretch.end + settles_us)])
    if kind == "integral":
        return _integral(series, stretch)
    # What is said at the very end is of what comes next: it does not hold within.
    return _PICKS[kind]([v for _, _, v in series.within(stretch.start, stretch.end) if v is not None])


def _increase(points: Iterable[Known]) -> Decimal | None:
    """The sum of rises; a fall is a restart, and what is counted since it counts."""
    total, before = None, None
    for value in points:
        if isinstance(value, Decimal):
            if before is not None:
                total = (total or Decimal(0)) + (value - before if value >= before else value)
            before = value
    return total if total is not None else Decimal(0) if before is not None else None


def _integral(series: Series, stretch: Stretch) -> Fraction | None:
    """Value times seconds, over the time in which the value is known."""
    areas = [Fraction(v) * (b - a) for a, b, v in series.within(stretch.start, stretch.end) if isinstance(v, Decimal)]
    return sum(areas, Fraction(0)) / SECOND if areas else None


def _extreme(pick: Callable[[list[Decimal]], Decimal]) -> Callable[[list[Decimal | str]], Decimal | None]:
    def of(values: list[Decimal | str]) -> Decimal | None:
        numbers = [v for v in values if isinstance(v, Decimal)]
        return pick(numbers) if numbers else None

    return of


_PICKS: Mapping[str, Callable[[list[Decimal | str]], Decimal | str | None]] = {
    "first": lambda values: values[0] if values else None,
    "last": lambda values: values[-1] if values else None,
    "lowest": _extreme(min),
    "highest": _extreme(max),
}


# ── of a condition ──────────────────────────────────────────────────────────────────────────────────────────────


def _under(take: Take, stretch: Stretch, said: AllSeries) -> Fraction:
    """How many seconds a condition holds within a stretch, or how often it becomes true until its end."""
    assert take.where is not None, "a condition was read"
    asked = {node.name: said[node.name] for node in walk(take.where) if isinstance(node, FieldRef)}
    true = [(a, b, holds(take.where, moment)) for a, b, moment in _joint(asked, stretch)]
    if take.kind == "duration":
        return Fraction(sum(b - a for a, b, is_true in true if is_true), SECOND)
    flags = [is_true for _, _, is_true in true]
    return Fraction(sum(now and not before for before, now in zip([False, *flags], flags, strict=False)))


def _joint(said: AllSeries, stretch: Stretch) -> Iterator[tuple[int, int, dict[str, Known]]]:
    """The stretches in which no value changes, and the instant of the end by itself."""
    times = {stretch.start, stretch.end}
    times.update(t for s in said.values() for t, _, _ in s.within(stretch.start, stretch.end))
    ordered = sorted(times)
    for start, end in zip(ordered, [*ordered[1:], stretch.end], strict=True):
        yield start, end, {name: series.at(start) for name, series in said.items()}
