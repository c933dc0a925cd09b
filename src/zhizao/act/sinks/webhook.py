"""Messages POSTed as JSON to a receiver that can tell repetitions (``Idempotency-Key``) and forgeries (a signature) by their headers.

The signature is ``sha256=HMAC(key, body)`` in hexadecimal, as GitHub's webhooks have it.
"""

from __future__ import annotations

import hmac
from hashlib import sha256

import httpx

from zhizao.act.contract import Destination, Lost, NotSent, Outgoing, Word
from zhizao.act.secrets import secret
from zhizao.errors import InputError
from zhizao.model.text import Text

TIMEOUT_S = 10.0
NOTHING_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.PoolTimeout)
REFUSED = range(300, 500)
"""Answers of a receiver that did not take it: elsewhere, wrong, not allowed. After one of its own failures it may have taken it."""


class Webhook:
    """One address; options ``key_env`` or ``key_file`` name the key it signs with."""

    reads_back = False

    def __init__(self, destination: Destination) -> None:
        self._url = destination.url.removeprefix("webhook+")
        if not httpx.URL(self._url).host or httpx.URL(self._url).password:
            what = Text("网址须写作 webhook+https://HOST/PATH，且不含密码", "the URL is to be webhook+https://HOST/PATH without a password")
            raise InputError(what, where=destination.name)
        self._key = secret(destination, "key").encode()

    def send(self, what: Outgoing) -> str:
        """See the contract."""
        body = str(what.value).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": what.id, "X-Zhizao-Signature": f"sha256={signature(self._key, body)}"}
        try:
            answer = httpx.post(self._url, content=body, headers=headers, timeout=TIMEOUT_S, follow_redirects=False)
        except NOTHING_LEFT as error:
            raise NotSent(Text(f"无法连接（{type(error).__name__}）", f"it cannot be reached ({type(error).__name__})")) from error
        except httpx.HTTPError as error:
            raise Lost(type(error).__name__) from error
        if answer.is_success:
            return f"HTTP {answer.status_code}"
        if answer.status_code in REFUSED:
            raise NotSent(Text(f"接收方拒绝：HTTP {answer.status_code}", f"the receiver refuses: HTTP {answer.status_code}"))
        raise Lost(f"HTTP {answer.status_code}")

    def read(self, what: Outgoing) -> Word | None:
        """Nobody can ask what a receiver made of it."""
        return None


def signature(key: bytes, body: bytes) -> str:
    """What proves to a receiver who has the key that the body is ours and whole.

    Source: RFC 2104; the example is test case 2 of RFC 4231.

    Example:
        >>> signature(b"Jefe", b"what do ya want for nothing?")[:16]
        '5bdcc146bf60754e'
    """
    return hmac.new(key, body, sha256).hexdigest()
