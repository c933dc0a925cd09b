"""``zhizao verify``: a changed fact is found, whoever asks."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.cli.conftest import Zhizao


def test_facts_as_they_were_sealed_are_intact(zhizao: Zhizao, ready_home: Path) -> None:
    done = zhizao("--home", ready_home, "verify", "--json")
    assert (done.code, done.data["intact"]) == (0, True)
    assert done.data["segments"] == len(list(ready_home.glob("facts/*/*.parquet")))


def test_a_doubled_figure_is_found_with_its_file(zhizao: Zhizao, fresh_home: Path) -> None:
    file = next(fresh_home.glob("facts/region_gerd/*.parquet"))
    rows = pq.read_table(file)
    doubled = pa.array([None if v is None else 2 * v for v in rows["gerd"].to_pylist()], rows.schema.field("gerd").type)
    pq.write_table(rows.set_column(rows.schema.get_field_index("gerd"), "gerd", doubled), file)
    done = zhizao("--home", fresh_home, "verify")
    assert done.code == 1
    assert file.name in done.out
    told = zhizao("--home", fresh_home, "--lang", "zh", "verify", "--json")
    assert (told.code, told.data["intact"]) == (1, False)
    assert "封印" in told.data["why"]["zh"]


@pytest.mark.parametrize("file", ["home.json", "head.json", "keys/node.pub", "facts/region_gerd/_delta_log/00000000000000000000.json"])
def test_whatever_file_of_the_home_is_damaged_the_answer_is_no(file: str, zhizao: Zhizao, fresh_home: Path) -> None:
    (fresh_home / file).write_bytes(b"")
    done = zhizao("--home", fresh_home, "verify", "--json")
    assert (done.code, done.data["intact"]) == (1, False)
