"""A bundle verified: every byte, the chain of seals, then each figure, computed again with nothing but what is in it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from zhizao import __version__
from zhizao.errors import InputError, ZhizaoError
from zhizao.model.bundle import Claim, Recomputed, Verified
from zhizao.model.text import Text
from zhizao.node.assemble import Node, at, open_store
from zhizao.node.bundle import container
from zhizao.node.bundle.claims import answered, figures, said
from zhizao.node.bundle.freeze import FORM
from zhizao.store import frozen
from zhizao.store.seal import public_key


def verify(file: Path, key: Path | None = None) -> Verified:
    """What a bundle proves to be.

    Args:
        key: the public key one trusts; without one a bundle is at best consistent in itself.

    Raises:
        InputError: it is no bundle, the key is none, or a newer program is needed.
        StoreDamaged: it was changed; says where.
    """
    trusted = _trusted(key) if key else None
    with TemporaryDirectory(prefix="zhizao-verify-") as folder:
        here = Path(folder)
        head = container.unpack(file, here)
        if head.get("form") != FORM:
            cure = Text("请用较新的程序复算", "recompute it with a newer program")
            raise InputError(Text("证据包由较新的程序写成", "a newer program made this bundle"), where=str(file), cure=cure)
        signer = head["key"].encode()
        if (here / "home" / frozen.KEY).read_bytes() != signer:
            raise InputError(Text("签名者与数据的节点不是同一个", "who signed it is not the node that stored its facts"), where=str(file))
        batches, segments = frozen.check(here / "home", public_key(signer), head["records"])
        found = tuple(_recomputed(_node(here, head), head))
        return Verified(head["made_at"], head["code"], _fingerprint(signer), trusted == signer, batches, segments, found, __version__)


def _node(here: Path, head: Mapping[str, Any]) -> Node:
    from zhizao.pack.load import load

    folders = tuple(here / pack for pack in head["packs"])
    return Node(here / "home", folders, load(folders), open_store(here / "home"))


def _recomputed(node: Node, head: Mapping[str, Any]) -> Iterator[Recomputed]:
    with at(datetime.fromisoformat(head["made_at"])):
        for one in head["claims"]:
            yield from _again(node, Claim(one["kind"], one["question"], one["answer"]))


def _again(node: Node, claim: Claim) -> Iterator[Recomputed]:
    """Every figure of a claim beside the one that came out now."""
    try:
        found = figures(answered(node, (claim.kind, claim.question)))
    except ZhizaoError as error:
        yield from (Recomputed(name, "failed", said(figure), error.line("en")) for name, figure in figures(claim).items())
        return
    claimed = figures(claim)
    for name in {**claimed, **found}:
        one, other = claimed.get(name), found.get(name)
        yield Recomputed(name, "equal" if one == other else "differs", said(one or {}), _difference(one or {}, other or {}))


def _difference(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """What came out, and where it differs although the figure is the same."""
    apart = [key for key in sorted(one.keys() | other.keys()) if one.get(key) != other.get(key)]
    return said(other) + (f" ({', '.join(apart)})" if apart else "")


def _trusted(key: Path) -> bytes:
    try:
        pem = key.read_bytes()
        public_key(pem)
    except OSError as error:
        from zhizao.node.refused import refused

        raise refused(error, str(key)) from error
    except ValueError as error:
        cure = Text("节点的公钥在其数据目录的 keys/node.pub", "the public key of a node is keys/node.pub in its home")
        raise InputError(Text("不是公钥", "it is no public key"), where=f"--key {key}", cure=cure) from error
    return pem


def _fingerprint(pem: bytes) -> str:
    return hashlib.sha256(pem).hexdigest()[:16]
