"""Names over several packs: unique ones stand as they are, the others are written ``pack.id``."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Generic, TypeVar

from zhizao.model.finding import Place
from zhizao.model.text import Text
from zhizao.pack.found import Found, did_you_mean

T = TypeVar("T")
RESERVED = "kernel"
"""The pack whose names no other pack can take: the program itself asks for them."""


class Names(Generic[T]):
    """Things of one sort by the name that tells them apart.

    Args:
        things: (pack, id, place, thing), in loading order.
        broken: packs with the names whose files could not be read; what is wrong with them is told there.
    """

    def __init__(self, sort: Text, things: Iterable[tuple[str, str, Place, T]], found: Found, broken: Container[tuple[str, str]] = ()) -> None:
        self.sort, self.broken = sort, broken
        self.by_name: dict[str, T] = {}
        self._owners: dict[str, dict[str, str]] = {}
        listed = list(things)
        for pack, name, place, _ in listed:
            if pack in self._owners.setdefault(name, {}):
                message = Text(f"包 {pack} 中有两个{sort.zh} {name}", f"pack {pack} has two {sort.en}s named {name}")
                found.blocking("repeated_id", place, message, Text("请给其中一个另取编号", "give one of them another id"))
            self._owners[name][pack] = ""
        for pack, name, place, thing in listed:
            self._enter(pack, name, place, thing, found)

    def _enter(self, pack: str, name: str, place: Place, thing: T, found: Found) -> None:
        owners = self._owners[name]
        full = name if len(owners) == 1 or pack == RESERVED else f"{pack}.{name}"
        if owners[pack]:
            return  # told above; the first stays
        owners[pack] = full
        self.by_name[full] = thing
        if full != name:
            others = ", ".join(sorted(set(owners) - {pack}))
            message = Text(f"{others} 包中也有{self.sort.zh} {name}，此处的写作 {full}", f"{others} also has a {self.sort.en} {name}; this one is written {full}")
            found.note("same_name", place, message, Text("如非有意，请另取编号", "give it another id if that is not meant"))

    def name(self, written: str, pack: str) -> str:
        """The full name of what a pack means by a name; '' where nothing, or more than one thing, carries it."""
        owners = self._owners.get(written, {})
        if written in self.by_name and pack not in owners:
            return written
        return owners.get(pack, "") or (next(iter(owners.values())) if len(owners) == 1 else "")

    def find(self, written: str, pack: str, place: Place, found: Found) -> str:
        """The full name of what a pack means; a name that nothing carries is a finding."""
        full = self.name(written, pack)
        if not full and (pack, written) not in self.broken:
            owners = self._owners.get(written, {})
            message = Text(f"没有名为 {written} 的{self.sort.zh}", f"no {self.sort.en} is named {written}")
            if len(owners) > 1:
                message = Text(f"{written} 在多个包中都有", f"{written} is in several packs")
            found.blocking("unknown_name", place, message, did_you_mean(written, list(owners.values()) if owners else self.by_name))
        return full

