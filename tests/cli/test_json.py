"""With --json standard output holds JSON alone, in the shapes of the contracts, for every command and outcome."""

from __future__ import annotations

import json
import shutil

import pytest

from zhizao.cli.commands import COMMANDS, names

VALUE = {
    "indicator", "series", "basis", "scope", "kind", "origin", "entity", "period", "value", "unit", "status", "coverage", "definition", "known_at",
}  # fmt: skip


@pytest.fixture(scope="module")
def home(ready_home, tmp_path_factory):
    """A home with the example pack and its facts."""
    from zhizao.cli.main import run

    home = tmp_path_factory.mktemp("json") / "h"
    shutil.copytree(ready_home, home)
    assert run(["--quiet", "init", str(home)]) == 0
    assert run(["--quiet", "--home", str(home), "import", "inspection", str(home / "my_pack" / "data" / "inspections.csv")]) == 0
    return home


@pytest.mark.parametrize("line", [[], *([name] for name in COMMANDS)], ids=" ".join)
def test_help_is_json_too(zhizao, line):
    found = zhizao("--json", *line, "--help").data
    assert found["command"] == " ".join(["zhizao", *line])
    assert found["help"]
    assert all(option["names"] and option["help"] for option in found["options"])
    assert [c["name"] for c in found["commands"]] == ([] if line else names())


def test_no_command_at_all_is_help_as_json(zhizao):
    assert zhizao("--json").data == zhizao("--json", "--help").data


def test_the_version_is_json_too(zhizao):
    from zhizao import __version__

    assert zhizao("measure", "--json", "--version").data == {"version": __version__}


def test_an_export_is_a_list_of_rows_with_exact_numbers_as_texts(zhizao, home):
    rows = zhizao("--home", home, "export", "region_gerd", "--of", "Jiangsu", "--period", "2022", "--json").data
    assert len(rows) == 1
    assert isinstance(rows[0]["gerd"], str)
    assert zhizao("--home", home, "export", "region_gerd", "--of", "Jiangsu", "--period", "2012", "--json").data[0]["published_at"] is None
    assert rows[0]["fact"].startswith("region_gerd:")


def test_counts_of_an_export_are_numbers(zhizao, home):
    row = zhizao("--home", home, "export", "inspection", "--json").data[0]
    assert isinstance(row["inspected"], int)


def test_an_export_without_rows_is_an_empty_list(zhizao, home):
    done = zhizao("--home", home, "export", "annual_return", "--json")
    assert (done.code, done.data) == (0, [])


def test_an_export_to_a_file_says_where_it_is(zhizao, home, tmp_path):
    file = tmp_path / "out.csv"
    assert zhizao("--home", home, "export", "inspection", "--to", file, "--json").data == {"rows": 6, "file": str(file), "format": "csv"}
    assert file.is_file()


def test_json_and_another_format_cannot_share_standard_output(zhizao, home):
    assert zhizao("--home", home, "export", "inspection", "--json", "--format", "csv").code == 2


@pytest.mark.parametrize("line", [("first_pass_yield", "--by", "line"), ("quality_index",)], ids=" ".join)
def test_measured_rows_have_the_agreed_keys(zhizao, home, line):
    rows = zhizao("--home", home, "measure", *line, "--json").data
    assert rows
    for row in rows:
        assert set(row) - {"warnings", "bound"} == VALUE
        assert isinstance(row["value"], str)
        assert set(row["coverage"]) == {"count", "weight"}


def test_an_explanation_has_the_agreed_keys(zhizao, home):
    found = zhizao("--home", home, "explain", "first_pass_yield", "--of", "line:L1", "--period", "2025-01", "--json").data
    assert set(found) == {"value", "formula", "states", "children", "facts", "digest"}
    assert set(found["value"]) == VALUE
    assert all({"id", "source", "place"} <= set(fact) for fact in found["facts"])


def test_a_receipt_has_the_agreed_keys(zhizao, home):
    found = zhizao("--home", home, "import", "inspection", home / "my_pack" / "data" / "inspections.csv", "--json").data
    assert set(found) == {"received", "stored", "duplicate", "rejected", "rejects_file"}


def test_plan_evaluate_lint_and_test_have_the_agreed_keys(zhizao, home):
    line = zhizao("--home", home, "plan", "--json").data[0]
    assert {"id", "kind", "section", "name_zh", "name_en", "indicators", "serves", "served", "evidence"} <= set(line)
    row = zhizao("--home", home, "evaluate", "--as-of", "2026-11", "--json").data[0]
    assert all(isinstance(row[key], (int, float)) for key in ("target", "printed_target", "value", "gap"))
    finding = zhizao("--home", home, "lint", "--json").data[0]
    assert set(finding) == {"code", "severity", "file", "line", "message", "cure"}
    case = zhizao("--home", home, "test", home / "my_pack", "--json").data[0]
    assert set(case) == {"indicator", "case", "passed", "message"}


def test_what_has_no_answer_leaves_standard_output_empty(zhizao, home):
    done = zhizao("--home", home, "explain", "quality_index", "--of", "China", "--period", "2099", "--json")
    assert (done.code, done.out) == (1, "")
    assert done.err.count("\n") == 1


def test_a_withdrawal_is_json_too(zhizao, home, tmp_path):
    mine = shutil.copytree(home, tmp_path / "mine")
    fact = json.loads(zhizao("--home", mine, "export", "inspection", "--json").out)[0]["fact"]
    assert zhizao("--home", mine, "withdraw", fact, "--why", "typed twice", "--json").data == {"withdrawn": fact, "why": "typed twice"}
