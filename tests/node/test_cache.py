"""Kept results: found again when sound, as good as absent when not, and never a way to run code."""

from __future__ import annotations

import hashlib
import os
import pickle
from decimal import Decimal
from types import MappingProxyType

from hypothesis import given
from hypothesis import strategies as st

from zhizao.model.period import Period
from zhizao.model.text import Text
from zhizao.node import cache

RESULT = {"rows": [Text("甲", "a"), Period.parse("2020"), Decimal("1.50")], "order": MappingProxyType({"a": 1})}


def test_a_result_is_found_again_as_it_was(tmp_path):
    cache.save(tmp_path, "x", RESULT)
    assert cache.load(tmp_path, "x") == RESULT


def test_an_absent_result_is_none(tmp_path):
    assert cache.load(tmp_path / "nowhere", "x") is None


@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=4))
def test_a_damaged_result_is_none(tmp_path_factory, at, damage):
    folder = tmp_path_factory.mktemp("damaged")
    cache.save(folder, "x", RESULT)
    content = bytearray((folder / "x").read_bytes())
    at %= len(content)
    before = bytes(content)
    content[at : at + len(damage)] = damage
    (folder / "x").write_bytes(content)
    assert cache.load(folder, "x") == (RESULT if bytes(content) == before else None)


class Foreign:
    """What a hostile home might hold: reading it would run a command."""

    def __reduce__(self):
        return os.mkdir, ("made_by_the_cache",)


def test_a_foreign_result_is_none_and_runs_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    body = pickle.dumps(Foreign())
    (tmp_path / "x").write_bytes(hashlib.sha256(body).digest() + body)
    assert cache.load(tmp_path, "x") is None
    assert not (tmp_path / "made_by_the_cache").exists()


def test_a_home_that_cannot_be_written_is_no_failure(tmp_path):
    (tmp_path / "file").write_text("no folder")
    cache.save(tmp_path / "file", "x", RESULT)
    assert cache.load(tmp_path / "file", "x") is None


def test_the_cache_keeps_a_limited_number_of_results(tmp_path):
    for number in range(cache.KEPT + 5):
        cache.save(tmp_path, f"r{number}", number)
    assert len(list(tmp_path.iterdir())) == cache.KEPT


def test_different_questions_have_different_names():
    assert len({cache.key("a", ""), cache.key("a"), cache.key("a", None), cache.key("", "a"), cache.key("a,", "")}) == 5
