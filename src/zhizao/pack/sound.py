"""What of a library may be used: whatever a file defines that does not fit its shape is taken out, once everything has been checked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from zhizao.model.library import Library

_UNFIT = ("shape", "field_type")
"""Codes of faults after which a definition means something else than its author thinks."""


def only_sound(library: Library) -> Library:
    """The library without the record types, hierarchies, indicators and plans whose files do not fit, and without what stands on them."""
    unfit = {f.place.file for f in library.blocking if f.code in _UNFIT and f.place.file.endswith(".yaml")}
    records = {name: record for name, record in library.records.items() if record.place.file not in unfit}
    packs = {
        name: replace(pack, plan=None) if pack.plan and str(Path(pack.folder) / "plan.yaml") in unfit else pack for name, pack in library.packs.items()
    }
    return replace(
        library,
        packs=packs,
        records=records,
        hierarchies={name: h for name, h in library.hierarchies.items() if h.place.file not in unfit},
        indicators={
            name: i for name, i in library.indicators.items() if i.place.file not in unfit and (not i.is_computed or set(i.records) <= records.keys())
        },
    )
