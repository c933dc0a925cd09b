"""A source's file: what it says is read strictly, and what a person wrote in it survives every run of connect."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhizao.errors import InputError
from zhizao.model.quantity import Quantity
from zhizao.model.text import same
from zhizao.sense.mapping import parse, read
from zhizao.sense.propose import Ground, proposal
from zhizao.sense.rewrite import begun, rewritten
from zhizao.sense.source import Described, Description, Device, Signal

KNOWN = {
    "active_power": Quantity("active_power", same("power"), "kW"),
    "spindle_speed": Quantity("spindle_speed", same("speed"), "1/min"),
}
URL = "test://host"


MAZAK = (Device("d1", "Mazak"),)


def described(*addresses: Described, devices=MAZAK) -> Description:
    return Description(tuple(devices), addresses)


def run(text: str, description: Description, today="2026-11-24", part_of="site:main") -> str:
    file = parse(text, "press")
    proposed = proposal(description, URL, "press", Ground(KNOWN, part_of, file=file))
    return rewritten(text, proposed, {a.address for a in description.addresses}, today)


def first(description: Description) -> str:
    return run(begun("press", URL, {}), description)


POWER = Described("P1", "d1", "active_power", "POWER", "WATT", "1200")
SPEED = Described("S1", "d1", "Srpm", "ROTARY", "REVOLUTION/MINUTE", "800")
MODE = Described("M1", "d1", "mode", "CONTROLLER_MODE", "", "AUTOMATIC")


def test_a_new_file_names_machine_and_quantities_and_converts_units():
    file = parse(first(described(POWER, SPEED, MODE)), "press")
    assert dict(file.source.signals) == {
        "P1": Signal("machine:Mazak", "active_power", 0.001), "S1": Signal("machine:Mazak", "srpm"), "M1": Signal("machine:Mazak", "mode"),
    }  # fmt: skip
    assert [(e.id, e.part_of) for e in file.entities] == [("machine:Mazak", "site:main")]
    assert {q.id: (q.unit, q.behaviour) for q in file.quantities.values()} == {"srpm": ("1/min", "gauge"), "mode": ("", "mode")}


def test_what_a_person_wrote_stays_to_the_letter_and_new_signals_follow_it():
    text = first(described(POWER, SPEED))
    edited = text.replace("machine:Mazak", "machine:M7").replace("quantity: srpm}", "quantity: spindle_speed}  # checked by 李") + "# 末尾的话\n"
    again = run(edited, described(POWER, SPEED, MODE))
    after = iter(again.splitlines())
    assert all(line in after for line in edited.splitlines()), "every line is there, in its order"
    assert parse(again, "press").source.signals["M1"].entity == "machine:M7"
    assert "新增 added 2026-11-24" in again


def test_to_run_it_again_on_the_same_changes_nothing():
    text = first(described(POWER, SPEED, MODE))
    assert run(text, described(POWER, SPEED, MODE)) == text


def test_an_ignored_signal_stays_ignored():
    text = first(described(POWER, SPEED))
    line = next(line for line in text.splitlines() if '"S1"' in line)
    edited = text.replace(line, '  "S1": ignore')
    assert run(edited, described(POWER, SPEED)) == edited
    assert parse(edited, "press").source.ignored == {"S1"}


def test_what_is_gone_is_marked_once_and_what_is_back_loses_the_mark():
    text = first(described(POWER, SPEED))
    gone = run(text, described(POWER))
    assert gone.count("gone 2026-11-24") == 1
    assert run(gone, described(POWER), today="2027-01-01") == gone
    assert run(gone, described(POWER, SPEED)) == text


def test_two_addresses_of_a_machine_never_share_a_quantity():
    both = described(POWER, Described("P2", "d1", "active_power", "POWER", "KILOWATT"))
    signals = parse(first(both), "press").source.signals
    assert len({(s.entity, s.quantity) for s in signals.values()}) == 2
    assert signals["P2"].scale == 1


def test_parts_of_a_device_belong_to_its_machine_and_equal_names_are_told_apart():
    devices = (Device("a", "Mill"), Device("a.x", "X axis", within="a"), Device("b", "Mill"))
    found = described(Described("1", "a.x", "pos"), Described("2", "a", "pos"), Described("3", "b", "pos"), devices=devices)
    signals = parse(first(found), "press").source.signals
    assert signals["1"].entity == signals["2"].entity == "machine:Mill_a"
    assert signals["3"].entity == "machine:Mill_b"
    assert signals["1"].quantity != signals["2"].quantity


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "a mapping is needed"), ("url: x", "url is missing"), ("url: a://b\nsignals: [1]", "signals is a mapping"),
        ("url: a://b\nsignals:\n  P: {entity: M1, quantity: q}", "no id of an entity"), ("url: a://b\nsignals:\n  P: {entity: 'machine:M'}", "names no quantity"),
        ("url: a://b\nsignals:\n  P: {entity: 'machine:M', quantity: q, scale: 0}", "other than 0"), ("url: a://b\nsignalz: {}", "signalz"),
        ("url: a://b\nsignals:\n  P: ignore\n  P: ignore", "said twice"), ("url: [", "no valid YAML"), ("url: a://b\nentities: {M: {}}", "not written as one"),
        ("url: a://b\nquantities: {q: {behaviour: x}}", "behaviour is one of"), ("url: a://b\nsignals: {P: nonsense}", "not written as one"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_meant_is_refused_with_the_reason(text, why):
    with pytest.raises(InputError, match=why):
        parse(text, "press", "press.yaml")


def test_a_section_written_in_another_form_is_refused_rather_than_spoilt():
    with pytest.raises(InputError, match="nothing can be added"):
        run("url: test://host\nsignals: {P1: ignore}\n", described(POWER, SPEED))


ADDRESS = st.text(min_size=1, max_size=12)
NAMES = st.text(max_size=8)


@given(st.lists(st.tuples(ADDRESS, NAMES, NAMES, NAMES, NAMES), max_size=8, unique_by=lambda t: t[0]), st.integers(0, 8))
def test_any_description_gives_a_file_that_can_be_read_and_loses_nothing_when_it_grows(parts, cut):
    all_ = [Described(a, "d1", name, kind, unit, example) for a, name, kind, unit, example in parts]
    text = first(described(*all_[:cut]))
    grown = run(text, described(*all_))
    before, after = parse(text, "press"), parse(grown, "press")
    assert {a.address for a in all_} == after.source.signals.keys()
    assert before.source.signals.items() <= after.source.signals.items()
    assert run(grown, described(*all_)) == grown


ENDLESS = "\n".join([f"a{i}: &a{i} [{', '.join([f'*a{i - 1}' if i else 'x'] * 10)}]" for i in range(9)])


@pytest.mark.parametrize(
    "text",
    [
        f"url: shdr://h:1\n{ENDLESS}\nsignals:\n  P: {{entity: *a8, quantity: q}}\n",  # a billion words, once they are written out
        "url: " + "[" * 200_000,
        "- " * 200_000,
        "url: 2026-13-45",
        "url: !!int ''",
        "? [a, b]\n: 1\n? {x: 1}\n: 2\n",
        "url: \x00",
    ],
    ids=["aliases", "brackets", "lists", "no day", "no number", "lists as keys", "control characters"],
)
def test_a_hostile_file_is_wrong_input_told_in_a_short_line(text):
    with pytest.raises(InputError) as error:
        parse(text, "press", "press.yaml")
    assert len(error.value.line("en")) < 1000


def test_what_is_no_plain_file_is_wrong_input_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "circle.yaml").symlink_to("circle.yaml")
    for name in ("pipe", "folder", "circle", "nothing"):
        with pytest.raises(InputError):
            read(tmp_path / f"{name}.yaml")


def test_the_keys_of_an_adapter_are_known_to_the_packs_live_and_from_its_log():
    known = {"execution": Quantity("execution", same("execution"), "", "1", "mode", known_as=("shdr:Program_Status",))}
    for url in ("shdr://host:7878", "file:///logs"):
        found = proposal(described(Described("S", "d1", "Program_Status", "text", "", "ACTIVE")), url, "mill", Ground(known, "site:main"))
        assert [signal for _, signal in found.signals] == [Signal("machine:Mazak", "execution")] and not found.quantities


def test_a_machine_that_a_table_names_by_its_id_keeps_it():
    table = described(Described("machine:M1/P", "machine:M1", "active_power"), devices=[Device("machine:M1", "machine:M1")])
    found = proposal(table, "file:///tables", "logs", Ground(KNOWN, "site:main"))
    assert [e.id for e in found.entities] == ["machine:M1"] and [e.name for e in found.entities] == [same("M1")]
