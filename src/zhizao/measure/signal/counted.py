"""What coverage counts of signals: who was due, who said something, and for how much of the time something was known."""

from __future__ import annotations

from dataclasses import dataclass

from zhizao.measure.leaf import Leaf
from zhizao.measure.signal.reads import parts
from zhizao.model.expression import Fold


@dataclass(frozen=True, slots=True)
class Counted:
    """The names of the columns that count for a leaf; ``part`` is the fold whose quantities must be known."""

    key: str
    part: Leaf

    @classmethod
    def of(cls, leaf: Leaf) -> Counted:
        """The counts of a leaf: of its first fold, where it is a barrier."""
        return cls(leaf.key, parts([leaf])[0])

    @property
    def fold(self) -> Fold:
        """The fold whose quantities must be known."""
        assert isinstance(self.part.node, Fold)
        return self.part.node

    @property
    def due(self) -> str:
        """Entities that have been heard of."""
        return f"{self.key}_due"

    @property
    def answered(self) -> str:
        """Entities of which something is known."""
        return f"{self.key}_answered"

    @property
    def whole(self) -> str:
        """The time there was, over the entities due."""
        return f"{self.key}_whole"

    @property
    def trusted(self) -> str:
        """The time in which everything was known."""
        return f"{self.key}_trusted"

    @property
    def columns(self) -> tuple[str, ...]:
        """All of them."""
        return (self.due, self.answered, self.whole, self.trusted)
