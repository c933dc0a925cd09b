"""Reading YAML: lines are kept, repeated keys refused, nothing raised."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhizao.pack.content import Content, parse_content
from zhizao.pack.found import Found


def read(data: bytes) -> tuple[Content | None, Found]:
    found = Found()
    return parse_content(data, "f.yaml", found), found


def test_every_key_and_item_knows_its_line() -> None:
    content, _ = read(b"a: 1\nb:\n  - x\n  - {c: y,\n     d: z}\n")
    assert content
    lines = [content.place(*path).line for path in [("a",), ("b",), ("b", 0), ("b", 1), ("b", 1, "c"), ("b", 1, "d"), ("b", 9)]]
    assert lines == [1, 2, 3, 4, 4, 5, 2]


def test_repeated_key_is_a_finding_that_names_both_lines() -> None:
    content, found = read(b"a: 1\nb: 2\na: 3\n")
    assert content and content.value == {"a": 1, "b": 2}
    assert (found[0].code, found[0].place.line) == ("repeated_key", 3) and "line 1" in found[0].message.en


def test_repeated_key_is_found_at_any_depth() -> None:
    _, found = read(b"a:\n  - {x: 1, x: 2}\n")
    assert [f.code for f in found] == ["repeated_key"]


def test_only_true_false_and_null_are_words() -> None:
    content, _ = read("[yes, no, on, true, null, 2020-01-01, 1.50, 007, 1e3, '5', 否]".encode())
    assert content and content.value == ["yes", "no", "on", True, None, "2020-01-01", Decimal("1.50"), "007", "1e3", "5", "否"]


@pytest.mark.parametrize(
    "data",
    [b"[" * 100_000, b"- " * 100_000, b"{a: " * 50_000, b"a: &x 1\nb: *x", b"--- 1\n--- 2", b"a: !!python/object:os.system x", b"? [a]\n: 1"],
)
def test_what_a_pack_never_holds_is_refused_with_a_finding(data: bytes) -> None:
    content, found = read(data)
    assert content is None and [f.code for f in found] == ["yaml"]


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", "中文".encode("gbk")])
def test_another_encoding_is_a_finding(data: bytes) -> None:
    content, found = read(data)
    assert content is None and found[0].code == "encoding"


@given(st.binary(max_size=300))
def test_any_bytes_give_content_or_findings(data: bytes) -> None:
    content, found = read(data)
    assert content is not None or found


@given(st.text(alphabet="ab:-[]{},&*!|>'\"#%@ \n\t?~0.", max_size=80))
def test_any_punctuation_gives_content_or_findings(text: str) -> None:
    content, found = read(text.encode())
    assert content is not None or found


_WORDS = st.text(alphabet="abcxyz", min_size=1, max_size=6)
_TREES: st.SearchStrategy[Any] = st.recursive(
    _WORDS | st.integers(-99, 99), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=3), max_leaves=12
)


@given(_TREES)
def test_what_was_written_is_read_again(tree: Any) -> None:
    import json

    content, found = read(json.dumps(tree).encode())
    assert content and content.value == tree and not found
