"""Every error of the program, each with what was found, where, and how to mend it.

ZhizaoError
├── InputError            the caller gave something wrong          exit 2
│   ├── UnknownName       a name that nothing carries (nearest given)
│   ├── AmbiguousName     an alias that several things carry
│   └── UnfitPeriod       a kind of period in which nothing can be computed
├── NoAnswer              the honest answer is no                  exit 1
└── ProgramError          the program could not do its work        exit 3
    ├── StoreBusy         another writer holds the home (retryable)
    ├── StoreDamaged      something stored is gone or is not what was sealed
    ├── StateOverflow     a state would leave its exact range
    └── MissingExtra      an optional library is not installed
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import ClassVar

from zhizao.model.text import Lang, Text

LISTED = 12
"""Names that an error lists at most."""


class ZhizaoError(Exception):
    """An error a person reads in one line: what, where, how to mend."""

    exit_code: ClassVar[int] = 3
    retryable: ClassVar[bool] = False

    def __init__(self, what: Text, *, where: str = "", cure: Text | None = None) -> None:
        super().__init__(what.en)
        self.what, self.where, self.cure = what, where, cure

    @property
    def code(self) -> str:
        """The stable name of this kind of error."""
        return type(self).__name__

    def line(self, lang: Lang) -> str:
        """The error in one line of the reader's language."""
        where = f"{self.where}: " if self.where else ""
        stop, link = ("。", "：") if lang == "zh" else (". ", ": ")
        cure = f"{stop}{'处理办法' if lang == 'zh' else 'To mend'}{link}{self.cure.in_(lang)}" if self.cure else ""
        return f"{where}{self.what.in_(lang)}{cure}".replace("\n", " ")


class InputError(ZhizaoError):
    """The caller gave something wrong: a file, an option, a name."""

    exit_code = 2


class UnknownName(InputError):
    """A name that nothing carries; the nearest known name is offered, or the first few where none is near."""

    def __init__(self, kind: Text, name: str, known: Iterable[str], *, where: str = "") -> None:
        names = sorted(known)
        near, listed = nearest(name, names), ", ".join(names[:LISTED]) + (" …" if len(names) > LISTED else "")
        offer = Text(f"是否想写 {near}？", f"did you mean {near}?") if near else Text(f"可写 {listed}", f"write one of: {listed}")
        cure = offer if names else None
        super().__init__(Text(f"没有名为 {name} 的{kind.zh}", f"no {kind.en} is named {name}"), where=where, cure=cure)


class AmbiguousName(InputError):
    """An alias that several things carry; the candidates are listed."""

    def __init__(self, name: str, candidates: Iterable[str]) -> None:
        listed = ", ".join(sorted(candidates))
        super().__init__(
            Text(f"名称 {name} 有多个含义：{listed}", f"the name {name} means several things: {listed}"),
            cure=Text("请写其中一个编号", "write one of these ids"),
        )


class UnfitPeriod(InputError):
    """A kind of period for which a formula has no value, whatever the facts; figures may be published for it all the same."""


class NoAnswer(ZhizaoError):
    """The question was understood and the honest answer is no."""

    exit_code = 1


class ProgramError(ZhizaoError):
    """The program could not do its work."""


class StoreBusy(ProgramError):
    """Another writer held the home longer than we were ready to wait."""

    retryable = True


class StoreDamaged(ProgramError):
    """Something stored is missing, cannot be read, or is not what was sealed."""


class StateOverflow(ProgramError):
    """A state would leave the range in which it is exact."""


class MissingExtra(ProgramError):
    """An optional library is not installed."""


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name closest to a mistyped one, or an empty string.

    Example:
        >>> nearest("rd_intensty", ["rd_intensity", "nc_rate"])
        'rd_intensity'
    """
    return next(iter(get_close_matches(name, list(known), n=1, cutoff=0.6)), "")
