"""Whatever a person reads exists in Chinese and in English."""

from __future__ import annotations

import ast
import re

import pytest
import yaml

from tests.house.conftest import ROOT, SRC

CONTENT = sorted([*(ROOT / "packs").rglob("*.yaml"), *(SRC / "node" / "example_pack").rglob("*.yaml")])
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_every_text_in_the_code_has_both_languages(sources):
    empty = [
        f"{s.name}:{call.lineno}"
        for s in sources
        for call in ast.walk(s.tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Text"
        for argument in call.args
        if isinstance(argument, ast.Constant) and not argument.value
    ]
    assert not empty, empty


def test_no_chinese_stands_where_english_is_meant(sources):
    """The second argument of a literal Text is English; names of the plan's sections are the exception."""
    mixed = [
        f"{s.name}:{call.lineno} {call.args[1].value}"
        for s in sources
        for call in ast.walk(s.tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Text" and len(call.args) == 2
        if isinstance(call.args[1], ast.Constant) and isinstance(call.args[1].value, str)
        if CHINESE.search(call.args[1].value) and not re.search(r"[A-Za-z]{3}", call.args[1].value)
    ]
    assert not mixed, mixed


@pytest.mark.parametrize("file", CONTENT, ids=lambda f: f.relative_to(ROOT).as_posix())
def test_every_text_of_a_pack_has_both_languages(file):
    half = [path for path, node in mappings(yaml.safe_load(file.read_text("utf-8"))) if ("zh" in node) != ("en" in node) or "" in (node.get("zh"), node.get("en"))]
    assert not half, half


def mappings(content, path: str = ""):
    """Every mapping in a file with the way to it."""
    if isinstance(content, dict):
        yield path, content
        for key, value in content.items():
            yield from mappings(value, f"{path}/{key}")
    elif isinstance(content, list):
        for number, value in enumerate(content):
            yield from mappings(value, f"{path}/{number}")
