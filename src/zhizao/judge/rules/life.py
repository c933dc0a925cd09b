"""The life of a warning: a pure state machine over its events, in the order in which they were told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from zhizao.errors import InputError
from zhizao.model.rule import GRADES, Rule
from zhizao.model.text import Text
from zhizao.model.warning import OVER, Event, Standing, Warning_, What

_ALIVE: tuple[Standing, ...] = ("open", "acknowledged", "explained", "appealed", "upheld")
NEXT: Mapping[tuple[Standing, What], Standing] = {
    ("open", "acknowledged"): "acknowledged",
    **{(s, "explained"): "explained" for s in ("open", "acknowledged", "explained", "upheld")},
    **{(s, "appealed"): "appealed" for s in ("open", "acknowledged", "explained")},
    ("appealed", "upheld"): "upheld",
    **{(s, "resolved"): "resolved" for s in _ALIVE},
    **{(s, "worsened"): "open" for s in ("open", "acknowledged", "explained")},
    **{(s, "worsened"): s for s in ("appealed", "upheld")},
    **{(s, "expired"): "expired" for s in ("open", "acknowledged", "explained")},
    ("resolved", "reopened"): "open",
}
"""What may follow what. Whoever acknowledged or explained a warning did so of the severity it had: what grows worse is open again.
While an appeal waits, and once it was turned down, time alone ends nothing; what has expired stays so."""

_WORDS: Mapping[str, Text] = {
    "open": Text("未处理", "open"), "acknowledged": Text("已确认", "acknowledged"), "explained": Text("已说明", "explained"),
    "appealed": Text("申诉中", "appealed"), "upheld": Text("申诉未获支持", "upheld"), "resolved": Text("已解除", "resolved"),
    "expired": Text("已失效", "expired"), "reopened": Text("重新开启", "reopened"), "worsened": Text("升级", "worsened"), "raised": Text("发出", "raised"),
}  # fmt: skip


def warnings(events: Iterable[Event]) -> list[Warning_]:
    """The warnings that events tell of, in the order they were raised; an event that cannot follow is passed over."""
    found: dict[str, Warning_] = {}
    for event in events:
        now = after(found.get(event.warning), event)
        if now is not None:
            found[event.warning] = now
    return list(found.values())


def after(before: Warning_ | None, event: Event) -> Warning_ | None:
    """A warning after an event; None where the event cannot follow.

    Example:
        >>> from datetime import UTC, datetime
        >>> w = after(None, Event("W-1", "raised", datetime(2025, 1, 1, tzinfo=UTC), "region:32", "late", "yellow"))
        >>> w.standing, after(w, replace(w.events[0], what="upheld"))
        ('open', None)
    """
    if before is None:
        raised = event.what == "raised" and event.severity is not None
        return _raised(event) if raised else None
    standing = NEXT.get((before.standing, event.what))
    if standing is None:
        return None
    severity = event.severity or before.severity
    if event.what != "reopened":
        severity = max(severity, before.severity, key=GRADES.index)
    ended = event.at if standing in OVER else None
    return replace(before, standing=standing, severity=severity, ended=ended, events=(*before.events, event))


def _raised(event: Event) -> Warning_:
    assert event.severity is not None, "what is raised has a severity"
    return Warning_(event.warning, event.rule, event.entity, event.subject, event.severity, "open", event.at, event.about, (event,))


def require(before: Warning_, what: What, rule: Rule | None) -> None:
    """Refuse what cannot be done to a warning.

    Raises:
        InputError: says what can be done instead.
    """
    if what == "appealed" and rule is not None and not rule.names_enterprise:
        cure = Text("可用 --explain 说明", "explain it instead: --explain")
        raise InputError(Text("只有点名企业的预警可以申诉", "only a warning that names an enterprise can be appealed against"), where=before.id, cure=cure)
    if (before.standing, what) in NEXT:
        return
    can = [then for (now, then) in NEXT if now == before.standing and then in _PERSONS]
    cure = Text(f"现在可以：{'、'.join(_WORDS[c].zh for c in can)}", f"what can follow now: {', '.join(can)}") if can else Text(
        "条件再次成立时会自动重新开启或另发预警", "it is opened again, or another raised, when its condition holds again")  # fmt: skip
    now, then = _WORDS[before.standing], _WORDS[what]
    raise InputError(Text(f"{before.id} {now.zh}，不能再“{then.zh}”", f"{before.id} is {now.en}: it cannot be {then.en}"), where=before.id, cure=cure)


_PERSONS = ("acknowledged", "explained", "appealed", "upheld", "resolved")
"""What persons do; the rest comes by itself."""
