"""Other stores that take the same observations: each started on loopback with a data folder of its own, and ended by its process."""

from __future__ import annotations

import http.client
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

START_S = 30.0
PROGRAMS = {"influxdb": "influxd", "victoriametrics": "victoria-metrics", "postgresql": "postgres"}
"""What must be installed (Debian: influxdb, victoria-metrics, postgresql)."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A server that runs: ``take`` makes batches durable, one after the other, and says how many observations it holds then."""

    process: int
    prepare: Callable[[list[pa.RecordBatch]], Sequence[bytes]]
    take: Callable[[Sequence[bytes]], int]

    @property
    def peak_mb(self) -> float:
        """The most memory the server and its own children held."""
        return sum(_peak(pid) for pid in [self.process, *_children(self.process)]) / 1024


def is_installed(name: str) -> bool:
    """Whether a peer can be started."""
    return _program(PROGRAMS[name]) is not None


@contextmanager
def running(name: str, folder: Path) -> Iterator[Peer]:
    """Start a peer and end it."""
    with {"influxdb": influxdb, "victoriametrics": victoriametrics, "postgresql": postgresql}[name](folder) as peer:
        yield peer


@contextmanager
def influxdb(folder: Path) -> Iterator[Peer]:
    """InfluxDB 1: the line protocol; its write-ahead log is flushed at every write."""
    port, other = _free_port(), _free_port()
    places = {"INFLUXDB_META_DIR": "meta", "INFLUXDB_DATA_DIR": "data", "INFLUXDB_DATA_WAL_DIR": "wal"}
    settings = {name: str(folder / place) for name, place in places.items()}
    settings |= {"INFLUXDB_HTTP_BIND_ADDRESS": f"127.0.0.1:{port}", "INFLUXDB_BIND_ADDRESS": f"127.0.0.1:{other}", "INFLUXDB_REPORTING_DISABLED": "true"}
    settings |= {"INFLUXDB_HTTP_LOG_ENABLED": "false", "INFLUXDB_MONITOR_STORE_ENABLED": "false"}
    (folder / "none.conf").touch()
    with _started([_found("influxd"), "run", "-config", str(folder / "none.conf")], port, settings) as process:
        names = iter(range(100))

        def take(bodies: Sequence[bytes]) -> int:
            base = f"bench{next(names)}"
            _post(port, f"/query?q=CREATE+DATABASE+{base}", [b""])
            _post(port, f"/write?db={base}&precision=u", bodies)
            return sum(body.count(b"\n") for body in bodies)

        yield Peer(process, _lines, take)


@contextmanager
def victoriametrics(folder: Path) -> Iterator[Peer]:
    """VictoriaMetrics: its own import of JSON lines, a line a series; it does not say when what it took is on the disk."""
    port = _free_port()
    command = [_found("victoria-metrics"), f"-storageDataPath={folder}", f"-httpListenAddr=127.0.0.1:{port}", "-retentionPeriod=100y"]
    with _started(command, port, {}) as process:

        def take(bodies: Sequence[bytes]) -> int:
            _post(port, "/api/v1/import", bodies)
            return sum(body.count(b",") for body in bodies)

        yield Peer(process, _series, take)


@contextmanager
def postgresql(folder: Path) -> Iterator[Peer]:
    """PostgreSQL: COPY into a table with an index over entity, quantity and time; a transaction a batch, with its default durability."""
    user = pwd.getpwnam("postgres").pw_name if os.geteuid() == 0 else None  # the server refuses to run as root
    shutil.chown(folder, user) if user else None
    port, data = _free_port(), folder / "data"
    subprocess.run([_found("initdb"), "-D", data, "-U", "bench", "-A", "trust", "--no-sync"], check=True, capture_output=True, user=user, cwd="/")
    command = [_found("postgres"), "-D", str(data), "-p", str(port), "-h", "127.0.0.1", "-k", str(folder)]
    with _started(command, port, {}, user) as process:
        client = [_found("psql"), "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(port), "-U", "bench", "postgres"]
        table = "DROP TABLE IF EXISTS o; CREATE TABLE o (entity text, quantity text, time timestamptz, value float8, text text, quality text);"
        index = "CREATE INDEX ON o (entity, quantity, time);"

        def take(bodies: Sequence[bytes]) -> int:
            subprocess.run(client, input=b"".join([f"{table} {index}\n".encode(), *bodies]), check=True)
            counted = subprocess.run([*client, "-t", "-c", "SELECT count(*) FROM o"], check=True, capture_output=True)
            return int(counted.stdout)

        yield Peer(process, _copied, take)


# ── the batches, as each of them takes them ─────────────────────────────────────────────────────────────────────


def _lines(batches: list[pa.RecordBatch]) -> Sequence[bytes]:
    return ["".join(f"{q},entity={e} value={v} {t}\n" for e, q, t, v in _rows(batch)).encode() for batch in batches]


def _series(batches: list[pa.RecordBatch]) -> Sequence[bytes]:
    return [_series_of(batch) for batch in batches]


def _series_of(batch: pa.RecordBatch) -> bytes:
    held: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for e, q, t, v in _rows(batch):
        held.setdefault((e, q), []).append((t // 1000, v))
    lines = []
    for (e, q), points in held.items():
        times, values = (",".join(str(point[at]) for point in points) for at in (0, 1))
        lines.append(f'{{"metric":{{"__name__":"{q}","entity":"{e}"}},"values":[{values}],"timestamps":[{times}]}}\n')
    return "".join(lines).encode()


def _copied(batches: list[pa.RecordBatch]) -> Sequence[bytes]:
    rows = "{}\t{}\t{}\t{}\t\\N\tgood\n".format
    return [
        b"COPY o FROM STDIN;\n" + "".join(rows(e, q, datetime.fromtimestamp(t / 1e6, UTC).isoformat(), v) for e, q, t, v in _rows(batch)).encode() + b"\\.\n"
        for batch in batches
    ]


def _rows(batch: pa.RecordBatch) -> Iterator[tuple[str, str, int, float]]:
    columns = (batch["entity"], batch["quantity"], batch["time"].cast(pa.int64()), batch["value"])
    return zip(*(column.to_pylist() for column in columns), strict=True)


# ── processes and connections ───────────────────────────────────────────────────────────────────────────────────


@contextmanager
def _started(command: list[str], port: int, settings: dict[str, str], user: str | None = None) -> Iterator[int]:
    process = subprocess.Popen(command, env={**os.environ, **settings}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=user, cwd="/")
    try:
        _await(port, process)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as trying:
            if trying.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit(f"{process.args!r} does not start")


def _post(port: int, path: str, bodies: Sequence[bytes]) -> None:
    link = http.client.HTTPConnection("127.0.0.1", port)
    for body in bodies:
        link.request("POST", path, body)
        answer = link.getresponse()
        said = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{path}: {answer.status} {said.decode()[:200]}")
    link.close()


def _free_port() -> int:
    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        return int(asking.getsockname()[1])


def _program(name: str) -> str | None:
    """A program, which Debian keeps out of the path where it has several versions."""
    kept = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(kept[-1]) if kept else None)


def _found(name: str) -> str:
    program = _program(name)
    assert program, f"{name} is not installed"
    return program


def _children(process: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process)], capture_output=True, text=True, check=False)
    return [int(pid) for pid in found.stdout.split()]


def _peak(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text()
    return int(next((line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")), "0"))
