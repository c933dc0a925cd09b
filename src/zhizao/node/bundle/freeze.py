"""Figures frozen: asked of a still copy of the home, and written down with all that they were read from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from zhizao import __version__
from zhizao.model.bundle import Claim
from zhizao.node.assemble import Node, at, open_store
from zhizao.node.bundle import container
from zhizao.node.bundle.claims import Asked, answered
from zhizao.node.bundle.watched import Watched
from zhizao.node.whole import write_whole
from zhizao.store import frozen
from zhizao.store.home import Home

FORM = 1
ALWAYS = frozenset({"entity", "membership"})
"""Record types that say what names mean and where things belong."""


def freeze(node: Node, asked: Sequence[Asked], to: Path, moment: datetime) -> list[Claim]:
    """Answer questions as of a moment, and write the bundle that proves the answers, whole or not at all.

    Raises:
        InputError: a question that cannot be asked, or a file that cannot be written.
        StoreBusy: a writer did not finish in time.
    """
    with TemporaryDirectory(prefix="zhizao-bundle-") as folder:
        still = Path(folder)
        frozen.freeze(node.home, still)
        store = Watched(open_store(still))
        with at(moment):
            claims = [answered(Node(still, node.folders, node.library, store.as_store), one) for one in asked]
        read = store.read | ALWAYS
        files = dict(_parts(still, read, node.folders))
        said = _said(claims, sorted(read), node.folders, moment, (still / frozen.KEY).read_text("ascii"))
        write_whole(to, lambda draft: _fill(draft, said, files, node.home))
    return claims


def _said(claims: Sequence[Claim], read: Sequence[str], folders: Sequence[Path], moment: datetime, key: str) -> dict[str, Any]:
    packs = [_pack(place, folder) for place, folder in enumerate(folders)]
    said = [claim.said for claim in claims]
    return {"form": FORM, "made_at": moment.isoformat(), "code": __version__, "key": key, "claims": said, "records": list(read), "packs": packs}


def _parts(still: Path, read: Collection[str], folders: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    """The files a verifier needs: the notes of every batch, which are one chain; segments of what was read; the log; the packs."""
    from zhizao.pack.fingerprint import files

    for file in sorted(path for path in still.rglob("*") if path.is_file()):
        name = file.relative_to(still).as_posix()
        if name.startswith(("cache/", "spill/")) or (file.suffix == ".parquet" and file.parent.name not in read) or name == "lock":
            continue
        if name.startswith("stream/") and "observation" not in read:
            continue
        yield f"home/{name}", file
    for place, folder in enumerate(folders):
        yield from ((f"{_pack(place, folder)}/{file.relative_to(folder).as_posix()}", file) for file in files(folder))


def _pack(place: int, folder: Path) -> str:
    """Where a pack lies in a bundle; the order decides between equal names."""
    return f"packs/{place:02d}/{folder.name}"


def _fill(draft: Path, said: dict[str, Any], files: dict[str, Path], home: Path) -> None:
    with draft.open("wb") as out:
        container.write(out, said, files, Home(home).sign)
