"""``bundle``: figures and all they rest on, frozen in one file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from zhizao.errors import InputError
from zhizao.model.bundle import Claim, Row
from zhizao.model.text import Text
from zhizao.node import question
from zhizao.node.assemble import Node
from zhizao.node.bundle import archive, freeze, loop, values
from zhizao.node.bundle.claims import World, claimed, records
from zhizao.node.plans import plan_pack
from zhizao.node.whole import write_whole
from zhizao.store.frozen import FrozenStore
from zhizao.store.history import History
from zhizao.store.home import Home
from zhizao.store.seal import key_text, sign


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be claimed, word for word: figures or things of the loop by their ids; the scorecard; everything the loop told."""

    values: tuple[str, ...] = ()
    evaluation: bool = False
    loop: bool = False
    as_of: str = ""
    reader: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """A bundle that was written; ``in_log`` observations are not sealed yet and not in it."""

    claims: tuple[Claim, ...]
    bytes: int
    seal: str
    key: str
    facts: int
    in_log: int


def bundle(node: Node, file: Path, wanted: Wanted, at: datetime) -> Made:
    """Write a bundle, whole or not at all.

    Raises:
        InputError: a name that does not exist, nothing sealed, or a file that cannot be written.
    """
    home = Home(node.home)
    batches = History(home).batches()
    if not batches:
        raise InputError(Text("还没有封存的事实", "nothing is sealed yet"), where=str(node.home), cure=Text("请先导入数据", "import facts first"))
    store = FrozenStore(node.home, batches, at)
    world = World(replace(node, store=store), store, at)
    made = [claimed(world, kind, ask) for kind, ask in _asks(world, wanted)]
    if not made:
        raise InputError(Text("闭环还没有任何记录", "the loop has told nothing yet"), where="--loop", cure=Text("用 --values 写明指标", "name an indicator with --values"))
    needed = records(node.library, made)
    key = home.private_key()
    said = {
        "node": home.id, "key": key_text(key.public_key()), "at": at.isoformat(), "as_of": wanted.as_of, "reader": wanted.reader,
        "program": freeze.program(),
    }  # fmt: skip
    contents = freeze.contents(home, node.folders, batches, needed, made)
    write_whole(file, lambda draft: archive.write(draft, said, contents, lambda seal: sign(key, seal)))
    with archive.opened(file) as written:
        facts = sum(b.stored for b in batches if f"{freeze.FACTS}/{b.record}/{b.segment}" in written.parts)
        return Made(tuple(made), file.stat().st_size, written.seal, str(said["key"]), facts, _in_log(node))


def _in_log(node: Node) -> int:
    return sum(one.spooled for one in node.store.accounts().values())


def _asks(world: World, wanted: Wanted) -> Sequence[tuple[str, Row]]:
    """What is claimed; the scorecard where nothing is asked for."""
    asks: list[tuple[str, Row]] = []
    for text in wanted.values:
        asks += _told(world, text) or [("value", _value(world, text, wanted.as_of))]
    if wanted.loop:
        asks += loop.asked_of(world.node, world.store)
    if wanted.evaluation or not (wanted.values or wanted.loop):
        as_of = question.known(wanted.as_of).as_of or world.at
        asks.append(("evaluation", {"plan": plan_pack(world.node.library, "").id, "as_of": as_of.isoformat()}))
    return list({repr(ask): ask for ask in asks}.values())


def _told(world: World, text: str) -> list[tuple[str, Row]]:
    """The claims about a thing of the loop, where a text is the beginning of an id."""
    if text[:2].upper() not in ("W-", "P-", "A-", "X-"):
        return []
    found = loop.asked_of(world.node, world.store, text)
    if not found:
        cure = Text("用 zhizao warnings 或 zhizao actions 查看", "zhizao warnings and zhizao actions list them")
        raise InputError(Text(f"没有编号为 {text} 的记录", f"nothing is numbered {text}"), where="--values", cure=cure)
    return found


def _value(world: World, text: str, as_of: str) -> Row:
    with world.store.session() as session:
        return values.asked_in(world.node.library, session, text, as_of, world.at)
