"""``make bench``: every benchmark, one after the other, each figure the median of its runs. ``python -m bench NAME …``: some of them."""

import sys

from bench import evaluate, measure, opcua, stream

ALL = {"measure": measure, "evaluate": evaluate, "stream": stream, "opcua": opcua}

if __name__ == "__main__":
    for name in sys.argv[1:] or ALL:
        ALL[name].main()
