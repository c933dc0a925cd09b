"""A source asked what it has, and its file written: nothing a person wrote in it is lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from zhizao.checks.connectors import Tier
from zhizao.checks.evidence import package_of, tier_of
from zhizao.errors import InputError, ProgramError, ZhizaoError
from zhizao.model.library import Library
from zhizao.model.text import Text, same
from zhizao.sense import mapping
from zhizao.sense.calendar import SOURCE
from zhizao.sense.contract import Clock, Connector
from zhizao.sense.mapping import Placed, SourceFile
from zhizao.sense.propose import Ground, Proposal, proposal, slug
from zhizao.sense.rewrite import begun, rewritten
from zhizao.sense.source import Description, Source

PATIENCE_S = 120.0
SITE = Placed("site:main", Text("本厂", "this plant"))
"""What machines are part of where nothing else is said."""
ABOVE = ("site:", "line:")
"""How the ids of what machines are part of begin."""


@dataclass(frozen=True, slots=True)
class Connected:
    """What a source says it has, and the text of its file with what is proposed; the tier of its connector, None where nothing is recorded of it."""

    name: str
    file: Path
    source: Source
    description: Description
    proposed: Proposal
    before: SourceFile | None
    text: str
    tier: Tier | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person wants connected: a URL or the name of a source there is, and where its machines stand."""

    url: str
    name: str = ""
    site: str = ""
    line: str = ""


def connect(home: Path, library: Library, asked: Asked, *, today: date, clock: Clock) -> Connected:
    """Ask a source, and make the text of its file; nothing is written yet.

    Raises:
        InputError: the URL, the name, or a file that is there cannot be meant.
        ProgramError: the source cannot be reached.
    """
    from zhizao.node.sources import connector

    name, file = _file(home, asked)
    before = mapping.read(file) if file.is_file() else None
    source = before.source if before else Source(name, asked.url)
    reader = connector(source, clock)
    description = _described(source, reader)
    part_of, above = _above(asked, before)
    derived = frozenset(q.id for q in library.quantities.values() if getattr(q, "when", None) is not None)
    own = before.quantities.keys() if before else set()
    known = {id_: q for id_, q in library.quantities.items() if id_ not in own}
    proposed = proposal(description, source.url, name, Ground(known, part_of, above, before, derived))
    text = file.read_text("utf-8") if before else begun(name, asked.url, description.options)
    addresses = {a.address for a in description.addresses}
    text = rewritten(text, proposed, addresses, today.isoformat(), str(file))
    mapping.parse(text, name, str(file))  # what is written can be read
    return Connected(name, file, source, description, proposed, before, text, tier_of(package_of(reader), reader.promise))


def write(connected: Connected) -> None:
    """Put the file in its place, whole or not at all; readable by its owner only, for a URL may hold a password."""
    from zhizao.store.durable import make_folder, replace

    make_folder(connected.file.parent)
    replace(connected.file, connected.text.encode(), mode=0o600)


def _file(home: Path, asked: Asked) -> tuple[str, Path]:
    """The name of the source and its file: the one named, else the one with this URL, else a new one."""
    files = mapping.files_in(home)
    if "://" not in asked.url:
        if asked.url in files:
            return asked.url, files[asked.url]
        cure = Text("写 URL，如 mtconnect+http://HOST:5000，或已有来源的名称", "write a URL such as mtconnect+http://HOST:5000, or the name of a source there is")
        raise InputError(Text("既非 URL，也非来源名称", "neither a URL nor the name of a source"), where=asked.url, cure=cure)
    urls = {name: _url(file) for name, file in files.items()}
    name = asked.name or next((n for n, url in urls.items() if url == asked.url), "") or _name(asked.url, set(files))
    if not mapping.NAME.fullmatch(name):
        raise InputError(Text("名称只能用文字、数字、_ 和 -", "a name has letters, digits, _ and - only"), where=f"--as {name}", cure=Text("换一个名称", "choose another one"))
    if name == SOURCE:
        raise InputError(Text("此名称留给班次日历", "this name is that of the shift calendars"), where=f"--as {name}", cure=Text("换一个名称", "choose another one"))
    if urls.get(name, asked.url) != asked.url:
        cure = Text(f"用 --as 另取名称，或先修改 {files[name]} 中的 url", f"choose another name with --as, or change url in {files[name]}")
        raise InputError(Text(f"来源 {name} 已是 {urls[name]}", f"the source {name} is {urls[name]} already"), where="--as", cure=cure)
    return name, files.get(name, mapping.folder_of(home) / f"{name}.yaml")


def _url(file: Path) -> str:
    try:
        return mapping.read(file).source.url
    except InputError:
        return ""


def _name(url: str, taken: set[str]) -> str:
    """A name by what the URL names last: a device, a folder, else the host."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise InputError(Text(f"不是有效的 URL（{error}）", f"no valid URL ({error})"), where=url) from error
    base = slug(Path(parts.path).name or (parts.hostname or ""), "source")
    return next(n for n in (base, *(f"{base}_{i}" for i in range(2, 10_000))) if n not in taken)


def _above(asked: Asked, before: SourceFile | None) -> tuple[str, tuple[Placed, ...]]:
    """What machines are part of, with the entities above them; where nothing is asked for, what most machines of the file are part of."""
    if before and not asked.site and not asked.line and (stands := _stands(before.entities)):
        return stands, ()
    site = _placed("site", asked.site) if asked.site else SITE
    if not asked.line:
        return site.id, (site,)
    line = _placed("line", asked.line, site.id)
    return line.id, (site, line)


def _stands(entities: Sequence[Placed]) -> str:
    """Where the machines of a file stand; while it has none, the lowest place it names."""
    places = [e.id for e in entities if e.id.startswith(ABOVE)]
    hosts = Counter(e.part_of for e in entities if e.part_of and e.id not in places)
    return hosts.most_common(1)[0][0] if hosts else places[-1] if places else ""


def _placed(level: str, text: str, part_of: str = "") -> Placed:
    from zhizao.model.entity import is_entity

    id_ = text if text.startswith(f"{level}:") else f"{level}:{text}"
    if not is_entity(id_):
        cure = Text("例如写 S1", "write for instance S1")
        raise InputError(Text(f"{text} 不是编号", f"{text} is no id"), where=f"--{level}", cure=cure)
    return Placed(id_, same(id_.partition(":")[2]), part_of)


def _described(source: Source, reader: Connector) -> Description:
    async def ask() -> Description:
        async with asyncio.timeout(PATIENCE_S):
            return await reader.describe()

    try:
        return asyncio.run(ask())
    except ZhizaoError:
        raise
    except Exception as error:  # whatever its protocol makes of it, a source that does not answer is told in one line
        said = (str(error).splitlines() or [""])[0] or type(error).__name__
        cure = Text("请检查地址与网络，以及来源是否在运行", "check the address and the network, and that the source runs")
        raise ProgramError(Text(f"无法连接（{said}）", f"it cannot be reached ({said})"), where=source.url, cure=cure) from error
