"""Results kept between sessions: found again where nothing they depend on changed, never otherwise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from tests.measure.world import World
from zhizao.store.engines import duckdb as engine
from zhizao.store.engines.duckdb import DuckDB
from zhizao.store.kept import Kept


@pytest.fixture(autouse=True)
def everything_is_worth_keeping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "WORTH_KEEPING_S", 0.0)


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path / "home")
    world.place(("enterprise:A", "located_in", "region:32"), ("enterprise:A", "classified_as", "sector:C34"))
    world.add("annual_return", [{"enterprise": "enterprise:A", "year": "2020", "rd": 3, "revenue": 100}])
    return world


def kept(world: World, tmp_path: Path) -> dict[str, int]:
    return {f.name: f.stat().st_mtime_ns for f in (tmp_path / "home" / "cache" / "tables").iterdir()}


def test_a_question_asked_again_computes_nothing_anew(world: World, tmp_path: Path) -> None:
    first = world.table("intensity", by=["region"])
    files = set(kept(world, tmp_path))
    assert files
    assert world.table("intensity", by=["region"]) == first
    assert set(kept(world, tmp_path)) == files


def test_a_new_fact_is_seen_at_once(world: World) -> None:
    before = world.table("revenue", by=["region"])
    world.add("annual_return", [{"enterprise": "enterprise:A", "year": "2020", "rd": 3, "revenue": 250}])
    assert before["region:32"] == 100
    assert world.table("revenue", by=["region"])["region:32"] == 250


def test_a_new_place_is_seen_at_once(world: World) -> None:
    world.add("annual_return", [{"enterprise": "enterprise:B", "year": "2020", "revenue": 7}])
    assert "region:11" not in world.table("revenue", by=["region"])
    world.place(("enterprise:B", "located_in", "region:11"))
    assert world.table("revenue", by=["region"])["region:11"] == 7


def _torn(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:20])


def _foreign(file: Path) -> None:
    file.write_text("not a table")


def _flipped(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize("harm", [_torn, _foreign, _flipped, Path.unlink])
def test_a_damaged_result_is_computed_anew(world: World, tmp_path: Path, harm: Callable[[Path], None]) -> None:
    first = world.table("intensity", by=["region", "sector"])
    for name in kept(world, tmp_path):
        harm(tmp_path / "home" / "cache" / "tables" / name)
    assert world.table("intensity", by=["region", "sector"]) == first


def test_a_folder_that_cannot_be_written_keeps_nothing_and_hinders_nothing(world: World, tmp_path: Path) -> None:
    (tmp_path / "home" / "cache").mkdir(exist_ok=True)
    (tmp_path / "home" / "cache" / "tables").write_text("in the way")
    assert world.table("revenue", by=["region"])["region:32"] == 100


def test_whole_numbers_of_128_bits_come_back_digit_for_digit(tmp_path: Path) -> None:
    most = 2**62
    totals = []
    for _ in range(2):
        database = DuckDB(tmp_path / "spill", Kept(tmp_path / "kept"))
        rows = database.hold("rows", pa.table({"n": pa.array([most] * 5, pa.int64())}))
        held = database.keep("total", rows.aggregate(total=rows.n.sum()))
        totals.append(int(database.fetch(held)["total"][0].as_py()))
        database.close()
    assert totals == [5 * most] * 2


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    store = Kept(tmp_path, most_bytes=25)
    for name in ("a", "b", "c"):
        store.put(name, lambda file: file.write_bytes(bytes(10)) and None)
    assert (store.find("a"), store.find("b") is not None, store.find("c") is not None) == (None, True, True)


def test_a_name_with_a_quotation_mark_hides_no_table(world: World) -> None:
    odd = 'enterprise:A"B'
    world.add("annual_return", [{"enterprise": odd, "year": "2020", "revenue": 9}])
    assert world.table("revenue", of=[odd], by=["region"]) == {}
    world.place((odd, "located_in", "region:11"))
    assert list(world.table("revenue", of=[odd], by=["region"]).values()) == [9]
    assert list(world.table("revenue", of=[odd], by=["region"]).values()) == [9]
