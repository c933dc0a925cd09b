"""How sources fared, as records: once an hour, from what is sealed, whoever ran meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.store.streaming import OBSERVATION, delivery, take
from zhizao.model.period import Period
from zhizao.node.report import report
from zhizao.pack.load import builtin_folders, load
from zhizao.store.local import LocalStore
from zhizao.store.stream.delivery import Refused

LIBRARY = load(builtin_folders())


class Clock:
    def __init__(self, at):
        self.at = at

    def __call__(self):
        return self.at


def told(store):
    with store.session() as session:
        rows = session.fetch(session.relation(LIBRARY.records["source_report"])).to_pylist()
    return sorted((r["source"], r["started_at"].hour, r["received"], r["accepted"], r["duplicates"], r["rejected"]) for r in rows)


def test_an_hour_that_is_over_is_told_once_and_again_where_more_was_sealed(tmp_path):
    begin = datetime(2026, 3, 2, 6, 10, tzinfo=UTC)
    clock = Clock(begin)
    store = LocalStore(tmp_path, clock)
    take(store, delivery(("A", 1, 1.0), ("A", 2, 1.0), refused=(Refused("1", "nonsense", "?"),)), delivery(("A", 2, 1.0), source="saw"))
    store.drain(OBSERVATION)
    assert report(LIBRARY, store, begin + timedelta(minutes=20)) is None
    clock.at = begin + timedelta(minutes=40)
    take(store, delivery(("A", 2, 1.0)))  # it lies in the log yet
    clock.at = begin + timedelta(minutes=55)
    assert report(LIBRARY, store, clock.at).stored == 2
    store.drain(OBSERVATION)
    assert report(LIBRARY, store, clock.at).corrected == 1
    assert report(LIBRARY, store, clock.at).duplicate == 2
    assert told(store) == [("source:press", 6, 4, 2, 1, 1), ("source:saw", 6, 1, 1, 0, 0)]


def test_the_quality_of_data_is_measured_from_it(tmp_path):
    from zhizao.measure.measure import Measurement

    clock = Clock(datetime(2026, 3, 2, 6, tzinfo=UTC))
    store = LocalStore(tmp_path, clock)
    take(store, delivery(("A", 1, 1.0), ("A", 2, 1.0), ("A", 2, 1.0), refused=(Refused("1", "nonsense", "?"),)))
    store.drain(OBSERVATION)
    report(LIBRARY, store, clock.at + timedelta(hours=2))
    with store.session() as session:
        measurement = Measurement(LIBRARY, session, now=clock.at + timedelta(days=2))
        values = measurement.values(["rejected_share", "duplicate_share"], of=["source:press"], periods=[Period.parse("2026-03-02")])
    assert {v.indicator: str(v.value) for v in values} == {"rejected_share": "25.000000", "duplicate_share": "25.000000"}
