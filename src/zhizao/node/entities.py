"""Which entity a person means: by id, with or without its level, by a name or alias, or a cell of several; and whether anything knows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from zhizao.errors import AmbiguousName, InputError, UnknownName, nearest
from zhizao.model.entity import CROSS, Entity, is_entity, level_of
from zhizao.model.library import Library
from zhizao.model.record import RecordType
from zhizao.model.text import Text
from zhizao.model.value import Known
from zhizao.store.contract import Session

KIND = Text("对象", "entity")
FIRST = ("entity", "membership")
"""The record types asked first: there an entity is most often found."""
OFFERED = 500
"""Ids of a record type among which the nearest is looked for."""


def entity(library: Library, session: Session, text: str, known: Known = Known()) -> str:
    """The id of an entity, given as an id, with or without its level, or as a name or alias in either language; of a cell, each of its parts so.

    Raises:
        UnknownName: nothing carries the name; or no pack, no membership and no fact knows the id.
        AmbiguousName: several entities carry the name, or have the id on several levels.
    """
    finder = _Finder(library, session, known)
    parts = text.split(CROSS)
    if len(parts) > 1 and all(part.strip() for part in parts) and not finder.carriers(text):
        return CROSS.join(finder.one(part.strip()) for part in parts)
    return finder.one(text.strip())


@dataclass(frozen=True, slots=True)
class _Finder:
    """Looks through what the packs ship, then through what is stored."""

    library: Library
    session: Session
    known: Known

    def one(self, text: str) -> str:
        """The id of a single entity."""
        if is_entity(text):
            self._require(text)
            return text
        found = self.carriers(text)
        # Where a name is carried the many facts need not be searched; the few that tell what there is are.
        found |= self._coded(text, [r for r in self._records() if r.id in FIRST] if found else self._records())
        if not found:
            raise self._unnamed(text)
        if len(found) > 1:
            raise AmbiguousName(text, found)
        return found.pop()

    def _unnamed(self, text: str) -> InputError:
        """The nearest name is offered; of thousands of names that are not near none helps, so the form of an id is shown."""
        names = {name for e in self._shipped() for name in _names(e)}
        if nearest(text, names):
            return UnknownName(KIND, text, names, where="--of")
        cure = Text("写编号（如 region:32）或已知名称（如 江苏）", "write an id such as region:32, or a name such as Jiangsu")
        return InputError(Text(f"没有名为 {text} 的对象", f"no entity is named {text}"), where="--of", cure=cure)

    def carriers(self, text: str) -> set[str]:
        """The entities that carry a name."""
        return {e.id for e in self._shipped() if _carries(e, text)} | set(self._stored(text))

    def _shipped(self) -> Iterator[Entity]:
        return (e for h in self.library.hierarchies.values() for e, _ in h.members)

    def _stored(self, text: str) -> list[str]:
        """Entities of the home itself that carry a name."""
        record = self.library.records.get("entity")
        if record is None:
            return []
        rows = self.session.relation(record)
        low = text.casefold()
        aliases = ("|" + rows.aliases.fill_null("") + "|").lower()
        carries = (rows.name_zh.lower() == low) | (rows.name_en.lower() == low) | aliases.contains(f"|{low}|")
        return [str(e) for e in self.session.fetch(rows.filter(carries).select("entity")).column("entity").to_pylist()]

    def _coded(self, code: str, records: Iterable[RecordType]) -> set[str]:
        """The entities whose id, without its level, is a text: those the packs ship, and those that facts of some types name."""
        ids = [id_ for level in sorted(self._levels()) if is_entity(id_ := f"{level}:{code}")]
        shipped = {e.id for e in self._shipped()}.intersection(ids)
        return shipped.union(*(self._named_in(record, ids) for record in records)) if ids else shipped

    def _levels(self) -> set[str]:
        return {lv.prefix for _, lv in self.library.levels()} | {r.level for r in self.library.records.values() if r.level}

    def _require(self, id_: str) -> None:
        level, levels = level_of(id_), self._levels()
        if level not in levels:
            raise UnknownName(Text("层级", "level"), level, levels, where="--of")
        if not any(e.id == id_ for e in self._shipped()) and not any(self._named_in(record, [id_]) for record in self._records()):
            raise self._unknown(id_, level)

    def _records(self) -> list[RecordType]:
        return sorted(self.library.records.values(), key=lambda record: record.id not in FIRST)

    def _named_in(self, record: RecordType, ids: Sequence[str]) -> set[str]:
        """Those of some entities that a fact, as known now or then, is about or names."""
        found: set[str] = set()
        for known in dict.fromkeys((Known(), self.known)):
            rows = self.session.relation(record, known)
            for field in (f.id for f in record.fields if f.type == "entity"):
                met = rows.filter(rows[field].isin(ids)).select(id=rows[field]).distinct()
                found |= {str(e) for e in self.session.fetch(met).column("id").to_pylist()}
        return found

    def _unknown(self, id_: str, level: str) -> InputError:
        like = {e.id for e in self._shipped() if level_of(e.id) == level}
        like |= {e for record in self._records() for e in self._some(record, level)}
        if like:
            return UnknownName(KIND, id_, like, where="--of")
        cure = Text("请检查编号，或先导入：zhizao import entity FILE", "check the id, or import it first: zhizao import entity FILE")
        return InputError(
            Text(f"没有任何内容包、归属或事实提到 {id_}", f"no pack, no membership and no fact knows {id_}"), where="--of", cure=cure
        )

    def _some(self, record: RecordType, level: str) -> list[str]:
        """Entities of a level that facts of a type are about."""
        rows = self.session.relation(record)
        ids = rows.filter(rows[record.entity].startswith(f"{level}:")).select(id=rows[record.entity]).distinct()
        return [str(e) for e in self.session.fetch(ids.order_by("id").limit(OFFERED)).column("id").to_pylist()]


def _names(entity: Entity) -> tuple[str, ...]:
    return (entity.name.zh, entity.name.en, *entity.aliases)


def _carries(entity: Entity, text: str) -> bool:
    return text.casefold() in (name.casefold() for name in _names(entity))
