"""A source's file, written and written on: what a person wrote stays to the letter, what is new is added, what is gone is marked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from zhizao.errors import InputError
from zhizao.model.quantity import Quantity
from zhizao.model.text import Text
from zhizao.sense.mapping import Placed, load
from zhizao.sense.propose import Proposal
from zhizao.sense.source import Described, Options, Signal

_PLAIN = re.compile(r"[A-Za-z_][\w.:/-]*(?<!:)")
_GONE = re.compile(r"  # 已不在来源中 gone [0-9-]{10}$")
_HEAD = """\
# 来源 · source {name}
# 由 zhizao connect 写成，可随意修改；重新运行只添新信号、标出已消失的，不动你写的内容。不要的信号写 ignore。
# Written by zhizao connect; change what you like. Running it again adds what is new and marks what is gone, and keeps what you wrote.
# Write ignore in the place of a signal that you do not want.
url: {url}
"""
_SECTIONS = {
    "entities": "# 对象：名称与上级 · entities, their names and what they are part of",
    "quantities": "# 各内容包没有的量 · quantities that no pack has; behaviour: gauge, counter or mode",
    "signals": "# 地址：对象与量；收到的数乘以 scale · per address: entity and quantity; a number is stored times scale",
}


def begun(name: str, url: str, options: Options) -> str:
    """A new file, as yet without signals."""
    import yaml

    said = yaml.safe_dump({"options": dict(options)}, allow_unicode=True, sort_keys=False) if options else ""
    return _HEAD.format(name=name, url=json.dumps(url, ensure_ascii=False)) + said


def rewritten(text: str, proposed: Proposal, described: Iterable[str], today: str, where: str = "") -> str:
    """The text with what is proposed.

    Args:
        described: the addresses the source has now; one that was marked as gone and is back loses its mark.

    Raises:
        InputError: a section is written in a way that nothing can be added to.
    """
    before = load(text, where)
    rerun = "signals" in before
    text = _marked(text, proposed.gone, set(described), today)
    text = _added(text, "entities", [_entity(e) for e in proposed.entities], where)
    text = _added(text, "quantities", [_quantity(q) for q in proposed.quantities], where)
    text = _added(text, "signals", list(_signals(proposed.signals, today if rerun else "")), where)
    _require_kept(before, load(text, where), where)
    return text


def _require_kept(before: dict[str, Any], after: dict[str, Any], where: str) -> None:
    """Whatever stood in the file still means the same: a form of YAML that was not foreseen must not be spoilt."""
    for key, value in before.items():
        kept = after.get(key)
        if isinstance(value, dict) and isinstance(kept, dict):
            kept = {name: kept.get(name) for name in value}
        if kept != value and value is not None:
            raise _unfit(key, where)


# ── lines ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _entity(e: Placed) -> str:
    part_of = f", part_of: {_word(e.part_of)}" if e.part_of else ""
    return f"{_word(e.id)}: {{name: {_name(e.name)}{part_of}}}"


def _quantity(q: Quantity) -> str:
    return f"{_word(q.id)}: {{name: {_name(q.name)}, unit: {_quoted(q.unit)}, resolution: {_quoted(q.resolution)}, behaviour: {q.behaviour}}}"


def _signals(signals: Sequence[tuple[Described, Signal]], added: str) -> Iterable[str]:
    if added and signals:
        yield f"# 新增 added {added}"
    device = None
    for a, signal in signals:
        if a.device != device:
            device = a.device
            yield f"# ── {_comment(device)}"
        scale = f", scale: {Decimal(repr(signal.scale)):f}" if signal.scale != 1 else ""
        about = " · ".join(part for part in (a.name if a.name != a.address else "", a.kind, a.unit, a.example and f"= {a.example}") if part)
        yield f"{_quoted(a.address)}: {{entity: {_word(signal.entity)}, quantity: {_word(signal.quantity)}{scale}}}" + (f"  # {_comment(about)}" if about else "")


def _comment(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text)[:160].strip()


def _name(name: Text) -> str:
    return f"{{zh: {_quoted(name.zh)}, en: {_quoted(name.en)}}}"


def _word(text: str) -> str:
    return text if _PLAIN.fullmatch(text) and text.lower() not in ("true", "false", "null", "yes", "no", "on", "off", "y", "n") else _quoted(text)


def _quoted(text: str) -> str:
    # A JSON text is a YAML text, but for a few signs that JSON leaves as they are.
    return re.sub(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]", lambda sign: f"\\u{ord(sign.group()):04x}", json.dumps(text, ensure_ascii=False))


# ── edits ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _added(text: str, section: str, entries: Sequence[str], where: str) -> str:
    """The text with entries at the end of a section, which is begun where there is none."""
    if not entries:
        return text
    lines, found = text.splitlines(), _section(text, section)
    if found is None:
        return _joined([*lines, "", _SECTIONS[section], f"{section}:", *(f"  {entry}" for entry in entries)])
    key, value = found
    if not getattr(value, "value", None):  # nothing, null, or {}
        at = key.start_mark.line
        _, _, rest = lines[at].partition("#")
        lines[at : value.end_mark.line + 1 if value.end_mark.line > at and value.end_mark.column else at + 1] = [f"{section}:" + (f"  #{rest}" if rest else "")]
        return _joined([*lines[: at + 1], *(f"  {entry}" for entry in entries), *lines[at + 1 :]])
    if not hasattr(value, "flow_style") or value.flow_style or not isinstance(value.value, list):
        raise _unfit(section, where)
    end, indent = _last_line(value, lines) + 1, " " * value.value[0][0].start_mark.column
    return _joined([*lines[:end], *(f"{indent}{entry}" for entry in entries), *lines[end:]])


def _section(text: str, section: str) -> tuple[Any, Any] | None:
    import yaml

    root = yaml.compose(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    pairs: list[tuple[Any, Any]] = root.value if root is not None else []
    return next(((key, value) for key, value in pairs if key.value == section), None)


def _last_line(value: Any, lines: Sequence[str]) -> int:
    """The line on which the last entry of a block ends: a block of blocks ends where the next thing begins."""
    last = value.value[-1][1]
    line = int(last.end_mark.line) - (1 if last.end_mark.column == 0 and last.end_mark.line > last.start_mark.line else 0)
    while line >= len(lines) or not lines[line].strip() or lines[line].lstrip().startswith("#"):
        line -= 1
    return line


def _marked(text: str, gone: frozenset[str], described: set[str], today: str) -> str:
    found = _section(text, "signals")
    lines = text.splitlines()
    pairs = found[1].value if found and isinstance(found[1].value, list) else []
    for key, _ in pairs:
        line = key.start_mark.line
        if key.value in gone and not _GONE.search(lines[line]):
            lines[line] = f"{lines[line].rstrip()}  # 已不在来源中 gone {today}"
        elif key.value in described:
            lines[line] = _GONE.sub("", lines[line])
    return _joined(lines)


def _joined(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _unfit(section: str, where: str) -> InputError:
    cure = Text("请把每个信号写成一行：地址: {entity: …, quantity: …}", "write it a line an entry: ADDRESS: {entity: …, quantity: …}")
    return InputError(Text(f"{section} 的写法无法续写", f"{section} is written in a way that nothing can be added to"), where=where, cure=cure)
