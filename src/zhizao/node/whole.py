"""Files for others, written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from zhizao.errors import InputError
from zhizao.model.text import Text
from zhizao.node.refused import refused


def write_whole(file: Path, write: Callable[[Path], None]) -> None:
    """Let ``write`` fill a draft beside the file and put it in its place; what stood there stays where writing fails.

    Raises:
        InputError: the file cannot be written there.
        ProgramError: the disk is full.
    """
    require_place(file)
    target = file.resolve()
    # A pipe or a device is written as it is; so is a file in a folder that takes no other.
    in_place = (target.exists() and not target.is_file()) or not os.access(target.parent, os.W_OK)
    draft = target if in_place else target.with_name(f".{target.name}.{os.getpid()}")
    try:
        write(draft)
        if draft != target:
            draft.replace(target)
    except OSError as error:
        raise refused(error, str(file)) from error
    finally:
        if draft != target:
            draft.unlink(missing_ok=True)


def require_place(file: Path) -> None:
    """Refuse a name under which no file can lie, before any work is done for it.

    Raises:
        InputError: it is a folder, or its folder does not exist.
    """
    if file.is_dir():
        cure = Text("请写文件名", "name a file")
        raise InputError(Text("这是文件夹，不是文件", "it is a folder, not a file"), where=str(file), cure=cure)
    if not file.parent.is_dir():
        cure = Text(f"请先建立文件夹 {file.parent}，或换一个位置", f"make the folder {file.parent} first, or name another place")
        raise InputError(Text("文件夹不存在", "its folder does not exist"), where=str(file), cure=cure)
