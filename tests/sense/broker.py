"""A real Mosquitto on a free port of the loopback, which a test may stop and start again."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CONFIGURATION = """
listener {port} 127.0.0.1
allow_anonymous true
max_queued_messages 0
max_queued_bytes 0
{secure}
persistence {persistence}
persistence_location {folder}/
autosave_interval 1
log_type none
user root
"""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Mosquitto:
    """A broker; ``keeps``: what it holds for absent clients survives it; with a certificate (and its key in the same file) it is encrypted."""

    def __init__(self, folder: Path, *, keeps: bool = False, certificate: Path | None = None) -> None:
        self.port = free_port()
        self._configuration = folder / "mosquitto.conf"
        secure = f"certfile {certificate}\nkeyfile {certificate}" if certificate else ""
        text = CONFIGURATION.format(port=self.port, persistence=str(keeps).lower(), folder=folder, secure=secure)
        self._configuration.write_text(text)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin to listen; returns when it does."""
        program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        self._process = subprocess.Popen([program, "-c", str(self._configuration)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if time.monotonic() > until or self._process.poll() is not None:
                    raise
                time.sleep(0.02)

    def freeze(self) -> None:
        """As if the cable had been cut: nothing is answered, nothing is closed."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def stop(self) -> None:
        """Gone, in good order."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.terminate()
            self._process.wait(10)
            self._process = None


@contextmanager
def mosquitto(folder: Path, *, keeps: bool = False, certificate: Path | None = None) -> Iterator[Mosquitto]:
    """A broker that runs, and is gone afterwards."""
    broker = Mosquitto(folder, keeps=keeps, certificate=certificate)
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()
