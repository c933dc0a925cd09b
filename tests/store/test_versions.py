"""Random histories of deliveries and withdrawals, beside a model that says the rules in plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.store.conftest import ticking
from zhizao.checks.store import FIGURE, RETURN, deliver, facts, now, row, same_facts
from zhizao.model.period import moment
from zhizao.model.value import Known
from zhizao.store.local import LocalStore


@dataclass
class Version:
    """One stored version."""

    published: datetime
    number: int
    key: str
    content: tuple[str, str]
    holds: bool = True


@dataclass
class Model:
    """The rules of decision 0002."""

    versions: list[Version] = field(default_factory=list)

    def last(self, key: str, before: Sequence[Version]) -> Version | None:
        return max((v for v in before if v.key == key), key=lambda v: (v.published, v.number), default=None)

    def deliver(self, rows: Sequence[tuple[str, str, str]], stored_at: datetime) -> int:
        before, stored = list(self.versions), 0
        for place, (key, amount, published) in enumerate(rows):
            if not self.is_duplicate(rows, place, before):
                last = self.last(key, before)
                at = moment(published) if published else max([stored_at, *([last.published] if last else [])])
                self.versions.append(Version(at, len(self.versions), key, (amount, published)))
                stored += 1
        return stored

    def is_duplicate(self, rows: Sequence[tuple[str, str, str]], place: int, before: Sequence[Version]) -> bool:
        key, _, published = rows[place]

        def known(r: tuple[str, str, str]) -> bool:
            return any(v.holds and (v.key, v.content) == (r[0], r[1:]) for v in before)

        def same(r: tuple[str, str, str]) -> bool:
            last = self.last(r[0], before)
            return last is not None and last.holds and last.content == r[1:]

        if published:
            return known(rows[place]) or rows[place] in rows[:place]
        own = [r for r in rows if r[0] == key and not r[2]]
        earlier = [r for r in rows[:place] if r[0] == key and not r[2]]
        follows = earlier[-1] == rows[place] if earlier else same(rows[place])
        return follows or (all(known(r) for r in own) and same(own[-1]))

    def holding(self) -> dict[str, str]:
        found = {v.key: self.last(v.key, self.versions) for v in self.versions}
        return {key: last.content[0] for key, last in found.items() if last and last.holds}


keys, figures = st.sampled_from("ABC"), st.sampled_from(["1.00", "2.00"])
dates = st.sampled_from(["", "", "2021", "2021-06", "2030"])
returned = st.lists(st.tuples(keys, figures, st.just("")), min_size=1, max_size=5)
published = st.lists(st.tuples(keys, figures, dates), min_size=1, max_size=5)
steps = st.lists(st.one_of(returned, st.integers(0, 2)), min_size=1, max_size=5)


def as_rows(rows: Sequence[tuple[str, str, str]]) -> list[dict[str, str]]:
    return [row(key, amount=amount, **({"published_at": at} if at else {})) for key, amount, at in rows]


def holding(store: LocalStore, record, known: Known = Known()) -> dict[str, str]:
    return {f["enterprise"][-1]: str(f["amount"]) for f in facts(store, record, known)}


@settings(max_examples=20)
@given(steps)
def test_what_holds_is_what_the_rules_say_after_any_deliveries_and_withdrawals(steps):
    play(RETURN, steps)


@settings(max_examples=20)
@given(st.lists(st.one_of(published, st.integers(0, 2)), min_size=1, max_size=5))
def test_what_holds_is_what_the_rules_say_where_rows_state_their_publication(steps):
    play(FIGURE, steps)


def play(record, steps):
    with TemporaryDirectory() as folder:
        clock, model, seen = ticking(), Model(), []
        store = LocalStore(Path(folder), clock)
        for step in steps:
            if isinstance(step, int):
                end(store, record, model, step)
            else:
                stored, _, rejected = deliver(store, *as_rows(step), record=record)
                assert (stored, rejected) == (model.deliver(step, store._history.all()[-1].at), 0)
            assert holding(store, record) == model.holding()
            if batches := store._history.all():
                seen.append((batches[-1].at, model.holding()))
        for at, then in seen:
            assert holding(store, record, Known(stored_as_of=at)) == then


def end(store: LocalStore, record, model: Model, which: int) -> None:
    held = facts(store, record)
    if which < len(held):
        fact, key = held[which]["_fact"], held[which]["enterprise"][-1]
        store.withdraw(f"{record.id}:{fact}", "test")
        last = model.last(key, model.versions)
        at = max(store._history.all()[-1].at, last.published)
        model.versions.append(Version(at, len(model.versions), key, last.content, holds=False))


dated = st.tuples(keys, figures, st.sampled_from(["2021", "2021-06", "2022", "2023-01-05"]))
unambiguous = st.lists(dated, min_size=2, max_size=8, unique_by=lambda r: (r[0], r[2]))


@settings(max_examples=8)
@given(unambiguous, st.randoms(use_true_random=False), st.integers(1, 4))
def test_any_order_and_grouping_of_dated_facts_gives_the_same(rows, random, size):
    shuffled = random.sample(rows, len(rows))
    with TemporaryDirectory() as folder:
        one = LocalStore(Path(folder) / "one", ticking())
        two = LocalStore(Path(folder) / "two", ticking())
        parts = [as_rows(shuffled[i : i + size]) for i in range(0, len(rows), size)]
        assert same_facts(one, [as_rows(rows)]) == same_facts(two, parts) == same_facts(two, parts[::-1])


def test_a_row_without_publication_speaks_after_everything_said_before(open_store):
    store = open_store()
    deliver(store, row(amount="1", published_at="2099"), record=FIGURE)
    deliver(store, row(amount="2"), record=FIGURE)
    assert holding(store, FIGURE) == {"A": "2.00"}
    assert deliver(store, row(amount="2"), record=FIGURE) == (0, 1, 0)


def test_a_withdrawal_ends_a_figure_published_in_the_future(open_store):
    store = open_store()
    deliver(store, row(amount="1", published_at="2099"), record=FIGURE)
    store.withdraw("check_figure:1", "wrong year")
    assert facts(store, FIGURE) == []


def test_batches_are_stored_at_strictly_growing_times_even_where_the_clock_stands_still(tmp_path):
    store = LocalStore(tmp_path, lambda: moment("2025"))
    times = []
    for amount in "123":
        deliver(store, row(amount=amount))
        times.append(now(store))
    assert times == sorted(set(times))


def test_keys_without_versions_are_never_compared(open_store, monkeypatch):
    store = open_store()
    deliver(store, row("A"), row("B"))
    monkeypatch.setattr("zhizao.store.session.holding", lambda *_: 1 / 0)
    assert holding(store, RETURN) == {"A": "1.00", "B": "1.00"}
