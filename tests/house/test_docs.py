"""Every command and every option is documented, in both languages of the help and in the guide."""

from __future__ import annotations

from importlib import import_module

import click
import pytest

from tests.house.conftest import ROOT
from zhizao.cli.bilingual import Command, Option
from zhizao.cli.commands import COMMANDS
from zhizao.cli.settings import GLOBAL_OPTIONS

GUIDE = ROOT / "docs" / "cli.md"


def command(name: str) -> Command:
    return import_module(f"zhizao.cli.commands.{COMMANDS[name]}").COMMAND


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_and_its_options_stand_in_the_guide(name):
    section = GUIDE.read_text("utf-8").split(f"\n## {name}\n")
    assert len(section) == 2, f"docs/cli.md has no section '## {name}'"
    text = section[1].split("\n## ")[0]
    assert not [opt for p in command(name).params if isinstance(p, click.Option) for opt in p.opts if opt not in text]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_and_its_options_have_help_in_both_languages(name):
    found = command(name)
    texts = [found.words, *(p.words for p in found.params if isinstance(p, Option))]
    assert all(text.zh and text.en for text in texts)
    assert all(isinstance(p, Option) for p in found.params if isinstance(p, click.Option))


def test_the_global_options_stand_in_the_guide():
    text = GUIDE.read_text("utf-8")
    assert not [name for name, _ in GLOBAL_OPTIONS if name.split()[0] not in text]


def test_the_readme_names_every_command():
    text = (ROOT / "README.md").read_text("utf-8")
    assert not [name for name in COMMANDS if f"zhizao {name}" not in text and f"`{name}`" not in text]


def test_the_readme_shows_the_words_of_the_scorecards_legend():
    from zhizao.show.ground import GAP, RULE

    text = " ".join((ROOT / "README.md").read_text("utf-8").split())
    assert RULE.en in text and GAP.en in text
