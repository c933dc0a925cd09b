"""Answers kept by what they depend on, found again without importing anything heavy.

An answer depends on the program, the packs in use, the facts stored, and the question. All four are cheap to ask: the packs' files are
hashed, the store keeps the seal of its last batch in one small file.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from shutil import rmtree
from typing import TypeVar, cast

from zhizao.node import cache
from zhizao.node.assemble import Node, folders_of, open_store

Answer = TypeVar("Answer")

FOLDER = "cache/answers"


def answer(home: Path, question: tuple[object, ...], compute: Callable[[Node], Answer], open_node: Callable[[], Node]) -> Answer:
    """The answer to a question, kept from an earlier time or computed now.

    Args:
        question: the command and everything it was asked with, times included; a partial day stands for a clock.
        compute: works the answer out from an opened node; must depend on the node and the question only.
    """
    kept = cache.load(home / FOLDER, _name(home, question)) if (home / FOLDER).is_dir() else None
    if kept is not None:
        return cast(Answer, kept)
    node = open_node()
    # Opening may have stored the facts that packs ship, so the answer's name is asked for now, and once more afterwards:
    # where another process stored facts meanwhile, nobody can say which of them the answer has seen.
    name = _name(home, question)
    found = compute(node)
    if _name(home, question) == name:
        cache.save(home / FOLDER, name, found)
        if _name(home, question) != name:  # whoever forgot something meanwhile may have dropped the answers before this one came
            drop_answers(home)
    return found


def drop_answers(home: Path) -> None:
    """Remove every kept answer."""
    rmtree(home / FOLDER, ignore_errors=True)


def _name(home: Path, question: tuple[object, ...]) -> str:
    from zhizao.pack.fingerprint import fingerprint

    return cache.key(cache.program(), fingerprint(folders_of(home)), open_store(home).fingerprint(), *question)
