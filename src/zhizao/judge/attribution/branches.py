"""Down the hierarchies by itself: at each step the level on which the change is most concentrated, and there the part that made most of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from zhizao.judge.attribution.attribute import KINDS, Portions, portions, required_steps
from zhizao.judge.attribution.printed import printed
from zhizao.model.attribution import Branch, Part
from zhizao.model.entity import CROSS
from zhizao.model.makeup import Makeup, Unit

SHOWN = 5
"""Parts of a level that are told; the rest is counted."""
SHARE = Decimal("0.0001")
DEPTH = 12


def walked(made: Makeup, *, required: Decimal | None = None, depth: int = DEPTH) -> Branch:
    """The change of a figure, or its gap, down to where it comes from.

    What a part contributes is the same whatever it stands beside, so the amounts add up through all levels. The walk ends at the units, or where no
    part has more of the change than its weight.
    """
    if required is not None:
        required = required.quantize(Decimal(1).scaleb(-made.decimals))
    change = made.last - (made.first if required is None else required)
    walk = _Walk(made, required_steps(made, required), change)
    return Branch(made.entity, "", change, Decimal(1) if change else None, Decimal(1), below=(), others=0) if not change else walk.root(depth)


@dataclass(frozen=True, slots=True)
class _Level:
    """One way to take a branch apart."""

    level: str
    found: Portions
    amounts: dict[str, Fraction]

    def leading(self, sign: int) -> str:
        return max(self.amounts, key=lambda e: (self.amounts[e] * sign, e))

    def excess(self, sign: int, whole: Fraction) -> Fraction:
        """By how much the share of the leading part exceeds its share of the weight."""
        first, weight = self.leading(sign), sum((self.found.weights[e] for e in self.amounts), Fraction(0))
        return self.amounts[first] / whole - (self.found.weights[first] / weight if weight else 0)


@dataclass(frozen=True, slots=True)
class _Walk:
    made: Makeup
    required: Fraction
    change: Decimal

    @property
    def sign(self) -> int:
        return 1 if self.change > 0 else -1

    def root(self, depth: int) -> Branch:
        whole = Branch(self.made.entity, "", self.change, Decimal(1), Decimal(1))
        return self._grown(whole, list(self.made.units), (*self.made.levels, self.made.unit_level), depth)

    def _grown(self, branch: Branch, units: Sequence[Unit], levels: Sequence[str], depth: int) -> Branch:
        """A branch with the parts of its best level, of which the leading one grows on."""
        open_ = [level for level in levels if len({self.made.place(u, level) for u in units}) > 1]
        # Units are told apart only where nothing stands between: they come last.
        ways = [self._level(level, units) for level in open_ if level != self.made.unit_level] or [self._level(level, units) for level in open_]
        whole = Fraction(branch.amount.scaleb(self.made.decimals))
        if not ways or not whole or depth < 1:
            return branch
        best = max(ways, key=lambda way: way.excess(self.sign, whole))
        if best.excess(self.sign, whole) <= 0:
            return branch
        below = self._branches(best, int(whole))
        first = best.leading(self.sign)
        inside = [u for u in units if self.made.place(u, best.level) == first]
        lead = self._grown(next(b for b in below if b.entity == first), inside, [level for level in open_ if level != best.level], depth - 1)
        return replace(branch, below=(lead, *(b for b in below if b.entity != first))[:SHOWN], others=max(0, len(below) - SHOWN))

    def _level(self, level: str, units: Sequence[Unit]) -> _Level:
        name = self._namer(level, {id(u) for u in units})
        found = portions(self.made, name, self.required)
        inside = {e for u in units if (e := name(u))}
        return _Level(level, found, {entity: found.of(entity) for entity in inside})

    def _namer(self, level: str, inside: set[int]) -> Callable[[Unit], str]:
        """Names the units of a branch by their place; all others are nobody, whose name is empty."""

        def name(unit: Unit) -> str:
            return (self.made.place(unit, level) or self.made.entity) if id(unit) in inside else ""

        return name

    def _branches(self, way: _Level, whole: int) -> list[Branch]:
        """The parts of a level, the greatest in the direction of the change first."""
        steps = printed(way.amounts, whole)
        order = sorted(way.amounts, key=lambda e: (-way.amounts[e] * self.sign, e))
        return [self._branch(way, entity, steps[entity]) for entity in order]

    def _branch(self, way: _Level, entity: str, steps: int) -> Branch:
        amount = Decimal(steps).scaleb(-self.made.decimals)
        kinds = {kind: part for kind in KINDS if (part := way.found.parts.get((kind, entity), Fraction(0)))}
        parts = printed(kinds, steps) if kinds else {}
        told = tuple(Part(kind, entity, Decimal(n).scaleb(-self.made.decimals)) for kind, n in parts.items())
        weight = Decimal(float(way.found.weights.get(entity, 0))).quantize(SHARE)
        return Branch(entity, way.level, amount, (amount / self.change).quantize(SHARE), weight, told)


def path(branch: Branch) -> str:
    """The entities along the leading branches, as one cell.

    Example:
        >>> leaf = Branch("sector:C35", "sector", Decimal(1), None, None)
        >>> path(Branch("nation:CN", "", Decimal(1), None, None, below=(Branch("region:32", "region", Decimal(1), None, None, below=(leaf,)),)))
        'region:32+sector:C35'
    """
    found, at = [], branch
    while at.below:
        at = at.below[0]
        found.append(at.entity)
    return CROSS.join(found)
