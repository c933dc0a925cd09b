"""Where a row belongs when several ways lead there, when nearer places begin or end, and on which day it is decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

import pytest

from tests.measure.world import ORGANISATION, REGIONS, TERRITORY, World, total
from zhizao.errors import InputError
from zhizao.model.entity import Hierarchy, Level
from zhizao.model.period import Period
from zhizao.model.record import Field, RecordType
from zhizao.model.text import same

LINE = RecordType(
    "line_return", same("line return"), "line", "year", ("line", "year"),
    (Field("line", "entity", same("line"), level="line", required=True), Field("year", "period", same("year"), required=True),
     Field("processes", "integer", same("processes")), Field("nc", "integer", same("nc"))),
)  # fmt: skip
TWO_WAYS = (("line:1", "part_of", "site:1"), ("site:1", "part_of", "enterprise:A"), ("line:1", "part_of", "enterprise:A"))
QUARTER, HALF = Decimal("0.25"), Decimal("0.5")


@pytest.fixture
def world(tmp_path: Path) -> World:
    """The small world, with lines below its sites and an enterprise's rate by its legal unit's seat."""
    world = World(tmp_path / "home")
    lined = replace(ORGANISATION, levels=(Level("line", same("line"), "line"), *ORGANISATION.levels))
    rate = world.library.indicators["site_rate"]
    line_sum = replace(rate, id="line_sum", record="line_return", tree=total("processes"))
    more = (replace(rate, id="line_rate", record="line_return"), line_sum, replace(line_sum, id="seated_sum", attribute="seat"))
    world.library = replace(
        world.library,
        records={**world.library.records, "line_return": LINE},
        hierarchies={**world.library.hierarchies, "organisation": lined},
        indicators={**world.library.indicators, **{i.id: i for i in more}},
    )
    return world


def decided_on_start(world: World, hierarchy: Hierarchy) -> None:
    day: Literal["start", "end"] = "start"
    world.library = replace(world.library, hierarchies={**world.library.hierarchies, hierarchy.id: replace(hierarchy, decided_on=day)})


def returns(world: World, *lines: int, years: tuple[int, ...] = (2020,)) -> None:
    world.add("line_return", [{"line": f"line:{i}", "year": y, "processes": 4, "nc": i} for i in lines for y in years])


def test_a_line_of_a_site_and_of_its_enterprise_directly_counts_once(world: World) -> None:
    world.place(*TWO_WAYS, ("line:2", "part_of", "enterprise:A"), ("enterprise:A", "located_in", REGIONS[0]))
    returns(world, 1, 2)
    assert world.table("line_sum", by=["enterprise"]) == {"enterprise:A": Decimal(8)}
    assert world.table("line_sum", by=["region"]) == {REGIONS[0]: Decimal(8)}
    assert world.table("seated_sum", by=["region"]) == {REGIONS[0]: Decimal(8)}
    # Counted twice, the first line would weigh more in the enterprise's own rate.
    assert world.table("line_rate") == {"nation:CN": Decimal("0.375")}


def test_a_host_reached_by_two_ways_at_overlapping_times_counts_once_on_every_day(world: World) -> None:
    world.place(
        ("line:1", "part_of", "site:1"), ("site:1", "part_of", "enterprise:A", "", "2021-06-01"),
        ("line:1", "part_of", "enterprise:A", "2020-06-01"), ("enterprise:A", "located_in", REGIONS[0]),
    )  # fmt: skip
    returns(world, 1, years=(2019, 2020, 2021))
    for year in ("2019", "2020", "2021"):
        assert world.table("line_sum", by=["enterprise"], period=year) == {"enterprise:A": Decimal(4)}
        assert world.table("line_sum", by=["region"], period=year) == {REGIONS[0]: Decimal(4)}
        assert world.table("seated_sum", by=["region"], period=year) == {REGIONS[0]: Decimal(4)}


def test_a_line_whose_own_enterprise_is_another_than_its_sites_counts_for_its_own_alone(world: World) -> None:
    world.place(
        ("line:1", "part_of", "site:1"), ("site:1", "part_of", "enterprise:A"), ("line:1", "part_of", "enterprise:B", "2020-01-01"),
        ("line:2", "part_of", "site:1"), ("enterprise:A", "located_in", REGIONS[0]), ("enterprise:B", "located_in", REGIONS[1]),
    )  # fmt: skip
    returns(world, 1, 2, years=(2019, 2020))
    assert world.table("line_sum", by=["enterprise"], period="2019") == {"enterprise:A": Decimal(8)}
    assert world.table("line_sum", by=["enterprise"]) == {"enterprise:A": Decimal(4), "enterprise:B": Decimal(4)}
    assert world.table("line_sum") == {"nation:CN": Decimal(8)}
    assert world.table("line_sum", of=["enterprise:A"]) == {"enterprise:A": Decimal(4)}
    # The site gives no place, so its enterprise would; the line's own is nearer.
    assert world.table("line_sum", by=["region"]) == {REGIONS[0]: Decimal(4), REGIONS[1]: Decimal(4)}
    assert world.table("line_rate", by=["enterprise"]) == {"enterprise:A": HALF, "enterprise:B": QUARTER}


def test_of_two_hosts_as_near_as_each_other_the_lower_gives_the_place(world: World) -> None:
    world.place(*TWO_WAYS, ("site:1", "located_in", REGIONS[1]), ("enterprise:A", "located_in", REGIONS[0]))
    returns(world, 1)
    assert world.table("line_sum", by=["region"]) == {REGIONS[1]: Decimal(4)}
    assert world.table("seated_sum", by=["region"]) == {REGIONS[0]: Decimal(4)}


def test_an_entity_lies_where_its_host_does_while_it_has_no_place_of_its_own(world: World) -> None:
    world.place(
        ("site:1", "part_of", "enterprise:A"), ("enterprise:A", "located_in", REGIONS[0]),
        ("site:1", "located_in", REGIONS[1], "2020-01-01", "2021-01-01"),
    )  # fmt: skip
    world.add("site_return", [{"site": "site:1", "year": y, "processes": 4, "nc": 1} for y in (2019, 2020, 2021)])
    for year, region in (("2019", REGIONS[0]), ("2020", REGIONS[1]), ("2021", REGIONS[0])):
        assert world.table("site_rate", by=["region"], period=year) == {region: QUARTER}


def test_what_an_entity_is_part_of_may_be_decided_on_the_first_day_of_a_period(world: World) -> None:
    world.place(
        ("site:1", "part_of", "enterprise:A", "", "2020-03-01"), ("site:1", "part_of", "enterprise:B", "2020-03-01"),
        ("site:1", "located_in", REGIONS[0]),
    )  # fmt: skip
    world.add("site_return", [{"site": "site:1", "year": 2020, "processes": 4, "nc": 2}])
    assert world.table("site_rate", by=["enterprise"]) == {"enterprise:B": HALF}
    decided_on_start(world, ORGANISATION)
    assert world.table("site_rate", by=["enterprise"]) == {"enterprise:A": HALF}


def test_each_hierarchy_says_which_day_of_a_period_decides(world: World) -> None:
    year = Period.parse("2020")
    decided_on_start(world, TERRITORY)
    assert world.library.hierarchies["territory"].day_of(year) == date(2020, 1, 1)
    assert world.library.hierarchies["industry"].day_of(year) == date(2020, 12, 31)


def test_a_row_about_an_enterprise_inside_another_is_its_own_and_counts_once(world: World) -> None:
    anyone = replace(LINE, fields=(replace(LINE.fields[0], level=""), *LINE.fields[1:]))
    world.library = replace(world.library, records={**world.library.records, "line_return": anyone})
    world.place(("enterprise:A", "part_of", "enterprise:B"), ("enterprise:A", "located_in", REGIONS[0]))
    world.add("line_return", [{"line": "enterprise:A", "year": 2020, "processes": 4, "nc": 1}])
    assert world.table("line_sum", by=["enterprise"]) == {"enterprise:A": Decimal(4)}


def test_what_lies_above_the_leaves_is_decided_on_the_day_its_hierarchy_says(tmp_path: Path) -> None:
    world = World(tmp_path / "home")
    territory = replace(world.library.hierarchies["territory"], decided_on="start")
    world.library = replace(world.library, hierarchies={**world.library.hierarchies, "territory": territory})
    world.place(("enterprise:A", "located_in", "region:99"), ("region:99", "located_in", "nation:CN", "2020-06-01"))
    world.add("annual_return", [{"enterprise": "enterprise:A", "year": y, "revenue": 7} for y in ("2020", "2021")])
    found = {(v.entity, str(v.period)): v.value for v in world.values("revenue", by=["nation"], period="2020..2021")}
    assert found == {("nation:CN", "2020"): None, ("nation:CN", "2021"): 7}


def test_a_membership_that_ends_when_it_begins_was_called_off_and_ends_no_other(world: World) -> None:
    world.add("annual_return", [{"enterprise": f"enterprise:{e}", "year": 2022, "revenue": 1} for e in "AB"])
    since = "2021-01-01"
    world.place(("enterprise:A", "located_in", REGIONS[0], since), ("enterprise:B", "located_in", REGIONS[0], "2020-01-01"))
    assert world.table("revenue", by=["region"], period="2022") == {REGIONS[0]: Decimal(2)}
    world.place(
        ("enterprise:A", "located_in", REGIONS[0], since, since), ("enterprise:A", "located_in", REGIONS[1], since),
        ("enterprise:B", "located_in", REGIONS[1], since, since),
    )  # fmt: skip
    assert world.table("revenue", by=["region"], period="2022") == {REGIONS[0]: Decimal(1), REGIONS[1]: Decimal(1)}
    assert world.table("revenue", by=["nation"], period="2022") == {"nation:CN": Decimal(2)}


def test_two_levels_of_units_at_once_are_refused_with_a_cure(world: World) -> None:
    world.place(*TWO_WAYS, ("enterprise:A", "located_in", REGIONS[0]))
    returns(world, 1)
    with pytest.raises(InputError, match="line and site are levels of the same units") as told:
        world.table("line_sum", by=["line", "site"])
    assert told.value.cure and "--by site" in told.value.cure.en


def test_a_value_its_indicator_cannot_have_comes_with_a_doubt(world: World) -> None:
    world.place(*TWO_WAYS, ("line:2", "part_of", "enterprise:A"), ("enterprise:A", "located_in", REGIONS[0]))
    world.library = replace(world.library, indicators={**world.library.indicators, "line_sum": replace(world.library.indicators["line_sum"], between=(0, 4))})
    returns(world, 1, 2)
    found = {v.entity: v.warnings for level in ("line", "enterprise") for v in world.values("line_sum", by=[level])}
    assert found == {"line:1": (), "line:2": (), "enterprise:A": ("impossible",)}
