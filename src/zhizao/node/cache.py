"""Results kept in the home so that they need not be computed twice; a damaged or foreign one is as good as none.

A home may come from another person. Reading a pickle can run code, so only our nouns and plain values are read back.
"""

from __future__ import annotations

import hashlib
import io
import os
import pickle
from pathlib import Path
from types import MappingProxyType
from typing import Any

from zhizao import __version__

KEPT = 64
"""Files a cache folder holds at most; the longest unused go first."""

_PLAIN = {
    ("decimal", "Decimal"), ("datetime", "date"), ("datetime", "datetime"), ("datetime", "timezone"), ("datetime", "timedelta"),
    ("pathlib", "PosixPath"), ("pathlib", "WindowsPath"), ("zhizao.node.cache", "read_only"), ("builtins", "frozenset"), ("builtins", "set"),
}  # fmt: skip


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if module.startswith("zhizao.model.") or (module, name) in _PLAIN:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} has no place in a cache")


class _Writer(pickle.Pickler):
    def reducer_override(self, value: Any) -> Any:
        """A read-only mapping is written as the dict it shows; all else as usual."""
        return (read_only, (dict(value),)) if isinstance(value, MappingProxyType) else NotImplemented


def read_only(content: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    """A mapping nobody can change."""
    return MappingProxyType(content)


def key(*parts: object) -> str:
    """The name under which the result of these inputs is kept.

    Example:
        >>> key("evaluate", None) == key("evaluate", ""), len(key("x"))
        (False, 32)
    """
    return hashlib.sha256("\0".join(repr(part) for part in parts).encode()).hexdigest()[:32]


def program() -> str:
    """What tells this build of the program from every other: its version, and size and age of its files."""
    root = Path(__file__).parents[1]
    return key(__version__, *((f.relative_to(root).as_posix(), f.stat().st_size, f.stat().st_mtime_ns) for f in sorted(root.rglob("*.py"))))


def load(folder: Path, name: str) -> Any:
    """The kept result, or None where there is none that can be trusted."""
    file = folder / name
    try:
        content = file.read_bytes()
        seal, body = content[:32], content[32:]
        if hashlib.sha256(body).digest() != seal:
            return None
        os.utime(file)
        return _Reader(io.BytesIO(body)).load()
    except Exception:  # whatever a damaged file makes the reader say, the answer is: compute it anew
        return None


def save(folder: Path, name: str, result: object) -> None:
    """Keep a result; where the home cannot be written the cache stays as it is."""
    buffer = io.BytesIO()
    _Writer(buffer, protocol=5).dump(result)
    body = buffer.getvalue()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f".{name}.{os.getpid()}"
        draft.write_bytes(hashlib.sha256(body).digest() + body)
        draft.replace(folder / name)
        _prune(folder)
    except OSError:
        return


def _prune(folder: Path) -> None:
    files = sorted(folder.iterdir(), key=lambda f: f.stat().st_mtime, reverse=True)
    for old in files[KEPT:]:
        old.unlink(missing_ok=True)
