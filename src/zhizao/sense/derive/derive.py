"""Records of what happened, made from what an entity said."""

from __future__ import annotations

from collections.abc import Iterable

from zhizao.model.derivation import Derivation
from zhizao.model.library import Library
from zhizao.sense.derive.series import Observed, in_series
from zhizao.sense.derive.stretches import stretches
from zhizao.sense.derive.take import taken

Row = dict[str, object]


def derived(rule: Derivation, library: Library, entity: str, observed: Iterable[Observed], until_us: int) -> list[Row]:
    """The records of an entity's stretches that are over, in order of time.

    Args:
        until_us: the newest time of which everything is known; what ended so shortly before that its counters may not have settled waits.
    """
    fields = {f.id: f for f in library.records[rule.record].fields}
    said = in_series(observed, [library.quantities[name] for name in rule.quantities])
    over = [s for s in stretches(rule, said) if s.end + rule.settles_us <= until_us]
    return [{name: taken(take, fields[name], s, said, rule, entity) for name, take in rule.fields} for s in over]

