"""Seals: what makes a later change of a stored segment, of its order or of its batch visible.

A batch's seal is the hash of all that is said of it, with the Merkle root of its segment and the seal before it; the node signs it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

BLOCK = 64 * 1024
"""Bytes of a leaf: small enough that one block can be proved without the segment."""


def merkle_root(path: Path) -> str:
    """The one hash of a file that also proves each of its 64 KiB blocks.

    Source: RFC 9162, section 2.1.1 (leaf and node hashes have different prefixes); an odd last node climbs as it is.
    """
    with path.open("rb") as file:
        return root_of([_leaf(block) for block in iter(lambda: file.read(BLOCK), b"")])


def root_of(hashes: list[bytes]) -> str:
    """The root over leaf hashes.

    Example:
        >>> root_of([]) == hashlib.sha256(b"").hexdigest()
        True
    """
    if not hashes:
        return hashlib.sha256(b"").hexdigest()
    while len(hashes) > 1:
        pairs = [_node(*hashes[i : i + 2]) for i in range(0, len(hashes) - 1, 2)]
        hashes = pairs + ([hashes[-1]] if len(hashes) % 2 else [])
    return hashes[0].hex()


def _leaf(block: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + block).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def seal_of(said: Mapping[str, object]) -> str:
    """The seal over all that is said of a batch, the seal before it included.

    Example:
        >>> seal_of({"a": 1, "b": 2}) == seal_of({"b": 2, "a": 1})
        True
    """
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def sign(key: Ed25519PrivateKey, seal: str) -> str:
    """The node's signature under a seal."""
    return key.sign(bytes.fromhex(seal)).hex()


def is_signed(key: Ed25519PublicKey, seal: str, signature: str) -> bool:
    """Whether the node of this key signed the seal."""
    from cryptography.exceptions import InvalidSignature

    try:
        key.verify(bytes.fromhex(signature), bytes.fromhex(seal))
    except (InvalidSignature, ValueError):
        return False
    return True


def public_key(pem: bytes) -> Ed25519PublicKey:
    """The key that others check a node's seals with.

    Raises:
        ValueError: it is none.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey as Wanted
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(pem)
    except UnsupportedAlgorithm as error:
        raise ValueError(str(error)) from error
    if not isinstance(key, Wanted):
        raise ValueError("no Ed25519 key")
    return key
