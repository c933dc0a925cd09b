"""What gathering stands on: one session of a store, as known at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from zhizao.measure.measure import Measurement
from zhizao.model.library import Library
from zhizao.model.period import Period
from zhizao.model.rule import Rule
from zhizao.model.target import Target
from zhizao.model.value import Known
from zhizao.model.warning import Course
from zhizao.node.plans import own_targets, subject
from zhizao.store.contract import Session
from zhizao.store.ledger import told

REVISED = "target_revision"
"""The record type of targets that were set or changed after the plan."""


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
        """Every plan's own targets, each with whom it is about, and those set or changed since: the latest for an entity and year counts."""
        packs = [p for p in self.library.packs.values() if own_targets(self.library, p)]
        planned = [replace(t, entity=t.entity or subject(self.library, p)) for p in packs for t in own_targets(self.library, p)]
        found = {(t.indicator, t.entity, t.year): t for t in planned}
        forms = {(t.indicator, t.year): t for t in planned}
        for row in told(self.session, self.library.records[REVISED], self.known) if REVISED in self.library.records else []:
            if (made := self._revised(row, forms)) is not None:
                found[made.indicator, made.entity, made.year] = made
        return list(found.values())

    def _revised(self, row: Mapping[str, Any], forms: Mapping[tuple[str, int], Target]) -> Target | None:
        """A target as it was set later, in the form of the plan's own for that year where there is one."""
        indicator, year = self.library.indicators.get(row["indicator"]), Period.parse(row["year"]).year
        if indicator is None:
            return None
        form = forms.get((indicator.id, year)) or Target(indicator.id, year, "level", indicator.direction, row["value"], row["value"], row["unit"])
        return replace(form, entity=row["entity"], printed=row["value"], used=row["value"], unit=row["unit"], base_value=None)


Watching = Callable[[Rule, Ground], list[Course]]
"""Gathers what a rule looks at."""
