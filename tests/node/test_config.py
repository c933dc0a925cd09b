"""A home's settings: read back as written, moved with the home, refused when not understood."""

from __future__ import annotations

import shutil

import pytest

from zhizao.errors import InputError
from zhizao.node import config


def test_a_home_without_settings_uses_no_pack_of_its_own(tmp_path):
    assert config.read(tmp_path).packs == ()


def test_a_remembered_pack_is_read_back_once(tmp_path):
    pack = tmp_path / "p"
    pack.mkdir()
    assert config.remember(tmp_path / "home", pack)
    assert not config.remember(tmp_path / "home", pack)
    assert config.read(tmp_path / "home").packs == (pack.resolve(),)


def test_a_pack_inside_the_home_moves_with_it(tmp_path):
    (tmp_path / "home" / "包").mkdir(parents=True)
    config.remember(tmp_path / "home", tmp_path / "home" / "包")
    shutil.move(tmp_path / "home", tmp_path / "moved")
    assert config.read(tmp_path / "moved").packs == ((tmp_path / "moved" / "包").resolve(),)


@pytest.mark.parametrize("content", ["packs: my_pack", "pakcs: []", "- a", "packs: [1]", "a: [", "\x00"])
def test_settings_that_cannot_be_understood_are_wrong_input(tmp_path, content):
    (tmp_path / "home.yaml").write_text(content)
    with pytest.raises(InputError) as error:
        config.read(tmp_path)
    assert "home.yaml" in error.value.line("en")


def test_a_pack_that_is_remembered_leaves_the_rest_as_it_is(tmp_path):
    (tmp_path / "home.yaml").write_text("keep_raw_days: 30\n")
    (tmp_path / "p").mkdir()
    config.remember(tmp_path, tmp_path / "p")
    assert config.read(tmp_path) == config.Config((tmp_path / "p",), 30)
