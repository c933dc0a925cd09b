"""A change of a figure, or its gap to a required value, as parts that add up to it at the printed scale."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from zhizao.errors import NoAnswer
from zhizao.judge.attribution.apportion import Group, apportion
from zhizao.judge.attribution.lmdi import Cell, amount_parts, rate_parts
from zhizao.judge.attribution.printed import printed
from zhizao.model.attribution import Attribution, Kind, Method, Part
from zhizao.model.entity import CROSS
from zhizao.model.makeup import Apply, Makeup, Standing, Unit
from zhizao.model.text import Text

KINDS: tuple[Kind, ...] = ("activity", "within", "mix", "price", "entry", "exit", "coverage")
"""In the order in which they are told."""

AMOUNT_DECIMALS = 6
"""Of an amount above the line of a rate, as printed."""

Slot = tuple[Kind, str]


@dataclass(frozen=True, slots=True)
class Portions:
    """A change divided over entities, in steps of the printed scale and before rounding; ``weights`` add up to 1."""

    parts: Mapping[Slot, Fraction]
    weights: Mapping[str, Fraction]

    def of(self, entity: str) -> Fraction:
        """All that an entity contributed."""
        return sum((part for (_, e), part in self.parts.items() if e == entity), Fraction(0))


def portions(made: Makeup, name: Callable[[Unit], str], required: Fraction = Fraction(0)) -> Portions:
    """The change divided over the entities that ``name`` gives to units.

    Args:
        required: steps of change that are asked of the whole. Each entity is asked for its share by weight, and its part is what it did beyond that.
    """
    grouped: dict[tuple[str, Standing], list[Unit]] = {}
    for unit in made.units:
        grouped.setdefault((name(unit), unit.standing), []).append(unit)
    keys = sorted(grouped)
    taken = apportion(made.shape, [Group.of(standing, grouped[entity, standing]) for entity, standing in keys])
    weights: dict[str, Fraction] = {}
    for (entity, _), weight in zip(keys, taken.weights or [Fraction(0)] * len(keys), strict=True):
        weights[entity] = weights.get(entity, Fraction(0)) + weight
    parts: dict[Slot, Fraction] = {}
    for (group, kind), part in taken.parts.items():
        slot = kind, keys[group][0]
        parts[slot] = parts.get(slot, Fraction(0)) + part / made.step
    for entity, weight in weights.items() if any(weights.values()) else [(made.entity, Fraction(1))]:
        if required and weight:
            parts["within", entity] = parts.get(("within", entity), Fraction(0)) - required * weight
    return Portions(parts, weights)


def attribute(made: Makeup, by: Sequence[str] = (), *, required: Decimal | None = None, method: Method = "exact") -> Attribution:
    """Why a figure changed, or why it is not where it should be.

    Args:
        by: levels of the makeup whose entities (or combinations of them) are told apart; none for the units themselves.
        required: the value the figure should have had in the second period; then its gap to that is taken apart.

    Raises:
        NoAnswer: the figure is undefined in a period, or the method does not fit its formula.
    """
    name = namer(made, by)
    required = None if required is None else required.quantize(Decimal(1).scaleb(-made.decimals))
    if method == "exact":
        found = portions(made, name, required_steps(made, required)).parts
        first, last, base = (made.first, made.last, None) if required is None else (required, made.last, made.first)
        return _answer(made, by, method, found, (first, last), made.decimals, base)
    cells = _cells(made, name)
    if method == "lmdi":
        return _answer(made, by, method, rate_parts(cells, made.step), (made.first, made.last), made.decimals)
    steps = {slot: part * 10**AMOUNT_DECIMALS for slot, part in amount_parts(cells).items()}
    tops = [sum((cell.top[i] for cell in cells), Fraction(0)) for i in (0, 1)]
    first, last = (Decimal(round(top * 10**AMOUNT_DECIMALS)).scaleb(-AMOUNT_DECIMALS) for top in tops)
    return _answer(made, by, method, steps, (first, last), AMOUNT_DECIMALS)


def _answer(
    made: Makeup, by: Sequence[str], method: Method, found: Mapping[Slot, Fraction], ends: tuple[Decimal, Decimal], decimals: int, base: Decimal | None = None
) -> Attribution:
    unit = "" if method == "lmdi_amount" else made.unit  # the unit of what stands above the line is not that of the rate
    parts = _parts(found, ends[1] - ends[0], decimals)
    return Attribution(made.indicator, made.entity, str(made.start), str(made.end), *ends, unit, tuple(by) or (made.unit_level,), method, parts, base)


def namer(made: Makeup, by: Sequence[str]) -> Callable[[Unit], str]:
    """Names units by where they lie on some levels; what lies nowhere has the name of the whole."""
    levels = tuple(by) or (made.unit_level,)

    def name(unit: Unit) -> str:
        places = [made.place(unit, level) for level in levels]
        return CROSS.join(places) if all(places) else made.entity

    return name


def required_steps(made: Makeup, required: Decimal | None) -> Fraction:
    """How far the figure should have moved, in steps of its printed scale; nothing where nothing is required."""
    return Fraction(0) if required is None else Fraction(required - made.first) * 10**made.decimals


def _parts(found: Mapping[Slot, Fraction], change: Decimal, decimals: int) -> tuple[Part, ...]:
    """The parts that are printed, the greatest first; those of nothing are left out."""
    if not found:
        return ()
    steps = printed(found, int(change.scaleb(decimals)))
    order = sorted(found, key=lambda slot: (-abs(found[slot]), KINDS.index(slot[0]), slot[1]))
    return tuple(Part(kind, entity, Decimal(steps[kind, entity]).scaleb(-decimals)) for kind, entity in order if found[kind, entity] or steps[kind, entity])


def _cells(made: Makeup, name: Callable[[Unit], str]) -> list[Cell]:
    """What each entity brings to both sides of a rate.

    Raises:
        NoAnswer: the figure is no rate of two sums.
    """
    units: dict[str, list[Unit]] = {}
    for unit in made.units:
        units.setdefault(name(unit), []).append(unit)
    groups = [Group.of("both", units[entity]) for entity in sorted(units)]
    shape = made.shape
    sides = [apportion(side, groups).masses for side in shape.args] if isinstance(shape, Apply) and shape.op == "/" else []
    if not all(sides) or not sides:
        raise NoAnswer(
            Text(f"{made.indicator} 不是两个总量之比，没有对数平均分解", f"{made.indicator} is no rate of two sums, so it has no parts by logarithmic means"),
            where="--method", cure=Text("用 --method exact", "use --method exact"),
        )  # fmt: skip
    top, bottom = sides
    return [Cell(e, (t.before, t.after), (b.before, b.after)) for e, t, b in zip(sorted(units), top, bottom, strict=True)]
