"""``zhizao approve``: a person's word on a proposal."""

from __future__ import annotations

from dataclasses import asdict

import click

from zhizao.cli.bilingual import argument, command, option
from zhizao.cli.shell import Shell
from zhizao.errors import InputError
from zhizao.model.text import Text


@command(
    "approve",
    Text(
        "同意或否决一个方案\n谁可以同意什么，由 HOME/policy.yaml 规定；同意齐备后方案成为措施。",
        "agree to a proposal, or reject it\nWho may agree to what is in HOME/policy.yaml; once all needed have agreed the proposal becomes actions.",
    ),
    "zhizao approve P-1f00 --as li",
    'zhizao approve P-1f00 --as wang --reject --note "…"',
)
@argument("proposal", metavar="PROPOSAL")
@option("--as", "person", required=True, metavar="PERSON", words=Text("何人（policy.yaml 中的编号）", "who says it (an id of policy.yaml)"))
@option("--alternative", type=click.IntRange(0), default=0, metavar="N", words=Text("同意第几备选（默认 0，即首选）", "which alternative (default 0, the first)"))
@option("--reject", is_flag=True, words=Text("否决", "reject it"))
@option("--withdraw", is_flag=True, words=Text("收回先前的话", "take back what was said before"))
@option("--note", default="", metavar="TEXT", words=Text("说明", "a note"))
@click.pass_obj
def COMMAND(shell: Shell, proposal: str, person: str, alternative: int, reject: bool, withdraw: bool, note: str) -> int:
    """Say it."""
    from rich.text import Text as Line

    from zhizao.node.assemble import now
    from zhizao.node.loop.approve import Word, approve, policy_remarks

    if reject and withdraw:
        raise InputError(Text("--reject 与 --withdraw 不能同用", "--reject and --withdraw exclude each other"), where="--reject")
    what = "rejected" if reject else "withdrawn" if withdraw else "approved"
    node = shell.node()
    for remark in policy_remarks(node):
        shell.say(remark)
    done = approve(node, Word(proposal, person, what, alternative, note), now())  # type: ignore[arg-type]
    data = {"proposal": done.proposal, "approval": {**asdict(done.approval), "at": done.approval.at.isoformat()}, "actions": list(done.actions),
            "missing": [{"zh": m.zh, "en": m.en} for m in done.missing]}  # fmt: skip
    listed = ", ".join(done.actions)
    lines = [Text(f"已成为措施：{listed}；接着：zhizao act", f"became actions: {listed}; next: zhizao act")] if done.actions else []
    lines += [] if lines or done.missing else [Text("审批齐备", "all needed have agreed") if what == "approved" else Text("已记下", "noted")]
    lines += [Text(f"尚缺：{m.zh}", f"still missing: {m.en}") for m in done.missing]
    shell.answer(data, lambda: Line("\n".join(line.in_(shell.lang) for line in lines)))
    return 0
