"""What can be claimed, each kind with who answers it; the same function answers when it is frozen and when it is verified."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from zhizao.errors import InputError
from zhizao.model.bundle import Claim
from zhizao.model.period import parse_periods
from zhizao.model.text import Text
from zhizao.node.assemble import Node
from zhizao.node.question import Question

Asked = tuple[str, Mapping[str, Any]]
"""The kind of a claim, and its question as data."""


def values(written: str, as_of: str) -> Asked:
    """A question for values as a person writes it: ``INDICATOR``, ``INDICATOR:ENTITY``, ``INDICATOR:PERIOD`` or ``INDICATOR:ENTITY:PERIOD``.

    Example:
        >>> values("nc_rate:nation:SIM:2020..2024", "")[1]["of"], values("nc_rate:2020", "")[1]["period"]
        (['nation:SIM'], '2020')
    """
    indicator, *rest = written.split(":")
    period = rest.pop() if rest and _is_period(rest[-1]) else ""
    return "values", {"indicator": indicator, "of": [":".join(rest)] if rest else [], "period": period, "as_of": as_of}


def evaluation(plan: str, as_of: str) -> Asked:
    """The question for the verdicts of a plan."""
    return "evaluation", {"plan": plan, "as_of": as_of}


def answered(node: Node, asked: Asked) -> Claim:
    """A question with its answer.

    Raises:
        InputError: nobody answers such questions, or something in it does not exist.
    """
    kind, question = asked
    if kind not in ANSWERING:
        cure = Text("请用较新的程序复算", "recompute it with a newer program")
        raise InputError(Text(f"不认识 {kind} 类的结论", f"no claim of the kind {kind} is known"), where=kind, cure=cure)
    return Claim(kind, question, ANSWERING[kind](node, question))


def figures(claim: Claim) -> Mapping[str, Mapping[str, Any]]:
    """The figures of an answer, each by a name that a reader knows it by."""
    rows: list[Mapping[str, Any]] = claim.answer
    if claim.kind == "evaluation":
        return {f"{row['indicator']} {row['year']}": row for row in rows}
    return {f"{row['indicator']} {row['entity']} {row['period']} {row['series']}": row for row in rows}


def said(figure: Mapping[str, Any]) -> str:
    """What a figure says, in short."""
    words = [figure.get("verdict"), figure.get("value"), figure.get("unit"), figure.get("status") if figure.get("status") != "ok" else None]
    return " ".join(str(word) for word in words if word not in (None, ""))


def _is_period(text: str) -> bool:
    try:
        return bool(parse_periods(text))
    except ValueError:
        return False


def _values(node: Node, question: Mapping[str, Any]) -> list[dict[str, Any]]:
    from zhizao.node.measure import measure
    from zhizao.show import json

    asked = Question(question["indicator"], of=tuple(question["of"]), period=question["period"], as_of=question["as_of"])
    return json.measure(measure(node, asked))


def _evaluation(node: Node, question: Mapping[str, Any]) -> list[dict[str, Any]]:
    from zhizao.node.evaluate import evaluate
    from zhizao.show.json import evaluate as rows
    from zhizao.show.json import scored

    return rows(scored(evaluate(node, question["plan"], question["as_of"])), "en")


ANSWERING: Mapping[str, Callable[[Node, Mapping[str, Any]], Any]] = {"values": _values, "evaluation": _evaluation}
