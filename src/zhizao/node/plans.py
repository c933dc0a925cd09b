"""Which plan is meant, and what is its own."""

from __future__ import annotations

from pathlib import Path

from zhizao.errors import InputError, UnknownName
from zhizao.model.library import Library, Pack
from zhizao.model.target import Target
from zhizao.model.text import Text


def subject(library: Library, pack: Pack) -> str:
    """Whom a plan's targets are about where they name nobody: what plan.yaml says, else the first entity that belongs to no other."""
    if pack.plan and pack.plan.entity:
        return pack.plan.entity
    return next((entity.id for h in library.hierarchies.values() for entity, parent in h.members if not parent), "")


def plan_pack(library: Library, name: str) -> Pack:
    """The pack of a plan: the one named, else the first that has targets of its own.

    Raises:
        UnknownName: no pack with a plan carries the name.
        InputError: no plan is loaded.
    """
    plans = {p.id: p for p in library.packs.values() if p.plan or own_targets(library, p)}
    if name and name not in plans:
        raise UnknownName(Text("规划包", "plan's pack"), name, plans, where="--plan")
    if not plans:
        cure = Text("用 zhizao lint FOLDER 登记一个含规划的包", "register a pack with a plan: zhizao lint FOLDER")
        raise InputError(Text("没有装载任何规划", "no plan is loaded"), cure=cure)
    return plans[name] if name else next((p for p in plans.values() if own_targets(library, p)), next(iter(plans.values())))


def own_targets(library: Library, pack: Pack) -> tuple[Target, ...]:
    """The targets that the plan of a pack sets itself."""
    return tuple(t for t in library.targets if not t.plan and _written_in(t, pack))


def other_targets(library: Library, pack: Pack) -> tuple[Target, ...]:
    """The targets of other plans that a pack puts beside its own."""
    return tuple(t for t in library.targets if t.plan and _written_in(t, pack))


def _written_in(target: Target, pack: Pack) -> bool:
    return Path(target.place.file).is_relative_to(pack.folder)
