"""The fixed words of every screen and report, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from zhizao.model.text import Text, same

Tone = Literal["", "good", "fair", "bad", "poor", "open", "none"]
"""How a thing stands: good and bad by the plan's own figures, fair and poor by stand-ins, open before its time, none without a figure."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How a verdict is written: a symbol, words and a tone, so that it never rests on colour alone."""

    symbol: str
    text: Text
    tone: Tone

    @property
    def label(self) -> Text:
        """Symbol and words together."""
        return Text(f"{self.symbol} {self.text.zh}", f"{self.symbol} {self.text.en}")


VERDICTS: Mapping[str, Mark] = {
    "met": Mark("✓", Text("达标", "met"), "good"),
    "met_by_proxy": Mark("(✓)", Text("替代口径达标", "met by proxy"), "fair"),
    "missed": Mark("✗", Text("未达标", "missed"), "bad"),
    "missed_by_proxy": Mark("(✗)", Text("替代口径未达标", "missed by proxy"), "poor"),
    "on_track": Mark("↗", Text("进度正常", "on track"), "open"),
    "off_track": Mark("↘", Text("进度落后", "off track"), "poor"),
    "not_due": Mark("…", Text("未到期", "not due"), "none"),
    "not_published": Mark("–", Text("未公布", "not published"), "none"),
}
OPEN = ("on_track", "off_track", "not_due")
"""Verdicts given only before the end of the target's period."""

KINDS: Mapping[str, Text] = {
    "base": Text("计划基数", "plan base"),
    "actual": Text("公布", "published"),
    "derived": Text("推算", "derived"),
    "proxy": Text("替代", "proxy"),
    "computed": Text("计算", "computed"),
}
SCOPES: Mapping[str, Text] = {
    "plan": Text("计划口径", "plan's scope"),
    "key_enterprises": Text("重点企业", "key enterprises"),
    "all_industry": Text("全部工业", "all industry"),
    "above_scale": Text("规模以上企业", "above-scale firms"),
    "manufacturing": Text("制造业（另一定义）", "manufacturing (other definition)"),
    "high_tech": Text("高技术制造业", "high-tech manufacturing"),
    "equipment": Text("装备制造业", "equipment manufacturing"),
    "bulk": Text("大宗固废", "bulk waste"),
    "with_hazardous": Text("含危险废物", "with hazardous waste"),
    "whole_economy": Text("全社会", "whole economy"),
    "facts": Text("全部事实", "all facts"),
    "unstated": Text("口径未说明", "scope not stated"),
}
CONFIDENCE: Mapping[str, Text] = {"high": Text("高", "high"), "medium": Text("中", "medium"), "low": Text("低", "low")}
SEVERITIES: Mapping[str, tuple[Text, Tone]] = {
    "blocking": (Text("必须改正", "blocking"), "bad"),
    "doubtful": (Text("存疑", "doubtful"), "poor"),
    "note": (Text("提示", "note"), "none"),
}
SERVED: Mapping[str, Mark] = {
    "yes": Mark("●", Text("已支持", "served"), "good"),
    "partly": Mark("◐", Text("部分支持", "partly"), "fair"),
    "no": Mark("○", Text("尚未支持", "not yet"), "none"),
}
PLAN_KINDS: Mapping[str, Text] = {
    "plan": Text("规划", "plan"),
    "goal": Text("目标", "goal"),
    "task": Text("任务", "task"),
    "field": Text("领域", "field"),
    "support": Text("保障", "support"),
    "system": Text("系统", "system"),
}
STATUSES: Mapping[str, Text] = {
    "ok": Text("有值", "ok"),
    "not_due": Text("未到期", "not due"),
    "not_reported": Text("未报送", "not reported"),
    "not_applicable": Text("不适用", "not applicable"),
    "suppressed": Text("不予公开", "suppressed"),
    "undefined": Text("无定义", "undefined"),
}
RECONCILED: Mapping[str, Mark] = {
    "agrees": Mark("✓", Text("相符", "agrees"), "good"),
    "differs": Mark("✗", Text("不符", "differs"), "bad"),
    "incomplete": Mark("–", Text("分项不全", "parts missing"), "none"),
}
MODELS: Mapping[str, Text] = {
    "naive": Text("末值外推", "last value"),
    "drift": Text("末值加漂移", "last value with drift"),
    "linear": Text("最小二乘趋势", "least-squares trend"),
    "damped": Text("阻尼趋势", "damped trend"),
    "theil_sen": Text("稳健趋势（Theil–Sen）", "robust trend (Theil–Sen)"),
    "bounded": Text("有界趋势", "bounded trend"),
}
DOUBTS: Mapping[str, Text] = {
    "impossible": Text("超出该指标可能的范围：所依据的事实中必有差错", "beyond what the indicator can be: some fact behind it is wrong"),
    "simpson": Text("合计的升降与各部分相反：变动来自构成，不来自各部分本身（辛普森悖论）", "the pooled rate moves against all its parts: the mix moved it, not the parts (Simpson's paradox)"),
}
UNITS: Mapping[str, Text] = {
    "": same(" "),
    "percent": same("%"),
    "percent/year": Text("%/年", "% a year"),
    "percentage_point": Text("个百分点", "percentage points"),
    "index": Text("指数", "index"),
    "patent/yi_yuan": Text("件/亿元", "patents per 100 million yuan"),
    "patents per 100 million yuan": Text("件/亿元", "patents per 100 million yuan"),
    "percent of households": Text("%（家庭）", "% of households"),
    "percent of enterprises": Text("%（企业）", "% of enterprises"),
    "percent of gross output": Text("%（占总产出）", "% of gross output"),
    "percent of GDP": Text("%（占 GDP）", "% of GDP"),
    "percent per year": Text("%/年", "% a year"),
    "percent change in the year": Text("%（比上年）", "% change in the year"),
    "percent change in the year (real)": Text("%（比上年，实际）", "% change in the year (real)"),
    "yi_yuan": Text("亿元", "100 million yuan"),
    "wan_yuan": Text("万元", "10,000 yuan"),
    "patent": Text("件", "patents"),
    "patents": Text("件", "patents"),
}

SINCE: tuple[tuple[str, Text], ...] = (
    ("percent below", Text("%（比 {} 年下降）", "% below {}")),
    ("percentage points above", Text("个百分点（比 {} 年）", "percentage points above {}")),
    ("percent change since", Text("%（比 {} 年）", "% change since {}")),
)
"""Units that count from a year, by what stands before it."""


def unit_words(unit: str) -> Text:
    """The words of a unit, of one that counts from a year too.

    Example:
        >>> unit_words("percent change since 2015").zh, unit_words("percent").en, unit_words("furlong").en
        ('%（比 2015 年）', '%', 'furlong')
    """
    before, _, year = unit.rpartition(" ")
    since = next((words for start, words in SINCE if start == before and year.isdigit()), None)
    return Text(since.zh.format(year), since.en.format(year)) if since else word(UNITS, unit)


def word(words: Mapping[str, Text], code: str) -> Text:
    """The words of a code, or the code itself where a stranger's pack brought a new one.

    Example:
        >>> word(KINDS, "actual").en, word(MODELS, "my_model").zh
        ('published', 'my_model')
    """
    return words.get(code) or same(code or "–")


def mark(marks: Mapping[str, Mark], code: str) -> Mark:
    """The mark of a code, plain where it is unknown."""
    return marks.get(code) or Mark("·", same(code or "–"), "none")
