"""The plant as an OPC UA server: one object a machine, one variable a signal, source timestamps as the machines have them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from asyncua import Server, ua
from asyncua.common.node import Node

from zhizao_testbed.changes import SIGNALS, Change, SignalType
from zhizao_testbed.plant import Plant

NAMESPACE = "urn:zhizao:testbed"
UNITS = {"kW": ("KWT", "kilowatt"), "kWh": ("KWH", "kilowatt hour"), "1/min": ("RPM", "revolutions per minute"), "degC": ("CEL", "degree Celsius"),
         "piece": ("H87", "piece"), "s/piece": ("SEC", "second")}  # fmt: skip
"""UNECE Recommendation 20: code and name, as EUInformation has them."""
logging.getLogger("asyncua").setLevel(logging.ERROR)  # it warns that loopback is not encrypted
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class OpcUa:
    """Serves ``opc.tcp://127.0.0.1:PORT/plant``."""

    def __init__(self, plant: Plant, port: int) -> None:
        self._machines, self._port = list(plant.characters), port
        self._nodes: dict[tuple[str, str], Node] = {}
        self._server = Server()

    @property
    def url(self) -> str:
        """See the contract."""
        return f"opc.tcp://127.0.0.1:{self._port}/plant"

    async def start(self) -> None:
        """See the contract."""
        await self._server.init()
        self._server.set_endpoint(self.url)
        self._server.set_server_name("zhizao testbed (simulated)")
        space = await self._server.register_namespace(NAMESPACE)
        for machine in self._machines:
            device = await self._server.nodes.objects.add_object(ua.NodeId(machine, space), f"{space}:{machine}")
            for signal, kind in SIGNALS.items():
                self._nodes[machine, signal] = await self._variable(device, ua.NodeId(f"{machine}.{signal}", space), signal, kind)
        await self._server.start()

    async def say(self, changes: Sequence[Change]) -> None:
        """See the contract."""
        for change in changes:
            node = self._nodes[change.machine, change.signal]
            await self._server.write_attribute_value(node.nodeid, _value(change))

    async def stop(self) -> None:
        """See the contract."""
        await self._server.stop()

    async def _variable(self, device: Node, node: ua.NodeId, signal: str, kind: SignalType) -> Node:
        first = ua.Variant("", ua.VariantType.String) if not kind.unit else ua.Variant(0.0, ua.VariantType.Double)
        variable = await device.add_variable(node, f"{node.NamespaceIndex}:{signal}", first)
        waiting = ua.DataValue(first, StatusCode=ua.StatusCode(ua.StatusCodes.BadWaitingForInitialData))
        await self._server.write_attribute_value(node, waiting)
        if kind.unit:
            code, name = UNITS[kind.unit]
            unit = ua.EUInformation("http://www.opcfoundation.org/UA/units/un/cefact", _code(code), ua.LocalizedText(kind.unit), ua.LocalizedText(name))
            await variable.add_property(ua.NodeId(f"{node.Identifier}.unit", node.NamespaceIndex), "0:EngineeringUnits", unit)
        return variable


def _value(change: Change) -> ua.DataValue:
    kind = SIGNALS[change.signal]
    variant = ua.Variant(change.text, ua.VariantType.String) if change.value is None else ua.Variant(change.value / kind.per_unit, ua.VariantType.Double)
    return ua.DataValue(variant, SourceTimestamp=_EPOCH + timedelta(microseconds=change.at))


def _code(text: str) -> int:
    """A UNECE code as the number that stands for it in OPC UA: its letters, the first in the highest byte.

    Example:
        >>> _code("KWH")
        4937544
    """
    return int.from_bytes(text.encode(), "big")
