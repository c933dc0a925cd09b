"""Runs the tests of rules: the facts of each case go into a real store of their own, and the rule is judged over them as a node would."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from zhizao.checks.cases import fill
from zhizao.checks.packs import Outcome
from zhizao.errors import ZhizaoError
from zhizao.model.library import Library
from zhizao.model.period import moment
from zhizao.model.rule import Rule
from zhizao.model.text import Text
from zhizao.model.warning import Event
from zhizao.node.loop.watching import judged
from zhizao.pack.content import read_content
from zhizao.pack.found import Found
from zhizao.pack.rules import RuleCaseShape, RuleDrillShape, SpokenShape
from zhizao.pack.shaped import shaped
from zhizao.store.contract import Store

OpenStore = Callable[[Path], Store]


@dataclass(frozen=True, slots=True)
class _Facts:
    """The facts of a case in a store of their own, where every entity has its name."""

    shape: RuleCaseShape

    def named(self, entity: str) -> str:
        return entity


def run(library: Library, folders: Sequence[Path], open_store: OpenStore) -> Iterator[Outcome]:
    """Run the test of every rule that lies in one of the folders."""
    for rule in library.rules.values():
        if any(Path(rule.place.file).resolve().is_relative_to(folder.resolve()) for folder in folders):
            yield from _of_rule(library, rule, open_store)


def _of_rule(library: Library, rule: Rule, open_store: OpenStore) -> Iterator[Outcome]:
    found = Found()
    content = read_content(Path(rule.place.file).with_suffix(".test.yaml"), found)
    drill: RuleDrillShape | None = shaped(content, RuleDrillShape, found) if content else None
    yield from (Outcome(rule.id, f.code, f.place, f.message) for f in found)
    if content is not None and drill is not None and not found:
        for i, case in enumerate(drill.cases):
            yield Outcome(rule.id, case.name, content.place("cases", i), _difference(library, rule, case, open_store))


def _difference(library: Library, rule: Rule, case: RuleCaseShape, open_store: OpenStore) -> Text | None:
    """How a case fails, None where it passes."""
    try:
        events = _judged(library, rule, case, open_store)
    except (ZhizaoError, ValueError) as error:
        return error.what if isinstance(error, ZhizaoError) else Text(str(error), str(error))
    said = "; ".join(f"{e.what} {e.entity} {e.about} {e.severity or ''}".strip() for e in events) or "–"
    if case.silent and events:
        return Text(f"应当沉默，却说：{said}", f"it should stay silent, and says: {said}")
    for wanted in case.expect:
        if not any(_fits(e, wanted) for e in events):
            asked = " ".join(filter(None, (wanted.what, wanted.of, wanted.about, wanted.severity)))
            return Text(f"应当说：{asked}；却说：{said}", f"it should say: {asked}; it says: {said}")
    return None


def _judged(library: Library, rule: Rule, case: RuleCaseShape, open_store: OpenStore) -> tuple[Event, ...]:
    """What the rule says of a case's facts.

    Raises:
        ZhizaoError: a fact was refused, or the rule cannot be judged.
    """
    with TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        refused = fill(library, store, [_Facts(case)])
        if refused:
            raise ZhizaoError(refused)
        with store.session() as session:
            looked = judged(library, session, moment(case.at or "9998"), [rule])
    for trouble in looked.troubles.values():
        raise ZhizaoError(trouble)
    return looked.events


def _fits(event: Event, wanted: SpokenShape) -> bool:
    asked = ((wanted.of, event.entity), (wanted.what, event.what), (wanted.about, event.about), (wanted.severity, event.severity), (wanted.subject, event.subject))
    return all(not want or want == got for want, got in asked)
