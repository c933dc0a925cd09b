"""A home made from a backup: checked before it is one, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
import zlib
from pathlib import Path
from typing import Any

from zhizao.errors import InputError, StoreDamaged
from zhizao.model.text import Text
from zhizao.node.backup import CHUNK, FORM, MANIFEST
from zhizao.node.refused import refused
from zhizao.store.durable import flush, make_folder


def restore(file: Path, home: Path) -> int:
    """Make a home from a backup; the number of segments that were checked against their seals.

    Raises:
        InputError: the home holds something, or the file is no backup.
        StoreDamaged: something in it is not what was saved.
    """
    from zhizao.node.assemble import open_store

    _require_empty(home)
    draft = home.absolute().with_name(f".{home.absolute().name}.restoring")
    try:
        make_folder(draft.parent)
        shutil.rmtree(draft, ignore_errors=True)  # of a restore that was killed
        draft.mkdir(mode=0o700)
        _unpack(file, draft)
        segments = open_store(draft).verify()
        for left in (draft / "lock", draft / "cache", draft / "spill"):
            shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)
        if home.is_dir():
            home.rmdir()
        draft.rename(home.absolute())
        flush(draft.parent)
    except OSError as error:
        raise refused(error, str(home)) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return segments


def _require_empty(home: Path) -> None:
    if home.is_dir() and any(home.iterdir()):
        cure = Text("换一个数据目录：--home DIR", "name another home: --home DIR")
        raise InputError(Text("数据目录不是空的；还原不会覆盖任何内容", "the home is not empty, and nothing is overwritten"), where=str(home), cure=cure)


def _unpack(file: Path, draft: Path) -> None:
    """Every file of the archive, checked against the manifest at its end."""
    sums: dict[str, str] = {}
    manifest: Any = None
    try:
        with tarfile.open(file, "r:gz") as archive:
            for entry in archive:
                content = archive.extractfile(entry)
                if content is None or not _is_inside(draft, entry.name):
                    raise _no_backup(file, Text(f"含有 {entry.name}", f"it holds {entry.name}"))
                if entry.name == MANIFEST:
                    manifest = json.load(content)
                else:
                    sums[entry.name] = _write(content, draft / entry.name, entry.mode)
    except (tarfile.TarError, EOFError, ValueError, zlib.error) as error:
        raise _no_backup(file, Text(f"无法读取：{error}", f"it cannot be read: {error}")) from error
    except OSError as error:
        if error.errno is None:  # the decompression found it damaged
            raise _no_backup(file, Text(f"已损坏：{error}", f"it is damaged: {error}")) from error
        raise
    if not isinstance(manifest, dict) or manifest.get("form") != FORM:
        raise _no_backup(file, Text("没有清单，或由更新的程序写成", "it has no manifest, or a newer program wrote it"))
    wrong = sorted(name for name in sums.keys() | manifest["sha256"].keys() if sums.get(name) != manifest["sha256"].get(name))
    if wrong:
        raise StoreDamaged(Text(f"备份已损坏：{wrong[0]} 与清单不符", f"the backup is damaged: {wrong[0]} is not what was saved"), where=str(file))


def _is_inside(draft: Path, name: str) -> bool:
    return not name.startswith("/") and ".." not in Path(name).parts and (draft / name) != draft


def _write(content: Any, to: Path, mode: int) -> str:
    sum_ = hashlib.sha256()
    make_folder(to.parent)
    if to.parent.name == "keys" or "keys" in to.parent.parts:
        to.parent.chmod(0o700)
    with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode & 0o777), "wb") as out:
        while part := content.read(CHUNK):
            sum_.update(part)
            out.write(part)
        out.flush()
        os.fsync(out.fileno())
    return sum_.hexdigest()


def _no_backup(file: Path, why: Text) -> InputError:
    cure = Text("请用 zhizao backup 写成的文件", "use a file that zhizao backup wrote")
    return InputError(Text(f"不是备份：{why.zh}", f"this is no backup: {why.en}"), where=str(file), cure=cure)
