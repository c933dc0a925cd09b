"""Twins at constant prices: the field that says the same as another, in the prices of one year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from zhizao.measure.leaf import Leaf, leaves
from zhizao.model.expression import FieldRef, Fold
from zhizao.model.indicator import Indicator
from zhizao.model.record import RecordType

CURRENT = "current"


@dataclass(frozen=True)
class Volume:
    """The twin of a leaf: an indicator of its own, so that its states are asked for beside the others."""

    indicator: Indicator

    @property
    def leaf(self) -> Leaf:
        """Its one fold."""
        return leaves(self.indicator)[0]


def volumes(indicator: Indicator, record: RecordType) -> Mapping[str, Volume | None]:
    """The leaves of an indicator that are sums of money of its own year, by key, each with its twin at constant prices where there is one.

    A field's twin has its name, the year after it, and that year's prices: ``value_added`` and ``value_added_2015``.
    """
    found: dict[str, Volume | None] = {}
    for leaf in leaves(indicator):
        match leaf.node:
            case Fold(kind="sum", of=FieldRef(name=name), record="") as fold if (field := record.field(name)) and field.price == CURRENT:
                twin = next((f.id for f in record.fields if f.price not in ("", CURRENT) and f.id == f"{name}_{f.price}"), "")
                found[leaf.key] = _volume(indicator, replace(fold, of=FieldRef(twin))) if twin else None
    return found


def _volume(indicator: Indicator, fold: Fold) -> Volume:
    return Volume(replace(indicator, id=f"{indicator.id} at constant prices", tree=fold, missing="each", weight=""))
