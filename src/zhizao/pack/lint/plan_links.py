"""The plan against its indicators: tasks and goals have some, and every numbered indicator serves a task."""

from __future__ import annotations

from collections.abc import Iterator

from zhizao.model.finding import Place
from zhizao.model.indicator import Indicator
from zhizao.model.library import Library
from zhizao.model.plan import PlanNode
from zhizao.model.text import Text
from zhizao.pack.found import Found, did_you_mean
from zhizao.pack.lint.left_out import left_out
from zhizao.pack.lint.written_at import written_at

_MEASURED = {"task": Text("任务", "task"), "goal": Text("目标", "goal")}

_ELSEWHERE = ("command", "conformance", "rule", "solver", "connector")
"""What may serve a node and is no content: whether it is there is told by ``zhizao plan``."""


def plan_links(library: Library, found: Found) -> None:
    """Tell names that do not exist, tasks and goals without an indicator, and numbered indicators without a task."""
    nodes = [node for pack in library.packs.values() if pack.plan for node in pack.plan.walk()]
    served: dict[str, list[str]] = {}
    faulty = left_out(library)
    for node, name in _links(library, nodes, faulty, found):
        served.setdefault(node.id, []).append(name)
    for node in nodes:
        if node.kind in _MEASURED and node.id not in served and not faulty:  # what a faulty file would serve, nobody knows
            _without_indicator(node, found)
    tasks = {name for node in nodes if node.kind == "task" for name in served.get(node.id, ())}
    for indicator in library.indicators.values():
        if indicator.number and any(node.kind == "task" for node in nodes) and indicator.id not in tasks:
            _without_task(indicator, found)
    _numbers(library, found)


def _links(library: Library, nodes: list[PlanNode], faulty: frozenset[str], found: Found) -> Iterator[tuple[PlanNode, str]]:
    by_id, broken = {node.id: node for node in nodes}, left_out(library, "records")
    for indicator in library.indicators.values():
        for goal in indicator.goals:
            if goal in by_id:
                yield by_id[goal], indicator.id
            else:
                _unknown(written_at(indicator.place, "goals"), Text("计划节点", "node of a plan"), goal, by_id, found)
    sorts = {"indicator": library.indicators, "record": library.records, "hierarchy": library.hierarchies, "reconciliation": {r.id: r for r in library.reconciliations}}
    for node in nodes:
        for name in node.indicators:
            if name in library.indicators:
                yield node, name
            elif name not in faulty:
                _unknown(node.place, Text("指标", "indicator"), name, library.indicators, found)
        for sort, _, name in (served.partition(":") for served in node.serves):
            if sort not in (*sorts, *_ELSEWHERE):
                _unknown(node.place, Text("所服务之物的类别", "sort of thing that serves"), sort, [*sorts, *_ELSEWHERE], found)
            if sort in sorts and name not in sorts[sort] and name not in faulty | broken:
                _unknown(node.place, Text(sort, sort), name, sorts[sort], found)


def _unknown(place: Place, sort: Text, name: str, known: object, found: Found) -> None:
    found.blocking("unknown_name", place, Text(f"没有名为 {name} 的{sort.zh}", f"no {sort.en} is named {name}"), did_you_mean(name, known))


def _without_indicator(node: PlanNode, found: Found) -> None:
    sort = _MEASURED[node.kind]
    found.doubtful(
        f"{node.kind}_without_indicator", node.place, Text(f"{sort.zh} {node.id}（{node.name.zh}）没有指标", f"{sort.en} {node.id} ({node.name.en}) has no indicator"),
        Text(f"请在节点写 indicators: […]，或在指标写 goals: [{node.id}]", f"write indicators: […] here, or goals: [{node.id}] in an indicator"),
    )  # fmt: skip


def _without_task(indicator: Indicator, found: Found) -> None:
    found.doubtful(
        "indicator_without_task", indicator.place, Text(f"指标 {indicator.id} 不服务于任何任务", f"the indicator {indicator.id} serves no task"),
        Text("请写 goals: [任务编号]", "write goals: [the id of a task]"),
    )  # fmt: skip


def _numbers(library: Library, found: Found) -> None:
    seen: dict[tuple[str, int], str] = {}
    for indicator in library.indicators.values():
        first = seen.setdefault((indicator.pack, indicator.number), indicator.id)
        if indicator.number and first != indicator.id:
            message = Text(f"序号 {indicator.number} 已属于 {first}", f"the number {indicator.number} belongs to {first} already")
            found.blocking("repeated_id", written_at(indicator.place, "number"), message, Text("请改 number；另一种读法请写 variant_of", "change number; write variant_of for another reading"))
