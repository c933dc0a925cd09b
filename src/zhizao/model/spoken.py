"""Periods as they stand in a sentence."""

from __future__ import annotations

from zhizao.model.period import Period
from zhizao.model.text import Text


def spoken(period: Period) -> Text:
    """A period inside a sentence: Chinese names the unit, English keeps the short form.

    Example:
        >>> [spoken(Period.parse(p)).zh for p in ("2020", "2018-Q2", "2025-03", "2016/2020")]
        ['2020 年', '2018 年第 2 季度', '2025 年 3 月', '2016–2020 年']
        >>> spoken(Period.parse("2018-Q2")).en, spoken(Period.parse("2016/2020")).en
        ('2018-Q2', '2016–2020')
    """
    first, last = period.first_day, period.last_day
    match period.kind:
        case "year":
            return Text(f"{first.year} 年", period.text)
        case "quarter":
            return Text(f"{first.year} 年第 {last.month // 3} 季度", period.text)
        case "month":
            return Text(f"{first.year} 年 {first.month} 月", period.text)
        case "window":
            return Text(f"{first.year}–{last.year} 年", f"{first.year}–{last.year}")
        case _:
            return Text(period.text, period.text)
