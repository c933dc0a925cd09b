"""Characters that look like one a formula may hold: named in full, since a reader cannot see the difference."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from zhizao.model.text import Text

_SLIPS = {
    "（": "(", "）": ")", "，": ",", "“": '"', "”": '"', "‘": '"', "’": '"', "×": "*", "÷": "/", "－": "-", "＋": "+", "−": "-", "–": "-",
    "≥": ">=", "≤": "<=", "≠": "!=", "＝": "==", "&": "and", "|": "or", "!": "not", "^": "pow(x, y)", "%": "0.05 (5 %)", "‐": "-", "—": "-",
}  # fmt: skip

_LETTERS = dict(zip("аеорсухіјѕһԁԛԝοαеκνρτυι", "aeopcyxijshdqwoaekvptui", strict=True))
"""Cyrillic and Greek letters that print like Latin ones."""


@dataclass(frozen=True, slots=True)
class LookAlike:
    """What a strange character is called, and what to write instead."""

    zh: str
    en: str
    cure: Text


def look_alike(mark: str) -> LookAlike | None:
    """What a character is and stands for; None where it resembles nothing of a formula.

    Example:
        >>> found = look_alike("\u0430")
        >>> found.en, found.cure.en
        ("'а' (U+0430, CYRILLIC SMALL LETTER A)", 'write a')
    """
    cure = _cure(mark)
    if cure is None:
        return None
    if mark.isascii() or (mark in _SLIPS and mark.isprintable()):
        return LookAlike(f"“{mark}”", repr(mark), cure)
    name = unicodedata.name(mark, "no name")
    return LookAlike(f"{mark!r}（U+{ord(mark):04X}，{name}）", f"{mark!r} (U+{ord(mark):04X}, {name})", cure)


def _cure(mark: str) -> Text | None:
    if mark in _SLIPS:
        return Text(f"请写 {_SLIPS[mark]}", f"write {_SLIPS[mark]}")
    if not mark.isascii() and mark.isspace():
        return Text("请写普通空格", "write a plain space")
    if unicodedata.category(mark) in ("Cc", "Cf"):
        return Text("请删去这个看不见的字符", "remove this invisible character")
    plain = _LETTERS.get(mark) or unicodedata.normalize("NFKC", mark)
    return Text(f"请写 {plain}", f"write {plain}") if plain != mark and plain.isascii() and plain.isalnum() else None
