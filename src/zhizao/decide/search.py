"""One search of CP-SAT: in one thread, from a seed, as long as stated in a time that is the same on every machine, ended early on request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread
from typing import Literal

from ortools.sat.python import cp_model

from zhizao.decide.contract import Stop

LOOKS = 0.05
"""Seconds between two questions whether to stop."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search ended with; the values of the variables asked for, where there is a solution."""

    status: Literal["optimal", "feasible", "infeasible", "unknown"]
    objective: int = 0
    bound: int = 0
    values: tuple[int, ...] = ()

    @property
    def has_solution(self) -> bool:
        """Whether there is one."""
        return self.status in ("optimal", "feasible")


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to search: ``work`` in CP-SAT's own time, the same whatever the machine."""

    stop: Stop
    seed: int
    work: float = 20.0
    close: float = 0.001
    """How near to the bound, as a share, is near enough."""


_STATUS: dict[cp_model.CpSolverStatus, Literal["optimal", "feasible", "infeasible", "unknown"]] = {
    cp_model.OPTIMAL: "optimal", cp_model.FEASIBLE: "feasible", cp_model.INFEASIBLE: "infeasible",
}  # fmt: skip


def search(model: cp_model.CpModel, asked: list[cp_model.IntVar], effort: Effort) -> Found:
    """The best solution of a model that is found."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = effort.seed % 2**31
    solver.parameters.max_deterministic_time = effort.work
    solver.parameters.relative_gap_limit = effort.close
    with _watched(solver, effort.stop):
        status = _STATUS.get(solver.solve(model), "unknown")
    if status not in ("optimal", "feasible"):
        return Found(status)
    objective, bound = (round(v) for v in (solver.objective_value, solver.best_objective_bound))
    return Found("optimal" if objective == bound else "feasible", objective, min(bound, objective), tuple(solver.value(v) for v in asked))


@contextmanager
def _watched(solver: cp_model.CpSolver, stop: Stop) -> Iterator[None]:
    over = Event()

    def watch() -> None:
        while not over.wait(LOOKS):
            if stop():
                solver.stop_search()

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
