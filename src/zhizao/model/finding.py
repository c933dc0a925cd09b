"""A fault in content: a pack, an import. Never raised, always gathered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from zhizao.model.text import Lang, Text

Severity = Literal["blocking", "doubtful", "note"]


@dataclass(frozen=True, slots=True)
class Place:
    """A spot in a file of content; line 0 means the file as a whole."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with content, where, and how to mend it.

    Example:
        >>> Finding("unit", "blocking", Place("a.yaml", 3), Text("单位不符", "unit differs"), Text("改单位", "change it")).line("en")
        'a.yaml:3: blocking unit: unit differs. change it'
    """

    code: str
    severity: Severity
    place: Place
    message: Text
    cure: Text

    def line(self, lang: Lang) -> str:
        """The finding in one line."""
        stop = "。" if lang == "zh" else ". "
        return f"{self.place}: {self.severity} {self.code}: {self.message.in_(lang)}{stop}{self.cure.in_(lang)}"
