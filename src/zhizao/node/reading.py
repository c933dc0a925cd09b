"""What one derivation reads of a store: of each entity about which anything new was said, as little as its records need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from zhizao.model.derivation import Derivation
from zhizao.model.library import Library
from zhizao.model.quantity import SIGNALS
from zhizao.node.followed import EVER, NEVER, Heard, News, Place, followed, held_at
from zhizao.sense.derive.derive import Course, Row, course
from zhizao.sense.derive.series import Observed
from zhizao.store.contract import FACT, Mark, Session

if TYPE_CHECKING:
    import ibis.expr.types as ir

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_SAID = ("entity", "quantity", "source", "time", "value", "text", "quality")


@dataclass(frozen=True, slots=True)
class Known:
    """What a derivation has seen of the store, and how far it has followed each entity."""

    mark: Mark = Mark()
    places: Mapping[str, Place] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stored:
    """A record that was derived before."""

    fact: int
    entity: str
    start: int


class Reading:
    """What is read in one session, and what comes of it: the records made, ``gone`` ones, and the ``places`` to go on from."""

    def __init__(self, rule: Derivation, library: Library, session: Session, known: Known, anew: bool) -> None:
        self.rule, self.library, self.session, self.known, self.anew = rule, library, session, known, anew
        self.fields = {take.kind: name for name, take in rule.fields}
        self.news = self._news()
        self._reached = {e: place for e, news in self.news.items() if (place := known.places.get(e)) and place.reaches(news, rule.settles_us)}
        self.stored = self._stored({e: self._touched(e) for e in self.news})
        self.places: dict[str, Place] = {}
        self.gone: list[int] = []

    def made(self) -> list[Row]:
        """The records that are over, of everyone of whom something is new that matters."""
        before = self._before()
        begins = {e: start for e, place in before.items() if (start := place.begin(self.news[e])) is not None}
        held = self._held({e: (before[e].since, start) for e, start in begins.items() if start > before[e].since})
        rows: list[Row] = []
        for entity, words in self._words(begins):
            begin = begins[entity]
            ground = held_at(begin, before[entity].held, held.get(entity, ()))
            found = self._course(entity, ground, words)
            self.places[entity] = followed(before[entity], begin, ground, words, found, self.rule.settles_us)
            rows += [row for s, row in zip(found.over, found.rows, strict=True) if s.start >= begin]
            self._part(entity, begin if ground else min((word.time_us for word in words), default=begin), {s.start for s in found.over})
        return rows

    def _before(self) -> dict[str, Place]:
        """Where each entity can be gone on from; where that is not known, or lies behind what is new, its records are made again from the first that may change."""
        starts: dict[str, int] = {}
        for one in self.stored:
            if one.entity not in self._reached and one.start <= self._touched(one.entity):
                starts[one.entity] = one.start
        held = self._held({e: (NEVER, start) for e, start in starts.items()})
        made = {e: Place(start, held_at(start, {}, held.get(e, ())), EVER) for e, start in starts.items()}
        first = Place(NEVER, {}, NEVER, is_bare=True, is_going_on=True, waits=True)
        return {e: self._reached.get(e) or made.get(e, first) for e in self.news}

    def _touched(self, entity: str) -> int:
        """From which time on words are new that may change a record; of one that was not followed before, only its last record is looked at again."""
        if self.anew:
            return NEVER
        if entity in self._reached or entity not in self.known.places:
            return EVER
        return self.news[entity].first - self.rule.settles_us

    def _course(self, entity: str, ground: Heard, words: Iterable[Observed]) -> Course:
        observed = sorted([*ground.values(), *words], key=lambda o: o.time_us)
        return course(self.rule, self.library, entity, observed, observed[-1].time_us if observed else 0)

    def _part(self, entity: str, first: int, starts: set[int]) -> None:
        """Note the records that were made before and are no longer so; of what lies before the first word that is still kept, nothing is known."""
        self.gone += [one.fact for one in self.stored if one.entity == entity and one.start >= first and one.start not in starts]

    # ── questions ────────────────────────────────────────────────────────────────────────────────────────────────

    def _news(self) -> dict[str, News]:
        """Of whom something is new that the derivation reads."""
        rows = self.session.since(self.library.records[SIGNALS], self.known.mark)
        rows = rows.filter(rows["quantity"].isin(list(self.rule.quantities)))
        decides = rows["quantity"].isin(sorted(self.rule.deciding))
        found = rows.group_by("entity").aggregate(first=rows["time"].min(), deciding=rows["time"].min(where=decides)).order_by("entity")
        return {row["entity"]: News(_us(row["first"]), row["deciding"] and _us(row["deciding"])) for row in self.session.fetch(found).to_pylist()}

    def _stored(self, touched: Mapping[str, int]) -> list[Stored]:
        """What this derivation made before of each entity, in order of time: the last record that began by some time, and those after it.

        None where it does not mark them as its own.
        """
        if not {"entity", "start", "derivation"} <= self.fields.keys() or not self.news:
            return []
        rows = self.session.relation(self.library.records[self.rule.record])
        rows = rows.filter(rows[self.fields["derivation"]] == self.rule.id)
        mine = rows.select(fact=rows[FACT], entity=rows[self.fields["entity"]], start=rows[self.fields["start"]])
        spans = self._spans({e: (NEVER, by) for e, by in touched.items()})
        mine = mine.inner_join(spans, [mine["entity"] == spans["_who"]])
        last = mine.group_by("entity").aggregate(last=mine["start"].max(where=mine["start"] <= mine["_to"]))
        kept = mine.join(last, "entity").filter(lambda t: t["last"].isnull() | (t["start"] >= t["last"]))
        found = self.session.fetch(kept.select("fact", "entity", "start").order_by("start")).to_pylist()
        return [Stored(int(row["fact"]), row["entity"], _us(row["start"])) for row in found]

    def _held(self, spans: Mapping[str, tuple[int, int]]) -> dict[str, list[Observed]]:
        """The last word of each quantity and source of entities, each within a span."""
        if not spans:
            return {}
        import ibis

        rows = self._within(spans)
        said = ibis.struct({name: rows[name] for name in ("time", "value", "text", "quality")})
        last = rows.group_by(["entity", "quantity", "source"]).aggregate(last=said.argmax(rows["time"])).unpack("last")
        return _by_entity(self.session.fetch(last).to_pylist())

    def _words(self, begins: Mapping[str, int]) -> Iterator[tuple[str, list[Observed]]]:
        """What entities said from some time on; of those that are read from their first word on, one after the other."""
        whole = [entity for entity, begin in begins.items() if begin == NEVER]
        for some in ({e: b for e, b in begins.items() if b != NEVER}, *({entity: NEVER} for entity in whole)):
            if some:
                rows = self._within({entity: (begin, EVER) for entity, begin in some.items()})
                found = _by_entity(self.session.fetch(rows.order_by("time", "source")).to_pylist())
                yield from ((entity, found.get(entity, [])) for entity in some)

    def _within(self, spans: Mapping[str, tuple[int, int]]) -> ir.Table:
        """What entities said, each within a span. The outer limits are said to the engine, which passes over whole segments by them."""
        rows = self.session.relation(self.library.records[SIGNALS])
        rows = rows.filter(rows["quantity"].isin(list(self.rule.quantities)), rows["entity"].isin(list(spans)))
        first, end = min(a for a, _ in spans.values()), max(b for _, b in spans.values())
        rows = rows.filter(rows["time"] >= _instant(first)) if first > NEVER else rows
        rows = rows.filter(rows["time"] < _instant(end)) if end < EVER else rows
        span = self._spans(spans)
        inside = rows.inner_join(span, [rows["entity"] == span["_who"], rows["time"] >= span["_from"], rows["time"] < span["_to"]])
        return inside.select(*_SAID)

    def _spans(self, spans: Mapping[str, tuple[int, int]]) -> ir.Table:
        """Spans of time as rows to join with."""
        import pyarrow as pa

        listed = {"_who": list(spans), "_from": [_at(a) for a, _ in spans.values()], "_to": [_at(b) for _, b in spans.values()]}
        kinds = pa.schema([("_who", pa.string()), *((name, pa.timestamp("us", "UTC")) for name in ("_from", "_to"))])
        return self.session.hold("spans", pa.table(listed, kinds))


def _by_entity(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Observed]]:
    found: dict[str, list[Observed]] = defaultdict(list)
    for row in rows:
        word = Observed(_us(row["time"]), row["quantity"], row["value"], row["text"], row["quality"] or "good", row["source"] or "")
        found[row["entity"]].append(word)
    return found


def _us(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _at(us: int) -> datetime:
    """An instant; the first or last there is where none is meant."""
    try:
        return _EPOCH + timedelta(microseconds=us)
    except OverflowError:
        return datetime.min.replace(tzinfo=timezone.utc) if us < 0 else datetime.max.replace(tzinfo=timezone.utc)


def _instant(us: int) -> ir.TimestampScalar:
    import ibis

    return ibis.literal(_at(us), "timestamp('UTC', 6)")
