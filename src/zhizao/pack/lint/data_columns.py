"""Facts a pack ships: the columns of each file are fields of its record type, and ordered series are in it."""

from __future__ import annotations

from pathlib import Path

from zhizao.model.finding import Place
from zhizao.model.library import DataFile, Library
from zhizao.model.record import RecordType
from zhizao.model.text import Text
from zhizao.pack.found import Found, did_you_mean
from zhizao.pack.table import header_of, read_table

PUBLISHED = "published_figure"


def data_columns(library: Library, found: Found) -> None:
    """Tell columns that no field takes, required fields that no column gives, and series that are ordered but not there."""
    for data in library.data:
        record = library.records.get(data.record)
        if record and data.path.endswith(".csv"):
            _columns(data, record, found)
    _series(library, found)


def _columns(data: DataFile, record: RecordType, found: Found) -> None:
    header, place, fields = header_of(Path(data.path)), Place(data.path, 1), [f.id for f in record.fields]
    for column in header:
        if column not in fields:
            message = Text(f"{record.id} 没有字段 {column}，此列不会导入", f"{record.id} has no field {column}; the column will not be imported")
            found.doubtful("unknown_field", place, message, did_you_mean(column, fields))
    for field in record.fields:
        if field.required and field.id not in header:
            message = Text(f"缺少必填列 {field.id}，所有行都会被拒", f"the required column {field.id} is missing; every row would be rejected")
            found.blocking("unknown_field", place, message, Text(f"请补上 {field.id} 列", f"add a column {field.id}"))


def _series(library: Library, found: Found) -> None:
    """Every ordered series must be published somewhere: a slip in its name would silently push it behind all others."""
    published: dict[str, set[str]] = {}
    for data in library.data if library.series_order else ():
        if data.record == PUBLISHED and data.path.endswith(".csv"):
            for row in read_table(Path(data.path), (), header_of(Path(data.path)), Found()):
                for indicator in {row["indicator"], row["proxy_for"]} - {""}:
                    published.setdefault(indicator, set()).add(row["series"])
    for indicator, order in library.series_order.items():
        place = _place(library, indicator)
        if indicator not in library.indicators and indicator not in published:
            message = Text(f"没有名为 {indicator} 的指标，数据中也没有", f"no indicator is named {indicator}, and no figure is published under it")
            found.blocking("unknown_name", place, message, did_you_mean(indicator, [*library.indicators, *published]))
            continue
        for series in order:
            if series not in published.get(indicator, set()):
                message = Text(f"{indicator} 的数据中没有序列 {series}", f"no series {series} is published for {indicator}")
                found.doubtful("unknown_series", place, message, did_you_mean(series, published.get(indicator, set())))


def _place(library: Library, indicator: str) -> Place:
    """The line of series.yaml that orders an indicator's series."""
    for pack in library.packs.values():
        path = Path(pack.folder) / "series.yaml"
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
        line = next((i for i, text in enumerate(lines, 1) if text.strip().startswith(f"{indicator}:")), 0)
        if line:
            return Place(str(path), line)
    return Place("series.yaml")
