"""``zhizao verify``: whether every stored fact is as it was sealed, or whether the figures of a bundle come out again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from zhizao.cli.bilingual import argument, command, option
from zhizao.cli.shell import Shell
from zhizao.errors import StoreDamaged
from zhizao.model.forgetting import Forgetting
from zhizao.model.retirement import Retirement
from zhizao.model.text import Text


@command(
    "verify",
    Text(
        "核对所有已存事实与其封印；给出 FILE 时，复算证据包中的数值\n逐段核对默克尔根、封印链、节点签名和 Delta 表；有一处不符，退出码为 1。复算证据包不需要原来的机器。",
        "whether every stored fact is as it was sealed; with FILE, whether the figures of a bundle come out again\n"
        "Checks the Merkle root of each segment, the chain of seals, the node's signatures and the Delta tables; exit code 1 where one does not fit. "
        "A bundle needs nothing of the machine it was made on.",
    ),
    "zhizao verify",
    "zhizao verify evidence.zhb --key node.pub",
)
@argument("file", metavar="[FILE]", required=False, default="")
@option("--key", metavar="PUBLIC_KEY", default="", words=Text("可信的公钥文件（出具方的 keys/node.pub）", "the public key you trust (keys/node.pub of whoever made it)"))
@click.pass_obj
def COMMAND(shell: Shell, file: str, key: str) -> int:
    """Check the home's facts against their seals, or a bundle."""
    return _bundle(shell, Path(file), Path(key) if key else None) if file else _home(shell)


def _bundle(shell: Shell, file: Path, key: Path | None) -> int:
    from zhizao.node.bundle.recompute import verify
    from zhizao.show import verified

    try:
        with shell.working(Text("核对并复算", "checking, and computing again")):
            found = verify(file, key)
    except StoreDamaged as error:
        told = Text(error.line("zh"), error.line("en"))
        shell.answer({"consistent": False, "why": {"zh": told.zh, "en": told.en}}, lambda: told.in_(shell.lang))
        return 1
    shell.answer(verified.data(found), lambda: verified.shown(found, shell.lang))
    return 0 if found.is_equal and (found.is_trusted or key is None) else 1


def _home(shell: Shell) -> int:
    try:
        store = shell.node().store
        with shell.working(Text("核对封印", "checking seals")):
            segments = store.verify()
    except StoreDamaged as error:
        told = Text(error.line("zh"), error.line("en"))
        shell.answer({"intact": False, "why": {"zh": told.zh, "en": told.en}}, lambda: told.in_(shell.lang))
        return 1
    facts, forgotten, retired = store.fingerprint(), store.forgotten(), store.retired()
    done = Text(
        f"{segments} 个数据段与封印一致，封印链完整，签名有效。\n事实指纹：\n  {facts}",
        f"{segments} segments match their seals, the chain is whole, every signature holds.\nfingerprint of the facts:\n  {facts}",
    )
    gone = [{"entity": f.entity, "at": f.at.isoformat(), "why": f.why} for f in forgotten]
    old = [{"record": r.record, "at": r.at.isoformat(), "why": r.why, "batches": r.batches, "rows": r.rows} for r in retired]
    whole = {"intact": True, "segments": segments, "facts": facts, "forgotten": gone, "retired": old}
    shell.answer(whole, lambda: _with_forgotten(_with_retired(done, retired), forgotten).in_(shell.lang))
    return 0


def _with_retired(done: Text, retired: Sequence[Retirement]) -> Text:
    """What is gone on purpose stands below what is whole."""
    if not retired:
        return done
    rows, last = sum(r.rows for r in retired), retired[-1]
    return Text(
        f"{done.zh}\n已过保留期、不再保存、不能再核对内容：{rows:,} 行，最近一次 {last.at:%Y-%m-%d %H:%M}（{last.why}）",
        f"{done.en}\nno longer kept, by the home's rule, so that what they said cannot be checked: {rows:,} rows, at last {last.at:%Y-%m-%d %H:%M} ({last.why})",
    )


def _with_forgotten(done: Text, forgotten: Sequence[Forgetting]) -> Text:
    if not forgotten:
        return done
    lines = "".join(f"\n  {f.entity}  {f.at:%Y-%m-%d %H:%M}  {f.why}" for f in forgotten)
    return Text(f"{done.zh}\n已按要求抹去的个人信息：{lines}", f"{done.en}\npersonal values forgotten on purpose:{lines}")
