"""A text that a person sees: always in Chinese and in English."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Lang = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in Chinese and English; neither may be empty.

    Raises:
        ValueError: one of the two is missing.

    Example:
        >>> Text("缺失", "missing").in_("zh")
        '缺失'
    """

    zh: str
    en: str

    def __post_init__(self) -> None:
        if not self.zh or not self.en:
            raise ValueError(f"a text needs Chinese and English, got zh={self.zh!r}, en={self.en!r}")

    def in_(self, lang: Lang) -> str:
        """The words in one language."""
        return self.zh if lang == "zh" else self.en

    def __str__(self) -> str:
        return self.en


def same(words: str) -> Text:
    """A text that reads the same in both languages: a code, a symbol, a file name."""
    return Text(words, words)
