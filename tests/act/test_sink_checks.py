"""The suite of sinks lets good sinks pass, and tells of each way in which one may be wrong."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.act.test_sinks import MESSAGE, hook, receiver
from tests.sense.opcua_peer import free_port
from zhizao.act.contract import Destination, Lost, NotSent, Outgoing, Sink, Word
from zhizao.act.sinks.drop import Drop
from zhizao.checks.sinks import CHECKS, Mood, examined
from zhizao.model.text import same


class HookRig:
    """A real HTTP server, and the webhook that posts to it."""

    what, secrets = MESSAGE, ("s3cret",)

    def __init__(self, server, key: Path) -> None:
        self._server, self._key, self._port = server, key, server.server_port

    def sink(self) -> Sink:
        return hook(self._port, self._key)

    def be(self, mood: Mood) -> bool:
        self._server.answer = {"takes": 200, "refuses": 403, "silent": 0, "gone": 200}[mood]
        self._port = free_port() if mood == "gone" else self._server.server_port
        return True

    def arrived(self) -> Sequence[Word]:
        return [body.decode() for _, body in self._server.heard if self._server.answer in (0, 200)]


@dataclass
class FolderRig:
    """A folder, which may be taken away."""

    folder: Path
    what: Outgoing = MESSAGE
    secrets: Sequence[str] = ()

    def sink(self) -> Sink:
        return Drop(Destination("share", f"drop://{self.folder}"))

    def be(self, mood: Mood) -> bool:
        if mood == "gone":
            shutil.rmtree(self.folder)
        return mood in ("takes", "gone") and (mood == "gone" or self.folder.is_dir())

    def arrived(self) -> Sequence[Word]:
        return [file.read_text("utf-8") for file in self.folder.glob("*")] if self.folder.is_dir() else []


def test_a_webhook_passes(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("s3cret", "utf-8")

    @contextmanager
    def make() -> Iterator[HookRig]:
        with receiver(200) as server:
            yield HookRig(server, key)

    assert examined(make) == {}


def test_a_drop_folder_passes(tmp_path: Path) -> None:
    @contextmanager
    def make() -> Iterator[FolderRig]:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        yield FolderRig(folder)

    assert examined(make) == {}


@dataclass
class BadRig:
    """A receiver in memory, and a sink with one fault."""

    fault: str
    mood: Mood = "takes"
    taken: list[Word] = field(default_factory=list)
    what: Outgoing = MESSAGE
    secrets: Sequence[str] = ("s3cret",)
    reads_back: bool = True

    def sink(self) -> Sink:
        if self.fault == "eager" and self.mood == "gone":
            raise OSError("nobody is there")
        return self

    def be(self, mood: Mood) -> bool:
        self.mood = mood
        return True

    def arrived(self) -> Sequence[Word]:
        return self.taken

    def __repr__(self) -> str:
        return "Sink s3cret" if self.fault == "tells" else "Sink"

    def send(self, what: Outgoing) -> str:
        if self.mood in ("refuses", "gone"):
            raise Lost("who knows") if self.fault == "unsure" else NotSent(same("no"))
        self.taken += [what.value] * (2 if self.fault == "twice" else 1)
        if self.mood == "silent":
            raise NotSent(same("no answer")) if self.fault == "certain" else Lost("no answer")
        return "taken"

    def read(self, what: Outgoing) -> Word | None:
        if self.fault == "touches":
            self.taken.append("?")
        return None if self.fault == "blind" or not self.taken else self.taken[-1]


@pytest.mark.parametrize(
    ("fault", "failed"),
    [
        ("", set()),
        ("twice", {"what_is_sent_arrives_once"}),
        ("blind", {"what_arrived_is_read_back_by_another_process"}),
        ("touches", {"reading_changes_nothing", "what_arrived_is_read_back_by_another_process"}),
        ("eager", {"making_a_sink_reaches_nobody", "a_receiver_that_is_gone_is_certain"}),
        ("unsure", {"a_receiver_that_refuses_is_certain", "a_receiver_that_is_gone_is_certain"}),
        ("certain", {"a_lost_answer_is_not_certain"}),
        ("tells", {"no_secret_is_told"}),
    ],
)
def test_each_fault_is_told(fault: str, failed: set[str]) -> None:
    @contextmanager
    def make() -> Iterator[BadRig]:
        yield BadRig(fault)

    assert set(examined(make)) == failed
    assert failed <= {check.__name__ for check in CHECKS}
