"""The routes: what each address answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta, timezone
from typing import Annotated, Any

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import FastAPI, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from zhizao import __version__
from zhizao.errors import InputError
from zhizao.model.period import Period, moment
from zhizao.model.text import Text
from zhizao.show.api.contract import Row, Services, Wanted
from zhizao.show.api.door import Bodies, Door
from zhizao.show.api.faults import install
from zhizao.show.api.metrics import CONTENT_TYPE, exposition

ROOT = "/api/v1"
MAX_ROWS = 100_000

Limit = Annotated[int, Query(ge=1, le=MAX_ROWS)]
Name = Annotated[str, Query(pattern=r"^[\w.-]{1,80}$")]

FAULT: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "code, message, where, cure", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Fault"}}}},
    "5XX": {"description": "code, message, where, cure", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Fault"}}}},
}
ROWS: dict[str, Any] = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "array", "items": {"type": "object"}}}}}}
"""What is posted, as it is described to programs; read by us, since a part of it may be wrong and the rest is taken."""


def application(services: Services, bodies: Bodies | None = None) -> FastAPI:
    """The interface of an installation."""
    app = FastAPI(
        title="zhizao 智造", version=__version__, openapi_url=f"{ROOT}/openapi.json", docs_url=None, redoc_url=None, responses=FAULT,
        separate_input_output_schemas=False,
    )  # fmt: skip
    install(app)
    app.add_middleware(Door)
    _readings(app, services)
    _state(app, services)
    _deliveries(app, services, bodies or Bodies())
    _describe_faults(app)
    return app


def _readings(app: FastAPI, services: Services) -> None:
    @app.get(f"{ROOT}/entities")
    def entities(level: str = "", limit: Limit = 1000) -> list[Row]:
        """The entities that packs, sources and imports name."""
        return list(services.entities(level, limit))

    @app.get(f"{ROOT}/quantities")
    def quantities() -> list[Row]:
        """What can be observed, with units."""
        return list(services.quantities())

    @app.get(f"{ROOT}/observations")
    def observations(
        entity: str = "", quantity: str = "", since: Annotated[str, Query(alias="from")] = "", to: str = "", limit: Limit = 1000
    ) -> list[Row]:
        """The latest observations of a choice, in the order of time; ``from`` is included, ``to`` is not, and a partial date means all of it."""
        return list(services.observations(Wanted(entity, quantity, _instant(since, "from", _beginning), _instant(to, "to", moment), limit)))

    @app.get(f"{ROOT}/records/{{type}}")
    def records(type: str, of: str = "", period: str = "", limit: Limit = 1000) -> list[Row]:
        """Facts of a type that hold now."""
        return list(services.records(type, of, period, limit))

    @app.get(f"{ROOT}/indicators/{{id}}")
    def indicators(id: str, of: Annotated[list[str], Query()] = [], period: str = "", by: str = "") -> list[Row]:  # noqa: B006
        """The values of an indicator, computed ones and published ones."""
        return list(services.indicator(id, of, period, by))

    @app.get(f"{ROOT}/warnings")
    def warnings(of: Annotated[list[str], Query()] = [], all: bool = False) -> list[Row]:  # noqa: B006
        """The warnings that are open, worst first, each with its evidence, cause and life; ``all`` adds those that are over."""
        return list(services.warnings(of, all))


def _state(app: FastAPI, services: Services) -> None:
    apart = CapacityLimiter(1)
    """Whoever watches the node is answered in a thread of its own, however many long questions wait for theirs."""

    @app.get(f"{ROOT}/status")
    async def status() -> Row:
        """How the node, its store and its connectors fare."""
        return await run_sync(services.status, limiter=apart)

    @app.get("/metrics", response_class=Response)
    async def metrics() -> Response:
        """The same as figures for Prometheus."""
        return Response(exposition(await run_sync(services.status, limiter=apart)), media_type=CONTENT_TYPE)


def _deliveries(app: FastAPI, services: Services, bodies: Bodies) -> None:
    @app.post(f"{ROOT}/observations", openapi_extra=ROWS)
    async def push(request: Request, source: Name = "push") -> Row:
        """Take observations, a JSON list or a JSON object a line; on the disk when this answers, and safe to send again."""
        body = await bodies.read(request)
        try:
            return await services.push(source, body)
        finally:
            bodies.done(body)

    @app.post(f"{ROOT}/records/{{type}}", openapi_extra=ROWS)
    async def deliver(request: Request, type: str, source: Name = "push") -> Row:
        """Store records of a type."""
        body = await bodies.read(request)
        try:
            return await run_in_threadpool(services.deliver, type, source, body)
        finally:
            bodies.done(body)


def _describe_faults(app: FastAPI) -> None:
    """Name the one shape of errors in the description that programs read."""
    described = app.openapi

    def openapi() -> dict[str, Any]:
        page = described()
        texts = {name: {"type": "string"} for name in ("code", "message", "where", "cure")}
        page.setdefault("components", {}).setdefault("schemas", {})["Fault"] = {"type": "object", "properties": texts, "required": [*texts]}
        return page

    app.openapi = openapi  # type: ignore[method-assign]


def _instant(text: str, where: str, of_day: Callable[[str], datetime]) -> datetime | None:
    """An instant as a person writes it, '' for none.

    Raises:
        InputError: it is no time.
    """
    if not text:
        return None
    try:
        return of_day(text)
    except (ValueError, OverflowError) as error:
        cure = Text("例如写 2026-11-24T08:30:00Z", "write for instance 2026-11-24T08:30:00Z")
        raise InputError(Text(f"{text} 不是时间", f"{text} is no time"), where=where, cure=cure) from error


def _beginning(text: str) -> datetime:
    """The first instant of a period, or the instant itself."""
    try:
        period = Period.parse(text)
    except ValueError:
        return moment(text)
    return period.end - timedelta(hours=1) if period.kind == "hour" else datetime.combine(period.first_day, time(), timezone.utc)
