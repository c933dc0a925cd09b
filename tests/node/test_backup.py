"""A backup is a home as it was at one moment; a restore makes exactly that home, or none."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tarfile
from datetime import datetime, timezone
from pathlib import Path

import pytest

from zhizao.errors import InputError, StoreDamaged, ZhizaoError
from zhizao.node import backup as saving
from zhizao.node.assemble import open_node, open_store
from zhizao.node.backup import backup
from zhizao.node.restore import restore
from zhizao.sense.gather import gathered
from zhizao.sense.source import Signal
from zhizao.sense.spoken import Spoken

AT = datetime(2026, 11, 24, tzinfo=timezone.utc)


def said(n: int):
    return gathered("a", [Spoken(n, "P", n, value=1.0)], {"P": Signal("machine:M1", "active_power")}, position=str(n), lines=1)


@pytest.fixture(scope="module")
def _full_home(tmp_path_factory):
    home = tmp_path_factory.mktemp("full") / "home"
    open_node(home)
    log = open_store(home).log()
    log.append([said(n) for n in range(1, 6)])
    log.close()
    (home / "sources").mkdir()
    (home / "sources" / "press.yaml").write_text("url: shdr://h:1\n")
    return home


@pytest.fixture
def home(_full_home, tmp_path):
    """A home with facts, a log and a source, of the test's own."""
    return Path(shutil.copytree(_full_home, tmp_path / "home"))


def content(home: Path) -> dict[str, bytes]:
    return {f.relative_to(home).as_posix(): f.read_bytes() for f in home.rglob("*") if f.is_file()}


def kept(home: Path) -> dict[str, bytes]:
    return {name: said for name, said in content(home).items() if not name.startswith(("cache/", "spill/")) and not name.endswith("lock")}


def test_what_is_restored_is_the_home_that_was_saved(home, tmp_path):
    saved = backup(home, tmp_path / "b.tar.gz", AT)
    assert restore(tmp_path / "b.tar.gz", tmp_path / "again") > 0
    assert kept(tmp_path / "again") == kept(home)
    assert saved.files == len(kept(home))
    assert open_store(tmp_path / "again").accounts()["a"].spooled == 5
    assert open_store(tmp_path / "again").fingerprint() == open_store(home).fingerprint()


def test_private_keys_stay_readable_by_their_owner_only(home, tmp_path):
    backup(home, tmp_path / "b.tar.gz", AT)
    restore(tmp_path / "b.tar.gz", tmp_path / "again")
    for file in (tmp_path / "b.tar.gz", tmp_path / "again" / "keys" / "node.key", tmp_path / "again" / "keys"):
        assert file.stat().st_mode & 0o077 == 0, file


def test_a_delivery_that_is_being_written_is_not_half_in_the_backup(home, tmp_path):
    file = max((home / "stream").glob("*.frames"))
    whole = file.read_bytes()
    file.write_bytes(whole + whole[-40:])
    backup(home, tmp_path / "b.tar.gz", AT)
    restore(tmp_path / "b.tar.gz", tmp_path / "again")
    assert (tmp_path / "again" / "stream" / file.name).read_bytes() == whole


def test_a_home_that_holds_something_is_not_restored_into(home, tmp_path):
    backup(home, tmp_path / "b.tar.gz", AT)
    before = content(home)
    with pytest.raises(InputError, match="not empty"):
        restore(tmp_path / "b.tar.gz", home)
    assert content(home) == before


def test_a_damaged_backup_makes_no_home_unless_nothing_that_was_saved_is_damaged(home, tmp_path):
    backup(home, tmp_path / "b.tar.gz", AT)
    whole = (tmp_path / "b.tar.gz").read_bytes()
    for place in range(20, len(whole), len(whole) // 12):
        for damaged in (whole[:place], whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]):
            (tmp_path / "d.tar.gz").write_bytes(damaged)
            try:
                restore(tmp_path / "d.tar.gz", tmp_path / "again")
            except ZhizaoError:
                pass
            else:  # the damage is in the empty end of the archive
                assert kept(tmp_path / "again") == kept(home)
                shutil.rmtree(tmp_path / "again")
            assert sorted(p.name for p in tmp_path.iterdir()) == ["b.tar.gz", "d.tar.gz", "home"]


def test_a_file_that_was_exchanged_is_named(home, tmp_path):
    backup(home, tmp_path / "b.tar.gz", AT)
    with tarfile.open(tmp_path / "b.tar.gz") as archive:
        archive.extractall(tmp_path / "x", filter="data")
    (tmp_path / "x" / "head.json").write_text("{}")
    with tarfile.open(tmp_path / "c.tar.gz", "w:gz") as archive:
        for file in sorted((tmp_path / "x").rglob("*"), key=lambda f: f.name == saving.MANIFEST):
            if file.is_file():
                archive.add(file, file.relative_to(tmp_path / "x").as_posix())
    with pytest.raises(StoreDamaged, match=r"head\.json"):
        restore(tmp_path / "c.tar.gz", tmp_path / "again")


def test_an_archive_that_leads_out_of_the_home_is_refused(tmp_path):
    (tmp_path / "f").write_text("x")
    with tarfile.open(tmp_path / "b.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "f", "../outside")
    with pytest.raises(InputError, match="no backup"):
        restore(tmp_path / "b.tar.gz", tmp_path / "deep" / "again")
    assert not (tmp_path / "deep" / "outside").exists() and not (tmp_path / "outside").exists()


@pytest.mark.parametrize("to", ["home/b.tar.gz", "none/b.tar.gz"])
def test_a_backup_in_a_place_that_cannot_be_is_refused(home, tmp_path, to):
    with pytest.raises(InputError):
        backup(home, tmp_path / to, AT)


def test_there_is_nothing_to_save_where_there_is_no_home(tmp_path):
    with pytest.raises(InputError, match="no home"):
        backup(tmp_path / "none", tmp_path / "b.tar.gz", AT)


DYING = """
import os, signal, sys
from datetime import datetime, timezone
from pathlib import Path
import zhizao.node.{module} as module
left, act = int(sys.argv[1]), module.{name}
def dying(*args, **options):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return act(*args, **options)
module.{name} = dying
home, file = Path(sys.argv[2]), Path(sys.argv[3])
{call}
"""


@pytest.mark.parametrize(
    ("module", "name", "call", "at"),
    [("backup", "_entry", "module.backup(home, file, datetime.now(timezone.utc))", n) for n in (1, 9)]
    + [("restore", "_write", "module.restore(file, home)", n) for n in (1, 9)],
)
def test_whoever_is_killed_in_the_middle_leaves_nothing_half(home, tmp_path, module, name, call, at):
    place = tmp_path / "work"
    place.mkdir()
    to, again = place / "b.tar.gz", place / "again"
    if module == "restore":
        backup(home, to, AT)
    code = DYING.format(module=module, name=name, call=call)
    arguments = [str(at), str(home if module == "backup" else again), str(to)]
    done = subprocess.run([sys.executable, "-c", code, *arguments], env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, check=False)
    assert done.returncode == -signal.SIGKILL
    assert to.exists() == (module == "restore") and not again.exists()
    backup(home, to, AT)
    restore(to, again)
    assert kept(again) == kept(home)


def test_packs_outside_the_home_are_named(home, tmp_path):
    (tmp_path / "pack").mkdir()
    (home / "home.yaml").write_text("packs: [../pack, own]\n")
    assert backup(home, tmp_path / "b.tar.gz", AT).outside == ((tmp_path / "pack").resolve(),)
