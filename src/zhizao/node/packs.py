"""Packs as a person names them: which folders are meant, what is wrong with them, whether their tests pass."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from zhizao.errors import InputError, UnknownName
from zhizao.model.finding import Finding
from zhizao.model.library import Library
from zhizao.model.text import Text
from zhizao.node import config
from zhizao.node.assemble import folders_of, open_store

if TYPE_CHECKING:
    from zhizao.checks.packs import Outcome

PACK_FILE = "pack.yaml"


def choose(home: Path, named: Sequence[str]) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """The folders to load, and those among them that were asked about: all of them where none is named.

    Raises:
        InputError: a folder that is no pack.
        UnknownName: neither a folder nor the name of a pack in use.
    """
    in_use = folders_of(home)
    if not named:
        return in_use, in_use
    about = tuple(dict.fromkeys(_folder(name, in_use) for name in named))
    return tuple(dict.fromkeys((*in_use, *about))), about


def findings_of(library: Library, folders: Sequence[Path], about: Sequence[Path]) -> tuple[Finding, ...]:
    """The findings of the packs asked about, which are read together with the others."""
    return tuple(f for f in library.findings if set(about) == set(folders) or _concerns(f, about))


def test(library: Library, about: Sequence[Path], only: Collection[str] | None = None) -> tuple[Outcome, ...]:
    """The outcome of every case of the packs asked about, of some indicators only where they are named."""
    from zhizao.checks.packs import run

    return tuple(run(library, about, open_store, only))


def register(home: Path, about: Sequence[Path]) -> list[Path]:
    """Remember the packs that are not in use yet; those that were new."""
    in_use = folders_of(home)
    return [folder for folder in about if folder not in in_use and config.remember(home, folder)]


def require_unused(home: Path, name: str) -> None:
    """Refuse a second pack of one name: its definitions would hide those of the first.

    Raises:
        InputError: names the pack that the home uses already.
    """
    used = next((folder for folder in folders_of(home) if folder.name == name), None)
    if used:
        cure = Text("换一个数据目录，或从其 home.yaml 中去掉原来的包", "name another home, or take the pack there out of its home.yaml")
        raise InputError(Text(f"{home} 已在用同名的包 {used}", f"{home} uses a pack of that name already: {used}"), where=name, cure=cure)


def _folder(name: str, in_use: Sequence[Path]) -> Path:
    path = Path(name)
    if path.is_dir():
        if not (path / PACK_FILE).is_file():
            cure = Text(f"内容包的文件夹里要有 {PACK_FILE}", f"the folder of a pack holds a {PACK_FILE}")
            raise InputError(Text("这个文件夹不是内容包", "this folder is no pack"), where=name, cure=cure)
        return path.resolve()
    by_name = {folder.name: folder for folder in in_use}
    if name not in by_name:
        raise UnknownName(Text("内容包或文件夹", "pack or folder"), name, by_name)
    return by_name[name]


def _concerns(finding: Finding, about: Sequence[Path]) -> bool:
    return any(Path(finding.place.file).resolve().is_relative_to(folder) for folder in about)
