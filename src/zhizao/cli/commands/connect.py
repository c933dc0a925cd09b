"""``zhizao connect``: ask a source what it has, and write its file."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import click

from zhizao.cli.bilingual import argument, command, option
from zhizao.cli.shell import Shell
from zhizao.model.text import Text

if TYPE_CHECKING:
    from zhizao.node.connect import Connected


@command(
    "connect",
    Text(
        "连接一个来源：问它有什么，写成一个可读的文件\n文件为 HOME/sources/NAME.yaml，可随意修改；重跑只添新信号，从不改动你写的内容。",
        "connect a source: ask what it has, and write one readable file\n"
        "The file is HOME/sources/NAME.yaml; change what you like: running it again adds what is new and never touches what you wrote.",
    ),
    "zhizao connect mtconnect+http://10.0.0.5:5000 --dry-run",
    "zhizao connect opc.tcp://10.0.0.7:4840 --as press --line L1 --site S1",
)
@argument("url", metavar="URL|NAME")
@option("--as", "name", default="", metavar="NAME", words=Text("来源的名称（默认取自 URL）", "what to call the source (default: by its URL)"))
@option("--site", default="", metavar="SITE", words=Text("设备所在的工厂（默认 main）", "the site its machines stand in (default: main)"))
@option("--line", default="", metavar="LINE", words=Text("设备所在的产线", "the line its machines are part of"))
@option("--dry-run", is_flag=True, words=Text("只显示，不写文件", "show only, write nothing"))
@click.pass_obj
def COMMAND(shell: Shell, url: str, name: str, site: str, line: str, dry_run: bool) -> int:
    """Ask, show, write."""
    from zhizao.node.assemble import now
    from zhizao.node.connect import Asked, connect, write
    from zhizao.node.run import clock_us

    node = shell.node()
    with shell.working(Text(f"询问 {url}", f"asking {url}")):
        found = connect(shell.home, node.library, Asked(url, name, site, line), today=now().date(), clock=clock_us)
    for remark in found.description.remarks:
        shell.say(remark)
    if not dry_run:
        write(found)
    shell.answer(_data(found, written=not dry_run), lambda: _shown(found, shell, dry_run))
    return 0


def _shown(found: Connected, shell: Shell, dry_run: bool) -> Any:
    from rich.console import Group

    from zhizao.show.connections import tier
    from zhizao.show.found import tree

    new, gone = len(found.proposed.signals), len(found.proposed.gone)
    done = Text(f"新增 {new} 个信号，消失 {gone} 个", f"{new} signals are new, {gone} are gone")
    where = (
        Text(f"未写文件；去掉 --dry-run 即写 {found.file}", f"nothing is written; without --dry-run it goes to {found.file}")
        if dry_run
        else Text(f"已写 {found.file}；接着：zhizao run", f"written to {found.file}; next: zhizao run")
    )
    proven = Text(f"连接器等级：{tier(found.tier).zh}", f"tier of its connector: {tier(found.tier).en}")
    devices = [dataclasses.asdict(d) for d in found.description.devices]
    return Group(tree(found.name, devices, _signals(found), shell.lang), "\n".join(t.in_(shell.lang) for t in (done, proven, where)))


def _data(found: Connected, *, written: bool) -> dict[str, Any]:
    quantities = [{"id": q.id, "unit": q.unit, "behaviour": q.behaviour} for q in found.proposed.quantities]
    entities = [{"id": e.id, "name_zh": e.name.zh, "name_en": e.name.en, "part_of": e.part_of} for e in found.proposed.entities]
    data: dict[str, Any] = {"name": found.name, "url": found.source.url, "tier": found.tier, "file": str(found.file), "written": written}
    data |= {"devices": [dataclasses.asdict(d) for d in found.description.devices], "signals": _signals(found)}
    return data | {"gone": sorted(found.proposed.gone), "entities": entities, "quantities": quantities}


def _signals(found: Connected) -> list[dict[str, Any]]:
    proposed = {a.address: signal for a, signal in found.proposed.signals}
    before, ignored = (found.before.source.signals, found.before.source.ignored) if found.before else ({}, frozenset())
    rows = []
    for a in found.description.addresses:
        signal = before.get(a.address) or proposed.get(a.address)
        state = "ignored" if a.address in ignored else "known" if a.address in before else "new"
        where = {"entity": signal.entity, "quantity": signal.quantity, "scale": signal.scale} if signal else {"entity": "", "quantity": "", "scale": 1.0}
        rows.append({**dataclasses.asdict(a), **where, "state": state})
    return rows
