"""Ways to the same figures: the kernel, a hand-written DuckDB query, pandas."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import economy
from bench.worker import report

INDICATORS = (
    "rd_intensity", "invention_patents_per_100m", "value_added_rate", "labour_productivity_growth", "digital_design_tools", "nc_rate",
    "energy_intensity_reduction", "co2_intensity_reduction", "water_intensity_reduction", "solid_waste_utilisation",
)  # fmt: skip

QUERY = """
with placed as (
    select r.*, t.parent as region, i.parent as sector
    from read_parquet({returns}) r
    join (select entity, parent from read_parquet({edges}) where relation = 'located_in') t on t.entity = r.enterprise
    join (select entity, parent from read_parquet({edges}) where relation = 'classified_as') i on i.entity = r.enterprise
), sums as (
    select region, sector, year,
        sum(rd_expenditure) filter (rd_expenditure is not null and main_business_revenue is not null) as rd,
        sum(main_business_revenue) filter (rd_expenditure is not null and main_business_revenue is not null) as rd_revenue,
        sum(valid_invention_patents) filter (valid_invention_patents is not null and main_business_revenue is not null) as patents,
        sum(main_business_revenue) filter (valid_invention_patents is not null and main_business_revenue is not null) as patent_revenue,
        sum(value_added) filter (value_added is not null and gross_output is not null) as added,
        sum(gross_output) filter (value_added is not null and gross_output is not null) as output,
        sum(value_added_2015) filter (value_added_2015 is not null and staff is not null) as real_added,
        sum(staff) filter (value_added_2015 is not null and staff is not null) as staff,
        count(*) filter (uses_digital_design_tools) as users, count(uses_digital_design_tools) as asked,
        sum(((2 * nc_key_processes::bigint * 1000000000000 + key_processes) // nullif(2 * key_processes, 0))::hugeint)
            filter (key_processes > 0 and nc_key_processes is not null) as rates,
        count(*) filter (key_processes > 0 and nc_key_processes is not null) as rated,
        sum(energy_tce) filter (energy_tce is not null and value_added_2015 is not null) as energy,
        sum(value_added_2015) filter (energy_tce is not null and value_added_2015 is not null) as energy_added,
        sum(co2_t) filter (co2_t is not null and value_added_2015 is not null) as co2,
        sum(value_added_2015) filter (co2_t is not null and value_added_2015 is not null) as co2_added,
        sum(water_m3) filter (water_m3 is not null and value_added_2015 is not null) as water,
        sum(value_added_2015) filter (water_m3 is not null and value_added_2015 is not null) as water_added,
        sum(solid_waste_utilised_t) filter (solid_waste_utilised_t is not null and solid_waste_generated_t is not null) as utilised,
        sum(solid_waste_generated_t) filter (solid_waste_utilised_t is not null and solid_waste_generated_t is not null) as generated
    from placed group by region, sector, year
)
select s.region, s.sector, s.year,
    round(100 * s.rd / s.rd_revenue, 4) as rd_intensity,
    round(10000 * s.patents / s.patent_revenue, 4) as invention_patents_per_100m,
    round(100 * (s.added / s.output - b.added / b.output), 4) as value_added_rate,
    round(100 * (power((s.real_added / s.staff) / (p.real_added / p.staff), 0.2) - 1), 4) as labour_productivity_growth,
    round(100 * s.users / s.asked, 4) as digital_design_tools,
    round(s.rates / s.rated / 1e10, 4) as nc_rate,
    round(100 * (1 - (s.energy / s.energy_added) / (b.energy / b.energy_added)), 4) as energy_intensity_reduction,
    round(100 * (1 - (s.co2 / s.co2_added) / (b.co2 / b.co2_added)), 4) as co2_intensity_reduction,
    round(100 * (1 - (s.water / s.water_added) / (b.water / b.water_added)), 4) as water_intensity_reduction,
    round(100 * s.utilised / s.generated, 4) as solid_waste_utilisation
from sums s
left join sums b on b.region = s.region and b.sector = s.sector and b.year = '2015'
left join sums p on p.region = s.region and p.sector = s.sector and p.year = (s.year::int - 5)::varchar
"""


COVERED = """
with base as ({query}), due as (
    select t.parent as region, i.parent as sector, count(*) as due
    from (select entity, parent from read_parquet({edges}) where relation = 'located_in') t
    join (select entity, parent from read_parquet({edges}) where relation = 'classified_as') i using (entity) group by all
), answers as (
    select t.parent as region, i.parent as sector, year, {answers}
    from read_parquet({returns}) r
    join (select entity, parent from read_parquet({edges}) where relation = 'located_in') t on t.entity = r.enterprise
    join (select entity, parent from read_parquet({edges}) where relation = 'classified_as') i on i.entity = r.enterprise group by all
)
select base.*, {shares} from base join answers using (region, sector, year) join due using (region, sector)
"""

NEEDS = {
    "rd_intensity": ("rd_expenditure", "main_business_revenue"), "invention_patents_per_100m": ("valid_invention_patents", "main_business_revenue"),
    "value_added_rate": ("value_added", "gross_output"), "labour_productivity_growth": ("value_added_2015", "staff"),
    "digital_design_tools": ("uses_digital_design_tools", ""), "nc_rate": ("nc_key_processes", "key_processes"),
    "energy_intensity_reduction": ("energy_tce", "value_added_2015"), "co2_intensity_reduction": ("co2_t", "value_added_2015"),
    "water_intensity_reduction": ("water_m3", "value_added_2015"),
    "solid_waste_utilisation": ("solid_waste_utilised_t", "solid_waste_generated_t"),
}  # fmt: skip
"""The fields of each indicator, the one that weighs its answers last ('' for none); numerical control is weighed by nothing."""


def covered(returns: str, edges: str) -> str:
    """The hand-written query with the coverage of every value by count and weight, in a pass of its own as one would add it."""
    answers, shares = [], []
    for name, (field, weight) in NEEDS.items():
        there = f"{field} is not null" + (f" and {weight} is not null" if weight else "")
        answers.append(f"count(*) filter ({there}) as n_{name}")
        shares.append(f"n_{name} / due as c_{name}")
        if weight and name != "nc_rate":
            answers.append(f"sum({weight}) filter ({there}) / sum({weight}) as w_{name}")
            shares.append(f"w_{name}")
    query = QUERY.format(returns=returns, edges=edges)
    return COVERED.format(query=query, returns=returns, edges=edges, answers=", ".join(answers), shares=", ".join(shares))


def library() -> Any:
    """The built-in packs."""
    from zhizao.pack.load import builtin_folders, load

    return load(builtin_folders())


def fill(home: Path, size: int, silent: float) -> None:
    """Store an economy of a size, through the front door; a share of single answers is left empty."""
    from zhizao.node.assemble import open_store
    from zhizao.store.contract import Source

    lib, store = library(), open_store(home)
    regions = [e.id for e, parent in lib.hierarchies["territory"].members if e.id.startswith("region:")][:31]
    divisions = [e.id for e, parent in lib.hierarchies["industry"].members if parent == "sector:C"]
    edges = economy.memberships(size, regions, divisions)
    facts = economy.returns(size, silent=silent)
    for record, table in (("membership", edges), ("annual_return", facts)):
        receipt = store.append(lib.records[record], table, Source(f"bench {record}"))
        assert receipt.stored == table.num_rows, receipt


def first(home: Path) -> None:
    """The kernel, asked for the first time: typed trees to cells to values with coverage, nothing kept from before."""
    report(_asked(home), before=lambda: shutil.rmtree(home / "cache", ignore_errors=True))


def again(home: Path) -> None:
    """The kernel, asked once more about the same facts: the cells are found where the first question kept them."""
    work = _asked(home)
    work()
    report(work)


def _asked(home: Path) -> Callable[[], int]:
    from zhizao.measure.measure import Measurement
    from zhizao.model.period import Period
    from zhizao.node.assemble import open_store

    lib, store = library(), open_store(home)
    periods = Period.parse(str(economy.YEARS[0])).through(Period.parse(str(economy.YEARS[-1])))

    def work() -> int:
        with store.session() as session:
            answers = Measurement(lib, session).answers(INDICATORS, by=("region", "sector"), periods=periods)
        return sum(answer.table().num_rows for answer in answers) // len(INDICATORS)

    return work


def query(home: Path) -> None:
    """One query by hand, over the same segments."""
    import duckdb

    connection = duckdb.connect()
    text = QUERY.format(returns=_files(home, "annual_return"), edges=_files(home, "membership"))
    report(lambda: int(connection.sql(text).to_arrow_table().num_rows))


def query_covered(home: Path) -> None:
    """The same query with coverage, which every value of the kernel carries."""
    import duckdb

    connection = duckdb.connect()
    text = covered(_files(home, "annual_return"), _files(home, "membership"))
    report(lambda: int(connection.sql(text).to_arrow_table().num_rows))


def pandas(home: Path) -> None:
    """The usual script: read, merge, group, divide."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    def read(record: str) -> Any:
        tables = [pq.read_table(f) for f in _files(home, record).strip("[]").replace("'", "").split(", ")]
        table = pa.concat_tables(tables)
        floats = [pa.field(f.name, pa.float64() if pa.types.is_decimal(f.type) else f.type) for f in table.schema]
        return table.cast(pa.schema(floats)).to_pandas()

    def work() -> int:
        frame, edges = read("annual_return"), read("membership")
        for name, relation in (("region", "located_in"), ("sector", "classified_as")):
            part = edges[edges.relation == relation][["entity", "parent"]].rename(columns={"parent": name})
            frame = frame.merge(part, left_on="enterprise", right_on="entity").drop(columns="entity")
        frame["rate"] = frame.nc_key_processes / frame.key_processes.where(frame.key_processes > 0)
        keys = ["region", "sector", "year"]
        sums = frame.groupby(keys)[
            ["rd_expenditure", "main_business_revenue", "valid_invention_patents", "value_added", "gross_output", "value_added_2015", "staff",
             "energy_tce", "co2_t", "water_m3", "solid_waste_utilised_t", "solid_waste_generated_t"]
        ].sum()  # fmt: skip
        sums = sums.join(frame.groupby(keys).agg(users=("uses_digital_design_tools", "mean"), rate=("rate", "mean")))
        base = sums.xs("2015", level="year").reindex(sums.droplevel("year").index).set_axis(sums.index)
        out = pd.DataFrame({"rd_intensity": 100 * sums.rd_expenditure / sums.main_business_revenue})
        out["invention_patents_per_100m"] = 1e4 * sums.valid_invention_patents / sums.main_business_revenue
        out["value_added_rate"] = 100 * (sums.value_added / sums.gross_output - base.value_added / base.gross_output)
        out["digital_design_tools"], out["nc_rate"] = 100 * sums.users, 100 * sums.rate
        for name, column in (("energy", "energy_tce"), ("co2", "co2_t"), ("water", "water_m3")):
            out[name] = 100 * (1 - (sums[column] / sums.value_added_2015) / (base[column] / base.value_added_2015))
        out["solid_waste_utilisation"] = 100 * sums.solid_waste_utilised_t / sums.solid_waste_generated_t
        return len(out)

    report(work)


def _files(home: Path, record: str) -> str:
    """The segments of a record type, as any engine finds them."""
    from deltalake import DeltaTable

    table = next(p.parent for p in home.rglob("_delta_log") if record in p.parent.name)
    return "[" + ", ".join(f"'{uri}'" for uri in DeltaTable(str(table)).file_uris()) + "]"


if __name__ == "__main__":
    {"first": first, "again": again, "query": query, "covered": query_covered, "pandas": pandas}[sys.argv[1]](Path(sys.argv[2]))
