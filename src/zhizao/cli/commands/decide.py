"""``zhizao decide``: a problem, posed from live figures, solved and stored as a proposal."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

import click

from zhizao.cli.bilingual import argument, command, option
from zhizao.cli.commands.measure import AS_OF
from zhizao.cli.shell import Shell
from zhizao.errors import InputError
from zhizao.model.proposal import Solution
from zhizao.model.text import Text


@command(
    "decide",
    Text(
        "决策：由现有数据提出问题，求解，存为方案\n不写 PROBLEM 时列出可求解的问题；谁同意后即成为措施（zhizao approve）。",
        "decide: pose a problem from live figures, solve it, store the proposal\nWithout PROBLEM: what can be decided. Once agreed to (zhizao approve) a proposal becomes actions.",
    ),
    "zhizao decide",
    "zhizao decide raise_nc_rate --of nation:SIM --probability 0.9 --budget 500000",
    "zhizao decide split_nc_rate --of nation:SIM --dry-run",
    "zhizao decide --check P-1f00",
)
@argument("problem", metavar="PROBLEM", required=False, default="")
@option("--for", "warning", metavar="WARNING", default="", words=Text("所答的预警：未写的对象取自它", "the warning it answers: whom it is about, where not said"))
@option("--of", metavar="ENTITY", default="", words=Text("针对哪个对象", "whom it is about"))
@option("--period", metavar="P", default="", words=Text("按哪一期的数（默认最近一期）", "by the figures of which period (default: the latest)"))
@option("--as-of", metavar="T", default="", words=AS_OF)
@option("--probability", metavar="p", default="", words=Text("要求的把握，如 0.9", "how sure it must be, such as 0.9"))
@option("--budget", metavar="AMOUNT", default="", words=Text("费用上限，以问题的货币单位计", "the most it may cost, in the problem's currency"))
@option("--seconds", type=click.FloatRange(0.1, 86400), default=60.0, metavar="S", words=Text("最多搜索多少秒（默认 60）", "how many seconds to search at most (default 60)"))
@option("--seed", type=click.IntRange(0, 2**31 - 1), default=1, metavar="N", words=Text("种子（默认 1）：同样的问题与种子，同样的方案", "the seed (default 1): the same problem and seed give the same proposal"))
@option("--as", "person", metavar="PERSON", default="", words=Text("何人提出（默认为登录名）", "who proposes it (default: the name one is logged in by)"))
@option("--dry-run", "dry", is_flag=True, words=Text("只看结果，不存", "show what is found, store nothing"))
@option("--show", "shown", metavar="PROPOSAL", default="", words=Text("再看一个已存的方案", "show a stored proposal again"))
@option("--check", metavar="PROPOSAL", default="", words=Text("只凭方案所存的问题再解一遍", "solve a proposal again from its stored problem alone"))
@option("--adopt", metavar="PROPOSAL", default="", words=Text("使已获同意的方案中的目标生效", "let the targets of an agreed proposal hold"))
@click.pass_obj
def COMMAND(shell: Shell, /, problem: str, shown: str, check: str, adopt: str, **asked: object) -> int:
    """Decide, or look at what was decided."""
    named = [name for name in (problem, shown, check, adopt) if name]
    if len(named) > 1:
        raise InputError(Text("一次只能做一件事", "only one thing can be done at a time"), where=", ".join(named))
    if shown:
        return _show(shell, shown)
    if check:
        return _check(shell, check)
    if adopt:
        return _adopt(shell, adopt, str(asked["person"]))
    return _decide(shell, problem, asked) if problem else _list(shell)


def _list(shell: Shell) -> int:
    from zhizao.show import proposals

    problems = shell.node().library.problems
    shell.answer(proposals.posed(problems), lambda: proposals.listed(problems, shell.lang))
    return 0


def _decide(shell: Shell, problem: str, said: dict[str, object]) -> int:
    from zhizao.node.assemble import now
    from zhizao.node.loop.decide import Asked, decide

    told = {"probability": _number(said.pop("probability"), "--probability", 1), "budget": _number(said.pop("budget"), "--budget", None)}
    asked = Asked(problem, **said, **told)  # type: ignore[arg-type]
    if asked.probability is not None and asked.probability < Decimal("0.5"):
        raise InputError(Text("把握须不低于 0.5", "a probability of at least 0.5 is needed"), where="--probability")
    node = shell.node()
    with shell.working(Text("提出问题并求解", "posing and solving")):
        found = decide(node, asked, now())
    for remark in found.remarks:
        shell.say(remark)
    _answer(shell, found)
    return 1 if found.solution.status in ("infeasible", "cannot_tell") else 0


def _show(shell: Shell, name: str) -> int:
    from zhizao.node.loop.decide import stored

    _answer(shell, stored(shell.node(), name))
    return 0


def _check(shell: Shell, name: str) -> int:
    """Solve again and say whether the same comes out."""
    from zhizao.node.loop.decide import differs

    node = shell.node()
    with shell.working(Text("再解一遍", "solving again")):
        before, found = differs(node, name)
    same = (found.status, found.objective) == (before.solution.status, before.solution.objective)
    words = Text("相同", "the same") if same else Text("不同", "different")
    data = {"proposal": before.id, "same": same, "stored": _result(before.solution), "again": _result(found)}
    told = Text(f"{before.id}：再解所得{words.zh}（{_said(before.solution)} / {_said(found)}）", f"{before.id}: solved again it is {words.en} ({_said(before.solution)} / {_said(found)})")
    shell.answer(data, lambda: told.in_(shell.lang))
    return 0 if same else 1


def _adopt(shell: Shell, name: str, person: str) -> int:
    from zhizao.node.loop.decide import adopt

    revisions = adopt(shell.node(), name, person)
    data = [{"indicator": r.indicator, "entity": r.entity, "year": r.year, "value": str(r.value), "before": str(r.before) if r.before is not None else None} for r in revisions]
    shell.answer(data, lambda: Text(f"{len(revisions)} 个目标已生效", f"{len(revisions)} targets hold from now on").in_(shell.lang))
    return 0


def _answer(shell: Shell, found: object) -> None:
    from zhizao.node.loop.decide import Decided
    from zhizao.show import proposals

    assert isinstance(found, Decided), "only a proposal is shown"
    names = shell.node().library.entity_names()
    shell.answer(
        proposals.data(found.id, found.body, stored=found.stored, remarks=found.remarks),
        lambda: proposals.proposal(found.id, found.body, found.solution, shell.lang, names, stored=found.stored),
    )


def _result(solution: Solution) -> dict[str, str | None]:
    return {"status": solution.status, "objective": None if solution.objective is None else str(solution.objective)}


def _said(solution: Solution) -> str:
    return f"{solution.status} {'–' if solution.objective is None else f'{solution.objective:f}'}"


def _number(text: object, where: str, below: int | None) -> Decimal | None:
    if not text:
        return None
    try:
        number = Decimal(str(text))
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or number < 0 or (below is not None and number >= below):
        raise InputError(Text(f"{text} 不合要求", f"{text} will not do"), where=where, cure=Text("请写一个数", "write a number" if below is None else "write a number below 1, such as 0.9"))
    return number
