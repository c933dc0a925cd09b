"""A person's word on a proposal; once the policy's approvals are complete what it plans becomes actions, exactly once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from zhizao.act import written
from zhizao.act.life import action_id, needed
from zhizao.act.policy import Facts, covering, entitled_by, unagreed
from zhizao.errors import NoAnswer, UnknownName
from zhizao.model.action import ActionEvent, Approval, Decision, Sending
from zhizao.model.policy import Line, Policy
from zhizao.model.proposal import PlannedAction
from zhizao.model.text import Text
from zhizao.node.assemble import Node
from zhizao.node.loop import acted
from zhizao.node.loop.reach import Reach, reach
from zhizao.node.loop.stop import acting
from zhizao.node.loop.surroundings import above
from zhizao.store.contract import Session

TICK = timedelta(microseconds=1)
PERSON, PROPOSAL = Text("人员", "person"), Text("方案", "proposal")


@dataclass(frozen=True, slots=True)
class Word:
    """What a person says of a proposal, named by the beginning of its id."""

    proposal: str
    person: str
    what: Decision = "approved"
    alternative: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Approved:
    """What came of a person's word: the actions that are planned by now, and what is still missing for those that are not."""

    proposal: str
    approval: Approval
    actions: tuple[str, ...]
    missing: tuple[Text, ...]


def approve(node: Node, word: Word, at: datetime) -> Approved:
    """Store a person's word, and plan what is agreed to.

    Raises:
        UnknownName: no such person or proposal.
        AmbiguousName: several proposals begin so.
        InputError: there is no such alternative, or its actions wait for each other.
        NoAnswer: the policy does not let this person decide on any of it.
    """
    policy = written.read(node.home, node.library.quantities).policy
    if word.person not in policy.persons:
        raise UnknownName(PERSON, word.person, policy.persons, where="--as")
    with acting(node.home):
        with node.store.session() as session:
            proposal = acted.one_of(acted.proposals(node.library, session), word.proposal, PROPOSAL)
            planning = _Planning(node, session, proposal, word.alternative, policy, reach(node), at)
            planning.require_entitled(word.person)
            last = max((a.at for a in planning.approvals), default=at - TICK)
        said = Approval(proposal["proposal"], word.person, max(at, last + TICK), proposal["entity"], word.what, word.alternative, word.note)
        acted.note(node, [said])
        made, missing = plan(node, proposal, word.alternative, policy, at)
        return Approved(said.proposal, said, tuple(made), tuple(missing))


def policy_remarks(node: Node) -> list[Text]:
    """What is wrong with the policy: what is left out of it allows nothing, and its owner should know."""
    found = written.read(node.home, node.library.quantities).findings
    return [Text(f.line("zh"), f.line("en")) for f in found if f.severity == "blocking"]


def plan_agreed(node: Node, at: datetime) -> list[str]:
    """Plan whatever is agreed to and not planned yet, as after a process that died in between; the ids of what is new. The lock of acting is held."""
    policy = written.read(node.home, node.library.quantities).policy
    with node.store.session() as session:
        found = acted.proposals(node.library, session)
        agreed = dict.fromkeys((a.proposal, a.alternative) for a in acted.approvals(node.library, session) if a.what == "approved" and a.proposal in found)
        known = acted.actions(node.library, session)
    made = [id_ for name, number in agreed for id_ in plan(node, found[name], number, policy, at)[0]]
    return [id_ for id_ in made if id_ not in known]


def plan(node: Node, proposal: Mapping[str, Any], number: int, policy: Policy, at: datetime) -> tuple[list[str], list[Text]]:
    """Make the actions of an alternative where all of it is agreed to; their ids, or what is missing. The lock of acting is held."""
    with node.store.session() as session:
        planning = _Planning(node, session, proposal, number, policy, reach(node), at)
        missing, known = planning.missing(), acted.actions(node.library, session)
    ids = [action_id(planning.id, number, n) for n in range(len(planning.planned))]
    others = sorted({a.alternative for a in known.values() if a.proposal == planning.id} - {number})
    if others:
        return [], [Text(f"备选 {others[0]} 已在执行", f"alternative {others[0]} is being carried out")]
    if missing:
        return [id_ for id_ in ids if id_ in known], missing
    acted.note(node, [planning.event(n, ids) for n, id_ in enumerate(ids) if id_ not in known])
    return ids, []


class _Planning:
    """An alternative held against the policy."""

    def __init__(self, node: Node, session: Session, proposal: Mapping[str, Any], number: int, policy: Policy, to: Reach, at: datetime) -> None:
        self.id, self.number, self.policy, self.to, self.at = str(proposal["proposal"]), number, policy, to, at
        self.planned: Sequence[PlannedAction] = acted.alternative(proposal, number)
        self.whole = Sending("", "", self.id, number, str(proposal["problem"]), str(proposal["entity"]), "")
        self.needs = needed(self.planned)
        self.approvals = acted.approvals(node.library, session, self.id)
        self.proposer = str(proposal["body"].get("by") or "")
        self.above = {entity: above(node.library, session, entity, at.date()) for entity in {s.entity for s in self.asked()}}

    def asked(self) -> list[Sending]:
        """Everything that must be agreed to: what each action does; of an alternative without actions (a changed target) its problem itself."""
        return [s for one in self.planned for s in self._parts(one)] or [self.whole]

    def _parts(self, one: PlannedAction) -> list[Sending]:
        """Each set point of an action, or the action itself where it has none."""
        whole = replace(self.whole, remedy=one.remedy, entity=one.entity)
        if not one.writes:
            return [whole]
        places = [(w, self.to.address(w.machine, w.quantity)) for w in one.writes]
        return [replace(whole, entity=w.machine, sink=p[0] if p else "", quantity=w.quantity, value=w.value) for w, p in places]

    def require_entitled(self, person: str) -> None:
        """Refuse a word that counts for nothing: it must not begin to count when the policy changes.

        Raises:
            NoAnswer: no line lets the person decide on any of it.
        """
        lines = [(line, s) for s in self.asked() for line in self._lines(s)]
        if not any(person in entitled_by(line, self.policy, self.above[s.entity]) for line, s in lines):
            what = Text(f"{person} 无权审批此方案中的任何措施", f"{person} may not decide on anything in this proposal")
            able = sorted({name for line, s in lines for name in entitled_by(line, self.policy, self.above[s.entity])})
            cure = Text(f"可由 {'、'.join(able)} 审批", f"it may be approved by {', '.join(able)}") if able else Text("在 policy.yaml 加一条", "add a line to policy.yaml")
            raise NoAnswer(what, where=self.id, cure=cure)

    def missing(self) -> list[Text]:
        """What is still missing, each reason once."""
        found = [text for s in self.asked() if (text := self._missing(s)) is not None]
        return list(dict.fromkeys(found))

    def _missing(self, sending: Sending) -> Text | None:
        lines, facts = self._lines(sending), Facts(self.at, self.above[sending.entity], self.approvals, self.proposer)
        against = [unagreed(line, self.policy, facts, (self.id, self.number)) for line in lines]
        if not lines:
            what = sending.quantity or sending.remedy
            return Text(f"没有政策条目涵盖 {sending.entity} 的 {what}", f"no policy line covers {what} of {sending.entity}")
        return None if None in against else against[0]

    def _lines(self, sending: Sending) -> list[Line]:
        return covering(sending, self.policy, self.above[sending.entity], any_sink=not sending.is_set_point)

    def event(self, n: int, ids: Sequence[str]) -> ActionEvent:
        """The event that plans an action."""
        one = self.planned[n]
        deadline = (self.at + timedelta(days=one.deadline_days)).date()
        body = acted.planned_body(one, self.number, [ids[m] for m in self.needs[n]])
        return ActionEvent(ids[n], "planned", self.at, one.entity, self.id, one.owner, deadline, body=body)


