"""What of a delivery is new: rows that say again what is stored are duplicates, other rows of a known key are new versions.

A row that says when it was published is a duplicate of any version of equal content that stands (the publication is part of the content).
A row that does not is one of the version that holds now. Rows of one delivery follow each other in its order; where all that a
delivery says about a key is stored and its last word is what holds, all of it is duplicate, so that a repeated import adds nothing.
What was withdrawn is news when another file states it again; the very same file only repeats itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING

from zhizao.model.record import RecordType
from zhizao.store.accept import INDEX, PUBLISHED
from zhizao.store.as_of import Engine, latest, matching, standing
from zhizao.store.columns import OP, REVISES, gives_publication
from zhizao.store.contract import FACT, PUBLISHED_AT

if TYPE_CHECKING:
    import ibis.expr.types as ir

AFTER = "_after"
"""Publication of the version that holds the row's key, if any: a row that states none speaks after it."""
_HAD, _SAME, _KNOWN, _GIVEN = "_had", "_same", "_known", "_is_given"
_OVER = "_over"
"""Whether the row's key is ended, and its file was delivered before."""


def news(record: RecordType, rows: ir.Table, stored: ir.Table, *, revised: bool, rekeyed: bool, again: bool, engine: Engine) -> ir.Table:
    """The rows of a delivery to be stored.

    Args:
        rows: the checked rows, held.
        stored: all stored versions of the type.
        revised: whether any stored row may revise another.
        rekeyed: whether rows were stored while the type had another key.
        again: whether the very same file was delivered before.

    Shape:
        the columns of ``rows``, with ``_revises`` and ``_after``.
    """
    last = latest(stored, record.key, engine, rekeyed=rekeyed) if revised else stored
    compared = _compared(record, rows, last, again=again)
    said = stored.filter(stored[OP] == "assert") if again else standing(stored, record.key)
    known = compared[INDEX].isin(engine.hold("known", _known(record, rows, said))[INDEX]) if revised else compared[_SAME]
    compared = compared.mutate(**{_KNOWN: known})
    repeated = engine.hold("repeated", _repeated(rows, record.key))
    if not len(engine.fetch(repeated.limit(1))):
        return _single(rows, compared)
    compared = engine.hold("compared", compared)
    return _single(rows, compared.anti_join(repeated, INDEX)).union(_of_repeated(record, rows, compared.semi_join(repeated, INDEX)))


def _single(rows: ir.Table, compared: ir.Table) -> ir.Table:
    """The rows to store among those whose key the delivery names once."""
    new = compared.filter(~(compared[_SAME] | (compared[_KNOWN] & (compared[_GIVEN] | compared[_OVER]))))
    return new.select(*rows.columns, AFTER, **{REVISES: new[_HAD]})


def _compared(record: RecordType, rows: ir.Table, last: ir.Table, *, again: bool) -> ir.Table:
    """Each row beside the version that decides its key."""
    import ibis

    was = last.select(**{f"_was_{c}": last[c] for c in (*(f.id for f in record.fields), OP, PUBLISHED_AT, FACT)})
    joined = rows.left_join(was, [rows[k].identical_to(was[f"_was_{k}"]) for k in record.key])
    content = [joined[f.id].identical_to(joined[f"_was_{f.id}"]) for f in record.fields if f.id not in record.key]
    had = joined[f"_was_{FACT}"].notnull()
    held = (joined[f"_was_{OP}"] == "assert").fill_null(False)
    same = reduce(and_, content, had & held)
    given = joined[PUBLISHED].notnull() if gives_publication(record) else ibis.literal(False)
    # A withdrawal ends the key; what starts it again need not wait for a publication the withdrawal had to outdo.
    after = ibis.ifelse(held, joined[f"_was_{PUBLISHED_AT}"], ibis.null("timestamp('UTC', 6)"))
    added = {_HAD: had, _SAME: same, AFTER: after, _GIVEN: given, _OVER: had & ~held & again}
    return joined.select(*rows.columns, **added)


def _known(record: RecordType, rows: ir.Table, said: ir.Table) -> ir.Table:
    """The rows of which some version has key and content."""
    return matching(rows, said, [f.id for f in record.fields]).select(INDEX)


def _repeated(rows: ir.Table, key: Sequence[str]) -> ir.Table:
    """The rows whose key occurs more than once in the delivery."""
    counted = rows.group_by(list(key)).aggregate(_n=rows.count())
    return matching(rows, counted.filter(counted["_n"] > 1), key).select(INDEX)


def _of_repeated(record: RecordType, rows: ir.Table, own: ir.Table) -> ir.Table:
    """The rows to store among those whose key the delivery repeats."""
    import ibis

    names = [f.id for f in record.fields]
    own = own.mutate(_content=ibis.struct({n: own[n] for n in names}))
    line = ibis.window(group_by=[*record.key, _GIVEN], order_by=INDEX)
    whole = ibis.window(group_by=[*record.key, _GIVEN], order_by=INDEX, rows=(None, None))
    own = own.mutate(
        _again=ibis.row_number().over(group_by=[*names, _GIVEN], order_by=INDEX) > 0,
        _before=own["_content"].lag().over(line),
        _first=ibis.row_number().over(line) == 0,
        _settled=own[_KNOWN].all().over(whole) & (own[_SAME] | own[_OVER]).last().over(whole),
    )
    follows = ibis.ifelse(own["_first"], own[_SAME], own["_content"].identical_to(own["_before"]))
    kept = own.filter(~ibis.ifelse(own[_GIVEN], own[_KNOWN] | own["_again"], follows | own["_settled"]))
    later = ibis.row_number().over(group_by=list(record.key), order_by=INDEX) > 0
    return kept.select(*rows.columns, AFTER, **{REVISES: kept[_HAD] | later})
