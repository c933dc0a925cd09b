"""A home works wherever it lies, or says at once that it cannot lie there; it never reads another one's facts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.store.conftest import ticking
from zhizao.checks.store import amounts, deliver, row
from zhizao.errors import InputError
from zhizao.store.local import LocalStore

MISREAD = ["a%20b", "a\nb", "a\\b", "x%2Fy", "tab\t", os.fsdecode(b"latin-\xe9")]
ODD = ["a#?b", "a b", "it's", 'say "x"', "100% of 2025", "a{b,c}", "a*b", "[c]", "a?b", "中文", "year=2020", "s3:", "a:b"]


@pytest.mark.parametrize("name", ODD)
def test_a_home_under_an_odd_name_keeps_and_gives_its_facts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    store = LocalStore(Path(name) / "home", ticking())
    for amount in ("1", "2"):
        deliver(store, row("a", amount=amount))
    assert amounts(store) == {"a": 2}
    assert store.verify() == 2


@pytest.mark.parametrize("name", MISREAD)
def test_a_path_the_table_engine_misreads_is_refused_with_a_cure(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError) as refused:
        LocalStore(tmp_path / name / "home", ticking())
    assert refused.value.cure and "--home" in refused.value.cure.en
    assert str(refused.value).isprintable()


def test_a_link_to_such_a_folder_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / "a%20b").mkdir()
    (tmp_path / "plain").symlink_to(tmp_path / "a%20b")
    with pytest.raises(InputError):
        LocalStore(tmp_path / "plain", ticking())


def test_a_name_that_is_a_pattern_does_not_match_other_homes(tmp_path: Path) -> None:
    for name, amount in (("aXb", "1"), ("a*b", "2"), ("a?b", "3")):
        deliver(LocalStore(tmp_path / name, ticking()), row("a", amount=amount))
    assert amounts(LocalStore(tmp_path / "a*b", ticking())) == {"a": 2}
