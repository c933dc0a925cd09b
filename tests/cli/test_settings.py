"""The global options and the language of the reader."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhizao.cli.settings import default_home, language, split
from zhizao.errors import InputError

GLOBALS = [["--json"], ["--quiet"], ["--debug"], ["--lang", "zh"], ["--lang=zh"], ["--home", "H"], ["--home=H"]]
LINE = ["measure", "nc_rate", "--by", "region", "--of", "江苏"]


@given(st.lists(st.sampled_from(GLOBALS), max_size=4), st.data())
def test_global_options_may_stand_between_any_two_words(options, data):
    line = [[word] for word in LINE]
    for option in options:
        line.insert(data.draw(st.integers(0, len(line))), option)
    settings, rest = split([word for part in line for word in part], {})
    assert rest == LINE
    assert settings.json == (["--json"] in options)
    assert settings.lang == ("zh" if any(o[0].startswith("--lang") for o in options) else "en")


def test_after_two_dashes_nothing_is_a_global_option():
    settings, rest = split(["withdraw", "x:1", "--why", "a", "--", "--json"], {})
    assert not settings.json
    assert rest[-2:] == ["--", "--json"]


@pytest.mark.parametrize("line", [["--home"], ["--lang"], ["--lang", "fr"], ["--home", "--json"]])
def test_a_global_option_without_a_sound_value_is_refused(line):
    with pytest.raises(InputError):
        split(line, {})


@pytest.mark.parametrize(
    ("environ", "lang"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "C", "LC_MESSAGES": "zh_TW"}, "zh"),
        ({"LC_ALL": "", "LANG": "zh"}, "zh"),
    ],
)
def test_the_language_is_the_terminals(environ, lang):
    assert language(environ) == lang


def test_a_folder_that_init_made_a_home_is_the_home_of_what_runs_in_it(tmp_path: Path):
    assert default_home(tmp_path) == tmp_path / ".zhizao"
    (tmp_path / "home.yaml").write_text("packs: []\n")
    assert default_home(tmp_path) == tmp_path
