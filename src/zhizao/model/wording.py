"""What publishers and their documents are called in each language, while the figures keep them as one string of data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from zhizao.model.text import Text, same

ANY = "*"
"""Stands in a phrase for whatever is written there: a year, a page."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Names in both languages by the words the data use; what has no name here is shown as it is.

    Example:
        >>> mof = Text("财政部", "Ministry of Finance")
        >>> known = Wording({"MOF": mof}, {"report *": Text("* 年报告", "report *"), "page *": Text("网页 *", "page *")})
        >>> known.source("MOF, report 2019, 2020-08-27; MOF, page x.cn 7").zh
        '财政部，2019 年报告，2020-08-27；财政部，网页 x.cn 7'
        >>> known.publisher("Somebody").zh
        'Somebody'
    """

    publishers: Mapping[str, Text] = field(default_factory=dict)
    phrases: Mapping[str, Text] = field(default_factory=dict)

    def publisher(self, name: str) -> Text:
        """Who published, in both languages."""
        return self.publishers.get(name) or same(name or "–")

    def source(self, written: str) -> Text:
        """Where a figure was published: the pieces that have a name in it, the rest as written."""
        parts = [self._part(part) for part in written.split("; ") if part.strip(", ")]
        return Text("；".join(p.zh for p in parts), "; ".join(p.en for p in parts)) if parts else same("–")

    def phrase(self, words: str) -> Text:
        """One piece of a source, or a whole remark."""
        if words in self.phrases:
            return self.phrases[words]
        for pattern in sorted((p for p in self.phrases if ANY in p), key=len, reverse=True):
            before, _, after = pattern.partition(ANY)
            if words.startswith(before) and words.endswith(after) and len(words) > len(before) + len(after):
                kept, known = words[len(before) : len(words) - len(after)], self.phrases[pattern]
                return Text(known.zh.replace(ANY, kept), known.en.replace(ANY, kept))
        return self.publishers.get(words) or same(words)

    def _part(self, part: str) -> Text:
        """A publisher may have a comma in its name, so it is looked for first."""
        known = self.phrases.get(part) or self.publishers.get(part)
        if known:
            return known
        head = max((p for p in self.publishers if part.startswith((f"{p}, ", f"{p} ("))), key=len, default="")
        pieces = [self.publishers[head], *self._rest(part[len(head) :])] if head else [self.phrase(p) for p in part.split(", ") if p]
        return Text("，".join(p.zh for p in pieces).replace("，（", "（"), ", ".join(p.en for p in pieces).replace(", (", " ("))

    def _rest(self, rest: str) -> list[Text]:
        """What follows a publisher: first the person quoted, in brackets, where there is one."""
        person, _, after = rest.partition(", ") if rest.startswith(" (") else ("", "", rest.removeprefix(", "))
        following = [self.phrase(p) for p in after.split(", ") if p]
        if not person:
            return following
        named = self.phrase(person.strip(" ()") or "–")
        return [Text(f"（{named.zh}）", f"({named.en})"), *following]
