"""The demonstration from end to end: a day of a plant, read by a node over MTConnect; what is computed is what is true."""

from __future__ import annotations

import json
from decimal import ROUND_HALF_UP, Decimal

import pytest

from tests.cli.test_both_languages import CHINESE
from zhizao.cli.main import run
from zhizao_testbed.demonstration import SHOWN

LINE = ("testbed", "demo", "--machines", "2", "--seconds", "3")
ENTITIES = ("line:SIM-L1", "machine:M01", "machine:M02")


def at_two_decimals(figure: str) -> Decimal:
    return Decimal(figure).quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_every_figure_of_the_day_is_the_true_one_and_the_home_that_was_named_stays(tmp_path, capfd):
    assert run(["--home", str(tmp_path / "home"), "--json", *LINE, "--seed", "5"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert {(t["entity"], t["indicator"]) for t in told} == {(entity, shown.indicator) for entity in ENTITIES for shown in SHOWN}
    wrong = [t for t in told if t["computed"] is None or at_two_decimals(t["computed"]) != at_two_decimals(t["true"])]
    assert not wrong, wrong
    assert (tmp_path / "home" / "sources" / "plant.yaml").is_file()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_is_drawn_in_the_readers_language_with_the_truth_beside_each_figure(lang, capfd):
    assert run(["--lang", lang, *LINE]) == 0
    out = capfd.readouterr().out
    assert bool(CHINESE.search(out)) == (lang == "zh")
    assert all(entity in out for entity in ENTITIES)
    assert out.count(" = ") >= len(ENTITIES) * len(SHOWN) and "≠" not in out
