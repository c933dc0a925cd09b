"""The answer to ``decide``: a problem posed from live figures, solved, and stored as a proposal; and what becomes of proposed targets."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from time import monotonic
from typing import Any

from zhizao.errors import AmbiguousName, NoAnswer, UnknownName
from zhizao.judge.rules.life import warnings
from zhizao.model.canonical import canonical, plain, read
from zhizao.model.library import Library
from zhizao.model.problem import Problem, written
from zhizao.model.proposal import Revision, Solution, proposal_id
from zhizao.model.remedy import Posing
from zhizao.model.text import Text
from zhizao.model.warning import Warning_
from zhizao.node import entities, question
from zhizao.node.assemble import Node
from zhizao.node.loop import acted, watching
from zhizao.node.loop.posed.cascade import REVISIONS, cascade
from zhizao.node.loop.posed.ground import Ground, Wanted
from zhizao.node.loop.posed.remedies import remedies
from zhizao.node.loop.posed.set_point import set_point
from zhizao.node.loop.warnings import one
from zhizao.store.contract import Session
from zhizao.store.ledger import tell, told

RECORD = "proposal"
SECONDS = 60.0
"""How long is searched where nobody says; the search itself ends by its own work, which is the same on every machine."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, word for word; what is empty was left out."""

    problem: str
    warning: str = ""
    of: str = ""
    period: str = ""
    as_of: str = ""
    seconds: float = SECONDS
    seed: int = 1
    probability: Decimal | None = None
    budget: Decimal | None = None
    person: str = ""
    dry: bool = False


@dataclass(frozen=True, slots=True)
class Decided:
    """A proposal, and whether it is stored."""

    id: str
    body: Mapping[str, Any]
    solution: Solution
    stored: bool
    remarks: tuple[Text, ...] = field(default=())


def decide(node: Node, asked: Asked, at: datetime) -> Decided:
    """Pose a problem, solve it, store what was found.

    Raises:
        UnknownName: no such problem, entity or solver.
        InputError: what is asked for does not fit.
        NoAnswer: there is no gap, no target, or nothing that could be done.
    """
    from zhizao.decide.again import solve

    posing = _posing(node.library, asked.problem)
    with node.store.session() as session:
        known = question.known(asked.as_of)
        ground = Ground(node.library, session, known.as_of or at, known)
        warning = _warning(node.library, session, asked.warning)
        problem = _posed(ground, posing, _wanted(node.library, session, asked, warning), asked.seed)
    solution = solve(posing.solver, problem, _within(asked.seconds), asked.seed)
    body = _body(posing, problem, solution, asked, warning.id if warning else "")
    made = proposal_id(body)
    if not asked.dry:
        _tell(node, made, body, problem.entity, at)
    return Decided(made, body, solution, not asked.dry, tuple(dict.fromkeys(ground.remarks)))


def stored(node: Node, beginning: str) -> Decided:
    """A proposal told before, by the beginning of its number.

    Raises:
        UnknownName: none begins so.
        AmbiguousName: several do.
    """
    with node.store.session() as session:
        rows = {row["proposal"]: row for row in told(session, node.library.records[RECORD])}
    fits = [name for name in rows if name.lower().startswith(beginning.strip().lower())]
    if len(fits) > 1 and beginning not in rows:
        raise AmbiguousName(beginning, fits)
    if not fits:
        raise UnknownName(Text("方案", "proposal"), beginning, rows)
    body = json.loads(rows[fits[0]]["body"])
    return Decided(fits[0], body, solution_of(body), True)


def solution_of(body: Mapping[str, Any]) -> Solution:
    """What a proposal says was found."""
    return read(Solution, {key: value for key, value in body.items() if key in Solution.__dataclass_fields__})


def differs(node: Node, beginning: str) -> tuple[Decided, Solution]:
    """A stored proposal and what comes out if its problem is solved again, from nothing but its own data."""
    from zhizao.decide.again import again

    before = stored(node, beginning)
    return before, again(before.body)


def adopt(node: Node, beginning: str, person: str) -> tuple[Revision, ...]:
    """Let the targets of a proposal hold, once it has been agreed to; the ones before stay readable as earlier versions and in ``before``.

    Raises:
        NoAnswer: it has not been agreed to, or proposes no targets.
    """
    found = stored(node, beginning)
    with node.store.session() as session:
        agreed = sorted({a.alternative for a in acted.actions(node.library, session).values() if a.proposal == found.id})
    if not agreed:
        cure = Text(f"先由有权者同意：zhizao approve {found.id} --as PERSON", f"have it agreed to first: zhizao approve {found.id} --as PERSON")
        raise NoAnswer(Text("方案尚未获得同意", "the proposal has not been agreed to"), where=found.id, cure=cure)
    revisions = found.solution.alternatives[agreed[0]].revisions
    if not revisions:
        raise NoAnswer(Text("方案没有提出目标", "it proposes no targets"), where=found.id)
    tell(node.store, node.library.records[REVISIONS], [_revision(r, found, person) for r in revisions], "decide")
    return revisions


def _revision(revision: Revision, found: Decided, person: str) -> dict[str, Any]:
    return {
        "indicator": revision.indicator, "entity": revision.entity, "year": str(revision.year), "value": revision.value, "before": revision.before,
        "unit": revision.unit, "reason": str(found.body["posing"]), "by": person or None, "proposal": found.id,
    }  # fmt: skip


def _posing(library: Library, name: str) -> Posing:
    if name not in library.problems:
        raise UnknownName(Text("问题", "problem"), name, library.problems)
    return library.problems[name]


def _warning(library: Library, session: Session, beginning: str) -> Warning_ | None:
    return one(warnings(watching.events(library, session)), beginning) if beginning else None


def _wanted(library: Library, session: Session, asked: Asked, warning: Warning_ | None) -> Wanted:
    """What is asked for; what is not said is what the warning is about."""
    of = asked.of or (warning.entity if warning else "")
    return Wanted(entities.entity(library, session, of) if of else "", asked.period, asked.probability, asked.budget)


def _posed(ground: Ground, posing: Posing, wanted: Wanted, seed: int) -> Problem:
    make: Mapping[str, Callable[[], Problem]] = {
        "remedies": lambda: remedies(ground, posing, wanted, seed),
        "cascade": lambda: cascade(ground, posing, wanted),
        "set_point": lambda: set_point(ground, posing, wanted),
    }
    from zhizao.decide.registry import solvers

    if posing.solver not in solvers():
        raise UnknownName(Text("求解器", "solver"), posing.solver, solvers(), where=str(posing.place))
    return make[solvers()[posing.solver].kind]()


def _within(seconds: float) -> Callable[[], bool]:
    until = monotonic() + seconds
    return lambda: monotonic() > until


def _body(posing: Posing, problem: Problem, solution: Solution, asked: Asked, warning: str) -> dict[str, Any]:
    """All that a proposal says: the problem as it was solved, by what, and what was found."""
    return {
        **plain(solution), "posing": posing.id, "name": plain(posing.name), "solver": posing.solver, "seed": asked.seed, "problem": written(problem),
        "by": asked.person or getpass.getuser(), **({"warning": warning} if warning else {}),
    }  # fmt: skip


def _tell(node: Node, name: str, body: Mapping[str, Any], entity: str, at: datetime) -> None:
    """Store a proposal; one that is stored already is not told again."""
    with node.store.session() as session:
        rows = session.relation(node.library.records[RECORD])
        known = session.fetch(rows.filter(rows.proposal == name).select("proposal")).num_rows
    if not known:
        row = {
            "proposal": name, "made_at": at, "entity": entity, "problem": body["posing"], "solver": body["solver"], "warning": body.get("warning"), "seed": body["seed"],
            "body": canonical(body),
        }  # fmt: skip
        tell(node.store, node.library.records[RECORD], [row], "decide")
