"""What enterprises report: not all answer, some late, some wrongly and some of these correct themselves later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

import numpy as np

from zhizao_testbed.economy.course import AMOUNTS, FIELDS, MONEY, Course
from zhizao_testbed.economy.population import Flags, Whole, World

Fields = dict[str, Whole]


@dataclass(frozen=True, slots=True)
class Faults:
    """How often something goes wrong, as shares of all returns; all zero: every enterprise answers at once, fully and truly.

    Args:
        silent: no answer, whatever the enterprise is like.
        silent_low: no answer because the figures are bad: twice as often at the lowest rate of numerical control as on average, never at the highest.
        empty: single fields left empty.
        wrong: returns wrong in one of WAYS.
        late: returns that come with the second delivery only.
        corrected: of the wrong returns, those that are put right in the second delivery.
    """

    silent: float = 0.0
    silent_low: float = 0.0
    empty: float = 0.0
    wrong: float = 0.0
    late: float = 0.0
    corrected: float = 0.0

    @property
    def none(self) -> bool:
        """Whether nothing ever goes wrong."""
        return not any(getattr(self, f.name) for f in fields(self))


FAULTLESS = Faults()
LIFELIKE = Faults(silent=0.02, silent_low=0.02, empty=0.004, wrong=0.003, late=0.05, corrected=0.7)


@dataclass(frozen=True)
class Answers:
    """The returns of the enterprises of a block, flat: one entry a return that is due.

    Shape:
        ``number``, ``region``, ``sector``, ``year`` (counted from 0) say whose; ``true`` and ``given`` are the fields as they are and as they are first reported,
        ``filled`` which fields are reported; ``silent`` is 0 for an answer, else a place in SILENCE; ``wrong`` 0 or a place in WAYS; ``late`` and
        ``corrected`` say what the second delivery brings.
    """

    number: Whole
    region: Whole
    sector: Whole
    year: Whole
    true: Fields
    given: Fields
    filled: dict[str, Flags]
    silent: Whole
    wrong: Whole
    late: Flags
    corrected: Flags

    def __len__(self) -> int:
        return len(self.number)

    @property
    def first(self) -> Flags:
        """The returns of the first delivery."""
        found: Flags = (self.silent == 0) & ~self.late
        return found

    @property
    def second(self) -> Flags:
        """Those of the second one: late ones and corrections."""
        found: Flags = (self.silent == 0) & (self.late | self.corrected)
        return found

    def told(self, name: str, *, finally_: bool) -> Whole:
        """A field as it was reported at first, or as it stands after the second delivery."""
        return np.where(self.corrected, self.true[name], self.given[name]) if finally_ else self.given[name]


SILENCE = ("", "random", "low_rate")
Way = Callable[[Fields, Fields, Flags, Whole], Fields]


def answers(world: World, block: int, true: Course, faults: Faults) -> Answers:
    """What the enterprises of a block report."""
    random = world.random(3, block)
    rows, year = np.nonzero(true.lives)
    flat = {name: values[rows, year] for name, values in true.fields.items()}
    n = len(rows)
    silent = _silence(random, flat, faults)
    chosen = np.where(random.random(n) < faults.wrong, random.integers(1, len(WAYS), n), 0)
    before = np.flatnonzero(np.diff(rows, prepend=-1) == 0)  # rows whose row before is the same enterprise's last year
    given, wrong = _wrongly(flat, chosen, random.integers(0, len(AMOUNTS), n), before)
    late = (random.random(n) < faults.late) & (silent == 0)
    corrected = (wrong > 0) & (random.random(n) < faults.corrected) & ~late & (silent == 0)
    filled = {name: random.random(n) >= faults.empty if faults.empty else np.ones(n, dtype=bool) for name in FIELDS}
    who = true.people
    return Answers(who.number[rows], who.region[rows], who.sector[rows], year, flat, given, filled, silent, wrong, late, corrected)


def _silence(random: np.random.Generator, flat: Fields, faults: Faults) -> Whole:
    n = len(flat["revenue"])
    rank = np.argsort(np.argsort(flat["nc_key_processes"] / np.maximum(flat["key_processes"], 1), kind="stable"), kind="stable") / max(n, 1)
    low = random.random(n) < 2 * faults.silent_low * (1 - rank)
    return np.where(random.random(n) < faults.silent, 1, np.where(low, 2, 0))


def _wrongly(true: Fields, chosen: Whole, which: Whole, before: Whole) -> tuple[Fields, Whole]:
    """The fields with the chosen ways to be wrong, and the way of each return that truly differs from the truth."""
    if not chosen.any():
        return true, chosen
    last = {name: values.copy() for name, values in true.items()}
    for name, values in true.items():
        last[name][before] = values[before - 1]
    given = dict(true)
    for place, way in enumerate(WAYS.values()):
        hit = chosen == place
        if place and hit.any():
            told = way(true, last, hit, which)
            given = {name: np.where(hit, told.get(name, true[name]), given[name]) for name in true}
    differs = np.any([given[name] != true[name] for name in true], axis=0)
    return given, np.where(differs, chosen, 0)


def _times(factor: int) -> Way:
    """One field in a unit that is off."""

    def way(true: Fields, last: Fields, hit: Flags, which: Whole) -> Fields:
        return {name: np.where(which == place, true[name] * factor, true[name]) for place, name in enumerate(AMOUNTS)}

    return way


def _in_yuan(true: Fields, last: Fields, hit: Flags, which: Whole) -> Fields:
    """All money in yuan where 10,000 yuan were asked for."""
    return {name: true[name] * 10_000 for name in MONEY}


def _transposed(true: Fields, last: Fields, hit: Flags, which: Whole) -> Fields:
    """The first two digits of one field changed about."""
    return {name: np.where(which == place, _swapped(true[name]), true[name]) for place, name in enumerate(AMOUNTS)}


def _swapped(values: Whole) -> Whole:
    """Whole numbers with their first two digits changed about.

    Example:
        >>> _swapped(np.array([1234, 7, 110, 0])).tolist()
        [2134, 7, 110, 0]
    """
    power = np.ones_like(values)
    while (values >= power * 100).any():
        power = np.where(values >= power * 100, power * 10, power)
    first, second, rest = values // (power * 10), values // power % 10, values % power
    found: Whole = np.where(values >= 10, (second * 10 + first) * power + rest, values)
    return found


def _copied(true: Fields, last: Fields, hit: Flags, which: Whole) -> Fields:
    """Everything as a year ago."""
    return last


def _made_up(true: Fields, last: Fields, hit: Flags, which: Whole) -> Fields:
    """All amounts as round numbers: one digit and zeros."""
    return {name: _rounded(true[name]) for name in AMOUNTS}


def _rounded(values: Whole) -> Whole:
    """Whole numbers at one digit, but no lower than hundreds.

    Example:
        >>> _rounded(np.array([123456, 86, 1900])).tolist()
        [100000, 100, 2000]
    """
    power = np.full_like(values, 100)
    while (np.abs(values) >= power * 10).any():
        power = np.where(np.abs(values) >= power * 10, power * 10, power)
    return (values + power // 2) // power * power


def _unbalanced(true: Fields, last: Fields, hit: Flags, which: Whole) -> Fields:
    """More key processes under numerical control than there are."""
    return {"nc_key_processes": true["key_processes"] + 1 + true["key_processes"] // 2}


WAYS: Mapping[str, Way] = {
    "": lambda true, last, hit, which: true,
    "times_10": _times(10), "times_100": _times(100), "times_1000": _times(1000), "yuan_for_wan_yuan": _in_yuan, "digits_transposed": _transposed,
    "copied_last_year": _copied, "made_up_round": _made_up, "more_controlled_than_all": _unbalanced,
}  # fmt: skip
"""The known ways to be wrong; the empty one is right."""
