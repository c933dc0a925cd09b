"""What a door did with what it received: nothing is lost, everything is counted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Receipt:
    """The count of one delivery, in rows.

    ``corrected`` counts the stored rows that follow an earlier row of the same key, in the store or in the same file; ``rounded`` those with a
    figure finer than its field's resolution. Neither is part of the balance.

    Example:
        >>> Receipt(received=5, stored=3, duplicate=1, rejected=1).balances
        True
    """

    received: int
    stored: int
    duplicate: int
    rejected: int
    spooled: int = 0
    rounded: int = 0
    rejects_file: str = ""
    corrected: int = 0

    @property
    def balances(self) -> bool:
        """Whether received = stored + duplicate + rejected + spooled."""
        return self.received == self.stored + self.duplicate + self.rejected + self.spooled
