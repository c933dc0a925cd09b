"""A batch: one delivery or withdrawal, as sealed."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zhizao.model.receipt import Receipt
from zhizao.store.seal import seal_of


@dataclass(frozen=True, slots=True)
class Batch:
    """All that is said of one batch; everything but ``seal`` and ``signature`` is under the seal.

    ``number`` counts over the whole home. Its facts are numbered ``first`` to ``last``; a batch that stored nothing has no ``segment``
    and ``last`` is that of the batch before. ``revises`` counts rows of whose key an earlier version is stored.
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

    @property
    def at(self) -> datetime:
        """When it was stored."""
        return datetime.fromisoformat(self.stored_at)

    @property
    def sealed(self) -> dict[str, Any]:
        """What the seal covers."""
        return {k: v for k, v in dataclasses.asdict(self).items() if k not in ("seal", "signature")}

    @property
    def fits_its_seal(self) -> bool:
        """Whether nothing said of it was changed."""
        return seal_of(self.sealed) == self.seal

    def receipt(self, rejects_file: str) -> Receipt:
        """The count of the delivery."""
        return Receipt(self.received, self.stored, self.duplicate, self.rejected, rounded=self.rounded, rejects_file=rejects_file, corrected=self.revises)

    def to_json(self) -> str:
        """The batch as one line of text."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Batch:
        """The batch of a line of text.

        Raises:
            ValueError: the line says no batch.
        """
        said = json.loads(text)
        if not isinstance(said, dict) or set(said) != {f.name for f in dataclasses.fields(cls)}:
            raise ValueError("not what is said of a batch")
        return cls(**{**said, "key": tuple(said["key"])})


def whole(text: str) -> str:
    """A text without halves of characters, such as the names of files written in another encoding have: no file could keep them.

    Example:
        >>> print(whole("\\udcc6.csv"))
        \\udcc6.csv
    """
    return text.encode("utf-8", "backslashreplace").decode()
