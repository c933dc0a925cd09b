"""The recorded parts of the NIST test bed through a running node: from a part to its runs, its machine and programs, and to what was measured on it.

Each recording is connected as a file, as a person would connect it. What no controller knew is said beside it: a file says which part was on the machine, and
imported marks, in the name of each recording, where an excerpt of it ends, for nothing is known from there to the next.
"""

from __future__ import annotations

import asyncio
import csv
import gzip
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.node.test_run import running
from tests.packs.conftest import rows
from tests.packs.test_nist_capability import BONUS, INDICES, PARTS, QIF, YEAR, agrees, inspected, name
from tests.packs.test_nist_parts import CUT, SLICES, Line, completed_by_hand, lines
from zhizao.measure.measure import Measurement
from zhizao.model.value import Known
from zhizao.node import sources
from zhizao.node.assemble import Node, open_node
from zhizao.node.connect import Asked, connect, write
from zhizao.sense.connectors.file.connector import Files
from zhizao.store.contract import Source

pytestmark = pytest.mark.skipif(not SLICES, reason="the recorded parts are not beside this checkout")
SIGNALS = ("execution", "program", "program_edited", "program_run_time", "part_count")
"""What a run is made of, and is not known between two excerpts."""
TAKEN_OFF = timedelta(seconds=10)
GIVEN_UP = {"box": 1, "cover": 0, "plate": 2}
Found = dict[str, Any]


def part_of(path: Path) -> str:
    return path.name.split("-")[0].lower() + "-" + path.name.split("-")[2].removesuffix(".txt.gz")


def machine_of(path: Path) -> str:
    return f"machine:{path.name.split('-')[1]}"


def source_of(path: Path) -> str:
    return path.name.removesuffix(".txt.gz")


def excerpts(path: Path) -> list[list[Line]]:
    """A recording as the pieces it was put together from."""
    found: list[list[Line]] = []
    for line in lines(path):
        if not found or line[0] - found[-1][-1][0] >= CUT:
            found.append([])
        found[-1].append(line)
    return found


# ── as it is connected ──────────────────────────────────────────────────────────────────────────────────────────


def write_parts(file: Path) -> None:
    """Which part was on which machine."""
    with file.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow(["time", "entity", "quantity", "value"])
        for path in SLICES:
            for piece in excerpts(path):
                machine, end = machine_of(path), piece[-1][0] + timedelta(microseconds=1)
                table.writerow([piece[0][0].isoformat(), machine, "part", part_of(path)])
                table.writerow([(end + TAKEN_OFF).isoformat(), machine, "part", ""])


def mark_ends(node: Node) -> None:
    """Where an excerpt of a recording ends, in its name: what a source said is ended by nobody else."""
    marks = [
        {"entity": machine_of(path), "quantity": quantity, "time": (piece[-1][0] + timedelta(microseconds=1)).isoformat(), "quality": "stale", "source": source_of(path)}
        for path in SLICES for piece in excerpts(path) for quantity in SIGNALS
    ]  # fmt: skip
    receipt = node.store.append(node.library.records["observation"], pa.Table.from_pylist(marks), Source("ends of excerpts"))
    assert (receipt.stored, receipt.rejected) == (len(marks), 0)


def connected(node: Node, path: Path, source: str, machine: str = "") -> None:
    """What ``zhizao connect`` writes; a person names the machine."""
    found = connect(node.home, node.library, Asked(f"file://{path.resolve()}", source), today=date(2026, 11, 24), clock=lambda: 0)
    write(found)
    if machine:
        found.file.write_text(found.text.replace(f"machine:{source}", machine), "utf-8")


def inspect(node: Node) -> None:
    """Store what was measured; the part is the sample of its number."""
    about = {name(r): r for part in PARTS for r in rows(QIF / f"{part}_capability_reported.csv")}
    measured = [r for part in PARTS for r in rows(QIF / f"{part}_measurements_tidy.csv")]
    record = node.library.records["part_inspection"]
    receipt = node.store.append(record, pa.Table.from_pylist([inspected(r, about[name(r)]) for r in measured]), Source("qif"))
    assert (receipt.stored, receipt.rejected) == (len(measured), 0)


async def gone_through(home: Path) -> Found:
    """Everything recorded, read by the running node and drained; then the runs made of it."""
    sent = {source_of(path): len(raw(path)) for path in SLICES}
    sent["parts"] = len((home.parent / "parts.csv").read_text("utf-8").splitlines())
    async with running(home, seal_after_s=0.5) as client:

        async def drained() -> bool:
            said = (await client.get("/status")).json()["connectors"]
            return all(s in said and said[s]["lines"] == n and not said[s]["spooled"] for s, n in sent.items())

        async with asyncio.timeout(240):
            while not await drained():
                await asyncio.sleep(0.2)
        await client.live.chores["derive"].once()
        assert not client.live.chores["derive"].trouble
        said = (await client.get("/status")).json()["connectors"]
    return dict(said)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A home into which all of it went."""
    folder = tmp_path_factory.mktemp("nist")
    made = open_node(folder / "home")
    write_parts(folder / "parts.csv")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "connector", Files)
        for path in SLICES:
            connected(made, path, source_of(path), machine_of(path))
        connected(made, folder / "parts.csv", "parts")
        inspect(made)
        mark_ends(made)
        _STATUS.update(asyncio.run(gone_through(made.home)))
    yield made


_STATUS: Found = {}


@pytest.fixture(scope="module")
def runs(node: Node) -> list[Found]:
    with node.store.session() as session:
        found: list[Found] = session.fetch(session.relation(node.library.records["process_run"])).to_pylist()
    return sorted(found, key=lambda r: (r["started_at"], r["machine"]))


# ── read once more, with nothing of the engine ──────────────────────────────────────────────────────────────────


def by_hand() -> list[tuple[str, str, str | None, datetime, datetime]]:
    """Part, machine, program, beginning and end of every completed run; a program is known where its excerpt names it before the end."""
    found = []
    for path in SLICES:
        for piece in excerpts(path):
            for start, end in completed_by_hand(piece):
                named = [[v for at, key, v in piece if key == wanted and at < end] for wanted in ("Program_Name_Running", "Program_Name_Editing")]
                program = next((names[-1] for names in named if names), None)
                found.append((part_of(path), machine_of(path), program, start, end))
    return sorted(found, key=lambda run: (run[3], run[1]))


def raw(path: Path) -> list[str]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return file.readlines()


def said_again(path: Path) -> int:
    """How many first values are more than a minute older than when a key first spoke twice."""
    first: dict[str, datetime] = {}
    for at, key, _ in lines(path):
        if key in first:
            return sum(at - then > timedelta(minutes=1) for then in first.values())
        first[key] = at
    return 0


# ── what must be so ─────────────────────────────────────────────────────────────────────────────────────────────


def test_every_line_of_every_recording_is_accounted_for(node: Node) -> None:
    """A line without a key was cut short when it was recorded; a value from long before the recording began is stored once more, at its beginning."""
    for path in SLICES:
        said, sent = _STATUS[source_of(path)], raw(path)
        rejected = sum("|" not in line for line in sent)
        assert (said["lines"], said["rejected"], said["duplicate"]) == (len(sent), rejected, 0) and said["conserved"]
        assert (said["stored"], said["received"]) == (len(sent) - rejected + said_again(path), len(sent) + said_again(path))


def test_every_completed_operation_of_a_part_is_a_run_with_its_part_machine_program_and_duration(runs: list[Found]) -> None:
    completed = [r for r in runs if r["outcome"] == "completed"]
    assert [(r["part"], r["machine"], r["program"], r["started_at"], r["ended_at"]) for r in completed] == by_hand()
    assert all(r["run_time"] == Decimal((r["ended_at"] - r["started_at"]) // timedelta(microseconds=1)).scaleb(-6).quantize(Decimal("0.001")) for r in completed)
    assert Counter(r["part"].split("-")[0] for r in completed) == {"box": 17, "cover": 30, "plate": 20}


def test_what_was_given_up_is_told_apart(runs: list[Found]) -> None:
    assert Counter(r["part"].split("-")[0] for r in runs if r["outcome"] == "aborted") == {k: n for k, n in GIVEN_UP.items() if n}


def test_what_was_measured_on_a_part_is_found_from_its_runs(node: Node) -> None:
    with node.store.session() as session:
        run, inspection = (session.relation(node.library.records[r]) for r in ("process_run", "part_inspection"))
        both = run.filter(run.outcome == "completed").join(inspection, "part")
        found = session.fetch(both.select("part", "machine", "program", "started_at", "characteristic", "value")).to_pylist()
    measured = {(f"{r['part']}-{int(r['sample']):02d}of20", f"characteristic:{name(r)}"): Decimal(r["value_mm"]) for p in PARTS for r in rows(QIF / f"{p}_measurements_tidy.csv")}
    made = Counter(part for part, *_ in by_hand())
    wanted = {(part, characteristic): value for (part, characteristic), value in measured.items() if part in made}
    assert {(r["part"], r["characteristic"]): r["value"] for r in found} == wanted
    assert len(found) == sum(made[part] for part, _ in wanted) and len({part for part, _ in wanted}) == 20
    programs = {(run[0], run[1], run[2], run[3]) for run in by_hand()}
    assert {(r["part"], r["machine"], r["program"], r["started_at"]) for r in found} == {p for p in programs if not p[0].startswith("box")}


def test_the_indices_of_every_characteristic_are_those_of_the_report(node: Node) -> None:
    reported = {name(r): r for part in PARTS for r in rows(QIF / f"{part}_capability_reported.csv")}
    with node.store.session() as session:
        values = Measurement(node.library, session, Known()).values(INDICES, of=[f"characteristic:{n}" for n in reported], periods=[YEAR])
    index = {(v.indicator, v.entity.removeprefix("characteristic:")): v.value for v in values}
    printed = {n: ((0, "Cp_reported"), (1, "Cpk_reported")) if r["tol_lower"] else ((2, "Cpk_reported"),) for n, r in reported.items()}
    agreeing = {n for n, r in reported.items() if all(agrees(index[INDICES[i], n], r[column]) for i, column in printed[n])}
    assert Counter(n.split("/")[0] for n in reported) == {"cover": 27, "plate": 31}
    assert set(reported) - agreeing == BONUS
