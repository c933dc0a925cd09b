"""A written figure with its unit."""

from __future__ import annotations

from zhizao.model.text import Text, same
from zhizao.show.words import unit_words


def quantity(figure: str, unit: str) -> Text:
    """A written figure with its unit; an index has none.

    Example:
        >>> quantity("1.34", "patent/yi_yuan").zh, quantity("84.5", "index").en
        ('1.34 件/亿元', '84.5')
    """
    if unit in ("", "index"):
        return same(figure)
    words = unit_words(unit)
    return Text(f"{figure} {words.zh}", f"{figure} {words.en}")
