"""From an empty folder to a measured indicator of one's own, and back."""

from __future__ import annotations

import csv
import io
import shlex
import shutil

import pytest


@pytest.fixture
def home(zhizao, fresh_home):
    """A home that ``init`` made; the facts of the built-in packs were stored before, which tests need not wait for."""
    assert zhizao("init", fresh_home).code == 0
    return fresh_home


@pytest.fixture
def filled(zhizao, home):
    """The same with the example's data imported."""
    assert zhizao("--home", home, "import", "inspection", home / "my_pack" / "data" / "inspections.csv").code == 0
    return home


def test_init_prints_three_commands_that_all_work(zhizao, tmp_path):
    steps = zhizao("init", tmp_path / "my plant", "--json").data["next"]
    assert len(steps) == 3
    assert [zhizao(*shlex.split(step)[1:]).code for step in steps] == [0, 0, 0]


def test_init_leaves_an_existing_pack_alone(zhizao, home):
    assert zhizao("init", home).code == 2


def test_the_example_lints_and_tests_green(zhizao, home):
    assert zhizao("--home", home, "lint", "my_pack", "--json").data == []
    results = zhizao("--home", home, "test", home / "my_pack", "--json").data
    assert results
    assert all(case["passed"] for case in results)


def test_an_import_is_counted_and_a_second_one_is_all_duplicates(zhizao, home):
    line = ("--home", home, "import", "inspection", home / "my_pack" / "data" / "inspections.csv", "--json")
    first, second = zhizao(*line).data, zhizao(*line).data
    assert (first["received"], first["stored"]) == (6, 6)
    assert (second["received"], second["stored"], second["duplicate"]) == (6, 0, 6)


def test_the_indicator_is_measured_by_line_and_period(zhizao, filled):
    rows = zhizao("--home", filled, "measure", "first_pass_yield", "--by", "line", "--period", "2025-01..2025-02", "--json").data
    assert {(r["entity"], r["period"]): r["value"] for r in rows} == {
        ("line:L1", "2025-01"): "96.40",
        ("line:L1", "2025-02"): "97.85",
        ("line:L2", "2025-01"): "99.00",
        ("line:L2", "2025-02"): "99.77",
    }


def test_without_a_period_the_latest_with_facts_is_measured(zhizao, filled):
    rows = zhizao("--home", filled, "measure", "first_pass_yield", "--by", "line", "--json").data
    assert {r["period"] for r in rows} == {"2025-02"}


def test_a_value_is_explained_down_to_the_rows_it_rests_on(zhizao, filled):
    found = zhizao("--home", filled, "explain", "first_pass_yield", "--of", "line:L1", "--period", "2025-01", "--json").data
    assert found["value"]["value"] == "96.40"
    assert len(found["facts"]) == 2
    assert all("inspections.csv" in fact["source"] for fact in found["facts"])


def test_an_export_imported_again_is_all_duplicates(zhizao, filled, tmp_path):
    file = tmp_path / "out.csv"
    assert zhizao("--home", filled, "export", "inspection", "--to", file).code == 0
    receipt = zhizao("--home", filled, "import", "inspection", file, "--json").data
    assert (receipt["received"], receipt["duplicate"]) == (6, 6)


@pytest.mark.parametrize("format_", ["csv", "jsonl", "parquet", "xlsx"])
def test_every_format_of_an_export_is_read_back(zhizao, filled, tmp_path, format_):
    file = tmp_path / f"out.{format_}"
    assert zhizao("--home", filled, "export", "inspection", "--format", format_, "--to", file).code == 0
    assert zhizao("--home", filled, "import", "inspection", file, "--json").data["duplicate"] == 6


def test_an_export_goes_to_standard_output_and_can_be_narrowed(zhizao, filled):
    done = zhizao("--home", filled, "export", "inspection", "--of", "line:L1", "--period", "2025-02")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert {(r["line"], r["month"]) for r in rows} == {("line:L1", "2025-02")}
    assert len(rows) == 2


def test_a_withdrawn_fact_no_longer_counts(zhizao, filled):
    facts = zhizao("--home", filled, "explain", "first_pass_yield", "--of", "line:L1", "--period", "2025-01", "--json").data["facts"]
    assert zhizao("--home", filled, "withdraw", facts[1]["id"], "--why", "typed twice").code == 0
    rows = zhizao("--home", filled, "measure", "first_pass_yield", "--of", "line:L1", "--period", "2025-01", "--json").data
    assert rows[0]["value"] != "96.40"
    assert zhizao("--home", filled, "withdraw", facts[1]["id"], "--why", "again").code == 2


def test_another_definition_is_refused(zhizao, filled):
    done = zhizao("--home", filled, "measure", "first_pass_yield", "--definition", "0" * 16)
    assert done.code == 2
    assert "--definition" in done.err


def test_linting_a_pack_outside_registers_it(zhizao, tmp_path, fresh_home):
    assert zhizao("init", tmp_path / "elsewhere").code == 0
    pack, other = tmp_path / "elsewhere" / "my_pack", fresh_home
    done = zhizao("--home", other, "lint", pack)
    assert done.code == 0
    assert "registered" in done.err
    assert zhizao("--home", other, "import", "inspection", pack / "data" / "inspections.csv").code == 0
    assert "registered" not in zhizao("--home", other, "lint", pack).err


def test_a_pack_with_a_blocking_finding_is_not_registered_and_named(zhizao, home, tmp_path):
    pack = shutil.copytree(home / "my_pack", tmp_path / "broken" / "my_pack")
    file = pack / "indicators" / "first_pass_yield.yaml"
    file.write_text(file.read_text().replace("sum(passed_once)", "sum(pased_once)"))
    done = zhizao("--home", tmp_path / "h", "lint", pack, "--json")
    assert done.code == 1
    assert any(f["severity"] == "blocking" and "passed_once" in f["cure"] and f["line"] for f in done.data)
    assert not (tmp_path / "h" / "home.yaml").exists()


def test_a_broken_definition_is_refused_by_name_while_the_rest_works(zhizao, home):
    file = home / "my_pack" / "indicators" / "first_pass_yield.yaml"
    file.write_text(file.read_text().replace("sum(passed_once)", "sum(pased_once)"))
    done = zhizao("--home", home, "measure", "first_pass_yield")
    assert done.code == 2
    assert "first_pass_yield.yaml" in done.err
    assert zhizao("--home", home, "measure", "rd_intensity").code == 0


def test_a_failing_pack_test_is_told_with_exit_1(zhizao, home):
    file = home / "my_pack" / "indicators" / "first_pass_yield.test.yaml"
    file.write_text(file.read_text().replace("94.10", "94.11"))
    done = zhizao("--home", home, "test", home / "my_pack")
    assert done.code == 1
    assert "94.11" in done.out


def test_a_registered_pack_that_is_gone_is_remarked_and_left_out(zhizao, home):
    shutil.rmtree(home / "my_pack")
    done = zhizao("--home", home, "measure", "rd_intensity")
    assert done.code == 0
    assert "my_pack" in done.err


def test_a_missing_file_is_wrong_input(zhizao, home):
    done = zhizao("--home", home, "import", "inspection", home / "none.csv")
    assert done.code == 2
    assert "none.csv" in done.err


def test_a_folder_with_a_pack_in_use_is_tested_and_checked_in_its_place(zhizao, home, tmp_path):
    from zhizao.pack.shipped import folders

    used = next(folder for folder in folders() if folder.name == "factory")
    copy = shutil.copytree(used, tmp_path / "factory of mine")
    shutil.rmtree(copy / "rules")
    for test in copy.glob("indicators/[b-z]*.test.yaml"):
        test.with_name(test.name.removesuffix(".test.yaml") + ".yaml").unlink()
        test.unlink()
    results = zhizao("--home", home, "test", copy, "--json").data
    assert {case["passed"] for case in results} == {True}
    assert {case["indicator"][0] for case in results} == {"a"}
    linted = zhizao("--home", home, "lint", copy)
    assert linted.code == 0, linted
    assert "stays in use" in linted.err
    assert str(copy) not in (home / "home.yaml").read_text("utf-8")


def test_a_pack_with_nothing_to_test_says_so(zhizao, home):
    done = zhizao("--home", home, "test", "kernel", "--lang", "en")
    assert (done.code, "nothing to test" in done.out) == (0, True)
