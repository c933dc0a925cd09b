"""Bundles: what is claimed of figures, and what came of recomputing them elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from zhizao.model.text import Text

Row = dict[str, Any]
"""Plain data, as JSON has it."""
Signer = Literal["proven", "unproven", "another"]
"""Whether the bundle was signed by whom the reader trusts: yes; nobody said whom; no."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A part of a bundle that is not what it should be."""

    part: str
    what: Text


@dataclass(frozen=True, slots=True)
class Claim:
    """What is claimed: an answer to a question of some kind. Both are plain data, so that they can be asked again."""

    kind: str
    ask: Row
    answer: list[Row]

    @property
    def name(self) -> str:
        """The question in one line."""
        return " ".join([self.kind, *(text for said in self.ask.values() for text in (said if isinstance(said, list) else [said]) if text)])


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a recomputed figure is another one: in what, and what it is on both sides."""

    figure: str
    what: str
    claimed: str
    found: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim that was recomputed: the figures it gave, and where they differ."""

    claim: Claim
    figures: int
    differences: tuple[Difference, ...] = ()
    why: Text | None = None
    """Why it could not be recomputed at all."""

    @property
    def holds(self) -> bool:
        """Whether everything claimed came out the same."""
        return not self.differences and self.why is None


@dataclass(frozen=True, slots=True)
class Sealed:
    """Who made a bundle, when, with what."""

    node: str
    key: str
    at: str
    as_of: str
    reader: str
    program: Mapping[str, str]
    seal: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of a bundle: its faults, else every claim recomputed."""

    signer: Signer
    sealed: Sealed | None = None
    faults: tuple[Fault, ...] = ()
    checked: tuple[Checked, ...] = ()
    other_versions: tuple[tuple[str, str, str], ...] = ()
    """Name, version there, version here, of the program and the libraries it computes with."""
    facts: int = 0

    @property
    def holds(self) -> bool:
        """Whether the bundle is sound and every claim in it came out the same."""
        return self.signer != "another" and not self.faults and all(c.holds for c in self.checked)
