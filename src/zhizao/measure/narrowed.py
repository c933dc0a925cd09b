"""A formula narrowed to the rows that name one thing: one program, one process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, cast

from zhizao.errors import InputError
from zhizao.measure.measure import Measurement
from zhizao.model.expression import Barrier, Expr, FieldRef, Fold, Literal_, Node, RowOp, walk
from zhizao.model.indicator import Indicator
from zhizao.model.text import Text

MOST = 200
"""Things that a field may name; beyond it is no field to take figures apart by."""


def by_field(measurement: Measurement, indicator: Indicator, name: str) -> Mapping[str, Indicator]:
    """An indicator for each text that a field holds, over the rows that hold it: together they are those rows of the indicator that hold any.

    Raises:
        InputError: the field holds too many texts, or the formula has no such parts.
    """
    assert indicator.tree is not None
    if indicator.other_records or any(isinstance(node, Barrier) for node in walk(indicator.tree)):
        raise InputError(
            Text(f"{indicator.id} 的公式不能按 {name} 分开", f"the formula of {indicator.id} has no parts by {name}"),
            where="--by", cure=Text("请按层级分解", "take it apart by a level"),
        )  # fmt: skip
    tree = indicator.tree
    return {text: replace(indicator, id=f"{indicator.id} {name}={text}", tree=_narrowed(tree, name, text)) for text in _texts(measurement, indicator, name)}


def _texts(measurement: Measurement, indicator: Indicator, name: str) -> list[str]:
    rows = measurement.session.relation(measurement.library.records[indicator.record], measurement.known)
    found = measurement.session.fetch(rows.select(text=rows[name]).distinct().limit(MOST + 1))["text"].to_pylist()
    if len(found) > MOST:
        cure = Text("请按层级分解", "take it apart by a level")
        raise InputError(Text(f"{name} 的取值超过 {MOST} 种", f"{name} holds more than {MOST} different texts"), where="--by", cure=cure)
    return sorted(text for text in found if text)


def _narrowed(tree: Expr, name: str, text: str) -> Expr:
    """The tree with a condition more in each of its folds.

    Example:
        >>> from zhizao.model.written import written
        >>> written(_narrowed(Fold("sum", FieldRef("scrap")), "process", "milling"))
        'sum(scrap where process == "milling")'
    """
    if isinstance(tree, Fold):
        one = RowOp("==", (FieldRef(name), Literal_(text)))
        return replace(tree, where=one if tree.where is None else RowOp("and", (tree.where, one)))
    changed = {f.name: _inside(getattr(tree, f.name), name, text) for f in fields(tree)}
    return replace(tree, **changed)


def _inside(value: Any, name: str, text: str) -> Any:
    if isinstance(value, tuple):
        return tuple(_inside(v, name, text) for v in value)
    return _narrowed(cast(Expr, value), name, text) if isinstance(value, Node) else value
