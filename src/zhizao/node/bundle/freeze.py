"""What goes into a bundle: definitions as loaded, notes of every batch, the segments that claims rest on, and the claims."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from zhizao import __version__
from zhizao.errors import InputError
from zhizao.model.bundle import Claim
from zhizao.model.text import Text
from zhizao.node.bundle.archive import Content, canonical, is_name
from zhizao.pack.fingerprint import files
from zhizao.store.batch import Batch, held
from zhizao.store.home import Home

NOTES, CLAIMS, PACKS, FACTS = "notes.jsonl", "claims.json", "packs", "facts"
COMPUTES = ("duckdb", "deltalake", "pyarrow", "ibis-framework", "numpy", "scipy", "pint", "lark", "PyYAML", "ortools")
"""The libraries a figure may depend on."""


def program() -> dict[str, str]:
    """The version of the program and of every library a figure may depend on."""
    return {"zhizao": __version__} | {name: found for name in COMPUTES if (found := _version(name))}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def contents(home: Home, folders: Sequence[Path], batches: Sequence[Batch], records: Iterable[str], claims: Sequence[Claim]) -> list[Content]:
    """Every part of a bundle."""
    notes = "".join(f"{batch.to_json()}\n" for batch in batches).encode()
    said = canonical([{"kind": c.kind, "ask": c.ask, "answer": c.answer} for c in claims])
    return [_held(NOTES, notes), _held(CLAIMS, said), *_packs(folders), *_segments(home, batches, records)]


def _held(name: str, content: bytes) -> Content:
    return Content(name, len(content), lambda: io.BytesIO(content))


def _packs(folders: Sequence[Path]) -> Iterator[Content]:
    """The files of every pack, those that came first in folders that come first: among equal names the order decides."""
    for place, folder in enumerate(folders):
        for file in files(folder):
            name = f"{PACKS}/{place:02d}/{folder.name}/{file.relative_to(folder).as_posix()}"
            if not is_name(name):
                cure = Text("请改用较短的普通文件名", "give it a shorter, plain name")
                raise InputError(Text("文件名不能放入数据包", "a file of this name cannot be put into a bundle"), where=str(file), cure=cure)
            yield _held(name, file.read_bytes())


def _segments(home: Home, batches: Sequence[Batch], records: Iterable[str]) -> Iterator[Content]:
    for record in sorted(records):
        for batch in held(batches, record):
            file = home.facts / record / batch.segment
            yield Content(f"{FACTS}/{record}/{batch.segment}", file.stat().st_size, lambda file=file: file.open("rb"))  # type: ignore[misc]
