"""What the disk refuses, told as what it is: not a fault of the program, but something its owner can mend."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zhizao.errors import InputError
from zhizao.model.text import Text

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
NO_FOLDER = {errno.ENOTDIR, errno.EEXIST, errno.EISDIR}


@contextmanager
def told(home: Path) -> Iterator[None]:
    """Work in a home.

    Raises:
        InputError: the disk is full, or the home may not be used or is no folder. Nothing is half stored.
    """
    try:
        yield
    except OSError as error:
        what, cure = _why(error)
        raise InputError(what, where=str(error.filename or home), cure=cure) from error


def _why(error: OSError) -> tuple[Text, Text]:
    code = _code(error)
    if code in FULL:
        cure = Text("请腾出空间后重做；没有任何内容只存了一半", "free some space and do it again; nothing is half stored")
        return Text("磁盘已满", "the disk is full"), cure
    if code in FORBIDDEN:
        cure = Text("请检查权限，或用 --home 另选目录", "check the rights, or choose another folder with --home")
        return Text("没有读写权限", "it may not be read or written"), cure
    if code in NO_FOLDER:
        return Text("不是目录", "it is not a folder"), Text("请用 --home 另选目录", "choose another folder with --home")
    why = error.strerror or str(error).splitlines()[0]
    return Text(f"无法读写：{why}", f"it cannot be read or written: {why}"), Text("请检查磁盘", "check the disk")


def _code(error: OSError) -> int | None:
    """The number of the system's error; the library that commits gives it in words only."""
    written = re.search(r"os error (\d+)", str(error))
    return int(written[1]) if written and error.errno is None else error.errno
