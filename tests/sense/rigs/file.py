"""The rig of files: a folder into which lines are appended. Its link is cut by taking the folder away; its peer begins again with a fresh file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.sense.rigs.mtconnect import SIGNALS, now_us
from zhizao.sense.connectors.file.connector import Files
from zhizao.sense.source import Source
from zhizao_testbed.mtconnect.documents import instant


class FileRig:
    making = Files

    def __init__(self, folder: Path, suffix: str, header: str, row: str, **options: object) -> None:
        self.folder, self.there, self.suffix, self.header, self.row, self.clock = folder, folder, suffix, header, row, now_us
        self.files = 0
        self.source = Source("folder", folder.as_uri(), SIGNALS, {"every_s": 0.01, **options})
        self.begin()

    def begin(self) -> None:
        self.files += 1
        self.name = f"{self.files}.{self.suffix}"
        self.append(self.header)

    def append(self, text: str) -> None:
        with (self.there / self.name).open("a") as file:
            file.write(text)

    async def say(self, address: str, value: float) -> None:
        self.append(self.row.format(time=instant(now_us()), address=address, value=value))

    async def garbage(self) -> None:
        self.append('"||\x00,nonsense\n')

    async def cut(self) -> None:
        self.there = self.folder.rename(self.folder.with_name("away"))

    async def restore(self) -> None:
        self.there = self.there.rename(self.folder)

    async def restart(self) -> None:
        self.begin()


@asynccontextmanager
async def shdr_files(folder: Path) -> AsyncIterator[FileRig]:
    (folder / "in").mkdir()
    yield FileRig(folder / "in", "log", "", "{time}|{address}|{value}\n")


@asynccontextmanager
async def csv_files(folder: Path) -> AsyncIterator[FileRig]:
    (folder / "in").mkdir()
    yield FileRig(folder / "in", "csv", "time,quantity,value\n", "{time},{address},{value}\n")
