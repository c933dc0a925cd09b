"""Rules that do not hold together are told with file, line and cure; a rule comes with both sides of its test."""

from __future__ import annotations

import pytest

from tests.pack.small_pack import FILES, codes
from zhizao.pack.load import load

RULE = """id: spending_low
name: {zh: 支出偏低, en: Spending low}
watch: indicators
inputs: {rate: spending_rate}
by: [nation]
when: rate < 5
"""
TEST = """cases:
  - {name: enough, silent: true, records: {}}
  - name: too little
    records: {}
    expect: [{of: nation:TEST}]
"""


def findings(folder, rule=RULE, test=TEST):
    """What is said of the rule's own files."""
    files = {**FILES, "rules/spending_low.yaml": rule} | ({"rules/spending_low.test.yaml": test} if test else {})
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    library = load([folder])
    return library, [f for f in library.findings if "/rules/" in f.place.file]


def test_a_sound_rule_is_loaded_without_a_word(tmp_path):
    library, found = findings(tmp_path)
    assert found == [] and set(library.rules) == {"spending_low"} and codes(library) is not None


@pytest.mark.parametrize(
    ("written", "instead", "code", "cure"),
    [
        ("rate < 5", "rte < 5", "unknown_field", "write rate"),
        ("rate < 5", "rate / 2 < 5", "barrier", "multiply instead: a > 0.5 * b"),
        ("rate < 5", "rate + 5", "field_type", "write a condition such as b > 0"),
        ("rate < 5", "rate.chnge < 5", "unknown_field", "write rate.change"),
        ("rate < 5", "unusual", "unknown_field", "write one of"),
        ("rate < 5", "rate <", "formula", "here may stand"),
        ("spending_rate", "spending_rte", "unknown_name", "write spending_rate"),
        ("[nation]", "[ntion]", "unknown_name", "write nation"),
        ("[nation]", "[enterprise]", "rule", "names_enterprise: true"),
        ("by: [nation]", "by: [nation]\nhold: long", "rule", "6 h"),
        ("by: [nation]", "by: [nation]\nrecord: plant_year", "rule", "remove record"),
        ("inputs: {rate: spending_rate}", "screen: {of: [x]}", "rule", "add inputs"),
        ("by: [nation]", "by: [nation]\nscreen: {of: [rte]}", "unknown_name", "write rate"),
        ("by: [nation]", "by: [nation]\nclear: rate > 6\nclear_margin: 1", "rule", "remove one"),
        ("by: [nation]", "by: [nation]\nseverty: red", "shape", "write severity"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_cure_and_the_rule_left_out(tmp_path, written, instead, code, cure):
    library, found = findings(tmp_path, RULE.replace(written, instead))
    assert not library.rules
    assert any(f.code == code and cure in f.cure.en and f.place.line for f in found), [f.line("en") for f in found]


@pytest.mark.parametrize(
    ("test", "cure"),
    [("", "one case with silent: true"), (TEST.replace("silent: true, ", ""), "silent: true"), (TEST.replace("{of: nation:TEST}", ""), "expect: [{of")],
)
def test_a_rule_without_silence_or_speech_in_its_test_is_refused(tmp_path, test, cure):
    _, found = findings(tmp_path, test=test)
    assert [(f.code, cure in f.cure.en) for f in found] == [("no_test", True)]


def test_the_version_of_a_rule_changes_with_its_condition_and_not_with_its_name(tmp_path):
    versions = [
        findings(tmp_path, text)[0].rules["spending_low"].definition
        for text in (RULE, RULE.replace("Spending low", "Little spent"), RULE.replace("rate < 5", "rate < 6"))
    ]
    assert versions[0] == versions[1] != versions[2]
