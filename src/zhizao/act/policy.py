"""Whether a policy allows a sending: a pure function of the sending, the policy and what is known at that moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from zoneinfo import ZoneInfo

from zhizao.model.action import Approval, Seen, Sending
from zhizao.model.condition import Moment, holds
from zhizao.model.policy import Allowed, Hours, Line, Person, Policy, Rate, Refused
from zhizao.model.text import Text, same


@dataclass(frozen=True, slots=True)
class Past:
    """Something that was about to leave before: by which line, for what, when. Whether it arrived does not matter."""

    line: str
    entity: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """What a decision rests on.

    Args:
        above: the entity that is written to, and everything it belongs to.
        approvals: what persons said of the proposal, in the order it was stored.
        present: what the machine last said of its own quantities.
        past: everything that was about to leave before, this sending's earlier attempts too.
        undecided: other sendings to the same address of which nobody knows whether they arrived.
        waits_for: actions that must be done before this one.
    """

    now: datetime
    above: frozenset[str]
    approvals: tuple[Approval, ...] = ()
    proposer: str = ""
    present: Mapping[str, Seen] = field(default_factory=lambda: MappingProxyType({}))
    past: tuple[Past, ...] = ()
    is_stopped: bool = False
    undecided: tuple[str, ...] = ()
    waits_for: tuple[str, ...] = ()


def allowed(sending: Sending, policy: Policy, facts: Facts) -> Allowed | Refused:
    """The first line that allows a sending, or everything that stands against it.

    Example:
        >>> from datetime import timezone
        >>> sending = Sending("X-1", "A-1", "P-1", 0, "retune", "machine:M1", "press", quantity="speed", value=Decimal(900))
        >>> allowed(sending, Policy(), Facts(datetime(2026, 1, 1, tzinfo=timezone.utc), frozenset({"machine:M1"}))).reasons[0].en
        'no policy line covers speed of machine:M1'
    """
    against = list(_everywhere(sending, facts))
    lines = covering(sending, policy, facts.above)
    if not lines:
        what = sending.quantity or sending.remedy
        against.append(Text(f"没有政策条目涵盖 {sending.entity} 的 {what}", f"no policy line covers {what} of {sending.entity}"))
    judged = [(line, list(_against(line, sending, policy, facts))) for line in lines]
    fit = next((line for line, found in judged if not found), None)
    if fit is not None and not against:
        return Allowed(fit.id)
    told = [] if fit else [Text(f"{line.id}：{one.zh}", f"{line.id}: {one.en}") for line, found in judged for one in found]
    return Refused((*against, *told))


def covering(sending: Sending, policy: Policy, above: frozenset[str], *, any_sink: bool = False) -> list[Line]:
    """The lines that are about such a sending, whatever their conditions say now; with ``any_sink`` wherever it goes."""
    return [line for line in policy.lines if _covers(line, sending, above) and (any_sink or _goes(line, sending))]


def unagreed(line: Line, policy: Policy, facts: Facts, proposal: tuple[str, int]) -> Text | None:
    """Why the approvals of a proposal's alternative are not enough for a line; None where they are.

    A person's last word counts. Somebody entitled who rejects stands in the way until they say otherwise; the proposer's own consent never counts.
    """
    entitled = entitled_by(line, policy, facts.above)
    last = {one.person: one for one in facts.approvals if one.proposal == proposal[0] and one.person in entitled}
    if rejecting := sorted(name for name, one in last.items() if one.what == "rejected"):
        return Text(f"被 {'、'.join(rejecting)} 否决", f"rejected by {', '.join(rejecting)}")
    agreeing = {name for name, one in last.items() if (one.what, one.alternative) == ("approved", proposal[1])} - {facts.proposer}
    needed = 2 if line.two_persons else 1
    if len(agreeing) >= needed:
        return None
    who = "、".join(sorted(line.approved_by))
    have, names = len(agreeing), "、".join(sorted(entitled)) or "—"
    return Text(
        f"需 {needed} 人同意（{who}），现有 {have} 人；可由 {names} 审批",
        f"needs {needed} to agree ({who.replace('、', ', ')}), {have} did; may be approved by {names.replace('、', ', ')}",
    )


def entitled_by(line: Line, policy: Policy, above: frozenset[str]) -> dict[str, Person]:
    """Who may agree to what a line allows for an entity."""
    return {p.id: p for p in policy.persons.values() if p.roles & line.approved_by and p.of & above}


def _covers(line: Line, sending: Sending, above: frozenset[str]) -> bool:
    if not line.of & above or (line.remedies and sending.remedy not in line.remedies):
        return False
    return sending.quantity in line.quantities if sending.is_set_point else not line.quantities


def _goes(line: Line, sending: Sending) -> bool:
    """Whether a line lets something go to its sink: a set point anywhere unless sinks are named, a message only to those named."""
    return sending.sink in line.sinks or (sending.is_set_point and not line.sinks)


def _everywhere(sending: Sending, facts: Facts) -> Iterable[Text]:
    """What stands against a sending whatever the line."""
    if facts.is_stopped:
        yield Text("已紧急停止", "an emergency stop is in force")
    if sending.is_set_point and not sending.sink:
        yield Text(f"没有来源可写 {sending.entity} 的 {sending.quantity}", f"no source can write {sending.quantity} of {sending.entity}")
    if facts.undecided:
        listed = ", ".join(facts.undecided)
        yield Text(f"同一地址的 {listed} 结果未知", f"nobody knows what became of {listed} at the same address")
    if facts.waits_for:
        listed = ", ".join(facts.waits_for)
        yield Text(f"须先完成 {listed}", f"{listed} is to be done first")


def _against(line: Line, sending: Sending, policy: Policy, facts: Facts) -> Iterable[Text]:
    found = (check(line, sending, policy, facts) for check in _CHECKS)
    return [one for one in found if one is not None]


def _agreed(line: Line, sending: Sending, policy: Policy, facts: Facts) -> Text | None:
    return unagreed(line, policy, facts, (sending.proposal, sending.alternative))


def _current(line: Line, sending: Sending, policy: Policy, facts: Facts) -> Text | None:
    if line.expires is None or facts.now < line.expires:
        return None
    return Text(f"已于 {line.expires:%Y-%m-%d} 失效", f"it expired on {line.expires:%Y-%m-%d}")


def _in_hours(line: Line, sending: Sending, policy: Policy, facts: Facts) -> Text | None:
    if line.hours is None or within(line.hours, facts.now):
        return None
    local = facts.now.astimezone(ZoneInfo(line.hours.zone))
    return Text(f"此时（{local:%Y-%m-%d %H:%M}）不在允许时段", f"{local:%Y-%m-%d %H:%M} is outside its hours")


def _in_range(line: Line, sending: Sending, policy: Policy, facts: Facts) -> Text | None:
    value = sending.value
    if value is None or ((line.low is None or value >= line.low) and (line.high is None or value <= line.high)):
        return None
    low, high = ("" if bound is None else str(bound) for bound in (line.low, line.high))
    return Text(f"{value} 超出范围 [{low}, {high}]", f"{value} is outside [{low}, {high}]")


def _small_step(line: Line, sending: Sending, policy: Policy, facts: Facts) -> Text | None:
    if line.largest_step is None or sending.value is None:
        return None
    now = moment(line, facts).get(sending.quantity)
    if not isinstance(now, Decimal):
        return Text(f"不知道 {sending.quantity} 的现值，无法限制步长", f"the present {sending.quantity} is not known, so no step can be limited")
    if abs(sending.value - now) <= line.largest_step:
        return None
    return Text(f"自 {now} 到 {sending.value} 超过最大步长 {line.largest_step}", f"from {now} to {sending.value} is more than the largest step, {line.largest_step}")


def _seldom(line: Line, sending: Sending, policy: Policy, facts: Facts) -> Text | None:
    here = [one for one in facts.past if one.entity == sending.entity]
    by_line = [one for one in facts.past if one.line == line.id]
    for rate, past, zh, en in ((line.per_machine, here, "该设备", "this machine"), (line.per_line, by_line, "本条目", "this line")):
        if rate is not None and not _has_room(rate, past, facts.now):
            return Text(f"{zh}已达频次上限 {rate}", f"{en} has reached its rate of {rate}")
    return None


def _has_room(rate: Rate, past: Sequence[Past], now: datetime) -> bool:
    """Whether one more fits. What lies in the future, since a clock was set back, counts as well."""
    return sum(one.at > now - rate.span for one in past) < rate.times


def _interlocked(line: Line, sending: Sending, policy: Policy, facts: Facts) -> Text | None:
    known = moment(line, facts)
    unmet = [lock.written for lock in line.interlocks if not holds(lock.row, known)]
    if not unmet:
        return None
    listed = " ; ".join(unmet)
    return Text(f"联锁条件未满足（或所需观测缺失、过旧）：{listed}", f"an interlock is not met, or what it needs is missing or stale: {listed}")


def moment(line: Line, facts: Facts) -> Moment:
    """What the machine says now: its last words, where they are fresh enough for a line."""
    return {quantity: seen.value for quantity, seen in facts.present.items() if _is_fresh(seen, facts.now, line.fresh)}


def _is_fresh(seen: Seen, now: datetime, fresh: timedelta) -> bool:
    """A word from further in the future than it may be old is as little worth: one of the clocks is wrong."""
    return abs(now - seen.at) <= fresh


def within(hours: Hours, at: datetime) -> bool:
    """Whether an instant lies in the hours.

    Example:
        >>> from datetime import time, timezone
        >>> night = Hours(frozenset({4}), time(22), time(6), "Asia/Shanghai")
        >>> [within(night, datetime(2026, 1, 2, hour, tzinfo=timezone.utc)) for hour in (13, 15, 21, 23)]
        [False, True, True, False]
    """
    local = at.astimezone(ZoneInfo(hours.zone))
    if hours.begins < hours.ends:
        return local.weekday() in hours.days and hours.begins <= local.time() < hours.ends
    today, clock = local.weekday(), local.time()
    return (today in hours.days and clock >= hours.begins) or ((today - 1) % 7 in hours.days and clock < hours.ends)


def said(reasons: Iterable[Text]) -> Text:
    """Reasons as one text."""
    found = list(reasons)
    return Text("；".join(r.zh for r in found), "; ".join(r.en for r in found)) if found else same("–")


_CHECKS: tuple[Callable[[Line, Sending, Policy, Facts], Text | None], ...] = (
    _agreed, _current, _in_hours, _in_range, _small_step, _seldom, _interlocked,
)  # fmt: skip
