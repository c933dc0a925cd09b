"""The grammar of SHDR: ``time|key|value|key|value…``, conditions, assets of several lines.

Source: MTConnect Standard, part 1 (adapter to agent); the reference agent's handling of quotes and trimmed tokens. Without a device model some
things are told by their shape: a condition is a level, then four more parts (code, severity, qualifier, text); a time series is a count, a rate
in samples a second, and as many numbers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache

from zhizao.sense.spoken import Spoken, Unread

LEVELS = ("NORMAL", "WARNING", "FAULT", "UNAVAILABLE")
"""Of a condition."""
ASSET, MULTILINE, COMMAND = "@ASSET@", "--multiline--", "* "
CONDITION_PARTS, ASSET_PARTS, SERIES_PARTS = 6, 4, 4

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_TOKEN = re.compile(r'"(?:[^"\\|]|\\.|\|)*"(?=\||$)|[^|]*')
_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:?\d\d)?(?:@[\d.]+)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def read(lines: Iterable[str], first: int = 1, now_us: int | None = None) -> Iterator[Spoken | Unread]:
    """Every value that lines say, in their order; of what cannot be read, why.

    Args:
        first: the number of the first line.
        now_us: the time of lines that state none; without it they cannot be read.

    Example:
        >>> said, = read(["2025-05-01T10:24:31.123Z|Xpos|12.345"])
        >>> said.address, said.value, said.time_us
        ('Xpos', 12.345, 1746095071123000)
    """
    numbered = enumerate((line.rstrip("\r\n") for line in lines), start=first)
    for number, line in numbered:
        if not line.strip() or line.startswith(COMMAND):
            continue
        parts = tokens(line)
        if len(parts) > ASSET_PARTS and parts[1] == ASSET and parts[ASSET_PARTS].startswith(MULTILINE):
            yield from _asset(number, parts, _until(numbered, parts[ASSET_PARTS]), now_us)
        else:
            yield from _line(number, line, parts, now_us)


def tokens(line: str) -> list[str]:
    """The parts of a line, trimmed; a part in quotes may hold bars.

    Example:
        >>> tokens('t|key|"a\\\\|b"|z'), tokens('"a|b'), tokens("a| b |")
        (['t', 'key', 'a|b', 'z'], ['"a', 'b'], ['a', 'b', ''])
    """
    if '"' not in line:
        return [part.strip() for part in line.split("|")]
    found, place = [], 0
    while place <= len(line):
        match = _TOKEN.match(line, place)
        assert match, "nothing is a token too"
        found.append(_plain(match[0]))
        place = match.end() + 1
    return found


def _plain(token: str) -> str:
    token = token.strip()
    return re.sub(r"\\(.)", r"\1", token[1:-1]) if len(token) > 1 and token[0] == token[-1] == '"' and "|" in token else token


def _until(numbered: Iterator[tuple[int, str]], end: str) -> str | None:
    """The lines of an asset; None where its end never comes."""
    found: list[str] = []
    for _, line in numbered:
        if line.strip() == end:
            return "\n".join(found)
        found.append(line)
    return None


def _asset(number: int, parts: list[str], body: str | None, now_us: int | None) -> Iterator[Spoken | Unread]:
    at = time_us(parts[0], now_us)
    if at is None or body is None:
        yield Unread(number, "no time" if at is None else "an asset without its end", "|".join(parts))
    else:
        yield Spoken(number, ASSET, at, text="|".join((*parts[2:ASSET_PARTS], body)))


def _line(number: int, line: str, parts: list[str], now_us: int | None) -> Iterator[Spoken | Unread]:
    at = time_us(parts[0], now_us)
    if at is None:
        yield Unread(number, "no time", line)
    elif parts[1:2] == [ASSET]:
        yield Spoken(number, ASSET, at, text="|".join(parts[2:]))
    elif len(parts) == CONDITION_PARTS + 1 and parts[2].upper() in LEVELS:
        yield _condition(number, at, parts)
    elif len(parts) == SERIES_PARTS + 1 and _is_series(parts):
        yield from series(number, at, parts[1], parts[4].split(), float(parts[3] or 0))
    elif len(parts) < 3 or len(parts) % 2 == 0:
        yield Unread(number, "a key without its value", line)
    else:
        for key, value in zip(parts[1::2], parts[2::2], strict=True):
            yield value_of(number, at, key, value) if key else Unread(number, "a value without its key", line)


def _condition(number: int, at: int, parts: list[str]) -> Spoken:
    level, told = parts[2].upper(), "|".join(parts[3:]).rstrip("|")
    if level == "UNAVAILABLE":
        return Spoken(number, parts[1], at, quality="bad")
    return Spoken(number, parts[1], at, text=f"{level}|{told}" if told else level)


def _is_series(parts: list[str]) -> bool:
    count, rate, values = parts[2], parts[3], parts[4].split()
    counted = count.isascii() and count.isdigit() and int(count) == len(values) > 1
    return counted and (not rate or bool(_NUMBER.fullmatch(rate))) and all(map(_NUMBER.fullmatch, values))


def series(number: int, at: int, key: str, values: list[str], rate: float) -> Iterator[Spoken]:
    """The samples of a time series, whose time is that of the last; without a rate they are one text.

    Example:
        >>> [(s.value, s.time_us) for s in series(1, 1_000_000, "v", ["1", "2"], 100.0)]
        [(1.0, 990000), (2.0, 1000000)]
    """
    step = 1_000_000 / rate if rate > 0 else math.inf
    if math.isinf(step):
        yield Spoken(number, key, at, text=" ".join(values))
        return
    for i, value in enumerate(values):
        yield value_of(number, at - round((len(values) - 1 - i) * step), key, value)


def value_of(number: int, at: int, key: str, value: str) -> Spoken:
    """What a source says of a key: a number, a text, or that it does not know."""
    if value.upper() == "UNAVAILABLE" or not value:
        return Spoken(number, key, at, quality="bad")
    if _NUMBER.fullmatch(value) and math.isfinite(figure := float(value)):
        return Spoken(number, key, at, value=figure)
    return Spoken(number, key, at, text=value)


def time_us(text: str, now_us: int | None = None) -> int | None:
    """Microseconds since 1970; finer digits fall away. ``now_us`` where there is no text, None where it is no time.

    Example:
        >>> time_us("1970-01-01T00:00:01.5Z"), time_us("yesterday")
        (1500000, None)
    """
    if not text:
        return now_us
    match = _TIME.fullmatch(text)
    if not match:
        return None
    fraction = int((match[7] or "0")[:6].ljust(6, "0"))
    second = _second(f"{match[1]}-{match[2]}-{match[3]}T{match[4]}:{match[5]}:{match[6]}{'+00:00' if match[8] in (None, 'Z') else match[8]}")
    return None if second is None else second * 1_000_000 + fraction


@lru_cache(maxsize=1024)
def _second(text: str) -> int | None:
    """Many values share their second."""
    try:
        return int((datetime.fromisoformat(text) - EPOCH).total_seconds())
    except ValueError:
        return None
