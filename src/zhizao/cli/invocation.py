"""How this program was called, so that a line it prints can be run as it stands."""

from __future__ import annotations

import shutil
from pathlib import Path
from shlex import quote

NAME = "zhizao"


def invocation(called: str, python: str) -> str:
    """The words that begin a line which calls this program again.

    Args:
        called: the first word of the line that started this process.
        python: the interpreter that runs it.

    Example:
        >>> invocation("/nowhere/zhizao/__main__.py", "/usr/bin/python3")
        '/usr/bin/python3 -m zhizao'
    """
    if Path(called).name == "__main__.py" and Path(called).parent.name == NAME:
        return f"{quote(python)} -m {NAME}"
    found = shutil.which(NAME)
    if Path(called).name == NAME and not (found and Path(found).resolve() == Path(shutil.which(called) or called).resolve()):
        return quote(called)
    return NAME
