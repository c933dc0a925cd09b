"""A verified bundle for a reader: who signed it, and each figure, equal or where it differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zhizao.model.bundle import Outcome, Verified
from zhizao.model.text import Lang, Text

if TYPE_CHECKING:
    from rich.console import Group

OUTCOMES: dict[Outcome, tuple[str, Text]] = {
    "equal": ("good", Text("✓ 相同", "✓ equal")),
    "differs": ("bad", Text("✗ 不同", "✗ differs")),
    "failed": ("bad", Text("✗ 无法复算", "✗ cannot be computed")),
}
SHOWN = 200


def data(found: Verified) -> dict[str, Any]:
    """It as data."""
    figures = [{"figure": f.name, "outcome": f.outcome, "claimed": f.claimed, "found": f.found} for f in found.figures]
    signer = {"signer": found.signer, "proven": found.is_trusted}
    return {
        "consistent": found.is_equal, **signer, "made_at": found.made_at, "code": found.code, "own_code": found.own_code,
        "batches": found.batches, "segments": found.segments, "figures": figures,
    }  # fmt: skip


def shown(found: Verified, lang: Lang) -> Group:
    """It as a table, the differing figures first."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text as Rich

    from zhizao.show.scorecard import STYLES

    table = Table(box=None, pad_edge=False)
    for head in (Text("数值", "figure"), Text("所称", "claimed"), Text("复算", "computed again"), Text("结果", "outcome")):
        table.add_column(head.in_(lang), overflow="fold")
    ordered = sorted(found.figures, key=lambda f: f.outcome == "equal")
    for figure in ordered[:SHOWN]:
        style, word = OUTCOMES[figure.outcome]
        table.add_row(figure.name, figure.claimed, figure.found, Rich(word.in_(lang), STYLES[style]))
    return Group(table, Rich(_verdict(found).in_(lang)))


def _verdict(found: Verified) -> Text:
    equal = sum(f.outcome == "equal" for f in found.figures)
    count = Text(f"{len(found.figures)} 个数值中 {equal} 个复算相同", f"{equal} of {len(found.figures)} figures come out the same")
    chain = Text(f"封印链 {found.batches} 批完整，{found.segments} 个数据段与封印一致", f"the chain of {found.batches} batches is whole, {found.segments} segments match their seals")
    signer = (
        Text(f"签名者已证实（{found.signer}）", f"the signer is proven ({found.signer})")
        if found.is_trusted
        else Text(
            f"自身一致，签名者未证实（{found.signer}）：请用 --key 给出可信的公钥",
            f"consistent, signer unproven ({found.signer}): give the public key you trust with --key",
        )
    )
    if found.code != found.own_code:
        signer = Text(f"{signer.zh}\n由 {found.code} 版写成，用 {found.own_code} 版复算", f"{signer.en}\nmade by version {found.code}, computed again by {found.own_code}")
    return Text(f"{count.zh}；{chain.zh}。\n{signer.zh}", f"{count.en}; {chain.en}.\n{signer.en}")
