"""Secrets of sinks: named in a file by an environment variable or another file, read when needed, and never told."""

from __future__ import annotations

import os
from pathlib import Path

from zhizao.act.contract import Destination
from zhizao.errors import InputError
from zhizao.model.text import Text


def secret(destination: Destination, name: str) -> str:
    """The secret of a name: what ``NAME_env`` or ``NAME_file`` leads to.

    Raises:
        InputError: neither leads to one.

    Example:
        >>> os.environ["PRESS_KEY"] = "s3"
        >>> secret(Destination("erp", "webhook+http://h/", {"key_env": "PRESS_KEY"}), "key")
        's3'
    """
    variable, file = (str(destination.options.get(f"{name}_{kind}", "")) for kind in ("env", "file"))
    try:
        found = os.environ.get(variable, "") if variable else Path(file).read_text("utf-8").strip() if file else ""
    except OSError as error:
        raise InputError(Text(f"{name}_file 无法读取", f"{name}_file cannot be read"), where=destination.name) from error
    if not found:
        what = Text(f"没有给出 {name}：未设置环境变量 {variable or '?'}", f"{name} is missing: the environment variable {variable or '?'} is not set")
        raise InputError(what, where=destination.name, cure=Text(f"写 {name}_env 或 {name}_file", f"write {name}_env or {name}_file"))
    return found
