"""``zhizao stop-all``: nothing leaves any more."""

from __future__ import annotations

import click

from zhizao.cli.bilingual import command, option
from zhizao.cli.shell import Shell
from zhizao.errors import InputError
from zhizao.model.text import Text


@command(
    "stop-all",
    Text(
        "紧急停止：立即停下全部写出\n任何人可停；解除须两人各自执行 --release。",
        "emergency stop: nothing leaves any more, at once\nAnybody may stop; lifting it takes two persons, each with --release.",
    ),
    "zhizao stop-all",
    "zhizao stop-all --release --as li",
)
@option("--release", is_flag=True, words=Text("同意解除停止（须两人）", "agree to lift the stop (it takes two)"))
@option("--as", "person", default="", metavar="PERSON", words=Text("何人", "who says it"))
@option("--note", default="", metavar="TEXT", words=Text("原因", "why"))
@click.pass_obj
def COMMAND(shell: Shell, release: bool, person: str, note: str) -> int:
    """Stop first, whatever else works."""
    return _lift(shell, person, note) if release else _halt(shell, person, note)


def _halt(shell: Shell, person: str, note: str) -> int:
    from zhizao.node.assemble import now
    from zhizao.node.loop.stop import halt

    stop, under_way = halt(shell.home, now(), person, note)
    shell.say(Text("已停止；任何写出不再离开", "stopped: nothing leaves any more"))
    if under_way:
        shell.say(Text("注意：有一次写出在停止时已发出，尚未结束", "beware: one write was under way when it was stopped, and has not ended yet"))
    _told(shell, stop.id, "raised", person, note)
    shell.answer({"stopped": True, "stop": stop.id, "under_way": under_way}, lambda: stop.id)
    return 1 if under_way else 0


def _lift(shell: Shell, person: str, note: str) -> int:
    from zhizao.act import written
    from zhizao.node.loop.stop import lift

    if not person:
        raise InputError(Text("解除停止须写 --as PERSON", "lifting a stop takes --as PERSON"), where="--release")
    node = shell.node()
    stop, lifted = lift(node.home, written.read(node.home, node.library.quantities).policy, person)
    _told(shell, stop.id, "released" if lifted else "release_asked", person, note)
    words = Text("停止已解除", "the stop is lifted") if lifted else Text("已记下；还需另一人同意", "noted; it takes another person")
    shell.answer({"stopped": not lifted, "stop": stop.id, "released_by": list(stop.released_by)}, lambda: words.in_(shell.lang))
    return 0


def _told(shell: Shell, stop: str, what: str, person: str, note: str) -> None:
    """The stop is in force whether or not the store takes the fact of it."""
    from zhizao.errors import ZhizaoError
    from zhizao.node.loop.stop import tell_stop

    try:
        tell_stop(shell.node(), stop, what, person, note)
    except ZhizaoError as error:
        shell.say(Text(f"未能入库：{error.line('zh')}", f"it could not be stored: {error.line('en')}"))
