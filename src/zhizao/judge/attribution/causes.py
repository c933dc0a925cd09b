"""The smallest set of entities that explains most: where units moved together and unlike all others.

Every unit moved in some way of its own. What the units of one province, one division, or one division in one province have in common beyond what
all have in common is a cause that can be named. Candidates are the entities of each level and the cells of two levels of different hierarchies; each is
scored like a scan statistic: the likelihood gained by letting its units share a shift (half the square of the shift over its noise), less what it takes
to say which candidate it is (the logarithm of how many there are of its kind). So a cell is named before its province where the rest of the province
moved like everybody, and a province before its cells where all of it moved. What is left without the units of a named cause is searched again.

The noise is that of the units themselves: the median of their deviations from the median move, for each tenth of units by weight, since small units
move more. A unit counts at most as four times the noise, so that a return that is wrong by a factor of a thousand is no cause.

Source:
    Kulldorff, A spatial scan statistic, 1997; Rissanen, Modeling by shortest data description, 1978; the question is that of Bhagwan et al., Adtributor,
    2014, which ranks by explained share and surprise but has no measure of noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from math import log

import numpy as np
from numpy.typing import NDArray

from zhizao.judge.attribution.apportion import Group, apportion
from zhizao.model.attribution import Cause
from zhizao.model.makeup import Makeup, Unit

Floats = NDArray[np.float64]
LIMIT = 4.0
"""Times the noise that one unit counts at most."""
MOST = 5
FEWEST = 3
"""Units of a candidate."""
NORMAL = 1.4826
"""The standard deviation over the median absolute deviation, of a normal distribution."""
BIN = 100
"""Units at least by which the noise of one size is estimated."""


@dataclass(frozen=True)
class Moves:
    """How units moved: ``move`` is what the whole would have moved had all done so, ``weight`` the share of each, ``places`` an array a level."""

    move: Floats
    weight: Floats
    places: dict[str, NDArray[np.str_]]

    @classmethod
    def of(cls, made: Makeup) -> Moves:
        """The moves of the units of a makeup that answered in both periods, in the indicator's unit."""
        named = [u for u in made.units if u.id]
        taken = apportion(made.shape, [_floats(u) for u in named])
        within = np.zeros(len(named))
        for (i, kind), part in taken.parts.items():
            if kind in ("within", "price"):
                within[i] += float(part)
        weight = np.array([float(w) for w in taken.weights] or np.zeros(len(named)))
        kept = [i for i, u in enumerate(named) if u.standing == "both" and weight[i] > 0]
        with np.errstate(all="ignore"):
            move = within[kept] / weight[kept] * float(made.factor)
        return cls(move, weight[kept], {level: np.array([made.place(named[i], level) for i in kept], dtype=np.str_) for level in made.levels})


def _floats(unit: Unit) -> Group:
    """A unit by itself, in floating point: the search ranks, it prints no figure."""
    return Group(unit.standing, tuple(map(float, unit.before)), tuple(map(float, unit.after)))  # type: ignore[arg-type]


def causes(made: Makeup, *, change: Decimal | None = None, side: int = 0, alike: Sequence[Sequence[str]] = ()) -> list[Cause]:
    """What best explains why an entity's figure moved as it did, the first the best; none where all units moved alike but for noise.

    Args:
        change: the change or gap of which shares are told; the change of the figure where left out.
        side: only moves below (-1) or above (1) what all have in common; 0 for both.
        alike: levels of one hierarchy, which make no cells with each other.
    """
    return search(Moves.of(made), made.last - made.first if change is None else change, made.decimals, side, alike)


def search(moves: Moves, change: Decimal, decimals: int, side: int = 0, alike: Sequence[Sequence[str]] = ()) -> list[Cause]:
    """The same, from the moves themselves."""
    found: list[Cause] = []
    free = np.ones(len(moves.move), bool)
    candidates = list(_candidates(moves, alike))
    while len(found) < MOST and free.sum() >= FEWEST:
        best = _best(moves, free, candidates, side)
        if best is None:
            break
        entities, units, strength, gain = best
        centre = float(np.median(moves.move[free]))
        amount = Decimal(float(np.sum(moves.weight[units] * (moves.move[units] - centre)))).quantize(Decimal(1).scaleb(-decimals))
        share = (amount / change).quantize(Decimal("0.0001")) if change else None
        found.append(Cause(entities, amount, share, strength, gain, len(units)))
        free[units] = False
    return found


def _candidates(moves: Moves, alike: Sequence[Sequence[str]]) -> Sequence[tuple[NDArray[np.int64], list[tuple[str, ...]]]]:
    """For each level and each two levels: the number of the cell that each unit lies in (-1 for none), and what the cells are called."""
    together = {frozenset(pair) for group in alike for pair in combinations(group, 2)}
    levels = list(moves.places)
    kinds = [(level,) for level in levels] + [pair for pair in combinations(levels, 2) if frozenset(pair) not in together]
    return [_cells([moves.places[level] for level in kind]) for kind in kinds]


def _cells(columns: Sequence[NDArray[np.str_]]) -> tuple[NDArray[np.int64], list[tuple[str, ...]]]:
    rows = np.stack(columns, axis=1) if len(columns[0]) else np.empty((0, len(columns)), np.str_)
    names, numbers = np.unique(rows, axis=0, return_inverse=True)
    numbers = numbers.reshape(-1).astype(np.int64)
    nowhere = np.array([not all(name) for name in names], bool)
    return np.where(nowhere[numbers] if len(names) else False, -1, numbers), [tuple(map(str, name)) for name in names]


def _best(
    moves: Moves, free: NDArray[np.bool_], candidates: Sequence[tuple[NDArray[np.int64], list[tuple[str, ...]]]], side: int
) -> tuple[tuple[str, ...], NDArray[np.int64], float, float] | None:
    """The candidate with the greatest gain among the free units, if any gains."""
    z, scale = standardised(moves.move[free], moves.weight[free])
    best: tuple[float, float, tuple[str, ...], NDArray[np.int64]] | None = None
    for numbers, names in candidates:
        inside = numbers[free]
        strength, count = _strengths(z, scale, inside, len(names))
        kinds = max(1, int((count > 0).sum()))
        gain = np.where((count >= FEWEST) & (strength * (side or 1) > 0 if side else count >= FEWEST), strength**2 / 2 - log(kinds), -np.inf)
        at = int(np.argmax(gain)) if len(gain) else -1
        if at >= 0 and gain[at] > 0 and (best is None or gain[at] > best[0]):
            best = float(gain[at]), float(strength[at]), names[at], np.flatnonzero(free & (numbers == at))
    return None if best is None or _is_all(best[3], free) else (best[2], best[3], best[1], best[0])


def _is_all(units: NDArray[np.int64], free: NDArray[np.bool_]) -> bool:
    return len(units) == int(free.sum())


def _strengths(z: Floats, scale: Floats, inside: NDArray[np.int64], cells: int) -> tuple[Floats, NDArray[np.int64]]:
    """For each cell, how many times its noise the shift is that its units share, and how many units there are."""
    lying = inside >= 0
    at, worth = inside[lying], 1 / scale[lying]
    count = np.bincount(at, minlength=cells)
    top, bottom = np.bincount(at, z[lying] * worth, minlength=cells), np.bincount(at, worth**2, minlength=cells)
    return np.where(count > 0, top / np.sqrt(np.where(bottom > 0, bottom, 1)), 0.0), count


def standardised(move: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Moves in times of their noise, counted from the middle one and limited; and the noise of each unit."""
    apart = move - np.median(move)
    order = np.argsort(weight, kind="stable")
    scale = np.empty(len(move))
    for part in np.array_split(order, max(1, min(10, len(move) // BIN))):
        scale[part] = NORMAL * np.median(np.abs(apart[part] - np.median(apart[part])))
    floor = np.median(scale[scale > 0]) if (scale > 0).any() else max(float(np.abs(apart).max(initial=0.0)), 1.0)
    scale = np.where(scale > 0, scale, floor)
    z = np.clip(apart / scale, -LIMIT, LIMIT)
    return z / max(1.0, float(np.sqrt(np.mean(z**2)))), scale
