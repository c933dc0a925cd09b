"""A backup: one file with everything a home cannot make again, as it was at one moment, also while a node runs."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from zhizao import __version__
from zhizao.errors import InputError
from zhizao.model.text import Text
from zhizao.node import config
from zhizao.node.status import RUN_FILE
from zhizao.store.home import Home
from zhizao.store.stream.frame import frames
from zhizao.store.stream.log import DAMAGED

MANIFEST = "manifest.json"
FORM = 1
LEFT_OUT = ("cache", "spill")
"""Folders whose content is made again when it is needed."""
LOG = "stream"
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Saved:
    """What a backup holds; ``outside`` are packs that the home uses but does not hold."""

    files: int
    bytes: int
    outside: tuple[Path, ...]


def backup(home: Path, to: Path, at: datetime) -> Saved:
    """Write a backup of a home, whole or not at all.

    While nobody may write, the files are listed, those of the log opened, and the small ones that may change read; the rest is read afterwards, for
    segments never change, and what is added to the log later is behind the length it had then.

    Raises:
        InputError: there is no home, or the file cannot be written.
        StoreBusy: a writer did not finish in time.
    """
    from zhizao.node.whole import write_whole

    if not (home / "home.json").is_file():
        cure = Text("用 --home 指明数据目录", "name the home with --home")
        raise InputError(Text("这里没有数据", "there is no home here"), where=str(home), cure=cure)
    if to.resolve().is_relative_to(home.resolve()):
        raise InputError(Text("备份不能放在数据目录之内", "a backup does not lie in the home it is of"), where=str(to), cure=Text("换一个位置", "name another place"))
    with ExitStack() as opened:
        with Home(home).still():
            files = [_opened(opened, home, name) for name in _names(home)]
        write_whole(to, lambda draft: _write(draft, files, at))
    outside = tuple(p for p in config.read(home).packs if not p.is_relative_to(home.resolve()))
    return Saved(len(files), sum(f.size for f in files), outside)


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    open: Callable[[], IO[bytes]]
    size: int
    mode: int


def _names(home: Path) -> Iterator[str]:
    """The files of a home that cannot be made again: drafts, locks and notes of processes go with them."""
    for folder, folders, files in os.walk(home):
        place = Path(folder).relative_to(home)
        folders[:] = sorted(f for f in folders if f != "__pycache__" and not (place == Path() and f in LEFT_OUT))
        for file in sorted(files):
            name = (place / file).as_posix()
            if not file.startswith(".") and not file.endswith(DAMAGED) and name not in ("lock", f"{LOG}/lock", RUN_FILE) and (home / name).is_file():
                yield name


def _opened(opened: ExitStack, home: Path, name: str) -> _File:
    path = home / name
    found = path.stat()
    if name.startswith(f"{LOG}/"):
        content = opened.enter_context(path.open("rb"))  # readable to the end, even when a segment takes its place
        return _File(name, lambda: content, _whole_bytes(content), found.st_mode)
    if path.suffix == ".parquet" or name.startswith("rejects/"):
        return _File(name, lambda: path.open("rb"), found.st_size, found.st_mode)
    said = path.read_bytes()
    return _File(name, lambda: io.BytesIO(said), len(said), found.st_mode)


def _whole_bytes(log: IO[bytes]) -> int:
    """How far the whole frames of a file of the log go."""
    return max((frame.end for frame in frames(log.read())), default=0)


def _write(draft: Path, files: list[_File], at: datetime) -> None:
    """The archive: the files, then the manifest, without which it is no backup."""
    sums: dict[str, str] = {}
    with draft.open("wb") as raw:
        os.fchmod(raw.fileno(), 0o600)  # private keys are in it
        with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=1) as archive:
            for file in files:
                with file.open() as content:
                    reader = _Hashing(content, file.size)
                    archive.addfile(_entry(file.name, file.size, file.mode & 0o777, at), reader)
                sums[file.name] = reader.sha256
            said = json.dumps({"form": FORM, "version": __version__, "at": at.isoformat(), "sha256": sums}, ensure_ascii=False, indent=1).encode()
            archive.addfile(_entry(MANIFEST, len(said), 0o600, at), io.BytesIO(said))
        raw.flush()
        os.fsync(raw.fileno())


def _entry(name: str, size: int, mode: int, at: datetime) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, mode, int(at.timestamp())
    return entry


class _Hashing:
    """The beginning of a file, hashed as it is read."""

    def __init__(self, content: IO[bytes], size: int) -> None:
        self._content, self._left, self._sum = content, size, hashlib.sha256()
        content.seek(0)

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        found = self._content.read(min(self._left, size if size >= 0 else self._left))
        self._left -= len(found)
        self._sum.update(found)
        return found

    @property
    def sha256(self) -> str:
        """The hash of what was read."""
        return self._sum.hexdigest()
