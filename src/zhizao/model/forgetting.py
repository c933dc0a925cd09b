"""A forgetting: what is personal of an entity was made unreadable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Forgetting:
    """Whose personal values are gone on purpose, since when and why; who asked is not recorded."""

    entity: str
    at: datetime
    why: str
