"""``make bench``: every benchmark, one after the other, each figure the median of its runs; or those named (``python -m bench ingest``).

A number behind a name is how long or how often: ``python -m bench hour 3600 faults 100``.
"""

import sys
from importlib import import_module

PARTS = ("measure", "evaluate", "screening", "calibration", "signals", "stream", "ingest", "mqtt", "opcua", "hour", "faults")
"""Each a module with ``main()``, in the order in which they say most; ``hour`` takes a minute unless told otherwise."""


def asked(words: list[str]) -> list[tuple[str, list[int]]]:
    """The benchmarks that words name, each with its number, if it has one.

    Example:
        >>> asked(["hour", "3600", "ingest"])
        [('hour', [3600]), ('ingest', [])]
    """
    return [(word, [int(after)] if after.isdigit() else []) for word, after in zip(words, [*words[1:], ""], strict=True) if not word.isdigit()]


if __name__ == "__main__":
    wanted = asked(sys.argv[1:] or list(PARTS))
    if strange := {part for part, _ in wanted} - set(PARTS):
        sys.exit(f"no such benchmark: {', '.join(sorted(strange))}; there are {', '.join(PARTS)}")
    for part, numbers in wanted:
        import_module(f"bench.{part}").main(*numbers)
