"""The node sets of OPC 40001 (Machinery) as the OPC Foundation publishes them, served by the client library's own server. Extra: they lie beside the repository."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from asyncua import Server

from tests.sense.opcua_peer import clock, free_port
from zhizao.sense.connectors.opcua.connector import OpcUa
from zhizao.sense.source import Source

NODESETS = Path(__file__).resolve().parents[3] / "shared" / "data" / "plant" / "machine" / "opcua"
NEEDED = ("DI__Opc.Ua.Di.NodeSet2.xml", "Machinery__Opc.Ua.Machinery.NodeSet2.xml", "Machinery__Opc.Ua.Machinery.Examples.NodeSet2.xml")


@pytest.mark.skipif(not NODESETS.exists(), reason="the published node sets are not here")
def test_the_name_plates_of_machines_are_found():
    async def play():
        server = Server()
        await server.init()
        port = free_port()
        server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/plant")
        for name in NEEDED:
            await server.import_xml(NODESETS / name)
        async with server:
            return await OpcUa(Source("machines", f"opc.tcp://127.0.0.1:{port}/plant"), clock).describe()

    said = asyncio.run(asyncio.wait_for(play(), 120))
    assert said.devices or said.addresses
    plates = [device.about for device in said.devices if "SerialNumber" in device.about]
    assert plates, [d for d in said.devices]
