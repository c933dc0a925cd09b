"""Places that last: most economies are so simple that one pass over the memberships finds all places."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from zhizao.model.entity import Hierarchy
from zhizao.store.contract import Session


def place_column(hierarchy: Hierarchy) -> str:
    """The column that holds a row's place in a hierarchy."""
    return f"_place_{hierarchy.id}"


def on_level(entity: ir.StringValue, hierarchy: Hierarchy) -> ir.BooleanValue:
    """Whether an entity stands on a hierarchy."""
    return ibis.or_(*(entity.startswith(f"{prefix}:") for prefix in hierarchy.prefixes))


def lasting(session: Session, stored: ir.Table, hierarchies: Sequence[Hierarchy]) -> ir.Table | None:
    """Every entity that belongs anywhere (child) with its one place in each hierarchy, where that is all there is to say of it.

    None where anything is part of anything, belongs to two at a time, or begins or ends to belong.
    """
    flagged = stored.select(
        **{h.id: ((stored.relation == h.relation) & on_level(stored.parent, h)).cast("int64") for h in hierarchies},
        _child=stored.entity,
        _parent=stored.parent,
        _else=((stored.relation == "part_of") | stored.valid_from.notnull() | stored.valid_to.notnull()).cast("int64"),
    )
    places = {place_column(h): ibis.ifelse(flagged[h.id] == 1, flagged["_parent"], ibis.null("string")).max() for h in hierarchies}
    counts = {f"_n_{h.id}": flagged[h.id].sum() for h in hierarchies}
    found = session.keep("lasting", flagged.group_by(child=flagged["_child"]).aggregate(**places, **counts, _else=flagged["_else"].sum()))
    most = session.keep("lasting_most", found.aggregate(**{name: found[name].max() for name in (*counts, "_else")}))
    told = session.fetch(most).to_pylist()[0]
    simple = not told.pop("_else") and all((n or 0) <= 1 for n in told.values())
    return found.select("child", *places) if simple else None
