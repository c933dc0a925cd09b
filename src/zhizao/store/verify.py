"""Whether everything stored is still what was sealed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from zhizao.errors import StoreDamaged
from zhizao.model.text import Text
from zhizao.store import segment
from zhizao.store.batch import Batch, retirements
from zhizao.store.damage import damaged
from zhizao.store.history import History
from zhizao.store.home import Home
from zhizao.store.seal import is_signed, merkle_root
from zhizao.store.stream.log import damaged_in
from zhizao.store.verify_personal import check_personal
from zhizao.store.verify_table import check_table

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def verify(home: Home, history: History) -> int:
    """Check chain, seals, signatures, segments, keys and tables; the number of segments checked.

    Raises:
        StoreDamaged: names the first thing that does not fit.
    """
    try:
        return _checked(home, history)
    except StoreDamaged as found:
        try:
            with home.still():  # a writer may have been met halfway
                return _checked(home, history)
        except OSError:  # a home that may not be written has no writer
            raise found from None


def _checked(home: Home, history: History) -> int:
    batches = history.all()
    check_chain(home, batches, home.public_key() if batches else None)
    _check_head(home, history, batches)
    gone = {number for note in retirements(batches) for number in note.retires or ()}
    for batch in batches:
        _check_batch(home, batch, is_retired=batch.number in gone)
    for file in damaged_in(home.stream):
        raise damaged(file, Text("日志中有已确认的数据无法读取", "acknowledged deliveries in the log can no longer be read"))
    check_personal(home, history, batches)
    for table in history.tables():
        check_table(table, history)
    return sum(1 for b in batches if b.segment and b.number not in gone)


def check_chain(home: Home, batches: Sequence[Batch], key: Ed25519PublicKey | None) -> None:
    """Check that batches follow each other without a gap, each signed with a key; that each fits its own seal was seen when it was read.

    Raises:
        StoreDamaged: names the first that does not fit.
    """
    seal, number, last = "", 0, 0
    for batch in batches:
        if batch.number != number + 1 or batch.previous != seal or batch.first != last + 1 or batch.home != home.id:
            raise damaged(f"batch {number + 1}", Text("批次缺失或次序被改", "a batch is missing or out of order"))
        if key is None or not is_signed(key, batch.seal, batch.signature):
            raise damaged(f"batch {batch.number}", Text("批次的签名不符", "a batch was not signed by this node"))
        seal, number, last = batch.seal, batch.number, batch.last


def _check_head(home: Home, history: History, batches: list[Batch]) -> None:
    """A chain cut off at its end is whole in itself: only the head kept apart tells."""
    last = home.last_batch()
    if last is None:
        history.require_head(batches)
    elif not 1 <= last[0] <= len(batches) or batches[last[0] - 1].seal != last[1]:
        raise damaged(f"batch {last[0]}", Text("末尾的批次缺失", "the last batches are missing"))


def _check_batch(home: Home, batch: Batch, *, is_retired: bool) -> None:
    if batch.segment and not is_retired:
        check_segment(home, batch)
    if batch.rejects:
        file = home.path / batch.rejects
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != batch.rejects_sha256:
            raise damaged(file, Text("被拒行文件与封印不符", "the rejects file does not match the seal"))


def check_segment(home: Home, batch: Batch) -> None:
    """Check that the segment of a batch is there, and as it was sealed.

    Raises:
        StoreDamaged: it is not.
    """
    file = home.facts / batch.record / batch.segment
    if not file.is_file():
        raise damaged(file, Text("数据段缺失", "the segment is missing"))
    if merkle_root(file) != batch.root:
        raise damaged(file, Text("数据段与封印不符", "the segment does not match its seal"))
    if segment.described(file)[0] != batch.stored or batch.last - batch.first + 1 != batch.stored:
        raise damaged(file, Text("行数与封印不符", "the number of rows does not match the seal"))
