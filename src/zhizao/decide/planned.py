"""From what was chosen to what is to be done: the actions and changed targets that follow from a problem and a solver's choices."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from zhizao.decide.chance import moments
from zhizao.model.problem import Candidate, CascadeProblem, Problem, RemedyProblem, SetPointProblem
from zhizao.model.proposal import Alternative, Choice, Expected, PlannedAction, Revision, Solution, Write
from zhizao.model.text import Text


def planned(problem: Problem, solution: Solution) -> Solution:
    """A solution whose alternatives say what is to be done."""
    return replace(solution, alternatives=tuple(_planned(problem, solution, one) for one in solution.alternatives))


def _planned(problem: Problem, solution: Solution, one: Alternative) -> Alternative:
    match problem:
        case RemedyProblem():
            by_id = {c.id: c for c in problem.candidates}
            return replace(one, actions=tuple(_remedy(problem, by_id[c.id], int(c.amount)) for c in one.choices))
        case SetPointProblem():
            return replace(one, actions=tuple(_setting(problem, solution, one, c) for c in one.choices))
        case CascadeProblem():
            return replace(one, actions=(problem.action,), revisions=tuple(_revision(problem, c) for c in one.choices))


def _remedy(problem: RemedyProblem, candidate: Candidate, units: int) -> PlannedAction:
    """So many units of a remedy at its entity. What they are expected to do there is uncertain in the proportion in which their gain is."""
    unit = candidate.action
    title = Text(f"{unit.title.zh} ×{units}", f"{unit.title.en} ×{units}") if units > 1 else unit.title
    mean, sd = moments(replace(problem, candidates=(candidate,)), {candidate.id: units})
    here = abs(unit.expected.mean * units / mean) if mean else Decimal(1)
    expected = Expected(unit.expected.mean * units, (sd * here).quantize(Decimal("0.000001")))
    return replace(unit, title=title, cost=unit.cost * units, expected=expected)


def _setting(problem: SetPointProblem, solution: Solution, one: Alternative, choice: Choice) -> PlannedAction:
    write = Write(choice.id, problem.quantity, choice.amount)
    told = next((p for p in one.predictions if p.indicator == problem.action.indicator), None)
    expected = Expected(told.mean, ((told.high - told.low) / Decimal("3.2897")).quantize(Decimal("0.000001"))) if told else Expected(Decimal(0), Decimal(0))
    now = next(m.now for m in problem.machines if m.id == choice.id)
    trial = Text("试验：", "Trial: ") if solution.status == "cannot_tell" else None
    moved = Text(f"{problem.action.title.zh}（{now:f} → {choice.amount:f} {problem.unit}）", f"{problem.action.title.en} ({now:f} → {choice.amount:f} {problem.unit})")
    title = Text(trial.zh + moved.zh, trial.en + moved.en) if trial else moved
    return replace(problem.action, entity=choice.id, title=title, writes=(write,), expected=expected)


def _revision(problem: CascadeProblem, choice: Choice) -> Revision:
    before = next(p.before for p in problem.parts if p.entity == choice.id)
    return Revision(problem.indicator, choice.id, problem.year, choice.amount, problem.unit, before)
