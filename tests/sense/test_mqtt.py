"""Plain topics of a real broker: acknowledged only once they are in the log."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from paho.mqtt import publish

from tests.sense.broker import mosquitto
from tests.sense.listening import PATIENCE_S, clock, listening
from zhizao.errors import InputError
from zhizao.sense.connectors.mqtt.connector import Topics
from zhizao.sense.connectors.mqtt.link import Link
from zhizao.sense.source import Signal, Source

T = 1_700_000_000


def connector(broker: Any, *addresses: str, qos: int = 1, version: int = 5, **options: Any) -> Topics:
    url = f"mqtt://127.0.0.1:{broker.port}/plant/#?qos={qos}&version={version}"
    return Topics(Source("line", url, {a: Signal("machine:M1", a) for a in addresses}, options), clock)


async def say(broker: Any, *messages: tuple[str, Any], retain: bool = False) -> None:
    said = [{"topic": topic, "payload": value if isinstance(value, (str, bytes)) else json.dumps(value), "qos": 1, "retain": retain} for topic, value in messages]
    await asyncio.to_thread(publish.multiple, said, port=broker.port)


def once(values: list[float]) -> list[float]:
    """What was in the log but not yet acknowledged when somebody left comes again: at least once."""
    return sorted(set(values))


@pytest.fixture
def broker(tmp_path):
    with mosquitto(tmp_path, keeps=True) as running:
        yield running


@pytest.mark.parametrize("qos,version", [(0, 5), (1, 5), (1, 3), (2, 5)])
def test_what_is_said_on_topics_is_in_the_log(broker, tmp_path, qos, version):
    async def play():
        async with listening(tmp_path / "log", connector(broker, "plant/P", "plant/m/mode", "plant/m/x", qos=qos, version=version, time="t")) as arrived:
            await asyncio.to_thread(publish.single, "plant/P", "1", qos=1, retain=True, port=broker.port)
            await say(broker, ("plant/m", {"t": T, "mode": "AUTO", "x": {"unknown": 1}}), ("plant/P", 2.5), ("plant/P", b"\xff"))
            await arrived.until(lambda: arrived.standing and arrived.standing.lines >= 4)
            assert arrived.of("plant/P")[-1] == 2.5 and arrived.of("plant/m/mode") == ["AUTO"]
            assert arrived.standing.rejected == 2 and arrived.standing.balances and arrived.events["rejected_message"] == 1

    asyncio.run(play())


@pytest.mark.parametrize("version", [3, 5])
def test_what_is_said_while_nobody_listens_comes_afterwards(broker, tmp_path, version):
    async def play():
        async with listening(tmp_path / "log", connector(broker, "plant/P", version=version, time="t")) as arrived:
            await say(broker, ("plant/P", 0))
            await arrived.until(lambda: arrived.of("plant/P") == [0.0])
        await say(broker, *(("plant/P", i) for i in range(1, 101)))
        async with listening(tmp_path / "log", connector(broker, "plant/P", version=version, time="t")) as again:
            await again.until(lambda: once(again.of("plant/P")) == [float(i) for i in range(101)])

    asyncio.run(play())


def test_what_the_log_has_not_taken_the_broker_sends_again(broker, tmp_path, monkeypatch):
    """A connector that ends between hearing and writing has acknowledged nothing."""

    async def refuse(self, feed, messages):
        raise OSError(28, "No space left on device")

    async def play():
        with monkeypatch.context() as ill, pytest.raises(OSError):
            ill.setattr(Topics, "_deliver", refuse)
            async with listening(tmp_path / "log", connector(broker, "plant/P")) as arrived:
                await say(broker, ("plant/P", 1), ("plant/P", 2))
                await asyncio.wait_for(arrived.task, PATIENCE_S)
        async with listening(tmp_path / "log", connector(broker, "plant/P")) as again:
            await again.until(lambda: again.of("plant/P") == [1.0, 2.0])

    asyncio.run(play())


def test_after_a_stop_of_the_broker_what_it_had_kept_comes(broker, tmp_path):
    async def play():
        async with listening(tmp_path / "log", connector(broker, "plant/P")) as arrived:
            await say(broker, ("plant/P", 1))
            await arrived.until(lambda: arrived.of("plant/P") == [1.0])
        await say(broker, ("plant/P", 2))
        await asyncio.to_thread(broker.stop)
        await asyncio.to_thread(broker.start)
        async with listening(tmp_path / "log", connector(broker, "plant/P")) as again:
            await again.until(lambda: once(again.of("plant/P")) == [1.0, 2.0])

    asyncio.run(play())


def test_where_the_broker_keeps_nothing_a_lost_link_makes_values_stale(broker, tmp_path):
    async def play():
        async with listening(tmp_path / "log", connector(broker, "plant/P", qos=0)) as arrived:
            await say(broker, ("plant/P", 1))
            await arrived.until(lambda: arrived.of("plant/P") == [1.0])
            await asyncio.to_thread(broker.stop)
            with pytest.raises(ConnectionError):
                await asyncio.wait_for(arrived.task, PATIENCE_S)
            assert arrived.of("plant/P") == [1.0, "stale"] and arrived.standing.position == ""

    asyncio.run(play())


def test_a_broker_that_forgot_us_leaves_a_stretch_of_which_nothing_is_known(broker, tmp_path):
    async def play():
        async with listening(tmp_path / "log", connector(broker, "plant/P")) as arrived:
            await say(broker, ("plant/P", 1))
            await arrived.until(lambda: arrived.of("plant/P") == [1.0])
        async with listening(tmp_path / "log", connector(broker, "plant/P", client_id="another")) as again:
            await again.until(lambda: again.of("plant/P") == [1.0, "stale"])

    asyncio.run(play())


def test_what_the_broker_had_retained_is_stale(broker, tmp_path):
    async def play():
        await say(broker, ("plant/P", 1), retain=True)
        async with listening(tmp_path / "log", connector(broker, "plant/P")) as arrived:
            await arrived.until(lambda: [(r["value"], r["quality"]) for r in arrived.rows] == [(1.0, "stale")])

    asyncio.run(play())


def test_more_than_may_wait_is_left_with_the_broker_and_none_of_it_is_lost(broker, tmp_path, monkeypatch):
    monkeypatch.setattr("zhizao.sense.connectors.mqtt.link.WAITING_BYTES", 2_000)
    paused = []
    listen = Link._listen
    monkeypatch.setattr(Link, "_listen", lambda self: (paused.append(self._paused), listen(self)))

    async def play():
        async with listening(tmp_path / "log", connector(broker, "plant/P", time="t")) as arrived:
            await say(broker, *(("plant/P", i) for i in range(2_000)))
            await arrived.until(lambda: arrived.standing and arrived.standing.accepted >= 2_000)
            assert arrived.of("plant/P") == [float(i) for i in range(2_000)] and any(paused)

    asyncio.run(play())


def test_topics_are_described_by_what_is_said_on_them(broker, monkeypatch):
    monkeypatch.setattr("zhizao.sense.connectors.mqtt.connector.LISTENED_S", 0.5)

    async def play():
        await say(broker, ("plant/press/load", 2.5), ("plant/saw", {"t": T, "mode": "AUTO"}), retain=True)
        return await connector(broker, time="t").describe()

    found = asyncio.run(play())
    assert {(a.address, a.device, a.name, a.kind, a.example) for a in found.addresses} == {
        ("plant/press/load", "plant/press", "load", "number", "2.5"),
        ("plant/saw/mode", "plant/saw", "mode", "text", "AUTO"),
    }
    assert {d.id for d in found.devices} == {"plant/press", "plant/saw"} and found.options["client_id"].startswith("zhizao-line-")


def certificate(folder: Path) -> Path:
    """Of 127.0.0.1, by itself, with its key."""
    key, now, name = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "broker")])
    draft = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - timedelta(1), now + timedelta(1))
    made = draft.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False).sign(key, hashes.SHA256())
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "broker.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    return file


def test_an_encrypted_link_carries_large_messages_and_trusts_no_stranger(tmp_path):
    trusted, signals = certificate(tmp_path), {"plant/text": Signal("machine:M1", "plant/text")}

    async def play(port: int):
        url = f"mqtts://127.0.0.1:{port}/plant/#"
        with pytest.raises(OSError):
            await Topics(Source("line", url, signals), clock).describe()
        async with listening(tmp_path / "log", Topics(Source("line", url, signals, {"ca": trusted}), clock)) as arrived:
            secure = {"ca_certs": str(trusted)}
            said = [{"topic": "plant/text", "payload": f"{i} " + "x" * 50_000, "qos": 1} for i in range(20)]
            await asyncio.to_thread(publish.multiple, said, port=port, hostname="127.0.0.1", tls=secure)
            await arrived.until(lambda: arrived.standing and arrived.standing.accepted == 20)

    with mosquitto(tmp_path, certificate=trusted) as broker:
        asyncio.run(play(broker.port))


@pytest.mark.parametrize("url", ["mqtt://h", "mqtt://h/t?qos=7", "mqtt://h/t?version=4", "mqtt://h/t?qos="])
def test_a_url_that_cannot_mean_topics_is_named(url):
    with pytest.raises(InputError):
        Topics(Source("s", url), clock)


def test_the_promise_says_what_the_quality_of_service_gives():
    assert [Topics(Source("s", f"{scheme}://h/t?qos={qos}"), clock).promise.delivery for scheme, qos in (("mqtt", 0), ("mqtts", 1))] == ["at_most_once", "at_least_once"]
    assert Topics(Source("s", "mqtts://h/t"), clock).promise.encrypts
