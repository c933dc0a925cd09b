"""Runs the tests of packs: every case's facts go through a real store and the real measurement."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from zhizao.errors import ZhizaoError
from zhizao.measure.measure import Measurement
from zhizao.measure.published import RECORD, readings
from zhizao.model.entity import level_of
from zhizao.model.finding import Place
from zhizao.model.indicator import Indicator
from zhizao.model.library import Library
from zhizao.model.period import Period
from zhizao.model.record import RecordType
from zhizao.model.series import Reading
from zhizao.model.text import Text
from zhizao.model.value import Value
from zhizao.pack.content import Content, read_content
from zhizao.pack.found import Found
from zhizao.pack.shaped import shaped
from zhizao.pack.shapes import CaseShape, DrillShape, ExpectShape, PublishedShape
from zhizao.store.contract import Source, Store

OpenStore = Callable[[Path], Store]
NOW = datetime(9999, 1, 1, tzinfo=UTC)
"""Every period of a case is due."""
HOME = "nation:TEST"
"""Where a case's entities lie, unless it says otherwise."""


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


def run(library: Library, folders: Sequence[Path], open_store: OpenStore) -> Iterator[Outcome]:
    """Run the test of every indicator that lies in one of the folders.

    Args:
        open_store: makes an empty store in a folder.
    """
    published = _published(library, open_store)
    for indicator in library.indicators.values():
        path = Path(indicator.place.file)
        if any(path.resolve().is_relative_to(folder.resolve()) for folder in folders):
            yield from _run_file(library, indicator, path.with_suffix(".test.yaml"), published, open_store)


def _run_file(library: Library, indicator: Indicator, path: Path, published: Sequence[Reading], open_store: OpenStore) -> Iterator[Outcome]:
    found = Found()
    content = read_content(path, found)
    drill: DrillShape | None = shaped(content, DrillShape, found) if content else None
    for finding in found:
        yield Outcome(indicator.id, finding.code, finding.place, finding.message)
    if content is None or drill is None:
        return
    for i, case in enumerate(drill.cases):
        yield from _run_case(library, indicator, case, content, i, open_store)
    for i, wanted in enumerate(drill.published):
        yield _check_published(indicator, wanted, content.place("published", i), published)


def _run_case(library: Library, indicator: Indicator, case: CaseShape, content: Content, number: int, open_store: OpenStore) -> Iterator[Outcome]:
    try:
        with TemporaryDirectory() as folder:
            store = open_store(Path(folder))
            refused = _fill(library, store, case)
            values = [] if refused else _measure(library, indicator, store, case)
    except ZhizaoError as error:
        refused = error.what
    for i, expected in enumerate(case.expect):
        place = content.place("cases", number, "expect", i)
        yield Outcome(indicator.id, case.name, place, refused or _difference(expected, values))


def _fill(library: Library, store: Store, case: CaseShape) -> Text | None:
    """Store the case's facts; what was refused, where anything was."""
    source = Source(case.name)
    entities: dict[str, None] = {}
    for record_id, rows in case.records.items():
        record = library.records.get(record_id)
        if record is None:
            return Text(f"没有名为 {record_id} 的记录类型", f"no record type is named {record_id}")
        entities |= {_entity(record, row): None for row in rows}
        receipt = store.append(record, _table(record, rows), source)
        if receipt.rejected:
            return Text(f"{record_id} 有 {receipt.rejected} 行被拒收", f"{receipt.rejected} rows of {record_id} were rejected")
    edges = [*(case.memberships or ()), *_at_home(library, entities, case.memberships or ())]
    if edges:
        memberships = [dict(zip(("entity", "relation", "parent", "valid_from", "valid_to"), edge, strict=False)) for edge in edges]
        store.append(library.records["membership"], _table(library.records["membership"], memberships), source)
    return None


def _entity(record: RecordType, row: Mapping[str, Any]) -> str:
    name = str(row.get(record.entity, ""))
    return name if ":" in name else f"{record.level}:{name}"


def _at_home(library: Library, entities: Iterable[str], edges: Sequence[Sequence[str]]) -> Iterator[tuple[str, str, str]]:
    """A place for every entity that has none and is no part of another."""
    placed = {edge[0] for edge in edges if edge[1] in ("located_in", "part_of")}
    placing = {level.prefix for hierarchy, level in library.levels() if hierarchy.relation != "part_of"}
    hosts = {edge[2] for edge in edges if edge[1] == "part_of"}
    for entity in dict.fromkeys((*entities, *hosts)):
        if entity not in placed and level_of(entity) not in placing:
            yield entity, "located_in", HOME


def _table(record: RecordType, rows: Sequence[Mapping[str, Any]]) -> Any:
    import pyarrow as pa

    names = [f.id for f in record.fields if any(f.id in row for row in rows)]
    return pa.table({name: pa.array([_text(row.get(name)) for row in rows], pa.string()) for name in names})


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _measure(library: Library, indicator: Indicator, store: Store, case: CaseShape) -> list[Value]:
    with store.session() as session:
        measurement = Measurement(library, session, now=NOW)
        values: list[Value] = []
        kinds = {Period.parse(e.period).kind for e in case.expect}
        for kind in kinds:
            asked = [e for e in case.expect if Period.parse(e.period).kind == kind]
            periods = sorted({Period.parse(e.period) for e in asked})
            for unit in (True, False):
                of = sorted({e.of for e in asked if _is_unit(library, e.of) == unit})
                values += measurement.values([indicator.id], of=of, periods=periods) if of else []
    return values


def _is_unit(library: Library, entity: str) -> bool:
    return not any(level_of(entity) == level.prefix for hierarchy, level in library.levels() if hierarchy.relation != "part_of")


def _difference(expected: ExpectShape, values: Sequence[Value]) -> Text | None:
    value = next((v for v in values if v.entity == expected.of and str(v.period) == expected.period), None)
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


def _published(library: Library, open_store: OpenStore) -> list[Reading]:
    """The published readings that the packs ship."""
    from zhizao.store.files import read

    files = [data for data in library.data if data.record == RECORD]
    if not files or RECORD not in library.records:
        return []
    with TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        for data in files:
            store.append(library.records[RECORD], read(Path(data.path)), Source(data.path, data.sha256))
        with store.session() as session:
            return readings(library, session)


def _check_published(indicator: Indicator, wanted: PublishedShape, place: Place, published: Sequence[Reading]) -> Outcome:
    name = f"{wanted.series} {wanted.period}"
    found = [
        r for r in published
        if r.series == wanted.series and str(r.period) == wanted.period and r.entity == (wanted.of or r.entity)
    ]  # fmt: skip
    if not found:
        return Outcome(indicator.id, name, place, Text(f"{name}：没有公布数", f"{name}: there is no published figure"))
    values = ", ".join(sorted({str(r.value) for r in found}))
    if all(r.value == wanted.value for r in found):
        return Outcome(indicator.id, name, place)
    return Outcome(indicator.id, name, place, Text(f"{name}：应为 {wanted.value}，公布 {values}", f"{name}: should be {wanted.value}, is {values}"))
