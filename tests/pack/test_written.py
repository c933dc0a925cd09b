"""What is written of a formula is read as the same formula."""

from __future__ import annotations

import pytest

from zhizao.model.quantity import SIGNALS
from zhizao.model.written import written
from zhizao.pack.formula.build import build
from zhizao.pack.load import load
from zhizao.pack.shipped import folders

HARD = [
    "sum(a - (b - c))", "sum(a - b - c)", "sum(a * (b + c) * -d)", "sum(-(a + b))", "-(sum(a) + sum(b))", "sum(a) / (sum(b) / sum(c))", "--sum(a)",
    "count(where a > 0 and (b or not c) or d)", "count(where not (a and b))", "count(where (a or b) and (c and d))", "count(where (a > 1) == true)",
    """count(where x in ("it's", 'say "x"') and y not in (-1, 2.50))""", "sum(a where reported(b))", "sum(a where (not b) == c)",
    "mean over site weighted by sum(w) of (mean over line of (sum(a) / sum(b)) - 1)", "base(sum(a), 2015) * -2", "growth(sum(a), years=5)",
    "quantile(histogram(a where b > 0, width=5), 0.5)", "at_end(sum(a)) - rolling(sum(b), n=3)", "share(sum(a), sum(b))", "estimate(distinct(a where b))",
]  # fmt: skip


@pytest.mark.parametrize("formula", HARD)
def test_brackets_stand_where_they_matter(formula: str) -> None:
    tree = build(formula)
    assert build(written(tree)) == tree


def test_every_formula_of_the_shipped_packs_is_read_as_it_is_written() -> None:
    """Over records; of a formula over signals the tree holds what derived quantities and means over time stand for, which no pack writes out."""
    trees = [i.tree for i in load(folders()).indicators.values() if i.tree is not None and SIGNALS not in i.records]
    assert len(trees) > 50
    assert all(build(written(tree)) == tree for tree in trees)
