"""Mail by SMTP: one message for each address, with a Message-ID that stays the same however often it is tried."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from supervise.channels.port import Dispatch, Undelivered


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail server.

    Args:
        host, port: where it is.
        sender: the address that messages come from.
        tls: ``starttls``, ``tls`` (from the first byte) or ``none``.
        user, password: for the login; none if empty.
        timeout: seconds for each answer of the server.
        cafile: certificates that are trusted besides the system's, for a server of one's own.
    """

    host: str
    port: int
    sender: str
    tls: str = "starttls"
    user: str = ""
    password: str = ""
    timeout: float = 10
    cafile: str = ""

    def send(self, dispatch: Dispatch) -> None:
        """Hand a message to the server; what it refuses for good (5xx) is not tried again, a refused login is."""
        try:
            message = self.message(dispatch)
        except (ValueError, UnicodeError) as error:
            raise Undelivered(f"邮箱地址“{dispatch.address}”写得不对:{error}", final=True) from None
        try:
            with self._server() as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            raise Undelivered(f"邮件服务器不收 {dispatch.address}:{_said(code, said)}", code >= 500) from None
        except smtplib.SMTPAuthenticationError as error:
            raise Undelivered(f"邮件服务器不让登录:{_said(error.smtp_code, error.smtp_error)}") from None
        except smtplib.SMTPResponseException as error:
            text = f"邮件服务器说:{_said(error.smtp_code, error.smtp_error)}"
            raise Undelivered(text, error.smtp_code >= 500) from None
        except (smtplib.SMTPException, OSError) as error:
            raise Undelivered(f"连不上邮件服务器 {self.host}:{self.port}:{error}") from None

    @contextmanager
    def _server(self) -> Iterator[smtplib.SMTP]:
        context = ssl.create_default_context(cafile=self.cafile or None) if self.tls != "none" else None
        if self.tls == "tls" and context is not None:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        with server:
            if self.tls == "starttls":
                server.starttls(context=context)
            if self.user:
                server.login(self.user, self.password)
            yield server

    def message(self, dispatch: Dispatch) -> EmailMessage:
        """The mail for a dispatch.

        Raises:
            ValueError: when the address cannot stand in a header.
        """
        made = EmailMessage(SMTP)
        made["From"], made["To"], made["Subject"] = self.sender, dispatch.address, dispatch.subject
        made["Date"] = format_datetime(dispatch.made_at)
        made["Message-ID"] = f"<{hashlib.sha256(dispatch.key.encode()).hexdigest()[:40]}@supervise>"
        made["X-Supervise-Key"] = dispatch.key
        made.set_content(dispatch.text)
        if "@" not in dispatch.address or made["To"].defects:
            raise ValueError("应写作 name@example.cn")
        return made


def _said(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(words.split())[:200]}"
