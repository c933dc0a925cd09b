"""Figures that judge nothing but belong beside a plan's scorecard."""

from __future__ import annotations

from dataclasses import dataclass

from zhizao.model.finding import Place


@dataclass(frozen=True, slots=True)
class Context:
    """An indicator to be shown beside the scorecard, for every entity of a level."""

    indicator: str
    by: str
    pack: str = ""
    place: Place = Place("")
