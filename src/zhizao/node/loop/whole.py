"""The account of a whole: how far the actions on an indicator explain by how much it changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from zhizao.errors import InputError
from zhizao.model.effect import EffectVerdict, Estimate, Reconciliation
from zhizao.node.loop.begun import Begun
from zhizao.node.loop.belonging import above
from zhizao.node.loop.panels import Grounds, Window

if TYPE_CHECKING:
    from zhizao.judge.effects.account import Part

MOST = 50
"""Units of which effects are found for one account."""

Found = Mapping[tuple[str, ...], tuple[EffectVerdict, Estimate]]
"""Effects that are known already, by the units they are of (the mean over them)."""


def account(grounds: Grounds, window: Window, start: int, touching: Mapping[str, Sequence[Begun]], known: Found, whole: str = "") -> Reconciliation | None:
    """The change of a whole from before to after, as what actions did and the rest; None where there is no such whole or no figure of it.

    Actions on one unit, or on a unit inside another, are one part: their effects cannot be told apart, and are not counted twice.

    Args:
        whole: the entity; by default the nation the units lie in, else what they are the whole of.
    """
    from zhizao.judge.effects.account import reconcile

    within = window.periods[0].bounds(window.zone)[0], window.periods[-1].bounds(window.zone)[1]
    here = {e: list(found) for e, found in touching.items() if any(a.at and within[0] <= a.at < within[1] for a in found)}
    up = above(grounds.library, grounds.session, [*here, *(unit for units in known for unit in units)], window.periods[-1].last_day)
    top = whole or next(iter(sorted({e for found in up.values() for e in found if e.startswith("nation:")})), "") or _outermost(up)
    figures = _figures(grounds, top, window, start)
    if figures is None:
        return None
    grouped = _grouped({e: found for e, found in here.items() if top in up[e]}, up)
    parts = _parts(grounds, window, start, grouped, known, touching, top)
    return reconcile(top, *figures, parts, grounds.indicator.decimals)


def _figures(grounds: Grounds, whole: str, window: Window, start: int) -> tuple[Decimal, Decimal] | None:
    """The mean of a whole's figures before and after."""
    try:
        values = grounds.measurement.values([grounds.indicator.id], of=[whole], periods=list(window.periods))
    except InputError:
        return None
    before, after = ([v.value for v in values if v.value is not None and (v.period in set(part))] for part in (window.periods[:start], window.periods[start:]))
    return (sum(before, Decimal(0)) / len(before), sum(after, Decimal(0)) / len(after)) if before and after else None


def _outermost(up: Mapping[str, frozenset[str]]) -> str:
    """Of entities that lie in nothing common, the first that holds none of the others."""
    common = frozenset.intersection(*up.values())
    return next(iter(sorted(common)), sorted(up)[0])


def _grouped(here: Mapping[str, Sequence[Begun]], up: Mapping[str, frozenset[str]]) -> dict[str, list[Begun]]:
    """Actions by the outermost unit that one of them touches."""
    grouped: dict[str, list[Begun]] = {}
    for entity in here:
        outer = next((e for e in sorted(here, key=lambda e: len(up[e])) if e in up[entity]), entity)
        grouped.setdefault(outer, []).extend(here[entity])
    return grouped


def _parts(
    grounds: Grounds, window: Window, start: int, grouped: Mapping[str, Sequence[Begun]], known: Found, touching: Mapping[str, Sequence[Begun]], top: str
) -> list[Part]:
    from zhizao.judge.effects.account import Part

    sizes = grounds.sizes(window.periods[start:], [*grouped, top]) if grouped else {}
    total = sizes.get(top, 0.0)
    parts: list[Part] = []
    for together in known:
        inside = [e for e in together if e in grouped]
        share = _share(inside, sizes, total, top)
        acts = tuple(sorted(a.id for e in inside for a in grouped[e]))
        if acts:
            parts.append(Part(acts, " + ".join(inside), *known[together], share))
    rest = [e for e in grouped if not any(e in together for together in known)]
    for entity in sorted(rest)[:MOST]:
        verdict, estimate = _other(grounds, window, entity, grouped[entity], touching)
        parts.append(Part(tuple(sorted(a.id for a in grouped[entity])), entity, verdict, estimate, _share([entity], sizes, total, top)))
    return parts


def _share(units: Sequence[str], sizes: Mapping[str, float], total: float, top: str) -> float | None:
    """What units weigh of the whole; all of it where they are the whole, None where that is not known."""
    if list(units) == [top]:
        return 1.0
    return sum(sizes[e] for e in units) / total if total > 0 and all(e in sizes for e in units) else None


def _other(grounds: Grounds, window: Window, entity: str, acts: Sequence[Begun], touching: Mapping[str, Sequence[Begun]]) -> tuple[EffectVerdict, Estimate]:
    """The effect of the actions on another unit, over the same window."""
    from zhizao.judge.effects.study import study

    began = min(a.at for a in acts if a.at is not None)
    panel, _ = grounds.panel({entity: began}, touching, window)
    if not 0 < panel.start < panel.periods:
        return "cannot_tell", Estimate("")
    made = study(panel, grounds.indicator.direction, beside=False)
    return made.verdict, made.estimate


