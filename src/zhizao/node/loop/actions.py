"""The actions of a home: which there are, how they stand with what they send, and what persons say of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from zhizao.act import written
from zhizao.act.fate import fate
from zhizao.act.life import Action, Status, escalations, refused, waits_for
from zhizao.act.send import value_of
from zhizao.errors import InputError, NoAnswer, UnknownName
from zhizao.model.action import ActionEvent, Fate, Happening, Sending, WriteEvent
from zhizao.model.policy import Policy
from zhizao.model.text import Text
from zhizao.node.assemble import Node
from zhizao.node.loop import acted
from zhizao.node.loop.reach import Reach, reach
from zhizao.node.loop.stop import acting
from zhizao.node.loop.surroundings import above
from zhizao.store.contract import Session
from zhizao.store.durable import make_folder, replace

ACTION = Text("措施", "action")
EVIDENCE = "evidence"
"""The folder of a home that holds the files given as evidence, each under its fingerprint."""
LOOK_S = 600.0
"""How often a running node looks for what is late."""
TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """An action with everything it sends, and where each of that stands."""

    action: Action
    sendings: tuple[tuple[Sending, Fate | None], ...] = ()
    waits_for: tuple[str, ...] = ()
    is_late: bool = False

    @property
    def is_proven(self) -> bool:
        """Whether every set point was read back as it was sent, of which there is at least one."""
        fates = [found for sending, found in self.sendings if sending.is_set_point]
        return bool(fates) and all(found == "confirmed" for found in fates)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which actions are asked for; what is empty is not limited."""

    of: str = ""
    owner: str = ""
    status: Status | None = None


@dataclass(frozen=True, slots=True)
class Saying:
    """What a person says of an action, named by the beginning of its id."""

    action: str
    what: Happening
    by: str
    note: str = ""
    owner: str = ""


def listed(node: Node, wanted: Wanted, at: datetime) -> list[Standing]:
    """The actions asked for, those first that are due first."""
    policy, to = written.read(node.home, node.library.quantities).policy, reach(node)
    with node.store.session() as session:
        found, events = acted.actions(node.library, session), acted.writes(node.library, session)
        chosen = [a for a in found.values() if _is_wanted(a, wanted) and (not wanted.of or wanted.of in above(node.library, session, a.entity, at.date()))]
        standings = [_standing(node, session, a, found, events, (policy, to), at) for a in chosen]
    return sorted(standings, key=lambda s: (not s.action.is_open, s.action.deadline, s.action.id))


def pending(node: Node, session: Session, policy: Policy, to: Reach, day: date) -> Iterator[Sending]:
    """Everything that open actions are to send, in the order of their deadlines; whether it may leave now is another question."""
    for action in sorted(acted.actions(node.library, session).values(), key=lambda a: (a.deadline, a.id)):
        if action.is_open:
            yield from to.sendings(action, policy, above(node.library, session, action.entity, day))


def say(node: Node, saying: Saying, at: datetime) -> ActionEvent:
    """Store what a person says of an action.

    Raises:
        UnknownName: no such action, or the policy knows no such person.
        NoAnswer: it cannot happen now, or this person may not say it.
    """
    policy = written.read(node.home, node.library.quantities).policy
    for name, where in ((saying.by, "--as"), (saying.owner, "--assign")):
        if name and name not in policy.persons:
            raise UnknownName(Text("人员", "person"), name, policy.persons, where=where)
    with acting(node.home):
        with node.store.session() as session:
            found = acted.actions(node.library, session)
            action = acted.one_of(found, saying.action, ACTION)
            up = above(node.library, session, action.entity, at.date())
            standing = _standing(node, session, action, found, acted.writes(node.library, session), (policy, reach(node)), at)
        _require_entitled(saying.by, action, policy, up)
        if (why := refused(action, saying.what, found, standing.is_proven)) is not None:
            raise NoAnswer(why, where=action.id)
        last = max(e.at for e in action.events)
        event = ActionEvent(action.id, saying.what, max(at, last + TICK), action.entity, action.proposal, saying.owner, by=saying.by, note=saying.note)
        acted.note(node, [event])
    return event


def escalate(node: Node, at: datetime) -> list[ActionEvent]:
    """Tell of every action that is late: each superior once. The events are what a person sees in the list, and what sinks may carry."""
    policy = written.read(node.home, node.library.quantities).policy
    with acting(node.home):
        with node.store.session() as session:
            late = list(escalations(acted.actions(node.library, session).values(), policy, at))
        note = Text("期限已过", "its deadline has passed").en
        events = [ActionEvent(a.id, "escalated", at, a.entity, a.proposal, who, a.deadline, by="policy", note=note) for a, who in late]
        acted.note(node, events)
    return events


def evidence(home: Path, given: str) -> str:
    """What shows that something was done, as it is noted: words as they are; a file is kept in the home, and named by its fingerprint.

    Raises:
        InputError: it looks like a file that cannot be read.
    """
    file = Path(given)
    try:
        content = file.read_bytes() if file.is_file() else None
    except OSError as error:
        raise InputError(Text(f"文件无法读取（{error.strerror}）", f"the file cannot be read ({error.strerror})"), where=given) from error
    if content is None:
        return given
    digest = sha256(content).hexdigest()
    make_folder(home / EVIDENCE)
    replace(home / EVIDENCE / f"{digest}{file.suffix}", content)
    return f"{file.name} sha256:{digest}"


def row(standing: Standing) -> dict[str, Any]:
    """An action as it is shown and as JSON."""
    action, planned = standing.action, standing.action.planned
    writes = [
        {"write": s.id, "entity": s.entity, "what": s.quantity or s.remedy, "value": value_of(s), "unit": s.unit, "sink": s.sink, "fate": found}
        for s, found in standing.sendings
    ]
    return {
        "action": action.id, "proposal": action.proposal, "alternative": action.alternative, "entity": action.entity, "remedy": planned.remedy,
        "title_zh": planned.title.zh, "title_en": planned.title.en, "owner": action.owner, "planned_at": action.planned_at.isoformat(),
        "deadline": action.deadline.isoformat(), "status": action.status, "is_late": standing.is_late, "waits_for": list(standing.waits_for),
        "told": [who for who, _ in action.told], "evidence": list(action.evidence), "indicator": planned.indicator,
        "expected": {"mean": str(planned.expected.mean), "sd": str(planned.expected.sd)}, "cost": str(planned.cost), "writes": writes,
    }  # fmt: skip


def _require_entitled(person: str, action: Action, policy: Policy, up: frozenset[str]) -> None:
    """The owner, those told of it, and whoever has a role over what it is done to may speak of it."""
    if person in (action.owner, *(who for who, _ in action.told)) or policy.persons[person].of & up:
        return
    raise NoAnswer(Text(f"{person} 与此措施无关", f"{person} has nothing to say of this action"), where=action.id)


def _is_wanted(action: Action, wanted: Wanted) -> bool:
    return wanted.owner in ("", action.owner) and wanted.status in (None, action.status)


def _standing(
    node: Node, session: Session, action: Action, others: dict[str, Action], events: list[WriteEvent], ground: tuple[Policy, Reach], at: datetime
) -> Standing:
    policy, to = ground
    sendings = to.sendings(action, policy, above(node.library, session, action.entity, at.date()))
    return Standing(action, tuple((s, fate(events, s.id)) for s in sendings), waits_for(action, others), action.is_late(at.date()))


