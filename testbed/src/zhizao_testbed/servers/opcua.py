"""The plant as an OPC UA server: one object a machine, one variable a signal, source timestamps as the machines have them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from asyncua import Server, ua
from asyncua.common.node import Node
from asyncua.server.address_space import AttributeService

from zhizao_testbed.changes import SIGNALS, Change, SignalType
from zhizao_testbed.knob import LEAST, MOST, PER_BAR, SETTING, OutOfRange
from zhizao_testbed.plant import Plant

NAMESPACE = "urn:zhizao:testbed"
UNITS = {"kW": ("KWT", "kilowatt"), "kWh": ("KWH", "kilowatt hour"), "1/min": ("RPM", "revolutions per minute"), "degC": ("CEL", "degree Celsius"),
         "piece": ("H87", "piece"), "s/piece": ("SEC", "second"), "bar": ("BAR", "bar")}  # fmt: skip
"""UNECE Recommendation 20: code and name, as EUInformation has them."""
logging.getLogger("asyncua").setLevel(logging.ERROR)  # it warns that loopback is not encrypted
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class OpcUa:
    """Serves ``opc.tcp://127.0.0.1:PORT/plant``."""

    def __init__(self, plant: Plant, port: int) -> None:
        self._plant, self._machines, self._port = plant, list(plant.characters), port
        self._nodes: dict[tuple[str, str], Node] = {}
        self._server = Server()

    @property
    def url(self) -> str:
        """See the contract."""
        return f"opc.tcp://127.0.0.1:{self._port}/plant"

    async def start(self) -> None:
        """See the contract."""
        await self._server.init()
        self._server.iserver.attribute_service = _Turning(self._server.iserver.aspace, self._turned)
        self._server.set_endpoint(self.url)
        self._server.set_server_name("zhizao testbed (simulated)")
        space = await self._server.register_namespace(NAMESPACE)
        for machine in self._machines:
            device = await self._server.nodes.objects.add_object(ua.NodeId(machine, space), f"{space}:{machine}")
            for signal, kind in SIGNALS.items():
                self._nodes[machine, signal] = await self._variable(device, ua.NodeId(f"{machine}.{signal}", space), signal, kind)
            await self._open(self._nodes[machine, SETTING])
        await self._server.start()

    async def say(self, changes: Sequence[Change]) -> None:
        """See the contract."""
        for change in changes:
            node = self._nodes[change.machine, change.signal]
            await self._server.write_attribute_value(node.nodeid, _value(change))

    async def stop(self) -> None:
        """See the contract."""
        await self._server.stop()

    async def _open(self, node: Node) -> None:
        """Let clients write a setting, and tell them within which range."""
        await node.set_writable()
        limits = ua.Range(LEAST / PER_BAR, MOST / PER_BAR)
        await node.add_property(ua.NodeId(f"{node.nodeid.Identifier}.range", node.nodeid.NamespaceIndex), "0:EURange", limits)

    def _turned(self, asked: ua.WriteValue) -> ua.WriteValue | int | None:
        """What a write of a client to a setting becomes: the value with the instant from which it holds, or why it is refused; None: it is no setting."""
        machine, _, signal = str(asked.NodeId.Identifier).rpartition(".")
        if signal != SETTING or asked.AttributeId != ua.AttributeIds.Value:
            return None
        value = asked.Value.Value.Value if asked.Value.Value else None
        if not isinstance(value, int | float):
            return ua.StatusCodes.BadTypeMismatch
        try:
            at = self._plant.knobs[machine].turn(round(value * PER_BAR))
        except (OutOfRange, ValueError, OverflowError):  # no number either
            return ua.StatusCodes.BadOutOfRange
        return replace(asked, Value=_value(Change(at, machine, SETTING, self._plant.knobs[machine].last)))

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


class _Turning(AttributeService):  # type: ignore[misc]
    """Writes of clients, each shown to the plant before it is stored."""

    def __init__(self, space: Any, turned: Callable[[ua.WriteValue], ua.WriteValue | int | None]) -> None:
        super().__init__(space)
        self._turned = turned

    async def write(self, params: ua.WriteParameters, user: Any) -> list[ua.StatusCode]:
        """Each by itself, for one that is refused refuses no other."""
        return [await self._one(asked, user) for asked in params.NodesToWrite]

    async def _one(self, asked: ua.WriteValue, user: Any) -> ua.StatusCode:
        turned = self._turned(asked)
        if isinstance(turned, int):
            return ua.StatusCode(turned)
        written = await super().write(ua.WriteParameters([turned or asked]), user)
        return written[0]


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
