"""A problem solved: by the solver of a name, from data alone, here or by someone who was only handed the proposal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zhizao.decide.contract import Solver, Stop, never
from zhizao.decide.planned import planned
from zhizao.decide.registry import solvers
from zhizao.errors import InputError, UnknownName
from zhizao.model.problem import Problem, problem_of
from zhizao.model.proposal import Solution
from zhizao.model.text import Text


def solve(name: str, problem: Problem, stop: Stop = never, seed: int = 0) -> Solution:
    """What the solver of a name finds, with what is to be done.

    Raises:
        UnknownName: no solver carries the name.
        InputError: it solves another kind of problem.
    """
    return planned(problem, _named(name, problem.kind).solve(problem, stop, seed))


def again(body: Mapping[str, Any], stop: Stop = never) -> Solution:
    """What comes out if the problem of a proposal is solved again: of the same objective, whoever does it.

    Args:
        body: a proposal as stored.

    Raises:
        InputError: it holds no problem that can be read.
    """
    try:
        problem = problem_of(dict(body["problem"]))
        name, seed = str(body["solver"]), int(body["seed"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(Text(f"方案中的问题无法读取（{error}）", f"the problem of the proposal cannot be read ({error})")) from error
    return solve(name, problem, stop, seed)


def _named(name: str, kind: str) -> Solver:
    if name not in solvers():
        raise UnknownName(Text("求解器", "solver"), name, solvers())
    found = solvers()[name]
    if found.kind != kind:
        raise InputError(Text(f"求解器 {name} 解的是 {found.kind}，不是 {kind}", f"the solver {name} solves {found.kind}, not {kind}"), where=name)
    return found
