"""Something that goes on in a thread of its own while something else is done to it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def in_background(do: Callable[[], None], stop: threading.Event) -> Iterator[None]:
    """Do it in a thread until the block ends and it has heard of it."""
    stop.clear()
    thread = threading.Thread(target=do)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
