"""A fault in a formula, on its way to become a finding."""

from __future__ import annotations

from zhizao.model.text import Text


class FormulaFault(Exception):
    """What is wrong at one place of a formula, and how to mend it; never leaves the pack package."""

    def __init__(self, code: str, at: int, message: Text, cure: Text) -> None:
        super().__init__(message.en)
        self.code, self.at, self.message, self.cure = code, at, message, cure
        self.others: tuple[FormulaFault, ...] = ()
        """Faults of the same formula that were found besides."""


LET = 10_000
"""Places in the text of the n-th part of ``let`` begin at n times this, so that one number says which text and where in it."""


def part_of_let(at: int) -> int:
    """Which part of ``let`` a place lies in, counted from 0; -1 for the formula itself."""
    return at // LET - 1


def column(at: int) -> Text:
    """The words for a place in a formula.

    Example:
        >>> column(4).en, column(LET + 4).en
        ('column 5 of the formula', 'column 5 of this part of let')
    """
    n = at % LET + 1
    return Text(f"let 此部分第 {n} 列", f"column {n} of this part of let") if at >= LET else Text(f"公式第 {n} 列", f"column {n} of the formula")
