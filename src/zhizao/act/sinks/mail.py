"""Messages as e-mail, handed to one server: ``smtp://HOST:PORT`` (``starttls: yes`` encrypts it) or ``smtps://``.

Source: RFC 5321; a Message-ID made of the sending's own id lets the receiver know a repetition.
"""

from __future__ import annotations

import json
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

from zhizao.act.contract import Destination, Lost, NotSent, Outgoing, Word
from zhizao.act.secrets import secret
from zhizao.errors import InputError
from zhizao.model.text import Text

TIMEOUT_S = 10.0
REFUSED = (smtplib.SMTPSenderRefused, smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPNotSupportedError)
"""The server's own words that it does not take it."""


class Mail:
    """One server; options ``from``, ``to`` (where the owner has no address of their own), ``user`` with ``password_env`` or ``password_file``, ``starttls``."""

    reads_back = False

    def __init__(self, destination: Destination) -> None:
        url, self._options = urlsplit(destination.url), destination.options
        if not url.hostname or url.password:
            raise InputError(Text("网址须写作 smtp://HOST:PORT，且不含密码", "the URL is to be smtp://HOST:PORT without a password"), where=destination.name)
        if "@" not in str(self._options.get("from", "")):
            raise InputError(Text("缺少 from（发件地址）", "from is missing: the sender's address"), where=destination.name)
        self._secure = destination.scheme == "smtps"
        self._host, self._port = url.hostname, url.port or (465 if self._secure else 25)
        self._password = secret(destination, "password") if "user" in self._options else ""

    def send(self, what: Outgoing) -> str:
        """See the contract."""
        to = what.address or str(self._options.get("to", ""))
        if "@" not in to:
            raise NotSent(Text("不知道寄给谁：负责人没有 mail，也没有 to", "nobody to write to: the owner has no mail, and there is no to"))
        message = letter(what, str(self._options["from"]), to)
        with self._connected() as server:
            try:
                server.send_message(message)
            except REFUSED as error:
                raise NotSent(Text(f"邮件服务器拒绝（{type(error).__name__}）", f"the mail server refuses ({type(error).__name__})")) from error
            except (smtplib.SMTPException, OSError) as error:
                raise Lost(type(error).__name__) from error
        return to

    def read(self, what: Outgoing) -> Word | None:
        """Nobody can ask whether a letter was delivered."""
        return None

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        try:
            server = self._greeted()
        except (OSError, smtplib.SMTPException) as error:  # its words may repeat what it was told: only its sort is
            raise NotSent(Text(f"无法连接或登录（{type(error).__name__}）", f"it cannot be reached, or refuses us ({type(error).__name__})")) from error
        try:
            yield server
        finally:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()

    def _greeted(self) -> smtplib.SMTP:
        safe = ssl.create_default_context()
        if self._secure:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT_S, context=safe)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_S)
            if str(self._options.get("starttls", "no")).lower() in ("yes", "true"):
                server.starttls(context=safe)
        if self._password:
            server.login(str(self._options["user"]), self._password)
        return server


def letter(what: Outgoing, sender: str, to: str) -> EmailMessage:
    """A message as a person reads it, in both languages, with all of it attached as JSON."""
    told: dict[str, Any] = json.loads(str(what.value))
    planned = told.get("planned", {})
    title = planned.get("title", {"zh": told.get("action", what.id), "en": told.get("action", what.id)})
    made = EmailMessage()
    made["From"], made["To"], made["Message-ID"] = sender, to, f"<{what.id}@zhizao>"
    made["Subject"] = f"{title['zh']} / {title['en']} ({told.get('action', what.id)})"
    lines = [
        f"{title['zh']} / {title['en']}", "", f"措施 / action: {told.get('action', '')}", f"对象 / entity: {planned.get('entity', '')}",
        f"负责人 / owner: {told.get('owner', '')}", f"期限 / due: {told.get('deadline', '')}", "",
    ]  # fmt: skip
    made.set_content("\n".join(lines))
    made.add_attachment(str(what.value).encode(), maintype="application", subtype="json", filename=f"{what.id}.json")
    return made
