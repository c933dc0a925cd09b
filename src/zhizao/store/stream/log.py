"""The log: files of frames in a folder, written by one process, read by any."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from zhizao.errors import StoreBusy
from zhizao.model.text import Text
from zhizao.store.damage import damaged
from zhizao.store.durable import flush, make_folder
from zhizao.store.stream.delivery import Delivery, Standing, Standings
from zhizao.store.stream.frame import Frame, framed, frames, is_torn, opening

ROLL_BYTES, ROLL_ROWS = 64 * 1024**2, 2_000_000
"""A file that has grown to this, or to so many observations, is followed by the next: one file in memory is enough for whoever drains it."""
ROLL_CONTENT = 256 * 1024**2
"""And so is one whose observations take so many bytes in memory: in the file they are compressed, long texts to a hundredth and less."""

DAMAGED = ".damaged"
"""Ends the name of a file that is kept because acknowledged deliveries in it cannot be read."""

Clock = Callable[[], datetime]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(at: datetime) -> int:
    """Since 1970, without a float in between.

    Example:
        >>> microseconds(datetime(1970, 1, 1, 0, 0, 1, 7, tzinfo=UTC))
        1000007
    """
    return (at - _EPOCH) // timedelta(microseconds=1)


def _now() -> datetime:
    return datetime.now(UTC)


class Log:
    """Takes deliveries; what ``append`` was given is on the disk when it returns.

    A file that was not written to its end, by a process that died or on a full disk, is cut back to its last whole frame: whoever delivered
    what is cut was never told that it had arrived, and each source goes on from its position here.

    Args:
        folder: where the files lie; made where it is missing.
        roll_bytes: a file of this size is followed by the next,
        roll_rows: and one with so many observations.
        clock: says when a delivery arrives.
        first: the number of the first file, where there is none,
        standings: and where every source stands then.

    Raises:
        StoreBusy: another process writes this log.
        StoreDamaged: a file of the log does not begin as one.
    """

    def __init__(
        self, folder: Path, roll_bytes: int = ROLL_BYTES, *, roll_rows: int = ROLL_ROWS, clock: Clock = _now, first: int = 1, standings: Standings = MappingProxyType({})
    ) -> None:
        make_folder(folder)
        self._folder, self._roll_bytes, self._roll_rows, self._clock = folder, roll_bytes, roll_rows, clock
        self._at_us, self._rows, self._content, self._is_named = 0, 0, 0, True
        self._lock = _locked(folder / "lock")
        try:
            self._standings: dict[str, Standing] = dict(standings)
            self._number, self._place, self._file = self._recover(first)
        except BaseException:
            os.close(self._lock)
            raise

    @property
    def standings(self) -> Standings:
        """Where every source stands."""
        return self._standings

    @property
    def number(self) -> int:
        """The number of the file that takes deliveries now; those before it are complete."""
        return self._number

    def append(self, deliveries: Sequence[Delivery]) -> None:
        """Make deliveries durable, all in one go.

        Raises:
            OSError: the disk refuses; nothing of them is in the log then.
        """
        self._name()
        self._at_us = max(self._at_us, microseconds(self._clock()))  # a clock set back must not make what arrives later older
        self._write(b"".join(framed(d, self._at_us) for d in deliveries))
        for delivery in deliveries:
            self._standings[delivery.source] = self._standings.get(delivery.source, Standing()).after(delivery)
            self._rows += int(delivery.rows.num_rows)
            self._content += int(delivery.rows.nbytes)
        if self._place >= self._roll_bytes or self._rows >= self._roll_rows or self._content >= ROLL_CONTENT:
            with suppress(OSError):  # what was delivered is in the log all the same: the next append tries again
                self.roll()

    def roll(self) -> None:
        """Complete the present file, so that it can go into a segment; the next begins with where every source stands.

        Raises:
            OSError: the disk refuses; the log goes on as it can, and nothing of it is lost.
        """
        number, content = self._number + 1, opening(self._standings, self._at_us)
        following = _begin(self._folder, number, content)
        os.close(self._file)
        self._file, self._number, self._place, self._rows, self._content = following, number, len(content), 0, 0
        self._is_named = False
        self._name()

    @property
    def rows(self) -> int:
        """The observations in the present file."""
        return self._rows

    def drop(self, number: int) -> None:
        """Remove a complete file, once a segment holds what is in it."""
        assert number < self._number, "the file that takes deliveries stays"
        drop_file(self._folder, number)

    def close(self) -> None:
        """Let another process write."""
        os.close(self._file)
        os.close(self._lock)

    def _name(self) -> None:
        """Make the name of a file that was begun durable: what is in it could not be found without."""
        if not self._is_named:
            flush(self._folder)
            self._is_named = True

    def _write(self, content: bytes) -> None:
        view, place = memoryview(content), self._place
        try:
            while view:
                written = os.pwrite(self._file, view, place)
                view, place = view[written:], place + written
            os.fdatasync(self._file)
        except OSError:
            os.ftruncate(self._file, self._place)
            raise
        self._place = place

    def _recover(self, first: int) -> tuple[int, int, int]:
        """The file to go on with, where, and its handle: files are begun under another name, so that each has a first frame."""
        for draft in self._folder.glob(".*"):
            draft.unlink()
        numbers = files_in(self._folder)
        if not numbers:
            content = opening(self._standings)
            handle = _begin(self._folder, first, content)
            flush(self._folder)
            return first, len(content), handle
        last, end = file_of(self._folder, numbers[-1]), 0
        for frame in read_file(last):
            self._standings, end, self._at_us = followed(self._standings, frame), frame.end, frame.at_us
            self._rows += frame.head.get("rows", 0)
            self._content += frame.head.get("content", 0)
        if not is_torn(last.read_bytes(), end):
            keep_damaged(last)
        os.truncate(last, end)
        flush(last)
        return numbers[-1], end, os.open(last, os.O_RDWR)


def file_of(folder: Path, number: int) -> Path:
    """A file of a log.

    Example:
        >>> file_of(Path("log"), 7).name
        '0000000007.frames'
    """
    return folder / f"{number:010d}.frames"


def files_in(folder: Path) -> list[int]:
    """The numbers of the files of a log, oldest first."""
    return sorted(int(f.stem) for f in folder.glob("[0-9]*.frames"))


def drop_file(folder: Path, number: int) -> None:
    """Remove a complete file of a log, of which a damaged one is kept under another name; durable when it returns."""
    file = file_of(folder, number)
    if file.exists() and not is_whole(file):
        keep_damaged(file)
    file.unlink(missing_ok=True)
    flush(folder)


def is_whole(file: Path) -> bool:
    """Whether a complete file is frames to its end."""
    content, end = file.read_bytes(), 0
    for frame in frames(content):
        end = frame.end
    return end == len(content)


def keep_damaged(file: Path) -> None:
    """Keep a file with acknowledged deliveries that can no longer be read, for whoever may still find something in it."""
    kept = file.with_suffix(DAMAGED)
    draft = kept.with_name(f".{kept.name}")
    draft.write_bytes(file.read_bytes())
    flush(draft)
    draft.rename(kept)
    flush(file.parent)


def damaged_in(folder: Path) -> list[Path]:
    """The files that were kept because something in them was damaged, and the complete ones in which something is."""
    return [*sorted(folder.glob(f"*{DAMAGED}")), *(f for n in files_in(folder)[:-1] if (f := file_of(folder, n)).is_file() and not is_whole(f))]


def read_file(file: Path) -> Iterator[Frame]:
    """The whole frames of a file, its first one included.

    Raises:
        StoreDamaged: it does not begin with a first frame.
    """
    return read_content(file, file.read_bytes())


def read_content(file: Path, content: bytes) -> Iterator[Frame]:
    """The same of its content."""
    found = frames(content)
    first = next(found, None)
    if first is None or first.standings is None:
        raise damaged(file, Text("日志文件的开头已损坏", "the beginning of the log file is damaged"))
    yield first
    yield from found


def deliveries(folder: Path, number: int) -> Iterator[Delivery]:
    """What was delivered in a file of a log."""
    return (frame.delivery for frame in read_file(file_of(folder, number)) if frame.standings is None)


def followed(standings: Standings, frame: Frame) -> dict[str, Standing]:
    """Where every source stands after a frame."""
    if (said := frame.standings) is not None:
        return dict(said)
    source = frame.head["source"]
    return {**standings, source: frame.follow(standings.get(source, Standing()))}


def _begin(folder: Path, number: int, content: bytes) -> int:
    """Begin a file with its first frame, whole or not at all; its handle."""
    file = file_of(folder, number)
    draft = file.with_name(f".{file.name}")
    try:
        draft.write_bytes(content)
        flush(draft)
        handle = os.open(draft, os.O_RDWR)
        draft.rename(file)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    return handle


def _locked(file: Path) -> int:
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        cure = Text("一个 home 只能有一个运行中的节点；请先停下另一个", "a home has one running node; stop the other one first")
        raise StoreBusy(Text("另一进程正在接收数据", "another process is taking deliveries"), where=os.fspath(file.parent), cure=cure) from error
    return handle
