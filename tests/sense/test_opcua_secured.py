"""OPC UA behind certificates and passwords: what a plant's security officer asks for, and what never stands in a message."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
from asyncua.crypto.cert_gen import setup_self_signed_certificate
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.sense.opcua_peer import Peer, plant, source
from zhizao.errors import InputError
from zhizao.sense.connectors.opcua.settings import POLICIES, Settings
from zhizao.sense.source import Source

USER = {"user": "operator", "password": "s3cret"}
URI = "urn:zhizao:test"


async def certified(folder: Path) -> dict[str, str]:
    """A certificate of our own, as the options of a source name it."""
    certificate, key = folder / "own.der", folder / "own.pem"
    await setup_self_signed_certificate(
        key, certificate, URI, socket.gethostname(), [ExtendedKeyUsageOID.CLIENT_AUTH], {"countryName": "CN", "organizationName": "zhizao"}
    )
    return {"certificate": str(certificate), "private_key": str(key), "application_uri": URI}


@pytest.mark.parametrize("policy", POLICIES)
def test_every_policy_signs_and_encrypts(tmp_path, monkeypatch, policy):
    monkeypatch.setenv("PLANT_PASSWORD", USER["password"])

    async def play():
        options = await certified(tmp_path)
        async with Peer(tmp_path, **USER) as peer, plant(tmp_path / "log") as p:
            of = source(peer.url, "Double", security=f"{policy},SignAndEncrypt", user=USER["user"], password_env="PLANT_PASSWORD", **options)
            async with p.reading(of):
                await p.until(lambda: 1.5 in p.values("double"))

    asyncio.run(asyncio.wait_for(play(), 90))


def test_a_wrong_password_is_an_error_that_is_not_tried_again_and_does_not_say_it(tmp_path, monkeypatch):
    monkeypatch.setenv("PLANT_PASSWORD", "not the one")

    async def play():
        async with Peer(tmp_path, **USER) as peer, plant(tmp_path / "log") as p:
            async with p.reading(source(peer.url, "Double", user=USER["user"], password_env="PLANT_PASSWORD")) as task:
                await asyncio.wait({task})
                return task.exception()

    error = asyncio.run(asyncio.wait_for(play(), 90))
    assert isinstance(error, InputError)
    assert "not the one" not in f"{error.line('en')} {error.line('zh')}"


@pytest.mark.parametrize(
    "options, named",
    [
        ({"security": "Basic256,Sign"}, "security"),
        ({"security": "Basic256Sha256"}, "security"),
        ({"security": "Basic256Sha256,Sign"}, "certificate"),
        ({"every": "soon"}, "every"),
        ({"queue": 0}, "queue"),
    ],
)
def test_wrong_options_are_named(options, named):
    with pytest.raises(InputError) as error:
        Settings.of(Source("press", "opc.tcp://127.0.0.1:4840", options=options))
    assert error.value.where == "press" and error.value.what.en.startswith(f"{named}:")


def test_a_url_is_no_place_for_a_password():
    with pytest.raises(InputError) as error:
        Settings.of(Source("press", "opc.tcp://me:s3cret@127.0.0.1:4840"))
    assert "s3cret" not in error.value.line("en")
