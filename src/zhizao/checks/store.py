"""What every store must do, whatever it stands on; each check is one sentence of the contract."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import permutations
from typing import TYPE_CHECKING, Any

from zhizao.checks import stream
from zhizao.errors import InputError, StateOverflow
from zhizao.model.record import Field, FieldType, RecordType
from zhizao.model.text import same
from zhizao.model.value import Known
from zhizao.store.contract import FACT, STORED_AT, Source, Store

if TYPE_CHECKING:
    import pyarrow as pa

Make = Callable[[str], Store]
"""The store of a name: empty at first, the same facts again when asked again."""

Row = Mapping[str, object]


def _field(name: str, kind: FieldType, **options: Any) -> Field:
    return Field(name, kind, same(name), **options)


_WHAT = (_field("enterprise", "entity", level="enterprise", required=True), _field("year", "period", required=True), _field("line", "text"))
_FIGURES = (_field("amount", "decimal", scale=2, minimum="0"), _field("staff", "integer"), _field("open", "boolean"))
_KEY = ("enterprise", "year", "line")

RETURN = RecordType("check_return", same("return"), "enterprise", "year", _KEY, (*_WHAT, *_FIGURES))
"""A type known by when it was stored."""
FIGURE = RecordType(
    "check_figure", same("figure"), "enterprise", "year", _KEY, (*_WHAT, *_FIGURES, _field("published_at", "text")), known_by="published_at"
)
"""A type known by when it was published."""

PERSONAL = RecordType("check_personal", same("personal"), "enterprise", "year", _KEY, (*_WHAT, *(replace(f, personal=True) for f in _FIGURES), _field("size", "integer")))
"""A type whose figures can be forgotten."""


def conforms(make: Make) -> bool:
    """Whether a store passes every check."""
    return not any(True for _ in failures(make))


def failures(make: Make) -> Iterable[str]:
    """The sentences a store does not fulfil, each with what happened instead."""
    for check in CHECKS:
        try:
            check(make)
        except Exception as error:  # whatever a stranger's store raises, it does not fulfil the sentence
            yield f"{check.__name__}: {error}"


# ── what the checks are written with ────────────────────────────────────────────────────────────────────────────


def row(enterprise: str = "A", year: str = "2020", amount: str = "1", **more: str) -> Row:
    """A delivered row, as text."""
    return {"enterprise": enterprise, "year": year, "amount": amount, **more}


def table(rows: Sequence[Row]) -> pa.Table:
    """Delivered rows."""
    import pyarrow as pa

    names = dict.fromkeys(name for r in rows for name in r)
    return pa.table({n: pa.array([r.get(n) for r in rows], pa.string()) for n in names})


def deliver(store: Store, *rows: Row, record: RecordType = RETURN, sha256: str = "") -> tuple[int, int, int]:
    """What became of a delivery: stored, duplicate, rejected."""
    receipt = store.append(record, table(rows), Source("delivery.csv", sha256))
    assert receipt.received == len(rows) and receipt.balances, f"the receipt does not balance: {receipt}"
    return receipt.stored, receipt.duplicate, receipt.rejected


def facts(store: Store, record: RecordType = RETURN, known: Known = Known()) -> list[dict[str, Any]]:
    """The facts of a type as known then, in the order of their numbers."""
    with store.session() as session:
        found: list[dict[str, Any]] = session.fetch(session.relation(record, known)).sort_by(FACT).to_pylist()
        return found


def amounts(store: Store, record: RecordType = RETURN, known: Known = Known()) -> dict[str, Decimal]:
    """Amount by enterprise, as known then."""
    return {f["enterprise"].partition(":")[2]: f["amount"] for f in facts(store, record, known)}


def now(store: Store, record: RecordType = RETURN) -> datetime:
    """When the last fact that holds was stored."""
    found: datetime = max(f[STORED_AT] for f in facts(store, record))
    return found


# ── the checks ──────────────────────────────────────────────────────────────────────────────────────────────────


def every_row_is_stored_duplicate_or_rejected(make: Make) -> None:
    """Conservation."""
    store = make("conservation")
    rows = (row("A"), row("A"), row("B", amount="much"), row("", amount="1"), row("C", year="autumn"), row("D", amount="-1"), row("E", open="是"))
    assert deliver(store, *rows) == (2, 1, 4)
    assert [f["enterprise"] for f in facts(store)] == ["enterprise:A", "enterprise:E"]


def the_same_again_is_duplicate(make: Make) -> None:
    """A delivery twice, and one whose rows repeat a key, add nothing the second time."""
    store = make("duplicate")
    rows = (row("A"), row("B"), row("B", amount="2"), row("C", amount="1.00", line=""))
    assert deliver(store, *rows) == (4, 0, 0)
    before = facts(store)
    assert deliver(store, *rows) == (0, 4, 0)
    assert facts(store) == before


def a_correction_holds_and_the_earlier_version_stays_known(make: Make) -> None:
    """As-of and stored-as-of of a type known by when it was stored."""
    store = make("versions")
    deliver(store, row("A"), row("B"))
    then = now(store)
    assert deliver(store, row("A", amount="2")) == (1, 0, 0)
    assert amounts(store) == {"A": 2, "B": 1}
    assert amounts(store, known=Known(as_of=then)) == amounts(store, known=Known(stored_as_of=then)) == {"A": 1, "B": 1}
    assert deliver(store, row("A")) == (1, 0, 0), "going back to an earlier content is a new version"
    assert amounts(store) == {"A": 1, "B": 1}


def rows_of_one_key_follow_each_other_in_a_delivery(make: Make) -> None:
    """The last of them holds."""
    store = make("follow")
    assert deliver(store, row(amount="1"), row(amount="2"), row(amount="2"), row(amount="1")) == (3, 1, 0)
    assert amounts(store) == {"A": 1}


def a_published_figure_is_known_from_its_publication(make: Make) -> None:
    """Whatever order it arrives in; a partial date means the end of its period."""
    store = make("published")
    deliver(store, row(amount="2", published_at="2022-03"), record=FIGURE)
    deliver(store, row(amount="1", published_at="2021"), record=FIGURE)
    assert amounts(store, FIGURE) == {"A": 2}
    day = datetime.fromisoformat
    assert amounts(store, FIGURE, Known(as_of=day("2021-12-31T00:00:00+00:00"))) == {}
    assert amounts(store, FIGURE, Known(as_of=day("2022-01-01T00:00:00+00:00"))) == {"A": 1}
    assert amounts(store, FIGURE, Known(as_of=day("2022-04-01T00:00:00+00:00"))) == {"A": 2}
    assert deliver(store, row(amount="1", published_at="2021"), record=FIGURE) == (0, 1, 0)


def any_order_of_import_gives_the_same_facts(make: Make) -> None:
    """Facts that say when they were published."""
    deliveries = ([row("A", published_at="2021"), row("B", published_at="2021")], [row("A", amount="2", published_at="2022")], [row("C")])
    seen = {order: same_facts(make(f"order_{''.join(map(str, order))}"), [deliveries[i] for i in order]) for order in permutations(range(3))}
    assert len({str(s) for s in seen.values()}) == 1, f"the order of import changed the facts: {seen}"


def same_facts(store: Store, deliveries: Iterable[Sequence[Row]], record: RecordType = FIGURE) -> list[dict[str, Any]]:
    """What holds after some deliveries, without numbers and times of storing."""
    for rows in deliveries:
        deliver(store, *rows, record=record)
    names = [f.id for f in record.fields]
    return sorted(({n: f[n] for n in names} for f in facts(store, record)), key=str)


def a_withdrawn_fact_ends_and_may_begin_again(make: Make) -> None:
    """While an earlier as-of still shows it."""
    store = make("withdraw")
    deliver(store, row("A"), row("B"))
    then, fact = now(store), f"{RETURN.id}:{facts(store)[0][FACT]}"
    store.withdraw(fact, "entered twice")
    assert amounts(store) == {"B": 1}
    assert amounts(store, known=Known(stored_as_of=then)) == {"A": 1, "B": 1}
    assert refused(lambda: store.withdraw(fact, "again")), "a fact was withdrawn twice"
    assert refused(lambda: store.withdraw(f"{RETURN.id}:999", "none")), "a fact that does not exist was withdrawn"
    assert deliver(store, row("A")) == (1, 0, 0)
    assert amounts(store) == {"A": 1, "B": 1}


def a_withdrawn_figure_is_brought_back_by_another_file_only(make: Make) -> None:
    """Whenever it was published; the very same file brings nothing back."""
    store, figure = make("brought_back"), row("A", published_at="2021")
    deliver(store, figure, record=FIGURE, sha256="one")
    store.withdraw(f"{FIGURE.id}:{facts(store, FIGURE)[0][FACT]}", "by mistake")
    assert deliver(store, figure, record=FIGURE, sha256="one") == (0, 1, 0)
    assert amounts(store, FIGURE) == {}
    assert deliver(store, figure, record=FIGURE, sha256="two") == (1, 0, 0)
    assert amounts(store, FIGURE) == {"A": 1}


def refused(act: Callable[[], object]) -> bool:
    """Whether an act is refused as wrong input."""
    try:
        act()
    except InputError:
        return True
    return False


def a_session_sees_nothing_stored_after_it_began(make: Make) -> None:
    """Snapshot isolation."""
    store = make("snapshot")
    deliver(store, row("A"))
    with store.session() as session:
        deliver(make("snapshot"), row("B"), row("A", amount="2"))
        seen = session.fetch(session.relation(RETURN)).to_pylist()
    assert [(f["enterprise"], f["amount"]) for f in seen] == [("enterprise:A", Decimal(1))]
    assert amounts(store) == {"A": 2, "B": 1}


def what_came_since_an_earlier_session_is_found(make: Make) -> None:
    """New facts, corrections and withdrawals; at least these."""
    store = make("since")
    deliver(store, row("A"), row("B"))
    with store.session() as session:
        mark = session.mark
    deliver(store, row("B", amount="2"), row("C"))
    store.withdraw(f"{RETURN.id}:{facts(store)[0][FACT]}", "why")
    with store.session() as session:
        new = session.fetch(session.since(RETURN, mark)).column("enterprise").to_pylist()
        assert {"enterprise:B", "enterprise:C"} <= set(new) and session.mark != mark
        assert session.fetch(session.since(RETURN, session.mark)).num_rows == 0


def an_empty_part_of_a_key_equals_an_empty_part(make: Make) -> None:
    """Null keys."""
    store = make("null_keys")
    assert deliver(store, row("A"), row("A", line="L1")) == (2, 0, 0)
    assert deliver(store, row("A", amount="2"), row("A", line="L1")) == (1, 1, 0)
    assert [(f["line"], f["amount"]) for f in facts(store)] == [("L1", Decimal(1)), (None, Decimal(2))]


def sums_are_exact_and_overflow_is_an_error(make: Make) -> None:
    """No float, no wrap."""
    import ibis

    store = make("sums")
    figures = [f"{i * 7919 % 1000003}.{i % 100:02d}" for i in range(2000)]
    deliver(store, *(row(f"E{i}", amount=f) for i, f in enumerate(figures)))
    with store.session() as session:
        rows = session.relation(RETURN)
        total = session.fetch(rows.aggregate(total=rows.amount.sum()))["total"][0].as_py()
        assert total == sum(Decimal(f) for f in figures)
        huge = rows.mutate(huge=ibis.literal("9" * 36).cast("decimal(38,2)"))
        try:
            session.fetch(huge.aggregate(total=huge.huge.sum()))
        except StateOverflow:
            return
    raise AssertionError("a sum left its range without an error")


def an_exact_ratio_rounds_halves_away_from_zero_and_is_null_over_zero(make: Make) -> None:
    """``exact_ratio(a, b, factor)``: the one division, in whole numbers; see decision 0004."""
    import pyarrow as pa

    from zhizao.measure.exact import WHOLE, ratio

    cases = [(1, 3, 10**12), (-1, 3, 10**12), (1, 2, 1), (-1, 2, 1), (10**17, 7, 10**12), (0, 5, 1), (5, 0, 1), (10**6, 10**9, 10**12)]
    with make("division").session() as session:
        rows = session.hold("cases", pa.table({"a": [c[0] for c in cases], "b": [c[1] for c in cases], "f": [c[2] for c in cases]}))
        found = session.fetch(rows.select(rows.a, rows.b, rows.f, q=ratio(rows.a.cast(WHOLE), rows.b.cast(WHOLE), rows.f))).to_pylist()
    for a, b, factor, quotient in (r.values() for r in found):
        size = (2 * abs(a) * factor + abs(b)) // (2 * abs(b)) if b else None
        assert quotient == (size if size is None or a >= 0 else -size), f"{a} * {factor} / {b} gave {quotient}"


def a_figure_finer_than_its_scale_is_rounded_half_even_and_counted(make: Make) -> None:
    """Rounding is told, never silent."""
    store = make("rounded")
    receipt = store.append(RETURN, table([row("A", amount="0.125"), row("B", amount="0.135"), row("C", amount="0.120")]), Source("r.csv"))
    assert (receipt.stored, receipt.rounded) == (3, 2)
    assert amounts(store) == {"A": Decimal("0.12"), "B": Decimal("0.14"), "C": Decimal("0.12")}


def a_fact_tells_its_source_and_place(make: Make) -> None:
    """In the order asked for."""
    store = make("find")
    deliver(store, row("A"), row("B"))
    first, second = (f[FACT] for f in facts(store))
    found = list(store.find(RETURN, [second, first]))
    assert [f.id for f in found] == [f"{RETURN.id}:{second}", f"{RETURN.id}:{first}"]
    assert all(f.source == "delivery.csv" for f in found) and "3" in found[0].place and "2" in found[1].place
    assert ("enterprise", "enterprise:B") in found[0].fields


def every_batch_changes_the_fingerprint(make: Make) -> None:
    """And a delivery is known by its own."""
    store = make("fingerprint")
    seen = [store.fingerprint()]
    for rows in ([row("A")], [row("A")], [row("A", amount="2")]):
        deliver(store, *rows, sha256=f"sha-{len(seen)}")
        seen.append(store.fingerprint())
    assert len(set(seen)) == len(seen) and store.fingerprint() == make("fingerprint").fingerprint() == seen[-1]
    assert store.has_batch(RETURN.id, "sha-2") and not store.has_batch(RETURN.id, "sha-9") and not store.has_batch(FIGURE.id, "sha-2")


def a_field_added_later_is_empty_in_earlier_facts(make: Make) -> None:
    """A type grows with its pack."""
    store, wider = make("wider"), replace(RETURN, fields=(*RETURN.fields, _field("energy", "decimal")))
    deliver(store, row("A"))
    assert [f["energy"] for f in facts(store, wider)] == [None]
    deliver(store, row("B", energy="3"), row("A"), record=wider)
    assert [(f["enterprise"], f["energy"]) for f in facts(store, wider)] == [("enterprise:A", None), ("enterprise:B", Decimal(3))]
    assert len(facts(store)) == 2


def a_personal_field_is_compared_corrected_and_asked_for_as_any_other(make: Make) -> None:
    """Duplicates, versions, filters and sums."""
    store = make("personal")
    given = (row("A", amount="1.50", staff="3", open="yes"), row("B", amount="1.5", staff="3", open="no"), row("C", amount=""))
    assert deliver(store, *given, record=PERSONAL) == (3, 0, 0)
    assert deliver(store, *given, row("A", amount="-1"), record=PERSONAL) == (0, 3, 1)
    assert deliver(store, row("A", amount="2", staff="3", open="yes"), record=PERSONAL) == (1, 0, 0)
    assert amounts(store, PERSONAL) == {"A": 2, "B": Decimal("1.5"), "C": None}
    with store.session() as session:
        rows = session.relation(PERSONAL)
        held = rows.filter(rows.staff == 3, ~rows.open)
        found = session.fetch(held.aggregate(n=held.count(), total=held.amount.sum())).to_pylist()
    assert found == [{"n": 1, "total": Decimal("1.5")}]
    assert ("staff", "3") in next(iter(store.find(PERSONAL, [facts(store, PERSONAL)[0][FACT]]))).fields


def what_was_forgotten_is_empty_at_any_time_and_every_seal_holds(make: Make) -> None:
    """While what was said of others, and what is not personal, stays."""
    store = make("forgotten")
    deliver(store, row("A", size="5"), row("A", year="2021"), row("B"), record=PERSONAL)
    then, before = now(store, PERSONAL), store.fingerprint()
    deliver(store, row("A", amount="2", size="5"), record=PERSONAL)
    store.forget("enterprise:A", "asked for")
    assert amounts(store, PERSONAL) == amounts(store, PERSONAL, Known(stored_as_of=then)) == {"A": None, "B": 1}
    assert [f["size"] for f in facts(store, PERSONAL)] == [None, None, 5]
    assert store.fingerprint() != before and store.verify() >= 2
    assert [(f.entity, f.why, f.at > then) for f in store.forgotten()] == [("enterprise:A", "asked for", True)]
    assert refused(lambda: store.forget("enterprise:A", "again")), "an entity was forgotten twice"
    assert refused(lambda: store.forget("enterprise:Z", "none")), "an entity of which nothing is stored was forgotten"


def what_comes_in_after_forgetting_is_readable(make: Make) -> None:
    """And can be forgotten again; what reads as empty is the same as what is empty."""
    store = make("forgotten_again")
    deliver(store, row("A"), row("A", year="2021"), record=PERSONAL)
    store.forget("enterprise:A", "asked for")
    assert deliver(store, row("A", amount=""), row("A", year="2021", amount="7"), record=PERSONAL) == (1, 1, 0)
    assert [f["amount"] for f in facts(store, PERSONAL)] == [None, Decimal(7)]
    store.withdraw(f"{PERSONAL.id}:{facts(store, PERSONAL)[0][FACT]}", "a forgotten fact ends as any other")
    store.forget("enterprise:A", "asked for once more")
    assert [f["amount"] for f in facts(store, PERSONAL)] == [None] and store.verify() >= 2


def what_is_stored_can_be_verified(make: Make) -> None:
    """Every segment against its seal."""
    store = make("verify")
    assert store.verify() == 0
    deliver(store, row("A"))
    deliver(store, row("B"), record=FIGURE)
    store.withdraw(f"{RETURN.id}:{facts(store)[0][FACT]}", "why")
    assert store.verify() >= 2


CHECKS: tuple[Callable[[Make], None], ...] = (
    every_row_is_stored_duplicate_or_rejected,
    the_same_again_is_duplicate,
    a_correction_holds_and_the_earlier_version_stays_known,
    rows_of_one_key_follow_each_other_in_a_delivery,
    a_published_figure_is_known_from_its_publication,
    any_order_of_import_gives_the_same_facts,
    a_withdrawn_fact_ends_and_may_begin_again,
    a_withdrawn_figure_is_brought_back_by_another_file_only,
    a_session_sees_nothing_stored_after_it_began,
    what_came_since_an_earlier_session_is_found,
    an_empty_part_of_a_key_equals_an_empty_part,
    sums_are_exact_and_overflow_is_an_error,
    an_exact_ratio_rounds_halves_away_from_zero_and_is_null_over_zero,
    a_figure_finer_than_its_scale_is_rounded_half_even_and_counted,
    a_fact_tells_its_source_and_place,
    every_batch_changes_the_fingerprint,
    a_field_added_later_is_empty_in_earlier_facts,
    a_personal_field_is_compared_corrected_and_asked_for_as_any_other,
    what_was_forgotten_is_empty_at_any_time_and_every_seal_holds,
    what_comes_in_after_forgetting_is_readable,
    what_is_stored_can_be_verified,
    *stream.CHECKS,
)
"""Every check, in the order of the contract."""
