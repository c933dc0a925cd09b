"""Exact numbers from text: what fits its field's scale as written stays as written, the rest is rounded half-even in decimal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pyarrow as pa

NUMBER = re.compile(r"[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,4})?", re.ASCII)
"""What reads as a number; NaN, infinity, thousands separators and full-width digits do not."""

NONE = "?"
"""Stands for a text that is no number, or none that can be kept: present, but without a value."""

_EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)


class Numbers(NamedTuple):
    """A column of figures, each a plain decimal text, empty or ``?``; ``rounded`` are the positions where digits were lost."""

    texts: pa.ChunkedArray
    rounded: list[int]


def numbers(texts: pa.ChunkedArray, scale: int, *, whole: bool = False) -> Numbers:
    """Figures at a scale. Nearly all are plain already and are only looked at; the others are read one by one.

    Args:
        whole: a figure with a fraction is none.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    plain = f"^([+-]?[0-9]+([.][0-9]{{0,{scale}}}0*)?|[+-]?[.][0-9]{{1,{scale}}}0*)?$" if scale else "^([+-]?[0-9]+([.]0*)?)?$"
    odd = pc.indices_nonzero(pc.invert(pc.match_substring_regex(texts, plain).fill_null(True)))
    if not len(odd):
        return Numbers(texts, [])
    read = [number(text, scale) for text in texts.take(odd).to_pylist()]
    mended = [NONE if text is None or (whole and lost) else text for text, lost in read]
    places = [] if whole else [place for place, (text, lost) in zip(odd.to_pylist(), read, strict=True) if lost and text]
    return Numbers(pc.replace_with_mask(texts, marked(len(texts), odd), pa.array(mended, texts.type)), places)


def number(text: str, scale: int) -> tuple[str | None, bool]:
    """A figure in plain digits at a scale, and whether digits were lost; None for what is no number or has over 60 digits.

    Example:
        >>> number("2.5e-7", 6), number("1.0000005", 6), number("1e3", 6), number("1,000", 6)
        (('0.000000', True), ('1.000000', True), ('1000.000000', False), (None, False))
    """
    if not NUMBER.fullmatch(text):
        return None, False
    exact = Decimal(text)
    try:
        kept = exact.quantize(Decimal(1).scaleb(-scale), context=_EXACT)
    except InvalidOperation:
        return None, False
    return f"{kept:f}", kept != exact


def marked(count: int, places: Sequence[int] | pa.Array) -> pa.Array:
    """True at some places of as many."""
    import numpy as np
    import pyarrow as pa

    mask = np.zeros(count, dtype=bool)
    mask[np.asarray(places, dtype=np.int64)] = True
    return pa.array(mask)


def counting(first: int, count: int) -> pa.Array:
    """As many whole numbers, from the first on."""
    import numpy as np
    import pyarrow as pa

    return pa.array(np.arange(first, first + count, dtype=np.int64))
