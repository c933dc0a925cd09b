"""Every indicator has its test beside it, and every test its indicator."""

from __future__ import annotations

from pathlib import Path

from zhizao.model.finding import Place
from zhizao.model.indicator import Indicator
from zhizao.model.library import Library
from zhizao.model.text import Text
from zhizao.pack.drill import read_drill, drill_file
from zhizao.pack.found import Found, did_you_mean


def has_test(library: Library, found: Found) -> None:
    """Tell indicators without a test, tests that test nothing, and tests without an indicator."""
    for indicator in library.indicators.values():
        path = drill_file(indicator)
        if not path.is_file():
            found.blocking(
                "no_test", indicator.place, Text(f"{indicator.id} 没有测试", f"{indicator.id} has no test"),
                Text(f"请在旁边写 {path.name}，至少一个算例", f"write {path.name} beside it, with at least one case"),
            )  # fmt: skip
            continue
        _check_drill(indicator, path, found)
    _orphans(library, found)


def _check_drill(indicator: Indicator, path: Path, found: Found) -> None:
    drill = read_drill(path, found)
    if drill is None:
        return
    part = "cases" if indicator.is_computed else "published"
    if not (drill.cases if indicator.is_computed else drill.published or drill.cases):
        message = Text(f"{path.name} 中没有 {part}", f"{path.name} has no {part}")
        found.blocking("no_test", Place(str(path), 1), message, Text(f"请补写 {part}", f"add {part}"))


def _orphans(library: Library, found: Found) -> None:
    tested = {str(drill_file(indicator)) for indicator in library.indicators.values()}
    # An indicator whose own file is broken is told there; its test is no orphan.
    broken = {f.place.file for f in found}
    for pack in library.packs.values():
        for path in sorted(Path(pack.folder, "indicators").glob("*.test.yaml")):
            own = str(path).replace(".test.yaml", ".yaml")
            if str(path) not in tested and own not in broken:
                names = [Path(file).name for file in tested]
                found.doubtful("no_indicator", Place(str(path), 1), Text("这个测试没有对应的指标", "this test has no indicator"), did_you_mean(path.name, names))
