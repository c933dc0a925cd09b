"""Records of what happened, made from what an entity said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from zhizao.model.derivation import Derivation
from zhizao.model.library import Library
from zhizao.sense.derive.series import Observed, in_series
from zhizao.sense.derive.stretches import Stretch, stretches
from zhizao.sense.derive.take import taken

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Course:
    """What came of an entity's words: the stretches that are over and settled with a record each, and since when something is not; microseconds.

    ``waits``: what was decided last has not settled, so that words that decide nothing by themselves may yet tell. ``is_true``: the condition
    that begins a stretch holds at the end.
    """

    over: tuple[Stretch, ...]
    rows: tuple[Row, ...]
    going_on: int | None
    waits: bool
    is_true: bool


def course(rule: Derivation, library: Library, entity: str, observed: Iterable[Observed], until_us: int) -> Course:
    """What came of an entity's words.

    Args:
        until_us: the newest time of which everything is known; what ended so shortly before that its counters may not have settled waits.
    """
    fields = {f.id: f for f in library.records[rule.record].fields}
    said = in_series(observed, [library.quantities[name] for name in rule.quantities])
    ended, open_, is_true = stretches(rule, said)
    over = tuple(s for s in ended if s.end + rule.settles_us <= until_us)
    rows = tuple({name: taken(take, fields[name], s, said, rule, entity) for name, take in rule.fields} for s in over)
    going_on = ended[len(over)].start if len(over) < len(ended) else open_
    decided = max((said[name].times[-1] for name in rule.deciding if said[name].times), default=until_us)
    waits = len(over) < len(ended) or (open_ is not None and decided + rule.settles_us > until_us)
    return Course(over, rows, going_on, waits, is_true)


def derived(rule: Derivation, library: Library, entity: str, observed: Iterable[Observed], until_us: int) -> list[Row]:
    """The records of an entity's stretches that are over, in order of time."""
    return list(course(rule, library, entity, observed, until_us).rows)
