"""One pack folder, read file by file; nothing is looked up in other packs yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from zhizao.model.context import Context
from zhizao.model.entity import Hierarchy
from zhizao.model.finding import Place
from zhizao.model.library import DataFile, Pack, Reconciliation
from zhizao.model.quantity import Quantity
from zhizao.model.record import RecordType
from zhizao.model.rounding import Rounding
from zhizao.model.target import Target
from zhizao.model.text import Text
from zhizao.model.wording import Wording
from zhizao.pack.content import Content
from zhizao.pack.context import ContextShape, contexts
from zhizao.pack.derivations import DerivationDraft, DerivationShape
from zhizao.pack.fingerprint import sha256
from zhizao.pack.found import Found
from zhizao.pack.hierarchies import hierarchy
from zhizao.pack.indicators import Draft
from zhizao.pack.plan import plan
from zhizao.pack.problems import ProblemDraft, ProblemShape
from zhizao.pack.quantities import quantity
from zhizao.pack.readable import is_there
from zhizao.pack.records import record_type
from zhizao.pack.remedies import RemedyDraft, RemedyShape
from zhizao.pack.rounding import RoundingShape, roundings
from zhizao.pack.rules import RuleDraft, RuleShape
from zhizao.pack.salvage import top_keys
from zhizao.pack.shaped import read_shaped, text
from zhizao.pack.shapes import (
    DataShape,
    HierarchyShape,
    IndicatorShape,
    PackShape,
    PlanShape,
    QuantityShape,
    ReconciliationShape,
    RecordShape,
    SeriesShape,
)  # fmt: skip
from zhizao.pack.targets import targets
from zhizao.pack.wording import NamesShape, wording

T = TypeVar("T")
TEST = ".test.yaml"


@dataclass
class Parts:
    """What one folder holds."""

    pack: Pack
    quantities: list[tuple[Quantity, Place]] = field(default_factory=list)
    records: list[RecordType] = field(default_factory=list)
    hierarchies: list[tuple[Hierarchy, Place]] = field(default_factory=list)
    indicators: list[Draft] = field(default_factory=list)
    derivations: list[DerivationDraft] = field(default_factory=list)
    rules: list[RuleDraft] = field(default_factory=list)
    remedies: list[RemedyDraft] = field(default_factory=list)
    problems: list[ProblemDraft] = field(default_factory=list)
    targets: tuple[Target, ...] = ()
    data: list[tuple[DataFile, Place]] = field(default_factory=list)
    needs_at: Place = Place("")
    """Where the pack says what it needs."""
    unclear: dict[str, frozenset[str]] = field(default_factory=dict)
    """Per record type the fields whose definition does not fit."""
    broken: frozenset[str] = frozenset()
    """Record types whose file could not be read at all."""
    series: list[tuple[str, tuple[str, ...], Place]] = field(default_factory=list)
    reconciliations: list[Reconciliation] = field(default_factory=list)
    roundings: tuple[Rounding, ...] = ()
    contexts: tuple[Context, ...] = ()
    wording: Wording = Wording()


def read_folder(folder: Path, found: Found) -> Parts | None:
    """Everything a folder holds; None, with a finding, where it is no pack."""
    read: tuple[PackShape, Content] | None = read_shaped(folder / "pack.yaml", PackShape, found)
    if read is None or ("id",) in read[1].faulty:
        return None
    shape, content = read
    title = text(shape.title, content, ("title",), found) or Text(shape.id, shape.id)
    parts = Parts(Pack(shape.id, shape.version, title, str(folder), shape.needs, _optional(folder / "plan.yaml", PlanShape, found, plan)))
    parts.needs_at = content.place("needs")
    parts.quantities = _optional(folder / "quantities.yaml", dict[str, QuantityShape], found, _quantities) or []
    _records(folder / "records", parts, found)
    parts.hierarchies = [(h, c.place()) for s, c in _each(folder / "hierarchies", HierarchyShape, found) if (h := hierarchy(s, c, found))]
    parts.indicators = [Draft(s, c, shape.id) for s, c in _each(folder / "indicators", IndicatorShape, found)]
    parts.derivations = [DerivationDraft(s, c, shape.id) for s, c in _each(folder / "derivations", DerivationShape, found)]
    parts.remedies = [RemedyDraft(s, c, shape.id) for s, c in _each(folder / "remedies", RemedyShape, found)]
    parts.problems = [ProblemDraft(s, c, shape.id) for s, c in _each(folder / "problems", ProblemShape, found)]
    parts.rules = [RuleDraft(s, c, shape.id) for s, c in _each(folder / "rules", RuleShape, found)]
    parts.targets = targets(folder / "targets.csv", found) if is_there(folder / "targets.csv") else ()
    parts.series = _optional(folder / "series.yaml", SeriesShape, found, _series) or []
    parts.data = _optional(folder / "data.yaml", tuple[DataShape, ...], found, _data) or []
    parts.reconciliations = _optional(folder / "reconciliations.yaml", tuple[ReconciliationShape, ...], found, _reconciliations) or []
    parts.roundings = _optional(folder / "rounding.yaml", tuple[RoundingShape, ...], found, roundings) or ()
    shown = _optional(folder / "context.yaml", tuple[ContextShape, ...], found, contexts) or ()
    parts.contexts = tuple(replace(c, pack=shape.id) for c in shown)
    parts.wording = _optional(folder / "names.yaml", NamesShape, found, wording) or Wording()
    return parts


def _optional(path: Path, shape: Any, found: Found, make: Callable[[Any, Content, Found], T]) -> T | None:
    read = read_shaped(path, shape, found) if is_there(path) else None
    return make(*read, found) if read else None


def _each(folder: Path, shape: Any, found: Found) -> Iterator[tuple[Any, Content]]:
    for path in sorted(folder.glob("*.yaml")):
        if path.name.endswith(TEST):
            continue
        read = read_shaped(path, shape, found)
        if read is None:
            continue
        fitted, content = read
        if fitted.id != path.stem and ("id",) not in content.faulty:
            found.doubtful(
                "file_name", content.place("id"), Text(f"文件名与 id {fitted.id} 不一致", f"the file is not named for its id {fitted.id}"),
                Text(f"请改名为 {fitted.id}.yaml", f"rename it to {fitted.id}.yaml"),
            )  # fmt: skip
        yield fitted, content


def _records(folder: Path, parts: Parts, found: Found) -> None:
    for shape, content in _each(folder, RecordShape, found):
        made = record_type(shape, content, parts.pack.id, found)
        if made:
            parts.records.append(made)
            parts.unclear[made.id] = frozenset(str(path[1]) for path in content.faulty if path[0] == "fields" and len(path) > 1)
    parts.broken = frozenset(path.stem for path in folder.glob("*.yaml")) - {Path(r.place.file).stem for r in parts.records}


def _quantities(shapes: dict[str, QuantityShape], content: Content, found: Found) -> list[tuple[Quantity, Place]]:
    wrong = top_keys(content.faulty)
    return [(quantity(name, shape, content, found), content.place(name)) for name, shape in shapes.items() if name not in wrong]


def _series(shape: SeriesShape, content: Content, found: Found) -> list[tuple[str, tuple[str, ...], Place]]:
    return [(indicator, order, content.place("order", indicator)) for indicator, order in shape.order.items()]


def _data(shapes: tuple[DataShape, ...], content: Content, found: Found) -> list[tuple[DataFile, Place]]:
    root, listed = Path(content.file).parent.resolve(), []
    wrong = top_keys(content.faulty)
    for i, shape in enumerate(shapes):
        if str(i) in wrong:
            continue
        path, place = _inside(root, shape.file), content.place(i)
        if path:
            listed.append((DataFile(shape.record, str(path), sha256(path)), place))
        else:
            found.blocking("no_file", place, Text(f"data 中没有文件 {shape.file}", f"there is no file {shape.file} in data"), Text("请核对文件名", "check its name"))
    return listed


def _inside(root: Path, name: str) -> Path | None:
    """A file of a pack's data; None where there is none, or where it lies outside the pack."""
    try:
        path = (root / "data" / name).resolve()
        return path if path.is_file() and path.is_relative_to(root) else None
    except (OSError, RuntimeError, ValueError):  # links in a circle, a name that no system takes
        return None


def _reconciliations(shapes: tuple[ReconciliationShape, ...], content: Content, found: Found) -> list[Reconciliation]:
    wrong = top_keys(content.faulty)
    return [_reconciliation(shape, content, i, found) for i, shape in enumerate(shapes) if str(i) not in wrong]


def _reconciliation(shape: ReconciliationShape, content: Content, i: int, found: Found) -> Reconciliation:
    return Reconciliation(
        id=shape.id, name=text(shape.name, content, (i, "name"), found) or Text(shape.id, shape.id), record=shape.record, field=shape.field,
        parts_level=shape.parts_level, whole=shape.whole, printed_unit=f"{shape.printed_unit:f}", where=tuple(shape.where.items()),
        explain=text(shape.explain, content, (i, "explain"), found), place=content.place(i),
    )  # fmt: skip
