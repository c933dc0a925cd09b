"""The plant as an MTConnect agent: one device a machine, units as the standard has them (W, W·s)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AsyncExitStack

from lxml import etree

from zhizao_testbed.changes import SIGNALS, Change
from zhizao_testbed.knob import SETTING
from zhizao_testbed.mtconnect.agent import Agent
from zhizao_testbed.mtconnect.buffer import Buffer
from zhizao_testbed.mtconnect.model import NAMESPACE, Model, model
from zhizao_testbed.plant import Plant
from zhizao_testbed.serving import serving

UNITS: Mapping[str, tuple[str, int]] = {
    "active_power": ("WATT", 1), "electricity": ("WATT_SECOND", 3600), "spindle_speed": ("REVOLUTION/MINUTE", 1),
    "spindle_temperature": ("CELSIUS", 1), "part_count": ("COUNT", 1), "good_count": ("COUNT", 1), "scrap_count": ("COUNT", 1),
    "planned_time_per_item": ("SECOND", 1), SETTING: ("PASCAL", 10_000),
}  # fmt: skip
"""The standard's unit of a signal, and how many of it the signal's own whole number is (tenths of a degree and thousandths of a second are divided, see ``_text``)."""
SAMPLES = ("active_power", "electricity", "spindle_speed", "spindle_temperature", SETTING)


class MtConnect:
    """Serves ``mtconnect+http://127.0.0.1:PORT``."""

    def __init__(self, plant: Plant, port: int) -> None:
        self._port, self._stack, self._now = port, AsyncExitStack(), plant.begin
        # The agent lives in the plant's time, so that a plant which begins in the past is one that began then.
        self._agent = Agent(devices(plant.characters), Buffer(clock=lambda: self._now))

    @property
    def url(self) -> str:
        """See the contract."""
        return f"mtconnect+http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """See the contract."""
        self._port = await self._stack.enter_async_context(serving(self._agent.app, self._port))

    async def say(self, changes: Sequence[Change]) -> None:
        """See the contract."""
        for change in changes:
            self._now = change.at
            attributes = {}
            if change.signal == "alarm":
                level, _, told = (change.text or "").partition("|")
                attributes = {"level": level.capitalize(), **({"nativeCode": told} if told else {})}
            self._agent.buffer.say(f"{change.machine}_{change.signal}", change.at, _text(change), **attributes)

    async def stop(self) -> None:
        """See the contract."""
        await self._stack.aclose()


def devices(machines: Iterable[str]) -> Model:
    """The devices document of machines.

    Example:
        >>> [(i.type, i.subtype) for i in devices(["M1"]).items.values()][:2]
        [('EXECUTION', ''), ('CONTROLLER_MODE', '')]
    """
    root = etree.Element(f"{{{NAMESPACE}}}MTConnectDevices", nsmap={None: NAMESPACE})
    _within(root, "Header")
    all_devices = _within(root, "Devices")
    for machine in machines:
        device = _within(all_devices, "Device", id=machine, name=machine, uuid=f"zhizao-testbed-{machine}")
        items = _within(_within(_within(device, "Components"), "Controller", id=f"{machine}_controller", name="controller"), "DataItems")
        for signal, kind in SIGNALS.items():
            type_, _, subtype = kind.known_as.partition("/")
            category = "SAMPLE" if signal in SAMPLES else "CONDITION" if signal == "alarm" else "EVENT"
            told = {"subType": subtype} if subtype else {}
            told |= {"units": UNITS[signal][0]} if signal in UNITS else {}
            _within(items, "DataItem", id=f"{machine}_{signal}", name=signal, category=category, type=type_, **told)
    return model(etree.tostring(root))


def _within(parent: etree._Element, tag: str, /, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}", **attributes)


def _text(change: Change) -> str:
    if change.value is None:
        return (change.text or "").partition("|")[2] if change.signal == "alarm" else change.text or ""
    if change.signal in ("spindle_temperature", "planned_time_per_item"):
        return f"{change.value / SIGNALS[change.signal].per_unit:g}"
    return str(change.value * UNITS[change.signal][1])
