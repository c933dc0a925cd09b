"""The demonstration from end to end: a day of a plant, read by a node over MTConnect; what is computed is what is true."""

from __future__ import annotations

import json
from decimal import ROUND_HALF_UP, Decimal
from io import StringIO

from rich.console import Console

from tests.cli.test_both_languages import CHINESE
from zhizao.cli.main import run
from zhizao.node.assemble import open_store
from zhizao_testbed.demonstration import SHOWN
from zhizao_testbed.drawn import table

LINE = ("testbed", "demo", "--machines", "2", "--seconds", "3")
ENTITIES = ["line:SIM-L1", "machine:M01", "machine:M02"]


def at_two_decimals(figure: str) -> Decimal:
    return Decimal(figure).quantize(Decimal("0.01"), ROUND_HALF_UP)


def drawn_well(shown: str, chinese: bool) -> bool:
    """Every figure beside a truth that it equals, in one language."""
    equal = shown.count(" = ") >= len(ENTITIES) * len(SHOWN) and "≠" not in shown
    return equal and all(entity in shown for entity in ENTITIES) and bool(CHINESE.search(shown)) == chinese


def test_every_figure_of_the_day_is_the_true_one_and_the_home_that_was_named_stays(tmp_path, capfd):
    assert run(["--home", str(tmp_path / "home"), "--json", *LINE, "--seed", "5"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert {(t["entity"], t["indicator"]) for t in told} == {(entity, shown.indicator) for entity in ENTITIES for shown in SHOWN}
    wrong = [t for t in told if t["computed"] is None or at_two_decimals(t["computed"]) != at_two_decimals(t["true"])]
    assert not wrong, wrong
    assert (tmp_path / "home" / "sources" / "plant.yaml").is_file()
    computed, true = ({(t["entity"], t["indicator"]): Decimal(t[side]) for t in told} for side in ("computed", "true"))
    console = Console(width=140, record=True, file=StringIO())
    console.print(table(ENTITIES, computed, true, {}, "2026-03-02", "en"))
    assert drawn_well(console.export_text(), chinese=False)


def test_it_is_drawn_with_the_truth_beside_each_figure(capfd):
    assert run(["--lang", "zh", *LINE]) == 0
    assert drawn_well(capfd.readouterr().out, chinese=True)


def test_a_home_whose_node_runs_already_is_refused_in_one_line(tmp_path, capfd):
    log = open_store(tmp_path / "home").log()
    try:
        assert run(["--home", str(tmp_path / "home"), *LINE]) == 3
    finally:
        log.close()
    assert "another process is taking deliveries" in capfd.readouterr().err
