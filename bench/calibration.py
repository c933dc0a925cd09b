"""Whether what is said to hold in nine of ten cases does: effects, verdicts, forecasts and chances over worlds whose truth is known.

``python -m bench calibration 1000``: over so many worlds of each kind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from statistics import fmean

from bench.worlds import SERIES, TILTED, WORLDS, World, series
from zhizao.judge.effects.contract import LEVEL, Found
from zhizao.judge.effects.registry import methods
from zhizao.judge.effects.study import study
from zhizao.judge.forecasts.contract import Prediction
from zhizao.judge.forecasts.honest import honest
from zhizao.judge.forecasts.registry import models
from zhizao.judge.forecasts.scale import PLAIN

MANY = 400
EFFECT = 1.0
"""One standard deviation of a unit's noise."""
RATES = (0.8, 0.95)
LENGTHS, HORIZONS = (5, 8), (1, 3, 5)
STEPS = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0)


def main(many: int = MANY) -> None:
    """Print every table."""
    _table(f"Effects: how often the {LEVEL:.0%} interval holds the true effect ({many} worlds of each kind; – where a method has nothing to say)",
           tuple(methods()), ((name, coverage(world, many)) for name, world in WORLDS.items()))  # fmt: skip
    verdicts = ("moved", "moved_back", "no_effect", "cannot_tell")
    kinds = {**WORLDS, **TILTED}
    _table("Verdicts where nothing happened", verdicts, ((name, told(world, many, 0.0)) for name, world in kinds.items()))
    _table(f"Verdicts where an effect of {EFFECT:g} happened", verdicts, ((name, told(world, many, EFFECT)) for name, world in WORLDS.items()))
    _table("Power: how often an effect of so many standard deviations of a unit's noise is told (moved)", tuple(map(str, STEPS)),
           ((name, {str(e): told(WORLDS[name], many // 2, e)["moved"] for e in STEPS}) for name in ("plain", "ties of 0.5", "five treated", "nobody else")))  # fmt: skip
    for points in LENGTHS:
        for ahead in HORIZONS:
            _table(f"Forecasts of {points} points, {ahead} years ahead: how often the 80 % and the 95 % interval holds what comes", SERIES,
                   ((name, row) for name, row in forecasts(points, ahead, many).items()))  # fmt: skip
    print("\nChances of attaining: what was said, how often it came true, Brier score (0.25 is knowing nothing)")
    for name, (score, bins) in chances(many).items():
        print(f"  {name:<12} Brier {score:.3f}   " + "  ".join(f"{said:.2f}→{came:.2f}" for said, came in bins))


# ── effects ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def coverage(world: World, many: int, effect: float = EFFECT) -> dict[str, float]:
    """Per method how often its interval holds the effect; methods that say nothing are left out."""
    held: dict[str, list[bool]] = {}
    for seed in range(many):
        panel = world.panel(seed, effect)
        for name, method in methods().items():
            if isinstance(found := method(panel), Found):
                held.setdefault(name, []).append(found.low <= effect <= found.high)
    return {name: fmean(hits) for name, hits in held.items()}


def told(world: World, many: int, effect: float) -> dict[str, float]:
    """How often each verdict is given."""
    seen = Counter(study(world.panel(seed, effect), "up", beside=False).verdict for seed in range(many))
    return {verdict: count / many for verdict, count in seen.items()}


# ── forecasts ───────────────────────────────────────────────────────────────────────────────────────────────────────


def predicted(kind: str, seed: int, points: int, ahead: int) -> tuple[Mapping[str, Prediction], float, float]:
    """What every model says of a series, the last value known, and what came."""
    history, at, came = series(kind, seed, points, ahead)
    made = {name: p for name, model in models().items() if (p := model(history, at, PLAIN)) is not None}
    return honest(made, history, at, PLAIN), history.values[-1], came


def forecasts(points: int, ahead: int, many: int) -> dict[str, dict[str, tuple[float, ...]]]:
    """Per model and kind of series, how often the intervals of each rate hold what comes."""
    held: dict[str, dict[str, list[tuple[bool, ...]]]] = {}
    for kind in SERIES:
        for seed in range(many):
            made, _, came = predicted(kind, seed, points, ahead)
            for name, p in made.items():
                held.setdefault(name, {}).setdefault(kind, []).append(tuple(_holds(p, rate, came) for rate in RATES))
    return {name: {kind: tuple(map(fmean, zip(*hits, strict=True))) for kind, hits in row.items()} for name, row in held.items()}


def _holds(p: Prediction, rate: float, came: float) -> bool:
    return p.quantile((1 - rate) / 2) <= came <= p.quantile((1 + rate) / 2)


def chances(many: int) -> dict[str, tuple[float, list[tuple[float, float]]]]:
    """Per model the Brier score of the chance to reach a target some way above the last value, and its reliability by fifths."""
    said: dict[str, list[tuple[float, bool]]] = {}
    for kind in SERIES:
        for seed in range(many):
            made, last, came = predicted(kind, seed, 8, 3)
            target = last + (seed % 7 - 2)
            for name, p in made.items():
                said.setdefault(name, []).append((1 - p.below(target), came >= target))
    return {name: (fmean((p - hit) ** 2 for p, hit in rows), list(_reliability(rows))) for name, rows in said.items()}


def _reliability(rows: list[tuple[float, bool]], bins: int = 5) -> Iterator[tuple[float, float]]:
    for k in range(bins):
        inside = [(p, hit) for p, hit in rows if k / bins <= p < (k + 1) / bins or (k == bins - 1 and p == 1)]
        if inside:
            yield fmean(p for p, _ in inside), fmean(hit for _, hit in inside)


def _table(title: str, columns: Iterable[str], rows: Iterable[tuple[str, Mapping[str, float | tuple[float, ...]]]]) -> None:
    names = list(columns)
    print(f"\n{title}\n  {'':<34}" + "".join(f"{name:>{max(12, len(name) + 2)}}" for name in names))
    for name, row in rows:
        cells = (_cell(row.get(column)) for column in names)
        print(f"  {name:<34}" + "".join(f"{cell:>{max(12, len(column) + 2)}}" for cell, column in zip(cells, names, strict=True)), flush=True)


def _cell(value: float | tuple[float, ...] | None) -> str:
    if value is None:
        return "–"
    return " / ".join(f"{v:.0%}" for v in value) if isinstance(value, tuple) else f"{value:.1%}"


if __name__ == "__main__":
    main()
