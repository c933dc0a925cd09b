"""``zhizao testbed economy``: a simulated nation as files."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zhizao.cli.bilingual import command, option
from zhizao.cli.shell import Shell
from zhizao.errors import InputError
from zhizao.model.text import Text

if TYPE_CHECKING:
    from zhizao_testbed.economy.causes import Cause
    from zhizao_testbed.economy.daily import Days, Detuned, Production
    from zhizao_testbed.economy.economy import Nation


@command(
    "economy",
    Text(
        "生成一个模拟经济体：企业、归属、年报、产能季报、规划包和真值\n同一种子得到同样的文件；全部数据均为模拟，国家为 nation:SIM。"
        "原因写作 指标:地区:行业:年份[:倍数]，倍数以该处逐年变化的标准差为单位。",
        "make a simulated economy: enterprises, memberships, annual returns, capacity reports, a plan, and the truth\n"
        "The same seed gives the same files; all of it is simulated, and its nation is nation:SIM. A cause is INDICATOR:PROVINCE:DIVISION:YEAR[:SIZE], its size "
        "in standard deviations of the yearly change there.",
    ),
    "zhizao testbed economy --enterprises 5000 --out ./simulated",
    "zhizao testbed economy --seed 7 --cause nc_rate:32:C35:2022:5 --out ./simulated --truth ./truth",
)
@option("--seed", type=click.IntRange(0), default=1, metavar="N", words=Text("种子", "the seed"))
@option("--enterprises", type=click.IntRange(10, 5_000_000), default=5000, metavar="N", words=Text("企业数（默认 5000）", "how many enterprises (default 5000)"))
@option("--years", type=click.IntRange(2, 40), default=11, metavar="Y", words=Text("从 2015 年起多少年（默认 11）", "how many years from 2015 on (default 11)"))
@option("--cause", "causes", multiple=True, metavar="CAUSE", words=Text("暗藏的原因，可重复", "a hidden cause; may be repeated"))
@option("--faultless", is_flag=True, words=Text("人人按时、完整、如实填报", "all report in time, fully and truly"))
@option("--plants", type=click.IntRange(0, 5000), default=0, metavar="N", words=Text("逐日报告生产的工厂数（默认 0）", "how many plants tell their production day by day (default 0)"))
@option("--days", type=click.IntRange(1, 400), default=60, metavar="D", words=Text("逐日生产的天数（默认 60）", "how many days of it (default 60)"))
@option("--until", type=click.DateTime(["%Y-%m-%d"]), default=None, metavar="DATE", words=Text("最后一天（默认昨天）", "its last day (default yesterday)"))
@option("--detuned", default="", metavar="CAUSE", words=Text("暗藏的原因：某地某业的磨床设定偏高，写作 地区:行业[:bar[:天数]]", "a hidden cause: grinding machines set too high, as PROVINCE:DIVISION[:BAR[:DAYS]]"))
@option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, metavar="DIR", words=Text("写到此目录", "the folder to write to"))
@option("--truth", type=click.Path(file_okay=False, path_type=Path), default=None, metavar="DIR", words=Text("真值写到此目录（默认 OUT/truth）", "the folder for the truth (default OUT/truth)"))
@click.pass_obj
def economy(
    shell: Shell, seed: int, enterprises: int, years: int, causes: tuple[str, ...], faultless: bool, plants: int, days: int, until: datetime | None, detuned: str,
    out: Path, truth: Path | None,
) -> int:  # fmt: skip
    """Make an economy."""
    from zhizao_testbed.economy.answers import FAULTLESS, LIFELIKE
    from zhizao_testbed.economy.daily import Days
    from zhizao_testbed.economy.economy import nation
    from zhizao_testbed.economy.files import write

    with shell.working(Text("正在生成模拟经济体", "making a simulated economy")):
        made = nation(seed, enterprises, years, causes=[cause(text) for text in causes], faults=FAULTLESS if faultless else LIFELIKE)
        rows = write(made, out, truth or out / "truth", _daily(made, plants, Days(days, (until or _yesterday()).date()), off(detuned) if detuned else None))
    shell.answer({"simulated": True, "folder": str(out), "truth": str(truth or out / "truth"), "rows": dict(rows)}, lambda: _shown(shell, out))
    return 0


def _daily(made: Nation, number: int, days: Days, detuned: Detuned | None) -> Production | None:
    from zhizao_testbed.economy.daily import plants, production

    return production(made.world, plants(made.world, number), days, detuned) if number else None


def _yesterday() -> datetime:
    return datetime.now(timezone.utc) - timedelta(days=1)


def off(text: str) -> Detuned:
    """A cause in the settings of machines as it is written on the command line.

    Raises:
        InputError: it is written otherwise.

    Example:
        >>> off("32:C35:12").bar
        12.0
    """
    from zhizao_testbed.economy.daily import Detuned

    said = text.split(":")
    try:
        region, sector, bar, days = (*said, *("14", "20")[len(said) - 2 :]) if len(said) >= 2 else said
        return Detuned(region, sector, float(bar), days=int(days))
    except ValueError as error:
        cure = Text("请写 地区:行业[:bar[:天数]]，如 32:C35:14:20", "write PROVINCE:DIVISION[:BAR[:DAYS]], such as 32:C35:14:20")
        raise InputError(Text(f"看不懂原因 {text}", f"{text} is no cause"), where="--detuned", cure=cure) from error


def cause(text: str) -> Cause:
    """A cause as it is written on the command line.

    Raises:
        InputError: it is written otherwise.

    Example:
        >>> cause("nc_rate:32:C35:2019:5").size
        5.0
    """
    from zhizao_testbed.economy.causes import Cause

    parts = text.split(":")
    try:
        indicator, region, sector, since, size = parts if len(parts) == 5 else (*parts, "3")
        return Cause(indicator, region, sector, int(since), float(size))
    except ValueError as error:
        cure = Text("请写 指标:地区:行业:年份[:倍数]，如 nc_rate:32:C35:2022:5", "write INDICATOR:PROVINCE:DIVISION:YEAR[:SIZE], such as nc_rate:32:C35:2022:5")
        raise InputError(Text(f"看不懂原因 {text}", f"{text} is no cause"), where="--cause", cure=cure) from error


def _shown(shell: Shell, out: Path) -> str:
    head = Text("模拟经济体已生成（数据均为模拟）；依次导入并评估：", "the simulated economy is made (all of it is simulated); import and judge it:").in_(shell.lang)
    steps = [
        f"zhizao import entity {out}/entity.parquet", f"zhizao import membership {out}/membership.parquet", f"zhizao import annual_return {out}/annual_return.parquet",
        *([f"zhizao import annual_return {out}/annual_return_later.parquet"] if (out / "annual_return_later.parquet").exists() else []),
        f"zhizao import capacity_report {out}/capacity_report.parquet",
        *(f"zhizao import {name} {out}/{name}.parquet" for name in ("process_run", "observation") if (out / f"{name}.parquet").exists()), f"zhizao lint {out}/plan", "zhizao evaluate --plan simulated_plan",
    ]  # fmt: skip
    return "\n".join([head, *(f"  {step}" for step in steps)])
