"""Reading a file of a pack: a plain file of bounded size, or the reason why not; never a wait, never the whole of memory."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from zhizao.model.text import Text

MAX_BYTES = 64 * 2**20
"""No file of content is larger; facts in bulk are imported, not shipped."""

_WHY = {
    errno.ENOENT: Text("没有这个文件", "there is no such file"),
    errno.EISDIR: Text("是文件夹，不是文件", "it is a folder"),
    errno.EACCES: Text("没有读取权限", "it may not be read"),
    errno.ELOOP: Text("符号链接成环", "its link leads in a circle"),
    errno.EFBIG: Text(f"大于 {MAX_BYTES >> 20} MB", f"it is larger than {MAX_BYTES >> 20} MB"),
    errno.EINVAL: Text("不是普通文件", "it is no plain file"),
}


def read_bytes(path: Path) -> bytes:
    """What a file holds.

    Raises:
        OSError: it cannot be read, is a pipe or a device, or is too large.
    """
    found = os.stat(path)
    if not stat.S_ISREG(found.st_mode):  # a pipe or a device could be read for ever
        raise OSError(errno.EISDIR if stat.S_ISDIR(found.st_mode) else errno.EINVAL, "not a plain file")
    if found.st_size > MAX_BYTES:
        raise OSError(errno.EFBIG, "too large")
    return path.read_bytes()


def is_there(path: Path) -> bool:
    """Whether a name stands in its folder, even if it is a link that leads nowhere."""
    return os.path.lexists(path)


def why(error: OSError) -> Text:
    """Why a file could not be read."""
    words = str(error.strerror or error)
    return _WHY.get(error.errno or 0, Text(words, words))
