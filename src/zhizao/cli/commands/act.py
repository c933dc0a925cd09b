"""``zhizao act``: send what is agreed to, or say what would be sent."""

from __future__ import annotations

import click

from zhizao.cli.bilingual import command, option
from zhizao.cli.shell import Shell
from zhizao.errors import InputError
from zhizao.model.text import Text


@command(
    "act",
    Text(
        "演练或写出已同意的措施\n默认只演练：逐条说明会写出什么、依据哪条政策，或为何不可。写出前先记录，写出后读回；结果未知的绝不重发。",
        "rehearse what is agreed to, or send it\n"
        "A rehearsal says of each write by which policy line it would be sent, or why not. What is sent is noted before and read back after; what nobody knows the fate of is never sent again.",
    ),
    "zhizao act",
    "zhizao act --send",
    'zhizao act --release X-12ab --as li --note "…"',
)
@option("--dry-run", is_flag=True, words=Text("只演练（默认）", "rehearse only (the default)"))
@option("--send", is_flag=True, words=Text("写出", "send"))
@option("--release", default="", metavar="WRITE", words=Text("结果未知的写出：人已核对，不再等待", "a write nobody knows the fate of: a person has looked, nobody waits any longer"))
@option("--as", "person", default="", metavar="PERSON", words=Text("何人放行", "who releases it"))
@option("--note", default="", metavar="TEXT", words=Text("看到了什么", "what was seen"))
@click.pass_obj
def COMMAND(shell: Shell, dry_run: bool, send: bool, release: str, person: str, note: str) -> int:
    """Exit 1 where something is refused, differs or is not known."""
    if dry_run and send:
        raise InputError(Text("--dry-run 与 --send 不能同用", "--dry-run and --send exclude each other"), where="--send")
    return _release(shell, release, person, note) if release or person else _act(shell, send)


def _act(shell: Shell, send: bool) -> int:
    from zhizao.node.loop.act import act, row
    from zhizao.node.loop.approve import policy_remarks
    from zhizao.show.actions import outcomes

    node = shell.node()
    for remark in policy_remarks(node):
        shell.say(remark)
    with shell.working(Text("写出", "sending") if send else Text("演练", "rehearsing")):
        rows = [row(one) for one in act(node, send=send)]
    shell.answer(rows, lambda: outcomes(rows, shell.lang, sent=send))
    well = ("confirmed",) if send else ("rehearsed",)
    return 0 if all(one["fate"] in well and (send or not one["note"]) for one in rows) else 1


def _release(shell: Shell, write: str, person: str, note: str) -> int:
    from rich.text import Text as Line

    from zhizao.node.assemble import now
    from zhizao.node.loop.act import release

    if not (write and person):
        what = Text("放行须写 --release WRITE 与 --as PERSON", "to release takes --release WRITE and --as PERSON")
        raise InputError(what, where="--release", cure=Text("例如：zhizao act --release X-12ab --as li", "for instance: zhizao act --release X-12ab --as li"))
    event = release(shell.node(), write, person, note, now())
    done = Text(f"{event.write} 已由 {person} 放行；它不会再写出", f"{event.write} is released by {person}; it will never be sent")
    shell.answer({"write": event.write, "released_by": person, "note": note}, lambda: Line(done.in_(shell.lang)))
    return 0
