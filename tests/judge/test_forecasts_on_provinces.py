"""The models on real short series: R&D expenditure over GDP of 31 provinces and the nation, the ground of decision 0005."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from statistics import fmean, median

import pytest

from zhizao.judge.forecasts.contract import History
from zhizao.judge.forecasts.registry import models
from zhizao.judge.forecasts.scale import Scale

Rows = Callable[[str], list[dict[str, str]]]
SHARE = Scale(0, 100)


@pytest.fixture(scope="module")
def provinces(rows: Rows) -> list[list[tuple[float, float]]]:
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for r in rows("region_gerd_2011_2023.csv"):
        if r["gerd_pct_of_gdp"]:
            found[r["region_zh"]].append((float(r["year"]), float(r["gerd_pct_of_gdp"])))
    return [sorted(points) for points in found.values()]


def origins(series: list[list[tuple[float, float]]], points: int, ahead: int) -> Iterator[tuple[History, float, float]]:
    """Every stretch of some points with what came some years after it."""
    for known in series:
        for i in range(points, len(known) - ahead + 1):
            years, values = zip(*known[i - points : i], strict=True)
            yield History(years, values, 0.003), known[i + ahead - 1][0], known[i + ahead - 1][1]


def tried(series: list[list[tuple[float, float]]], points: int, ahead: int) -> dict[str, tuple[float, float]]:
    """Per model the median error relative to the last value, and the share of values inside the 95 % interval."""
    result = {}
    for name, model in models().items():
        errors, inside = [], []
        for history, at, came in origins(series, points, ahead):
            made = model(history, at, SHARE)
            assert made is not None
            errors.append(abs(made.quantile(0.5) - came) / history.values[-1])
            inside.append(made.quantile(0.025) <= came <= made.quantile(0.975))
        result[name] = median(errors), fmean(inside)
    return result


@pytest.mark.parametrize("points", [5, 8])
@pytest.mark.parametrize("ahead", [1, 3, 5])
def test_every_trend_beats_the_naive_yardstick(provinces: list[list[tuple[float, float]]], points: int, ahead: int) -> None:
    found = tried(provinces, points, ahead)
    yardstick, _ = found.pop("naive")
    print(points, ahead, {name: (f"{error:.1%}", f"{share:.0%}") for name, (error, share) in found.items()})
    assert all(error < yardstick for error, _ in found.values())


def test_the_drift_is_the_surest_of_its_error_and_no_model_as_sure_as_it_says(provinces: list[list[tuple[float, float]]]) -> None:
    found = tried(provinces, 8, 5)
    assert max(found, key=lambda name: found[name][1]) == "drift"
    assert all(share < 0.95 for _, share in found.values())
