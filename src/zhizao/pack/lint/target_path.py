"""Targets along their path: a cumulative one never runs backward, an interim one lies between base and final."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

from zhizao.model.library import Library
from zhizao.model.target import Target
from zhizao.model.text import Text
from zhizao.pack.found import Found
from zhizao.pack.lint.targets import label, together

_CUMULATIVE = ("change_since", "cut_since")


def target_path(library: Library, found: Found) -> None:
    """Tell targets that fall behind an earlier one, that lie outside their path, or that are there twice."""
    for path in together(library.targets):
        for earlier, later in pairwise(path):
            if earlier.year == later.year:
                _twice(later, found)
            elif earlier.form in _CUMULATIVE:
                _check_backward(earlier, later, found)
        if path[0].form == "level":
            _check_interim(path, found)


def _twice(target: Target, found: Found) -> None:
    message = Text(f"{label(target).zh}出现两次", f"{label(target).en} stands there twice")
    found.blocking("repeated_id", target.place, message, Text("请删去一行，或填写 plan、entity 加以区分", "remove one row, or tell them apart by plan or entity"))


def _behind(value: Decimal, earlier: Decimal, target: Target) -> bool:
    return value < earlier if target.direction == "up" else value > earlier


def _check_backward(earlier: Target, later: Target, found: Found) -> None:
    """What is counted from one base year can only grow: a later figure below an earlier one would mean going back."""
    since = later.base_year or Text("基年", "the base year")
    if _behind(later.used, earlier.used, later):
        due, tell = earlier.used, found.blocking
        cure = Text(
            "请对照原发文件核对；保留 printed，在 used 写实际采用的数，并写 reason_zh、reason_en",
            "check it against the plan as issued; keep printed, write the figure meant in used, and why in reason_zh and reason_en",
        )
    elif _behind(later.printed, earlier.printed, later):
        due, tell = earlier.printed, found.doubtful
        why = later.reason or Text("未写理由", "no reason given")
        cure = Text(f"已改用 {later.used}（{why.zh}）；请人工确认", f"{later.used} is used instead ({why.en}); a person should confirm it")
    else:
        return
    message = Text(
        f"{label(later).zh}印作 {later.printed}，是自 {since} 年起的累计数，却落后于 {earlier.year} 年已须达到的 {due}",
        f"{label(later).en}, printed {later.printed}, counts from {since} on and falls behind the {due} already due in {earlier.year}",
    )
    tell("cumulative_backward", later.place, message, cure)


def _check_interim(path: list[Target], found: Found) -> None:
    final = path[-1]
    start = next((t.base_value for t in path if t.base_value is not None), None)
    first, interims = (start, path[:-1]) if start is not None else (path[0].used, path[1:-1])
    low, high = min(first, final.used), max(first, final.used)
    for interim in interims:
        if not low <= interim.used <= high:
            message = Text(
                f"{label(interim).zh} {interim.used} 不在起点 {first} 与 {final.year} 年的 {final.used} 之间",
                f"{label(interim).en}, {interim.used}, does not lie between the base {first} and {final.used} of {final.year}",
            )
            found.doubtful("interim_not_between", interim.place, message, Text("请核对这三个数", "check the three figures"))
