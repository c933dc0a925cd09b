"""Every rule has its test beside it: one recording on which it stays silent, and one on which it speaks in time."""

from __future__ import annotations

from pathlib import Path

from zhizao.model.finding import Place
from zhizao.model.library import Library
from zhizao.model.rule import Rule
from zhizao.model.text import Text
from zhizao.pack.content import Content
from zhizao.pack.folder import TEST
from zhizao.pack.found import Found, did_you_mean
from zhizao.pack.rules import RuleDrillShape
from zhizao.pack.shaped import read_shaped


def rule_tests(library: Library, found: Found) -> None:
    """Tell rules without a test, and tests that do not show both silence and speech."""
    for rule in library.rules.values():
        path = Path(rule.place.file).with_suffix(TEST)
        if path.is_file():
            _check(rule, path, library, found)
        else:
            cure = Text(f"请在旁边写 {path.name}：一段应沉默，一段应发声", f"write {path.name} beside it: one case with silent: true, one with expect")
            found.blocking("no_test", rule.place, Text(f"规则 {rule.id} 没有测试", f"rule {rule.id} has no test"), cure)


def _check(rule: Rule, path: Path, library: Library, found: Found) -> None:
    read: tuple[RuleDrillShape, Content] | None = read_shaped(path, RuleDrillShape, found)
    if read is None:
        return
    drill, content = read
    if not any(case.silent and not case.expect for case in drill.cases):
        message = Text(f"{rule.id} 的测试没有应沉默的一段", f"no case shows {rule.id} silent")
        found.blocking("no_test", Place(str(path), 1), message, Text("请补一段正常的记录，写 silent: true", "add a sound recording with silent: true"))
    if not any(wanted.what == "raised" for case in drill.cases for wanted in case.expect):
        message = Text(f"{rule.id} 的测试没有应发声的一段", f"no case shows {rule.id} speak")
        found.blocking("no_test", Place(str(path), 1), message, Text("请补一段有问题的记录，写 expect: [{of: …, about: …}]", "add a faulty recording with expect: [{of: ..., about: ...}]"))
    for i, case in enumerate(drill.cases):
        for record in case.records.keys() - library.records.keys():
            message = Text(f"没有名为 {record} 的记录类型", f"no record type is named {record}")
            found.blocking("unknown_name", content.place("cases", i, "records", record), message, did_you_mean(record, library.records))
