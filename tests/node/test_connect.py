"""A source asked what it has: one readable file, run again and again without losing what a person wrote."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from zhizao.errors import InputError, ProgramError
from zhizao.model.quantity import Quantity
from zhizao.model.text import same
from zhizao.node import sources
from zhizao.node.connect import Asked, connect, write
from zhizao.sense import mapping
from zhizao.sense.connectors.shdr.connector import PROMISE
from zhizao.sense.source import Described, Description, Device

LIBRARY = SimpleNamespace(quantities={"active_power": Quantity("active_power", same("power"), "kW")})
URL = "test://host:5000/mill"
TODAY = date(2026, 11, 24)


class Peer:
    """What a test's source has; a URL of any scheme leads to it."""

    promise = PROMISE

    def __init__(self):
        self.addresses = [Described("P", "m", "active_power", "", "kW", "1.5"), Described("X", "m", "Xabs", "POSITION", "MILLIMETER", "3")]
        self.devices = [Device("m", "Mill")]
        self.fault: Exception | None = None
        self.options = {"poll_s": 1}

    async def describe(self):
        if self.fault:
            raise self.fault
        return Description(tuple(self.devices), tuple(self.addresses), self.options)


@pytest.fixture
def peer(monkeypatch):
    made = Peer()
    monkeypatch.setattr(sources, "connector", lambda source, clock: made)
    return made


def ask(home, url=URL, **more):
    found = connect(home, LIBRARY, Asked(url, **more), today=TODAY, clock=lambda: 0)
    write(found)
    return found


def test_a_source_becomes_one_file_named_by_its_url(peer, tmp_path):
    found = ask(tmp_path)
    assert found.file == tmp_path / "sources" / "mill.yaml"
    said = mapping.read(found.file)
    assert said.source.url == URL and dict(said.source.options) == {"poll_s": 1}
    assert said.source.signals["P"].quantity == "active_power"
    assert [(e.id, e.part_of) for e in said.entities] == [("site:main", ""), ("machine:Mill", "site:main")]
    assert found.file.stat().st_mode & 0o077 == 0


def test_line_and_site_place_its_machines(peer, tmp_path):
    said = mapping.read(ask(tmp_path, line="L1", site="S1").file)
    assert [(e.id, e.part_of) for e in said.entities] == [("site:S1", ""), ("line:L1", "site:S1"), ("machine:Mill", "line:L1")]


def test_a_machine_that_is_new_stands_where_the_others_of_its_file_do(peer, tmp_path):
    ask(tmp_path, line="L1", site="S1")
    peer.devices.append(Device("n", "Lathe"))
    peer.addresses.append(Described("Q", "n", "active_power", "", "kW"))
    said = mapping.read(ask(tmp_path, "mill").file)
    assert [(e.id, e.part_of) for e in said.entities][2:] == [("machine:Mill", "line:L1"), ("machine:Lathe", "line:L1")]


def test_a_source_that_says_nothing_of_itself_yet_keeps_the_line_it_was_given(peer, tmp_path):
    addresses, peer.addresses = peer.addresses, []
    ask(tmp_path, line="L1", site="S1")
    peer.addresses = addresses
    said = mapping.read(ask(tmp_path, "mill").file)
    assert [(e.id, e.part_of) for e in said.entities] == [("site:S1", ""), ("line:L1", "site:S1"), ("machine:Mill", "line:L1")]


def test_nothing_is_written_until_it_is_asked_for(peer, tmp_path):
    connect(tmp_path, LIBRARY, Asked(URL), today=TODAY, clock=lambda: 0)
    assert list(tmp_path.iterdir()) == []


def test_the_same_url_is_the_same_source_and_its_name_is_enough(peer, tmp_path):
    first = ask(tmp_path, name="press")
    edited = first.file.read_text("utf-8").replace("machine:Mill", "machine:M7").replace("site:main", "site:S9")
    first.file.write_text(edited, "utf-8")
    peer.addresses.append(Described("Y", "m", "Yabs"))
    for url in (URL, "press"):
        again = ask(tmp_path, url)
        assert again.file == first.file
    said = mapping.read(first.file)
    assert {s.entity for s in said.source.signals.values()} == {"machine:M7"} and "Y" in said.source.signals
    assert [e.id for e in said.entities] == ["site:S9", "machine:M7"]


def test_another_url_never_takes_the_name_of_a_source_there_is(peer, tmp_path):
    first = ask(tmp_path, name="press")
    before = first.file.read_bytes()
    with pytest.raises(InputError, match="is test://host:5000/mill already"):
        ask(tmp_path, "test://other:1", name="press")
    assert first.file.read_bytes() == before
    assert ask(tmp_path, "test://second:1/mill").name == "mill"
    assert ask(tmp_path, "test://third:1/mill").name == "mill_2"


def test_a_file_that_cannot_be_read_is_left_as_it_is(peer, tmp_path):
    file = ask(tmp_path).file
    file.write_text("url: [", "utf-8")
    with pytest.raises(InputError):
        ask(tmp_path, name="mill")
    assert file.read_text("utf-8") == "url: ["


@pytest.mark.parametrize("fault", [ConnectionRefusedError("refused"), TimeoutError(), ValueError("odd answer")])
def test_a_source_that_does_not_answer_is_told_in_one_line_and_leaves_no_file(peer, tmp_path, fault):
    peer.fault = fault
    with pytest.raises(ProgramError, match="cannot be reached"):
        ask(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("url", "more"), [("press", {}), (URL, {"name": "../x"}), (URL, {"name": "a b"}), ("test://[", {}), (URL, {"site": "a b"})])
def test_what_cannot_be_meant_is_wrong_input(peer, tmp_path, url, more):
    with pytest.raises(InputError):
        ask(tmp_path, url, **more)
