"""policy.yaml: the policy of a home, read with a finding for everything that cannot be meant. What is faulty is left out, and so allows nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Literal
from zoneinfo import ZoneInfo

from zhizao.model.entity import is_entity
from zhizao.model.expression import FieldRef, Row, walk
from zhizao.model.finding import Finding
from zhizao.model.policy import Hours, Interlock, Line, Person, Policy, Rate
from zhizao.model.quantity import Quantity
from zhizao.model.text import Text
from zhizao.pack.content import Content, Key
from zhizao.pack.derivations import condition, observed
from zhizao.pack.found import Found, did_you_mean
from zhizao.pack.shaped import read_shaped, text
from zhizao.pack.shapes import Id, Shape, TextShape
from zhizao.pack.units import unit
from zhizao.store.durable import replace

FILE = "policy.yaml"
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"(\d{1,6})?\s*(s|min|h|d)")
_RATE = re.compile(r"(\d{1,6}) per (.+)")
_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400}
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")


class PersonShape(Shape):
    """An entry of ``persons``."""

    name: TextShape
    roles: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    superior: str = ""
    mail: str = ""


class RateShape(Shape):
    """How often at most, for each machine and for the line as a whole."""

    machine: str = ""
    line: str = ""


class LineShape(Shape):
    """An entry of ``lines``."""

    id: Id
    approved_by: tuple[str, ...]
    of: tuple[str, ...]
    quantities: tuple[str, ...] = ()
    sinks: tuple[str, ...] = ()
    remedies: tuple[str, ...] = ()
    range: tuple[Decimal, Decimal] | None = None
    unit: str = ""
    largest_step: Decimal | None = None
    rate: RateShape = RateShape()
    two_persons: bool = False
    interlocks: tuple[str, ...] = ()
    fresh: str = "1 min"
    hours: dict[str, str | tuple[Day, ...]] | None = None
    expires: str = ""


class PolicyShape(Shape):
    """policy.yaml"""

    persons: dict[str, PersonShape] = {}
    lines: tuple[LineShape, ...] = ()
    release_stop: tuple[str, ...] = ()
    escalate_after: str = "7 d"
    escalate_to: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """What a home's policy says, and what is wrong with it."""

    policy: Policy
    findings: tuple[Finding, ...]


def read(home: Path, quantities: Mapping[str, Quantity]) -> Read:
    """The policy of a home; one that allows nothing where there is none, or where none of it can be meant."""
    file, found = home / FILE, Found()
    if not file.is_file():
        return Read(Policy(), ())
    fitted = read_shaped(file, PolicyShape, found)
    if fitted is None:
        return Read(Policy(), tuple(found))
    return Read(_Reader(fitted[0], fitted[1], quantities, found).policy(), tuple(found))


def begin(home: Path) -> bool:
    """Put an example that allows nothing into a home that has no policy; whether it did."""
    file = home / FILE
    if file.exists():
        return False
    replace(file, Path(__file__).with_name("example_policy.yaml").read_bytes())
    return True


@dataclass(frozen=True, slots=True)
class _Reader:
    shape: PolicyShape
    content: Content
    quantities: Mapping[str, Quantity]
    found: Found

    def policy(self) -> Policy:
        persons = {id_: self._person(id_, shape) for id_, shape in self.shape.persons.items() if not self._is_faulty("persons", id_)}
        lines = [line for n, shape in enumerate(self.shape.lines) if not self._is_faulty("lines", n) and (line := self._line(n, shape))]
        self._check_names(persons)
        lines = [line for line in lines if [other.id for other in lines].count(line.id) == 1]  # which of two is meant nobody can say
        after = self._span(self.shape.escalate_after, "escalate_after") or timedelta(days=7)
        return Policy(MappingProxyType(persons), tuple(lines), frozenset(self.shape.release_stop), after, self.shape.escalate_to)

    def _is_faulty(self, *path: Key) -> bool:
        return any(one[: len(path)] == path or one == path[:1] for one in self.content.faulty)

    def _person(self, id_: str, shape: PersonShape) -> Person:
        path = ("persons", id_)
        name = text(shape.name, self.content, (*path, "name"), self.found) or Text(id_, id_)
        self._check_entities(shape.of, *path, "of")
        return Person(id_, name, frozenset(shape.roles), frozenset(shape.of), shape.superior, shape.mail)

    def _line(self, n: int, shape: LineShape) -> Line | None:
        """A line; None, with findings, where anything in it does not hold: half a line could allow too much."""
        before, path = len(self.found), ("lines", n)
        self._check_entities(shape.of, *path, "of")
        self._check_measured(n, shape)
        low, high = shape.range or (None, None)
        line = Line(
            shape.id, frozenset(shape.approved_by), frozenset(shape.of), frozenset(shape.quantities), frozenset(shape.sinks), frozenset(shape.remedies),
            low, high, shape.largest_step, self._rate(shape.rate.machine, *path, "rate", "machine"), self._rate(shape.rate.line, *path, "rate", "line"),
            shape.two_persons, tuple(self._interlocks(shape, *path, "interlocks")), self._span(shape.fresh, *path, "fresh") or timedelta(0),
            self._hours(shape.hours, *path, "hours"), self._expires(shape.expires, *path, "expires"),
        )  # fmt: skip
        return line if len(self.found) == before else None

    def _check_entities(self, ids: tuple[str, ...], *path: Key) -> None:
        for id_ in ids:
            if not is_entity(id_):
                self._fault(path, Text(f"{id_} 不是对象编号", f"{id_} is no id of an entity"), Text("例如写 site:S1", "write for instance site:S1"))

    def _check_measured(self, n: int, shape: LineShape) -> None:
        """A set point has a range, in the unit of every quantity it is for."""
        path = ("lines", n)
        for id_ in shape.quantities:
            if (quantity := self.quantities.get(id_)) is None:
                self._fault((*path, "quantities"), Text(f"没有名为 {id_} 的量", f"no quantity is named {id_}"), did_you_mean(id_, list(self.quantities)))
            elif not _is_in(shape.unit, quantity):
                message = Text(f"{id_} 的单位是 {quantity.unit or '1'}", f"{id_} is in {quantity.unit or '1'}")
                self._fault((*path, "unit"), message, Text(f"请以 unit: {quantity.unit} 写范围", f"write the range with unit: {quantity.unit}"))
        if shape.quantities and shape.range is None:
            self._fault(path, Text("可写设定值的条目须有范围", "a line that allows set points needs a range"), Text("补写 range: [低, 高]", "add range: [low, high]"))
        if shape.range and shape.range[0] > shape.range[1]:
            self._fault((*path, "range"), Text("下限大于上限", "its low end is above its high end"), Text("请写 [低, 高]", "write [low, high]"))
        if shape.largest_step is not None and shape.largest_step <= 0:
            self._fault((*path, "largest_step"), Text("最大步长须大于 0", "a largest step is above 0"), Text("请写正数", "write a number above 0"))

    def _interlocks(self, shape: LineShape, *path: Key) -> Iterator[Interlock]:
        for n, written in enumerate(shape.interlocks):
            row = condition(written, self.content, (*path, n), self.found)  # type: ignore[arg-type]
            if row is None:
                continue
            strange = [name for name in _names(row) if name not in self.quantities]
            for name in strange:
                self._fault((*path, n), Text(f"没有名为 {name} 的量", f"no quantity is named {name}"), did_you_mean(name, list(self.quantities)))
            if not strange and (meant := observed(row, self.quantities)) is not None:
                yield Interlock(written, meant)

    def _span(self, written: str, *path: Key) -> timedelta | None:
        match = _SPAN.fullmatch(written.strip())
        if match and int(match[1] or 1):
            return timedelta(seconds=int(match[1] or 1) * _SECONDS[match[2]])
        cure = Text("例如写 60 s、5 min、1 h、7 d", "write for instance 60 s, 5 min, 1 h, 7 d")
        self._fault(path, Text(f"{written} 不是时长", f"{written} is no length of time"), cure)
        return None

    def _rate(self, written: str, *path: Key) -> Rate | None:
        if not written:
            return None
        match = _RATE.fullmatch(written.strip())
        if match is None:
            self._fault(path, Text(f"{written} 不是频次", f"{written} is no rate"), Text("例如写 2 per 1 h", "write for instance 2 per 1 h"))
            return None
        span = self._span(match[2], *path)
        return Rate(int(match[1]), span) if span else None

    def _hours(self, said: Mapping[str, str | tuple[Day, ...]] | None, *path: Key) -> Hours | None:
        if said is None:
            return None
        days, begins, ends = said.get("days", DAYS), _clock(said.get("from", "00:00")), _clock(said.get("to", "24:00"))
        zone = str(said.get("zone", ""))
        if set(said) - {"days", "from", "to", "zone"} or isinstance(days, str) or begins is None or ends is None or not _is_zone(zone):
            cure = Text('写作 {days: [mon, fri], from: "08:00", to: "17:00", zone: Asia/Shanghai}', 'write {days: [mon, fri], from: "08:00", to: "17:00", zone: Asia/Shanghai}')
            self._fault(path, Text("时段写法不对", "these are no hours"), cure)
            return None
        return Hours(frozenset(DAYS.index(day) for day in days), begins, ends, zone)

    def _expires(self, written: str, *path: Key) -> datetime | None:
        if not written:
            return None
        try:
            at = datetime.fromisoformat(written)
        except ValueError:
            self._fault(path, Text(f"{written} 不是日期", f"{written} is no date"), Text("例如写 2027-01-01", "write for instance 2027-01-01"))
            return None
        return at if at.tzinfo else at.replace(tzinfo=timezone.utc)

    def _check_names(self, persons: Mapping[str, Person]) -> None:
        """Tell roles that nobody has, and superiors that nobody is: what they should allow or hear would silently not happen."""
        roles = {role for person in persons.values() for role in person.roles}
        for n, shape in enumerate(self.shape.lines):
            for role in sorted(set(shape.approved_by) - roles):
                self._doubt(("lines", n, "approved_by"), Text(f"无人担任 {role}", f"nobody has the role {role}"), did_you_mean(role, list(roles)))
            if [other.id for other in self.shape.lines].index(shape.id) != n:
                self._fault(("lines", n, "id"), Text(f"{shape.id} 重复", f"{shape.id} is there twice"), Text("换一个编号", "choose another id"))
        told = [(("persons", p.id, "superior"), p.superior) for p in persons.values()] + [(("escalate_to",), self.shape.escalate_to)]
        for path, name in told:
            if name and name not in persons:
                self._doubt(path, Text(f"没有名为 {name} 的人", f"no person is named {name}"), did_you_mean(name, list(persons)))

    def _fault(self, path: tuple[Key, ...], message: Text, cure: Text) -> None:
        self.found.blocking("policy", self.content.place(*path), message, cure)

    def _doubt(self, path: tuple[Key, ...], message: Text, cure: Text) -> None:
        self.found.doubtful("policy", self.content.place(*path), message, cure)


def _names(row: Row) -> list[str]:
    return [node.name for node in walk(row) if isinstance(node, FieldRef)]


def _is_in(written: str, quantity: Quantity) -> bool:
    """Whether two units are the same, however they are written."""
    try:
        one, other = unit(written), unit(quantity.unit)
    except (KeyError, ValueError):
        return written == quantity.unit
    return one.fits(other) and one.factor_to(other) == 1


def _clock(written: object) -> time | None:
    match = _CLOCK.fullmatch(str(written))
    return (time(int(match[1]), int(match[2])) if match[1] else time.max) if match else None


def _is_zone(name: str) -> bool:
    try:
        return bool(name and ZoneInfo(name))
    except (KeyError, OSError, ValueError):
        return False
