"""The edge node of another implementation, in a process of its own."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

PEER, PATIENCE_S = Path(__file__).parents[1] / "peers" / "sparkplug_publisher.js", 20


class Publisher:
    """Does what it is told; ``told`` waits for what it says next."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def told(self, what: str) -> dict[str, Any]:
        assert self.process.stdout
        async with asyncio.timeout(PATIENCE_S):
            while line := await self.process.stdout.readline():
                if (found := json.loads(line))["is"] == what:
                    return dict(found)
        raise AssertionError(f"the publisher ended before it said {what}")

    async def do(self, what: str, **more: Any) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"do": what, **more}).encode() + b"\n")
        await self.process.stdin.drain()
        await self.told("done")

    async def kill(self) -> None:
        with suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()


async def publisher(port: int, *device: str) -> Publisher:
    """An edge node that is connected, and not born yet."""
    url, pipe = f"mqtt://127.0.0.1:{port}", asyncio.subprocess.PIPE
    peer = Publisher(await asyncio.create_subprocess_exec("node", str(PEER), url, "g", "e1", *device, stdin=pipe, stdout=pipe))
    await peer.told("connected")
    return peer
