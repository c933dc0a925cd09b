"""What messages on plain topics say; whatever they hold, they are read or named."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhizao.errors import InputError
from zhizao.sense.connectors.mqtt.broker import Broker
from zhizao.sense.connectors.mqtt.reading import Message, read
from zhizao.sense.source import Source
from zhizao.sense.spoken import Spoken, Unread

NOW = 1_700_000_001_000_000


def said(payload: str | bytes, time_key: str = "", *, retained: bool = False) -> list[Spoken | Unread]:
    raw = payload if isinstance(payload, bytes) else payload.encode()
    return list(read(Message(1, "m/t", raw, NOW, retained), time_key))


@pytest.mark.parametrize(
    "payload,value,text",
    [("2.5", 2.5, None), (" -3 ", -3.0, None), ("true", 1.0, None), ('"ACTIVE"', None, "ACTIVE"), ("ACTIVE", None, "ACTIVE"), ("运行", None, "运行"), ("[1, 2]", None, "[1, 2]")],
)
def test_a_message_may_be_one_value(payload, value, text):
    assert [(s.address, s.value, s.text, s.time_us, s.quality) for s in said(payload)] == [("m/t", value, text, NOW, "good")]


def test_an_object_goes_on_where_the_topic_ends():
    assert [(s.address, s.value, s.text) for s in said('{"a": 1, "b": {"c": "x", "d": {"e": false}}}')] == [
        ("m/t/a", 1.0, None),
        ("m/t/b/c", None, "x"),
        ("m/t/b/d/e", 0.0, None),
    ]


def test_nothing_in_place_of_a_value_is_bad():
    assert [(s.value, s.text, s.quality) for s in said('{"a": null}')] == [(None, None, "bad")]


def test_digits_that_a_float_does_not_hold_stand_beside_it():
    assert [(s.value, s.text) for s in said(str(2**53 + 1))] == [(2.0**53, str(2**53 + 1))]


@pytest.mark.parametrize("time", [1_700_000_000, 1_700_000_000_000, 1_700_000_000_000_000, '"2023-11-14T22:13:20Z"', '"2023-11-14T22:13:20"', '"2023-11-15T06:13:20+08:00"'])
def test_a_stated_time_is_understood_in_many_ways(time):
    assert [(s.address, s.time_us) for s in said(f'{{"t": {time}, "a": 1}}', "t")] == [("m/t/a", 1_700_000_000_000_000)]
    assert [s.time_us for s in said(f'{{"h": {{"t": {time}}}, "a": 1}}', "h/t")] == [1_700_000_000_000_000]


def test_what_the_broker_had_kept_is_stale_unless_it_states_its_time():
    assert [s.quality for s in said("1", retained=True)] == ["stale"]
    assert [s.quality for s in said('{"t": 1700000000, "a": 1}', "t", retained=True)] == ["good"]
    assert [s.quality for s in said('{"a": 1}', "t", retained=True)] == ["stale"]


@pytest.mark.parametrize("payload", [b"", b"\xff\xfe", b'{"a": ', b"[1", b"NaN", b'{"a": Infinity}', b"1e999", b"1" + b"0" * 400, b"[" * 100_000, b'{"t": "soon", "a": 1}', b'{"t": [], "a": 1}', b'{"t": 1e300}', b'{"t": 1700100000, "a": 1}'])
def test_what_cannot_be_read_is_named_and_kept(payload):
    found = said(payload, "t")
    assert [type(s) for s in found] == [Unread] and "m/t" in found[0].raw and len(found[0].raw) < 1000


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()), st.sampled_from(["", "t", "t/u"]))
def test_whatever_a_message_holds_it_is_read_or_named(payload, time_key):
    for found in said(payload, time_key):
        assert isinstance(found, (Spoken, Unread))


@pytest.mark.parametrize("url", ["mqtt://", "mqtt:///x", "mqtt://h:99999/x", "mqtt://h:port/x", "nonsense"])
def test_a_url_without_a_broker_is_named(url):
    with pytest.raises(InputError):
        Broker.of(Source("s", url))
