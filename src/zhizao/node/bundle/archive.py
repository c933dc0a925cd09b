"""The file of a bundle: a tar archive of which only one form is allowed, so that every byte of it is said by its manifest or by its signature.

``manifest.json`` comes first, then ``signature``, then the parts in the order of their names. Names, sizes and hashes are in the manifest; times,
owners, rights and padding are fixed. Nothing is packed, so nothing can swell.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from zhizao.model.bundle import Fault
from zhizao.model.text import Text
from zhizao.store.seal import is_signed, key_text, public_key

MANIFEST, SIGNATURE = "manifest.json", "signature"
FORM = "zhizao bundle 1"
"""What a signature is under, before the manifest: no other thing that a node signs begins so."""
BLOCK, CHUNK = 512, 1 << 20
END = bytes(2 * BLOCK)
SIGNATURE_BYTES = 64 + 1 + 128 + 1
"""What is signed, and the signature, each in hexadecimal digits on a line of its own: so that of a manifest and a signature that do not fit the changed one can be named."""
MOST_MANIFEST = 256 << 20
_NAME = re.compile(r"[^\x00-\x1f\x7f/\\]+(/[^\x00-\x1f\x7f/\\]+)*")


class NoBundle(Exception):
    """What was read is no sound bundle; says which part is not, and why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.what.en)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes to be put into a bundle under a name; ``open`` is asked twice, and gives the same both times."""

    name: str
    size: int
    open: Callable[[], IO[bytes]]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bundle that was opened, and where its bytes lie."""

    name: str
    size: int
    sha256: str
    at: int


def canonical(said: Any) -> bytes:
    """The one way in which something is written as JSON.

    Example:
        >>> canonical({"b": 1, "a": "江苏"}).decode()
        '{"a":"江苏","b":1}'
    """
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def seal_of_manifest(manifest: bytes) -> str:
    """What the node signs."""
    return hashlib.sha256(FORM.encode() + b"\n" + manifest).hexdigest()


def header(name: str, size: int) -> bytes:
    """The head of a part.

    Raises:
        ValueError: the name or the size fits no head.
    """
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o644
    return entry.tobuf(tarfile.USTAR_FORMAT, "utf-8", "strict")


def is_name(name: str) -> bool:
    """Whether a part may be called so.

    Example:
        >>> is_name("facts/lot/00000001.parquet"), is_name("../a"), is_name("/a"), is_name("a//b"), is_name("a/./b")
        (True, False, False, False, False)
    """
    return bool(_NAME.fullmatch(name)) and not {".", ".."} & set(name.split("/")) and _fits(name)


def _fits(name: str) -> bool:
    try:
        return len(header(name, 0)) == BLOCK
    except (ValueError, UnicodeError):
        return False


# ── writing ─────────────────────────────────────────────────────────────────────────────────────────────────────


def write(draft: Path, said: Mapping[str, Any], contents: Sequence[Content], sign: Callable[[str], str]) -> None:
    """Write a bundle: what is said of it, and its parts."""
    ordered = sorted(contents, key=lambda c: c.name)
    listed = [{"name": c.name, "bytes": c.size, "sha256": _hash_of(c)} for c in ordered]
    manifest = canonical({**said, "form": FORM, "parts": listed})
    seal = seal_of_manifest(manifest)
    signature = f"{seal}\n{sign(seal)}\n".encode()
    with draft.open("wb") as out:
        for name, content in ((MANIFEST, manifest), (SIGNATURE, signature)):
            out.write(header(name, len(content)) + content + _padding(len(content)))
        for part in ordered:
            out.write(header(part.name, part.size))
            with part.open() as content_of:
                for chunk in _chunks(content_of, part.size):
                    out.write(chunk)
            out.write(_padding(part.size))
        out.write(END)
        out.flush()
        os.fsync(out.fileno())


def _hash_of(part: Content) -> str:
    total = hashlib.sha256()
    with part.open() as content:
        for chunk in _chunks(content, part.size):
            total.update(chunk)
    return total.hexdigest()


def _chunks(content: IO[bytes], size: int) -> Iterator[bytes]:
    while size:
        chunk = content.read(min(size, CHUNK))
        if not chunk:
            raise OSError(f"{size} bytes are missing")
        yield chunk
        size -= len(chunk)


def _padding(size: int) -> bytes:
    return bytes(-size % BLOCK)


# ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Archive:
    """A bundle whose every byte is said by its manifest, and that under the key the manifest names; whose key that is, is another question."""

    file: IO[bytes]
    manifest: Mapping[str, Any]
    seal: str
    parts: Mapping[str, Part]

    def read(self, name: str) -> bytes:
        """The bytes of a part.

        Raises:
            NoBundle: there is no such part.
        """
        part = self._part(name)
        self.file.seek(part.at)
        return b"".join(_chunks(self.file, part.size))

    def unpack(self, name: str, to: Path) -> None:
        """Write a part as a file."""
        part = self._part(name)
        to.parent.mkdir(parents=True, exist_ok=True)
        self.file.seek(part.at)
        with to.open("xb") as out:
            for chunk in _chunks(self.file, part.size):
                out.write(chunk)

    def below(self, folder: str) -> list[str]:
        """The names of the parts in a folder."""
        return [name for name in self.parts if name.startswith(f"{folder}/")]

    def _part(self, name: str) -> Part:
        if name not in self.parts:
            raise broken(name, Text("缺少这一部分", "this part is missing"))
        return self.parts[name]


def broken(part: str, what: Text) -> NoBundle:
    """The error that a part is not what it should be."""
    return NoBundle(Fault(part, what))


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Open a bundle, having looked at every byte of it.

    Raises:
        NoBundle: names the part that is not as it should be.
    """
    with path.open("rb") as file:
        yield _checked(file, os.fstat(file.fileno()).st_size)


def _checked(file: IO[bytes], size: int) -> Archive:
    raw, at = _first(file, size)
    said = _manifest(raw)
    _require_signed(said, seal_of_manifest(raw), file, at)
    at += 2 * BLOCK
    parts: dict[str, Part] = {}
    _require_whole(said, at, size)
    for entry in said["parts"]:
        part = Part(entry["name"], entry["bytes"], entry["sha256"], at + BLOCK)
        at = _check_part(file, part, at)
        parts[part.name] = part
    file.seek(at)
    if file.read(len(END) + 1) != END:
        raise broken("end", Text("结尾被改动", "the end was changed"))
    return Archive(file, said, seal_of_manifest(raw), parts)


def _first(file: IO[bytes], size: int) -> tuple[bytes, int]:
    """The manifest's bytes: how many they are, only its own head says."""
    head = file.read(BLOCK)
    length = _length(head, size)
    if length is None or header(MANIFEST, length) != head:
        raise broken(MANIFEST, Text("不是数据包，或清单的头部被改动", "this is no bundle, or the head of its manifest was changed"))
    raw = file.read(length)
    if len(raw) != length or file.read(-length % BLOCK) != _padding(length):
        raise broken(MANIFEST, Text("清单被截短，或其后的填充被改动", "the manifest was cut, or what pads it was changed"))
    return raw, BLOCK + length + len(_padding(length))


def _length(head: bytes, size: int) -> int | None:
    digits = head[124:135]
    if not re.fullmatch(rb"[0-7]{11}", digits):
        return None
    length = int(digits, 8)
    return length if length <= min(size, MOST_MANIFEST) else None


def _manifest(raw: bytes) -> Mapping[str, Any]:
    wrong = broken(MANIFEST, Text("清单被改动", "the manifest was changed"))
    try:
        said = json.loads(raw)
        if canonical(said) != raw:
            raise wrong
    except (ValueError, RecursionError) as error:
        raise wrong from error
    if not isinstance(said, dict) or said.get("form") != FORM or not _is_listing(said.get("parts")):
        raise broken(MANIFEST, Text("清单不是本程序所知的格式", "the manifest has a form this program does not know"))
    return said


def _is_listing(parts: object) -> bool:
    """Whether parts are listed as they must be: each named once, in order, with size and hash."""
    if not isinstance(parts, list) or not all(isinstance(p, dict) and p.keys() == {"name", "bytes", "sha256"} for p in parts):
        return False
    names = [p["name"] for p in parts]
    well = all(isinstance(p["name"], str) and type(p["bytes"]) is int and p["bytes"] >= 0 and isinstance(p["sha256"], str) for p in parts)
    return well and all(is_name(n) and n not in (MANIFEST, SIGNATURE) for n in names) and names == sorted(set(names))


def _require_signed(said: Mapping[str, Any], seal: str, file: IO[bytes], at: int) -> None:
    stated, signature = _signature(file, at)
    try:
        key = public_key(said["key"])
        is_right = key_text(key) == said["key"]
    except (KeyError, ValueError, AttributeError, TypeError) as error:
        raise broken(MANIFEST, Text("清单中的公钥无效", "the key in the manifest is none")) from error
    if is_right and stated == seal and is_signed(key, seal, signature):
        return
    if stated == seal or is_signed(key, seal, signature):
        raise broken(SIGNATURE, Text("签名被改动", "the signature was changed"))
    raise broken(MANIFEST, Text("清单不是所签的那一份", "the manifest is not the one that was signed"))


def _signature(file: IO[bytes], at: int) -> tuple[str, str]:
    """What was signed, and the signature."""
    file.seek(at)
    whole = file.read(2 * BLOCK)
    text = whole[BLOCK : BLOCK + SIGNATURE_BYTES]
    right = whole == header(SIGNATURE, SIGNATURE_BYTES) + text + _padding(SIGNATURE_BYTES)
    if not right or not re.fullmatch(rb"[0-9a-f]{64}\n[0-9a-f]{128}\n", text):
        raise broken(SIGNATURE, Text("签名部分被改动或缺失", "the signature was changed, or is missing"))
    seal, signature = text.decode().split()
    return seal, signature


def _require_whole(said: Mapping[str, Any], at: int, size: int) -> None:
    """The sizes in the manifest say how long the file is, to the byte."""
    wanted = at + sum(BLOCK + p["bytes"] + len(_padding(p["bytes"])) for p in said["parts"]) + len(END)
    if size < wanted:
        raise broken("end", Text(f"文件被截短 {wanted - size} 字节", f"{wanted - size} bytes of the file are missing"))
    if size > wanted:
        raise broken("end", Text(f"文件末尾多出 {size - wanted} 字节", f"{size - wanted} bytes are after the end of the bundle"))


def _check_part(file: IO[bytes], part: Part, at: int) -> int:
    """Look at a part; where the next one begins."""
    file.seek(at)
    if file.read(BLOCK) != header(part.name, part.size):
        raise broken(part.name, Text("这一部分的头部被改动，或次序被换", "the head of this part was changed, or it is not in its place"))
    total = hashlib.sha256()
    for chunk in _chunks(file, part.size):
        total.update(chunk)
    if total.hexdigest() != part.sha256:
        raise broken(part.name, Text("这一部分与清单中的散列不符", "this part is not what the manifest says"))
    padding = _padding(part.size)
    if file.read(len(padding)) != padding:
        raise broken(part.name, Text("其后的填充被改动", "what pads this part was changed"))
    return at + BLOCK + part.size + len(padding)
