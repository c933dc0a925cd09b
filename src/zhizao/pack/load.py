"""From folders to a library. Content that is wrong is left out with a finding; the rest loads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from zhizao.model.library import Library
from zhizao.pack.shipped import builtin_folders

__all__ = ["builtin_folders", "load"]


def load(folders: Sequence[Path]) -> Library:
    """Everything the packs in these folders define, with every finding about them, those of the lint included.

    A pack that another one needs and that is not among the folders is taken from the packs that come with the program.

    Example:
        >>> library = load(builtin_folders()[:1])
        >>> "published_figure" in library.records, library.blocking
        (True, ())
    """
    # The readers bring pydantic, lark and pint; a caller that only asks for folders must not pay for them.
    from zhizao.pack.found import Found
    from zhizao.pack.lint.checks import lint_library
    from zhizao.pack.resolve import resolve
    from zhizao.pack.sound import only_sound

    found = Found()
    library = resolve([Path(folder) for folder in folders], found)
    return only_sound(lint_library(library, found))
