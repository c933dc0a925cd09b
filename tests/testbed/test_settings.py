"""The setting of a machine: turned through a real protocol, refused out of range, told like any other signal, and felt by scrap and power."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import timezone
from itertools import islice, pairwise, takewhile

import pytest
from asyncua import Client, ua
from hypothesis import given, settings
from hypothesis import strategies as st
from pymodbus.client import AsyncModbusTcpClient

from tests.sense.broker import Mosquitto, free_port
from zhizao.sense.connectors.sparkplug.wire import Payload
from zhizao_testbed.calendar import DAY, HOUR
from zhizao_testbed.changes import Change
from zhizao_testbed.knob import LEAST, MOST, SETTING, Knob, OutOfRange
from zhizao_testbed.pace import Pace, now_us
from zhizao_testbed.plant import Plant
from zhizao_testbed.servers.modbus import REGISTERS
from zhizao_testbed.speaking import Speech
from zhizao_testbed.truth import total

BEGIN = 1_700_000_000_000_000 // HOUR * HOUR


def lived(plant: Plant, until: int) -> list[Change]:
    return list(takewhile(lambda c: c.at < until, plant.changes()))


def figures(plant: Plant, days: int) -> tuple[float, float]:
    """The share of scrap, and the mean power while producing in W."""
    spoken, producing, watt, seconds = lived(plant, plant.begin + days * DAY), False, 0, 0
    for change, after in pairwise(c for c in spoken if c.signal in ("execution", "active_power")):
        producing = change.text == "ACTIVE" if change.signal == "execution" else producing
        if producing and change.value is not None:
            watt, seconds = watt + change.value * (after.at - change.at), seconds + after.at - change.at
    hours = plant.truth.until(plant.begin + days * DAY)["hours"]
    return total(hours, "scrap") / total(hours, "parts"), watt / seconds


def test_scrap_and_power_lie_on_the_surface_that_the_truth_tells():
    plants = [Plant(5, 1, BEGIN, detuned=bar) for bar in (0, 15)]
    (near, near_power), (far, far_power) = (figures(plant, 12) for plant in plants)
    one, other = (p.characters["M01"] for p in plants)
    rise = other.strain(other.pressure) - one.strain(one.pressure)
    assert far - near == pytest.approx(one.scrap_bend * rise, abs=0.015)
    expected = (1 + one.power_bend * other.strain(other.pressure)) / (1 + one.power_bend * one.strain(one.pressure))
    assert far_power / near_power == pytest.approx(expected, rel=0.01)
    told = plants[1].truth.until(BEGIN + HOUR)["settings"][0]
    assert (told["best_bar"], told["first_bar"], told["turns"]) == (one.best_pressure / 10, other.pressure / 10, [])


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.lists(st.tuples(st.integers(0, 2500), st.sampled_from(["M01", "M02"]), st.integers(LEAST, MOST)), max_size=6))
def test_a_life_with_turns_can_be_lived_again_and_every_turn_is_told_once_in_the_order_of_time(seed, turns):
    plant, spoken, made = Plant(seed, 2, BEGIN), [], []
    coming, wanted = plant.changes(), sorted(turns)
    for place, change in enumerate(islice(coming, 3000)):
        spoken.append(change)
        while wanted and wanted[0][0] <= place:
            _, machine, value = wanted.pop(0)
            made.append((machine, plant.knobs[machine].turn(value), value))
    assert all(a.at <= b.at for a, b in pairwise(spoken))
    told = [(c.machine, c.at, c.value) for c in spoken if c.signal == SETTING and c.at > BEGIN]
    assert sorted(told) == sorted(turn for turn in made if turn in told)
    assert {turn for turn in made if turn[1] < spoken[-1].at} <= set(told)
    again = Plant(seed, 2, BEGIN)
    for machine, at, value in made:
        again.knobs[machine].turns.append((at, value))
    assert list(islice(again.changes(), 3000)) == spoken


def test_what_no_machine_takes_is_refused_and_changes_nothing():
    knob = Knob(400)
    for value in (LEAST - 1, MOST + 1):
        with pytest.raises(OutOfRange):
            knob.turn(value)
    assert knob.last == 400 and not knob.turns


@asynccontextmanager
async def speaking(plant: Plant, protocol: str, broker: str = ""):
    """A plant that lives a minute in a second and speaks one protocol; its URL."""
    loop = asyncio.get_running_loop()
    url, speech = loop.create_future(), Speech(plant, Pace(60), [protocol], free_port(), broker)

    async def started(urls):
        url.set_result(urls[protocol])

    task = asyncio.create_task(speech.speak(started))
    try:
        await asyncio.wait({task, url}, return_when=asyncio.FIRST_COMPLETED)
        yield await url if not task.done() else task.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def settled(done, patience_s: float = 20) -> None:
    async with asyncio.timeout(patience_s):
        while not done():
            await asyncio.sleep(0.02)


def fresh() -> Plant:
    return Plant(3, 2, now_us() - HOUR)


def test_over_opc_ua_a_setting_is_written_read_back_and_told_with_the_instant_from_which_it_holds():
    async def play() -> None:
        plant = fresh()
        async with speaking(plant, "opcua") as url, Client(url) as client:
            space = await client.get_namespace_index("urn:zhizao:testbed")
            node = client.get_node(ua.NodeId(f"M02.{SETTING}", space))
            limits = await (await node.get_child("0:EURange")).read_value()
            assert (limits.Low, limits.High) == (LEAST / 10, MOST / 10)
            await node.write_value(ua.DataValue(ua.Variant(33.4, ua.VariantType.Double)))
            assert await node.read_value() == 33.4
            at, value = plant.knobs["M02"].turns[0]
            assert value == 334 and plant.knobs["M01"].turns == []
            await settled(lambda: plant.truth.heard_until >= at)
            heard = await node.read_data_value()
            assert heard.Value.Value == 33.4 and round(heard.SourceTimestamp.replace(tzinfo=timezone.utc).timestamp() * 1e6) == at
            for wrong in (71.0, 9.9, float("nan"), float("inf")):
                with pytest.raises(ua.UaStatusCodeError) as caught:
                    await node.write_value(ua.DataValue(ua.Variant(wrong, ua.VariantType.Double)))
                assert caught.value.code == ua.StatusCodes.BadOutOfRange
            assert await node.read_value() == 33.4 and len(plant.knobs["M02"].turns) == 1
            with pytest.raises(ua.UaStatusCodeError):
                await client.get_node(ua.NodeId("M02.part_count", space)).write_value(ua.DataValue(ua.Variant(1.0, ua.VariantType.Double)))
            turns = plant.truth.until(at + 1)["settings"][1]["turns"]
            assert [t["bar"] for t in turns] == [33.4]

    asyncio.run(play())


def test_over_modbus_the_register_of_the_setting_alone_is_written_within_its_range():
    async def play() -> None:
        plant = fresh()
        async with speaking(plant, "modbus") as url:
            client = AsyncModbusTcpClient("127.0.0.1", port=int(url.split(":")[2].partition("/")[0]))
            assert await client.connect()
            address = REGISTERS[SETTING][0]
            assert not (await client.write_register(address, 512, device_id=1)).isError()
            assert (await client.read_holding_registers(address, device_id=1)).registers == [512] and plant.knobs["M01"].last == 512
            assert (await client.write_register(address, 999, device_id=1)).isError()
            assert (await client.write_register(0, 1, device_id=1)).isError()
            assert [value for _, value in plant.knobs["M01"].turns] == [512]
            client.close()

    asyncio.run(play())


def test_over_sparkplug_a_command_to_the_device_turns_it_and_is_confirmed_by_its_data(tmp_path):
    from paho.mqtt.client import Client as Mqtt
    from paho.mqtt.enums import CallbackAPIVersion

    async def play(port: int) -> None:
        plant, heard = fresh(), []
        async with speaking(plant, "sparkplug", f"127.0.0.1:{port}"):
            host = Mqtt(CallbackAPIVersion.VERSION2)
            host.on_message = lambda _c, _d, message: heard.append(Payload.FromString(message.payload))
            host.connect("127.0.0.1", port)
            host.subscribe("spBv1.0/testbed/DDATA/plant/M01")
            host.loop_start()
            for metric in ({"name": SETTING, "string_value": "much"}, {"name": SETTING, "double_value": 99.0}, {"name": SETTING, "double_value": 28.5}):
                host.publish("spBv1.0/testbed/DCMD/plant/M01", Payload(metrics=[metric]).SerializeToString(), qos=1)
            await settled(lambda: any(m.double_value == 28.5 for payload in heard for m in payload.metrics))
            host.loop_stop()
            assert [value for _, value in plant.knobs["M01"].turns] == [285] and plant.knobs["M02"].turns == []

    broker = Mosquitto(tmp_path)
    broker.start()
    try:
        asyncio.run(play(broker.port))
    finally:
        broker.stop()
