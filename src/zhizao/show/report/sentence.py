"""A judgement as a sentence."""

from __future__ import annotations

from decimal import Decimal

from zhizao.model.spoken import spoken
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
    basis, gap = _basis(j, wording), _gap(j)
    return Text(head.zh + basis.zh + gap.zh, f"{head.en} {basis.en}{gap.en}".strip())


def _basis(j: Judgement, wording: Wording) -> Text:
    r = j.reading
    if r is None:
        return Text("没有可据以判定的数字", "No figure decides it")
    value, kind, scope = quantity(bounded(r.signed, r.bound), j.target.unit), word(KINDS, r.kind), word(SCOPES, r.scope)
    when = spoken(r.period)
    by, stamp = wording.publisher(r.publisher or r.series), f"，{r.published_at}" if r.published_at else ""
    zh = f"{by.zh} 给出 {when.zh}为 {value.zh}（{kind.zh}，{scope.zh}{stamp}）"
    return Text(zh, f"{by.en} gives {value.en} for {when.en} ({kind.en}, {scope.en}{stamp.replace('，', ', ')})")


def _gap(j: Judgement) -> Text:
    """How far from the required path, and from the target itself where that is another distance."""
    if j.gap is None or j.reading is None:
        return Text("。", ".")
    margin = j.target.margin(j.reading.signed)
    path, own = _distance(j.gap, PATH), _distance(margin, GOAL)
    if plain(j.gap, 2) == plain(margin, 2):
        return Text(f"，{path.zh}。", f", {path.en}.")
    return Text(f"，{path.zh}，{own.zh}。", f", {path.en} and {own.en}.")


PATH, GOAL = Text("应达路径", "the required path"), Text("目标本身", "the target itself")


def _distance(far: Decimal, what: Text) -> Text:
    size = plain(abs(far), 2)
    if size == "0":
        return Text(f"恰在{what.zh}上", f"just on {what.en}")
    return Text(f"{'领先' if far > 0 else '落后于'}{what.zh} {size}", f"{size} {'ahead of' if far > 0 else 'behind'} {what.en}")
