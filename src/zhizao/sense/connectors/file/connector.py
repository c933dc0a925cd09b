"""A folder of files as a source: each is read once, as far as it has grown, whatever it is called meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from zhizao.errors import InputError, UnknownName
from zhizao.model.text import Text
from zhizao.sense.connectors.file.batch import Reading
from zhizao.sense.connectors.file.columns import NAMES, Columns
from zhizao.sense.connectors.file.content import COMPRESSED, kind_of, same
from zhizao.sense.connectors.file.csv_table import CsvTable
from zhizao.sense.connectors.file.parquet_table import ParquetTable
from zhizao.sense.connectors.file.places import Place, Places, found_again
from zhizao.sense.connectors.file.shdr_log import ShdrLog
from zhizao.sense.connectors.shdr.opening import Opening
from zhizao.sense.contract import Clock, Feed, Promise
from zhizao.sense.gather import gathered
from zhizao.sense.settings import Settings, flag, number, settings
from zhizao.sense.source import Described, Description, Device, Source
from zhizao.sense.spoken import Spoken, Unread

PROMISE = Promise("exactly_once", Text("文件内容及其中的位置", "content of the file and place in it"), describes_itself=True, backfills=True)
SETTINGS = ("pattern", "watch", "every_s", "settled_s", "format", "encoding", "delimiter", "zone", *NAMES)
FORMATS = ("shdr", "csv", "parquet")
BY_ENDING = {"csv": "csv", "parquet": "parquet", "pq": "parquet", "txt": "shdr", "shdr": "shdr", "log": "shdr"}
ENOUGH = 20_000
"""Observations of a file that are looked at to describe it."""


@dataclass(frozen=True, slots=True)
class _Stat:
    """What changes when a file does. ``settled``: nobody writes it any more; ``final``: nothing is appended, so that its last line is whole."""

    inode: int
    size: int
    modified_ns: int
    settled: bool
    final: bool


class Files:
    """A folder being read; see the contract of ``Connector``.

    Args:
        source: its URL is ``file:///FOLDER``, or a single file; its settings are those of ``SETTINGS``.
    """

    promise = PROMISE

    def __init__(self, source: Source, clock: Clock) -> None:
        self._source, self._clock = source, clock
        self._said: Settings = settings(source, SETTINGS)
        self._folder, self._pattern = _where(source, self._said)
        self._watch = flag(source, self._said, "watch", True)
        self._every_s = number(source, self._said, "every_s", 1, least=0.01)
        self._settled_us = int(1_000_000 * number(source, self._said, "settled_s", 60))
        self._format = _format(source, self._said)
        self._columns = Columns.of(source, self._said)
        self._places, self._seen = Places(), dict[str, _Stat]()

    async def describe(self) -> Description:
        """See the contract."""
        found = await asyncio.to_thread(self._described)
        if not found.addresses:
            told = Text(f"{self._folder} 中没有匹配 {self._pattern} 的可读内容", f"nothing to read in {self._folder} is called {self._pattern}")
            return replace(found, remarks=(told,))
        return found

    async def run(self, feed: Feed) -> None:
        """See the contract."""
        self._places = Places.read(feed.position)
        files = await asyncio.to_thread(self._files)
        feed.count("connected")
        while True:
            await self._look(files, feed)
            if not self._watch:
                return
            await asyncio.sleep(self._every_s)
            files = await asyncio.to_thread(self._files)

    async def _look(self, files: list[tuple[Path, _Stat]], feed: Feed) -> None:
        """Read what changed since the last look, first what was begun: it was said before what lies in new files."""
        changed = [(file, stat) for file, stat in files if self._seen.get(file.name) != stat]
        if changed:
            self._places = await asyncio.to_thread(found_again, self._places, {file.name: file for file, _ in files}, same)
        for file, stat in sorted(changed, key=lambda found: (found[0].name not in self._places.files, found[0].name)):
            try:
                await self._read(file, stat.final, feed)
            except OSError as error:
                if not stat.settled:
                    continue  # still being written: looked at again
                await self._refuse(file, str(error), feed)
            self._seen[file.name] = stat

    async def _read(self, file: Path, final: bool, feed: Feed) -> None:
        """Read a file as far as it has grown."""
        place = self._places.of(file.name)
        opening = Opening(self._source.signals, self._places.since_us) if not place.offset and self._kind(file) == "shdr" else None
        batches = self._reading(file).batches(file, place, final)
        while (batch := await asyncio.to_thread(next, batches, None)) is not None:
            said = batch.said
            if opening is not None:
                # The first batch decides: where no key spoke twice in it, all of it is what was known last.
                said = opening.taken(said)
                said += [] if opening.live_us is not None else opening.settled(opening.newest_us)
                self._places = replace(self._places, since_us=opening.since_us or None)
            self._places = self._places.at(file.name, batch.place)
            await self._deliver(file, said, batch.lines, feed)

    async def _refuse(self, file: Path, why: str, feed: Feed) -> None:
        feed.count("rejected_message")
        await self._deliver(file, [Unread(self._places.of(file.name).line, why, file.name)], 0, feed)

    async def _deliver(self, file: Path, said: list[Spoken | Unread], lines: int, feed: Feed) -> None:
        taken = [one for one in said if isinstance(one, Unread) or one.address not in self._source.ignored]
        delivery = gathered(self._source.name, taken, self._source.signals, position=str(self._places), lines=lines)
        refused = tuple(replace(r, place=f"{file.name} {r.place}") for r in delivery.refused)
        await feed.deliver(replace(delivery, refused=refused))

    def _files(self) -> list[tuple[Path, _Stat]]:
        """The files of the folder that fit.

        Raises:
            OSError: the folder is not there.
        """
        if not self._folder.is_dir():
            raise FileNotFoundError(f"no folder {self._folder}")
        return [(file, self._stat(file)) for file in sorted(self._folder.glob(self._pattern)) if file.is_file()]

    def _stat(self, file: Path) -> _Stat:
        now = file.stat()
        settled = not self._watch or self._clock() - now.st_mtime_ns // 1000 > self._settled_us
        return _Stat(now.st_ino, now.st_size, now.st_mtime_ns, settled, settled or file.suffix == COMPRESSED)

    def _kind(self, file: Path) -> str:
        return self._format or BY_ENDING.get(kind_of(file), "shdr")

    def _reading(self, file: Path) -> Reading:
        encoding = str(self._said.get("encoding", "utf-8"))
        match self._kind(file):
            case "csv": return CsvTable(self._columns, encoding, str(self._said.get("delimiter", ",")))
            case "parquet": return ParquetTable(self._columns)
            case _: return ShdrLog(encoding)

    def _described(self) -> Description:
        devices: dict[str, Device] = {}
        addresses: dict[str, Described] = {}
        for file, stat in self._files():
            for one in self._sample(file, stat.final):
                device = one.address.rpartition("/")[0] or self._folder.name
                devices.setdefault(device, Device(device, device))
                example = one.text if one.text is not None else "" if one.value is None else f"{one.value:g}"
                if not addresses.get(one.address) or example:
                    addresses[one.address] = Described(one.address, device, one.address.rpartition("/")[2], "text" if one.text else "number", "", example)
        return Description(tuple(devices.values()), tuple(addresses.values()))

    def _sample(self, file: Path, final: bool) -> Iterator[Spoken]:
        read = 0
        for batch in self._reading(file).batches(file, Place(), final):
            yield from (one for one in batch.said if isinstance(one, Spoken))
            if (read := read + len(batch.said)) > ENOUGH:
                return


def _where(source: Source, said: Settings) -> tuple[Path, str]:
    url = urlsplit(source.url)
    path = Path(unquote(url.path))
    if url.netloc not in ("", "localhost") or not path.is_absolute():
        cure = Text("写作 file:///文件夹", "write file:///FOLDER")
        raise InputError(Text("文件须在本机上", "files lie on this machine"), where=source.name, cure=cure)
    return (path.parent, path.name) if path.is_file() else (path, str(said.get("pattern", "*")))


def _format(source: Source, said: Settings) -> str:
    found = str(said.get("format", ""))
    if found and found not in FORMATS:
        raise UnknownName(Text("文件格式", "format of files"), found, FORMATS, where=source.name)
    return found
