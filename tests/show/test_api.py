"""The HTTP interface: routes, one shape of errors in both languages, and who is let in."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhizao.errors import InputError, NoAnswer, ProgramError, StoreBusy, UnknownName
from zhizao.model.text import Text, same
from zhizao.show.api.app import application
from zhizao.show.api.contract import Wanted
from zhizao.show.api.door import Bodies
from zhizao.show.api.faults import Refusal

STATUS = {
    "node": {"running": True},
    "store": {"conserved": True},
    "connectors": {
        "press": {"state": "running", "received": 5, "stored": 3, "duplicate": 1, "rejected": 1, "spooled": 0, "lines": 9, "last_value_us": 1_000_000, "events": {"gap": 2}},
    },
}  # fmt: skip


class Services:
    """Answers what it was asked, so that a test sees it."""

    def __init__(self):
        self.fault: Exception | None = None
        self.pushed: list[tuple[str, bytes]] = []

    def _say(self, *asked):
        if self.fault:
            raise self.fault
        return [{"asked": [repr(a) for a in asked]}]

    def entities(self, level, limit):
        return self._say(level, limit)

    def quantities(self):
        return self._say()

    def observations(self, wanted: Wanted):
        return self._say(wanted.entity, wanted.quantity, wanted.since and wanted.since.isoformat(), wanted.until and wanted.until.isoformat(), wanted.limit)

    def records(self, type_, of, period, limit):
        return self._say(type_, of, period, limit)

    def indicator(self, name, of, period, by):
        return self._say(name, list(of), period, by)

    def warnings(self, of, over):
        return self._say(list(of), over)

    def status(self):
        return STATUS

    async def push(self, name, body):
        self._say()
        self.pushed.append((name, body))
        return {"received": 1}

    def deliver(self, type_, name, body):
        self.pushed.append((type_, body))
        return {"received": 1}


@pytest.fixture
def services():
    return Services()


@pytest.fixture
def ask(services):
    """Send one request to the interface."""
    app = application(services, Bodies(largest=1000, together=2000))

    def send(method: str, path: str, host="127.0.0.1:8025", **more) -> httpx.Response:
        async def scene():
            transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
                return await client.request(method, path, **more)

        return asyncio.run(scene())

    return send


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/api/v1/entities?level=machine&limit=5", ["'machine'", "5"]),
        ("/api/v1/quantities", []),
        ("/api/v1/observations?entity=machine:M1&quantity=power&from=2026-11&to=2026-11-24T08:00:00Z&limit=7",
         ["'machine:M1'", "'power'", "'2026-11-01T00:00:00+00:00'", "'2026-11-24T08:00:00+00:00'", "7"]),
        ("/api/v1/records/process_run?of=M1&period=2026&limit=3", ["'process_run'", "'M1'", "'2026'", "3"]),
        ("/api/v1/indicators/oee?of=M1&of=M2&period=2026-11&by=line", ["'oee'", "['M1', 'M2']", "'2026-11'", "'line'"]),
        ("/api/v1/warnings?of=region:32&all=true", ["['region:32']", "True"]),
    ],
)  # fmt: skip
def test_a_route_asks_what_its_address_says(ask, path, asked):
    assert ask("GET", path).json() == [{"asked": asked}]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UnknownName(Text("量", "quantity"), "x", ["y"]), 404), (InputError(Text("错", "wrong"), where="of"), 400), (NoAnswer(same("no")), 404),
        (StoreBusy(same("busy")), 503), (ProgramError(same("broken")), 500), (ZeroDivisionError("oops"), 500),
    ],
)  # fmt: skip
def test_every_error_has_the_one_shape(ask, services, error, status):
    services.fault = error
    answer = ask("GET", "/api/v1/quantities")
    assert answer.status_code == status
    assert set(answer.json()) == {"code", "message", "where", "cure"}
    assert ("retry-after" in answer.headers) == (status == 503)


def test_an_error_is_told_in_the_language_of_the_reader(ask, services):
    services.fault = InputError(Text("错误", "wrong"))
    assert ask("GET", "/api/v1/quantities", headers={"Accept-Language": "zh-CN,en;q=0.5"}).json()["message"] == "错误"
    assert ask("GET", "/api/v1/quantities", headers={"Accept-Language": "de, en"}).json()["message"] == "wrong"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing", 404), ("PUT", "/api/v1/observations", 405), ("GET", "/api/v1/entities?limit=0", 400), ("GET", "/api/v1/entities?limit=x", 400),
        ("GET", "/api/v1/observations?from=yesterday", 400), ("POST", "/api/v1/observations?source=../x", 400),
    ],
)  # fmt: skip
def test_a_wrong_request_is_told_in_the_one_shape_too(ask, method, path, status):
    answer = ask(method, path)
    assert (answer.status_code, set(answer.json())) == (status, {"code", "message", "where", "cure"})


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8025", "10.0.0.1", "127.0.0.1.evil.example"])
def test_a_name_bent_to_this_machine_is_turned_away(ask, host):
    assert ask("GET", "/api/v1/status", host=host).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1:1", "localhost", "[::1]:8025"])
def test_this_machine_is_let_in_by_each_of_its_names(ask, host):
    assert ask("GET", "/api/v1/status", host=host).status_code == 200


def test_a_page_of_another_origin_may_neither_read_nor_push(ask, services):
    for origin in ("https://evil.example", "null"):
        assert ask("POST", "/api/v1/observations", content=b"[]", headers={"Origin": origin}).status_code == 403
    assert ask("POST", "/api/v1/observations", content=b"[]", headers={"Origin": "http://localhost:3000"}).status_code == 200
    assert len(services.pushed) == 1
    assert "access-control-allow-origin" not in ask("GET", "/api/v1/status", headers={"Origin": "http://localhost:3000"}).headers


def test_what_is_pushed_reaches_the_services_as_it_is(ask, services):
    assert ask("POST", "/api/v1/observations?source=press", content=b"[{}]").json() == {"received": 1}
    assert ask("POST", "/api/v1/records/process_run", content=b"{}").json() == {"received": 1}
    assert services.pushed == [("press", b"[{}]"), ("process_run", b"{}")]


def test_a_body_that_is_too_large_is_refused_and_the_next_one_taken(ask, services):
    for _ in range(5):
        assert ask("POST", "/api/v1/observations", content=b"x" * 1001).status_code == 413
    assert ask("POST", "/api/v1/observations", content=b"x" * 1000).status_code == 200
    assert len(services.pushed) == 1


def test_where_too_much_waits_a_push_is_asked_to_come_again(services):
    bodies, held = Bodies(largest=1000, together=1000), asyncio.Event()

    async def scene():
        app = application(services, bodies)
        push = services.push

        async def slow(name, body):
            await held.wait()
            return await push(name, body)

        services.push = slow
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost") as client:
            first = asyncio.create_task(client.post("/api/v1/observations", content=b"x" * 1000))
            while not bodies.waiting:
                await asyncio.sleep(0)
            refused = await client.post("/api/v1/observations", content=b"x")
            held.set()
            return refused, await first

    refused, first = asyncio.run(scene())
    assert (refused.status_code, refused.headers["retry-after"], first.status_code, bodies.waiting) == (429, "2", 200, 0)


def test_metrics_are_those_of_the_status(ask):
    text = ask("GET", "/metrics").text
    for line in ('zhizao_source_received_total{source="press"} 5.0', 'zhizao_source_spooled{source="press"} 0.0', "zhizao_conserved 1.0",
                 'zhizao_source_events_total{event="gap",source="press"} 2.0', 'zhizao_source_running{source="press"} 1.0'):  # fmt: skip
        assert line in text


def test_the_interface_describes_itself(ask):
    page = ask("GET", "/api/v1/openapi.json").json()
    assert {"/api/v1/entities", "/api/v1/observations", "/api/v1/records/{type}", "/api/v1/indicators/{id}", "/api/v1/status", "/metrics"} <= page["paths"].keys()
    assert set(page["components"]["schemas"]["Fault"]["properties"]) == {"code", "message", "where", "cure"}
    assert "'$ref': '#/components/schemas/" not in str(page) or all(
        name in page["components"]["schemas"] for name in [part.split("'")[0] for part in str(page).split("#/components/schemas/")[1:]]
    )


@given(path=st.text(st.characters(codec="utf-8"), max_size=20), query=st.text(st.characters(codec="utf-8"), max_size=20))
@settings(max_examples=30)
def test_no_address_makes_it_fail(path, query):
    app = application(Services())

    async def scene():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost") as client:
            return [
                await client.get(f"/api/v1/records/{quote(path)}", params={"period": query}),
                await client.get("/api/v1/observations", params={"from": query, "to": path}),
            ]

    for answer in asyncio.run(scene()):
        assert answer.status_code < 500
        assert json.loads(answer.content) is not None


def test_a_body_that_stalls_is_given_up_and_keeps_no_room():
    class Stalled:
        async def stream(self):
            yield b"[" * 900
            await asyncio.Event().wait()

    bodies = Bodies(largest=1000, together=1000, patience_s=0.01)
    with pytest.raises(Refusal) as refused:
        asyncio.run(bodies.read(Stalled()))
    assert (refused.value.status, bodies.waiting) == (408, 0)
