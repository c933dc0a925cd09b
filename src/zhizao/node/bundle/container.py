"""The form of a bundle: a head, its signature, and the parts one after the other. One content has one form, and no byte lies outside its hashes.

::

    zhizao bundle 1⏎ | length of the head, 8 bytes | head, canonical JSON | signature, 64 bytes | part | part | …

The head lists every part with its size and SHA-256, in the order of their names; the node signs the hash of all before the signature.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from zhizao.errors import InputError, StoreDamaged
from zhizao.model.text import Text

MAGIC = b"zhizao bundle 1\n"
LENGTH, SIGNATURE, CHUNK = 8, 64, 1 << 20
MOST_HEAD = 256 << 20
"""Bytes of a head: far more than any real one, and little enough to read."""


@dataclass(frozen=True, slots=True)
class Part:
    """A file of a bundle."""

    name: str
    size: int
    sha256: str


def canonical(said: Any) -> bytes:
    """The one way to write data.

    Example:
        >>> canonical({"b": 1, "a": ["江苏"]}).decode()
        '{"a":["江苏"],"b":1}'
    """
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def write(out: IO[bytes], said: Mapping[str, Any], files: Mapping[str, Path], sign: Callable[[str], str]) -> None:
    """Write a bundle of files, by name; ``said`` is the rest of its head, ``sign`` signs a hash."""
    parts = [Part(name, files[name].stat().st_size, _sha256(files[name])) for name in sorted(files)]
    head = canonical({**said, "parts": [[p.name, p.size, p.sha256] for p in parts]})
    begin = MAGIC + len(head).to_bytes(LENGTH, "big") + head
    out.write(begin + bytes.fromhex(sign(hashlib.sha256(begin).hexdigest())))
    for part in parts:
        with files[part.name].open("rb") as content:
            while piece := content.read(CHUNK):
                out.write(piece)


def unpack(file: Path, to: Path) -> dict[str, Any]:
    """The head of a bundle whose every byte was checked; its parts lie in a folder then.

    Raises:
        InputError: it is no bundle.
        StoreDamaged: something in it is not what was signed; says which part.
    """
    try:
        with file.open("rb") as content:
            said, parts = _head(file, content)
            for part in parts:
                _copy(file, content, part, to)
            if content.read(1):
                raise _damaged(file, Text("末尾之后还有内容", "something follows its end"))
    except OSError as error:
        from zhizao.node.refused import refused

        raise refused(error, str(file)) from error
    return said


def _head(file: Path, content: IO[bytes]) -> tuple[dict[str, Any], list[Part]]:
    if content.read(len(MAGIC)) != MAGIC:
        cure = Text("请用 zhizao bundle 写成的文件", "use a file that zhizao bundle wrote")
        raise InputError(Text("不是证据包", "this is no bundle"), where=str(file), cure=cure)
    length = content.read(LENGTH)
    size = int.from_bytes(length, "big")
    head = content.read(size) if len(length) == LENGTH and size <= MOST_HEAD else b""
    signature = content.read(SIGNATURE)
    if len(head) != size or len(signature) != SIGNATURE:
        raise _damaged(file, Text("包头不完整", "its head is not whole"))
    said = _read(file, head)
    _require_signed(file, said["key"], MAGIC + length + head, signature)
    return said, _parts(file, said.pop("parts"))


def _read(file: Path, head: bytes) -> dict[str, Any]:
    """What the head says; it was signed, so that only its form remains to be seen."""
    try:
        said = json.loads(head)
        if isinstance(said, dict) and isinstance(said.get("key"), str) and isinstance(said.get("parts"), list) and canonical(said) == head:
            return said
    except (ValueError, RecursionError):
        pass
    raise _damaged(file, Text("包头不是规范写法", "its head is not written canonically"))


def _require_signed(file: Path, key: str, begin: bytes, signature: bytes) -> None:
    from zhizao.store.seal import is_signed, public_key

    try:
        signer = public_key(key.encode())
    except ValueError as error:
        raise _damaged(file, Text("包头中的公钥无效", "the public key in its head is none")) from error
    if not is_signed(signer, hashlib.sha256(begin).hexdigest(), signature.hex()):
        raise _damaged(file, Text("包头与签名不符", "its head does not fit its signature"))


def _parts(file: Path, listed: Sequence[Any]) -> list[Part]:
    """The parts, each named as a file inside one folder can be, in the order of their names, none twice."""
    parts = [Part(*one) for one in listed if _is_part(one)]
    names = [part.name for part in parts]
    if len(parts) != len(listed) or names != sorted(set(names)):
        raise _damaged(file, Text("包头列出的内容不合规", "the parts that its head lists cannot be"))
    return parts


def _is_part(one: Any) -> bool:
    if not (isinstance(one, list) and [type(x) for x in one] == [str, int, str] and one[1] >= 0):
        return False
    path = PurePosixPath(one[0])
    return path.as_posix() == one[0] and not path.is_absolute() and ".." not in path.parts and one[0] != "." and "\\" not in one[0] and "\0" not in one[0]


def _copy(file: Path, content: IO[bytes], part: Part, to: Path) -> None:
    target, sum_, left = to / part.name, hashlib.sha256(), part.size
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as out:
        while left and (piece := content.read(min(CHUNK, left))):
            sum_.update(piece)
            out.write(piece)
            left -= len(piece)
    if left:
        raise _damaged(file, Text(f"在 {part.name} 处被截断", f"it is cut off in {part.name}"))
    if sum_.hexdigest() != part.sha256:
        raise _damaged(file, Text(f"{part.name} 与其散列不符", f"{part.name} does not fit its hash"))


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _damaged(file: Path, what: Text) -> StoreDamaged:
    cure = Text("请向出具方重新索取", "ask whoever made it for another copy")
    return StoreDamaged(Text(f"证据包被改动：{what.zh}", f"the bundle was changed: {what.en}"), where=str(file), cure=cure)
