"""A retirement: the rows of old batches are no longer kept; what is said of them is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Retirement:
    """Of which record type rows were let go, since when and why, and how many batches and rows there were."""

    record: str
    at: datetime
    why: str
    batches: int
    rows: int
