"""``zhizao evaluate``: every target of the plan judged, as a table a minister can read and as a report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zhizao.cli.bilingual import command, option
from zhizao.cli.commands.measure import AS_OF
from zhizao.cli.commands.plan import PLAN, lines
from zhizao.cli.shell import Shell
from zhizao.errors import InputError
from zhizao.model.text import Text
from zhizao.node.whole import require_place, write_whole
from zhizao.show.json import scored

if TYPE_CHECKING:
    from zhizao.model.evaluation import Evaluation
    from zhizao.node.assemble import Node

REPORTS = (".html", ".pdf")


@command(
    "evaluate",
    Text("按公布数评估规划，判定每一项目标", "evaluate the plan: judge every target by published figures"),
    "zhizao evaluate",
    "zhizao evaluate --as-of 2021-06 --year 2020",
    "zhizao evaluate --report plan.html",
)
@option("--plan", metavar="PACK", default="", words=PLAN)
@option("--year", metavar="Y", default="", words=Text("只看这一年的目标", "only the targets of this year"))
@option("--as-of", metavar="T", default="", words=AS_OF)
@option("--report", metavar="FILE", default="", words=Text("另写一份报告：FILE.html 或 FILE.pdf", "write a report too: FILE.html or FILE.pdf"))
@option("--midterm", is_flag=True, words=Text("中期评估（尚未实现）", "mid-term evaluation (not built yet)"))
@click.pass_obj
def COMMAND(shell: Shell, plan: str, year: str, as_of: str, report: str, midterm: bool) -> int:
    """Judge the plan."""
    if midterm:
        cure = Text("去掉 --midterm 可得终期评估", "leave --midterm out for the evaluation against the targets")
        raise InputError(Text("中期评估尚未实现", "the mid-term evaluation is not built yet"), where="--midterm", cure=cure)
    _check(year, report)
    evaluation = _evaluation(shell, plan, as_of) if report else None
    title, rows = _rows(shell, plan, as_of, evaluation)
    chosen = _of_year(rows, year)
    if evaluation:
        _report(shell, evaluation, plan, Path(report))
    _show(shell, title, chosen, as_of)
    if report:
        shell.say(Text(f"报告已写入 {report}", f"the report is in {report}"))
    return 0


def _of_year(rows: list[dict[str, Any]], year: str) -> list[dict[str, Any]]:
    """The rows of a target year, all of them where none is asked for.

    Raises:
        InputError: the plan has no target for the year.
    """
    chosen = [row for row in rows if not year or str(row["year"]) == year]
    if rows and not chosen:
        years = sorted({str(row["year"]) for row in rows})
        cure = Text(f"可写 {'、'.join(years)}", f"write one of: {', '.join(years)}")
        raise InputError(Text(f"规划没有 {year} 年的目标", f"the plan has no targets for {year}"), where="--year", cure=cure)
    return chosen


def _check(year: str, report: str) -> None:
    if year and not (year.isdigit() and len(year) == 4):
        raise InputError(Text(f"{year} 不是年份", f"{year} is no year"), where="--year", cure=Text("例如写 2025", "write for instance 2025"))
    if report and Path(report).suffix.lower() not in REPORTS:
        cure = Text("文件名应以 .html 或 .pdf 结尾", "let the name end in .html or .pdf")
        raise InputError(Text("不知道要写哪种报告", "it does not say which kind of report"), where=f"--report {report}", cure=cure)
    if report:
        require_place(Path(report))


def _rows(shell: Shell, plan: str, as_of: str, known: Evaluation | None) -> tuple[Text, list[dict[str, Any]]]:
    """Title and rows of the scorecard: all that a table needs, kept small; taken from an evaluation where one is known already."""
    from zhizao.node.warm import answer

    def compute(node: Node) -> tuple[Text, list[dict[str, Any]]]:
        from zhizao.node.evaluate import evaluate

        evaluation = known or evaluate(node, plan, as_of)
        return evaluation.title, scored(evaluation)

    with shell.working(Text("评估", "evaluating")):
        return answer(shell.home, ("rows", plan, _asked(as_of)), compute, shell.node)


def _evaluation(shell: Shell, plan: str, as_of: str) -> Evaluation:
    """The whole evaluation: what a report needs."""
    from zhizao.node.warm import answer

    def compute(node: Node) -> Evaluation:
        from zhizao.node.evaluate import evaluate

        return evaluate(node, plan, as_of)

    with shell.working(Text("评估", "evaluating")):
        return answer(shell.home, ("evaluation", plan, _asked(as_of)), compute, shell.node)


def _report(shell: Shell, evaluation: Evaluation, plan: str, file: Path) -> None:
    """Write the report, for which the plan's tree is proved too; before the table, whose reader may stop reading."""
    with shell.working(Text("写报告", "writing the report")):
        content = _drawn(replace(evaluation, plan_lines=lines(shell, plan)), file, shell)
        write_whole(file, lambda draft: _fill(draft, content))


def _drawn(evaluation: Evaluation, file: Path, shell: Shell) -> bytes:
    from zhizao.show.report import html, pdf

    return pdf(evaluation, shell.lang) if file.suffix.lower() == ".pdf" else html(evaluation, shell.lang).encode()


def _fill(draft: Path, content: bytes) -> None:
    draft.write_bytes(content)


def _asked(as_of: str) -> str:
    """What stands for the time in the question: where none is given, today."""
    from zhizao.node.assemble import now

    return as_of or now().date().isoformat()


def _show(shell: Shell, title: Text, rows: list[dict[str, Any]], as_of: str) -> None:
    from zhizao.show.json import evaluate
    from zhizao.show.scorecard import scorecard

    shell.answer(evaluate(rows, shell.lang), lambda: scorecard(rows, shell.lang, shell.width, title=title, as_of=_asked(as_of)))
