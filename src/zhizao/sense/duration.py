"""Spans of time as people write them into the file of a source."""

from __future__ import annotations

import re
from typing import Any

SECONDS = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}


def seconds(written: Any) -> float | None:
    """A span in seconds; a bare number counts seconds; None where it is none.

    Example:
        >>> seconds("250ms"), seconds("2 min"), seconds(1.5), seconds("soon"), seconds(-1)
        (0.25, 120.0, 1.5, None, None)
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(ms|s|min|h|d)?", str(written).strip())
    return float(match[1]) * SECONDS[match[2] or "s"] if match else None
