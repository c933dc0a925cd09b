"""Units as protocols and people write them, and what they are in ours.

Source: MTConnect Part 2 (units of data items); common names of engineering units in OPC UA and Sparkplug.
"""

from __future__ import annotations

from fractions import Fraction

from zhizao.pack.units import unit

_TABLE = """
AMPERE A | CELSIUS degC | COUNT piece | DECIBEL dB | HERTZ Hz | JOULE J | KILOGRAM kg | GRAM g | LITER L | LITER/SECOND L/s | MILLIMETER mm | METER m | MICRON um
MILLIMETER/SECOND mm/s | MILLIMETER/MINUTE mm/min | MILLIMETER/SECOND^2 mm/s^2 | MILLIMETER/REVOLUTION mm | NEWTON N | NEWTON_METER N*m | PERCENT percent
REVOLUTION/MINUTE 1/min | REVOLUTION/SECOND 1/s | SECOND s | MILLISECOND ms | MINUTE min | HOUR h | VOLT V | WATT W | KILOWATT kW | WATT_SECOND J | VOLT_AMPERE V*A
PASCAL kPa 1/1000 | WATT_HOUR kWh 1/1000 | KILOWATT_HOUR kWh | CUBIC_MILLIMETER mm^3 | CUBIC_METER m3
°C degC | ℃ degC | C degC | % percent | rpm 1/min | r/min 1/min | min-1 1/min | Pa kPa 1/1000 | Wh kWh 1/1000 | kJ J 1000 | m³ m3 | m^3 m3 | l L | Nm N*m | N·m N*m
µm um | μm um | sec s | mA A 1/1000 | mV V 1/1000 | pcs piece | pc piece | 件 piece | m³/h m3/h | l/min L/min | cm mm 10
"""


def ours(spoken: str) -> tuple[str, Fraction] | None:
    """A unit of ours, and how many of it one of the source's is; None for a unit we do not know.

    Example:
        >>> ours("REVOLUTION/MINUTE"), ours("Pa"), ours("kW"), ours("furlong")
        (('1/min', Fraction(1, 1)), ('kPa', Fraction(1, 1000)), ('kW', Fraction(1, 1)), None)
    """
    said = spoken.strip()
    if said in _KNOWN:
        return _KNOWN[said]
    try:
        unit(said)
    except (KeyError, ValueError):
        return None
    return said, Fraction(1)


def scale(spoken: str, wanted: str) -> Fraction | None:
    """By what a figure of the source is multiplied to be in a unit of ours; None where it cannot be, 1 where the source states no unit.

    Example:
        >>> scale("WATT", "kW"), scale("CELSIUS", "kW"), scale("", "kW")
        (Fraction(1, 1000), None, Fraction(1, 1))
        >>> scale("MILLISECOND", "s/piece")
        Fraction(1, 1000)
    """
    found = ours(spoken) if spoken.strip() else (wanted, Fraction(1))
    if found is None:
        return Fraction(1) if spoken == wanted else None
    # What is said of an item is said without the item: a planned time in seconds is one of seconds a piece.
    factors = (_factor(found[0], wanted), _factor(f"({found[0]})/piece", wanted))
    return next((factor * found[1] for factor in factors if factor is not None), None)


def _factor(source: str, target: str) -> Fraction | None:
    try:
        one, other = unit(source), unit(target)
    except (KeyError, ValueError):
        return Fraction(1) if source == target else None
    return one.factor_to(other) if one.fits(other) else None


def _rows() -> dict[str, tuple[str, Fraction]]:
    cells = (cell.split() for line in _TABLE.strip().splitlines() for cell in line.split("|"))
    return {said: (name, Fraction(*factor) if factor else Fraction(1)) for said, name, *factor in cells}


_KNOWN = _rows()
