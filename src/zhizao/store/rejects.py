"""Rejected rows, kept as they came, each with its line and the reason in both languages."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from zhizao.model.period import PeriodKind
from zhizao.model.record import Field, RecordType
from zhizao.model.text import Text
from zhizao.store.accept import FAULT, INDEX, LINE, WHY, column_of
from zhizao.store.columns import ROW
from zhizao.store.contract import Source
from zhizao.store.faults import UNREADABLE, read_fault
from zhizao.store.numbers import NUMBER
from zhizao.store.reading import period

if TYPE_CHECKING:
    import pyarrow as pa

CHUNK = 10_000

WITHHELD = "***"
"""Stands for a cell that is not kept."""

KINDS: Mapping[PeriodKind, str] = MappingProxyType(
    {"year": "年", "quarter": "季", "month": "月", "week": "周", "day": "日", "hour": "小时", "shift": "班次", "window": "多年期"}
)
"""The kinds of periods in Chinese; in English they are called by their ids."""


def file_of(record: RecordType, source: Source, rows: pa.Table, rejected: pa.Table) -> bytes:
    """The rejects file of a delivery, JSON lines: first what was delivered, then a line for every rejected row.

    Args:
        rows: the delivery as it came.
        rejected: position, line and reason of its rejected rows.
    """
    used = {column_of(f, rows.column_names) for f in record.fields} | {LINE, FAULT}
    head = {"record": record.id, "source": source.name, "sha256": source.sha256, "rejected": len(rejected)}
    lines = [{**head, "columns_not_used": [c for c in rows.column_names if c not in used]}, *_lines(record, rows, rejected)]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode("utf-8", "replace")


def _lines(record: RecordType, rows: pa.Table, rejected: pa.Table) -> Iterator[dict[str, Any]]:
    for start in range(0, len(rejected), CHUNK):
        some = rejected.slice(start, CHUNK)
        for said, raw in zip(some.to_pylist(), rows.take(some[INDEX]).to_pylist(), strict=True):
            yield _line(record, said, raw)


def _line(record: RecordType, said: dict[str, Any], raw: dict[str, Any]) -> dict[str, Any]:
    code, _, name = said[WHY].partition(":")
    if code == "unreadable":
        why, whole = read_fault(raw[FAULT])
        whole = WITHHELD if record.personal else whole
        return {"line": said[ROW], "field": "", "reason": {"zh": why.zh, "en": why.en}, "row": whole}
    field = record.field(name)
    cell = next((raw[n] for n in (field.id, field.name.zh, field.name.en) if n in raw), None) if field else None
    why = reason(code, field, "" if cell is None else str(cell).strip(), record.period)
    shown = _shown(record, raw)
    row = {k: v if v is None else str(v) if k in shown else WITHHELD for k, v in raw.items() if k not in (LINE, FAULT)}
    return {"line": said[ROW], "field": name, "reason": {"zh": why.zh, "en": why.en}, "row": row}


def _shown(record: RecordType, names: Collection[str]) -> Collection[str]:
    """The columns that are kept as they came. Nothing could erase a personal value here, and a column nobody knows may hold one."""
    return {column_of(f, names) for f in record.fields if not f.personal} if record.personal else names


def reason(code: str, field: Field | None, cell: str, kind: PeriodKind = "year") -> Text:
    """Why a row was rejected, in words.

    Example:
        >>> from zhizao.model.text import same
        >>> print(reason("unfit", Field("staff", "decimal", same("Staff")), "many"))
        staff is no number: many
    """
    if field is None:
        return UNREADABLE
    name = Text(f"{field.name.zh}（{field.id}）", field.id)
    what = _unfit(field, cell, kind)
    cell = WITHHELD if field.personal else cell
    match code:
        case "missing":
            return Text(f"{name.zh}必填而为空", f"{name.en} is required and empty")
        case "below":
            return Text(f"{name.zh}小于下限 {field.minimum}：{cell}", f"{name.en} is below {field.minimum}: {cell}")
        case "above":
            return Text(f"{name.zh}大于上限 {field.maximum}：{cell}", f"{name.en} is above {field.maximum}: {cell}")
        case "level":
            listed = _list(field.takes)
            return Text(f"{name.zh}只收这些层级的对象（{listed}）：{cell}", f"{name.en} takes entities of {listed} only: {cell}")
        case "time_zone":
            return Text(f"{name.zh}不是时区（如 Asia/Shanghai）：{cell}", f"{name.en} is no time zone (such as Asia/Shanghai): {cell}")
        case "unlisted":
            listed = _list(field.values)
            return Text(f"{name.zh}不在可选值之内（{listed}）：{cell}", f"{name.en} is none of {listed}: {cell}")
        case _:
            return Text(f"{name.zh}{what.zh}：{cell}", f"{name.en} {what.en}: {cell}")


def _unfit(field: Field, cell: str, kind: PeriodKind) -> Text:
    match field.type:
        case "period" if period(cell):
            return Text(f"不是所要的一种期（{KINDS[kind]}）", f"is a period, but not of the kind {kind}")
        case "decimal" | "integer" | "float" if not NUMBER.fullmatch(cell):
            return Text("不是数", "is no number")
        case "integer":
            return Text("不是整数或过大", "is not whole, or too large")
        case "decimal":
            return Text("过大，无法精确保存", "is too large to be kept exactly")
        case "float":
            return Text("超出双精度浮点数的范围", "is beyond the range of a double")
        case "boolean":
            return Text("不是真假值（true/false、yes/no、1/0、是/否）", "is none of true/false, yes/no, 1/0, 是/否")
        case "entity":
            return Text("不是对象编号（层级:代码）", "is no entity id (level:code)")
        case "period":
            return Text("不是期（如 2020、2020-Q3、2020-09、2020-09-14）", "is no period (such as 2020, 2020-Q3, 2020-09, 2020-09-14)")
        case "instant":
            return Text("不是时刻（如 2020-09-14T08:30:00+08:00）", "is no instant (such as 2020-09-14T08:30:00+08:00)")
        case _:
            return Text("不是日期（如 2020-09-14）", "is no date (such as 2020-09-14)")


def _list(values: Iterable[str]) -> str:
    return ", ".join(values)
