"""The inputs a rule's conditions may name, by what it watches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from zhizao.model.rule import Watch

Sort = Literal["figure", "plain", "percent", "truth", "text"]
"""What an input is: in the unit of what is watched, a plain number, a percentage, true or false, or a word."""

OF_INDICATOR: Mapping[str, Sort] = {
    "previous": "figure", "change": "figure", "growth": "percent", "falls": "plain", "rises": "plain",
    "expected": "figure", "residual": "figure", "spread": "figure", "score": "plain", "ewma": "plain", "cusum_up": "plain", "cusum_down": "plain",
    "coverage": "plain", "required": "figure", "gap": "figure", "against": "truth",
}  # fmt: skip
"""After the name of an indicator and a dot. ``change`` and ``growth`` (in percent) are against the point before, ``falls`` and ``rises`` count points in a row;
``expected`` and ``spread`` are median and robust scale of the baseline, ``score`` is the residual in spreads, ``ewma`` and ``cusum_*`` the
statistics of the charts in spreads; ``coverage`` is the answered share; ``required`` and ``gap`` stand on the path to the target; ``against`` says that a pooled rate moved
against all its parts."""

OF_RECORD: Mapping[str, Sort] = {"previous": "figure", "change": "figure"}
"""After the name of a field and a dot: the same field of the row before."""

SCREENED: Mapping[str, Sort] = {"unusual": "truth", "p": "plain", "q": "plain"}
"""What screening adds: whether the cell is among those named, its p-value, and the smallest level at which it would be named."""

BY_WATCH: Mapping[Watch, Mapping[str, Sort]] = {
    "indicators": {},
    "targets": {
        "value": "plain", "required": "plain", "gap": "plain", "target": "plain", "p_attain": "plain", "p_attain_low": "plain", "p_attain_high": "plain",
        "models": "plain", "verdict": "text", "years_left": "plain",
    },
    "revisions": {"value": "plain", "before": "plain", "change": "plain", "growth": "percent", "usual": "plain", "score": "plain", "published": "truth"},
    "records": {"compared": "plain", "same_as_previous": "plain"},
    "digits": {"n": "plain", "effect": "plain", "position": "text"},
    "actions": {"days_late": "plain", "done": "truth", "cancelled": "truth", "escalated": "truth", "status": "text"},
    "silence": {"silent_minutes": "plain", "usual_minutes": "plain"},
}  # fmt: skip
"""The inputs each watch offers by itself."""

VERDICTS = ("met", "missed", "met_by_proxy", "missed_by_proxy", "on_track", "off_track", "not_due", "not_published")
