"""Where in time each part of a formula looks."""

from __future__ import annotations

from collections.abc import Iterator

from zhizao.measure.reach import moments_of
from zhizao.model.expression import Barrier, Call, Expr, Fold, Op
from zhizao.model.period import Period, PeriodKind


def looks(tree: Expr, period: Period, native: PeriodKind) -> Iterator[tuple[Fold | Barrier, Period]]:
    """Each topmost fold or barrier of a formula with each period whose state it is asked for.

    Example:
        >>> from zhizao.model.period import year
        >>> tree = Op("/", (Fold("sum"), Call("at_end", (Fold("count"),))))
        >>> [(tip.kind, str(at)) for tip, at in looks(tree, year(2020), "month")]
        [('sum', '2020'), ('count', '2020-12')]
    """
    if isinstance(tree, Fold | Barrier):
        yield tree, period
    elif isinstance(tree, Op | Call):
        for at in moments_of(tree, period, native) if isinstance(tree, Call) else [period]:
            for part in tree.args:
                yield from looks(part, at, native)
