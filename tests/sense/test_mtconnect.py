"""MTConnect: documents as the standard has them, and an agent whose buffer ends, restarts and repeats.

No independent agent can be installed with the tests' means: the peer is the testbed's own, which serves the documents of edition 2.0.
"""

from __future__ import annotations

import asyncio
import gzip
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sense.rigs.mtconnect import mtconnect, now_us
from zhizao.checks.play import playing, speak, stored
from zhizao.errors import InputError
from zhizao.sense.connectors.mtconnect.connector import MTConnect
from zhizao.sense.connectors.mtconnect.devices import described
from zhizao.sense.connectors.mtconnect.multipart import Multipart
from zhizao.sense.connectors.mtconnect.reading import NotADocument, Refusal, streams
from zhizao.sense.connectors.shdr.lines import read
from zhizao.sense.source import Signal, Source
from zhizao_testbed.mtconnect import documents
from zhizao_testbed.mtconnect.buffer import Buffer, OutOfRange
from zhizao_testbed.mtconnect.model import model

MACHINES = Path(__file__).parents[3] / "shared" / "data" / "plant" / "machine"
NEEDS_RECORDINGS = pytest.mark.skipif(not MACHINES.exists(), reason="the recordings of machines are not part of the repository")
T = "2026-11-24T08:00:00.5Z"


def document(inside: str, group: str = "Samples", following: int = 9) -> bytes:
    return f"""<?xml version="1.0"?><MTConnectStreams xmlns="urn:mtconnect.org:MTConnectStreams:1.3">
    <Header creationTime="2026-11-24T08:00:01Z" instanceId="7" bufferSize="10" firstSequence="1" lastSequence="8" nextSequence="{following}"/>
    <Streams><DeviceStream name="M1" uuid="1"><ComponentStream component="Path" componentId="p"><{group}>{inside}</{group}>
    </ComponentStream></DeviceStream></Streams></MTConnectStreams>""".encode()


def said(inside: str, group: str = "Samples", threes: frozenset[str] = frozenset()):
    return streams(document(inside, group), threes).said


# ── documents ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_observations_come_in_the_order_of_their_sequence_whatever_component_they_stand_under():
    found = said(f'<A dataItemId="a" sequence="5" timestamp="{T}">1</A><B dataItemId="b" sequence="4" timestamp="{T}">2.5</B>')
    assert [(s.line, s.address, s.value, s.time_us) for s in found] == [(4, "b", 2.5, 1795507200500000), (5, "a", 1.0, 1795507200500000)]


def test_what_the_agent_does_not_know_has_no_value_and_bad_quality():
    found = said(f'<A dataItemId="a" sequence="5" timestamp="{T}">UNAVAILABLE</A>')
    found += said(f'<Unavailable dataItemId="c" sequence="6" timestamp="{T}" type="SYSTEM"/>', "Condition")
    assert [(s.value, s.text, s.quality) for s in found] == [(None, None, "bad")] * 2


def test_a_condition_reads_as_an_adapter_says_it():
    told = '<Fault dataItemId="c" sequence="5" timestamp="{0}" nativeCode="404" nativeSeverity="1" qualifier="HIGH">Overload</Fault>'
    found = said(told.format(T) + f'<Normal dataItemId="c" sequence="6" timestamp="{T}"/>', "Condition")
    assert [s.text for s in found] == ["FAULT|404|1|HIGH|Overload", "NORMAL"]
    assert [s.text for s in read([f"{T}|c|FAULT|404|1|HIGH|Overload", f"{T}|c|NORMAL||||"])] == [s.text for s in found]


def test_each_sample_of_a_time_series_is_an_observation_the_last_at_the_time_of_the_series():
    told = '<VibrationTimeSeries dataItemId="v" sequence="5" timestamp="{}" sampleCount="3" sampleRate="100">1 2 3</VibrationTimeSeries>'
    found = said(told.format(T))
    assert [(s.value, s.time_us - 1795507200500000) for s in found] == [(1, -20000), (2, -10000), (3, 0)]
    assert [s.text for s in said(told.format(T).replace('sampleRate="100"', ""))] == ["1 2 3"]


def test_sets_and_tables_are_json_and_what_was_removed_is_null():
    inside = f'<VariableDataSet dataItemId="v" sequence="5" timestamp="{T}" count="2"><Entry key="a">1</Entry><Entry key="b" removed="true"/></VariableDataSet>'
    inside += f'<WorkTable dataItemId="w" sequence="6" timestamp="{T}"><Entry key="G54"><Cell key="X">1.5</Cell></Entry></WorkTable>'
    assert [s.text for s in said(inside, "Events")] == ['{"a": "1", "b": null}', '{"G54": {"X": "1.5"}}']


def test_three_numbers_in_one_are_told_apart_where_the_source_maps_them_so():
    inside = f'<PathPosition dataItemId="p" sequence="5" timestamp="{T}">1 2.5 -3</PathPosition>'
    assert [(s.address, s.text) for s in said(inside)] == [("p", "1 2.5 -3")]
    assert [(s.address, s.value) for s in said(inside, threes=frozenset("p"))] == [("p/X", 1), ("p/Y", 2.5), ("p/Z", -3)]
    nothing = said(inside.replace("1 2.5 -3", "UNAVAILABLE"), threes=frozenset("p"))
    assert [(s.address, s.quality) for s in nothing] == [("p/X", "bad"), ("p/Y", "bad"), ("p/Z", "bad")]


def test_an_event_is_a_number_only_if_it_is_written_as_one():
    inside = "".join(f'<E dataItemId="e" sequence="{i}" timestamp="{T}">{v}</E>' for i, v in enumerate(["12", "0012", "1.50", "ACTIVE"], start=1))
    assert [(s.value, s.text) for s in said(inside, "Events")] == [(12, None), (None, "0012"), (1.5, None), (None, "ACTIVE")]


def test_a_refusal_names_its_codes():
    with pytest.raises(Refusal) as refusal:
        streams(documents.errors(Buffer(), "OUT_OF_RANGE", "from is too small"))
    assert refusal.value.codes == {"OUT_OF_RANGE"} and "too small" in str(refusal.value)


def test_from_a_document_that_is_not_well_formed_comes_what_can_be_read_and_why():
    found = streams(document(f'<A dataItemId="a" sequence="5" timestamp="{T}">1</A><B dataItemId="b" sequence="6" timestamp="{T}">x & y\x01</B>'))
    assert found.broken and found.header.next == 9
    assert found.said[0].value == 1


def test_no_entity_of_a_document_reaches_a_file(tmp_path):
    (tmp_path / "secret").write_text("secret")
    attack = f'<!DOCTYPE x [<!ENTITY s SYSTEM "file://{tmp_path}/secret">]>'.encode()
    told = document(f'<A dataItemId="a" sequence="5" timestamp="{T}">&s;</A>').replace(b'"1.0"?>', b'"1.0"?>' + attack)
    assert "secret" not in str([getattr(s, "text", "") for s in streams(told).said])


@given(st.one_of(st.binary(), st.text().map(lambda t: document(t)), st.text().map(lambda t: document(f'<A dataItemId="a" sequence="{t}" timestamp="{t}">{t}</A>'))))
def test_whatever_comes_it_is_a_document_a_refusal_or_named(content):
    try:
        streams(content)
    except (NotADocument, Refusal):
        pass


@given(st.lists(st.binary(max_size=50)), st.integers(1, 40))
def test_a_stream_gives_the_same_parts_however_it_is_cut(parts, step):
    stream = b"".join(b"--x\r\nContent-type: text/xml\r\nContent-length: %d\r\n\r\n%s\r\n" % (len(p), p) for p in parts)
    cut = Multipart(b"--x")
    assert [part for i in range(0, len(stream), step) for part in cut.fed(stream[i : i + step])] == parts


# ── the buffer of the testbed's agent, by the examples of the standard ──────────────────────────────────────────


def test_the_buffer_of_the_standards_example_answers_as_it_says():
    buffer = Buffer(size=100)
    for n in range(1, 201):
        buffer.say("a", 0, str(n))
    assert (buffer.first, buffer.next) == (101, 201)
    assert [s.sequence for s in buffer.since(150, 30)] == list(range(150, 180))
    assert buffer.since(201, 10) == []
    for outside in (90, 202):
        with pytest.raises(OutOfRange):
            buffer.since(outside, 1)
    assert [s.text for s in buffer.current(at=150)] == ["150"]


def test_of_a_condition_several_may_be_active_until_all_is_normal():
    buffer = Buffer()
    for code in "12":
        buffer.say("c", 0, "hot", level="Fault", nativeCode=code)
    assert len(buffer.current()) == 2
    buffer.say("c", 0, "", level="Normal", nativeCode="1")
    assert [s.attributes["nativeCode"] for s in buffer.current()] == ["2"]
    buffer.say("c", 0, "", level="Normal")
    assert [s.attributes["level"] for s in buffer.current()] == ["Normal"]


# ── an agent and a log ──────────────────────────────────────────────────────────────────────────────────────────


def played(tmp_path, play, **options):
    async def whole():
        async with mtconnect(tmp_path, **options) as rig:
            return await play(rig, tmp_path / "log")

    return asyncio.run(whole())


def figures(rows, quality="good"):
    return [(r["quantity"], r["value"]) for r in rows if r["quality"] == quality]


def test_a_value_from_before_anybody_listened_is_stale_then_and_good_from_now_on(tmp_path):
    async def play(rig, log):
        rig.agent.buffer.say("Xload", now_us() - 3_600_000_000, "5.5")
        rig.agent.buffer.say("Sspeed", now_us(), "100")
        async with playing(rig, log) as play:
            await play.until(lambda: len(play.rows) >= 3, "the present")
            return play.rows

    rows = played(tmp_path, play)
    assert figures(rows, "stale") == [("load", 5.5)] and sorted(figures(rows)) == [("load", 5.5), ("spindle_speed", 100)]
    assert len({r["time"] for r in rows}) == 3


def test_what_left_the_buffer_meanwhile_is_a_gap_with_marks_and_the_present_after_it(tmp_path):
    async def play(rig, log):
        rig.agent.buffer = Buffer(size=10)
        async with playing(rig, log) as play:
            await play.connected()
            await play.heard(await speak(rig, 2))
        before = len(stored(log))
        lost = await speak(rig, 20)
        async with playing(rig, log) as play:
            await play.heard(lost[-2:])
            assert play.events["gap"] == 1
        return stored(log)[before:], lost[-2:]

    rows, last = played(tmp_path, play)
    assert [r["quality"] for r in rows[:2]] == ["stale", "stale"] and all(r["value"] is None for r in rows[:2])
    assert sorted(v for _, v in figures(rows)) == sorted(v for _, v in last)


def test_what_did_not_change_over_a_gap_is_good_again_from_the_present_on_and_counted_as_a_duplicate(tmp_path):
    async def play(rig, log):
        rig.agent.buffer = Buffer(size=10)
        async with playing(rig, log) as play:
            await rig.say("Sspeed", 7.0)
            await play.heard([("Sspeed", 7.0)])
        before = len(stored(log))
        for n in range(20):
            await rig.say("Xload", 1000.0 + n)
        async with playing(rig, log) as play:
            await play.heard([("Xload", 1019.0)])
            assert play.intake.standings["agent"].duplicate == 1
        return stored(log)[before:]

    rows = [r for r in played(tmp_path, play) if r["quantity"] == "spindle_speed"]
    assert [(r["quality"], r["value"]) for r in rows] == [("stale", None), ("good", 7.0)] and rows[0]["time"] < rows[1]["time"]


def test_a_restarted_agent_is_a_gap_and_read_from_its_beginning(tmp_path):
    async def play(rig, log):
        async with playing(rig, log) as play:
            await play.connected()
            await play.heard(await speak(rig, 2))
            rig.agent.restart()
            said = await speak(rig, 2)
            await play.heard(said[-2:])
            assert play.events["gap"] == 1
            return play.rows

    assert [r["quantity"] for r in played(tmp_path, play) if r["quality"] == "stale"] == ["spindle_speed", "load"], "marks, in the order of addresses"


def test_what_is_ignored_is_neither_taken_nor_refused(tmp_path):
    async def play(rig, log):
        rig.source = Source(rig.source.name, rig.source.url, rig.source.signals, rig.source.options, frozenset({"mode"}))
        async with playing(rig, log) as play:
            await play.connected()
            rig.agent.buffer.say("mode", now_us(), "AUTOMATIC")
            await play.heard(await speak(rig, 1))
            return play.intake.standings["agent"]

    standing = played(tmp_path, play)
    assert (standing.received, standing.rejected) == (2, 0)


def test_a_device_that_the_agent_does_not_have_is_wrong_input(tmp_path):
    class Feed:
        position, last_us = "", 0

    async def whole(rig, log):
        source = Source("agent", rig.source.url.replace("/M1", "/M2"))
        with pytest.raises(InputError, match="NO_DEVICE"):
            await MTConnect(source, now_us).run(Feed())

    played(tmp_path, whole)


@pytest.mark.parametrize("url", ["mtconnect+http://", "mtconnect+http://h?count=0", "mtconnect+http://h?strem=no", "mtconnect+http://h?stream=maybe"])
def test_a_url_that_means_nothing_is_wrong_input(url):
    with pytest.raises(InputError):
        MTConnect(Source("agent", url), now_us)


# ── what real agents said ───────────────────────────────────────────────────────────────────────────────────────


@NEEDS_RECORDINGS
def test_the_streams_of_a_real_agent_say_what_the_log_of_the_same_part_says():
    [file] = MACHINES.glob("nist_sms/MTConnect_Streams_*.gz")
    part = MACHINES / "nist_sms" / "partdata" / file.name.removeprefix("MTConnect_Streams_").replace(".xml", ".txt")
    found = streams(gzip.decompress(file.read_bytes()))
    assert found.header.instance == 1488215604 and found.header.next == 830930 and not found.broken
    logged = list(read(gzip.decompress(part.read_bytes()).decode().splitlines()))
    assert len(found.said) == len(logged) == 11928
    assert Counter(s.time_us for s in found.said) == Counter(s.time_us for s in logged)
    # The agent prints seven digits of what its adapter said.
    of_stream, of_log = (sorted(s.value for s in said if s.value is not None) for said in (found.said, logged))
    assert of_stream == pytest.approx(of_log, rel=1e-6, abs=1e-6)


@NEEDS_RECORDINGS
@pytest.mark.parametrize("file", sorted([*MACHINES.glob("mtconnect/**/*.xml"), *MACHINES.glob("nist_sms/*.xml")]), ids=lambda f: f.stem)
def test_the_model_of_a_real_agent_names_every_data_item_with_its_device(file):
    content = file.read_bytes()
    found = described(content)
    items = {item.id for item in model(content).items.values()}
    assert {a.address.removesuffix("/X").removesuffix("/Y").removesuffix("/Z") for a in found.addresses} == items
    ids = {d.id for d in found.devices}
    assert all(a.device in ids for a in found.addresses) and all(d.within in ids or not d.within for d in found.devices)


@NEEDS_RECORDINGS
def test_a_described_address_has_unit_kind_and_place():
    found = {a.name: a for a in described((MACHINES / "nist_sms" / "agent_Devices.xml").read_bytes()).addresses if a.device.startswith("GFAgie01")}
    assert (found["Xposition"].unit, found["Xposition"].kind) == ("MILLIMETER", "POSITION/ACTUAL")
    assert (found["path_pos X"].unit, found["path_pos X"].kind) == ("MILLIMETER", "PATH_POSITION/X")
    assert found["servo"].kind == "CONDITION/ACTUATOR"


def test_signals_may_scale_what_an_agent_says(tmp_path):
    async def play(rig, log):
        rig.source = Source("agent", rig.source.url, {"Xload": Signal("machine:M1", "load", 0.01), "Sspeed": Signal("machine:M1", "spindle_speed")}, rig.source.options)
        async with playing(rig, log) as play:
            await rig.say("Xload", 50.0)
            await play.heard([("Xload", 50.0)])
            return play.rows

    assert figures(played(tmp_path, play)) == [("load", 0.5)]
