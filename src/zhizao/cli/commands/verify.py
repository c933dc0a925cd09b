"""``zhizao verify``: whether every stored fact is as it was sealed, or every figure of a bundle comes out the same."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from zhizao.cli.bilingual import argument, command, option
from zhizao.cli.shell import Shell
from zhizao.errors import InputError, StoreDamaged
from zhizao.model.forgetting import Forgetting
from zhizao.model.retirement import Retirement
from zhizao.model.text import Text


@command(
    "verify",
    Text(
        "核对所有已存事实与其封印；写了 FILE 时重算一个数据包\n"
        "不写 FILE：逐段核对默克尔根、封印链、节点签名和 Delta 表。\n写 FILE：核对其每个字节、封印与签名，并在此重算每个数。有一处不符，退出码为 1。",
        "whether every stored fact is as it was sealed; with FILE, whether a bundle recomputes\n"
        "Without FILE: checks the Merkle root of each segment, the chain of seals, the node's signatures and the Delta tables.\n"
        "With FILE: checks every byte of it, its seals and signature, and recomputes each figure here. Exit code 1 where anything does not fit.",
    ),
    "zhizao verify",
    "zhizao verify review.zhizao --key node.pub",
)
@argument("file", metavar="[FILE]", required=False)
@option("--key", metavar="PUBLIC_KEY", default="", words=Text("所信任节点的公钥：十六进制或文件", "the public key of the node you trust: hexadecimal digits, or a file"))
@click.pass_obj
def COMMAND(shell: Shell, file: str | None, key: str) -> int:
    """Check the home's facts against their seals, or a bundle."""
    if file:
        return _bundle(shell, Path(file), key)
    if key:
        cure = Text("写明数据包文件：zhizao verify FILE --key PUBLIC_KEY", "name the bundle: zhizao verify FILE --key PUBLIC_KEY")
        raise InputError(Text("--key 只用于核对数据包", "--key is for a bundle"), where="--key", cure=cure)
    return _home(shell)


def _bundle(shell: Shell, file: Path, key: str) -> int:
    from zhizao.node.bundle.recompute import verify
    from zhizao.show import bundle

    with shell.working(Text("核对并重算", "checking and recomputing")):
        found = verify(file, key)
    shell.answer(bundle.data(found), lambda: bundle.page(found, shell.lang))
    return 0 if found.holds else 1


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
