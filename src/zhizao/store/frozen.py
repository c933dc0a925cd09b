"""A home as it was at one moment, in another folder: to be asked there, and to be given away in part."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from zhizao.store.batch import retirements
from zhizao.store.durable import make_folder
from zhizao.store.history import History
from zhizao.store.home import Home
from zhizao.store.stream.frame import frames
from zhizao.store.stream.log import file_of, files_in
from zhizao.store.verify import check_chain, check_segment

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

KEY = "node.pub"


def freeze(home: Path, to: Path) -> None:
    """Copy what may change, and point to segments, which never do. No private key and no key of a personal value goes along.

    Raises:
        StoreBusy: a writer did not finish in time.
    """
    of = Home(home)
    make_folder(to)
    with of.writing():
        of.private_key()  # there is one from now on, whose public half others check with
        for name in (of.identity, of.head):
            if name.is_file():
                shutil.copyfile(name, to / name.name)
        for table in History(of).tables():
            _table(table, to / "facts" / table.name)
        for number in files_in(of.stream):
            _log(file_of(of.stream, number), file_of(Home(to).stream, number))
    shutil.copyfile(home / "keys" / KEY, to / KEY)


def _table(table: Path, to: Path) -> None:
    from zhizao.store.delta import LOG, commits

    make_folder(to / LOG)
    for commit in commits(table):
        shutil.copyfile(commit, to / LOG / commit.name)
    for segment in table.glob("*.parquet"):
        (to / segment.name).symlink_to(os.path.abspath(segment))


def _log(file: Path, to: Path) -> None:
    """The whole frames of a file of the log; one that was drained meanwhile lies in a segment."""
    make_folder(to.parent)
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return
    to.write_bytes(content[: max((frame.end for frame in frames(content)), default=0)])


def check(home: Path, key: Ed25519PublicKey, records: Collection[str]) -> tuple[int, int]:
    """Check the chain of a home that was given away in part, and every segment of some record types; how many batches and segments there were.

    Raises:
        StoreDamaged: names the first that does not fit.
    """
    here = Home(home)
    batches = History(here).batches()
    check_chain(here, batches, key)
    gone = {number for note in retirements(batches) for number in note.retires or ()}
    whole = [b for b in batches if b.record in records and b.segment and b.number not in gone]
    for batch in whole:
        check_segment(here, batch)
    return len(batches), len(whole)
