"""Random histories of deliveries and withdrawals, beside a model that says the rules in plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
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

    def standing(self, key: str, before: Sequence[Version]) -> list[Version]:
        """What no withdrawal ended."""
        end = max((v.number for v in before if v.key == key and not v.holds), default=-1)
        return [v for v in before if v.key == key and v.number > end]

    def last(self, key: str, before: Sequence[Version]) -> Version | None:
        return max(self.standing(key, before), key=lambda v: (v.published, v.number), default=None)

    def deliver(self, rows: Sequence[tuple[str, str, str]], stored_at: datetime, again: bool) -> int:
        before, stored = list(self.versions), 0
        for place, (key, amount, published) in enumerate(rows):
            if not self.is_duplicate(rows, place, before, again):
                last = self.last(key, before)
                at = moment(published) if published else max([stored_at, *([last.published] if last else [])])
                self.versions.append(Version(at, len(self.versions), key, (amount, published)))
                stored += 1
        return stored

    def is_duplicate(self, rows: Sequence[tuple[str, str, str]], place: int, before: Sequence[Version], again: bool) -> bool:
        key, _, published = rows[place]

        def known(r: tuple[str, str, str]) -> bool:
            said = [v for v in before if v.holds and v.key == r[0]] if again else self.standing(r[0], before)
            return any(v.content == r[1:] for v in said)

        def same(r: tuple[str, str, str]) -> bool:
            last = self.last(r[0], before)
            return last is not None and last.content == r[1:]

        def settled(r: tuple[str, str, str]) -> bool:
            return same(r) or (again and known(r) and self.last(r[0], before) is None)

        if published:
            return known(rows[place]) or rows[place] in rows[:place]
        own = [r for r in rows if r[0] == key and not r[2]]
        earlier = [r for r in rows[:place] if r[0] == key and not r[2]]
        follows = earlier[-1] == rows[place] if earlier else same(rows[place])
        return follows or (all(known(r) for r in own) and settled(own[-1]))

    def holding(self) -> dict[str, str]:
        found = {v.key: self.last(v.key, self.versions) for v in self.versions}
        return {key: last.content[0] for key, last in found.items() if last}


keys, figures = st.sampled_from("ABC"), st.sampled_from(["1.00", "2.00"])
dates = st.sampled_from(["", "", "2021", "2021-06", "2030"])
returned = st.lists(st.tuples(keys, figures, st.just("")), min_size=1, max_size=5)
published = st.lists(st.tuples(keys, figures, dates), min_size=1, max_size=5)
ends, repeats = st.integers(0, 2), st.tuples(st.sampled_from(["the same file", "the same rows"]), st.integers(0, 2))
steps = st.lists(st.one_of(returned, ends, repeats), min_size=1, max_size=6)


def as_rows(rows: Sequence[tuple[str, str, str]]) -> list[dict[str, str]]:
    return [row(key, amount=amount, **({"published_at": at} if at else {})) for key, amount, at in rows]


def holding(store: LocalStore, record, known: Known = Known()) -> dict[str, str]:
    return {f["enterprise"][-1]: str(f["amount"]) for f in facts(store, record, known)}


@settings(max_examples=25)
@given(steps)
def test_what_holds_is_what_the_rules_say_after_any_deliveries_and_withdrawals(steps):
    play(RETURN, steps)


@settings(max_examples=25)
@given(st.lists(st.one_of(published, ends, repeats), min_size=1, max_size=6))
def test_what_holds_is_what_the_rules_say_where_rows_state_their_publication(steps):
    play(FIGURE, steps)


def play(record, steps):
    with TemporaryDirectory() as folder:
        clock, model, seen = ticking(), Model(), []
        store, files = LocalStore(Path(folder), clock), {}
        for number, step in enumerate(steps):
            if isinstance(step, int):
                end(store, record, model, step)
            elif isinstance(step, list) or files:
                name, rows = chosen(files, step, f"file {number}")
                stored, _, rejected = deliver(store, *as_rows(rows), record=record, sha256=name)
                assert (stored, rejected) == (model.deliver(rows, store._history.all()[-1].at, name in files), 0)
                files[name] = rows
            assert holding(store, record) == model.holding()
            if batches := store._history.all():
                seen.append((batches[-1].at, model.holding()))
        for at, then in seen:
            assert holding(store, record, Known(stored_as_of=at)) == then


def chosen(files, step, name):
    """The name and rows to deliver: new ones, an earlier file once more, or its rows in another file."""
    if isinstance(step, list):
        return name, step
    what, which = step
    earlier = list(files)[which % len(files)]
    return (earlier if what == "the same file" else name), files[earlier]


def end(store: LocalStore, record, model: Model, which: int) -> None:
    held = facts(store, record)
    if which < len(held):
        fact, key = held[which]["_fact"], held[which]["enterprise"][-1]
        store.withdraw(f"{record.id}:{fact}", "test")
        last = model.last(key, model.versions)
        assert last
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


def test_a_figure_withdrawn_by_mistake_holds_again_when_another_file_states_it(open_store):
    store, figure = open_store(), row(amount="1", published_at="2021")
    deliver(store, figure, record=FIGURE, sha256="yearbook")
    store.withdraw("check_figure:1", "by mistake")
    assert deliver(store, figure, record=FIGURE, sha256="yearbook, second copy") == (1, 0, 0)
    assert holding(store, FIGURE) == holding(store, FIGURE, Known(as_of=moment("2022"))) == {"A": "1.00"}
    assert deliver(store, figure, record=FIGURE) == (0, 1, 0)


def test_the_right_figure_may_follow_a_wrong_one_that_was_withdrawn_whenever_it_was_published(open_store):
    store = open_store()
    deliver(store, row(amount="1", published_at="2022"), record=FIGURE)
    store.withdraw("check_figure:1", "of another year")
    deliver(store, row(amount="2", published_at="2021"), record=FIGURE)
    assert holding(store, FIGURE) == {"A": "2.00"}
    store.withdraw("check_figure:3", "wrong as well")
    assert holding(store, FIGURE) == {}


@pytest.mark.parametrize("record", [RETURN, FIGURE])
def test_the_very_same_files_imported_again_bring_nothing_back_in_any_order(record, tmp_path):
    def stated(amount, at):
        return row(amount=amount, **({"published_at": at} if record is FIGURE else {}))

    files = {"one": [stated("1", "2021"), row("B")], "two": [stated("2", "2022")], "three": [stated("1", "2021"), stated("3", "2023")]}
    for number, order in enumerate(permutations(files)):
        store = LocalStore(tmp_path / str(number), ticking())
        for name in files:
            deliver(store, *files[name], record=record, sha256=name)
        (held,) = [f for f in facts(store, record) if f["enterprise"] == "enterprise:A"]
        store.withdraw(f"{record.id}:{held['_fact']}", "wrong")
        assert [deliver(store, *files[name], record=record, sha256=name)[0] for name in order] == [0, 0, 0]
        assert holding(store, record) == {"B": "1.00"}


def test_what_follows_a_withdrawn_figure_of_the_future_holds_at_once(open_store):
    store = open_store()
    deliver(store, row(amount="1", published_at="2099"), record=FIGURE)
    store.withdraw("check_figure:1", "wrong year")
    deliver(store, row(amount="2"), record=FIGURE)
    assert holding(store, FIGURE) == holding(store, FIGURE, Known(as_of=moment("2025-06"))) == {"A": "2.00"}


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
