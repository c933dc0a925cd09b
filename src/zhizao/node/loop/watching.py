"""Rules looked after: what they watch is gathered, judged, and what is new is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from zhizao.errors import ZhizaoError
from zhizao.judge.rules.judge import judge
from zhizao.judge.rules.life import warnings
from zhizao.model.library import Library
from zhizao.model.rule import Rule, Watch
from zhizao.model.text import Text
from zhizao.model.value import Known
from zhizao.model.warning import RECORD, Course, Event, Warning_
from zhizao.node.loop.causes import causes
from zhizao.node.loop.watched.actions import actions
from zhizao.node.loop.watched.digits import digits
from zhizao.node.loop.watched.ground import Ground, Watching
from zhizao.node.loop.watched.indicators import indicators
from zhizao.node.loop.watched.records import records
from zhizao.node.loop.watched.revisions import revisions
from zhizao.node.loop.watched.silence import silence
from zhizao.node.loop.watched.targets import targets
from zhizao.store.contract import Session, Store
from zhizao.store.ledger import tell, told

LOOK_S = 60.0
"""Seconds between two looks of a running node."""
WATCHES: Mapping[Watch, Watching] = {
    "indicators": indicators, "targets": targets, "revisions": revisions, "records": records, "digits": digits, "actions": actions, "silence": silence,
}  # fmt: skip
"""Who gathers what each watch looks at."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of a look: the new events, and of each rule that could not be judged why."""

    events: tuple[Event, ...] = ()
    troubles: Mapping[str, Text] = field(default_factory=dict)


def look(library: Library, store: Store, now: datetime) -> Looked:
    """Judge every rule as known now, and tell what is new."""
    with store.session() as session:
        found = judged(library, session, now)
    tell(store, library.records[RECORD], [row(e) for e in found.events], "rules")
    return found


def judged(library: Library, session: Session, now: datetime, only: Iterable[Rule] | None = None) -> Looked:
    """The events that are new as known now; a rule that cannot be judged stops no other."""
    ground = Ground(library, session, Known(), now)
    known = warnings(events(library, session))
    found: list[Event] = []
    troubles: dict[str, Text] = {}
    for rule in library.rules.values() if only is None else only:
        try:
            found += _with_causes(ground, rule, _of_rule(rule, WATCHES[rule.watch](rule, ground), known, now))
        except ZhizaoError as error:
            troubles[rule.id] = error.what
    return Looked(tuple(found), troubles)


def _of_rule(rule: Rule, courses: Iterable[Course], known: Sequence[Warning_], now: datetime) -> list[Event]:
    told: dict[tuple[str, str], list[Warning_]] = {}
    for w in known:
        if w.rule == rule.id:
            told.setdefault((w.entity, w.subject), []).append(w)
    found = [e for c in courses for e in judge(rule, c, told.pop((c.entity, c.subject), []), now)]
    # What is no longer seen at all still runs out of its time.
    return found + [e for (entity, subject), left in told.items() for e in judge(rule, Course(entity, subject, ()), left, now)]


def _with_causes(ground: Ground, rule: Rule, found: Sequence[Event]) -> list[Event]:
    """The events, those that need an answer with their cause; that a cause cannot be computed keeps no warning back."""
    explained = list(found)
    for i, event in enumerate(found):
        if rule.cause_by and event.what in ("raised", "reopened", "worsened"):
            with suppress(ZhizaoError):
                explained[i] = replace(event, cause=causes(ground, rule, event))
    return explained


def events(library: Library, session: Session, known: Known = Known()) -> list[Event]:
    """Every event of warnings as known then, in the order they were stored."""
    return [event(row) for row in told(session, library.records[RECORD], known)]


def row(e: Event) -> dict[str, Any]:
    """An event as a row."""
    return {
        "warning": e.warning, "what": e.what, "at": e.at, "entity": e.entity, "rule": e.rule, "severity": e.severity, "indicator": e.subject or None,
        "about": e.about or None, "by": e.by or None, "note": e.note or None, "evidence": _json(e.evidence), "cause": _json(e.cause),
    }  # fmt: skip


def event(row: Mapping[str, Any]) -> Event:
    """A row as an event; what is no JSON counts as nothing."""
    return Event(
        row["warning"], row["what"], row["at"], row["entity"], row["rule"], row["severity"], row["indicator"] or "", row["about"] or "", row["by"] or "",
        row["note"] or "", _read(row["evidence"], dict), tuple(_read(row["cause"], list)),
    )  # fmt: skip


def _json(value: Any) -> str | None:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")) if value else None


def _read(text: str | None, kind: Callable[[], Any]) -> Any:
    try:
        found = json.loads(text) if text else kind()
    except ValueError:
        return kind()
    return found if isinstance(found, kind) else kind()  # type: ignore[arg-type]
