"""One file delivered to the store as one batch."""

from __future__ import annotations

import hashlib
from pathlib import Path

from zhizao.errors import InputError
from zhizao.model.receipt import Receipt
from zhizao.model.record import RecordType
from zhizao.model.text import Text
from zhizao.store.contract import Source, Store


def deliver(store: Store, record: RecordType, path: Path, *, name: str = "") -> Receipt:
    """Read a file of rows of one type and store what can be stored.

    Raises:
        InputError: there is no such file, or it cannot be read as rows.
    """
    from zhizao.store.files import read

    if not path.is_file():
        cure = Text("请检查路径", "check the path")
        raise InputError(Text("没有这个文件", "there is no such file"), where=str(path), cure=cure)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return store.append(record, read(path), Source(name or str(path), sha256))
