"""The tests of a pack, read: facts in, values out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from zhizao.model.finding import Place
from zhizao.model.indicator import Indicator
from zhizao.model.value import Coverage, Status
from zhizao.pack.content import Content
from zhizao.pack.found import Found
from zhizao.pack.shaped import read_shaped
from zhizao.pack.shapes import CaseShape, DrillShape, ExpectShape


@dataclass(frozen=True, slots=True)
class Expect:
    """A value that must come out; ``value`` None asks only for the status, ``coverage`` and ``warnings`` None for nothing."""

    of: str
    period: str
    value: Decimal | None
    status: Status
    coverage: Coverage
    warnings: tuple[str, ...] | None
    place: Place


@dataclass(frozen=True, slots=True)
class Case:
    """Facts and the values they must give. ``memberships`` None means: everything lies below nation:TEST."""

    name: str
    memberships: tuple[tuple[str, ...], ...] | None
    records: Mapping[str, tuple[Mapping[str, Any], ...]]
    expect: tuple[Expect, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Published:
    """What a published series must say."""

    series: str
    period: str
    value: Decimal
    of: str
    place: Place


@dataclass(frozen=True, slots=True)
class Drill:
    """Everything one test file asks for."""

    cases: tuple[Case, ...]
    published: tuple[Published, ...]


def drill_file(indicator: Indicator) -> Path:
    """Where the test of an indicator lies.

    Example:
        >>> from zhizao.model.text import same
        >>> drill_file(Indicator("x", same("x"), "percent", "year", "up", place=Place("p/indicators/x.yaml", 1))).name
        'x.test.yaml'
    """
    return Path(indicator.place.file).with_suffix(".test.yaml")


def read_drill(path: Path, found: Found) -> Drill | None:
    """The tests of a file; None, with findings, where it cannot be read."""
    read: tuple[DrillShape, Content] | None = read_shaped(path, DrillShape, found)
    if read is None:
        return None
    shape, content = read
    cases = tuple(_case(case, content.place, i) for i, case in enumerate(shape.cases))
    return Drill(cases, tuple(Published(p.series, p.period, p.value, p.of, content.place("published", i)) for i, p in enumerate(shape.published)))


def _case(shape: CaseShape, place: Any, i: int) -> Case:
    expect = tuple(_expect(e, place("cases", i, "expect", j)) for j, e in enumerate(shape.expect))
    return Case(shape.name, shape.memberships, shape.records, expect, place("cases", i))


def _expect(shape: ExpectShape, place: Place) -> Expect:
    coverage = Coverage(shape.coverage.count, shape.coverage.weight)
    return Expect(shape.of, shape.period, shape.value, shape.status or "ok", coverage, shape.warnings, place)
