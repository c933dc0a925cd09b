"""The running node: what is pushed is durable and found at once, every command works beside it, and it stops when told."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx
import pytest

from zhizao.errors import InputError, StoreBusy
from zhizao.model.text import same
from zhizao.node import sources
from zhizao.node.answers import Answers
from zhizao.node.assemble import open_node, open_store
from zhizao.node.run import run
from zhizao.node.serve import QUESTIONS
from zhizao.node.status import current
from zhizao.sense.contract import Promise
from zhizao.sense.gather import gathered
from zhizao.sense.spoken import Spoken

SRC = Path(__file__).resolve().parents[2] / "src"
ENV = {**os.environ, "PYTHONPATH": str(SRC), "LANG": "C.UTF-8"}
ROW = {"entity": "machine:M1", "quantity": "active_power", "time": "2026-11-24T08:00:00Z", "value": 2.5}
FILE = 'url: test://h\nsignals:\n  "P": {entity: machine:M1, quantity: active_power, scale: 0.001}\n'


@pytest.fixture(scope="module")
def _opened(tmp_path_factory):
    home = tmp_path_factory.mktemp("run") / "home"
    open_node(home)
    return home


@pytest.fixture
def home(_opened, tmp_path):
    return Path(shutil.copytree(_opened, tmp_path / "home"))


@asynccontextmanager
async def running(home, **more):
    """A node in this process, with a client of its interface."""
    stop, ready, remarks = asyncio.Event(), asyncio.get_running_loop().create_future(), []
    task = asyncio.create_task(run(home, 0, ready=ready.set_result, remark=remarks.append, stop=stop, **more))
    await asyncio.wait([task, ready], return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        task.result()
    live = ready.result()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{live.port}/api/v1", trust_env=False, timeout=30) as client:
        try:
            client.live, client.remarks = live, remarks
            yield client
        finally:
            stop.set()
            await task


async def until(condition):
    async with asyncio.timeout(20):
        while not await condition():
            await asyncio.sleep(0.01)


def play(coroutine):
    asyncio.run(coroutine)


def test_what_is_pushed_is_found_at_once_and_counted_once_however_often_it_is_sent(home):
    async def scene():
        async with running(home, seal_after_s=0.1) as client:
            first = (await client.post("/observations?source=press", json=[ROW, {"x": 1}])).json()
            assert (first["received"], first["rejected"], first["spooled"]) == (2, 1, 1)
            found = (await client.get("/observations", params={"entity": "machine:M1"})).json()
            assert found == [ROW | {"text": None, "quality": "good", "source": "http:press"}]
            await client.post("/observations?source=press", json=[ROW])

            async def sealed():
                said = (await client.get("/status")).json()
                assert said["store"]["conserved"]
                press = said["connectors"]["http:press"]
                return (press["stored"], press["duplicate"], press["rejected"], press["spooled"]) == (1, 1, 1, 0)

            await until(sealed)
            assert (await client.get("/observations")).json() == found

    play(scene())


@pytest.mark.parametrize("time", ["9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00Z", -62_000_000_000_000_000])
def test_a_time_no_clock_can_mean_is_refused_at_this_door_too_and_the_status_answers(home, time):
    async def scene():
        async with running(home) as client:
            answer = (await client.post("/observations", json=[ROW, {**ROW, "time": time}])).json()
            assert (answer["received"], answer["spooled"], answer["rejected"]) == (2, 1, 1)
            assert "no clock" in answer["rejects"][0]["why"]
            assert (await client.get("/status")).json()["connectors"]["http:push"]["last_value_at"] == "2026-11-24T08:00:00.000Z"

    play(scene())


def test_the_status_is_answered_while_every_thread_for_questions_is_at_a_long_one(home, monkeypatch):
    began, over = threading.Semaphore(0), threading.Event()

    def long_question(*asked):
        began.release()
        assert over.wait(60)
        return []

    monkeypatch.setattr(Answers, "quantities", long_question)

    async def scene():
        async with running(home) as client:
            asked = [asyncio.create_task(client.get("/quantities")) for _ in range(QUESTIONS + 2)]
            try:
                for _ in range(QUESTIONS):
                    await asyncio.to_thread(began.acquire)
                async with asyncio.timeout(20):
                    assert (await client.get("/status")).status_code == 200
                    assert "zhizao_conserved 1.0" in (await client.get(f"http://127.0.0.1:{client.live.port}/metrics")).text
            finally:
                over.set()
            assert all(answer.status_code == 200 for answer in await asyncio.gather(*asked))

    play(scene())


def test_a_pushed_quantity_that_no_pack_has_is_taken_and_named(home):
    async def scene():
        async with running(home) as client:
            said = (await client.post("/observations?source=press", json=[ROW, ROW | {"quantity": "actve_power"}])).json()
            assert said["spooled"] == 2 and said["unknown_quantities"] == ["actve_power"]
            assert "unknown_quantities" not in (await client.post("/observations?source=press", json=[ROW])).json()

    play(scene())


def test_observations_are_chosen_by_entity_quantity_and_time_the_latest_first_to_stay(home):
    rows = [ROW | {"time": f"2026-11-24T08:00:0{n}Z", "value": n, "entity": f"machine:M{n % 2}"} for n in range(8)]

    async def scene():
        async with running(home) as client:
            await client.post("/observations", json=rows)

            async def values(**asked):
                return [r["value"] for r in (await client.get("/observations", params=asked)).json()]

            assert await values(limit=3) == [5, 6, 7]
            assert await values(entity="machine:M1") == [1, 3, 5, 7]
            assert await values(quantity="none") == []
            assert await values(**{"from": "2026-11-24T08:00:02Z", "to": "2026-11-24T08:00:05Z"}) == [2, 3, 4]
            assert await values(**{"from": "2026-11-24", "to": "2026-11-24T08"}) == list(range(8))

    play(scene())


def test_records_entities_quantities_and_indicators_are_served(home):
    async def scene():
        async with running(home) as client:
            rows = [{"entity": "machine:M1", "name_zh": "磨床", "name_en": "Grinder"}]
            assert (await client.post("/records/entity", json=rows)).json()["stored"] == 1
            assert (await client.post("/records/entity", content=json.dumps(rows[0]))).json()["duplicate"] == 1
            assert [r["entity"] for r in (await client.get("/records/entity")).json()] == ["machine:M1"]
            assert (await client.get("/entities", params={"level": "machine"})).json() == [
                {"id": "machine:M1", "level": "machine", "name_zh": "磨床", "name_en": "Grinder"}
            ]
            assert "active_power" in [q["id"] for q in (await client.get("/quantities")).json()]
            assert (await client.get("/records/none")).status_code == 404
            assert (await client.get("/indicators/none")).status_code == 404

    play(scene())


class Speaking:
    """A connector that says one value and then listens for ever."""

    promise = Promise("exactly_once", same("sequence"))

    def __init__(self, source):
        self.source = source

    async def run(self, feed):
        feed.count("connected")
        await feed.deliver(gathered(self.source.name, [Spoken(1, "P", 1_000_000, value=2500.0)], self.source.signals, position="1", lines=1))
        await asyncio.Event().wait()


def test_sources_are_read_as_their_files_say_and_read_anew_when_these_change(home, monkeypatch):
    monkeypatch.setattr(sources, "connector", lambda source, clock: Speaking(source))
    (home / "sources").mkdir()
    (home / "sources" / "press.yaml").write_text(FILE, "utf-8")

    async def scene():
        async with running(home) as client:

            async def values():
                return [(r["entity"], r["value"]) for r in (await client.get("/observations")).json()]

            async def first():
                return await values() == [("machine:M1", 2.5)]

            async def second():
                return ("machine:M2", 2.5) in await values()

            await until(first)
            said = (await client.get("/status")).json()["connectors"]["press"]
            assert (said["state"], said["received"], said["events"], said["promise"]["delivery"]) == ("running", 1, {"connected": 1}, "exactly_once")
            (home / "sources" / "press.yaml").write_text(FILE.replace("M1", "M2"), "utf-8")
            await until(second)

            async def introduced():
                return "machine:M2" in [e["id"] for e in (await client.get("/entities", params={"level": "machine"})).json()]

            (home / "sources" / "other.yaml").write_text('url: test://h\nentities:\n  "machine:M2": {}\n', "utf-8")
            await until(introduced)

    play(scene())


def test_a_broken_source_and_a_broken_pack_are_told_and_stop_nobody(home):
    (home / "sources").mkdir()
    (home / "sources" / "bad.yaml").write_text("url: [", "utf-8")
    (home / "sources" / "none.yaml").write_text("url: nothing://h\n", "utf-8")
    (home / "broken").mkdir()
    (home / "broken" / "pack.yaml").write_text("id: [", "utf-8")
    (home / "home.yaml").write_text("packs: [broken]\n", "utf-8")

    async def scene():
        async with running(home) as client:

            async def told():
                said = (await client.get("/status")).json()["connectors"]
                return said["bad"]["state"] == said["none"]["state"] == "stopped" and "nothing" in said["none"]["error"]["en"]

            await until(told)
            assert any("bad.yaml" in remark.en for remark in client.remarks)
            assert any("broken" in remark.en for remark in client.remarks)
            assert (await client.post("/observations", json=[ROW])).status_code == 200

    play(scene())


def test_a_home_has_one_running_node_and_its_status_is_that_of_the_node(home):
    async def scene():
        assert current(home)["node"]["running"] is False
        async with running(home) as client:
            with pytest.raises(StoreBusy):
                await run(home, 0)
            found = await asyncio.to_thread(current, home)
            assert (found["node"]["running"], found["node"]["port"], found["node"]["pid"]) == (True, client.live.port, os.getpid())
        assert current(home)["node"]["running"] is False

    play(scene())


def test_while_the_disk_refuses_a_push_is_asked_to_come_again_and_then_is_taken(home, monkeypatch):
    monkeypatch.setattr("zhizao.node.answers.PATIENCE_S", 0.2)

    async def scene():
        async with running(home) as client:
            log = client.live.intake.log
            append, log.append = log.append, lambda deliveries: (_ for _ in ()).throw(OSError(28, "No space left on device"))
            answer = await client.post("/observations", json=[ROW])
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
            assert "No space" in answer.json()["message"] and "No space" in (await client.get("/status")).json()["node"]["trouble"]
            log.append = append

            async def taken():
                return (await client.post("/observations", json=[ROW])).status_code == 200

            await until(taken)
            assert len((await client.get("/observations")).json()) == 1

    play(scene())


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.1", "::"])
def test_any_host_but_this_machine_is_refused(home, host):
    with pytest.raises(InputError, match="no access control"):
        play(run(home, 0, host=host))


def test_a_port_that_is_taken_is_wrong_input_and_leaves_the_home_free(home):
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(InputError, match="port cannot be used"):
        play(run(home, taken.getsockname()[1]))
    open_store(home).log().close()


@contextmanager
def process(home, *line):
    """A command as a process, gone at the end whatever happens."""
    command = [sys.executable, "-m", "zhizao", "--home", str(home), "--json", *line]
    with subprocess.Popen(command, env=ENV, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as started:
        try:
            yield started
        finally:
            if started.poll() is None:
                started.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_as_a_process_it_says_where_it_answers_and_stops_within_five_seconds(home, number):
    with process(home, "run", "--port", "0") as node:
        said = json.loads("".join(iter(node.stdout.readline, "}\n")) + "}")
        assert httpx.get(f"{said['url']}/status", trust_env=False).json()["node"]["pid"] == node.pid == said["pid"]
        with process(home, "run", "--port", "0") as second:
            _, why = second.communicate(timeout=60)
            assert second.returncode == 3 and "another process is taking deliveries" in why
        with process(home, "status") as beside:
            out, _ = beside.communicate(timeout=60)
            assert json.loads(out)["node"]["port"] == said["port"]
        begun = time.monotonic()
        node.send_signal(number)
        assert node.wait(20) == 0
        assert time.monotonic() - begun < 5
    assert not (home / "run.json").exists()
