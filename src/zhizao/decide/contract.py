"""What a solver is: a problem, which is data alone, goes in; what was found, with what is proven of it, comes out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from zhizao.model.proposal import Solution

Stop = Callable[[], bool]
"""Whether to end early, with the best there is; asked again and again."""


def never() -> bool:
    """Never stop."""
    return False


class Solver(Protocol):
    """Solves problems of one kind.

    What it promises is held by ``checks/solvers.py``: for one problem and seed it finds the same, whatever the order of the problem's parts; the
    objective is to be small and its bound is no larger; no alternative breaks a limit; what cannot be done it calls infeasible and says why.
    """

    @property
    def kind(self) -> str:
        """The kind of problem it solves, as ``model/problem.py`` names it."""

    def solve(self, problem: Any, stop: Stop, seed: int) -> Solution:
        """What is found until ``stop`` says yes; alternatives without actions, which follow from the choices."""
