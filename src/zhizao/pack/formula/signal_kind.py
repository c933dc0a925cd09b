"""The kind of a fold over signals: time enters the unit, and not every fold means something for every behaviour."""

from __future__ import annotations

from zhizao.model.expression import FieldRef, Fold
from zhizao.model.quantity import SIGNALS, Quantity
from zhizao.model.text import Text
from zhizao.pack.formula.kind import COUNT, Kind, kind_of
from zhizao.pack.formula.row_kind import require, row_kind
from zhizao.pack.formula.scope import Scope
from zhizao.pack.units import Unit

SECOND = Unit({"s": 1})
_INSTEAD = {
    "sum": Text("请写 integral(q)、increase(q) 或 time_mean(q)", "write integral(q), increase(q) or time_mean(q)"),
    "moments": Text("请写 time_mean(q)", "write time_mean(q)"),
    "histogram": Text("请写 time_mean(q)、min(q) 或 max(q)", "write time_mean(q), min(q) or max(q)"),
    "distinct": Text("请写 count(q)", "write count(q)"),
}
"""What to write for a fold over rows, which would weigh a value by how often it was said."""


def signal_kind(fold: Fold, scope: Scope) -> Kind | None:
    """The kind of a fold over signals; None, with a finding, where it has none."""
    if not scope.record.signals:
        _no_signals(fold, scope)
        return None
    if fold.where is not None:
        require(fold.where, "boolean", scope)
    if fold.kind in _INSTEAD:
        message = Text(f"{fold.kind} 会按发送次数加权", f"{fold.kind} would weigh a value by how often it was sent")
        scope.blocking("signal", fold.at, message, _INSTEAD[fold.kind])
        return None
    if fold.kind == "duration":
        _known(fold.of, scope)
        return kind_of(SECOND, "ratio")
    return _of_quantity(fold, scope)


def _of_quantity(fold: Fold, scope: Scope) -> Kind | None:
    quantity = _known(fold.of, scope)
    if quantity is None:
        if fold.of is None:
            scope.blocking("signal", fold.at, Text("count 没有说明数哪个量", "count does not say of which quantity"), Text("请写 count(q)", "write count(q)"))
        return None
    if quantity.when is not None:
        message = Text(f"{quantity.id} 是导出的，只能用于条件", f"{quantity.id} is derived and stands in conditions only")
        scope.blocking("signal", fold.at, message, Text(f"请写 duration(where {quantity.id})", f"write duration(where {quantity.id})"))
        return None
    if fold.kind == "count":
        return COUNT
    assert fold.of is not None, "it names the quantity"
    kind = require(fold.of, "number", scope)
    if kind.type == "unknown" or not _behaves(fold, quantity, scope):
        return None
    return kind_of(kind.unit * SECOND if fold.kind == "integral" else kind.unit, kind.nature)


def _behaves(fold: Fold, quantity: Quantity, scope: Scope) -> bool:
    """Whether a fold means something for a quantity that behaves so."""
    wanted = {"increase": "counter", "integral": "gauge", "time_mean": "gauge"}.get(fold.kind, quantity.behaviour)
    if quantity.behaviour == wanted:
        return True
    is_zh, is_en = ("累计量", "a running total") if quantity.behaviour == "counter" else ("瞬时量", "a level")
    instead = f"increase({quantity.id})" if quantity.behaviour == "counter" else f"integral({quantity.id})"
    message = Text(f"{quantity.id} 是{is_zh}，不能取 {fold.kind}", f"{quantity.id} is {is_en}, of which there is no {fold.kind}")
    scope.blocking("signal", fold.at, message, Text(f"请写 {instead}", f"write {instead}"))
    return False


def _known(of: object, scope: Scope) -> Quantity | None:
    """The quantity a fold names; one that does not exist is told."""
    if not isinstance(of, FieldRef):
        return None
    row_kind(of, scope)
    return next((q for q in scope.record.signals if q.id == of.name), None)


def _no_signals(fold: Fold, scope: Scope) -> None:
    message = Text(f"{fold.kind} 只用于观测", f"{fold.kind} is for observations only")
    scope.blocking("signal", fold.at, message, Text(f"请写 record: {SIGNALS}", f"write record: {SIGNALS}"))
