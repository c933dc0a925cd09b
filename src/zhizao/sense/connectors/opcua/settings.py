"""What the file of a source may say of an OPC UA server, and the client it makes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import urlparse

from asyncua import Client, ua
from asyncua.crypto import security_policies

from zhizao.errors import InputError
from zhizao.model.text import Text
from zhizao.sense.duration import seconds
from zhizao.sense.source import Source

POLICIES = ("Basic256Sha256", "Aes128Sha256RsaOaep", "Aes256Sha256RsaPss")
MODES = ("Sign", "SignAndEncrypt")
TIMEOUT_S = 10.0
"""How long an answer may take."""
ORPHAN_S = 30.0
"""How long a server keeps a subscription that nobody may take over."""
SPANS = {"every": 0.5, "sampling": 0.1, "keep": 600.0}
"""Seconds unless stated: between two messages, between two looks at a value, and how long the server keeps what we did not fetch."""
QUEUE = 1000
"""Values of one address that wait in the server, unless stated."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Checked options of a source.

    Options: ``security: POLICY,MODE`` with ``certificate``, ``private_key`` and, to pin it, ``server_certificate`` (files, PEM or DER);
    ``application_uri`` as the certificate says it; ``user`` with ``password_env``, the name of the environment variable that holds
    the password; ``every``, ``sampling``, ``keep`` (spans) and ``queue``.
    """

    source: Source
    every_s: float
    sampling_s: float
    keep_s: float
    queue: int

    @classmethod
    def of(cls, source: Source) -> Settings:
        """Check everything that can be checked without the server.

        Raises:
            InputError: an option cannot mean anything; it is named.
        """
        _checked_url(source)
        _checked_security(source)
        every, sampling, keep = (_span(source, name) for name in SPANS)
        queue = source.options.get("queue", QUEUE)
        if not isinstance(queue, int) or queue < 1:
            raise wrong(source, "queue", Text("须为正整数", "is to be a whole number above 0"))
        return cls(source, every, sampling, keep, queue)

    @property
    def outlives(self) -> bool:
        """Whether a later session may take over our subscription: a server must be able to tell that it is ours.

        Example:
            >>> Settings.of(Source("press", "opc.tcp://10.0.0.5:4840")).outlives
            False
        """
        return "user" in self.source.options or "security" in self.source.options

    async def client(self) -> Client:
        """A client that is not connected yet. A secured one asks the server for its certificate, unless that is pinned.

        Raises:
            InputError: a file cannot be read, the password is missing, or the server offers no such security.
        """
        options, client = self.source.options, Client(self.source.url, timeout=TIMEOUT_S, watchdog_intervall=TIMEOUT_S / 2)
        if "application_uri" in options:
            client.application_uri = str(options["application_uri"])
        if "user" in options:
            client.set_user(str(options["user"]))
            client.set_password(_password(self.source))
        if "security" in options:
            await self._secure(client)
        return client

    async def _secure(self, client: Client) -> None:
        options = self.source.options
        policy, mode = str(options["security"]).split(",")
        try:
            await client.set_security(
                getattr(security_policies, f"SecurityPolicy{policy}"),
                str(options["certificate"]),
                str(options["private_key"]),
                server_certificate=options.get("server_certificate"),
                mode=ua.MessageSecurityMode[mode],
            )
        except (FileNotFoundError, PermissionError, ValueError) as error:
            raise wrong(self.source, "certificate", Text(f"证书或私钥不可用：{error}", f"certificate or key cannot be used: {error}")) from error
        except ua.UaError as error:
            raise wrong(self.source, "security", Text(f"服务器不提供 {policy},{mode}", f"the server does not offer {policy},{mode}")) from error


def wrong(source: Source, option: str, why: Text) -> InputError:
    """An option of a source that cannot be used."""
    return InputError(Text(f"{option}：{why.zh}", f"{option}: {why.en}"), where=source.name)


def _checked_url(source: Source) -> None:
    url = urlparse(source.url)
    if not url.hostname or not url.port:
        raise InputError(Text("网址须写作 opc.tcp://HOST:PORT/PATH", "the URL is to be opc.tcp://HOST:PORT/PATH"), where=source.name)
    if url.password:
        cure = Text("请写 user 与 password_env（环境变量名）", "write user and password_env, the name of an environment variable")
        raise InputError(Text("网址中不可写密码", "a URL is no place for a password"), where=source.name, cure=cure)


def _checked_security(source: Source) -> None:
    options = source.options
    if "security" not in options:
        return
    policy, _, mode = str(options["security"]).partition(",")
    if policy not in POLICIES or mode not in MODES:
        known = f"{' | '.join(POLICIES)}, {' | '.join(MODES)}"
        raise wrong(source, "security", Text(f"须写作 POLICY,MODE：{known}", f"is to be POLICY,MODE of {known}"))
    for name in ("certificate", "private_key"):
        if not options.get(name):
            raise wrong(source, name, Text("使用加密时必须给出文件", "a file is needed for a secured link"))


def _span(source: Source, name: str) -> float:
    found = seconds(source.options.get(name, SPANS[name]))
    if found is None:
        raise wrong(source, name, Text("须为时间长度，如 500ms、1s", "is to be a span of time like 500ms or 1s"))
    return found


def _password(source: Source) -> str:
    name = str(source.options.get("password_env", ""))
    if name not in os.environ:
        raise wrong(source, "password_env", Text(f"未设置环境变量 {name or '?'}", f"the environment variable {name or '?'} is not set"))
    return os.environ[name]
