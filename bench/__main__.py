"""``make bench``: every benchmark, one after the other, each figure the median of its runs."""

from bench import evaluate, measure, mqtt, stream

if __name__ == "__main__":
    measure.main()
    evaluate.main()
    stream.main()
    mqtt.main()
