"""Every sink against a real receiver of its kind on the loopback: what is sent arrives once, reads back, and no doubt is taken for certainty."""

from __future__ import annotations

import asyncio
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.sense.broker import Mosquitto
from tests.sense.modbus_device import Device
from tests.sense.opcua_peer import free_port
from tests.sense.sparkplug_peer import publisher
from zhizao.act.contract import Destination, Lost, NotSent, Outgoing
from zhizao.act.sinks.drop import Drop
from zhizao.act.sinks.mail import Mail
from zhizao.act.sinks.modbus import Modbus
from zhizao.act.sinks.sparkplug import Sparkplug, decoded
from zhizao.act.sinks.webhook import Webhook
from zhizao.errors import InputError

BODY = json.dumps({"action": "A-1", "owner": "li", "deadline": "2026-04-01", "planned": {"title": {"zh": "调速", "en": "Retune"}, "entity": "machine:M1"}})
MESSAGE = Outgoing("X-1", "", BODY)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A file with a secret."""
    file = tmp_path / "key"
    file.write_text("s3cret\n", "utf-8")
    return file


class Receiver(BaseHTTPRequestHandler):
    """Answers as its server says, and remembers what it was sent."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((dict(self.headers), body))
        if self.server.answer == 0:  # it goes away in the middle
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(self.server.answer)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def receiver(answer: int) -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.heard, server.answer = [], answer
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def hook(port: int, key: Path) -> Webhook:
    return Webhook(Destination("erp", f"webhook+http://127.0.0.1:{port}/in", {"key_file": str(key)}))


def test_a_webhook_is_signed_and_carries_what_tells_a_repetition(key: Path) -> None:
    with receiver(202) as server:
        assert hook(server.server_port, key).send(MESSAGE) == "HTTP 202"
        [(headers, body)] = server.heard
    assert (headers["Idempotency-Key"], body.decode()) == ("X-1", BODY)
    assert headers["X-Zhizao-Signature"] == "sha256=" + hmac.new(b"s3cret", body, sha256).hexdigest()
    assert "s3cret" not in str(headers)


@pytest.mark.parametrize(("answer", "error"), [(404, NotSent), (302, NotSent), (429, NotSent), (500, Lost), (503, Lost), (0, Lost)])
def test_only_a_clear_refusal_is_certain(answer: int, error: type[Exception], key: Path) -> None:
    with receiver(answer) as server, pytest.raises(error):
        hook(server.server_port, key).send(MESSAGE)


def test_nobody_listening_is_certain(key: Path) -> None:
    with pytest.raises(NotSent):
        hook(free_port(), key).send(MESSAGE)


@pytest.mark.parametrize("options", [{}, {"key_env": "NOBODY_SET_THIS"}, {"key_file": "nowhere"}])
def test_a_sink_without_its_secret_is_refused_before_anything_leaves(options: dict[str, str]) -> None:
    with pytest.raises(InputError):
        Webhook(Destination("erp", "webhook+http://h/in", options))


def test_a_dropped_file_is_whole_and_reads_back(tmp_path: Path) -> None:
    sink = Drop(Destination("share", f"drop://{tmp_path}"))
    assert sink.read(MESSAGE) is None
    assert (sink.send(MESSAGE), sink.send(MESSAGE)) == ("X-1.json", "X-1.json")
    assert sink.read(MESSAGE) == BODY and [f.name for f in tmp_path.iterdir()] == ["X-1.json"]
    with pytest.raises(NotSent):
        Drop(Destination("share", f"drop://{tmp_path}/not_mounted")).send(MESSAGE)


class Post:
    """A small SMTP server of one letter: it accepts, refuses the recipient, or goes away after the letter."""

    def __init__(self, mood: str = "") -> None:
        self.mood, self.letter = mood, ""
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        link, _ = self._socket.accept()
        with link, link.makefile("rwb") as wire:
            self._say(wire, "220 here")
            for line in iter(wire.readline, b""):
                word = line[:4].decode().upper().strip()
                if word == "DATA":
                    self._say(wire, "354 go on")
                    self.letter = "".join(iter(lambda: wire.readline().decode(), ".\r\n"))
                    if self.mood == "dies":
                        return
                refuses = (word, self.mood) == ("RCPT", "refuses")
                self._say(wire, "550 unknown" if refuses else "221 bye" if word == "QUIT" else "250 fine")

    def _say(self, wire, words: str) -> None:
        wire.write(f"{words}\r\n".encode())
        wire.flush()


def mail(port: int) -> Mail:
    return Mail(Destination("post", f"smtp://127.0.0.1:{port}", {"from": "zhizao@plant.example"}))


def test_a_letter_says_what_is_to_be_done_in_both_languages() -> None:
    post = Post()
    assert mail(post.port).send(Outgoing("X-1", "li@plant.example", BODY)) == "li@plant.example"
    assert "Message-ID: <X-1@zhizao>" in post.letter and "To: li@plant.example" in post.letter and "X-1.json" in post.letter


@pytest.mark.parametrize(("mood", "error"), [("refuses", NotSent), ("dies", Lost)])
def test_a_letter_that_may_have_been_taken_is_not_certain(mood: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        mail(Post(mood).port).send(Outgoing("X-1", "li@plant.example", BODY))


def test_a_letter_to_nobody_and_to_no_server_is_certain() -> None:
    for port, to in ((free_port(), "li@plant.example"), (free_port(), "")):
        with pytest.raises(NotSent):
            mail(port).send(Outgoing("X-1", to, BODY))


REGISTERS = {
    "P": {"address": "holding:10", "type": "float32", "order": "CDAB"}, "N": {"address": 40021, "type": "int16", "scale": 0.1},
    "L": {"address": "holding:30", "type": "uint32"}, "on": {"address": "coil:3"}, "T": {"address": "input:1"},
}  # fmt: skip


def test_registers_and_coils_are_written_and_read_back() -> None:
    async def play() -> None:
        async with Device() as device:
            sink = Modbus(Destination("m", f"modbus://127.0.0.1:{device.port}/?unit=1", {"registers": REGISTERS}))
            for name, value in {"P": "2.5", "N": "-1.2", "L": "70000", "on": "0"}.items():
                what = Outgoing("X-1", name, Decimal(value))
                assert await asyncio.to_thread(sink.send, what) == "written"
                assert await asyncio.to_thread(sink.read, what) == Decimal(value)
            device.refusing.add(10)
            for name, value in {"P": "1", "N": "9999", "L": "1.5", "T": "1", "no": "1", "on": "2"}.items():
                with pytest.raises(NotSent):
                    await asyncio.to_thread(sink.send, Outgoing("X-1", name, Decimal(value)))

    asyncio.run(play())
    with pytest.raises(NotSent):
        Modbus(Destination("m", f"modbus://127.0.0.1:{free_port()}", {"registers": REGISTERS})).send(Outgoing("X-1", "P", Decimal(1)))


def test_a_device_takes_a_command_and_says_it_at_its_next_birth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def play() -> None:
        broker = Mosquitto(tmp_path)
        broker.start()
        try:
            peer = await publisher(broker.port, "press")
            held = [{"name": "Speed", "alias": 7, "type": "Double", "value": 100.0}, {"name": "Level", "type": "Int16", "value": -3}]
            await peer.do("birth", metrics=[{"name": "up", "type": "Boolean", "value": True}], device_metrics=held)
            sink = Sparkplug(Destination("line", f"sparkplug://127.0.0.1:{broker.port}/g"))
            for name, value in {"Speed": "110.5", "Level": "-7"}.items():
                what = Outgoing("X-1", f"e1/press/{name}", Decimal(value))
                assert await asyncio.to_thread(sink.send, what) == "DCMD e1/press"
                await peer.told("commanded")
                assert await asyncio.to_thread(sink.read, what) == Decimal(value)
            monkeypatch.setattr("zhizao.act.sinks.sparkplug.BIRTH_S", 0.5)
            for address, value in {"e1/press/Nothing": "1", "e1/press/Level": "1.5", "e9/press/Speed": "1"}.items():
                with pytest.raises(NotSent):
                    await asyncio.to_thread(sink.send, Outgoing("X-1", address, Decimal(value)))
            await peer.kill()
        finally:
            broker.stop()

    asyncio.run(play())


def test_bytes_that_are_no_payload_tell_of_nothing() -> None:
    assert [decoded(raw) for raw in (b"", b"\xff", b"\x12\x05ab", b"\x12\x02\x0a\xff")] == [[], [], [], []]
