"""Warnings asked for, and what persons do about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from zhizao.errors import AmbiguousName, InputError
from zhizao.judge.rules.life import after, require, warnings
from zhizao.model.entity import CROSS
from zhizao.model.text import Text
from zhizao.model.value import Known
from zhizao.model.warning import RECORD, Event, Warning_, What
from zhizao.node import entities
from zhizao.node.assemble import Node
from zhizao.node.loop import watching
from zhizao.node.loop.above import Above
from zhizao.store.ledger import tell


@dataclass(frozen=True, slots=True)
class Word:
    """What a person says of a warning."""

    what: What
    warning: str
    by: str
    note: str = ""


def found(node: Node, of: Sequence[str] = (), *, over: bool = False, known: Known = Known()) -> list[Warning_]:
    """The warnings told of some entities and all that belongs to them, or of all; those that are over only where they are asked for."""
    with node.store.session() as session:
        told = [w for w in warnings(watching.events(node.library, session, known)) if over or not w.is_over]
        asked = {entities.entity(node.library, session, text, known) for text in of}
        if not asked or not told:
            return told
        above = Above.on(node.library, session, known, max(w.since for w in told).date())
        return [w for w in told if any(asked & {w.entity, *above.of(part)} for part in w.entity.split(CROSS))]


def say(node: Node, word: Word, now: datetime) -> Warning_:
    """Tell what a person says of a warning.

    Raises:
        InputError: there is no such warning, it cannot follow, or nobody says it.
        AmbiguousName: several warnings begin so.
    """
    with node.store.session() as session:
        known = warnings(watching.events(node.library, session))
    before = one(known, word.warning)
    require(before, word.what, node.library.rules.get(before.rule))
    if not word.by:
        raise InputError(Text("没有写明何人", "nobody is named"), where="--as", cure=Text("请写 --as PERSON", "add --as PERSON"))
    if word.what in ("explained", "appealed", "upheld") and not word.note:
        raise InputError(Text("没有写明理由", "no reason is given"), where="--note", cure=Text("请写 --note TEXT", "add --note TEXT"))
    at = max(now, before.events[-1].at + timedelta(microseconds=1))
    event = Event(before.id, word.what, at, before.entity, before.rule, None, before.subject, before.about, word.by, word.note)
    tell(node.store, node.library.records[RECORD], [watching.row(event)], word.by)
    return after(before, event) or before


def one(known: Sequence[Warning_], beginning: str) -> Warning_:
    """The warning whose number begins so.

    Raises:
        InputError: none does.
        AmbiguousName: several do.
    """
    fits = [w for w in known if w.id.lower().startswith(beginning.strip().lower())]
    if len(fits) > 1:
        raise AmbiguousName(beginning, [w.id for w in fits])
    if not fits:
        cure = Text("用 zhizao warnings --all 查看全部", "zhizao warnings --all lists them")
        raise InputError(Text(f"没有编号为 {beginning} 的预警", f"no warning is numbered {beginning}"), where=beginning, cure=cure)
    return fits[0]
