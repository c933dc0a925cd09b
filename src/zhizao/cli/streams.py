"""Standard output and error as this program needs them: never a reason to fail, wherever they lead."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO


def ensure() -> None:
    """Put a void in the place of a stream that the caller has closed."""
    sys.stdout = sys.stdout or _void()
    sys.stderr = sys.stderr or _void()


def prepare(json: bool) -> None:
    """JSON is UTF-8 everywhere; a terminal that lacks a character shows a mark in its place instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        configure: Any = getattr(stream, "reconfigure", None)
        if configure:
            configure(errors="replace", **({"encoding": "utf-8"} if json else {}))


@contextmanager
def read_or_not() -> Iterator[None]:
    """Write to standard output; where its reader (head, less) has gone, go on with the work and say nothing more."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        hush()


def tell(line: str) -> None:
    """Say a line on standard error; that nobody can hear it changes nothing."""
    with suppress(OSError):
        print(line, file=sys.stderr)


def let_go() -> None:
    """Leave nothing behind that could fail when the interpreter flushes at its exit."""
    try:
        sys.stdout.flush()
    except OSError:
        hush()


def hush() -> None:
    """Let everything still to come on standard output vanish."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _void() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")
