"""``make bench``: every benchmark, one after the other, each figure the median of its runs; or those named (``python -m bench ingest``)."""

import sys

from bench import evaluate, ingest, measure, stream

if __name__ == "__main__":
    for part in (measure, evaluate, stream, ingest):
        if not sys.argv[1:] or part.__name__.rpartition(".")[2] in sys.argv[1:]:
            part.main()
