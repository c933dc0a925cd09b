"""Targets against their indicators: they exist, agree in unit and direction, have a source, and say why a printed figure is not used."""

from __future__ import annotations

from zhizao.model.indicator import Indicator
from zhizao.model.library import Library
from zhizao.model.target import Target
from zhizao.model.text import Text
from zhizao.pack.found import Found, did_you_mean
from zhizao.pack.lint.left_out import left_out
from zhizao.pack.lint.targets import label

_PERCENT = {"percent", "percentage_point"}


def target_names(library: Library, found: Found) -> None:
    """Tell targets that nothing carries, that nothing supports, or that say something else than their indicator."""
    faulty = left_out(library)
    for target in library.targets:
        indicator = library.indicators.get(target.indicator)
        if indicator:
            _agrees(target, indicator, found)
        else:
            _without_indicator(target, library, faulty, found)
        _is_supported(target, found)


def _without_indicator(target: Target, library: Library, faulty: frozenset[str], found: Found) -> None:
    cure = did_you_mean(target.indicator, list(library.indicators))
    if target.indicator in faulty:
        cure = Text(f"请先解决 {target.indicator}.yaml 中的问题", f"mend {target.indicator}.yaml first")
    message = Text(f"{label(target).zh}没有对应的指标", f"{label(target).en} has no indicator")
    found.blocking("target_without_indicator", target.place, message, cure)


def _agrees(target: Target, indicator: Indicator, found: Found) -> None:
    if target.unit != indicator.unit:
        mixed = {target.unit, indicator.unit} == _PERCENT
        message = Text(
            f"{label(target).zh}的单位是 {target.unit}，指标的单位是 {indicator.unit}" + ("：百分数与百分点不同" if mixed else ""),
            f"{label(target).en} is in {target.unit}, its indicator in {indicator.unit}" + (": percent and percentage point differ" if mixed else ""),
        )
        found.blocking("percent_point" if mixed else "unit", target.place, message, Text(f"请写 {indicator.unit}，或改指标的单位", f"write {indicator.unit}, or change the indicator's unit"))
    if target.direction != indicator.direction:
        message = Text(f"{label(target).zh}的方向是 {target.direction}，指标的方向是 {indicator.direction}", f"{label(target).en} points {target.direction}, its indicator {indicator.direction}")
        found.blocking("direction", target.place, message, Text("请统一两处的 direction", "let both say the same direction"))
    _against_base(target, found)


def _against_base(target: Target, found: Found) -> None:
    if target.form != "level" or target.base_value is None:
        return
    if target.used < target.base_value if target.direction == "up" else target.used > target.base_value:
        message = Text(
            f"{label(target).zh}为 {target.used}，比 {target.base_year} 年的 {target.base_value} 还差，与方向 {target.direction} 相反",
            f"{label(target).en} is {target.used}, worse than {target.base_value} of {target.base_year}, against the direction {target.direction}",
        )
        found.doubtful("direction", target.place, message, Text("请核对方向和数字；若有意容许退步，请在 source 中说明", "check direction and figures; if a step back is meant, say so in source"))


def _is_supported(target: Target, found: Found) -> None:
    if not target.source:
        found.doubtful("target_without_source", target.place, Text(f"{label(target).zh}没有出处", f"{label(target).en} has no source"), Text("请填写 source", "fill in source"))
    if target.used != target.printed and target.reason is None:
        message = Text(f"{label(target).zh}印作 {target.printed}，却用 {target.used}，没有理由", f"{label(target).en} is printed {target.printed} but {target.used} is used, without a reason")
        found.blocking("no_reason", target.place, message, Text("请填写 reason_zh 和 reason_en", "fill in reason_zh and reason_en"))
