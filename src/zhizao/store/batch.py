"""A batch: one delivery or withdrawal, as sealed."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from zhizao.model.receipt import Receipt
from zhizao.store.seal import seal_of
from zhizao.store.stream.delivery import Standing, Standings

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Spans = Mapping[str, tuple[int, int]]
"""Least and greatest time of the stored rows of each source, microseconds since 1970."""


@dataclass(frozen=True, slots=True)
class Drained:
    """The file of the stream's log that a batch was made from: when its deliveries arrived, and what became of those of each source.

    In the standing of a source ``accepted`` counts the rows that are stored.
    """

    file: int
    first_us: int
    last_us: int
    sources: Standings

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Drained:
        """What a note says."""
        return cls(**{**said, "sources": {name: Standing(**one) for name, one in said["sources"].items()}})


@dataclass(frozen=True, slots=True)
class Batch:
    """All that is said of one batch; everything but ``seal`` and ``signature`` is under the seal.

    ``number`` counts over the whole home. Its facts are numbered ``first`` to ``last``; a batch that stored nothing has no ``segment``
    and ``last`` is that of the batch before. ``revises`` counts rows of whose key an earlier version is stored.
    ``retires`` numbers the batches whose rows are no longer kept. What is None was not said when the batch was sealed.
    """

    home: str
    number: int
    record: str
    key: tuple[str, ...]
    source: str
    sha256: str
    why: str
    stored_at: str
    received: int
    stored: int
    duplicate: int
    rejected: int
    rounded: int
    revises: int
    first: int
    last: int
    segment: str
    root: str
    rejects: str
    rejects_sha256: str
    previous: str
    seal: str = ""
    signature: str = ""
    spans: Spans | None = None
    stream: Drained | None = None
    retires: tuple[int, ...] | None = None

    @property
    def at(self) -> datetime:
        """When it was stored."""
        return datetime.fromisoformat(self.stored_at)

    @property
    def first_at(self) -> datetime:
        """When the first of its rows was durable here: those of the stream were in the log before."""
        return EPOCH + timedelta(microseconds=self.stream.first_us) if self.stream else self.at

    @property
    def sealed(self) -> dict[str, Any]:
        """What the seal covers."""
        return {k: v for k, v in self._said().items() if k not in ("seal", "signature")}

    def _said(self) -> dict[str, Any]:
        return {k: v for k, v in dataclasses.asdict(self).items() if v is not None}

    @property
    def fits_its_seal(self) -> bool:
        """Whether nothing said of it was changed."""
        return seal_of(self.sealed) == self.seal

    def receipt(self, rejects_file: str) -> Receipt:
        """The count of the delivery."""
        return Receipt(self.received, self.stored, self.duplicate, self.rejected, rounded=self.rounded, rejects_file=rejects_file, corrected=self.revises)

    def to_json(self) -> str:
        """The batch as one line of text."""
        return json.dumps(self._said(), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Batch:
        """The batch of a line of text.

        Raises:
            ValueError: the line says no batch.
        """
        said = json.loads(text)
        if not isinstance(said, dict) or set(said) | OPTIONAL != {f.name for f in dataclasses.fields(cls)}:
            raise ValueError("not what is said of a batch")
        return cls(**{name: READ[name](part) if name in READ else part for name, part in said.items()})


OPTIONAL = {"spans", "stream", "retires"}
READ: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {"key": tuple, "retires": tuple, "stream": Drained.of, "spans": lambda said: {source: (first, last) for source, (first, last) in said.items()}}
)
"""The parts of a note that JSON says in other words."""


def retirements(batches: Sequence[Batch]) -> list[Batch]:
    """The notes of retirements, in the order of time."""
    return [batch for batch in batches if batch.retires]


def held(batches: Sequence[Batch], record: str) -> list[Batch]:
    """The batches of a type whose rows are there: they stored some, and are not retired."""
    gone = {number for note in retirements(batches) for number in note.retires or ()}
    return [batch for batch in batches if batch.record == record and batch.segment and batch.number not in gone]


def last_drained(batches: Sequence[Batch]) -> int:
    """The number of the last file of the log that lies in a segment; 0 before the first."""
    return next((batch.stream.file for batch in reversed(batches) if batch.stream), 0)


def whole(text: str) -> str:
    """A text without halves of characters, such as the names of files written in another encoding have: no file could keep them.

    Example:
        >>> print(whole("\\udcc6.csv"))
        \\udcc6.csv
    """
    return text.encode("utf-8", "backslashreplace").decode()
