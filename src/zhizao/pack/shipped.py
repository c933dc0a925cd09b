"""Where the packs lie that come with the program, or with another installed package."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

GROUP = "zhizao.packs"
"""Entry points of this group name a function that gives pack folders; ours is one of them."""


def folders() -> list[Path]:
    """The packs of this program: inside the installed package, or beside the sources of a checkout; kernel first."""
    package = Path(__file__).resolve().parents[1]
    home = next((h for h in (package / "packs", package.parents[1] / "packs") if h.is_dir()), None)
    found = sorted(p.parent for p in home.glob("*/pack.yaml")) if home else []
    return sorted(found, key=lambda folder: folder.name != "kernel")


def builtin_folders() -> list[Path]:
    """The packs of this program and of every installed package that offers some, each once."""
    from importlib.metadata import entry_points

    found = folders()
    for point in entry_points(group=GROUP):
        if point.value != f"{__name__}:folders":
            found.extend(_offered(point.load))
    return list(dict.fromkeys(found))


def _offered(load: object) -> Iterable[Path]:
    # A broken package must not keep the program from starting with the packs it has.
    try:
        return [Path(folder) for folder in load()()]  # type: ignore[operator]
    except Exception:
        return []
