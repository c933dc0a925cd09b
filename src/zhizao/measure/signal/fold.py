"""Folds over pieces: what each piece adds to a state."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from zhizao.measure.rows import column
from zhizao.measure.signal.pieces import START, WHOLE, Pieces
from zhizao.measure.signal.reads import names
from zhizao.model.expression import FieldRef, Fold


def lifted(fold: Fold, pieces: Pieces, entity: str) -> tuple[ir.Scalar, ...]:
    """The aggregates that fold pieces into a state, in the order of its columns."""
    name = fold.of.name if isinstance(fold.of, FieldRef) else ""
    match fold.kind:
        case "integral":
            return (_sum(fold, pieces, pieces.value(name).cast(WHOLE) * pieces.lasts, pieces.value(name).notnull() & (pieces.lasts > 0)),)
        case "duration":
            return (_sum(fold, pieces, pieces.lasts, known_of(fold, pieces) & (pieces.lasts > 0)),)
        case "increase":
            return (_sum(fold, pieces, pieces.rise(name), pieces.rise(name).notnull(), then=True),)
        case "count":
            return (pieces.then(name).count(where=_said(fold, name, pieces)),)
        case "min":
            return (pieces.then(name).min(where=_said(fold, name, pieces)),)
        case "max":
            return (pieces.then(name).max(where=_said(fold, name, pieces)),)
        case "last":
            said, stamp = _said(fold, name, pieces), _stamp(pieces, entity)
            return pieces.then(name).argmax(stamp, where=said), stamp.max(where=said)
    raise AssertionError(f"{fold.kind} is no fold over signals")


def _sum(fold: Fold, pieces: Pieces, value: ir.Column, known: ir.BooleanValue, *, then: bool = False) -> ir.Scalar:
    """The sum where the condition holds: zero where it never did although something was known, nothing where nothing was."""
    flag = _flag(fold, pieces, then=then)
    counted = value if flag is None else ibis.ifelse(flag, value, ibis.literal(0).cast(value.type()))
    return ibis.ifelse(known, counted, ibis.null(counted.type())).sum()


def known_of(fold: Fold, pieces: Pieces) -> ir.BooleanValue:
    """Where the quantity of a fold is known, or, where it names none, any of its condition."""
    read = [fold.of.name] if isinstance(fold.of, FieldRef) else names(fold)
    return ibis.or_(*(pieces.value(name).notnull() for name in read))


def all_known(fold: Fold, pieces: Pieces, *, then: bool = False) -> ir.BooleanValue:
    """Where it is known, or is at the very moment, what a fold adds: its quantity is, and whether its condition holds.

    Of two conditions joined by ``or`` one may be unknown where the other is true: a machine need not say everything.
    """
    known = [(pieces.then(fold.of.name) if then else pieces.value(fold.of.name)).notnull()] if isinstance(fold.of, FieldRef) else []
    if fold.where is not None:
        known.append(column(fold.where, pieces.fields(names(fold), then=then), "each").notnull())
    return ibis.and_(*known)


def answered(fold: Fold, pieces: Pieces) -> ir.BooleanValue:
    """Where what a fold adds is known for some time, or at the moment something was said."""
    return (all_known(fold, pieces) & (pieces.lasts > 0)) | (all_known(fold, pieces, then=True) & pieces.begins)


def _said(fold: Fold, name: str, pieces: Pieces) -> ir.BooleanValue:
    """Whether a piece is a point of the quantity that counts."""
    flag = _flag(fold, pieces, then=True)
    said = pieces.is_own(name) & pieces.then(name).notnull()
    return said if flag is None else said & flag


def _flag(fold: Fold, pieces: Pieces, *, then: bool) -> ir.BooleanValue | None:
    """Where the condition holds, or holds at the very moment; where a quantity it needs is not known, it does not."""
    return None if fold.where is None else column(fold.where, pieces.fields(names(fold), then=then), "each").fill_null(False)


def _stamp(pieces: Pieces, entity: str) -> ir.StringColumn:
    """What orders points in time, of several entities too: as text, all of one length."""
    return (pieces.rows[START] + 10**17).cast("string").concat("|", pieces.rows[entity])
