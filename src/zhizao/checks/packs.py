"""Runs the tests of packs: every case's facts go through a real store and the real measurement."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from zhizao.checks.cases import Case, fill, is_placing
from zhizao.errors import ZhizaoError
from zhizao.measure.measure import Measurement
from zhizao.measure.published import RECORD, readings
from zhizao.model.finding import Place
from zhizao.model.indicator import Indicator
from zhizao.model.library import Library
from zhizao.model.period import Period
from zhizao.model.series import Reading
from zhizao.model.text import Text
from zhizao.model.value import Known, Value
from zhizao.pack.content import read_content
from zhizao.pack.found import Found
from zhizao.pack.shaped import shaped
from zhizao.pack.shapes import DrillShape, ExpectShape, PublishedShape
from zhizao.store.contract import Source, Store

OpenStore = Callable[[Path], Store]
NOW = datetime(9999, 1, 1, tzinfo=UTC)
"""Every period of a case is due."""

Results = dict[tuple[str, str, str], Value]
"""Values by indicator, entity and period."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one expectation of a pack's test; ``message`` says how it failed."""

    indicator: str
    case: str
    place: Place
    message: Text | None = None

    @property
    def passed(self) -> bool:
        """Whether it is as the test expects."""
        return self.message is None


def run(library: Library, folders: Sequence[Path], open_store: OpenStore, only: Collection[str] | None = None) -> Iterator[Outcome]:
    """Run the test of every indicator that lies in one of the folders.

    Args:
        open_store: makes an empty store in a folder.
        only: the indicators to try; all of them where it is None.
    """
    asked = [i for i in library.indicators.values() if only is None or i.id in only]
    inside = [i for i in asked if any(_lies_in(i, folder) for folder in folders)]
    cases: list[Case] = []
    published: list[tuple[Indicator, PublishedShape, Place]] = []
    for indicator in inside:
        yield from _read(indicator, cases, published)
    yield from _tried(library, cases, open_store)
    if published:
        figures = _figures(library, open_store)
        yield from (_compare_published(indicator, wanted, place, figures) for indicator, wanted, place in published)


def _lies_in(indicator: Indicator, folder: Path) -> bool:
    return Path(indicator.place.file).resolve().is_relative_to(folder.resolve())


def _read(indicator: Indicator, cases: list[Case], published: list[tuple[Indicator, PublishedShape, Place]]) -> Iterator[Outcome]:
    """Gather what an indicator's test file says; what is wrong with the file itself is an outcome."""
    found = Found()
    content = read_content(Path(indicator.place.file).with_suffix(".test.yaml"), found)
    drill: DrillShape | None = shaped(content, DrillShape, found) if content else None
    yield from (Outcome(indicator.id, f.code, f.place, f.message) for f in found)
    if content is None or drill is None or found:
        return
    for i, shape in enumerate(drill.cases):
        cases.append(Case(indicator, shape, tuple(content.place("cases", i, "expect", n) for n in range(len(shape.expect)))))
    published += [(indicator, wanted, content.place("published", i)) for i, wanted in enumerate(drill.published)]


def _tried(library: Library, cases: Sequence[Case], open_store: OpenStore) -> Iterator[Outcome]:
    """Every case's outcomes; plain cases share a store unless some row of theirs is refused, which is then said of its own case."""
    plain = [replace(case, world=str(n)) for n, case in enumerate(cases) if case.is_plain]
    try:
        shared = _measured(library, plain, open_store)
    except ZhizaoError:
        shared = None
    for case in plain if shared is not None else []:
        yield from _compare(case, shared or {})
    for case in cases:
        if shared is None or not case.is_plain:
            yield from _alone(library, case, open_store)


def _alone(library: Library, case: Case, open_store: OpenStore) -> Iterator[Outcome]:
    try:
        yield from _compare(case, _measured(library, [case], open_store))
    except ZhizaoError as error:
        yield from (Outcome(case.indicator.id, case.shape.name, place, error.what) for place in case.places)


def _measured(library: Library, cases: Sequence[Case], open_store: OpenStore) -> Results:
    """The values that cases ask for, from one store that holds them all.

    Raises:
        ZhizaoError: a fact was refused or a value cannot be asked for.
    """
    with TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        refused = fill(library, store, cases)
        if refused:
            raise ZhizaoError(refused)
        with store.session() as session:
            measurement = Measurement(library, session, Known(), NOW)
            asked = sorted((c.indicator.id, _sort(library, c, e), c.named(e.of), e.period) for c in cases for e in c.shape.expect)
            values = (
                value
                for (indicator, _), group in groupby(asked, key=lambda a: a[:2])
                for value in _ask(measurement, indicator, list(group))
            )
            return {(v.indicator, v.entity, str(v.period)): v for v in values}


def _sort(library: Library, case: Case, expected: ExpectShape) -> str:
    """Expectations that one measurement can answer together: of one kind of entity and one kind of period."""
    return f"{is_placing(library, expected.of)}{Period.parse(expected.period).kind}"


def _ask(measurement: Measurement, indicator: str, asked: Sequence[tuple[str, str, str, str]]) -> list[Value]:
    entities, periods = sorted({a[2] for a in asked}), sorted({Period.parse(a[3]) for a in asked})
    return measurement.values([indicator], of=entities, periods=periods)


def _compare(case: Case, values: Results) -> Iterator[Outcome]:
    for expected, place in case.expectations():
        value = values.get((case.indicator.id, case.named(expected.of), expected.period))
        yield Outcome(case.indicator.id, case.shape.name, place, _difference(expected, value))


def _difference(expected: ExpectShape, value: Value | None) -> Text | None:
    where = f"{expected.of} {expected.period}"
    if value is None:
        return Text(f"{where}：没有值", f"{where}: there is no value")
    for name, wanted, got in (
        ("value", expected.value, value.value),
        ("status", expected.status, value.status),
        ("coverage.count", expected.coverage.count, value.coverage.count),
        ("coverage.weight", expected.coverage.weight, value.coverage.weight),
    ):
        if wanted is not None and wanted != got:
            got = got if got is not None else value.status
            return Text(f"{where}：{name} 应为 {wanted}，算得 {got}", f"{where}: {name} should be {wanted}, is {got}")
    return None


def _figures(library: Library, open_store: OpenStore) -> list[Reading]:
    """The published readings that the packs ship."""
    from zhizao.store.files import read

    record = library.records.get(RECORD)
    if record is None:
        return []
    with TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        for data in library.data:
            if data.record == RECORD:
                store.append(record, read(Path(data.path)), Source(data.path, data.sha256))
        with store.session() as session:
            return readings(library, session)


def _compare_published(indicator: Indicator, wanted: PublishedShape, place: Place, figures: Sequence[Reading]) -> Outcome:
    name = f"{wanted.series} {wanted.period}"
    same = [r for r in figures if (r.series, str(r.period)) == (wanted.series, wanted.period) and wanted.of in ("", r.entity)]
    if not same:
        return Outcome(indicator.id, name, place, Text(f"{name}：没有公布数", f"{name}: there is no published figure"))
    values = ", ".join(sorted({str(r.value) for r in same}))
    wrong = Text(f"{name}：应为 {wanted.value}，公布 {values}", f"{name}: should be {wanted.value}, is {values}")
    return Outcome(indicator.id, name, place, None if all(r.value == wanted.value for r in same) else wrong)
