"""The requests that an agent answers."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import httpx

from zhizao.errors import InputError
from zhizao.model.text import Text
from zhizao.sense.connectors.mtconnect.multipart import Multipart, boundary_of
from zhizao.sense.settings import flag, number, settings
from zhizao.sense.source import Source

SETTINGS = ("stream", "interval_ms", "heartbeat_s", "count", "timeout_s")


@dataclass(frozen=True, slots=True)
class Asking:
    """How an agent is asked: as a stream of parts, or again and again."""

    base: str
    stream: bool
    interval_ms: int
    heartbeat_s: float
    count: int
    timeout_s: float

    @classmethod
    def of(cls, source: Source) -> Asking:
        """As a source's URL and options say.

        Raises:
            InputError: they cannot mean anything.
        """
        url, said = urlsplit(source.url), settings(source, SETTINGS)
        if not url.hostname:
            raise InputError(
                Text("URL 中没有主机", "the URL names no host"),
                where=source.name,
                cure=Text("写作 mtconnect+http://主机:5000[/设备]", "write mtconnect+http://HOST:5000[/DEVICE]"),
            )
        device = url.path.strip("/")
        base = f"{url.scheme.removeprefix('mtconnect+')}://{url.netloc}" + (f"/{quote(device)}" if device else "")
        return cls(
            base,
            flag(source, said, "stream", True),
            int(number(source, said, "interval_ms", 250)),
            number(source, said, "heartbeat_s", 10, least=0.1),
            int(number(source, said, "count", 5000, least=1)),
            number(source, said, "timeout_s", 10, least=0.1),
        )


class Agent:
    """An agent over HTTP; closed by leaving its ``async with``."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        timeout = httpx.Timeout(asking.timeout_s, read=max(asking.timeout_s, 2 * asking.heartbeat_s))
        # A machine's network is asked directly, whatever the environment says of the way to the outside.
        self._client = httpx.AsyncClient(timeout=timeout, trust_env=False)

    async def __aenter__(self) -> Agent:
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self._client.aclose()

    async def document(self, request: str, **query: int) -> bytes:
        """The answer to ``probe``, ``current`` or ``sample``; error documents come under any status.

        Raises:
            OSError: there is no agent.
        """
        try:
            answer = await self._client.get(f"{self._asking.base}/{request}", params=query)
        except httpx.TransportError as error:
            raise _link(error) from error
        return answer.content

    async def samples(self, start: int) -> AsyncGenerator[bytes, None]:
        """What is in the buffer from a sequence on: documents as they come, or a single one where nothing is streamed.

        Raises:
            OSError: the link is lost.
        """
        query: dict[str, int] = {"from": start, "count": self._asking.count}
        if not self._asking.stream:
            yield await self.document("sample", **query)
            return
        query |= {"interval": self._asking.interval_ms, "heartbeat": int(1000 * self._asking.heartbeat_s)}
        try:
            async with self._client.stream("GET", f"{self._asking.base}/sample", params=query) as answer:
                boundary = boundary_of(answer.headers.get("content-type", ""))
                if boundary is None:
                    yield await answer.aread()
                    return
                async with aclosing(_parts(answer, Multipart(boundary))) as parts:
                    async for part in parts:
                        yield part
        except httpx.TransportError as error:
            raise _link(error) from error
        raise ConnectionError("the agent ended its stream")


async def _parts(answer: httpx.Response, cut: Multipart) -> AsyncGenerator[bytes, None]:
    async for data in answer.aiter_bytes():
        for part in cut.fed(data):
            yield part


def _link(error: httpx.TransportError) -> OSError:
    return (TimeoutError if isinstance(error, httpx.TimeoutException) else ConnectionError)(str(error) or type(error).__name__)
