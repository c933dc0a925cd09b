"""From observations to records of what happened: begun, interrupted, done, given up."""

from __future__ import annotations

import random
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhizao.model.library import Library
from zhizao.model.quantity import Quantity
from zhizao.model.text import same
from zhizao.pack.load import load
from zhizao.sense.derive.derive import derived
from zhizao.sense.derive.series import Observed, in_series

SECOND = 1_000_000
LATER = 10_000 * SECOND

PACK = {
    "pack.yaml": "id: shop\nversion: 1.0.0\ntitle: {zh: 车间, en: Shop}\nneeds: [kernel]\n",
    "quantities.yaml": """
state: {name: {zh: 状态, en: State}, behaviour: mode}
label: {name: {zh: 标签, en: Label}, behaviour: mode}
elapsed: {name: {zh: 已运行, en: Elapsed}, unit: s, resolution: "1", behaviour: counter}
""",
    "records/batch.yaml": """
id: batch
name: {zh: 批, en: Batch}
entity: machine
time: began
period: hour
key: [machine, began]
fields:
  machine: {type: entity, level: machine, required: true, name: {zh: 设备, en: Machine}}
  began: {type: instant, required: true, name: {zh: 开始, en: Began}}
  over: {type: instant, name: {zh: 结束, en: Over}}
  how: {type: text, name: {zh: 结局, en: How}}
  label: {type: text, name: {zh: 标签, en: Label}}
  busy: {type: decimal, unit: s, scale: 3, name: {zh: 忙, en: Busy}}
  lasted: {type: decimal, unit: min, scale: 3, name: {zh: 历时, en: Lasted}}
  parts: {type: integer, unit: piece, name: {zh: 件, en: Parts}}
  used: {type: decimal, unit: kWh, scale: 6, name: {zh: 电, en: Used}}
  peak: {type: decimal, unit: kW, scale: 3, name: {zh: 峰, en: Peak}}
  starts: {type: integer, name: {zh: 启动次数, en: Starts}}
""",
    "derivations/batch.yaml": """
id: batch
name: {zh: 批的导出, en: Batches from signals}
record: batch
begins: state == "RUN"
ends: state == "DONE"
gives_up: state == "FAULT"
restarts: elapsed
settles: 2 s
fields:
  machine: entity
  began: start
  over: end
  how: outcome
  label: {last: label}
  busy: {duration: 'state == "RUN"'}
  lasted: {duration: true}
  parts: {increase: part_count}
  used: {integral: active_power}
  peak: {highest: active_power}
  starts: {count: 'state == "RUN"'}
""",
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return made(tmp_path_factory.mktemp("shop"), PACK)


def made(folder: Path, files: dict[str, str]) -> Library:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return load([folder])


def said(*words: tuple[float, str, float | str | None]) -> list[Observed]:
    """What was said: second, quantity, and a number, a word, or nothing known."""
    return [
        Observed(int(at * SECOND), name, value if isinstance(value, float | int) else None, value if isinstance(value, str) else None, "good" if value is not None else "stale")
        for at, name, value in words
    ]  # fmt: skip


def batches(library: Library, observed: Iterable[Observed], until_us: int = LATER) -> list[dict[str, Any]]:
    return derived(library.derivations["batch"], library, "machine:A", observed, until_us)


def when(row: dict[str, Any]) -> tuple[float, float, str]:
    return row["began"].timestamp(), row["over"].timestamp(), row["how"]


def test_a_batch_is_what_lies_between_its_beginning_and_its_end(library: Library) -> None:
    (row,) = batches(library, said((0, "label", "A1"), (10, "state", "RUN"), (70, "state", "HOLD"), (100, "state", "RUN"), (130, "state", "DONE")))
    assert when(row) == (10, 130, "completed")
    assert (row["label"], row["busy"], row["lasted"], row["starts"]) == ("A1", Decimal("90.000"), Decimal("2.000"), 2)


def test_what_is_not_over_is_not_there(library: Library) -> None:
    assert batches(library, said((10, "state", "RUN"), (70, "state", "HOLD"))) == []


def test_a_batch_waits_until_its_counters_have_settled(library: Library) -> None:
    words = said((0, "part_count", 4), (10, "state", "RUN"), (20, "state", "DONE"), (21.5, "part_count", 6))
    assert batches(library, words, until_us=21 * SECOND) == []
    assert batches(library, words)[0]["parts"] == 2


def test_a_fault_gives_a_batch_up(library: Library) -> None:
    rows = batches(library, said((10, "state", "RUN"), (20, "state", "FAULT"), (25, "state", "IDLE"), (30, "state", "RUN"), (40, "state", "DONE")))
    assert [when(r) for r in rows] == [(10, 20, "aborted"), (30, 40, "completed")]


def test_what_begins_anew_after_an_interruption_was_given_up_when_it_was_interrupted(library: Library) -> None:
    rows = batches(library, said(
        (10, "state", "RUN"), (10.1, "elapsed", 0), (19, "elapsed", 9), (20, "state", "STOP"), (50, "state", "RUN"), (50.2, "elapsed", 0), (60, "state", "DONE"),
    ))  # fmt: skip
    assert [when(r) for r in rows] == [(10, 20, "aborted"), (50, 60, "completed")]


def test_a_counter_that_shows_a_lower_number_now_and_then_restarts_nothing(library: Library) -> None:
    rows = batches(library, said(
        (10, "state", "RUN"), (10, "elapsed", 0), (20, "state", "STOP"), (30, "state", "RUN"), (70, "elapsed", 50), (70.1, "elapsed", 0), (70.2, "elapsed", 51), (80, "state", "DONE"),
    ))  # fmt: skip
    assert [when(r) for r in rows] == [(10, 80, "completed")]


def test_a_lost_link_neither_begins_nor_ends_anything(library: Library) -> None:
    rows = batches(library, said((10, "state", "RUN"), (20, "state", None), (50, "state", "RUN"), (60, "state", "DONE")))
    assert [(*when(r), r["busy"]) for r in rows] == [(10, 60, "completed", Decimal("20.000"))]


def test_where_two_sources_tell_of_one_signal_what_one_no_longer_knows_the_other_still_does(library: Library) -> None:
    told = said((0, "state", "IDLE"), (10, "state", "RUN"), (40, "state", "DONE"))
    other = [Observed(10 * SECOND, "state", None, "RUN", "stale", "b"), Observed(20 * SECOND, "state", None, None, "stale", "b")]
    assert [when(row) for row in batches(library, [*told, *other])] == [when(row) for row in batches(library, told)] == [(10, 40, "completed")]


@given(st.permutations(["a", "b", "c"]))
def test_at_one_instant_the_last_source_by_name_is_believed_in_whatever_order_they_come(names: list[str]) -> None:
    state = Quantity("state", same("state"), "", behaviour="mode")
    found = in_series([Observed(1, "state", None, f"said by {name}", "good", name) for name in names], [state])
    assert found["state"].values == ["said by c"]


def test_energy_is_power_over_the_time_in_which_it_is_known(library: Library) -> None:
    (row,) = batches(library, said((0, "active_power", 36.0), (100, "state", "RUN"), (200, "active_power", None), (250, "active_power", 72.0), (300, "state", "DONE")))
    assert (row["used"], row["peak"]) == (Decimal("2.000000"), Decimal("72.000"))


def test_a_counter_that_restarts_counts_from_zero(library: Library) -> None:
    (row,) = batches(library, said((0, "part_count", 97), (1, "state", "RUN"), (2, "part_count", 98), (3, "part_count", 1), (4, "part_count", 2), (5, "state", "DONE")))
    assert row["parts"] == 3


def test_what_nothing_is_known_of_is_empty(library: Library) -> None:
    (row,) = batches(library, said((1, "state", "RUN"), (5, "state", "DONE")))
    assert (row["label"], row["parts"], row["used"], row["peak"]) == (None, None, None, None)


words = st.lists(
    st.tuples(
        st.integers(0, 400),
        st.sampled_from(["state", "state", "elapsed", "part_count"]),
        st.sampled_from(["RUN", "RUN", "STOP", "DONE", "FAULT", None]),
        st.integers(0, 20),
    ),
    max_size=60,
    unique_by=lambda w: (w[0], w[1]),
)


def spoken(found: list[tuple[int, str, str | None, int]]) -> list[Observed]:
    return said(*((at, name, state if name == "state" else number) for at, name, state, number in found))


@given(words, st.randoms(use_true_random=False))
def test_the_order_in_which_words_arrive_changes_nothing(library: Library, found: list[tuple[int, str, str | None, int]], chance: random.Random) -> None:
    observed = spoken(found)
    shuffled = chance.sample(observed, len(observed))
    assert batches(library, observed) == batches(library, shuffled)


@given(words)
def test_batches_of_a_machine_never_overlap(library: Library, found: list[tuple[int, str, str | None, int]]) -> None:
    spans = [when(r) for r in batches(library, spoken(found))]
    assert all(start <= end for start, end, _ in spans)
    assert all(one[1] <= after[0] for one, after in zip(spans, spans[1:], strict=False))


@given(words, st.integers(0, 400))
def test_what_was_over_stays_as_it_was_when_more_is_said(library: Library, found: list[tuple[int, str, str | None, int]], until: int) -> None:
    early = batches(library, spoken([w for w in found if w[0] <= until]), until * SECOND)
    assert batches(library, spoken(found))[: len(early)] == early


# ── content that does not hold ──────────────────────────────────────────────────────────────────────────────────

FAULTS = [
    ('begins: state == "RUN"', 'begins: stat == "RUN"', "unknown_name", "write state"),
    ('begins: state == "RUN"', 'begins: state = "RUN"', "formula", "to compare, write =="),
    ("record: batch", "record: bach", "unknown_name", "write batch"),
    ("  how: outcome", "  who: outcome", "unknown_field", "write how"),
    ("  how: outcome", "  how: outcom", "shape", "write outcome"),
    ("  began: start", "  over: start", "repeated_key", ""),
    ("parts: {increase: part_count}", "parts: {increase: active_power}", "unit", "take a quantity whose unit fits"),
    ("parts: {increase: part_count}", "parts: {risen: part_count}", "shape", "write one of: "),
    ("restarts: elapsed", "restarts: part_count", "unit", "name a counter whose unit is s"),
    ("settles: 2 s", "settles: a while", "shape", "write"),
]


@pytest.mark.parametrize(("right", "wrong", "code", "cure"), FAULTS, ids=[wrong for _, wrong, _, _ in FAULTS])
def test_a_fault_is_told_with_its_cure_and_the_rule_is_left_out(tmp_path: Path, right: str, wrong: str, code: str, cure: str) -> None:
    files = {**PACK, "derivations/batch.yaml": PACK["derivations/batch.yaml"].replace(right, wrong, 1)}
    assert files != PACK
    library = made(tmp_path, files)
    assert library.derivations == {}
    (told,) = [f for f in library.findings if f.code == code and f.severity == "blocking"]
    assert cure in told.cure.en and told.place.file.endswith("batch.yaml") and told.place.line > 1


def test_a_key_that_nothing_fills_is_told(tmp_path: Path) -> None:
    library = made(tmp_path, {**PACK, "derivations/batch.yaml": PACK["derivations/batch.yaml"].replace("  began: start\n", "")})
    assert library.derivations == {} and "nothing fills began" in library.findings[0].message.en


# ── counted ends ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def counting(tmp_path_factory: pytest.TempPathFactory) -> Library:
    rule = PACK["derivations/batch.yaml"].replace("restarts: elapsed", "counts: part_count").replace("parts: {increase: part_count}", "parts: completed")
    return made(tmp_path_factory.mktemp("counted"), {**PACK, "derivations/batch.yaml": rule})


def test_one_more_counted_ends_a_batch_and_the_next_begins_where_the_machine_goes_on(counting: Library) -> None:
    rows = batches(counting, said(
        (0, "part_count", 7), (10, "state", "RUN"), (20, "part_count", 8), (30, "part_count", 9), (30, "state", "SETUP"), (50, "state", "RUN"), (55, "state", "FAULT"),
    ))  # fmt: skip
    assert [when(r) for r in rows] == [(10, 20, "completed"), (20, 30, "completed"), (50, 55, "aborted")]
    assert [r["parts"] for r in rows] == [1, 1, 0]


def test_the_first_count_that_is_ever_heard_ends_nothing(counting: Library) -> None:
    rows = batches(counting, said((10, "state", "RUN"), (20, "part_count", 8), (30, "part_count", 9)))
    assert [when(r) for r in rows] == [(10, 30, "completed")]
