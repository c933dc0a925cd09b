"""Several packs become one library: needs are met, names are found, indicators are read against the records they name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from zhizao.model.derivation import Derivation
from zhizao.model.finding import Place
from zhizao.model.indicator import Indicator
from zhizao.model.library import DataFile, Library, Reconciliation
from zhizao.model.quantity import SIGNALS, Quantity
from zhizao.model.record import RecordType
from zhizao.model.remedy import Posing, Remedy
from zhizao.model.rule import Rule
from zhizao.model.target import Target
from zhizao.model.text import Text
from zhizao.pack.derivations import derivation
from zhizao.pack.fingerprint import fingerprint
from zhizao.pack.folder import Parts, read_folder
from zhizao.pack.found import Found, did_you_mean
from zhizao.pack.indicators import Draft, Lookup, indicator
from zhizao.pack.levels import Levels
from zhizao.pack.names import Names
from zhizao.pack.problems import posing
from zhizao.pack.quantities import as_signals, each_once, expanded, only_sound
from zhizao.pack.remedies import Named, remedy
from zhizao.pack.rules import Known, rule
from zhizao.pack.shipped import builtin_folders
from zhizao.pack.wording import merged


def resolve(folders: Sequence[Path], found: Found) -> Library:
    """The library of some folders and of the packs they need."""
    packs = _ordered(_with_needs(_distinct(folders, found), found), found)
    return _Resolving(packs, found).library()


def _distinct(folders: Iterable[Path], found: Found) -> dict[str, Parts]:
    packs: dict[str, Parts] = {}
    for folder in dict.fromkeys(folders):
        parts = read_folder(folder, found)
        if parts is None:
            continue
        if parts.pack.id in packs:
            first = packs[parts.pack.id].pack.folder
            message = Text(f"包 {parts.pack.id} 已从 {first} 载入，此处略过", f"pack {parts.pack.id} is loaded from {first} already; this one is left out")
            found.blocking("same_name", Place(str(folder / "pack.yaml"), 1), message, Text("请改 id", "give it another id"))
            continue
        packs[parts.pack.id] = parts
    return packs


def _with_needs(packs: dict[str, Parts], found: Found) -> dict[str, Parts]:
    waiting = [need for parts in packs.values() for need in parts.pack.needs if need not in packs]
    offered = {folder.name: folder for folder in builtin_folders()} if waiting else {}
    while waiting:
        need = waiting.pop()
        parts = read_folder(offered[need], found) if need in offered and need not in packs else None
        if parts:
            packs[parts.pack.id] = parts
            waiting.extend(parts.pack.needs)
    return packs


def _ordered(packs: dict[str, Parts], found: Found) -> list[Parts]:
    """Packs after those they need; a need that is not met, or leads in a circle, is a finding and is passed over."""
    done: dict[str, Parts] = {}

    def visit(parts: Parts, path: tuple[str, ...]) -> None:
        if parts.pack.id in done:
            return
        for need in parts.pack.needs:
            place = parts.needs_at
            if need == parts.pack.id:
                message = Text(f"包 {need} 需要自己", f"pack {need} needs itself")
                found.blocking("needs", place, message, Text(f"请从 needs 中删去 {need}", f"remove {need} from needs"))
            elif need in path:
                message = Text(f"包 {need} 与 {parts.pack.id} 互相需要", f"packs {need} and {parts.pack.id} need each other")
                found.blocking("needs", place, message, Text("请去掉其中一个 needs", "remove one of the two needs"))
            elif need not in packs:
                message = Text(f"需要的包 {need} 没有载入", f"the needed pack {need} is not loaded")
                found.blocking("needs", place, message, did_you_mean(need, packs))
            else:
                visit(packs[need], (*path, parts.pack.id))
        done[parts.pack.id] = parts

    for parts in packs.values():
        visit(parts, ())
    return list(done.values())


class _Resolving:
    """Looks every name up, pack by pack."""

    def __init__(self, packs: list[Parts], found: Found) -> None:
        self.packs, self.found = packs, found
        listed = each_once(((p.pack.id, q.id, at, (q, at)) for p in packs for q, at in p.quantities), found)
        self.quantities = Names(Text("量", "quantity"), listed, found)
        broken = {(p.pack.id, name) for p in packs for name in p.broken}
        self.unclear = {(p.pack.id, name): fields for p in packs for name, fields in p.unclear.items()}
        self.records = Names(Text("记录类型", "record type"), ((p.pack.id, r.id, r.place, r) for p in packs for r in p.records), found, broken)
        self.hierarchies = Names(Text("层级体系", "hierarchy"), ((p.pack.id, h.id, at, h) for p in packs for h, at in p.hierarchies), found)
        self.drafts = Names(
            Text("指标", "indicator"), ((p.pack.id, d.id, d.content.place("id"), d) for p in packs for d in p.indicators), found
        )

    def library(self) -> Library:
        hierarchies = {name: replace(h, id=name) for name, h in self.hierarchies.by_name.items()}
        levels = Levels(hierarchies.values())
        records = {name: _taking(replace(record, id=name), levels) for name, record in self.records.by_name.items()}
        quantities = self._quantities()
        indicators = self._indicators(self._as_formulas_see(records, quantities, levels), levels)
        return Library(
            packs={p.pack.id: p.pack for p in self.packs},
            quantities=quantities,
            records=records,
            hierarchies=hierarchies,
            indicators=indicators,
            targets=tuple(self._target(t, p) for p in self.packs for t in p.targets),
            data=tuple(self._data(d, at, p) for p in self.packs for d, at in p.data),
            findings=(),
            series_order=self._series(),
            reconciliations=tuple(self._reconciliation(r, p) for p in self.packs for r in p.reconciliations),
            roundings=tuple(r for p in self.packs for r in p.roundings),
            contexts=tuple(c for p in self.packs for c in p.contexts),
            wording=merged([p.wording for p in self.packs]),
            derivations=self._derivations(records, quantities),
            rules=self._rules(Known(indicators, records, levels)),
            remedies=self._remedies(named := self._named(indicators, quantities, levels)),
            problems=self._problems(named),
            digest=fingerprint(Path(p.pack.folder) for p in self.packs),
        )

    def _quantities(self) -> dict[str, Quantity]:
        named = {name: replace(q, id=name) for name, (q, _) in self.quantities.by_name.items()}
        return expanded(named, {name: at for name, (_, at) in self.quantities.by_name.items()}, self.found)

    def _as_formulas_see(self, records: dict[str, RecordType], quantities: dict[str, Quantity], levels: Levels) -> dict[str, RecordType]:
        """The record types with quantities for the fields of observations."""
        if SIGNALS not in records:
            return records
        view = as_signals(records[SIGNALS], quantities.values())
        return {**records, SIGNALS: only_sound(view, {name: at for name, (_, at) in self.quantities.by_name.items()}, levels, self.found)}

    def _indicators(self, records: dict[str, RecordType], levels: Levels) -> dict[str, Indicator]:
        made: dict[str, Indicator] = {}
        for name, draft in self.drafts.by_name.items():
            record = records.get(self._record_of(draft))
            unclear = self._unclear(record) if record else frozenset()
            built = indicator(draft, record, levels, self.drafts.by_name, self.found, unclear, self._lookup(draft, records))
            if built:
                made[name] = replace(built, id=name, variant_of=self._variant(draft))
        return made

    def _derivations(self, records: dict[str, RecordType], quantities: dict[str, Quantity]) -> dict[str, Derivation]:
        made: dict[str, Derivation] = {}
        for draft in (d for p in self.packs for d in p.derivations):
            full = self.records.find(draft.shape.record, draft.pack, draft.content.place("record"), self.found)
            one = derivation(draft, records.get(full), quantities, self.found)
            if one:
                made[one.id] = one
        return made

    def _named(self, indicators: dict[str, Indicator], quantities: dict[str, Quantity], levels: Levels) -> Named:
        remedies, problems = (d.shape.id for p in self.packs for d in p.remedies), (d.shape.id for p in self.packs for d in p.problems)
        return Named(indicators, quantities, levels, frozenset(remedies), frozenset(problems))

    def _remedies(self, named: Named) -> dict[str, Remedy]:
        """The remedies of all packs; of two with one id the first counts."""
        drafts = Names(Text("措施", "remedy"), ((p.pack.id, d.shape.id, d.content.place("id"), d) for p in self.packs for d in p.remedies), self.found)
        made = {name: remedy(draft, named, self.found) for name, draft in drafts.by_name.items()}
        return {name: replace(one, id=name) for name, one in made.items() if one}

    def _problems(self, named: Named) -> dict[str, Posing]:
        drafts = Names(Text("问题", "problem"), ((p.pack.id, d.shape.id, d.content.place("id"), d) for p in self.packs for d in p.problems), self.found)
        made = {name: posing(draft, named, self.found) for name, draft in drafts.by_name.items()}
        return {name: replace(one, id=name) for name, one in made.items() if one}

    def _rules(self, known: Known) -> dict[str, Rule]:
        """The rules of all packs; of two with one id the first counts."""
        drafts = Names(Text("规则", "rule"), ((p.pack.id, d.shape.id, d.content.place("id"), d) for p in self.packs for d in p.rules), self.found)
        made = {name: rule(draft, known, self.found) for name, draft in drafts.by_name.items()}
        return {name: replace(one, id=name) for name, one in made.items() if one}

    def _unclear(self, record: RecordType) -> frozenset[str]:
        return self.unclear.get((record.pack, record.id.rpartition(".")[2]), frozenset())

    def _lookup(self, draft: Draft, records: dict[str, RecordType]) -> Lookup:
        def lookup(written: str, place: Place) -> tuple[RecordType, frozenset[str]] | None:
            found = records.get(self._record_named(draft, written, place))
            return (found, self._unclear(found)) if found else None

        return lookup

    def _record_named(self, draft: Draft, written: str, place: Place) -> str:
        full = self.records.find(written, draft.pack, place, self.found)
        self._check_need(draft, full, place)
        return full

    def _record_of(self, draft: Draft) -> str:
        if draft.shape.record:
            return self._record_named(draft, draft.shape.record, draft.content.place("record"))
        if draft.shape.formula is not None and ("record",) not in draft.content.faulty:
            message = Text("有公式，却没有说明记录类型", "there is a formula but no record type")
            self.found.blocking("shape", draft.content.place("formula"), message, Text("请补写 record: …", "add record: …"))
        return ""

    def _check_need(self, draft: Draft, record: str, place: Place) -> None:
        """A name of a pack that is not needed works only as long as somebody else happens to load it."""
        needs = {p.pack.id: p.pack.needs for p in self.packs}
        reach, waiting = set[str](), [draft.pack]
        while waiting:
            pack = waiting.pop()
            waiting.extend(need for need in needs.get(pack, ()) if need not in reach)
            reach.add(pack)
        owner = self.records.by_name[record].pack if record else draft.pack
        if owner not in reach:
            message = Text(f"{record} 属于包 {owner}，而 pack.yaml 没有说需要它", f"{record} belongs to pack {owner}, which pack.yaml does not need")
            cure = Text(f"请在 pack.yaml 的 needs 中加上 {owner}", f"add {owner} to needs in pack.yaml")
            self.found.doubtful("needs", place, message, cure)

    def _variant(self, draft: Draft) -> str:
        written = draft.shape.variant_of
        return self.drafts.find(written, draft.pack, draft.content.place("variant_of"), self.found) if written else ""

    def _target(self, target: Target, parts: Parts) -> Target:
        # A target whose indicator does not exist stays, for the plan lint to tell.
        return replace(target, indicator=self.drafts.name(target.indicator, parts.pack.id) or target.indicator)

    def _data(self, data: DataFile, place: Place, parts: Parts) -> DataFile:
        return replace(data, record=self.records.find(data.record, parts.pack.id, place, self.found) or data.record)

    def _series(self) -> dict[str, tuple[str, ...]]:
        order: dict[str, tuple[str, ...]] = {}
        for parts in self.packs:
            for name, series, _ in parts.series:
                # A published figure may stand under a name that is no indicator (a proxy's own); the lint looks for it in the data.
                full = self.drafts.name(name, parts.pack.id) or name
                order[full] = tuple(dict.fromkeys((*order.get(full, ()), *series)))
        return order

    def _reconciliation(self, made: Reconciliation, parts: Parts) -> Reconciliation:
        return replace(made, record=self.records.find(made.record, parts.pack.id, made.place, self.found) or made.record)


def _taking(record: RecordType, levels: Levels) -> RecordType:
    """A record type whose fields know which entities they take."""
    return replace(record, fields=tuple(replace(f, takes=levels.reporting(f.level)) if f.level else f for f in record.fields))
