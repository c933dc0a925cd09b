"""From a machine's agent to an observation that is asked for: connect, run, find; the person's own words in between."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path

import pytest

from tests.node.test_run import running, until
from tests.sense.rigs.mtconnect import SIGNALS, now_us
from zhizao.node import sources
from zhizao.node.assemble import open_node
from zhizao.node.connect import Asked, connect, write
from zhizao.sense.connectors.file.connector import Files
from zhizao.sense.connectors.mtconnect.connector import MTConnect
from zhizao_testbed.mtconnect.agent import Agent
from zhizao_testbed.mtconnect.buffer import Buffer
from zhizao_testbed.mtconnect.model import made_up
from zhizao_testbed.serving import serving


@pytest.fixture(autouse=True)
def _connectors(monkeypatch):
    """The connectors of this checkout, whatever is installed."""
    making = {"mtconnect+http": MTConnect, "file": Files}
    monkeypatch.setattr(sources, "connector", lambda source, clock: making[source.scheme](source, clock))


def added(home: Path, library, url: str, name: str):
    found = connect(home, library, Asked(url, name, line="L1"), today=date(2026, 11, 24), clock=now_us)
    write(found)
    return found


def test_an_agent_is_connected_read_and_asked_for_by_what_a_person_called_it(tmp_path):
    home = tmp_path / "home"

    async def scene():
        agent = Agent(made_up("M1", [*SIGNALS], ["mode"], ["servo"]), Buffer())
        library = (await asyncio.to_thread(open_node, home)).library
        async with serving(agent.app) as port:
            found = await asyncio.to_thread(added, home, library, f"mtconnect+http://127.0.0.1:{port}/M1", "mill")
            assert found.tier == "gold"
            assert {*SIGNALS} <= {a.address for a in found.description.addresses}
            text = found.file.read_text("utf-8").replace("machine:M1", "machine:Mill")
            found.file.write_text(text, "utf-8")
            async with running(home) as client:
                agent.buffer.say("Sspeed", now_us(), "800.5")

                async def there():
                    rows = (await client.get("/observations", params={"entity": "machine:Mill"})).json()
                    return 800.5 in [r["value"] for r in rows]

                await until(there)
                said = (await client.get("/status")).json()["connectors"]["mill"]
                assert said["state"] == "running" and said["conserved"] and said["promise"]["describes_itself"] and said["tier"] == "gold"
                machine = (await client.get("/entities", params={"level": "machine"})).json()
                assert [e["id"] for e in machine] == ["machine:Mill"]

    asyncio.run(scene())


def test_a_source_goes_on_after_a_restart_and_says_nothing_twice(tmp_path):
    home, folder = tmp_path / "home", tmp_path / "logs"
    folder.mkdir()
    (folder / "a.csv").write_text("time,entity,quantity,value\n2026-11-24T08:00:00Z,machine:M1,active_power,1.5\n", "utf-8")

    async def scene():
        await asyncio.to_thread(open_node, home)
        (home / "sources").mkdir()
        options = 'options: {pattern: "*.csv"}\nsignals:\n  "machine:M1/active_power": {entity: machine:M1, quantity: active_power}\n'
        (home / "sources" / "logs.yaml").write_text(f"url: file://{folder}\n{options}", "utf-8")

        async def values(client):
            return [r["value"] for r in (await client.get("/observations")).json()]

        async with running(home) as client:
            await until(lambda: _is(values(client), [1.5]))
        with (folder / "a.csv").open("a", encoding="utf-8") as file:
            file.write("2026-11-24T08:00:01Z,machine:M1,active_power,2.5\n")
        async with running(home) as client:
            await until(lambda: _is(values(client), [1.5, 2.5]))
            said = (await client.get("/status")).json()["connectors"]["logs"]
            assert (said["received"], said["duplicate"], said["rejected"]) == (2, 0, 0)

    asyncio.run(scene())


async def _is(found, wanted):
    return await found == wanted
