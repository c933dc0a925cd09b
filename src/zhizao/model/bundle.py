"""What a third party is given: figures that are claimed, with all that is needed to compute them again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

Outcome = Literal["equal", "differs", "failed"]


@dataclass(frozen=True, slots=True)
class Claim:
    """One question and the answer it was given, both as data; ``kind`` says who answers (``values``, ``evaluation``, ``effect``)."""

    kind: str
    question: Mapping[str, Any]
    answer: Any

    @property
    def said(self) -> dict[str, Any]:
        """It as data."""
        return {"kind": self.kind, "question": dict(self.question), "answer": self.answer}


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A figure of a claim, computed again: its name, what was claimed and what came out; ``failed`` where it could not be computed, with the reason in ``found``."""

    name: str
    outcome: Outcome
    claimed: str
    found: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What a bundle proved to be. ``signer`` is the fingerprint of its key; ``is_trusted`` whether that is the key the reader gave."""

    made_at: str
    code: str
    signer: str
    is_trusted: bool
    batches: int
    segments: int
    figures: tuple[Recomputed, ...] = ()
    own_code: str = ""
    """The version that recomputed."""
    counts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def is_equal(self) -> bool:
        """Whether every figure came out as claimed."""
        return all(figure.outcome == "equal" for figure in self.figures)
