"""The pack a new home starts with: small, complete, green."""

from __future__ import annotations

import shutil
from pathlib import Path

from zhizao.errors import InputError
from zhizao.model.text import Text
from zhizao.node.refused import refused

NAME = "my_pack"
_TEMPLATE = Path(__file__).with_name("example_pack")


def write(folder: Path) -> Path:
    """Copy the example pack into a folder; where it now lies.

    Raises:
        InputError: there is one already, or the folder cannot be written.
        ProgramError: the disk is full.
    """
    pack = folder / NAME
    if pack.exists():
        cure = Text("换一个文件夹，或先移走它", "name another folder, or move it away first")
        raise InputError(Text("这里已有一个内容包", "there is a pack here already"), where=str(pack), cure=cure)
    try:
        shutil.copytree(_TEMPLATE, pack, ignore=shutil.ignore_patterns("__pycache__"))
    except OSError as error:
        # Half a pack would stand in the way of the next attempt.
        shutil.rmtree(pack, ignore_errors=True)
        raise refused(error, str(folder)) from error
    return pack
