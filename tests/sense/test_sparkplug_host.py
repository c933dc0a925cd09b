"""A host application takes everything edge nodes say, notices what it did not hear, and knows when nothing is known."""

from __future__ import annotations

import gzip
import math
import zlib
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sense.sparkplug import Edge, T, source
from zhizao.sense.connectors.mqtt.link import Heard
from zhizao.sense.connectors.sparkplug.host import ASK_AGAIN_US, REORDER_US, Host
from zhizao.sense.connectors.sparkplug.wire import COMPRESSED, Payload
from zhizao.store.stream.delivery import Delivery


def heard(host: Host, *messages: Heard) -> Delivery:
    for message in messages:
        host.hear(message)
    made = host.delivery()
    assert made is not None
    return made


def rows(delivery: Delivery) -> list[tuple[str, int, object, str]]:
    """(quantity, milliseconds since T, number or text, quality)."""
    found = delivery.rows.to_pylist()
    times = delivery.rows["time"].cast("int64").to_pylist()
    return [(r["quantity"], (t - T * 1000) / 1000, r["value"] if r["text"] is None else r["text"], r["quality"]) for r, t in zip(found, times, strict=True)]


def test_births_and_data_by_alias_become_observations():
    edge, host = Edge(), Host(source("e1/P", "e1/S", "e1/press/Q"))
    born = heard(host, edge.birth(("P", 1, 2.5), ("S", 2, "ACTIVE")), edge.birth(("Q", 3, 7), device="press", at=1))
    assert rows(born) == [("e1/P", 0, 2.5, "good"), ("e1/S", 0, "ACTIVE", "good"), ("e1/press/Q", 1, 7, "good")]
    data = heard(host, edge.data((None, 1, 3.5), (None, 2, "IDLE"), at=5), edge.data((None, 3, 8), at=6, device="press"))
    assert sorted(rows(data)) == [("e1/P", 5, 3.5, "good"), ("e1/S", 5, "IDLE", "good"), ("e1/press/Q", 6, 8, "good")]
    assert data.position == "e1:3" and data.lines == 2 and data.received == 3 and not host.events


def test_a_number_is_stored_times_the_scale_of_its_signal():
    edge, host = Edge(), Host(source("e1/P"))
    host.rows._scale[:] = 0.001
    assert [r[2] for r in rows(heard(host, edge.birth(("P", 1, 2500.0)), edge.data((None, 1, 3000.0))))] == [2.5, 3.0]


def test_an_alias_nobody_declared_is_refused_and_its_node_asked_for_a_birth_but_not_every_time():
    edge, host = Edge(), Host(source("e1/P"))
    said = [edge.data((None, 9, 1.0), at=i) for i in range(3)]
    found = heard(host, *said)
    assert [(r.place, r.why) for r in found.refused] == [("NDATA e1", "no birth declared the alias 9")] * 3
    assert host.asks == ["e1"] and host.events["rebirth"] == 1
    host.hear(edge.data((None, 9, 1.0), at=ASK_AGAIN_US // 1000))
    assert host.asks == ["e1", "e1"]


def test_what_nobody_has_placed_is_refused_and_what_is_ignored_is_not_even_counted():
    edge, host = Edge(), Host(source("e1/P", ignored=frozenset({"e1/I"})))
    found = heard(host, edge.birth(("P", 1, 1.0), ("Q", 2, 1.0), ("I", 3, 1.0)), edge.data((None, 1, 2.0), (None, 2, 2.0), (None, 3, 2.0)))
    assert [r.why for r in found.refused] == ["unmapped: e1/Q"] * 2 and found.received == 4


def test_a_gap_waits_for_what_may_still_come_then_counts_and_asks():
    edge, host = Edge(), Host(source("e1/P"))
    first, *lost, last = edge.birth(("P", 1, 0.0)), edge.data((None, 1, 1.0)), edge.data((None, 1, 2.0)), edge.data((None, 1, 3.0), at=3)
    assert [r[2] for r in rows(heard(host, first, last))] == [0.0, 3.0]
    assert host.due_us == (T + 3) * 1000 + REORDER_US and not host.asks
    host.tick(host.due_us)
    assert host.events == Counter(gap=2, rebirth=1) and host.asks == ["e1"] and lost


def test_what_comes_late_but_in_time_is_no_gap():
    edge, host = Edge(), Host(source("e1/P"))
    birth, one, two = edge.birth(("P", 1, 0.0)), edge.data((None, 1, 1.0), at=1), edge.data((None, 1, 2.0), at=2)
    assert len(rows(heard(host, birth, two, one))) == 3
    assert host.due_us is None and not host.events


@given(st.permutations(range(12)), st.lists(st.integers(0, 11), max_size=6))
def test_whatever_the_order_and_however_often_each_message_counts_once(order, again):
    edge, host = Edge(), Host(source("e1/P"))
    edge.seq = 249
    birth = edge.message("NBIRTH", ("P", 1, -1.0))
    said = [edge.data((None, 1, float(i)), at=i) for i in range(12)]
    found = heard(host, birth, *(said[i] for i in [*order, *again]))
    assert sorted(r[2] for r in rows(found)) == [-1.0, *map(float, range(12))]
    assert found.duplicate == len(again) and found.received == 13 + len(again)
    assert host.due_us is None


def test_a_death_ends_every_value_of_the_node_and_only_its_own_death_does():
    edge, host = Edge(session=4), Host(source("e1/P", "e1/press/Q", "e2/P"))
    other = Edge(id="e2")
    heard(host, edge.birth(("P", 1, 1.0)), edge.birth(("Q", 2, 1.0), device="press"), other.birth(("P", 1, 5.0)))
    late = Edge(session=3).death(at=9)
    assert rows(heard(host, late)) == []
    assert sorted(rows(heard(host, edge.death(at=10)))) == [("e1/P", 10, None, "stale"), ("e1/press/Q", 10, None, "stale")]
    assert rows(heard(host, edge.death(at=11))) == [] and host.events["stale"] == 2


def test_a_device_dies_alone():
    edge, host = Edge(), Host(source("e1/P", "e1/press/Q"))
    heard(host, edge.birth(("P", 1, 1.0)), edge.birth(("Q", 2, 1.0), device="press"))
    assert rows(heard(host, edge.death(at=10, device="press"))) == [("e1/press/Q", 10, None, "stale")]
    assert rows(heard(host, edge.data((None, 1, 2.0), at=11))) == [("e1/P", 11, 2.0, "good")]
    assert [r.why for r in heard(host, edge.data((None, 2, 2.0), at=12, device="press")).refused] == ["no birth declared the alias 2"]


def test_a_death_by_a_clock_that_is_behind_comes_after_the_last_value():
    edge, host = Edge(), Host(source("e1/P"))
    heard(host, edge.birth(("P", 1, 1.0), at=100))
    assert rows(heard(host, edge.death(at=50))) == [("e1/P", 100.001, None, "stale")]


def test_a_birth_tells_what_holds_now_where_nothing_was_known():
    """A value that has not changed since before the death is told again with its old time: it holds again from the birth on."""
    edge, host = Edge(), Host(source("e1/P"))
    heard(host, edge.birth(("P", 1, 1.0)), edge.death(at=10))
    old = {"timestamp": T}
    assert rows(heard(host, edge.birth(("P", 1, 1.0, old), at=20))) == [("e1/P", 20, 1.0, "good")]
    assert rows(heard(host, edge.birth(("P", 1, 1.0, old), at=30))) == [("e1/P", 0, 1.0, "good")], "told again while it holds, it is the same fact"


def test_a_birth_of_another_session_says_that_a_death_was_missed():
    edge, host = Edge(), Host(source("e1/P", "e1/press/Q"))
    heard(host, edge.birth(("P", 1, 1.0)), edge.birth(("Q", 2, 1.0), device="press"))
    edge.session = 1
    assert sorted(rows(heard(host, edge.birth(("P", 1, 1.0), at=20)))) == [
        ("e1/P", 19.999, None, "stale"),
        ("e1/P", 20, 1.0, "good"),
        ("e1/press/Q", 19.999, None, "stale"),
    ]


def test_a_source_that_was_heard_before_begins_with_nothing_known():
    edge, host = Edge(), Host(source("e1/P", "e1/Q"))
    host.begin_again(T * 1000)
    assert rows(heard(host, edge.birth(("P", 1, 1.0, {"timestamp": T - 50}), at=9))) == [
        ("e1/P", 0.001, None, "stale"),
        ("e1/Q", 0.001, None, "stale"),
        ("e1/P", 9, 1.0, "good"),
    ]


def test_when_the_link_is_lost_nothing_is_known_any_more():
    edge, host = Edge(), Host(source("e1/P", "e1/Q"))
    heard(host, edge.birth(("P", 1, 1.0)))
    host.end((T + 5) * 1000)
    ended = host.delivery()
    assert rows(ended) == [("e1/P", 5, None, "stale")] and ended.position == ""


KINDS = [
    (1, {"int_value": 255}, -1.0), (1, {"int_value": 4294967295}, -1.0), (2, {"int_value": 65535}, -1.0), (3, {"int_value": 2**32 - 5}, -5.0),
    (4, {"long_value": 2**64 - 5}, -5.0), (5, {"int_value": 255}, 255.0), (7, {"int_value": 2**32 - 1}, 2.0**32 - 1), (8, {"long_value": 2**64 - 1}, str(2**64 - 1)),
    (4, {"long_value": 2**53 + 1}, str(2**53 + 1)), (9, {"float_value": 0.5}, 0.5), (10, {"double_value": 1e300}, 1e300), (11, {"boolean_value": True}, 1.0),
    (12, {"string_value": "热"}, "热"), (13, {"long_value": T}, float(T)), (24, {"bytes_value": bytes.fromhex("15CD5B07B168DE3A")}, "[123456789, 987654321]"),
    (32, {"bytes_value": bytes.fromhex("0C00000034D0")}, "[false, false, true, true, false, true, false, false, true, true, false, true]"),
    (33, {"bytes_value": b"ABC\0hello\0"}, '["ABC", "hello"]'), (17, {"bytes_value": b"\x01\xff"}, '{"bytes": "01ff"}'),
]  # fmt: skip


@pytest.mark.parametrize("kind,value,meant", KINDS)
@pytest.mark.parametrize("again", [True, False], ids=["kind in the data", "kind from the birth"])
def test_every_kind_of_value_is_understood(kind, value, meant, again):
    edge, host = Edge(), Host(source("e1/P"))
    heard(host, edge.birth(("P", 1, 0, {"datatype": kind})))
    message = edge.data((None, 1, True, {**value, "datatype": kind if again else 0}))
    assert [r[2] for r in rows(heard(host, message))] == [meant]


def test_digits_that_a_float_does_not_hold_stand_beside_it():
    edge, host = Edge(), Host(source("e1/P"))
    found = heard(host, edge.birth(("P", 1, 2**53 + 1))).rows.to_pylist()
    assert [(r["value"], r["text"]) for r in found] == [(2.0**53, str(2**53 + 1))]


def test_data_sets_and_templates_are_kept_as_json():
    payload, host = Payload(timestamp=T, seq=0), Host(source("e1/D", "e1/U"))
    table = payload.metrics.add(name="D", datatype=16, timestamp=T).dataset_value
    table.columns.extend(["a", "b"])
    table.types.extend([1, 12])
    row = table.rows.add()
    row.elements.add(int_value=255)
    row.elements.add(string_value="x")
    template = payload.metrics.add(name="U", datatype=19, timestamp=T).template_value
    template.template_ref = "motor"
    template.metrics.add(name="rpm", datatype=3, int_value=5)
    found = rows(heard(host, Heard("spBv1.0/g/NBIRTH/e1", payload.SerializeToString(), T * 1000)))
    assert [r[2] for r in found] == ['{"columns": ["a", "b"], "types": ["Int8", "String"], "rows": [[-1, "x"]]}', '{"template": "motor", "metrics": {"rpm": 5}, "parameters": {}}']


def test_quality_nulls_transients_and_history():
    edge, host = Edge(), Host(source("e1/P"))
    heard(host, edge.birth(("P", 1, 0.0)))
    assert rows(heard(host, edge.data((None, 1, None), at=1))) == [("e1/P", 1, None, "bad")]
    assert rows(heard(host, edge.data((None, 1, 5.0, {"is_transient": True}), at=2))) == []
    assert rows(heard(host, edge.data((None, 1, 5.0, {"is_historical": True, "timestamp": T - 99}), at=3))) == [("e1/P", -99, 5.0, "good")]
    for code, quality in ((0, "bad"), (192, "good"), (500, "stale"), (64, "uncertain")):
        payload = Payload(timestamp=T, seq=(edge.seq + 1) % 256)
        edge.seq += 1
        metric = payload.metrics.add(alias=1, timestamp=T + code, double_value=1.0)
        metric.properties.keys.append("Quality")
        metric.properties.values.add(type=3, int_value=code)
        assert rows(heard(host, Heard("spBv1.0/g/NDATA/e1", payload.SerializeToString(), T * 1000))) == [("e1/P", code, 1.0, quality)]


@pytest.mark.parametrize("pack", [zlib.compress, gzip.compress])
def test_a_compressed_message_is_unpacked(pack):
    edge, host = Edge(), Host(source("e1/P"))
    birth = edge.birth(("P", 1, 2.5))
    packed = Payload(uuid=COMPRESSED, body=pack(birth.payload)).SerializeToString()
    assert rows(heard(host, birth._replace(payload=packed))) == [("e1/P", 0, 2.5, "good")]


BOMB = Payload(uuid=COMPRESSED, body=zlib.compress(bytes(64 << 20))).SerializeToString()


@pytest.mark.parametrize("payload", [b"\xff" * 9, b"nonsense", BOMB, Payload(uuid=COMPRESSED, body=b"xx").SerializeToString()])
def test_a_message_that_is_none_is_refused_and_counted_and_disturbs_nothing(payload):
    edge, host = Edge(), Host(source("e1/P"))
    birth = edge.birth(("P", 1, 0.0))
    found = heard(host, birth, Heard("spBv1.0/g/NDATA/e1", payload, T * 1000), edge.data((None, 1, 1.0)))
    assert [r[2] for r in rows(found)] == [0.0, 1.0] and len(found.refused) == 1
    assert host.events == Counter(rejected_message=1)


@pytest.mark.parametrize("topic", ["spBv1.0/g/NOPE/e1", "spBv1.0/g/NDATA", "spBv1.0/g/DDATA/e1", "other/g/NDATA/e1", "spBv1.0/g/NDATA/"])
def test_a_topic_that_is_none_is_refused(topic):
    host = Host(source("e1/P"))
    assert len(heard(host, Edge().data(("P", None, 1.0))._replace(topic=topic)).refused) == 1


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused(value):
    edge, host = Edge(), Host(source("e1/P"))
    heard(host, edge.birth(("P", 1, 0.0)))
    assert [r.why for r in heard(host, edge.data((None, 1, value))).refused] == [f"not a number: {value}"]


@pytest.mark.parametrize("timestamp", [2**64 - 1, 2**63, 4_102_444_800_000, T + 86_400_001])
def test_a_time_no_clock_can_mean_is_refused(timestamp):
    edge, host = Edge(), Host(source("e1/P"))
    heard(host, edge.birth(("P", 1, 0.0)))
    found = heard(host, edge.data((None, 1, 1.0, {"timestamp": timestamp}), (None, 1, 2.0)))
    assert [r.why for r in found.refused] == [f"a time no clock can mean: {timestamp * 1000}"] and [r[2] for r in rows(found)] == [2.0]


def with_structures(message: Heard) -> Heard:
    """The same with a data set, a template and properties, so that damage may hit anything."""
    payload = Payload.FromString(message.payload)
    table = payload.metrics.add(name="S", datatype=16, timestamp=T).dataset_value
    table.columns.append("a")
    table.types.append(12)
    table.rows.add().elements.add(string_value="x")
    template = payload.metrics.add(alias=2, datatype=19, timestamp=T)
    template.template_value.metrics.add(name="rpm", datatype=3, int_value=5)
    template.properties.keys.append("Quality")
    template.properties.values.add(type=3, int_value=192)
    return message._replace(payload=payload.SerializeToString())


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), min_size=1, max_size=6), st.integers(0, 60))
@settings(max_examples=1000)
def test_a_damaged_message_is_refused_or_read_but_never_lost_and_never_harms(damages, cut):
    edge, host = Edge(), Host(source("e1/P", "e1/S"))
    birth = edge.birth(("P", 1, 0.0), ("S", 2, "a"))
    whole = with_structures(edge.data((None, 1, 1.0), (None, 2, "b"), at=1))
    payload = bytearray(whole.payload)
    for place, byte in damages:
        payload[place % len(payload)] = byte
    found = heard(host, birth, whole._replace(payload=bytes(payload[: len(payload) - cut % 7])))
    assert found.lines == 2
    after = heard(host, edge.birth(("P", 1, 9.0), ("S", 2, "z"), at=2))
    assert [r[2] for r in rows(after)] [-2:] == [9.0, "z"]


def test_metrics_by_name_and_words_come_as_columns_too_and_words_that_are_no_utf8_are_refused_alone():
    edge, host = Edge(), Host(source("e1/P", "e1/S", "e1/U"))
    heard(host, edge.birth(("P", None, 0.0), ("S", None, "a")))
    message = edge.data(("P", None, 2.5), ("S", None, "热"), ("S", None, "xyzxyz"), ("U", None, "undeclared"), at=1)
    found = heard(host, message._replace(payload=message.payload.replace(b"xyzxyz", b"xyz\xff\xfez")))
    assert sorted(rows(found)) == [("e1/P", 1, 2.5, "good"), ("e1/S", 1, "热", "good"), ("e1/U", 1, "undeclared", "good")]
    assert [r.why for r in found.refused] == ["no metric of Sparkplug"]


def test_a_hundred_thousand_metrics_of_many_nodes_arrive_each_as_itself():
    edges = [Edge(id=f"e{n}") for n in range(20)]
    host = Host(source(*(f"e{n}/m{i}" for n in range(20) for i in range(50))))
    for edge in edges:
        host.hear(edge.birth(*((f"m{i}", 1000 - i, 0.0) for i in range(50))))
    host.delivery()
    for at in range(1, 101):
        for n, edge in enumerate(edges):
            host.hear(edge.data(*((None, 1000 - i, float(at * 1000 + n * 50 + i)) for i in range(50)), at=at))
    found = host.delivery()
    values = np.array(found.rows["value"]).reshape(100, 20, 50)
    quantities = np.array(found.rows["quantity"].to_pylist()).reshape(100, 20, 50)
    assert (values == (np.arange(1, 101) * 1000)[:, None, None] + (np.arange(20) * 50)[:, None] + np.arange(50)).all()
    assert quantities[7, 3, 4] == "e3/m4" and not host.events
