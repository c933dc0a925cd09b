"""The status as figures for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST as CONTENT_TYPE
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

COUNTED = {
    "received": "Observations received.",
    "stored": "Observations in sealed segments.",
    "duplicate": "Observations that had arrived before.",
    "rejected": "Observations refused, and kept with their reason.",
    "lines": "Raw lines or messages received.",
}
"""What is counted of a source, by its key in the status: it only climbs."""

__all__ = ["CONTENT_TYPE", "exposition"]


def exposition(status: Mapping[str, Any]) -> bytes:
    """The text a Prometheus server reads."""
    registry = CollectorRegistry()
    registry.register(_Status(status))
    return generate_latest(registry)


class _Status(Collector):
    def __init__(self, status: Mapping[str, Any]) -> None:
        self._sources: Mapping[str, Mapping[str, Any]] = status["connectors"]
        self._store: Mapping[str, Any] = status["store"]

    def collect(self) -> Iterator[Metric]:
        """See the library."""
        for key, words in COUNTED.items():
            yield self._counter(key, words)
        yield self._gauge("spooled", "Observations in the log, not yet in a segment.", {name: s["spooled"] for name, s in self._sources.items()})
        running = {name: float(s["state"] == "running") for name, s in self._sources.items()}
        yield self._gauge("running", "Whether the source is being read.", running)
        last = {name: s["last_value_us"] / 1e6 for name, s in self._sources.items() if s.get("last_value_us")}
        yield self._gauge("last_value_seconds", "The time of the newest observation.", last)
        yield self._events()
        yield GaugeMetricFamily("zhizao_conserved", "Whether received = stored + duplicate + rejected + spooled.", value=float(self._store["conserved"]))

    def _counter(self, key: str, words: str) -> Metric:
        found = CounterMetricFamily(f"zhizao_source_{key}", words, labels=["source"])
        for name, source in self._sources.items():
            found.add_metric([name], source[key])
        return found

    def _gauge(self, key: str, words: str, values: Mapping[str, float]) -> Metric:
        found = GaugeMetricFamily(f"zhizao_source_{key}", words, labels=["source"])
        for name, value in values.items():
            found.add_metric([name], value)
        return found

    def _events(self) -> Metric:
        found = CounterMetricFamily("zhizao_source_events", "What a connector counted beside observations.", labels=["source", "event"])
        for name, source in self._sources.items():
            for event, times in source.get("events", {}).items():
                found.add_metric([name, event], times)
        return found
