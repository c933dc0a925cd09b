"""``make bench``: every benchmark, one after the other, each figure the median of its runs; or those named (``python -m bench ingest``)."""

import sys
from importlib import import_module

PARTS = ("measure", "evaluate", "signals", "stream", "ingest", "mqtt", "opcua", "faults")
"""Each a module with ``main()``, in the order in which they say most."""

if __name__ == "__main__":
    if strange := set(sys.argv[1:]) - set(PARTS):
        sys.exit(f"no such benchmark: {', '.join(sorted(strange))}; there are {', '.join(PARTS)}")
    for part in sys.argv[1:] or PARTS:
        import_module(f"bench.{part}").main()
