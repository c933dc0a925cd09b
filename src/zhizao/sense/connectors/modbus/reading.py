"""What registers say: integers, floats, words and bits, in the four orders devices know.

Source: IEEE 754, two's complement; registers are big-endian, the order of several is the device's.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence

from zhizao.sense.connectors.modbus.register_map import Register

EXACT = 2**53
"""Whole numbers beyond this are no float64; they are kept as digits."""
FORMATS = {"uint16": "H", "int16": "h", "uint32": "I", "int32": "i", "float32": "f", "uint64": "Q", "int64": "q", "float64": "d"}

Value = float | str


def value(register: Register, words: Sequence[int]) -> Value | None:
    """What a register's words say; None for a number that is none, or words that are no text.

    Example:
        >>> from zhizao.sense.connectors.modbus.register_map import registers
        >>> def read(words, **entry):
        ...     return value(registers("press", {"P": {"address": 40001, **entry}}, 1.0)[0], words)
        >>> [round(read(w, type="float32", order=o), 3) for o, w in {"ABCD": [0x42F6, 0xE979], "CDAB": [0xE979, 0x42F6]}.items()]
        [123.456, 123.456]
        >>> read([0x4142, 0x4300], type="string(4)"), read([0b100], type="bit(2)"), read([0xFFFF], type="int16", scale=0.1)
        ('ABC', 1.0, -0.1)
    """
    match register.type:
        case "bool": return float(any(words))
        case "bit": return float(words[0] >> register.number & 1)
        case "string": return _text(_bytes(register, words)[: register.number])
    (number,) = struct.unpack(f">{FORMATS[register.type]}", _bytes(register, words))
    if isinstance(number, int) and abs(number) > EXACT:
        return str(number)
    return float(number) * register.scale if math.isfinite(number) else None


def _bytes(register: Register, words: Sequence[int]) -> bytes:
    """The bytes of a value, highest first; the letters of an order are the places where they lie."""
    ordered = words if register.order in ("ABCD", "BADC") or register.type == "string" else list(reversed(words))
    return b"".join(word.to_bytes(2, "little" if register.order in ("BADC", "DCBA") else "big") for word in ordered)


def _text(content: bytes) -> str | None:
    try:
        return content.decode().rstrip("\0 ")
    except UnicodeDecodeError:
        return None
