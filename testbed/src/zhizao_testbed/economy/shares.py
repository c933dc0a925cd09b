"""What the simulated nation is modelled on: shares of provinces and traits of divisions, rough figures of our own in the manner of Chinese statistics."""

from __future__ import annotations

from dataclasses import dataclass

WORLD = "SIM"
NATION = f"nation:{WORLD}"

ENTERPRISES_OF: dict[str, float] = {
    "11": 3.0, "12": 5.6, "13": 17.0, "14": 7.0, "15": 3.5, "21": 8.6, "22": 3.2, "23": 4.3, "31": 9.3, "32": 60.0, "33": 55.0, "34": 20.5,
    "35": 20.0, "36": 17.0, "37": 36.0, "41": 24.0, "42": 18.0, "43": 20.0, "44": 67.0, "45": 8.5, "46": 0.6, "50": 7.3, "51": 17.0, "52": 5.0,
    "53": 4.8, "54": 0.2, "61": 7.7, "62": 2.4, "63": 0.65, "64": 1.4, "65": 4.2,
}  # fmt: skip
"""Thousands of above-scale industrial enterprises by province (GB/T 2260), about as many as early in the 2020s."""


@dataclass(frozen=True, slots=True)
class Division:
    """What is typical of a division of manufacturing in the base year; money in 10,000 yuan."""

    code: str
    share: float
    """Of all enterprises, per mille."""
    size: float
    """Revenue against that of manufacturing."""
    value_added: float
    """Of gross output."""
    productivity: float
    """Value added a person and year."""
    energy: float
    """Tons of coal equivalent a unit of value added."""
    water: float
    """Cubic metres a unit of value added."""
    waste: float
    """Tons of solid waste a unit of gross output."""
    research: float
    """Share of revenue spent on research."""
    processes: float
    """Key processes of an enterprise."""
    control: float
    """How far numerical control is ahead of manufacturing, on the logistic scale."""


DIVISIONS: tuple[Division, ...] = tuple(
    Division(*row)
    for row in (
        ("C13", 55, 1.0, 0.20, 32, 0.25, 12, 0.030, 0.0040, 6, -0.3), ("C14", 23, 0.8, 0.28, 26, 0.30, 14, 0.020, 0.0065, 8, 0.0),
        ("C15", 15, 1.0, 0.40, 36, 0.25, 16, 0.040, 0.0060, 7, 0.1), ("C16", 1, 6.0, 0.75, 150, 0.05, 3, 0.005, 0.0030, 8, 0.6),
        ("C17", 52, 0.7, 0.22, 18, 0.75, 35, 0.010, 0.0060, 8, -0.1), ("C18", 34, 0.5, 0.25, 10, 0.12, 6, 0.003, 0.0045, 7, -0.6),
        ("C19", 21, 0.5, 0.24, 10, 0.12, 9, 0.006, 0.0045, 7, -0.6), ("C20", 26, 0.5, 0.24, 18, 0.35, 6, 0.020, 0.0030, 6, -0.5),
        ("C21", 18, 0.5, 0.26, 15, 0.10, 4, 0.010, 0.0055, 8, -0.2), ("C22", 18, 0.8, 0.22, 26, 1.30, 75, 0.090, 0.0070, 8, 0.1),
        ("C23", 16, 0.5, 0.29, 18, 0.18, 5, 0.005, 0.0070, 7, 0.1), ("C24", 24, 0.5, 0.25, 11, 0.10, 4, 0.004, 0.0060, 7, -0.4),
        ("C25", 5, 7.0, 0.20, 75, 2.90, 22, 0.080, 0.0035, 9, 0.7), ("C26", 62, 1.4, 0.22, 40, 2.30, 38, 0.150, 0.0090, 9, 0.3),
        ("C27", 22, 1.2, 0.36, 36, 0.28, 14, 0.020, 0.0170, 10, 0.3), ("C28", 5, 1.8, 0.20, 34, 0.95, 26, 0.020, 0.0105, 9, 0.4),
        ("C29", 52, 0.6, 0.25, 18, 0.40, 7, 0.005, 0.0080, 8, -0.1), ("C30", 105, 0.6, 0.27, 24, 2.20, 12, 0.120, 0.0060, 7, -0.1),
        ("C31", 14, 5.0, 0.19, 48, 3.80, 26, 0.550, 0.0085, 10, 0.5), ("C32", 19, 3.2, 0.19, 44, 1.60, 14, 0.260, 0.0080, 9, 0.3),
        ("C33", 73, 0.6, 0.22, 18, 0.45, 6, 0.012, 0.0080, 9, -0.2), ("C34", 78, 0.7, 0.26, 20, 0.18, 4, 0.008, 0.0140, 12, 0.1),
        ("C35", 58, 0.7, 0.28, 22, 0.14, 3, 0.006, 0.0170, 13, 0.2), ("C36", 44, 2.2, 0.22, 36, 0.14, 4, 0.008, 0.0115, 14, 0.6),
        ("C37", 14, 1.4, 0.24, 26, 0.14, 4, 0.007, 0.0240, 13, 0.3), ("C38", 72, 1.2, 0.22, 22, 0.13, 4, 0.004, 0.0140, 11, 0.2),
        ("C39", 55, 2.6, 0.21, 24, 0.11, 7, 0.004, 0.0185, 13, 0.5), ("C40", 14, 0.7, 0.32, 22, 0.09, 3, 0.003, 0.0210, 11, 0.2),
        ("C41", 5, 0.5, 0.26, 14, 0.20, 5, 0.010, 0.0065, 7, -0.3), ("C42", 6, 1.1, 0.18, 30, 0.55, 6, 0.120, 0.0030, 6, -0.3),
        ("C43", 2, 0.8, 0.28, 22, 0.12, 4, 0.004, 0.0110, 8, 0.0),
    )
)  # fmt: skip
"""The 31 divisions of manufacturing (GB/T 4754-2017)."""

REGIONS = tuple(ENTERPRISES_OF)
SECTORS = tuple(d.code for d in DIVISIONS)


def region_id(code: str) -> str:
    """The entity of a province of the simulated nation.

    Example:
        >>> region_id("32"), sector_id("C35")
        ('region:SIM.32', 'sector:SIM.C35')
    """
    return f"region:{WORLD}.{code}"


def sector_id(code: str) -> str:
    """The entity of a division of the simulated nation."""
    return f"sector:{WORLD}.{code}"
