"""Texts that stand for periods and instants, read with the model's own parsers: the same reading everywhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from zhizao.model.period import Period, PeriodKind, moment

if TYPE_CHECKING:
    import pyarrow as pa

_WRITTEN: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(\d{4})年?"), "{0}"),
    (re.compile(r"(\d{4})\.0"), "{0}"),
    (re.compile(r"(\d{4})年?-?[Qq]([1-4])"), "{0}-Q{1}"),
    (re.compile(r"(\d{4})年第?([1-4])季度?"), "{0}-Q{1}"),
    (re.compile(r"(\d{4})[-/年](\d{1,2})月?"), "{0}-{1:0>2}"),
    (re.compile(r"(\d{4})-?[Ww](\d{1,2})"), "{0}-W{1:0>2}"),
    (re.compile(r"(\d{4})[-/年](\d{1,2})[-/月](\d{1,2})日?(?:[T ]00:00(?::00)?)?"), "{0}-{1:0>2}-{2:0>2}"),
)
"""Other ways in which people and spreadsheets write a period."""


def period(text: str, kind: PeriodKind | None = None) -> str | None:
    """A period in the one way the contracts write it, or None; where a kind is asked for, only one of that kind.

    Example:
        >>> period("2020", "year"), period("2020-Q3", "year")
        ('2020', None)
        >>> period("2020年"), period("2020q3"), period("2020-9"), period("2020.0"), period("2016/2020"), period("autumn")
        ('2020', '2020-Q3', '2020-09', '2020', '2016/2020', None)
    """
    text = unicodedata.normalize("NFKC", text).strip()
    for pattern, form in _WRITTEN:
        if match := pattern.fullmatch(text):
            text = form.format(*match.groups())
            break
    try:
        found = Period.parse(text)
        return found.text if found.end and kind in (None, found.kind) else None
    except (ValueError, OverflowError):
        return None


def instant(text: str) -> datetime | None:
    """The moment a possibly partial date stands for (the end of its period), or None."""
    try:
        return moment(unicodedata.normalize("NFKC", text))
    except (ValueError, OverflowError):
        return None


def read_each(texts: pa.ChunkedArray, parse: Callable[[str], Any], kind: pa.DataType) -> pa.Array:
    """The parsed form of every text, null where it has none; each different text is parsed once."""
    import pyarrow as pa

    coded = texts.combine_chunks().dictionary_encode()
    parsed = [parse(text) if text else None for text in coded.dictionary.to_pylist()]
    return pa.array(parsed, kind).take(coded.indices)
