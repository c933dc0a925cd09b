"""A source: where machines are reached, and what each of its addresses is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from zhizao.model.text import Text

Options = Mapping[str, Any]
"""What a protocol needs beside the URL (a register map, a security policy, topics), as it stands in the source's file."""


@dataclass(frozen=True, slots=True)
class Signal:
    """What an address of a source is about.

    A number is stored times ``scale``, where the source counts in another unit than the quantity; 1 leaves it as received.
    """

    entity: str
    quantity: str
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Source:
    """One source of a home, as its file ``sources/NAME.yaml`` has it. Addresses without a signal are refused, and kept, when they speak."""

    name: str
    url: str
    signals: Mapping[str, Signal] = field(default_factory=lambda: MappingProxyType({}))
    options: Options = field(default_factory=lambda: MappingProxyType({}))
    ignored: frozenset[str] = frozenset()
    """Addresses that are left out on purpose: what they say is neither taken nor counted."""

    @property
    def scheme(self) -> str:
        """The protocol, as the URL begins.

        Example:
            >>> Source("press", "mtconnect+http://10.0.0.5:5000").scheme
            'mtconnect+http'
        """
        return self.url.partition("://")[0]


@dataclass(frozen=True, slots=True)
class Device:
    """A machine, or part of one, that a source describes. ``within`` is the id of the device it belongs to."""

    id: str
    name: str
    within: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Described:
    """One address as the source itself describes it: ``unit`` and ``kind`` in the source's own words, ``example`` its present value.

    ``kind`` is what the protocol calls the thing (``SPINDLE_SPEED/ACTUAL``, ``AnalogItem``, ``Int32``), by which packs know its quantity.
    """

    address: str
    device: str
    name: str
    kind: str = ""
    unit: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class Description:
    """What a source says of itself when it is asked: its devices, its addresses, what a person should know."""

    devices: tuple[Device, ...]
    addresses: tuple[Described, ...]
    options: Options = field(default_factory=lambda: MappingProxyType({}))
    """What the connector proposes to write into the source's file beside the signals."""
    remarks: tuple[Text, ...] = ()
