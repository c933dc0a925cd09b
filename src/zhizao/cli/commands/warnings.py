"""``zhizao warnings``: what is in danger, since when, why; and what persons say of it."""

from __future__ import annotations

import click

from zhizao.cli.bilingual import command, option
from zhizao.cli.shell import Shell
from zhizao.errors import InputError
from zhizao.model.text import Text
from zhizao.model.warning import What

_DONE: dict[str, What] = {"acknowledge": "acknowledged", "explain": "explained", "appeal": "appealed", "uphold": "upheld", "resolve": "resolved"}


@command(
    "warnings",
    Text(
        "预警：按现有事实判断各条规则，列出未解除的预警\n编号写开头几位即可；处理时须写明何人（--as）。",
        "warnings: judge the rules by what is known now, and list what is open\n"
        "The beginning of a number is enough; whoever acts on one is named with --as.",
    ),
    "zhizao warnings",
    "zhizao warnings --of region:32 --all",
    'zhizao warnings --acknowledge W-1a2b --as li.wei --note "checked on site"',
)
@option("--of", metavar="ENTITY", multiple=True, words=Text("只看这些对象及其下属，可多次写", "only these entities and what belongs to them; may be repeated"))
@option("--all", "over", is_flag=True, words=Text("连同已解除、已失效的", "those that are resolved or expired as well"))
@option("--acknowledge", metavar="W", default="", words=Text("确认收到", "say that it is seen"))
@option("--explain", metavar="W", default="", words=Text("说明原因", "explain it"))
@option("--appeal", metavar="W", default="", words=Text("对点名企业的预警提出申诉", "appeal against a warning that names an enterprise"))
@option("--uphold", metavar="W", default="", words=Text("驳回申诉", "turn an appeal down"))
@option("--resolve", metavar="W", default="", words=Text("解除（或支持申诉）", "end it, or grant its appeal"))
@option("--as", "person", metavar="PERSON", default="", words=Text("何人", "by whom"))
@option("--note", metavar="TEXT", default="", words=Text("理由", "why"))
@click.pass_obj
def COMMAND(shell: Shell, /, of: tuple[str, ...], over: bool, person: str, note: str, **asked: str) -> int:
    """Look, say, list."""
    from zhizao.node.assemble import now
    from zhizao.node.loop import warnings, watching
    from zhizao.show import warnings as shown

    node = shell.node()
    words = [warnings.Word(what, asked[key], person, note) for key, what in _DONE.items() if asked[key]]
    if len(words) > 1:
        cure = Text("请分几次写", "say one at a time")
        raise InputError(Text("一次只能做一件事", "only one thing can be done at a time"), where=", ".join(f"--{k}" for k in _DONE if asked[k]), cure=cure)
    if words:
        found = [warnings.say(node, words[0], now())]
    else:
        with shell.working(Text("判断各条规则", "judging the rules")):
            looked = watching.look(node.library, node.store, now())
            found = warnings.found(node, of, over=over)
        for rule, trouble in looked.troubles.items():
            shell.say(Text(f"规则 {rule} 未能判断：{trouble.zh}", f"rule {rule} could not be judged: {trouble.en}"))
    shell.answer(shown.data(found, node.library.rules), lambda: shown.table(found, node.library.rules, shell.lang, node.library.entity_names()))
    return 0
