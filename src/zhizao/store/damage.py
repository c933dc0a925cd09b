"""What is said of stored things that can no longer be relied on, and the small files of a home in which that may be found."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from zhizao.errors import StoreDamaged
from zhizao.model.text import Text


def damaged(where: str | Path, what: Text) -> StoreDamaged:
    """The error that names what does not fit; a store is never repaired by guessing."""
    return StoreDamaged(what, where=os.fspath(where), cure=Text("请从备份恢复整个 home 目录", "restore the whole home folder from a backup"))


def read_note(path: Path, **parts: type) -> dict[str, Any] | None:
    """What a small JSON file says, with the parts it must have; None where there is no such file.

    Raises:
        StoreDamaged: it says something else.
    """
    try:
        said = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise damaged(path, Text("文件内容已损坏", "the file is damaged")) from error
    if not isinstance(said, dict) or any(type(said.get(name)) is not kind for name, kind in parts.items()):
        raise damaged(path, Text("文件内容已损坏", "the file is damaged"))
    return said
