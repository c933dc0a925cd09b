"""The door to what a figure is made of: the states of its units in two periods, and the arithmetic over them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, localcontext
from functools import cached_property

from zhizao.errors import NoAnswer
from zhizao.measure.aim import aims
from zhizao.measure.arithmetic.decimals import DIGITS as FINISHED
from zhizao.measure.arithmetic.decimals import Decimals
from zhizao.measure.coverage import Covered, behind
from zhizao.measure.finish import Finisher
from zhizao.measure.frame import Frame
from zhizao.measure.marginal import marginal
from zhizao.measure.measure import Measurement, entities_of
from zhizao.measure.narrowed import by_field
from zhizao.measure.reach import years_of
from zhizao.measure.rungs import Rungs
from zhizao.measure.shapes import Look, Shapes
from zhizao.measure.states import Values, merge
from zhizao.measure.states.contract import DIGITS
from zhizao.measure.volumes import volumes
from zhizao.model.entity import CROSS, Level
from zhizao.model.indicator import Indicator
from zhizao.model.makeup import Makeup, Shape, Standing, Unit
from zhizao.model.period import Period
from zhizao.model.text import Text
from zhizao.model.value import Value

Row = tuple[Decimal, ...]
"""What one entity brings in one period: a number a look."""
Looks = tuple[Look, ...]


def makeup(measurement: Measurement, name: str, entity: str, periods: tuple[Period, Period], levels: Sequence[str] = ()) -> Makeup:
    """What an indicator of an entity is made of in two periods.

    Args:
        levels: where the units are to be placed: levels below the entity, or one text field of the records.

    Raises:
        NoAnswer: there is no figure in one of the periods.
        InputError: an indicator without formula; a level that is not between the entity and the units.
    """
    first, last = (_figure(measurement, name, entity, period) for period in periods)
    indicator = measurement.library.indicators[name]
    rungs = Rungs(measurement, indicator, entity, tuple(levels))
    rungs.check()
    taken = _Taken(measurement, indicator, entity, periods, rungs)
    return Makeup(
        name, entity, *periods, first, last, indicator.unit, indicator.factor, indicator.decimals,
        taken.shape, rungs.levels, rungs.unit, tuple(taken.units()),
    )  # fmt: skip


def _figure(measurement: Measurement, name: str, entity: str, period: Period) -> Decimal:
    found: list[Value] = measurement.values([name], of=[entity], periods=[period])
    value = next((v.value for v in found), None)
    if value is None:
        raise NoAnswer(
            Text(f"{name} 在 {entity} {period} 没有值", f"{name} has no value for {entity} in {period}"),
            cure=Text(f"用 zhizao measure {name} --of {entity} --period A..B 查看哪些期有值", f"zhizao measure {name} --of {entity} --period A..B shows which periods have one"),
        )
    return value


class _Taken:
    """One indicator of one entity, looked at in two periods."""

    def __init__(self, measurement: Measurement, indicator: Indicator, entity: str, periods: tuple[Period, Period], rungs: Rungs) -> None:
        self.measurement, self.indicator, self.entity, self.periods, self.rungs = measurement, indicator, entity, periods, rungs
        self.record = measurement.library.records[indicator.record]

    @property
    def shape(self) -> Shape:
        """The arithmetic of the figure."""
        return self._looked(self.indicator)[0]

    def _looked(self, indicator: Indicator) -> tuple[Shape, Looks, Looks]:
        """The arithmetic, and what it looks at in each of the periods, in the same order."""
        finisher, money = Finisher(indicator, self.record.period), volumes(indicator, self.record)
        sides = [Shapes(money), Shapes(money)]
        shape, again = (finisher.walked(period, side) for period, side in zip(self.periods, sides, strict=True))
        if shape != again:
            raise NoAnswer(Text("两期所含的期数不同，不能比较", "the two periods are of different kinds, so they cannot be compared"))
        return shape, tuple(sides[0].looks), tuple(sides[1].looks)

    def units(self) -> Iterator[Unit]:
        """Every unit, and last, without a name, what lies in none of them."""
        found = list(self._found())
        yield from found
        rest = self._rest(found)
        if any(rest.before) or any(rest.after):
            yield rest

    def _rest(self, found: Sequence[Unit]) -> Unit:
        """What of the whole the units do not bring: rows that lie nowhere below, and entities that count once above and several times below."""
        frame = self._frame([self.indicator], [])
        _, *sides = self._looked(self.indicator)
        whole = [self._rows(frame, looks, alone=True).get(self.entity, ()) for looks in sides]
        before, after = (_without(w, rows) for w, rows in zip(whole, ([u.before for u in found], [u.after for u in found]), strict=True))
        return Unit("", ("",) * len(self.rungs.levels), "both", before, after)

    @cached_property
    def _variants(self) -> Mapping[str, Indicator]:
        """The indicator, or one for each text of the field asked for."""
        field = self.rungs.field
        return by_field(self.measurement, self.indicator, field) if field else {"": self.indicator}

    def _found(self) -> Iterator[Unit]:
        variants = self._variants
        frame = self._frame(list(variants.values()), [*self.rungs.placing, self.rungs.unit])
        for text, indicator in variants.items():
            _, *sides = self._looked(indicator)
            before, after = (self._rows(frame, looks) for looks in sides)
            standings = self._standings(indicator, frame, before, after) if not text else _by_presence(frame.entities, before, after)
            for label, standing in standings.items():
                yield Unit(self._unit(label), self._places(label, text), standing, before[label], after[label])

    def _frame(self, indicators: list[Indicator], by: Sequence[str]) -> Frame:
        wanted = aims(self.measurement.library, [self.entity], by)
        twins = [volume.indicator for i in indicators for volume in volumes(i, self.record).values() if volume]
        due_in = {part for i in indicators for p in self.periods for part in behind(i, p, self.record.period)}
        merged = self.measurement.together([*indicators, *twins], wanted, self.periods, due_in)
        return Frame(merged, entities_of(merged.values(), wanted))

    def _rows(self, frame: Frame, looks: Looks, *, alone: bool = False) -> dict[str, Row]:
        """What each entity of a frame brings; ``alone`` says that the figures are those of one entity as a whole."""
        columns = [_column(frame, look, alone) for look in looks]
        return dict(zip(frame.entities, zip(*columns, strict=True), strict=True))

    def _standings(self, indicator: Indicator, frame: Frame, before: Mapping[str, Row], after: Mapping[str, Row]) -> dict[str, Standing]:
        """How each entity stands to both periods; those that answered in neither and bring nothing are left out."""
        covered = Covered(indicator, self.record.period, frame)
        answered = [covered.answered(p) for p in self.periods]
        silent = [covered.silent(p) for p in self.periods]
        found: dict[str, Standing] = {}
        for i, label in enumerate(frame.entities):
            here, there = bool(answered[0][i]), bool(answered[1][i])
            if here == there:
                if here or any(before[label]) or any(after[label]):
                    found[label] = "both"
            elif there:
                found[label] = "coverage" if silent[0][i] else "entry"
            else:
                found[label] = "coverage" if silent[1][i] else "exit"
        return found

    def _unit(self, label: str) -> str:
        level = self._levels.get(self.rungs.unit)
        parts = label.split(CROSS)
        return next((part for part in parts if level and level.holds(part)), parts[-1])

    @cached_property
    def _levels(self) -> Mapping[str, Level]:
        return {level.id: level for _, level in self.measurement.library.levels()}

    def _places(self, label: str, text: str) -> tuple[str, ...]:
        parts, unit = label.split(CROSS), self._unit(label)
        found = {level: next((part for part in parts if self._levels[level].holds(part)), "") for level in self.rungs.placing}
        found |= {level: hosts.get(unit, "") for level, hosts in self._hosts.items()}
        found |= {self.rungs.field: f"{self.rungs.field}={text}"} if text else {}
        return tuple(found.get(level, "") for level in self.rungs.levels)

    @cached_property
    def _hosts(self) -> Mapping[str, Mapping[str, str]]:
        """What units are part of on the day that ends the second period, else on that which ends the first."""
        days = [period.last_day for period in self.periods]
        return {level: {**self.rungs.host_of(level, days[0]), **self.rungs.host_of(level, days[1])} for level in self.rungs.hosts}


def _by_presence(entities: Iterable[str], before: Mapping[str, Row], after: Mapping[str, Row]) -> dict[str, Standing]:
    """Of what owes no reports: whether it was there in both periods or in one."""
    found: dict[str, Standing] = {}
    for label in entities:
        here, there = any(before[label]), any(after[label])
        if here or there:
            found[label] = "both" if here and there else "exit" if here else "entry"
    return found


def _column(frame: Frame, look: Look, alone: bool) -> list[Decimal]:
    everyone = list(range(len(frame.entities)))
    with localcontext(FINISHED):
        if look.read is None:
            read = Decimals(frame, everyone).reading(look.leaf, look.period, lambda values: Decimal(values[look.column] or 0))
        elif alone:
            read = Decimals(frame, everyone).reading(look.leaf, look.period, look.read)
        else:
            return marginal(look.leaf.state, _states(frame, look, everyone), look.read)
    return [value if value is not None else Decimal(0) for value in read]


def _states(frame: Frame, look: Look, entities: Sequence[int]) -> list[Values]:
    if look.period.kind != "window":
        return frame.states(look.leaf, look.period, entities)
    states = [frame.states(look.leaf, year, entities) for year in years_of(look.period)]
    found = states[0]
    for more in states[1:]:
        found = [merge(look.leaf.state, a, b) for a, b in zip(found, more, strict=True)]
    return found


def _without(whole: Sequence[Decimal], rows: Sequence[Row]) -> Row:
    """The whole without its rows, to the last digit."""
    left = list(whole)
    for row in rows:
        left = [DIGITS.subtract(value, brought) for value, brought in zip(left, row, strict=True)]
    return tuple(left)
