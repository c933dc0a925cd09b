"""Where a home may lie: the table engine reads some characters of a path as others, and would look in another folder."""

from __future__ import annotations

import re
from pathlib import Path

from zhizao.errors import InputError
from zhizao.model.text import Text

MISREAD = re.compile(r"%[0-9A-Fa-f]{2}|\\|[\x00-\x1f\x7f]|[\ud800-\udfff]")
"""An escape of a URI, which is taken for the character it stands for; a backslash, taken for a slash; what no URI and no UTF-8 holds."""


def require_address(home: Path) -> None:
    """Check that every engine finds a home under the path it is given.

    Raises:
        InputError: the path, with its links followed, holds what the table engine misreads.

    Example:
        >>> require_address(Path("100% of 2025 #?*[1]"))
        >>> require_address(Path("my%20plant"))
        Traceback (most recent call last):
        zhizao.errors.InputError: ...
    """
    if found := MISREAD.search(str(home.resolve())):
        what = ascii(found.group())
        raise InputError(
            Text(f"文件夹路径含有 {what}，数据表引擎会误读", f"the folder's path holds {what}, which the table engine misreads"),
            where=ascii(str(home)),
            cure=Text("请用 --home 换一个路径，或给文件夹改名", "choose another path with --home, or rename the folder"),
        )
