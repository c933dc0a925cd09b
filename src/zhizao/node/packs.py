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
    """The folders to load, and those among them that were asked about: all of them where none is named. A folder with a pack that is in use from
    elsewhere stands in for it, so that a changed copy can be tried.

    Raises:
        InputError: a folder that is no pack.
        UnknownName: neither a folder nor the name of a pack in use.
    """
    in_use = folders_of(home)
    if not named:
        return in_use, in_use
    about = tuple(dict.fromkeys(_folder(name, in_use) for name in named))
    instead = {replaced: folder for folder, replaced in standing_in(in_use, about)}
    return tuple(dict.fromkeys((*(instead.get(folder, folder) for folder in in_use), *about))), about


def standing_in(in_use: Sequence[Path], about: Sequence[Path]) -> list[tuple[Path, Path]]:
    """The folders that hold a pack in use from another one, each with that."""
    ids = {_id(folder): folder for folder in reversed(in_use)}
    return [(folder, ids[_id(folder)]) for folder in about if folder not in in_use and _id(folder) in ids]


def findings_of(library: Library, folders: Sequence[Path], about: Sequence[Path]) -> tuple[Finding, ...]:
    """The findings of the packs asked about, which are read together with the others."""
    return tuple(f for f in library.findings if set(about) == set(folders) or _concerns(f, about))


def test(library: Library, about: Sequence[Path], only: Collection[str] | None = None) -> tuple[Outcome, ...]:
    """The outcome of every case of the packs asked about; of some indicators only, and of no rules, where they are named."""
    from zhizao.checks import rules
    from zhizao.checks.packs import run

    of_rules = rules.run(library, about, open_store) if only is None else ()
    return (*run(library, about, open_store, only), *of_rules)


def register(home: Path, about: Sequence[Path]) -> list[Path]:
    """Remember the packs that are not in use yet; those that were new. Two folders of one pack are never in use at a time."""
    in_use = folders_of(home)
    known = {*in_use, *(folder for folder, _ in standing_in(in_use, about))}
    return [folder for folder in about if folder not in known and config.remember(home, folder)]


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


def _id(folder: Path) -> str:
    """What a pack calls itself; the name of its folder where that cannot be read."""
    from zhizao.pack.content import read_content
    from zhizao.pack.found import Found

    content = read_content(folder / PACK_FILE, Found())
    said = content.value.get("id") if content and isinstance(content.value, dict) else None
    return said if isinstance(said, str) else folder.name


def _concerns(finding: Finding, about: Sequence[Path]) -> bool:
    return any(Path(finding.place.file).resolve().is_relative_to(folder) for folder in about)
