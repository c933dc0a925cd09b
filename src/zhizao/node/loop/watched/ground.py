"""What gathering stands on: one session of a store, as known at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from zhizao.measure.measure import Measurement
from zhizao.model.library import Library
from zhizao.model.rule import Rule
from zhizao.model.target import Target
from zhizao.model.value import Known
from zhizao.model.warning import Course
from zhizao.node.plans import own_targets, subject
from zhizao.store.contract import Session


@dataclass(frozen=True)
class Ground:
    """A library over one session, until a moment."""

    library: Library
    session: Session
    known: Known
    now: datetime

    @cached_property
    def measurement(self) -> Measurement:
        """What computes figures here."""
        return Measurement(self.library, self.session, self.known, self.now)

    @cached_property
    def targets(self) -> Sequence[Target]:
        """Every plan's own targets, each with whom it is about."""
        from dataclasses import replace

        packs = [p for p in self.library.packs.values() if own_targets(self.library, p)]
        return [replace(t, entity=t.entity or subject(self.library, p)) for p in packs for t in own_targets(self.library, p)]


Watching = Callable[[Rule, Ground], list[Course]]
"""Gathers what a rule looks at."""
