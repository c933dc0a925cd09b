"""Where a broker is and who asks: read from a URL whose topic filter may hold ``#``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import parse_qsl, unquote

from zhizao.errors import InputError
from zhizao.model.text import Text
from zhizao.sense.source import Source

PORT, SECURE_PORT = 1883, 8883
_URL = re.compile(
    r"\w+://(?:(?P<user>[^/@:]*)(?::(?P<password>[^/@]*))?@)?(?P<host>\[[^/\]]+\]|[^/:?]+)(?::(?P<port>\d{1,5}))?"
    r"(?:/(?P<path>[^?]*))?(?:\?(?P<query>.*))?"
)
_UNFIT = Text("没有中间件地址", "no broker is named")
_CURE = Text("例如 mqtt://10.0.0.5:1883/plant/#?qos=1", "write for example mqtt://10.0.0.5:1883/plant/#?qos=1")


@dataclass(frozen=True, slots=True)
class Broker:
    """A broker, and what follows it in the URL: ``path`` as written, ``query`` by name."""

    host: str
    port: int
    path: str = ""
    query: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    user: str = ""
    password: str = field(default="", repr=False)
    secure: bool = False
    ca: str | None = None
    """The file of certificates to trust, where the system's own do not do."""

    @classmethod
    def of(cls, source: Source) -> Broker:
        """The broker of a source; a scheme that ends in ``s`` is encrypted.

        Raises:
            InputError: the URL names no broker.

        Example:
            >>> b = Broker.of(Source("x", "mqtt://me:p%40ss@10.0.0.5/plant/+/#?qos=1"))
            >>> b.host, b.port, b.path, b.query["qos"], b.password
            ('10.0.0.5', 1883, 'plant/+/#', '1', 'p@ss')
        """
        match, secure = _URL.fullmatch(source.url), source.scheme.endswith("s")
        if not match or int(match["port"] or 0) > 65535:
            raise InputError(_UNFIT, where=source.name, cure=_CURE)
        user, password = unquote(match["user"] or ""), unquote(match["password"] or "")
        port = int(match["port"] or (SECURE_PORT if secure else PORT))
        query, ca = dict(parse_qsl(match["query"] or "", keep_blank_values=True)), source.options.get("ca")
        return cls(match["host"].strip("[]"), port, unquote(match["path"] or ""), query, user, password, secure, str(ca) if ca else None)
