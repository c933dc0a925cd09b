"""What came of a bundle, as data and as a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from zhizao.model.bundle import Checked, Difference, Signer, Verification
from zhizao.model.text import Lang, Text

MOST_SHOWN = 20
"""Differences of a claim that are shown; the JSON has them all."""
_SIGNERS: Mapping[Signer, Text] = MappingProxyType(
    {
        "proven": Text("签名者已证实：与所给公钥一致", "signer proven: it is the key you gave"),
        "unproven": Text(
            "内容自洽，签名者未证实：任何人都能用自己的密钥做出自洽的数据包；请从可信渠道取得该节点的公钥，再用 --key 核对",
            "consistent, signer unproven: anybody can make a consistent bundle with a key of their own; "
            "get the node's public key by a way you trust, and check with --key",
        ),
        "another": Text("签名者不是所给公钥的持有者；内容未予打开", "signed by somebody else than the key you gave; its content was not opened"),
    }
)
_WHAT: Mapping[str, Text] = MappingProxyType(
    {
        "missing": Text("此处算不出这一项", "this figure does not come out here"),
        "not claimed": Text("此处算出而未主张", "it comes out here and was not claimed"),
        "value": Text("数值", "value"),
        "status": Text("状态", "status"),
        "coverage": Text("覆盖率", "coverage"),
        "definition": Text("定义", "definition"),
        "states": Text("状态量", "states"),
        "facts": Text("事实数", "number of facts"),
        "digest": Text("事实摘要", "digest of the facts"),
        "verdict": Text("判定", "verdict"),
    }
)


def data(v: Verification) -> dict[str, Any]:
    """The verification as plain data."""
    said = v.sealed
    return {
        "holds": v.holds,
        "signer": v.signer,
        "faults": [{"part": f.part, "what_zh": f.what.zh, "what_en": f.what.en} for f in v.faults],
        "node": said.node if said else "",
        "key": said.key if said else "",
        "made_at": said.at if said else "",
        "as_of": said.as_of if said else "",
        "reader": said.reader if said else "",
        "seal": said.seal if said else "",
        "facts": v.facts,
        "claims": [_claim(c) for c in v.checked],
        "other_versions": [{"name": name, "there": there, "here": here} for name, there, here in v.other_versions],
    }


def _claim(c: Checked) -> dict[str, Any]:
    differences = [{"figure": d.figure, "what": d.what, "claimed": d.claimed, "found": d.found} for d in c.differences]
    row = {"kind": c.claim.kind, "ask": c.claim.ask, "equal": c.holds, "figures": c.figures, "differences": differences}
    return row | ({"why_zh": c.why.zh, "why_en": c.why.en} if c.why else {})


def page(v: Verification, lang: Lang) -> str:
    """The verification as a person reads it."""
    return "\n".join(words.in_(lang) for words in _lines(v))


def _lines(v: Verification) -> Iterator[Text]:
    for fault in v.faults:
        yield Text(f"不是完好的数据包：{fault.part}：{fault.what.zh}", f"this is no sound bundle: {fault.part}: {fault.what.en}")
    if v.faults or v.sealed is None:
        return
    yield Text(f"节点 {v.sealed.node}，{v.sealed.at} 制成，公钥\n  {v.sealed.key}", f"made by node {v.sealed.node} at {v.sealed.at}, public key\n  {v.sealed.key}")
    yield _SIGNERS[v.signer]
    if v.signer == "another":
        return
    yield Text(f"{v.facts:,} 条事实与封印一致，封印链完整。", f"{v.facts:,} facts match their seals, and the chain of seals is whole.")
    for name, there, here in v.other_versions:
        yield Text(f"{name}：制作时为 {there}，此处为 {here or '未安装'}；仍已重算", f"{name}: {there} where it was made, {here or 'not installed'} here; recomputed all the same")
    for checked in v.checked:
        yield from _result(checked)
    yield _sum(v)


def _result(c: Checked) -> Iterator[Text]:
    if c.holds:
        yield Text(f"  一致  {c.claim.name}（{c.figures} 项）", f"  equal    {c.claim.name} ({c.figures} figures)")
        return
    yield Text(f"  不同  {c.claim.name}", f"  DIFFERS  {c.claim.name}")
    if c.why:
        yield Text(f"        {c.why.zh}", f"           {c.why.en}")
    yield from (_difference(d) for d in c.differences[:MOST_SHOWN])
    if (more := len(c.differences) - MOST_SHOWN) > 0:
        yield Text(f"        另有 {more} 处", f"           and {more} more")


def _difference(d: Difference) -> Text:
    what = _WHAT.get(d.what, Text(d.what, d.what))
    sides = Text(f"：主张 {d.claimed}，此处 {d.found}", f": claimed {d.claimed}, here {d.found}") if d.claimed or d.found else Text("。", ".")
    return Text(f"        {d.figure}  {what.zh}{sides.zh}", f"           {d.figure}  {what.en}{sides.en}")


def _sum(v: Verification) -> Text:
    wrong = sum(1 for c in v.checked if not c.holds)
    if not wrong:
        return Text(f"全部 {len(v.checked)} 项主张在此重算结果相同。", f"all {len(v.checked)} claims come out the same here.")
    return Text(f"{len(v.checked)} 项主张中有 {wrong} 项在此重算结果不同。", f"{wrong} of {len(v.checked)} claims come out differently here.")
