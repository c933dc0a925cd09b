"""Files that no reader looks at: most often a slip in a name, and then content is silently missing."""

from __future__ import annotations

from pathlib import Path

from zhizao.model.finding import Place
from zhizao.model.library import Library
from zhizao.model.text import Text
from zhizao.pack.fingerprint import files
from zhizao.pack.found import Found, did_you_mean

FILES = ("pack.yaml", "quantities.yaml", "targets.csv", "series.yaml", "plan.yaml", "data.yaml", "reconciliations.yaml", "rounding.yaml", "context.yaml", "names.yaml")
FOLDERS = ("hierarchies", "records", "indicators", "derivations", "data", "rules", "remedies", "problems", "views")


def stray_files(library: Library, found: Found) -> None:
    """Tell YAML and CSV files that lie where nothing reads them."""
    for pack in library.packs.values():
        folder = Path(pack.folder)
        for path in files(folder):
            top, *below = path.relative_to(folder).parts
            known = FOLDERS if below else FILES
            if path.suffix in (".yaml", ".yml", ".csv") and (top not in known or (path.suffix == ".yml" and top != "data")):
                name = f"{top}/" if below else top
                message = Text(f"{name} 不会被读取", f"nothing reads {name}")
                found.doubtful("stray_file", Place(str(path), 1), message, did_you_mean(path.with_suffix(".yaml").name if top in FOLDERS else top, known))
