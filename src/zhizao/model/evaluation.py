"""An evaluation of a plan: every target judged, with all that a reader may ask for behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from zhizao.model.context import Context
from zhizao.model.finding import Finding
from zhizao.model.indicator import Indicator
from zhizao.model.library import Reconciliation
from zhizao.model.plan import PlanNode, Served
from zhizao.model.rounding import Rounded
from zhizao.model.series import Reading
from zhizao.model.target import Target
from zhizao.model.text import Text
from zhizao.model.verdict import Judgement
from zhizao.model.wording import Wording


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One published total beside the sum of its published parts.

    ``allowed`` is what rounding alone can make of the difference (number of parts times half a printed unit, plus half a unit for the total).
    """

    reconciliation: Reconciliation
    period: str
    parts: int
    total_of_parts: Decimal
    published_total: Decimal
    allowed: Decimal
    verdict: Literal["agrees", "differs", "incomplete"]
    source: str = ""
    """Where the total was published."""

    @property
    def difference(self) -> Decimal:
        """Parts minus published total."""
        return self.total_of_parts - self.published_total


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One node of the plan with what serves it now."""

    node: PlanNode
    served: Served
    evidence: tuple[str, ...]
    children: tuple[PlanLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One plan evaluated as known at a time.

    ``readings`` holds per indicator every reading used or shown, proxies included; ``other_targets`` are targets of other plans for
    the same quantities; ``context`` are figures that judge nothing but belong beside the scorecard, as ``contexts`` says;
    ``entity`` is whom the plan's targets are about where they name nobody.
    """

    plan: str
    title: Text
    as_of: str
    code: str
    facts: str
    indicators: Mapping[str, Indicator]
    judgements: tuple[Judgement, ...]
    readings: Mapping[str, tuple[Reading, ...]]
    other_targets: tuple[Target, ...] = ()
    context: tuple[Reading, ...] = ()
    reconciled: tuple[Reconciled, ...] = ()
    plan_lines: tuple[PlanLine, ...] = ()
    findings: tuple[Finding, ...] = ()
    names: Mapping[str, Text] = field(default_factory=dict)
    """Names of the entities the figures are about, by id."""
    contexts: tuple[Context, ...] = ()
    rounded: tuple[Rounded, ...] = ()
    entity: str = ""
    wording: Wording = Wording()

    def doubted(self, target: Target) -> Reading | None:
        """The latest computed figure no later than a target, where it comes with a warning."""
        about = (target.indicator, target.entity or self.entity, "computed")
        found = (r for r in self.readings.get(target.indicator, ()) if (r.indicator, r.entity, r.basis) == about and r.period.year <= target.year)
        latest = max(found, key=lambda r: r.period, default=None)
        return latest if latest and latest.warnings else None
