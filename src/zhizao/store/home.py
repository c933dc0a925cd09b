"""The folder of an installation: its identity, the key its node signs with, and the lock of its one writer."""

from __future__ import annotations

import fcntl
import json
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from zhizao.errors import StoreBusy
from zhizao.model.text import Text
from zhizao.store.damage import damaged, read_note
from zhizao.store.durable import make_folder, replace
from zhizao.store.kept import Kept
from zhizao.store.migrate import SCHEMA

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

WAIT_S, POLL_S = 120.0, 0.01


@dataclass(frozen=True, slots=True)
class Home:
    """Where everything of one installation lies; nothing is made before the first write."""

    path: Path

    @property
    def identity(self) -> Path:
        """Who this home is, and in which form it is kept."""
        return self.path / "home.json"

    @property
    def facts(self) -> Path:
        """One table a record type."""
        return self.path / "facts"

    @property
    def rejects(self) -> Path:
        """One file a delivery with rejected rows."""
        return self.path / "rejects"

    @property
    def stream(self) -> Path:
        """The log of what machines say, until it lies in segments."""
        return self.path / "stream"

    @property
    def spill(self) -> Path:
        """Where a query puts what does not fit in memory."""
        return self.path / "spill"

    @property
    def kept(self) -> Kept:
        """Results that later sessions may find again."""
        return Kept(self.path / "cache" / "tables")

    @property
    def personal_keys(self) -> Path:
        """The keys of personal values."""
        return self.path / "keys" / "personal" / "entities.keys"

    @property
    def head(self) -> Path:
        """The number and seal of the last batch, kept apart from the tables so that their loss is noticed."""
        return self.path / "head.json"

    @property
    def id(self) -> str:
        """The home's own name; two homes never share a segment ('' before the first write)."""
        said = read_note(self.identity, id=str)
        return str(said["id"]) if said else ""

    def last_batch(self) -> tuple[int, str] | None:
        """Number and seal of the last batch; None before the first one. After a crash it may be one batch behind, never more.

        Raises:
            StoreDamaged: the file says something else.
        """
        said = read_note(self.head, number=int, seal=str)
        return (said["number"], said["seal"]) if said else None

    def note_last(self, number: int, seal: str) -> None:
        """Say which batch is the last; once it is stored."""
        replace(self.head, json.dumps({"number": number, "seal": seal}).encode() + b"\n")

    @contextmanager
    def writing(self, wait_s: float = WAIT_S) -> Iterator[None]:
        """Be the one writer, across all processes; the lock goes with the process that held it.

        Raises:
            StoreBusy: another writer did not finish in time.
            StoreDamaged: facts are stored, but the home has lost its identity.
        """
        make_folder(self.path)
        with self.still(wait_s):
            if not self.identity.is_file():
                self._require_new(self.identity)
                replace(self.identity, json.dumps({"id": uuid.uuid4().hex, "schema": SCHEMA}).encode())
            yield

    @contextmanager
    def still(self, wait_s: float = WAIT_S) -> Iterator[None]:
        """Let nobody write meanwhile.

        Raises:
            StoreBusy: a writer did not finish in time.
        """
        with (self.path / "lock").open("a") as lock:
            _seize(lock.fileno(), self.path, wait_s)
            yield

    def private_key(self) -> Ed25519PrivateKey:
        """The key this node signs with, made at first use and readable by its owner only.

        Raises:
            StoreDamaged: the key is gone, or is none.
        """
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        file = self.path / "keys" / "node.key"
        if not file.is_file():
            self._require_new(file)
            _make_key(file)
        try:
            return cast("Ed25519PrivateKey", load_pem_private_key(file.read_bytes(), None))
        except (ValueError, TypeError) as error:
            raise damaged(file, Text("密钥文件已损坏", "the key is damaged")) from error

    def sign(self, seal: str) -> str:
        """The node's signature under a hash, both as hexadecimal digits."""
        from zhizao.store.seal import sign

        return sign(self.private_key(), seal)

    def public_key(self) -> Ed25519PublicKey:
        """The key its seals are checked with.

        Raises:
            StoreDamaged: what others check them with is another one.
        """
        key, file = self.private_key().public_key(), self.path / "keys" / "node.pub"
        if not file.is_file() or file.read_bytes() != _published(key):
            raise damaged(file, Text("公钥与签名密钥不符", "the public key is not that of the key that signs"))
        return key

    def _require_new(self, file: Path) -> None:
        """What is made once must not be made again beside facts that were stored with the first."""
        if self.head.is_file():
            raise damaged(file, Text("文件缺失", "the file is missing"))


def _make_key(file: Path) -> None:
    """A new pair of keys; the private one last, because it is what tells that both are there."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    made = Ed25519PrivateKey.generate()
    make_folder(file.parent)
    file.parent.chmod(0o700)
    replace(file.with_suffix(".pub"), _published(made.public_key()))
    replace(file, made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), mode=0o600)


def _published(key: Ed25519PublicKey) -> bytes:
    """A public key as others read it."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _seize(lock: int, home: Path, wait_s: float) -> None:
    until = time.monotonic() + wait_s
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > until:
                cure = Text("请等它写完后重试", "wait until it has finished and try again")
                busy = Text(f"另一进程正在写入，已等待 {wait_s:g} 秒", f"another process is writing; waited {wait_s:g} s")
                raise StoreBusy(busy, where=os.fspath(home), cure=cure) from error
            time.sleep(POLL_S)
