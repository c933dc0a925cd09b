"""A home of an older program is brought forward step by step; one of a newer program is left alone."""

from __future__ import annotations

import json

import pytest

from zhizao.checks.store import amounts, deliver, row
from zhizao.errors import InputError
from zhizao.store import local, migrate
from zhizao.store.home import Home


def form(home) -> int:
    return json.loads((home / "home.json").read_bytes())["schema"]


def test_an_older_home_is_brought_forward_through_every_form(tmp_path):
    (tmp_path / "home.json").write_text('{"id": "old", "schema": 1}', "utf-8")
    done = []
    steps = {1: lambda home: done.append(("one", form(home))), 2: lambda home: done.append(("two", form(home)))}
    migrate.migrate(tmp_path / "home.json", steps, 3)
    assert done == [("one", 1), ("two", 2)]
    assert json.loads((tmp_path / "home.json").read_bytes()) == {"id": "old", "schema": 3}


def test_a_migration_that_failed_half_way_goes_on_where_it_stopped(tmp_path):
    (tmp_path / "home.json").write_text('{"id": "old", "schema": 1}', "utf-8")
    steps = {1: lambda _: None, 2: lambda _: 1 / 0}
    with pytest.raises(ZeroDivisionError):
        migrate.migrate(tmp_path / "home.json", steps, 3)
    assert form(tmp_path) == 2
    migrate.migrate(tmp_path / "home.json", {2: lambda _: None}, 3)
    assert form(tmp_path) == 3


def test_opening_an_older_home_migrates_it_and_keeps_its_facts(open_store, tmp_path, monkeypatch):
    deliver(open_store(), row("A"))
    home = tmp_path / "home"
    # A made-up older form, in which the tables lay in a folder of another name.
    (home / "facts").rename(home / "tables")
    (home / "home.json").write_text(json.dumps({"id": Home(home).id, "schema": 0}), "utf-8")
    steps = {0: lambda folder: (folder / "tables").rename(folder / "facts")}
    monkeypatch.setattr(local, "migrate", lambda identity: migrate.migrate(identity, steps))
    store = open_store()
    assert amounts(store) == {"A": 1}
    assert store.verify() == 1
    assert form(home) == migrate.SCHEMA


def test_a_newer_home_is_refused(open_store, tmp_path):
    deliver(open_store(), row("A"))
    identity = tmp_path / "home" / "home.json"
    identity.write_text(json.dumps({"id": "x", "schema": migrate.SCHEMA + 1}), "utf-8")
    with pytest.raises(InputError, match="newer program") as refused:
        open_store()
    assert refused.value.cure
