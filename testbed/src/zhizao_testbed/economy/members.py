"""Where enterprises and their sites belong, and what all of it is called: rows for ``zhizao import``."""

from __future__ import annotations

from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhizao_testbed.economy.columns import enterprise_ids, named
from zhizao_testbed.economy.population import Flags, People, Whole, World
from zhizao_testbed.economy.shares import DIVISIONS, ENTERPRISES_OF, NATION, REGIONS, SECTORS, WORLD, region_id, sector_id

LARGE = 40_000.0
"""Revenue from which an enterprise has sites, in 10,000 yuan; each of them may lie in another province."""
MOST_SITES = 4
ZONE = "Asia/Shanghai"
"""Of every site."""


def sites(world: World, who: People) -> tuple[Whole, Whole, Whole]:
    """The sites of large enterprises: place of the enterprise in the block, number of the site from 1, place of its province."""
    count = np.where(who.size >= LARGE, np.clip(np.log2(who.size / LARGE).astype(np.int64) + 1, 1, MOST_SITES), 0)
    owner = np.repeat(np.arange(len(who)), count)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count) + 1
    random = world.random(4, int(who.number[0]) if len(who) else 0)
    weights = np.array(list(ENTERPRISES_OF.values()))
    elsewhere = random.choice(len(REGIONS), len(owner), p=weights / weights.sum())
    return owner, number, np.where(number == 1, who.region[owner], elsewhere)


def edges(world: World, who: People) -> pa.Table:
    """Memberships of enterprises and of their sites, dated where an enterprise comes or goes inside the nation's years."""
    ids = enterprise_ids(who.number)
    owner, number, place = sites(world, who)
    kept = _site_ids(who.number[owner], number)
    everyone = np.arange(len(who))
    return pa.concat_tables([
        _edges(world, who, everyone, ids, "located_in", _taken([region_id(r) for r in REGIONS], who.region)),
        _edges(world, who, everyone, ids, "classified_as", _taken([sector_id(s) for s in SECTORS], who.sector)),
        _edges(world, who, owner, kept, "part_of", ids.take(pa.array(owner))),
        _edges(world, who, owner, kept, "located_in", _taken([region_id(r) for r in REGIONS], place)),
    ])  # fmt: skip


def named_entities(world: World, who: People) -> pa.Table:
    """What enterprises and their sites are called."""
    owner, number, _ = sites(world, who)
    once = _called(enterprise_ids(who.number), named("模拟企业 ", who.number), named("Simulated enterprise ", who.number))
    digits, of = pc.cast(pa.array(number), pa.string()), who.number[owner]
    zh = pc.binary_join_element_wise(named("模拟企业 ", of), digits, " 工厂 ")
    en = pc.binary_join_element_wise(named("Simulated enterprise ", of), digits, " site ")
    return pa.concat_tables([once, _called(_site_ids(of, number), zh, en, zone=ZONE)])


@cache
def upper_entities() -> pa.Table:
    """What the provinces and divisions of the nation are called: as in reality, with the word simulated."""
    rows = [(region_id(code), *_names("territory.csv", f"region:{code}")) for code in REGIONS]
    rows += [(sector_id(code), *_names("industry.csv", f"sector:{code}")) for code in ("C", *SECTORS)]
    ids, zh, en = zip(*rows, strict=True)
    return _called(pa.array(ids), pa.array([f"{name}（模拟）" for name in zh]), pa.array([f"{name} (simulated)" for name in en]))


def upper_edges() -> pa.Table:
    """To which nation they belong."""
    pairs = [(region_id(code), "located_in", NATION) for code in REGIONS]
    pairs += [(sector_id("C"), "classified_as", NATION), *((sector_id(d.code), "classified_as", sector_id("C")) for d in DIVISIONS)]
    ids, relations, parents = (pa.array(column) for column in zip(*pairs, strict=True))
    nothing = pa.nulls(len(pairs), pa.string())
    return pa.table({"entity": ids, "relation": relations, "parent": parents, "valid_from": nothing, "valid_to": nothing})


@cache
def _shipped(file: str) -> dict[str, tuple[str, str]]:
    import csv

    from zhizao.pack.shipped import builtin_folders

    kernel = next(folder for folder in builtin_folders() if folder.name == "kernel")
    with (kernel / "hierarchies" / file).open(encoding="utf-8", newline="") as rows:
        return {row["id"]: (row["name_zh"], row["name_en"]) for row in csv.DictReader(rows)}


def _names(file: str, entity: str) -> tuple[str, str]:
    return _shipped(file)[entity]


def _site_ids(number: Whole, site: Whole) -> pa.Array:
    return pc.binary_join_element_wise(named(f"site:{WORLD}-", number), pc.cast(pa.array(site), pa.string()), "-")


def _called(ids: pa.Array, zh: pa.Array, en: pa.Array, zone: str | None = None) -> pa.Table:
    return pa.table({"entity": ids, "name_zh": zh, "name_en": en, "zone": pa.array([zone] * len(ids), pa.string())})


def _taken(names: list[str], place: Whole) -> pa.Array:
    return pa.array(names).take(pa.array(place))


def _edges(world: World, who: People, owner: Whole, ids: pa.Array, relation: str, parents: pa.Array) -> pa.Table:
    born, gone = who.born[owner], who.gone[owner]
    columns = {"entity": ids, "relation": pa.array([relation] * len(owner), pa.string()), "parent": parents}
    return pa.table(columns | {"valid_from": _day(world, born, born > 0), "valid_to": _day(world, gone, gone < world.years)})


def _day(world: World, year: Whole, dated: Flags) -> pa.Array:
    """The first day of a year, null where it is not dated."""
    first = pc.binary_join_element_wise(pc.cast(pa.array(world.first_year + year), pa.string()), "01-01", "-")
    return pc.if_else(pa.array(dated), first, pa.nulls(len(year), pa.string()))
