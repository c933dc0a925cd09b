"""A question to the measures, as a person writes it, and what its parts stand for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from zhizao.errors import InputError
from zhizao.model.indicator import Indicator
from zhizao.model.period import Period, moment, parse_periods
from zhizao.model.text import Text
from zhizao.model.value import Known


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asked for, word for word; an empty text means it was left out."""

    indicator: str
    by: str = ""
    of: tuple[str, ...] = ()
    period: str = ""
    series: str = ""
    as_of: str = ""
    stored_as_of: str = ""
    definition: str = ""


def known(as_of: str, stored_as_of: str = "") -> Known:
    """What was known at the times written.

    Raises:
        InputError: one of them is no time.

    Example:
        >>> known("2021").as_of.isoformat(), known("").as_of
        ('2022-01-01T00:00:00+00:00', None)
    """
    return Known(_instant(as_of, "--as-of"), _instant(stored_as_of, "--stored-as-of"))


def periods(text: str) -> list[Period]:
    """The periods written.

    Raises:
        InputError: the text is neither a period nor a range.
    """
    try:
        return parse_periods(text)
    except ValueError as error:
        cure = Text("例如写 2020、2020-Q3、2020-09 或 2016..2020", "write for instance 2020, 2020-Q3, 2020-09 or 2016..2020")
        raise InputError(Text(f"{text} 不是可问的期（{error}）", f"{text} is no period that can be asked for ({error})"), where="--period", cure=cure) from error


def require_definition(indicator: Indicator, definition: str) -> None:
    """Refuse a definition that is not the one in use.

    Raises:
        InputError: another version is asked for.
    """
    if definition and definition != indicator.definition:
        used = indicator.definition or "–"
        cure = Text("装载含有该版定义的包，或去掉 --definition", "load the pack that holds that version, or leave --definition out")
        raise InputError(
            Text(f"{indicator.id} 现用定义为 {used}，不是 {definition}", f"the definition of {indicator.id} in use is {used}, not {definition}"),
            where="--definition",
            cure=cure,
        )


def _instant(text: str, where: str) -> datetime | None:
    if not text:
        return None
    try:
        return moment(text)
    except ValueError as error:
        cure = Text("例如写 2021、2021-09、2021-09-22 或 2021-09-22T08:30:00Z", "write for instance 2021, 2021-09, 2021-09-22 or 2021-09-22T08:30:00Z")
        raise InputError(Text(f"{text} 不是时间", f"{text} is no time"), where=where, cure=cure) from error
