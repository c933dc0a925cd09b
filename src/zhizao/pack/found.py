"""Findings gathered while content is read."""

from __future__ import annotations

from zhizao.errors import nearest
from zhizao.model.finding import Finding, Place
from zhizao.model.text import Text


class Found(list[Finding]):
    """The findings made so far, in the order of reading.

    Example:
        >>> found = Found()
        >>> found.doubtful("unit", Place("a.yaml", 3), Text("单位可疑", "a strange unit"), Text("请核对", "check it"))
        >>> found[0].severity, str(found[0].place)
        ('doubtful', 'a.yaml:3')
    """

    def blocking(self, code: str, place: Place, message: Text, cure: Text) -> None:
        """Add a fault that gives wrong results."""
        self.append(Finding(code, "blocking", place, message, cure))

    def doubtful(self, code: str, place: Place, message: Text, cure: Text) -> None:
        """Add a doubt a person must decide."""
        self.append(Finding(code, "doubtful", place, message, cure))

    def note(self, code: str, place: Place, message: Text, cure: Text) -> None:
        """Add a remark."""
        self.append(Finding(code, "note", place, message, cure))

    def of(self, code: str) -> list[Finding]:
        """The findings of one code."""
        return [f for f in self if f.code == code]


def did_you_mean(name: str, known: object) -> Text:
    """A cure for a name that nothing carries: the nearest known one, or the list of all where it is short.

    Example:
        >>> did_you_mean("revenu", ["revenue", "staff"]).en
        'write revenue'
    """
    names = sorted({str(k) for k in known}) if isinstance(known, (list, tuple, set, frozenset, dict)) else []
    near = next((n for n in names if n.casefold() == name.casefold()), None) or nearest(name, names)
    if near:
        return Text(f"请写 {near}", f"write {near}")
    if not names:
        return Text("请先定义它，或删去此处", "define it first, or remove it here")
    listed = ", ".join(names[:12]) + (" …" if len(names) > 12 else "")
    return Text(f"可写：{listed}", f"write one of: {listed}")
