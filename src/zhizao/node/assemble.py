"""The only place that names concrete classes: a home's packs, its library, its store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import cast

from zhizao.model.library import Library
from zhizao.model.text import Text
from zhizao.node import cache, config
from zhizao.store.contract import Store

Remark = Callable[[Text], None]
"""Where an opening node says what its owner should know."""


@dataclass(frozen=True, slots=True)
class Node:
    """One installation, opened."""

    home: Path
    folders: tuple[Path, ...]
    library: Library
    store: Store


def silent(words: Text) -> None:
    """Say nothing."""


SLACK = timedelta(minutes=1)
"""How far clocks of machines that share a home may be apart."""
_MOMENT: ContextVar[datetime | None] = ContextVar("moment", default=None)


def now() -> datetime:
    """The present instant: the one clock of the program."""
    return _MOMENT.get() or datetime.now(timezone.utc)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Answer as at a moment: what was frozen then is computed again as it was due then."""
    before = _MOMENT.set(moment)
    try:
        yield
    finally:
        _MOMENT.reset(before)


def open_node(home: Path, *, remark: Remark = silent) -> Node:
    """Open the installation in a home, which is made where there is none; facts the packs ship are stored on the way."""
    from zhizao.node.sources import with_quantities
    from zhizao.node.supply import supply

    folders = folders_of(home)
    for missing in set(config.read(home).packs) - set(folders):
        remark(Text(f"{missing}：登记过的内容包不在了，已略过", f"{missing}: this pack is registered but gone; left out"))
    node = Node(home, folders, with_quantities(load_library(home, folders), home), open_store(home))
    supply(node.library, node.store, remark)
    if behind := clock_behind(node.store.newest()):
        remark(behind)
    return node


def clock_behind(newest: datetime | None) -> Text | None:
    """What is to be said where the clock is behind the last batch: times of storing only grow, so that all that follows is held for later than it is."""
    if newest is None or newest <= now() + SLACK:
        return None
    return Text(
        f"时钟比最后一批入库时间（{newest:%Y-%m-%d %H:%M}）还早：此后入库的内容都记在该时间之后，--as-of 早于它便看不到；请校准时钟",
        f"the clock is behind the last batch, stored {newest:%Y-%m-%d %H:%M}: what is stored from now on counts from then, and an earlier --as-of does not see it; set the clock right",
    )


def folders_of(home: Path) -> tuple[Path, ...]:
    """The folders of the packs in use: built-in ones, then the home's own, each once; those that are gone are left out."""
    from zhizao.pack.shipped import builtin_folders

    folders = [*(f.resolve() for f in builtin_folders()), *config.read(home).packs]
    return tuple(dict.fromkeys(f for f in folders if f.is_dir()))


def load_library(home: Path, folders: tuple[Path, ...]) -> Library:
    """Everything the packs define, kept in the home by the fingerprint of their files."""
    from zhizao.pack.fingerprint import fingerprint

    kept, name = home / "cache" / "libraries", cache.key(cache.program(), fingerprint(folders), [str(f) for f in folders])
    found = cache.load(kept, name) if kept.is_dir() else None
    if found is None:
        from zhizao.pack.load import load

        found = load(folders)
        cache.save(kept, name, found)
    return cast(Library, found)


def open_store(home: Path) -> Store:
    """The facts of a home."""
    from zhizao.store.local import LocalStore

    return LocalStore(home, clock=now)
