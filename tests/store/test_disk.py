"""A disk that is full, forbidden or no folder is told as what it is; nothing is ever half stored."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.conftest import child, ticking
from zhizao.checks.store import amounts, deliver, facts, row
from zhizao.errors import InputError
from zhizao.store.local import LocalStore

PAGE = 4096


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """A disk of 400 KiB, where this machine lets one be made."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("only an owner of the machine can make a small disk")
    yield folder
    subprocess.run(["umount", folder], check=True)


def fill(disk: Path, pages: int) -> None:
    """Leave only so many pages free."""
    free = os.statvfs(disk)
    (disk / "ballast").write_bytes(b"x" * max(0, (free.f_bavail - pages) * PAGE))


def test_a_disk_that_is_full_at_any_step_leaves_whole_batches_and_can_be_mended(tiny):
    home = tiny / "home"
    deliver(LocalStore(home, ticking()), row("A"))
    held, refused = {"A": 1}, 0
    for pages in range(6):
        rows = (row(f"B{pages}"), row("C", amount="bad")) if pages % 2 else (row(f"B{pages}"),)
        fill(tiny, pages)
        try:
            deliver(LocalStore(home, ticking()), *rows)
        except InputError as full:
            refused += 1
            assert "full" in full.what.en
            assert full.where
            assert full.cure
        (tiny / "ballast").unlink()
        store = LocalStore(home, ticking())
        assert amounts(store) in (held, held | {f"B{pages}": 1})
        held = amounts(store)
        assert store.verify() == len(held)
        assert not [f for f in home.rglob(".*") if f.is_file()]
    assert refused >= 2
    deliver(LocalStore(home, ticking()), *(row(f"B{pages}") for pages in range(6)))
    assert amounts(LocalStore(home, ticking())) == {"A": 1} | {f"B{pages}": 1 for pages in range(6)}


LIMITED = """
import resource, sys
from pathlib import Path
from tests.store.conftest import ticking
from zhizao.checks.store import deliver, row
from zhizao.errors import InputError
from zhizao.store.local import LocalStore

store = LocalStore(Path(sys.argv[1]), ticking())
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    deliver(store, *(row(f"E{n * n * n}", amount=str(n * 7919 % 100003)) for n in range(20_000)))
except InputError as full:
    print(full.code, full.what.en)
"""


def test_a_segment_larger_than_the_disk_takes_is_refused_and_swept(open_store, tmp_path):
    deliver(open_store(), row("A"))
    said, _ = child(LIMITED, tmp_path / "home").communicate()
    assert said.strip() == "InputError the disk is full"
    assert amounts(open_store()) == {"A": 1}
    assert open_store().verify() == 1
    assert [f.name for f in (tmp_path / "home").rglob("*.parquet")] == ["00000001.parquet"]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 20_000


@pytest.mark.parametrize("act", [lambda s: deliver(s, row("A")), lambda s: facts(s), lambda s: s.fingerprint(), lambda s: s.verify()])
@pytest.mark.parametrize("name", ["file", "file/below"])
def test_a_home_that_is_no_folder_is_refused_with_a_cure(act, name, tmp_path):
    (tmp_path / "file").write_text("no home", "utf-8")
    with pytest.raises(InputError, match="no") as refused:
        act(LocalStore(tmp_path / name, ticking()))
    assert "file" in refused.value.where
    assert refused.value.cure
    assert (tmp_path / "file").read_text("utf-8") == "no home"


@pytest.mark.parametrize(
    ("code", "said"), [(errno.ENOSPC, "full"), (errno.EDQUOT, "full"), (errno.EROFS, "may not"), (errno.EACCES, "may not"), (errno.EIO, "cannot be read or written")]
)
def test_whatever_the_disk_refuses_is_told_with_place_and_cure(code, said, open_store, tmp_path, monkeypatch):
    store = open_store()
    deliver(store, row("A"))

    def refuse(handle):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(InputError, match=said) as refused:
        deliver(store, row("B"))
    assert refused.value.exit_code == 2
    assert refused.value.where
    assert refused.value.cure
    monkeypatch.undo()
    assert amounts(open_store()) == {"A": 1}
    assert open_store().verify() == 1
