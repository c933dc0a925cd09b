"""Units of measure: which exist, what they are called, and the exact factor between two of one dimension.

Only this module imports pint. Money, coal equivalent and carbon dioxide are dimensions of their own: a tonne of coal equivalent
becomes kilowatt hours only by a convention the plan does not name, and nobody may add tonnes of CO2 to tonnes of waste. Percent and
percentage point are different too: a share is in percent, the difference of two shares in percentage points.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from zhizao.model.text import Text

_TABLE = """
yuan             | [currency]       | 元           | yuan
wan_yuan         | 10000 yuan       | 万元         | 10,000 yuan
million_yuan     | 1000000 yuan     | 百万元       | million yuan
yi_yuan          | 100000000 yuan   | 亿元         | 100 million yuan
usd              | [dollar]         | 美元         | US dollar
person           | [person]         | 人           | person
wan_person       | 10000 person     | 万人         | 10,000 persons
household        | [household]      | 户           | household
enterprise       | [enterprise]     | 家           | enterprise
patent           | [patent]         | 件           | patent
process          | [process]        | 道           | process
piece            | [piece]          | 件           | piece
item             | [item]           | 项           | item
tce              | [coal]           | 吨标准煤     | tonne of coal equivalent
wan_tce          | 10000 tce        | 万吨标准煤   | 10,000 tonnes of coal equivalent
kgce             | 0.001 tce        | 千克标准煤   | kilogram of coal equivalent
t_co2            | [co2]            | 吨二氧化碳   | tonne of CO2
kg_co2           | 0.001 t_co2      | 千克二氧化碳 | kilogram of CO2
t                | [mass]           | 吨           | tonne
wan_t            | 10000 t          | 万吨         | 10,000 tonnes
kg               | 0.001 t          | 千克         | kilogram
g                | 0.000001 t       | 克           | gram
m                | [length]         | 米           | metre
mm               | 0.001 m          | 毫米         | millimetre
um               | 0.000001 m       | 微米         | micrometre
m2               | m ** 2           | 平方米       | square metre
m3               | m ** 3           | 立方米       | cubic metre
L                | 0.001 m ** 3     | 升           | litre
s                | [time]           | 秒           | second
ms               | 0.001 s          | 毫秒         | millisecond
min              | 60 s             | 分钟         | minute
h                | 3600 s           | 小时         | hour
day              | 86400 s          | 天           | day
year             | [year]           | 年           | year
J                | [energy]         | 焦           | joule
MJ               | 1000000 J        | 兆焦         | megajoule
GJ               | 1000000000 J     | 吉焦         | gigajoule
kWh              | 3600000 J        | 千瓦时       | kilowatt hour
MWh              | 1000 kWh         | 兆瓦时       | megawatt hour
W                | J / s            | 瓦           | watt
kW               | 1000 W           | 千瓦         | kilowatt
MW               | 1000 kW          | 兆瓦         | megawatt
A                | [current]        | 安           | ampere
V                | [voltage]        | 伏           | volt
N                | [force]          | 牛           | newton
kN               | 1000 N           | 千牛         | kilonewton
MPa              | [pressure]       | 兆帕         | megapascal
kPa              | 0.001 MPa        | 千帕         | kilopascal
bar              | 0.1 MPa          | 巴           | bar
degC             | [temperature]    | 摄氏度       | degree Celsius
Hz               | 1 / s            | 赫兹         | hertz
dB               | [level]          | 分贝         | decibel
ratio            | []               | 比率         | ratio
percent          | 0.01             | %            | percent
per_mille        | 0.001            | ‰            | per mille
ppm              | 0.000001         | ppm          | parts per million
percentage_point | [point]          | 个百分点     | percentage points
index            | [index]          | 指数         | index points
"""

COUNTING = frozenset({"person", "household", "enterprise", "patent", "process", "piece", "item"})
"""Units of things that are counted: what ``count`` may say it counts."""

MAX_POWER = 9


@dataclass(frozen=True)
class Unit:
    """A unit as powers of known units: ``patent/yi_yuan`` is one patent and minus one yi_yuan.

    Example:
        >>> (unit("tce") / unit("wan_yuan")).factor_to(unit("tce/yi_yuan"))
        Fraction(10000, 1)
    """

    powers: Mapping[str, int] = field(default_factory=dict)

    def __mul__(self, other: Unit) -> Unit:
        total = {name: self.powers.get(name, 0) + other.powers.get(name, 0) for name in (*self.powers, *other.powers)}
        return Unit({name: power for name, power in total.items() if power})

    def __truediv__(self, other: Unit) -> Unit:
        return self * other**-1

    def __pow__(self, exponent: int) -> Unit:
        return Unit({name: power * exponent for name, power in self.powers.items() if power * exponent})

    @property
    def dimension(self) -> Mapping[str, int]:
        """The powers of the dimensions; empty for a plain number."""
        return _reduced(self)[1]

    @property
    def is_plain(self) -> bool:
        """Whether it is a number, ratio or percentage."""
        return not self.dimension

    def fits(self, other: Unit) -> bool:
        """Whether both measure the same dimension."""
        return self.dimension == other.dimension

    def factor_to(self, other: Unit) -> Fraction:
        """By what a figure in this unit must be multiplied to be in the other; both must fit."""
        return _reduced(self)[0] / _reduced(other)[0]

    def __str__(self) -> str:
        up = [_written(n, p) for n, p in self.powers.items() if p > 0]
        down = [_written(n, -p) for n, p in self.powers.items() if p < 0]
        return "/".join([" * ".join(up) or ("1" if down else "ratio"), *down])


def unit(text: str) -> Unit:
    """The unit a text names; no text means a plain number.

    Raises:
        KeyError: a name in it is no unit (the name is its argument).
        ValueError: it is not written as a unit.

    Example:
        >>> unit("percent/year").is_plain, unit("percent").is_plain
        (False, True)
    """
    return _parsed(text.strip())


def units() -> tuple[str, ...]:
    """The names of all units."""
    return tuple(_rows())


def is_finite(factor: Fraction) -> bool:
    """Whether a factor can be written as a decimal, exactly.

    Example:
        >>> is_finite(Fraction(1, 8)), is_finite(Fraction(1, 60))
        (True, False)
    """
    rest = factor.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


def exact(factor: Fraction) -> Decimal:
    """A finite factor as a decimal.

    Example:
        >>> exact(Fraction(1, 10000)), exact(Fraction(100))
        (Decimal('0.0001'), Decimal('100'))
    """
    places = 0
    while (factor * 10**places).denominator != 1:
        places += 1
    return Decimal(int(factor * 10**places)).scaleb(-places)


def unit_name(text: str) -> Text:
    """What a reader calls a unit; one that is not known is shown as written.

    Example:
        >>> unit_name("patent/yi_yuan").zh, unit_name("percent/year").en
        ('件/亿元', 'percent per year')
    """
    rows = _rows()
    parts = text.split("/")
    if text == "1" or not all(part.strip() in rows or part == "1" for part in parts):
        return Text(text or "比率", text or "ratio")
    names = [rows[part.strip()][1] if part != "1" else Text("1", "1") for part in parts]
    return Text("/".join(n.zh for n in names), " per ".join(n.en for n in names).removeprefix("1 "))


def _written(name: str, power: int) -> str:
    return name if power == 1 else f"{name}^{power}"


@cache
def _rows() -> dict[str, tuple[str, Text]]:
    cells = ([cell.strip() for cell in line.split("|")] for line in _TABLE.strip().splitlines())
    return {name: (definition, Text(zh, en)) for name, definition, zh, en in cells}


@cache
def _registry() -> Any:
    import pint

    registry: Any = pint.UnitRegistry(None, non_int_type=Decimal)
    for name, (definition, _) in _rows().items():
        registry.define(f"{name} = {definition}")
    return registry


@cache
def _parsed(text: str) -> Unit:
    if not text:
        return Unit()
    for name in re.findall(r"[^\W\d]\w*", text):
        # pint would also read a plural or a prefix: only the names of the table are units of ours.
        if name not in _rows():
            raise KeyError(name)
    if not re.fullmatch(r"[\w\s*/^()]+", text):
        raise ValueError(text)
    try:
        powers = {name: int(power) for name, power in _registry().parse_units(text)._units.items() if abs(power) <= MAX_POWER}
    except Exception as error:  # pint answers bad text with errors of a dozen kinds
        raise ValueError(text) from error
    if not powers and text != "1" and "ratio" not in text:
        raise ValueError(text)
    return Unit(powers)


def _reduced(found: Unit) -> tuple[Fraction, Mapping[str, int]]:
    return _reduce(tuple(sorted(found.powers.items())))


@cache
def _reduce(powers: tuple[tuple[str, int], ...]) -> tuple[Fraction, Mapping[str, int]]:
    """The factor to root units, computed over fractions so that nothing is rounded, and the dimensions."""
    factor, dimension = Fraction(1), dict[str, int]()
    for name, power in powers:
        root, dimensions = _root(name)
        factor *= root**power
        for dim, exponent in dimensions.items():
            dimension[dim] = dimension.get(dim, 0) + exponent * power
    return factor, {dim: exponent for dim, exponent in dimension.items() if exponent}


@cache
def _root(name: str) -> tuple[Fraction, Mapping[str, int]]:
    factor, root = _registry().get_root_units(name)
    return Fraction(factor), {dim: int(exponent) for dim, exponent in root.dimensionality.items()}
