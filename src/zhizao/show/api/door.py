"""Who may ask, and how much at once: there is no access control yet, so that only programs of this machine are let in, and no web page."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from urllib.parse import urlsplit

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from zhizao.model.text import Text
from zhizao.show.api.faults import Refusal, answer

HERE = frozenset({"127.0.0.1", "localhost", "::1"})
MAX_BODY = 32 * 2**20
"""Bytes a request may hold; what is larger is sent in several."""
MAX_WAITING = 8 * MAX_BODY
"""Bytes of all requests that may wait for the disk together."""


PATIENCE_S = 30.0
"""How long a body may take to come, from this machine: one that stalls must not keep the others out."""


class Door:
    """Lets in only who names this machine as host, and no page of another origin: a name that was bent to this address is turned away."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        refusal = _refusal(Request(scope)) if scope["type"] == "http" else None
        if refusal is not None:
            return await answer(Request(scope), refusal)(scope, receive, send)
        await self._app(scope, receive, send)


def _refusal(request: Request) -> Refusal | None:
    host, origin = request.headers.get("host", ""), request.headers.get("origin")
    if host_of(f"//{host}") not in HERE:
        what = Text(f"主机名 {host} 不是本机", f"{host} is no name of this machine")
        return Refusal(HTTPStatus.MISDIRECTED_REQUEST, what, where="Host", cure=Text("请用 127.0.0.1 或 localhost", "use 127.0.0.1 or localhost"))
    if origin is not None and host_of(origin) not in HERE:
        what = Text(f"来自 {origin} 的网页无权访问", f"pages of {origin} have no access")
        return Refusal(HTTPStatus.FORBIDDEN, what, where="Origin", cure=Text("请从本机的程序访问", "ask from a program of this machine"))
    return None


def host_of(url: str) -> str:
    """The host a URL names, '' where it names none.

    Example:
        >>> host_of("//localhost:8025"), host_of("http://[::1]:1"), host_of("null")
        ('localhost', '::1', '')
    """
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


class Bodies:
    """The bodies of requests on their way to the disk: bounded each, and bounded together."""

    def __init__(self, largest: int = MAX_BODY, together: int = MAX_WAITING, patience_s: float = PATIENCE_S) -> None:
        self._largest, self._together, self._patience_s, self.waiting = largest, together, patience_s, 0

    async def read(self, request: Request) -> bytes:
        """What a request holds; whoever calls gives it back with ``done``.

        Raises:
            Refusal: it is too large or too slow, or too much is waiting already.
        """
        if self.waiting >= self._together:
            what = Text("等待写盘的数据过多", "too much waits for the disk already")
            raise Refusal(HTTPStatus.TOO_MANY_REQUESTS, what, cure=Text("请稍后重发", "send it again in a moment"))
        body = bytearray()
        try:
            async with asyncio.timeout(self._patience_s):
                async for part in request.stream():
                    body += part
                    self.waiting += len(part)
                    self._require(len(body))
        except BaseException as error:
            self.waiting -= len(body)
            if isinstance(error, TimeoutError):
                what = Text("正文没有及时到齐", "the body did not come in time")
                raise Refusal(HTTPStatus.REQUEST_TIMEOUT, what, where="body", cure=Text("请重发", "send it again")) from error
            raise
        return bytes(body)

    def done(self, body: bytes) -> None:
        """A body waits no longer."""
        self.waiting -= len(body)

    def _require(self, size: int) -> None:
        if size > self._largest:
            mb = self._largest >> 20
            cure = Text(f"分成每份不超过 {mb} MB 的几次发送", f"send it in parts of at most {mb} MB")
            raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, Text("正文过大", "the body is too large"), where="body", cure=cure)
