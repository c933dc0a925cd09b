"""The connector of Modbus TCP against the server of pymodbus: there is no other implementation to install; what goes over the wire is the standard's."""

from __future__ import annotations

import asyncio
import struct
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sense.modbus_device import Device, source
from tests.sense.opcua_peer import Link, clock, plant
from zhizao.errors import InputError
from zhizao.sense.connectors.modbus.connector import Modbus
from zhizao.sense.connectors.modbus.reading import value
from zhizao.sense.connectors.modbus.register_map import Register, registers
from zhizao.sense.source import Source


@asynccontextmanager
async def reading(folder, device, entries, **options):
    async with plant(folder / "log") as p, p.reading(source(device.port, entries, **options), Modbus):
        yield p


def played(play):
    return asyncio.run(asyncio.wait_for(play, 60))


def test_registers_are_read_in_every_table_type_and_order(tmp_path):
    entries = {
        "abcd": {"address": "holding:10", "type": "float32"},
        "cdab": {"address": "holding:12", "type": "float32", "order": "CDAB"},
        "badc": {"address": 40015, "type": "float32", "order": "BADC"},
        "dcba": {"address": 400017, "type": "float32", "order": "DCBA"},
        "signed": {"address": "holding:20", "type": "int16", "scale": 0.5},
        "big": {"address": "input:30", "type": "uint64"},
        "name": {"address": "holding:40", "type": "string(5)"},
        "bit": {"address": "holding:20", "type": "bit(15)"},
        "coil": {"address": "00001"},
        "door": {"address": "10003", "type": "bool"},
    }
    words = {10: 0x42F6, 11: 0xE979, 12: 0xE979, 13: 0x42F6, 14: 0xF642, 15: 0x79E9, 16: 0x79E9, 17: 0xF642, 20: 0xFFFE, 40: 0x4D6F, 41: 0x746F, 42: 0x7200}

    async def play():
        held = {f"w{at}": word for at, word in {**words, 30: 0xFFFF, 31: 0xFFFF, 32: 0xFFFF, 33: 0xFFFF}.items()}
        async with Device(**held) as device, reading(tmp_path, device, entries) as p:
            await p.until(lambda: len({row["quantity"] for row in p.rows()}) == len(entries))
            return {row["quantity"]: row["value"] if row["text"] is None else row["text"] for row in p.rows()}

    found = played(play())
    assert {found.pop(order) for order in ("abcd", "cdab", "badc", "dcba")} == {struct.unpack(">f", bytes.fromhex("42F6E979"))[0]}
    assert found == {"signed": -1.0, "big": str(2**64 - 1), "name": "Motor", "bit": 1.0, "coil": 1.0, "door": 1.0}


def test_neighbours_are_read_together_and_one_that_is_refused_spoils_none(tmp_path):
    entries = {name: {"address": f"holding:{at}"} for name, at in {"a": 10, "b": 12, "c": 17, "far": 100}.items()}

    async def play():
        async with Device(w10=1, w12=2, w17=3, w100=4) as device, reading(tmp_path, device, entries) as p:
            await p.until(lambda: p.values("far"))
            together = list(device.asked)
            device.refusing = {12}
            await p.until(lambda: p.refused())
            before = len(p.values("c"))
            await p.until(lambda: len(p.values("c")) > before + 5)
            assert len(p.refused()) == 1, "a refusal is told once"
            device.refusing = set()
            await p.until(lambda: p.rows("b")[-1]["quality"] == "good")
            return together, p.refused(), [row["quality"] for row in p.rows("b")], {row["quality"] for row in p.rows("c")}

    together, refused, b, c = played(play())
    assert set(together) == {(10, 8), (100, 1)}
    assert refused == ["illegal address: b"]
    assert b.count("bad") == 1 and b[-1] == "good" and c == {"good"}


def test_with_a_span_for_what_is_unchanged_only_changes_are_delivered_and_the_value_again_after_it(tmp_path):
    async def play():
        async with Device(w0=7) as device, reading(tmp_path, device, {"p": {"address": "holding:0"}}, unchanged="300ms") as p:
            await p.until(lambda: len(p.rows()) == 3)
            polls = len(device.asked)
            device.words[0] = 8
            await p.until(lambda: 8 in p.values("p"))
            return polls, [row["time"] for row in p.rows()], p.values("p")

    polls, times, values = played(play())
    assert values == [7, 7, 7, 8] and polls > 10
    assert (times[1] - times[0]).total_seconds() >= 0.3


def test_a_number_that_is_none_is_refused_and_ends_what_held(tmp_path):
    async def play():
        async with Device(w0=0x3F80) as device, reading(tmp_path, device, {"p": {"address": "holding:0", "type": "float32"}}) as p:
            await p.until(lambda: p.values("p"))
            device.words[0] = 0x7FC0
            await p.until(lambda: p.rows()[-1]["quality"] == "bad")
            return p.refused()

    assert played(play()) == ["not a finite number: p"]


def test_a_cut_link_and_a_silent_device_make_every_value_stale_once(tmp_path):
    async def play():
        async with Device(w0=5) as device, Link(device.port) as link, plant(tmp_path / "log") as p:
            of = source(link.port, {"p": {"address": "holding:0"}, "q": {"address": "holding:50"}})
            async with p.reading(of, Modbus) as task:
                await p.until(lambda: p.values("p") and p.values("q"))
                await link.cut()
                await asyncio.wait({task})
                assert isinstance(task.exception(), OSError)
            assert [row["quality"] for row in p.rows()[-2:]] == ["stale", "stale"]
            async with p.reading(of, Modbus) as task:  # still cut
                await asyncio.wait({task})
                assert isinstance(task.exception(), OSError)
            await link.mend()
            async with p.reading(of, Modbus):
                await p.until(lambda: p.rows()[-1]["quality"] == "good")
            return [row["quality"] for row in p.rows()].count("stale")

    assert played(play()) == 2


def test_after_an_unclean_end_nothing_is_known_since_the_last_poll(tmp_path):
    async def play():
        async with Device(w0=5) as device, plant(tmp_path / "log") as p:
            of = source(device.port, {"p": {"address": "holding:0"}})
            async with p.reading(of, Modbus):
                await p.until(lambda: p.values("p"))
            last = p.rows()[-1]["time"]
            async with p.reading(of, Modbus):
                await p.until(lambda: p.rows()[-1]["time"] > last and p.rows()[-1]["quality"] == "good")
            return last, next(row["time"] for row in p.rows() if row["quality"] == "stale")

    last, stale = played(play())
    assert (stale - last).total_seconds() == 1e-6


def test_a_device_says_who_it_is_and_that_it_says_no_more(tmp_path):
    async def play():
        async with Device(w0=5) as device:
            bare = await Modbus(Source("meter", f"modbus://127.0.0.1:{device.port}"), clock).describe()
            mapped = await Modbus(source(device.port, {"p": {"address": "holding:0"}}), clock).describe()
            return bare, mapped

    bare, mapped = played(play())
    assert (bare.devices[0].name, bare.devices[0].about) == ("Meter 7", "Acme, 1.2")
    assert not bare.addresses and "registers" in bare.options and "manual" in bare.remarks[0].en
    assert registers("meter", bare.options["registers"], 1.0), "the example is a map"
    assert [(one.name, one.kind, one.example) for one in mapped.addresses] == [("p", "holding:0 uint16", "5")]


def test_a_unit_that_speaks_for_several_machines_names_them_and_their_units(tmp_path):
    written = {"M1.power": {"address": "holding:0", "unit": "W"}, "M2.power": {"address": "holding:1", "unit": "W"}, "p": {"address": "holding:2"}}

    async def play():
        async with Device() as device:
            return await Modbus(source(device.port, written), clock).describe()

    found = played(play())
    assert [(one.address, one.device, one.name, one.unit) for one in found.addresses] == [
        ("M1.power", "M1", "power", "W"), ("M2.power", "M2", "power", "W"), ("p", "unit 1", "p", ""),
    ]  # fmt: skip
    assert [one.id for one in found.devices if not one.within] == ["unit 1", "M1", "M2"]


def test_a_number_that_has_a_name_is_both(tmp_path):
    async def play():
        of = {"state": {"address": "holding:0", "names": {0: "READY", 1: "ACTIVE"}}, "other": {"address": "holding:1", "names": {0: "READY"}}}
        async with Device(w0=1, w1=7) as device, reading(tmp_path, device, of) as p:
            await p.until(lambda: len(p.rows("other")) > 0)
            return p.rows()[:2]

    assert {(row["quantity"], row["value"], row["text"]) for row in played(play())} == {("state", 1, "ACTIVE"), ("other", 7, None)}


@pytest.mark.parametrize(
    "entry, key",
    [
        ({"address": 4}, "registers.P.address"),
        ({"address": "holding:65535", "type": "float32"}, "registers.P.address"),
        ({"address": 40001, "type": "double"}, "registers.P.type"),
        ({"address": 40001, "type": "bit(16)"}, "registers.P.type"),
        ({"address": 40001, "type": "string"}, "registers.P.type"),
        ({"address": "coil:1", "type": "int16"}, "registers.P.type"),
        ({"address": 40001, "order": "BACD"}, "registers.P.order"),
        ({"address": 40001, "scale": "x"}, "registers.P.scale"),
        ({"address": 40001, "every": "often"}, "registers.P.every"),
        ({"address": 40001, "names": {"on": "ACTIVE"}}, "registers.P.names"),
        ({"adress": 40001}, "registers.P.adress"),
        ("40001", "registers.P"),
    ],
)
def test_a_wrong_map_is_told_by_the_key_that_is_wrong(entry, key):
    with pytest.raises(InputError) as error:
        Modbus(source(1, {"P": entry}), clock)
    assert error.value.where == "meter" and error.value.what.en.startswith(f"{key} ")


@given(st.floats(width=32, allow_nan=False, allow_infinity=False), st.sampled_from(["ABCD", "CDAB", "BADC", "DCBA"]))
def test_a_float_comes_back_from_its_registers_in_every_order(number, order):
    content = dict(zip("ABCD", struct.pack(">f", number), strict=True))
    first, second, third, fourth = (content[letter] for letter in order)
    one = Register("P", "holding", 0, "float32", 0, order, 1.0, 1.0)
    assert value(one, [first << 8 | second, third << 8 | fourth]) == number
