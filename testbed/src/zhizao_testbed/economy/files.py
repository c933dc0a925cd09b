"""A simulated nation as files: what ``zhizao import`` takes, its plan as a pack, and its truth; written block by block."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from zhizao_testbed.economy.capacity import capacity_reports
from zhizao_testbed.economy.daily import Production
from zhizao_testbed.economy.economy import Nation, add_up, part_tables
from zhizao_testbed.economy.figures import Sums
from zhizao_testbed.economy.members import upper_edges, upper_entities
from zhizao_testbed.economy.plan import write_plan

GIVEN = ("entity", "membership", "annual_return", "annual_return_later")
"""The files of facts, in the order in which they are to be imported; the last holds late returns and corrections, and is an annual_return too."""
HIDDEN = ("true_return", "wrong_field", "missing_return")


class _Files:
    """Parquet files that grow by tables; one that never gets a table is not made."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack, self._open, self.rows = stack, dict[Path, Any](), dict[str, int]()

    def add(self, path: Path, table: pa.Table) -> None:
        """Append rows."""
        if not table.num_rows:
            return
        if path not in self._open:
            self._open[path] = self._stack.enter_context(pq.ParquetWriter(path, table.schema, compression="zstd"))
        self._open[path].write_table(table)
        self.rows[path.name] = self.rows.get(path.name, 0) + table.num_rows


def write(nation: Nation, folder: Path, truth: Path, daily: Production | None = None) -> Mapping[str, int]:
    """Write everything, with the daily production of its plants where there is some; the rows of each file."""
    for where in (folder, truth):
        where.mkdir(parents=True, exist_ok=True)
    true, reported = Sums(nation.world), Sums(nation.world)
    paths = [*(folder / f"{name}.parquet" for name in GIVEN), *(truth / f"{name}.parquet" for name in HIDDEN)]
    for path in paths:
        path.unlink(missing_ok=True)
    with ExitStack() as stack:
        files = _Files(stack)
        if daily:
            _add_daily(files, folder, truth, daily)
        files.add(paths[0], upper_entities())
        files.add(paths[1], upper_edges())
        for block, part in enumerate(nation.parts()):
            add_up(part, true, reported)
            entities, edges, first, later, lived, wrong, missing = part_tables(nation.world, part)
            for path, table in zip(paths, (entities, edges, first, later, lived, wrong, missing), strict=True):
                files.add(path, table)
            files.add(folder / "capacity_report.parquet", capacity_reports(nation.world, block, part.course))
    pq.write_table(pa.Table.from_pylist(list(true.figures().table())), truth / "true_figures.parquet")
    pq.write_table(pa.Table.from_pylist(list(reported.figures().table())), truth / "reported_figures.parquet")
    (truth / "truth.json").write_text(json.dumps(_told(nation, true, files.rows), ensure_ascii=False, indent=1) + "\n", "utf-8")
    write_plan(folder / "plan", true.figures(), nation.world.first_year + nation.world.years - 1)
    return files.rows


def _add_daily(files: _Files, folder: Path, truth: Path, daily: Production) -> None:
    """Sites that belong to the population too come twice, as the same row."""
    for name, table in (("entity", daily.entities), ("membership", daily.memberships), ("process_run", daily.runs), ("observation", daily.settings)):
        files.add(folder / f"{name}.parquet", table)
    files.add(truth / "machine.parquet", daily.truth)


def _told(nation: Nation, true: Sums, rows: Mapping[str, int]) -> dict[str, Any]:
    """The truth in short: how it was made, what its causes are, the nation's figures."""
    figures: dict[str, dict[str, str]] = {}
    for row in true.figures().table():
        if str(row["entity"]).startswith("nation:"):
            figures.setdefault(str(row["indicator"]), {})[str(row["year"])] = str(row["value"])
    causes = [asdict(s.cause) | {"cell": s.cause.cell, "figure": s.figure, "noise": s.noise, "effect": s.effect} for s in nation.causes]
    return {"simulated": True, "world": asdict(nation.world), "faults": asdict(nation.faults), "causes": causes, "nation": figures, "rows": dict(rows)}
