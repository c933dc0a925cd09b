"""A fault in a formula, on its way to become a finding."""

from __future__ import annotations

from zhizao.model.text import Text


class FormulaFault(Exception):
    """What is wrong at one place of a formula, and how to mend it; never leaves the pack package."""

    def __init__(self, code: str, at: int, message: Text, cure: Text) -> None:
        super().__init__(message.en)
        self.code, self.at, self.message, self.cure = code, at, message, cure


def column(at: int) -> Text:
    """The words for a place in a formula."""
    return Text(f"公式第 {at + 1} 列", f"column {at + 1} of the formula")
