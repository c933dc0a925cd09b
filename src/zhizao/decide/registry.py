"""The solvers in use: the built-in ones and any a third-party package brings under the entry-point group."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from zhizao.decide.contract import Solver

GROUP = "zhizao.solvers"

_HERE = "zhizao.decide.solvers"
BUILT_IN = tuple(EntryPoint(name, f"{_HERE}.{name}:SOLVER", GROUP) for name in ("remedies", "cascade", "set_point"))
"""The same door a stranger uses, open also where the package runs from its source folder."""


@cache
def solvers() -> Mapping[str, Solver]:
    """Every solver by name, built-in ones first; one that cannot be loaded is left out with a warning of the program, not silently."""
    found: dict[str, Solver] = {}
    for entry in (*BUILT_IN, *entry_points(group=GROUP)):
        if entry.name in found:
            continue
        try:
            found[entry.name] = entry.load()
        except Exception as error:  # noqa: BLE001 - a stranger's broken solver must not stop the others
            warnings.warn(f"solver {entry.name} ({entry.value}) cannot be loaded: {error}", stacklevel=2)
    return found
