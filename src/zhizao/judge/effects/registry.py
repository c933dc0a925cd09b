"""The methods in use: the built-in ones and any a third-party package brings under the entry-point group."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from zhizao.judge.effects.contract import Method

GROUP = "zhizao.effects"

_HERE = "zhizao.judge.effects"
_PLACES = {"difference_in_differences": "difference", "permutation": "permutation", "synthetic_control": "synthetic", "before_after": "before_after"}
BUILT_IN = tuple(EntryPoint(name, f"{_HERE}.{place}:{name}", GROUP) for name, place in _PLACES.items())
"""The same door a stranger uses, open also where the package runs from its source folder."""


@cache
def methods() -> Mapping[str, Method]:
    """Every method by name, built-in ones first; one that cannot be loaded is left out with a warning of the program."""
    found: dict[str, Method] = {}
    for entry in (*BUILT_IN, *entry_points(group=GROUP)):
        if entry.name in found:
            continue
        try:
            found[entry.name] = entry.load()
        except Exception as error:  # noqa: BLE001 - a stranger's broken method must not stop the others
            warnings.warn(f"method {entry.name} ({entry.value}) cannot be loaded: {error}", stacklevel=2)
    return found
