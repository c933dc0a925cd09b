"""``zhizao actions``: what is to be done, by whom, until when; and what persons say of it."""

from __future__ import annotations

from typing import Any

import click

from zhizao.cli.bilingual import command, option
from zhizao.cli.shell import Shell
from zhizao.errors import InputError
from zhizao.model.text import Text


@command(
    "actions",
    Text(
        "措施：谁在何时之前做什么，进展如何\n列表、看板（--board）与日历（--calendar）是同一内容的不同视图。",
        "actions: who is to do what until when, and how far it is\nThe list, the board (--board) and the calendar (--calendar) are views of the same.",
    ),
    "zhizao actions --board",
    "zhizao actions --start A-12ab --as li",
    'zhizao actions --evidence A-12ab report.pdf --as li',
)
@option("--of", "of", default="", metavar="ENTITY", words=Text("只看此对象之下的", "only those below an entity"))
@option("--owner", default="", metavar="PERSON", words=Text("只看此人的", "only those of a person"))
@option("--status", type=click.Choice(["planned", "started", "done", "cancelled"]), default=None, words=Text("只看此状态的", "only those of a status"))
@option("--board", is_flag=True, words=Text("看板：每个状态一列", "a board: a column a status"))
@option("--calendar", is_flag=True, words=Text("日历：自计划到期限的横条", "a calendar: a bar from plan to deadline"))
@option("--start", default="", metavar="ACTION", words=Text("开始", "begin it"))
@option("--evidence", type=(str, str), default=None, metavar="ACTION FILE|TEXT", words=Text("附上依据：文件（留存）或文字", "show that it was done: a file, which is kept, or words"))
@option("--done", default="", metavar="ACTION", words=Text("完成（须有依据）", "it is done (which takes evidence)"))
@option("--cancel", default="", metavar="ACTION", words=Text("取消", "cancel it"))
@option("--assign", type=(str, str), default=None, metavar="ACTION PERSON", words=Text("交给另一人", "give it to somebody else"))
@option("--escalate", is_flag=True, words=Text("逾期的上报给负责人的上级", "tell the owner's superior of what is late"))
@option("--as", "person", default="", metavar="PERSON", words=Text("何人", "who says it"))
@option("--note", default="", metavar="TEXT", words=Text("说明", "a note"))
@click.pass_obj
def COMMAND(shell: Shell, /, of: str, owner: str, status: Any, board: bool, calendar: bool, escalate: bool, person: str, note: str, **said: Any) -> int:
    """Say something of one action, or show them."""
    from zhizao.node.assemble import now
    from zhizao.node.loop import actions

    node, at = shell.node(), now()
    if told := [(what, value) for what, value in said.items() if value]:
        if len(told) > 1 or not person:
            raise InputError(Text("一次只说一件事，并写 --as PERSON", "say one thing at a time, and who says it with --as PERSON"), where=f"--{told[0][0]}")
        event = actions.say(node, _saying(shell, *told[0], person, note), at)
        shell.say(Text(f"{event.action}：{event.what}", f"{event.action}: {event.what}"))
    for event in actions.escalate(node, at) if escalate else ():
        shell.say(Text(f"{event.action} 逾期，已上报 {event.owner}", f"{event.action} is late; {event.owner} is told"))
    with node.store.session() as session:
        of = _entity(node, session, of)
    rows = [actions.row(one) for one in actions.listed(node, actions.Wanted(of, owner, status), at)]
    shell.answer(rows, lambda: _shown(rows, shell, board, calendar, at.date()))
    return 0


def _saying(shell: Shell, option: str, value: Any, person: str, note: str) -> Any:
    from zhizao.node.loop.actions import Saying, evidence

    match option:
        case "evidence": return Saying(value[0], "evidenced", person, evidence(shell.home, value[1]))
        case "assign": return Saying(value[0], "assigned", person, note, value[1])
        case "start": return Saying(value, "started", person, note)
        case "cancel": return Saying(value, "cancelled", person, note)
        case _: return Saying(value, "done", person, note)


def _entity(node: Any, session: Any, of: str) -> str:
    from zhizao.node.entities import entity

    return entity(node.library, session, of) if of else ""


def _shown(rows: list[dict[str, Any]], shell: Shell, board: bool, calendar: bool, today: Any) -> Any:
    from zhizao.show import actions

    return actions.board(rows, shell.lang) if board else actions.calendar(rows, today, shell.lang) if calendar else actions.table(rows, shell.lang)
