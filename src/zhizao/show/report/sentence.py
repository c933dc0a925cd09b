"""A judgement as a sentence."""

from __future__ import annotations

from decimal import Decimal

from zhizao.model.text import Text
from zhizao.model.verdict import Judgement
from zhizao.model.wording import Wording
from zhizao.show.figures import bounded, plain
from zhizao.show.quantity import quantity
from zhizao.show.words import KINDS, SCOPES, VERDICTS, mark, word


def sentence(j: Judgement, wording: Wording) -> Text:
    """What is required, what was reached, and by which figure."""
    t, verdict = j.target, mark(VERDICTS, j.verdict)
    about = "≈ " if t.about else ""
    goal = quantity(about + plain(t.used) + (f"–{plain(t.upper)}" if t.upper is not None else ""), t.unit)
    head = Text(
        f"{t.year} 年目标 {goal.zh}：{verdict.label.zh}。",
        f"Target for {t.year}: {goal.en}. {verdict.symbol} {verdict.text.en.capitalize()}.",
    )
    basis, gap = _basis(j, wording), _gap(j.gap)
    return Text(head.zh + basis.zh + gap.zh, f"{head.en} {basis.en}{gap.en}".strip())


def _basis(j: Judgement, wording: Wording) -> Text:
    r = j.reading
    if r is None:
        return Text("没有可据以判定的数字", "No figure decides it")
    value, kind, scope = quantity(bounded(r.signed, r.bound), j.target.unit), word(KINDS, r.kind), word(SCOPES, r.scope)
    by, when = wording.publisher(r.publisher or r.series), f"，{r.published_at}" if r.published_at else ""
    zh = f"{by.zh} 给出 {r.period} 为 {value.zh}（{kind.zh}，{scope.zh}{when}）"
    return Text(zh, f"{by.en} gives {value.en} for {r.period} ({kind.en}, {scope.en}{when.replace('，', ', ')})")


def _gap(gap: Decimal | None) -> Text:
    if gap is None:
        return Text("。", ".")
    size = plain(abs(gap), 2)
    if size == "0":
        return Text("，恰在应达路径上。", ", just on the required path.")
    ahead = gap > 0
    zh = f"，{'领先' if ahead else '落后于'}应达路径 {size}。"
    return Text(zh, f", {size} {'ahead of' if ahead else 'behind'} the required path.")
