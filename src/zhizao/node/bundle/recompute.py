"""``verify BUNDLE``: whether a bundle is what its node sealed, and whether every figure in it comes out the same here."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from zhizao.errors import InputError, ZhizaoError
from zhizao.model.bundle import Checked, Claim, Difference, Fault, Row, Sealed, Signer, Verification
from zhizao.model.text import Text
from zhizao.node.bundle import thaw
from zhizao.node.bundle.archive import Archive, NoBundle, opened
from zhizao.node.bundle.claims import World, found
from zhizao.node.bundle.freeze import program
from zhizao.store.seal import key_text, public_key

NAMED = ("indicator", "series", "entity", "period", "year", "warning", "action", "proposal", "what", "at", "made_at", "method")
"""The keys of a row that say which figure it is."""


def verify(file: Path, trusted: str = "") -> Verification:
    """Check and recompute a bundle, with nothing but this program.

    Args:
        trusted: the public key of the node whose word is taken, as hexadecimal digits or as a file holds it; '' where none is known.

    Raises:
        InputError: there is no such file, or what is trusted is no key.
    """
    wanted = _trusted(trusted)
    if not file.is_file():
        raise InputError(Text("没有这个文件", "there is no such file"), where=str(file), cure=Text("请核对文件名", "check its name"))
    try:
        with opened(file) as archive, TemporaryDirectory(prefix="zhizao-") as folder:
            return _verified(archive, wanted, Path(folder).resolve())
    except NoBundle as error:
        return Verification("unproven", faults=(error.fault,))
    except ZhizaoError as error:
        return Verification("unproven", faults=(Fault(os.path.basename(error.where) or "facts", error.what),))


def _trusted(text: str) -> str:
    if not text:
        return ""
    try:
        return key_text(public_key(Path(text).read_text("utf-8") if Path(text).is_file() else text))
    except (ValueError, OSError) as error:
        cure = Text("写 64 位十六进制数，或节点的 keys/node.pub 文件", "give 64 hexadecimal digits, or the file keys/node.pub of the node")
        raise InputError(Text("不是节点的公钥", "this is no public key of a node"), where="--key", cure=cure) from error


def _verified(archive: Archive, trusted: str, home: Path) -> Verification:
    said = thaw.sealed(archive)
    by: Signer = "unproven" if not trusted else "proven" if trusted == said.key else "another"
    if by == "another":  # nothing of a stranger's bundle is opened by whom it is to be proven to
        return Verification(by, said)
    thaw.require_known(archive)
    claimed, notes = thaw.claims(archive), thaw.batches(archive, said)
    world = thaw.thawed(archive, said, notes, home)
    thaw.require_complete(archive, world, claimed, notes)
    checked = tuple(_checked(world, claim) for claim in claimed)
    return Verification(by, said, (), checked, _other_versions(said), sum(b.stored for b in world.store.batches if b.segment))


def _other_versions(said: Sealed) -> tuple[tuple[str, str, str], ...]:
    here = program()
    return tuple((name, there, here.get(name, "")) for name, there in said.program.items() if here.get(name, "") != there)


def _checked(world: World, claim: Claim) -> Checked:
    try:
        again = found(world, claim)
    except ZhizaoError as error:
        return Checked(claim, len(claim.answer), why=error.what)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        what = Text(f"所问的内容在此无法计算（{error}）", f"what is asked cannot be computed here ({error})")
        return Checked(claim, len(claim.answer), why=what)
    return Checked(claim, len(claim.answer), tuple(differences(claim.answer, again)))


def differences(claimed: Sequence[Row], again: Sequence[Row]) -> Iterator[Difference]:
    """Where two answers differ, row by row and key by key.

    Example:
        >>> a = {"entity": "region:32", "period": "2020", "value": "1.5", "coverage": {"count": "1"}}
        >>> [(d.figure, d.what, d.claimed, d.found) for d in differences([a], [a | {"value": "1.6"}])]
        [('region:32 2020', 'value', '1.5', '1.6')]
        >>> [d.what for d in differences([a], [])]
        ['missing']
    """
    left, right = _by_name(claimed), _by_name(again)
    for name in dict.fromkeys([*left, *right]):
        if name not in right:
            yield Difference(name, "missing", "", "")
        elif name not in left:
            yield Difference(name, "not claimed", "", "")
        else:
            yield from (
                Difference(name, key, _shown(left[name].get(key)), _shown(right[name].get(key)))
                for key in dict.fromkeys([*left[name], *right[name]])
                if left[name].get(key) != right[name].get(key)
            )


def _by_name(rows: Sequence[Row]) -> Mapping[str, Row]:
    found: dict[str, Row] = {}
    for row in rows:
        name = " ".join(str(row[key]) for key in NAMED if row.get(key) not in (None, ""))
        found[name if name not in found else f"{name} #{len(found)}"] = row
    return found


def _shown(value: Any) -> str:
    return "–" if value is None else str(value)
