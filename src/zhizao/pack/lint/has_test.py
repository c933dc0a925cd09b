"""Every indicator has its test beside it, and every test its indicator."""

from __future__ import annotations

from pathlib import Path

from zhizao.model.finding import Place
from zhizao.model.indicator import Indicator
from zhizao.model.library import Library
from zhizao.model.text import Text
from zhizao.pack.content import Content
from zhizao.pack.folder import TEST
from zhizao.pack.found import Found, did_you_mean
from zhizao.pack.lint.left_out import left_out
from zhizao.pack.shaped import read_shaped
from zhizao.pack.shapes import DrillShape


def has_test(library: Library, found: Found) -> None:
    """Tell indicators without a test, tests that test nothing or name what does not exist, and tests without an indicator."""
    for indicator in library.indicators.values():
        path = Path(indicator.place.file).with_suffix(TEST)
        if path.is_file():
            _check_test(indicator, path, library, found)
        else:
            message = Text(f"{indicator.id} 没有测试", f"{indicator.id} has no test")
            cure = Text(f"请在旁边写 {path.name}，至少一个算例", f"write {path.name} beside it, with at least one case")
            found.blocking("no_test", indicator.place, message, cure)
    _orphans(library, found)


def _check_test(indicator: Indicator, path: Path, library: Library, found: Found) -> None:
    read: tuple[DrillShape, Content] | None = read_shaped(path, DrillShape, found)
    if read is None:
        return
    drill, content = read
    part = "cases" if indicator.is_computed else "published"
    if not (drill.cases if indicator.is_computed else drill.published or drill.cases):
        message = Text(f"{path.name} 中没有 {part}", f"{path.name} has no {part}")
        found.blocking("no_test", Place(str(path), 1), message, Text(f"请补写 {part}", f"add {part}"))
    for i, case in enumerate(drill.cases):
        for record, rows in case.records.items():
            _check_rows(record, rows, library, content.place("cases", i, "records", record), found)


def _check_rows(record: str, rows: tuple[dict[str, object], ...], library: Library, place: Place, found: Found) -> None:
    known = library.records.get(record)
    if known is None and record in left_out(library, "records"):
        return
    if known is None:
        message = Text(f"没有名为 {record} 的记录类型", f"no record type is named {record}")
        found.blocking("unknown_name", place, message, did_you_mean(record, library.records))
        return
    fields = [f.id for f in known.fields]
    for name in sorted({name for row in rows for name in row} - set(fields)):
        message = Text(f"{record} 没有字段 {name}", f"{record} has no field {name}")
        found.blocking("unknown_field", place, message, did_you_mean(name, fields))


def _orphans(library: Library, found: Found) -> None:
    faulty, owned = left_out(library), {i.place.file for i in library.indicators.values()}
    for pack in library.packs.values():
        for path in sorted(Path(pack.folder, "indicators").glob(f"*{TEST}")):
            own = str(path).removesuffix(TEST) + ".yaml"
            if own not in owned and Path(own).stem not in faulty:
                names = [Path(file).with_suffix(TEST).name for file in owned]
                message = Text("这个测试没有对应的指标", "this test has no indicator")
                found.doubtful("no_indicator", Place(str(path), 1), message, did_you_mean(path.name, names))
