"""The commands around a running node, without one: status, connect, backup and restore, in both languages and as JSON."""

from __future__ import annotations

import pytest

from tests.cli.test_both_languages import CHINESE
from zhizao.node import sources
from zhizao.sense.connectors.shdr.connector import PROMISE
from zhizao.sense.source import Described, Description, Device
from zhizao.store.stream.log import Log

URL = "test://10.0.0.5:5000/mill"


@pytest.fixture
def mill(monkeypatch):
    """A source that describes itself, at whatever URL."""

    class Peer:
        promise = PROMISE

        async def describe(self):
            return Description((Device("m", "Mill"),), (Described("P", "m", "active_power", "", "kW", "[1.5]"), Described("X", "m", "Xabs", "POSITION", "MILLIMETER")))

    monkeypatch.setattr(sources, "connector", lambda source, clock: Peer())


def test_a_home_without_sources_has_a_status(zhizao, tmp_path):
    done = zhizao("--home", tmp_path / "none", "status", "--json")
    assert (done.code, done.data["node"]["running"], done.data["store"]["conserved"], done.data["connectors"]) == (0, False, True, {})
    assert not (tmp_path / "none").exists()


def test_connect_shows_the_tree_and_writes_only_when_it_should(zhizao, fresh_home, mill):
    shown = zhizao("--home", fresh_home, "connect", URL, "--dry-run")
    assert "Mill" in shown.out and "machine:Mill active_power" in shown.out and "[1.5]" in shown.out
    assert not (fresh_home / "sources").exists()
    data = zhizao("--home", fresh_home, "connect", URL, "--json").data
    assert (data["name"], data["written"], [s["state"] for s in data["signals"]]) == ("mill", True, ["new", "new"])
    again = zhizao("--home", fresh_home, "connect", "mill", "--json").data
    assert [s["state"] for s in again["signals"]] == ["known", "known"]
    assert zhizao("--home", fresh_home, "status", "--json").data["connectors"]["mill"]["state"] == "stopped"


def test_chinese_readers_read_chinese(zhizao, fresh_home, mill, tmp_path):
    for line in (("connect", URL), ("status",), ("backup", tmp_path / "b.tar.gz")):
        done = zhizao("--home", fresh_home, "--lang", "zh", *line)
        assert done.code == 0 and CHINESE.search(done.out), line
    for line in (("connect", URL), ("status",), ("backup", tmp_path / "c.tar.gz")):
        assert not CHINESE.search(zhizao("--home", fresh_home, "--lang", "en", *line).out), line


def test_a_backup_is_restored_into_an_empty_home_only(zhizao, fresh_home, tmp_path):
    saved = zhizao("--home", fresh_home, "backup", tmp_path / "b.tar.gz", "--json")
    assert saved.code == 0 and saved.data["files"] > 0 and "private keys" in saved.err
    again = zhizao("--home", tmp_path / "again", "restore", tmp_path / "b.tar.gz", "--json")
    assert again.code == 0 and again.data["segments"] > 0
    assert zhizao("--home", tmp_path / "again", "restore", tmp_path / "b.tar.gz").code == 2
    assert zhizao("--home", tmp_path / "x", "restore", tmp_path / "none.tar.gz").code == 2
    ours, theirs = (zhizao("--home", home, "verify", "--json").data["facts"] for home in (fresh_home, tmp_path / "again"))
    assert ours == theirs


@pytest.mark.parametrize(("line", "code"), [(("connect", "press"), 2), (("connect", "nothing://h"), 2), (("run", "--host", "0.0.0.0"), 2), (("run", "--port", "99999"), 2)])
def test_wrong_input_is_told_in_one_line(zhizao, fresh_home, line, code):
    done = zhizao("--home", fresh_home, *line)
    assert done.code == code and done.err.count("\n") == 1 and "Traceback" not in done.err


def test_a_second_node_on_a_home_is_a_failure_told_in_one_line(zhizao, fresh_home):
    log = Log(fresh_home / "stream")
    done = zhizao("--home", fresh_home, "run", "--port", "0")
    log.close()
    assert done.code == 3 and "another process is taking deliveries" in done.err
