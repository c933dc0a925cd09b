"""The life of an action as its events tell it: planned, assigned, started, evidenced, done or cancelled; late, escalated, waiting for others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Literal

from zhizao.errors import InputError
from zhizao.model.action import ActionEvent, Happening
from zhizao.model.policy import Policy
from zhizao.model.proposal import PlannedAction
from zhizao.model.text import Text

Status = Literal["planned", "started", "done", "cancelled"]
STATUSES: tuple[Status, ...] = ("planned", "started", "done", "cancelled")
OVER = ("done", "cancelled")


@dataclass(frozen=True, slots=True)
class Action:
    """What is known of an action at one time. ``needs`` are the ids of those before it, ``told`` who heard that it is late, ``evidence`` what shows that it was done."""

    id: str
    planned: PlannedAction
    proposal: str
    planned_at: datetime
    owner: str
    deadline: date
    alternative: int = 0
    status: Status = "planned"
    needs: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    told: tuple[tuple[str, datetime], ...] = ()
    events: tuple[ActionEvent, ...] = field(default=(), repr=False)

    @property
    def entity(self) -> str:
        """What it is done to."""
        return self.planned.entity

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.status not in OVER

    def is_late(self, today: date) -> bool:
        """Whether its deadline has passed while it is open."""
        return self.is_open and today > self.deadline


def action_id(proposal: str, alternative: int, number: int) -> str:
    """The id of an action of a proposal: the same whoever makes it, so that it is made once.

    Example:
        >>> action_id("P-1", 0, 0)
        'A-440639fd'
    """
    return f"A-{sha256(f'{proposal}/{alternative}/{number}'.encode()).hexdigest()[:8]}"


def needed(planned: Sequence[PlannedAction]) -> list[tuple[int, ...]]:
    """For each action of an alternative, the numbers of those at the same entity that must be done before it.

    Raises:
        InputError: it needs what is not part of the alternative, or in the end itself.
    """
    at = {(one.entity, one.remedy): n for n, one in enumerate(planned)}
    found: list[tuple[int, ...]] = []
    for one in planned:
        strange = [need for need in one.needs if (one.entity, need) not in at]
        if strange:
            listed = ", ".join(strange)
            raise InputError(Text(f"{one.entity} 的 {one.remedy} 所需的 {listed} 不在此备选中", f"{one.remedy} at {one.entity} needs {listed}, which this alternative lacks"))
        found.append(tuple(at[one.entity, need] for need in one.needs))
    _refuse_circles(planned, found)
    return found


def _refuse_circles(planned: Sequence[PlannedAction], needs: Sequence[tuple[int, ...]]) -> None:
    waiting = dict(enumerate(needs))
    while free := [n for n, before in waiting.items() if not set(before) & waiting.keys()]:
        for n in free:
            del waiting[n]
    if waiting:
        listed = ", ".join(sorted({planned[n].remedy for n in waiting}))
        raise InputError(Text(f"措施互相等待，没有先后：{listed}", f"these actions wait for each other: {listed}"))


def lives(events: Iterable[ActionEvent], plans: Mapping[str, tuple[PlannedAction, int, tuple[str, ...]]]) -> dict[str, Action]:
    """Every action, by its events in the order they were told.

    Args:
        plans: what each action is, of which alternative, and the ids it needs, by id.
    """
    found: dict[str, Action] = {}
    for event in events:
        if event.what == "planned":
            if event.action not in found and event.action in plans:  # planned twice is planned once
                found[event.action] = _born(event, *plans[event.action])
        elif event.action in found:
            found[event.action] = _after(found[event.action], event)
    return found


def _born(event: ActionEvent, planned: PlannedAction, alternative: int, needs: tuple[str, ...]) -> Action:
    deadline = event.deadline or (event.at + timedelta(days=planned.deadline_days)).date()
    return Action(event.action, planned, event.proposal, event.at, event.owner or planned.owner, deadline, alternative, needs=needs, events=(event,))


def _after(action: Action, event: ActionEvent) -> Action:
    action = replace(action, events=(*action.events, event))
    match event.what:
        case "assigned":
            return replace(action, owner=event.owner or action.owner, deadline=event.deadline or action.deadline)
        case "started" | "done" | "cancelled":
            return replace(action, status=event.what)
        case "evidenced":
            return replace(action, evidence=(*action.evidence, event.note))
        case "escalated":
            return replace(action, told=(*action.told, (event.owner, event.at)))
    return action


def refused(action: Action, what: Happening, others: Mapping[str, Action], proven: bool) -> Text | None:
    """Why something cannot happen to an action now; None where it can.

    Args:
        proven: whether everything it sends was read back as sent, which is evidence of its own.
    """
    if not action.is_open:
        return Text("已完成，不能再改", "it is done already") if action.status == "done" else Text("已取消", "it is cancelled")
    if what == "started" and action.status == "started":
        return Text("已经开始", "it has begun already")
    if what in ("started", "done") and (before := waits_for(action, others)):
        listed = ", ".join(before)
        return Text(f"须先完成 {listed}", f"{listed} is to be done first")
    if what == "done" and not action.evidence and not proven:
        return Text("没有任何依据：先用 --evidence 附上", "nothing shows it: give --evidence first")
    return None


def waits_for(action: Action, others: Mapping[str, Action]) -> tuple[str, ...]:
    """The actions that must be done before this one."""
    return tuple(id_ for id_ in action.needs if id_ not in others or others[id_].status != "done")


def escalations(actions: Iterable[Action], policy: Policy, at: datetime) -> Iterator[tuple[Action, str]]:
    """Every action that is late, with whom it is now to be told: the owner's superior, and theirs in turn after each ``escalate_after``."""
    for action in actions:
        if not action.is_late(at.date()):
            continue
        last = max((when for _, when in action.told), default=None)
        if last is not None and at - last < policy.escalate_after:
            continue
        if (who := _next_above(action, policy)) is not None:
            yield action, who


def _next_above(action: Action, policy: Policy) -> str | None:
    """The first person up the line from the owner who was not told; None where everybody was."""
    told, chain = {who for who, _ in action.told}, list(_superiors(action.owner, policy))
    return next((who for who in chain if who not in told), None)


def _superiors(owner: str, policy: Policy) -> Iterator[str]:
    """Up the line; where it ends, whom the policy names."""
    met = {owner}
    while (person := policy.persons.get(owner)) is not None and person.superior and person.superior not in met:
        owner = person.superior
        met.add(owner)
        yield owner
    if policy.escalate_to and policy.escalate_to not in met:
        yield policy.escalate_to
