"""What every sink must do, whatever its protocol; each check is one sentence. Built-in and third-party sinks go through the same.

A sink is examined against its *rig*: a receiver of its kind that counts what arrives and can be told to refuse, to stay silent, or to be gone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Literal, Protocol

from zhizao.act.contract import Lost, NotSent, Outgoing, Sink, Word

Mood = Literal["takes", "refuses", "silent", "gone"]
"""``silent``: it takes what arrives, and its answer is lost."""


class Rig(Protocol):
    """A receiver, and the sink that reaches it."""

    what: Outgoing
    """Something it can take."""
    secrets: Sequence[str]
    """What must be told to nobody."""

    def sink(self) -> Sink:
        """A new sink of the same destination, as another process would make it."""

    def be(self, mood: Mood) -> bool:
        """Behave so from now on; False where a receiver of this kind cannot."""

    def arrived(self) -> Sequence[Word]:
        """Everything it took, in order."""


MakeRig = Callable[[], AbstractContextManager[Rig]]


def examined(make: MakeRig) -> Mapping[str, str]:
    """The checks a sink does not pass, each with what happened instead."""
    failed: dict[str, str] = {}
    for check in CHECKS:
        try:
            with make() as rig:
                check(rig)
        except Exception as error:  # whatever a stranger's sink raises, it does not fulfil the sentence
            failed[check.__name__] = str(error) or type(error).__name__
    return failed


def what_is_sent_arrives_once(rig: Rig) -> None:
    """One call, one arrival, with the very value."""
    rig.sink().send(rig.what)
    _require(list(rig.arrived()) == [rig.what.value], f"arrived: {rig.arrived()}")


def what_arrived_is_read_back_by_another_process(rig: Rig) -> None:
    """Whoever comes after a crash knows nothing but the address."""
    if rig.sink().reads_back:
        rig.sink().send(rig.what)
        found = rig.sink().read(rig.what)
        _require(found == rig.what.value, f"read back {found!r}")


def reading_changes_nothing(rig: Rig) -> None:
    """To look at a receiver sends it nothing that it takes."""
    rig.sink().read(rig.what)
    _require(not rig.arrived(), f"arrived: {rig.arrived()}")


def making_a_sink_reaches_nobody(rig: Rig) -> None:
    """A file is read and checked; no receiver need be there."""
    if rig.be("gone"):
        rig.sink()


def a_receiver_that_refuses_is_certain(rig: Rig) -> None:
    """It may be tried again, so nothing may have arrived."""
    if rig.be("refuses"):
        _raises(rig, NotSent)
        _require(not rig.arrived(), f"arrived: {rig.arrived()}")


def a_receiver_that_is_gone_is_certain(rig: Rig) -> None:
    """Nothing left."""
    if rig.be("gone"):
        _raises(rig, NotSent)


def a_lost_answer_is_not_certain(rig: Rig) -> None:
    """What arrived must not be called not sent: it would be sent again."""
    if rig.be("silent"):
        try:
            rig.sink().send(rig.what)
        except NotSent as error:
            _require(not rig.arrived(), f"it arrived, and was called not sent ({error})")
        except Exception:  # any other error is read as not certain
            return
        _require(not rig.arrived(), "an answer that never came was taken for one")


def no_secret_is_told(rig: Rig) -> None:
    """Neither in what a sink is called nor in what it raises or answers."""
    said = [repr(rig.sink())]
    moods: tuple[Mood, ...] = ("takes", "refuses", "gone")
    for mood in moods:
        if rig.be(mood):
            said.append(_heard(rig))
    _require(not [word for word in rig.secrets if any(word in one for one in said)], "a secret was told")


def _heard(rig: Rig) -> str:
    try:
        return rig.sink().send(rig.what)
    except Exception as error:
        return f"{error!r} {error}"


def _raises(rig: Rig, kind: type[Exception]) -> None:
    try:
        rig.sink().send(rig.what)
    except kind:
        return
    except Lost as error:
        raise AssertionError(f"it was not certain: {error}") from error
    raise AssertionError("nothing was raised")


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise AssertionError(otherwise)


CHECKS: tuple[Callable[[Rig], None], ...] = (
    what_is_sent_arrives_once, what_arrived_is_read_back_by_another_process, reading_changes_nothing, making_a_sink_reaches_nobody,
    a_receiver_that_refuses_is_certain, a_receiver_that_is_gone_is_certain, a_lost_answer_is_not_certain, no_secret_is_told,
)  # fmt: skip
