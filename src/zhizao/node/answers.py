"""What the HTTP interface asks, answered from an open installation: the same answers as on the command line."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from zhizao.errors import StoreBusy
from zhizao.model.entity import level_of
from zhizao.model.text import Text
from zhizao.node import names
from zhizao.node.assemble import Node
from zhizao.node.entities import entity
from zhizao.node.live import Live
from zhizao.node.question import Question
from zhizao.sense.bounds import bounded
from zhizao.show import json as shown
from zhizao.show.api.contract import Row, Wanted
from zhizao.store.contract import FACT

PUSHED = "http:"
"""Begins the name of every source that pushes."""
PATIENCE_S = 10.0
"""How long a push may wait for the disk before its sender is asked to come again."""


@dataclass(frozen=True, slots=True)
class Answers:
    """See ``show/api/contract.py``."""

    node: Node
    live: Live

    def entities(self, level: str, limit: int) -> Sequence[Row]:
        """See the contract."""
        found = {e.id: e.name for h in self.node.library.hierarchies.values() for e, _ in h.members}
        rows = [{"id": id_, "level": level_of(id_), "name_zh": name.zh, "name_en": name.en} for id_, name in found.items()]
        rows += [row for row in self._own_entities() if row["id"] not in found]
        return [row for row in rows if level in ("", row["level"])][:limit]

    def _own_entities(self) -> list[Row]:
        with self.node.store.session() as session:
            table = session.relation(self.node.library.records["entity"])
            found = session.fetch(table.select("entity", "name_zh", "name_en").order_by("entity")).to_pylist()
        return [{"id": r["entity"], "level": level_of(r["entity"]), "name_zh": r["name_zh"] or r["entity"], "name_en": r["name_en"] or r["entity"]} for r in found]

    def quantities(self) -> Sequence[Row]:
        """See the contract."""
        fields = ("id", "unit", "resolution", "behaviour")
        return [{**{f: getattr(q, f) for f in fields}, "name_zh": q.name.zh, "name_en": q.name.en} for q in self.node.library.quantities.values()]

    def observations(self, wanted: Wanted) -> Sequence[Row]:
        """See the contract."""
        import ibis

        with self.node.store.session() as session:
            rows = session.relation(self.node.library.records["observation"])
            if wanted.entity:
                rows = rows.filter(rows.entity == entity(self.node.library, session, wanted.entity))
            if wanted.quantity:
                rows = rows.filter(rows.quantity == wanted.quantity)
            if wanted.since:
                rows = rows.filter(rows.time >= ibis.literal(wanted.since, "timestamp('UTC', 6)"))
            if wanted.until:
                rows = rows.filter(rows.time < ibis.literal(wanted.until, "timestamp('UTC', 6)"))
            latest = rows.order_by(ibis.desc("time"), ibis.desc(FACT)).limit(wanted.limit)
            found = session.fetch(latest.select("entity", "quantity", "time", "value", "text", "quality", "source")).to_pylist()
        return [row | {"time": _iso(row["time"])} for row in reversed(found)]

    def records(self, type_: str, of: str, period: str, limit: int) -> Sequence[Row]:
        """See the contract."""
        from zhizao.node.export import export, plain

        return list(plain(export(self.node, names.record(self.node.library, type_), of=of or None, period=period or None, limit=limit)))

    def indicator(self, name: str, of: Sequence[str], period: str, by: str) -> Sequence[Row]:
        """See the contract."""
        from zhizao.node.measure import measure

        return shown.measure(measure(self.node, Question(name, by=by, of=tuple(of), period=period)))

    def warnings(self, of: Sequence[str], over: bool) -> Sequence[Row]:
        """See the contract."""
        from zhizao.node.loop import warnings
        from zhizao.show import warnings as drawn

        return drawn.data(warnings.found(self.node, of, over=over), self.node.library.rules)

    def status(self) -> Row:
        """See the contract."""
        return self.live.status()

    async def push(self, name: str, body: bytes) -> Row:
        """See the contract."""
        from zhizao.sense.connectors.http.reading import pushed

        delivery = bounded(await asyncio.to_thread(pushed, PUSHED + name, body), self.live.intake.clock())
        if not delivery.received:
            return {"received": 0, "stored": 0, "duplicate": 0, "rejected": 0, "spooled": 0}
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self.live.intake.deliver(delivery)
        except TimeoutError as error:
            why = self.live.intake.trouble or "busy"
            cure = Text("请稍后重发；重复的不会记两次", "send it again in a moment; nothing is counted twice")
            raise StoreBusy(Text(f"磁盘暂不接收（{why}）", f"the disk takes nothing at present ({why})"), where=name, cure=cure) from error
        refused = [{"place": r.place, "why": r.why} for r in delivery.refused[:10]]
        count = {"received": delivery.received, "stored": 0, "duplicate": 0, "rejected": len(delivery.refused), "spooled": int(delivery.rows.num_rows)}
        unknown = sorted(set(delivery.rows["quantity"].unique().to_pylist()) - self.node.library.quantities.keys())
        return count | ({"rejects": refused} if refused else {}) | ({"unknown_quantities": unknown[:10]} if unknown else {})

    def deliver(self, type_: str, name: str, body: bytes) -> Row:
        """See the contract."""
        from zhizao.node.deliver import deliver
        from zhizao.node.usable import require_usable

        record = names.record(self.node.library, type_)
        require_usable(self.node.library, record)
        with TemporaryDirectory() as folder:
            file = Path(folder) / f"{name}.jsonl"
            file.write_bytes(_lines(body))
            return shown.receipt(deliver(self.node.store, record, file, name=PUSHED + name))


def _lines(body: bytes) -> bytes:
    """The rows of a JSON list, a line each and to the letter; anything else as it is: the reader of files says what is wrong with it.

    Example:
        >>> _lines(b'[{"a": 1.10},\\n {"b": 2}]')
        b'{"a": 1.10}\\n{"b": 2}\\n'
    """
    try:
        text = body.decode("utf-8-sig").strip()
        return "".join(f"{row}\n" for row in _elements(text)).encode() if text[:1] == "[" else body
    except (ValueError, RecursionError):
        return body


def _elements(text: str) -> Iterator[str]:
    """The elements of a JSON list as they are written.

    Raises:
        ValueError: it is none.
    """
    decode, place = json.JSONDecoder().raw_decode, 1
    while (place := _NOTHING.match(text, place).end()) < len(text) - 1:  # type: ignore[union-attr]
        _, end = decode(text, place)
        yield text[place:end].replace("\n", " ").replace("\r", " ")
        place = _NOTHING.match(text, end).end()  # type: ignore[union-attr]
        if text[place] == ",":
            place += 1
        elif place != len(text) - 1:
            raise ValueError("no comma between rows")
    if text[-1] != "]":
        raise ValueError("the list is not ended")


_NOTHING = re.compile(r"\s*")


def _iso(at: Any) -> str:
    return str(at.isoformat()).replace("+00:00", "Z")
