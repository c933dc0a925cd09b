"""The HTTP server of a node: on this machine alone, as long as nobody can be told apart from anybody."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from zhizao.errors import InputError
from zhizao.model.text import Text

if TYPE_CHECKING:
    import uvicorn

HERE = "127.0.0.1"
BACKLOG = 128
QUESTIONS = 4
"""Questions that are answered at once: each may need the memory of a query; the others wait."""
GRACE_S = 2
"""How long a request that is being answered may take when the node stops."""


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 takes any that is free.

    Raises:
        InputError: the host is not this machine's own address, or the port is taken.
    """
    if host not in (HERE, "localhost"):
        cure = Text(f"请用 {HERE}；要从别处访问，请自设带身份验证的代理", f"use {HERE}; to reach it from elsewhere, put a proxy with access control before it")
        raise InputError(Text("尚无访问控制，只在本机提供服务", "there is no access control yet: it serves this machine only"), where=host, cure=cure)
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((HERE, port))
        found.listen(BACKLOG)  # whoever comes while the node starts is answered once it has
    except (OSError, OverflowError) as error:
        found.close()
        cure = Text("换一个端口：--port N", "name another one: --port N")
        raise InputError(Text(f"端口不可用（{error}）", f"the port cannot be used ({error})"), where=f"{HERE}:{port}", cure=cure) from error
    return found


async def serve(app: Any, listening: socket.socket) -> None:
    """Answer until cancelled; requests that are being answered are finished first."""
    from anyio.to_thread import current_default_thread_limiter

    current_default_thread_limiter().total_tokens = QUESTIONS
    server = _server(app)
    task = asyncio.create_task(server.serve([listening]))
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        server.should_exit = True
        await task
        raise


def _server(app: Any) -> uvicorn.Server:
    import uvicorn

    class Server(uvicorn.Server):
        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            """The node hears signals, not its server."""
            yield

    return Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=GRACE_S, server_header=False))
