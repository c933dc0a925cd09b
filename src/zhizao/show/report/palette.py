"""The colours of the report: eight series that stay apart for colour-blind readers, on light and on dark."""

from __future__ import annotations

from collections.abc import Mapping

LIGHT: Mapping[str, str] = {
    "paper": "#ffffff", "panel": "#f6f7f9", "ink": "#1b222c", "soft": "#5b6675", "line": "#dde2e9",
    "accent": "#8f1d22", "path": "#1f4e9c", "fan": "#7a4fb5",
    "good": "#14692f", "fair": "#0b6470", "bad": "#b3121d", "poor": "#8a4b00", "open": "#1f4e9c", "none": "#5b6675",
    "s0": "#0072b2", "s1": "#c24a00", "s2": "#007a5a", "s3": "#a03d7d", "s4": "#7a6500", "s5": "#3a7fc4", "s6": "#6b4423", "s7": "#4a4a4a",
}  # fmt: skip
DARK: Mapping[str, str] = {
    "paper": "#12161c", "panel": "#1b2129", "ink": "#e8ecf1", "soft": "#a2adbb", "line": "#333d49",
    "accent": "#f08a8e", "path": "#8fb6f5", "fan": "#c3a3f0",
    "good": "#74d68f", "fair": "#66cfda", "bad": "#ff8b8b", "poor": "#f2b66a", "open": "#8fb6f5", "none": "#a2adbb",
    "s0": "#56b4e9", "s1": "#ff9a57", "s2": "#3fd0a5", "s3": "#e79bc9", "s4": "#e0cd57", "s5": "#9fc8f5", "s6": "#c99b77", "s7": "#c9c9c9",
}  # fmt: skip
