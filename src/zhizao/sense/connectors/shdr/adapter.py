"""The link to an adapter: its lines as they come, while its heart beats."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from zhizao.sense.connectors.shdr.cutting import lines_of, whole
from zhizao.sense.connectors.shdr.heartbeat import PING, Heartbeat

PIECE = 2**18
"""Bytes read in one go."""


@dataclass(frozen=True)
class Adapter:
    """An open link."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    encoding: str

    async def pieces(self, quiet_s: float) -> AsyncGenerator[list[str], None]:
        """Whole lines as they come; none at all, once, when the first moments are over.

        Raises:
            OSError: the link is lost, or the adapter has been silent for too long.
        """
        now_s = asyncio.get_running_loop().time
        beat, held, first_s = Heartbeat(now_s(), now_s()), b"", now_s() + quiet_s
        self.writer.write(PING)
        while True:
            waits = [at for at in (beat.wait_s(now_s()), first_s - now_s() if first_s else None) if at is not None]
            data = await self._read(min(waits) if waits else None)
            if data:
                held += data
                cut = whole(held)
                lines, held = lines_of(held[:cut], self.encoding) if cut else [], held[cut:]
                beat.heard(now_s(), [line for line in lines if line.startswith("*")])
                if cut:
                    yield lines
            if first_s and now_s() >= first_s:
                first_s = 0.0
                yield []
            if beat.is_lost(now_s()):
                raise TimeoutError("the adapter is silent")
            if beat.is_due(now_s()):
                self.writer.write(PING)
                beat.asked(now_s())

    async def _read(self, wait_s: float | None) -> bytes:
        try:
            async with asyncio.timeout(wait_s):
                data = await self.reader.read(PIECE)
        except TimeoutError:
            return b""
        if not data:
            raise ConnectionError("the adapter closed the link")
        return data


@asynccontextmanager
async def linked(host: str, port: int, timeout_s: float, encoding: str) -> AsyncIterator[Adapter]:
    """A link to an adapter.

    Raises:
        OSError: it cannot be reached.
    """
    async with asyncio.timeout(timeout_s):
        reader, writer = await asyncio.open_connection(host, port, limit=2 * PIECE)
    try:
        yield Adapter(reader, writer, encoding)
    finally:
        writer.transport.abort()
