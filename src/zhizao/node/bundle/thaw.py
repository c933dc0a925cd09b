"""From a bundle to a node in a folder of its own, everything sealed checked on the way; nothing of a bundle is ever run."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from zhizao.errors import StoreDamaged, ZhizaoError
from zhizao.model.bundle import Claim, Sealed
from zhizao.model.library import Library
from zhizao.model.text import Text
from zhizao.node.assemble import Node
from zhizao.node.bundle.archive import Archive, broken
from zhizao.node.bundle.claims import KINDS, World, records
from zhizao.node.bundle.freeze import CLAIMS, FACTS, NOTES, PACKS
from zhizao.store import segment
from zhizao.store.batch import Batch, held
from zhizao.store.frozen import FrozenStore
from zhizao.store.home import Home
from zhizao.store.migrate import SCHEMA
from zhizao.store.seal import merkle_root, public_key
from zhizao.store.verify import check_chain

_SEGMENT = re.compile(rf"{FACTS}/([a-z0-9_]+)/(\d{{8,}}\.parquet)")
_PACK = re.compile(rf"{PACKS}/\d\d/[^/]+/.+")
MOST_ROWS, SWELLING, SMALL = 2_000_000_000, 1000, 64 << 20
"""Rows a bundle may hold; how many times its size a segment may become when it is read, and what is no swelling yet."""


def sealed(archive: Archive) -> Sealed:
    """Who says a bundle, when, with what.

    Raises:
        NoBundle: it is not said as it must be.
    """
    said = archive.manifest
    texts = {name: said.get(name) for name in ("node", "key", "at", "as_of", "reader")}
    program = said.get("program")
    right = all(isinstance(v, str) for v in texts.values()) and isinstance(program, dict) and all(isinstance(v, str) for v in program.values())
    if not right or said.keys() != {*texts, "program", "form", "parts"}:
        raise broken("manifest.json", Text("清单的内容不符", "the manifest does not say what it should"))
    return Sealed(**texts, program=program, seal=archive.seal)  # type: ignore[arg-type]


def claims(archive: Archive) -> list[Claim]:
    """What is claimed.

    Raises:
        NoBundle: it cannot be read, or is of a kind this program does not know.
    """
    said = _json(archive.read(CLAIMS), CLAIMS)
    if not isinstance(said, list) or not all(_is_claim(one) for one in said):
        raise broken(CLAIMS, Text("所主张的内容无法读取，或由更新的程序写成", "what is claimed cannot be read, or a newer program wrote it"))
    return [Claim(one["kind"], one["ask"], one["answer"]) for one in said]


def _is_claim(one: object) -> bool:
    return (
        isinstance(one, dict) and one.keys() == {"kind", "ask", "answer"} and one["kind"] in KINDS and isinstance(one["ask"], dict)
        and isinstance(one["answer"], list) and all(isinstance(row, dict) for row in one["answer"])
    )  # fmt: skip


def batches(archive: Archive, said: Sealed) -> list[Batch]:
    """The notes of every batch of the node, each sealed, signed and following the one before.

    Raises:
        NoBundle: one of them is not.
    """
    lines = archive.read(NOTES).splitlines()
    found = [_batch(line, number) for number, line in enumerate(lines, start=1)]
    try:
        check_chain(found, said.node, public_key(said.key))
    except StoreDamaged as error:
        raise broken(NOTES, Text(f"{error.where}：{error.what.zh}", f"{error.where}: {error.what.en}")) from error
    return found


def _batch(line: bytes, number: int) -> Batch:
    try:
        batch = Batch.from_json(line.decode())
        right = batch.to_json().encode() == line and batch.fits_its_seal
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise broken(NOTES, Text(f"第 {number} 批的记录无法读取", f"the note of batch {number} cannot be read")) from error
    if not right:
        raise broken(NOTES, Text(f"第 {number} 批与其封印不符", f"batch {number} does not match its seal"))
    return batch


def thawed(archive: Archive, said: Sealed, notes: Sequence[Batch], home: Path) -> World:
    """A node whose packs and facts are those of a bundle, in an empty folder.

    Raises:
        NoBundle: a segment is not what was sealed, or one that is needed is not there.
    """
    from zhizao.pack.load import load

    place = Home(home)
    place.identity.write_text(json.dumps({"id": said.node, "schema": SCHEMA}), "utf-8")
    _unpack_facts(archive, notes, place)
    library = load(folders := _unpack_packs(archive, home))
    kept = [b for b in notes if not b.segment or f"{FACTS}/{b.record}/{b.segment}" in archive.parts]
    at = _instant(said.at)
    store = FrozenStore(home, kept, at)
    return World(Node(home, tuple(folders), library, store), store, at)


def require_complete(archive: Archive, world: World, claimed: Sequence[Claim], notes: Sequence[Batch]) -> None:
    """Refuse a bundle that leaves out facts its claims rest on: the notes say which there are.

    Raises:
        NoBundle: names the first that is missing.
    """
    for record in sorted(frozenset().union(*(_needed(world.node.library, claim) for claim in claimed))):
        for batch in held(notes, record):
            name = f"{FACTS}/{record}/{batch.segment}"
            if name not in archive.parts:
                raise broken(name, Text("主张所依据的事实缺失", "facts that the claims rest on are missing"))


def _needed(library: Library, claim: Claim) -> frozenset[str]:
    """The record types a claim needs; none where it cannot be asked here, which is told when it is computed."""
    try:
        return records(library, [claim])
    except (ZhizaoError, KeyError, TypeError):
        return frozenset()


def require_known(archive: Archive) -> None:
    """Refuse a bundle with parts that have no place in one.

    Raises:
        NoBundle: names the first.
    """
    for name in archive.parts:
        if name not in (CLAIMS, NOTES) and not _PACK.fullmatch(name) and not _SEGMENT.fullmatch(name):
            raise broken(name, Text("数据包中没有这样的部分", "a bundle has no such part"))


def _unpack_facts(archive: Archive, notes: Sequence[Batch], home: Home) -> None:
    by_name = {f"{FACTS}/{b.record}/{b.segment}": b for b in notes if b.segment}
    rows = 0
    for name in archive.below(FACTS):
        batch = by_name.get(name)
        if batch is None:
            raise broken(name, Text("没有任何一批写下这个数据段", "no batch stored such a segment"))
        file = home.path / name
        archive.unpack(name, file)
        if merkle_root(file) != batch.root:
            raise broken(name, Text("数据段与封印不符", "the segment does not match its seal"))
        rows += _rows(file, name, batch)
        if rows > MOST_ROWS:
            raise broken(name, Text("行数过多", "there are too many rows"))


def _rows(file: Path, name: str, batch: Batch) -> int:
    """How many rows a segment has; one that would swell beyond reason is refused."""
    rows, size = segment.weighed(file)
    if rows != batch.stored:
        raise broken(name, Text("行数与封印不符", "the number of rows does not match the seal"))
    if size > max(SMALL, SWELLING * file.stat().st_size):
        raise broken(name, Text("数据段解开后过大", "the segment would become too large"))
    return rows


def _unpack_packs(archive: Archive, home: Path) -> list[Path]:
    """The folders of the packs, in the order in which they were loaded."""
    names = archive.below(PACKS)
    for name in names:
        archive.unpack(name, home / name)
    return [home / folder for folder in dict.fromkeys("/".join(name.split("/")[:3]) for name in names)]


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise broken("manifest.json", Text("清单中的时间无效", "the time in the manifest is none")) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _json(content: bytes, part: str) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise broken(part, Text("无法读取", "it cannot be read")) from error
