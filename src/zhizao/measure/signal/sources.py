"""Several sources of one signal: at each moment the one that spoke last, among those whose value holds, is believed."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from zhizao.measure.signal.beside import at_moments, moments
from zhizao.measure.signal.grid import Grid
from zhizao.measure.signal.points import AT, HORIZON, LIMIT, OWN, QUANTITY, SOURCE, STEPS, WORDS, Said
from zhizao.measure.signal.stretches import UNTIL, stretches
from zhizao.model.quantity import Quantity


def one_voice(said: Said, points: ir.Table, quantities: Sequence[Quantity], grid: Grid) -> ir.Table:
    """The points with one at an instant and signal; those of signals with one source, which are nearly all, as they are.

    Of sources that spoke at one instant the last by name is believed.
    """
    session, entity = said.session, said.entity
    shared, most = _shared(said, quantities)
    if not most:
        return points.drop(SOURCE)
    alone = points.anti_join(shared, [entity, QUANTITY]).drop(SOURCE).mutate(**{LIMIT: ibis.null("int64")})
    several = session.hold("several", points.inner_join(shared, [entity, QUANTITY, SOURCE]))
    held = session.hold("voices", stretches(several, [entity, QUANTITY, SOURCE], quantities, grid))
    rows = moments(held, [entity, QUANTITY]).drop(UNTIL)
    for n in range(most):
        joined = at_moments(rows, held.filter(held["_number"] == n), [entity, QUANTITY])
        rows = joined.select(*rows.columns, **{f"{n}{name}": f"_{name}" for name in (STEPS, WORDS)}, **{f"{n}_since": "_since", f"{n}_to": "_to"})
    return alone.union(_believed(rows, entity, most).select(*alone.columns))


def _shared(said: Said, quantities: Sequence[Quantity]) -> tuple[ir.Table, int]:
    """The signals that several sources speak of, with a number for each source, and how many sources one has at most (0: none is shared)."""
    spoken = said.heard.filter(said.heard[QUANTITY].isin([q.id for q in quantities])).drop("_newest")
    signal = ibis.window(group_by=[said.entity, QUANTITY])
    number = ibis.row_number().over(ibis.window(group_by=[said.entity, QUANTITY], order_by=SOURCE))
    counted = spoken.mutate(_of=spoken.count().over(signal), _number=number)
    shared = said.session.hold("shared", counted.filter(counted["_of"] > 1))
    most = said.session.fetch(shared.aggregate(most=shared["_of"].max()))["most"][0].as_py()
    return shared.drop("_of"), int(most or 0)


def _believed(rows: ir.Table, entity: str, most: int) -> ir.Table:
    """Moments as points: what the believed source says, for as long as that holds.

    Where nothing holds on, what was said at the very moment is taken; where nothing was said then either, there is no point.
    """
    rows = rows.mutate(**{f"{n}_rank": _rank(rows, n) for n in range(most)})
    best = ibis.greatest(*(rows[f"{n}_rank"] for n in range(most)))
    is_best = [((rows[f"{n}_rank"] == best), n) for n in reversed(range(most))]

    def of_best(name: str) -> ir.Column:
        return ibis.cases(*((flag, rows[f"{n}{name}"]) for flag, n in is_best), else_=ibis.null(rows[f"0{name}"].type()))

    said = ibis.or_(*((rows[f"{n}_since"] == rows[AT]).fill_null(False) for n in range(most)))
    found = {STEPS: of_best(STEPS), WORDS: of_best(WORDS), LIMIT: ibis.coalesce(of_best("_to"), rows[AT]), HORIZON: ibis.coalesce(of_best("_to"), rows[AT])}
    points = rows.select(entity, QUANTITY, AT, **found, _is_said=said, **{OWN: (of_best("_since") == rows[AT]).fill_null(False)})
    return points.filter(points["_is_said"] | points[STEPS].notnull() | points[WORDS].notnull())


def _rank(rows: ir.Table, n: int) -> ir.Column:
    """When a source whose value holds spoke; far back where it said something at the very moment that no longer holds; null where it says nothing."""
    says = rows[f"{n}{STEPS}"].notnull() | rows[f"{n}{WORDS}"].notnull()
    holds, then = rows[f"{n}_to"] > rows[AT], rows[f"{n}_since"] == rows[AT]
    return ibis.cases((says & holds, rows[f"{n}_since"]), (says & then, ibis.literal(-(2**62), "int64")), else_=ibis.null("int64"))
