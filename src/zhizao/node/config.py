"""A home's own settings, ``home.yaml``: which packs outside the program it uses, and how long it keeps what machines said."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from zhizao.errors import InputError
from zhizao.model.text import Text

FILE = "home.yaml"
KEEP, MOST_DAYS = "keep_raw_days", 100_000
_HEAD = "# Packs in use beside the built-in ones; a path that does not begin with / is relative to this folder.\n"


@dataclass(frozen=True, slots=True)
class Config:
    """What a home is told; ``packs`` are folders, absolute. Observations older than ``keep_raw_days`` are let go; 0: they are kept for ever."""

    packs: tuple[Path, ...] = ()
    keep_raw_days: int = 0


def read(home: Path) -> Config:
    """The settings of a home; the defaults where it has none.

    Raises:
        InputError: the file cannot be understood.
    """
    file = home / FILE
    if not file.is_file():
        return Config()
    import yaml

    try:
        content = yaml.safe_load(file.read_text("utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise _unreadable(file, Text("不是有效的 YAML", f"no valid YAML ({str(error).splitlines()[0]})")) from error
    if not isinstance(content, dict) or content.keys() - {"packs", KEEP}:
        raise _unreadable(file, Text("内容不符", "not what it should hold"))
    return Config(_packs(home, file, content.get("packs", [])), _days(file, content.get(KEEP, 0)))


def _packs(home: Path, file: Path, said: object) -> tuple[Path, ...]:
    if not isinstance(said, list) or not all(isinstance(p, str) for p in said):
        raise _unreadable(file, Text("packs 不是文件夹的列表", "packs is no list of folders"))
    return tuple((home / p).resolve() for p in said)


def _days(file: Path, said: object) -> int:
    if type(said) is not int or not 0 <= said <= MOST_DAYS:
        raise _unreadable(file, Text(f"{KEEP} 不是 0 到 {MOST_DAYS} 的整数", f"{KEEP} is no whole number from 0 to {MOST_DAYS}"))
    return said


def remember(home: Path, folder: Path) -> bool:
    """Add a pack folder to the home's packs; False where it was there already."""
    folder = folder.resolve()
    with _writing(home):
        config = read(home)
        if folder in config.packs:
            return False
        _write(home, replace(config, packs=(*config.packs, folder)))
    return True


@contextmanager
def _writing(home: Path) -> Iterator[None]:
    """Be the one who changes the settings, so that two who add a pack at a time both succeed; no store's lock, which may be held for long."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / f".{FILE}.lock").open("a") as lock:
        fcntl.flock(lock.fileno(), fcntl.LOCK_EX)
        yield


def _write(home: Path, config: Config) -> None:
    import yaml

    said: dict[str, object] = {"packs": [_written(home, p) for p in config.packs]}
    if config.keep_raw_days:
        said[KEEP] = config.keep_raw_days
    text = _HEAD + yaml.safe_dump(said, allow_unicode=True, sort_keys=False)
    draft = home / f".{FILE}.{os.getpid()}"
    draft.write_text(text, "utf-8")
    draft.replace(home / FILE)


def _written(home: Path, folder: Path) -> str:
    """Relative where the pack lies in the home, so that the home may be moved with it."""
    root = home.resolve()
    return f"./{folder.relative_to(root).as_posix()}" if folder.is_relative_to(root) else str(folder)


def _unreadable(file: Path, why: Text) -> InputError:
    cure = Text("应写成：packs: [./my_pack]，另可有一行 keep_raw_days: 365", "write it as: packs: [./my_pack], and maybe a line keep_raw_days: 365")
    return InputError(Text(f"设置无法读取：{why.zh}", f"the settings cannot be read: {why.en}"), where=str(file), cure=cure)
