"""An MTConnect agent over HTTP: ``probe``, ``current`` and ``sample``, once or as a stream of parts.

Source: MTConnect Standard, part 1 (requests, errors, streaming), edition 2.0.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from zhizao_testbed.mtconnect import documents
from zhizao_testbed.mtconnect.buffer import Buffer, OutOfRange, Said
from zhizao_testbed.mtconnect.model import Model

XML, BOUNDARY = "text/xml", "zhizao-testbed-part"
COUNT, LARGEST = 100, 1_000_000


class _Wrong(Exception):
    """What an error document says."""

    def __init__(self, code: str, told: str) -> None:
        self.code, self.told = code, told


@dataclass
class Agent:
    """What is served: a model and a buffer."""

    model: Model
    buffer: Buffer

    def restart(self) -> None:
        """Forget everything, as an agent that is started again; who was listening is cut off."""
        old, self.buffer = self.buffer, Buffer(self.buffer.size, clock=self.buffer.clock)
        old.changed.set()

    @property
    def app(self) -> Starlette:
        """As an ASGI application."""
        paths = ("/", "/{request:str}", "/{device:str}/{request:str}")
        return Starlette(routes=[Route(path, self._answer) for path in paths])

    async def _answer(self, asked: Request) -> Response:
        try:
            return self._answered(asked)
        except OutOfRange as error:
            return self._error("OUT_OF_RANGE", str(error))
        except _Wrong as wrong:
            return self._error(wrong.code, wrong.told)

    def _error(self, code: str, told: str) -> Response:
        status = 404 if code in ("NO_DEVICE", "OUT_OF_RANGE", "ASSET_NOT_FOUND") else 400
        return Response(documents.errors(self.buffer, code, told), status, media_type=XML)

    def _answered(self, asked: Request) -> Response:
        request, device = asked.path_params.get("request", "probe"), asked.path_params.get("device", "")
        if request in self.model.devices and not device:
            request, device = "probe", request
        if device and device not in self.model.devices:
            raise _Wrong("NO_DEVICE", f"could not find the device {device}")
        if request == "probe":
            return Response(documents.devices(self.model, self.buffer), media_type=XML)
        if request == "current":
            return Response(self._streams(self.buffer.current(_number(asked, "at")), device, self.buffer.next), media_type=XML)
        if request == "sample":
            return self._sampled(asked, device)
        raise _Wrong("UNSUPPORTED", f"no such request: {request}")

    def _sampled(self, asked: Request, device: str) -> Response:
        start, count = _number(asked, "from", least=0), _number(asked, "count", least=1) or COUNT
        start = self.buffer.first if start is None else start
        if count > LARGEST:
            raise _Wrong("INVALID_REQUEST", f"count is at most {LARGEST}")
        interval, heartbeat = _number(asked, "interval", least=0), _number(asked, "heartbeat", least=1) or 10_000
        if interval is None:
            return Response(self._sample(start, count, device)[0], media_type=XML)
        self.buffer.since(start, 0)
        parts = self._parts(start, count, device, interval / 1000, heartbeat / 1000)
        return StreamingResponse(parts, media_type=f"multipart/x-mixed-replace;boundary={BOUNDARY}")

    async def _parts(self, start: int, count: int, device: str, interval_s: float, heartbeat_s: float) -> AsyncIterator[bytes]:
        buffer = self.buffer
        while buffer is self.buffer:
            if start == buffer.next:
                buffer.changed.clear()
                try:
                    await asyncio.wait_for(buffer.changed.wait(), heartbeat_s)
                except TimeoutError:
                    pass  # a document without observations says that the agent lives
            try:
                document, start = self._sample(start, count, device)
            except OutOfRange as error:
                yield _part(documents.errors(buffer, "OUT_OF_RANGE", str(error)))
                return
            yield _part(document)
            await asyncio.sleep(interval_s)

    def _sample(self, start: int, count: int, device: str) -> tuple[bytes, int]:
        said = self.buffer.since(start, count)
        following = said[-1].sequence + 1 if said else start
        return self._streams(said, device, following), following

    def _streams(self, said: Iterable[Said], device: str, following: int) -> bytes:
        of_device = [s for s in said if not device or self.model.items[s.item].device == device]
        return documents.streams(self.model, self.buffer, of_device, following)


def _part(document: bytes) -> bytes:
    return f"--{BOUNDARY}\r\nContent-type: {XML}\r\nContent-length: {len(document)}\r\n\r\n".encode() + document + b"\r\n"


def _number(asked: Request, name: str, least: int = 0) -> int | None:
    said = asked.query_params.get(name)
    if said is None:
        return None
    if not said.isascii() or not said.isdigit() or int(said) < least:
        raise _Wrong("INVALID_REQUEST", f"{name} is a number of at least {least}, not {said}")
    return int(said)
