"""Signed webhooks: a POST of JSON, with a signature over the moment and the body that the receiver can check.

What the receiver needs is ``verify``; the same in any language is four lines: HMAC-SHA256 with the shared secret over
``timestamp + "." + body``, written as hex after ``v1=``; a timestamp too far from now is refused, for it is a replay.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from time import time
from typing import Any
from urllib.parse import quote

from supervise.channels.port import Dispatch, Undelivered

WINDOW = 300
"""Seconds that a message may be old when it arrives."""
STAMP, SIGNATURE, KEY = "X-Supervise-Timestamp", "X-Supervise-Signature", "X-Supervise-Key"
_AGAIN = frozenset({408, 429})


def signed(secret: str, timestamp: str, body: bytes) -> str:
    """The signature over a moment and a body."""
    return "v1=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: float, window: float = WINDOW) -> bool:
    """Whether a message that arrived is ours and fresh; whoever gets one twice knows it by its key.

    Args:
        secret: shared with the sender.
        headers: as they came.
        body: as it came, byte for byte.
        now: seconds since 1970.
        window: seconds by which the moment may be off.
    """
    found = {name.lower(): value for name, value in headers.items()}
    stamp, signature = found.get(STAMP.lower(), ""), found.get(SIGNATURE.lower(), "")
    if not (stamp.isascii() and stamp.isdecimal()) or abs(now - int(stamp)) > window:
        return False
    return hmac.compare_digest(signed(secret, stamp, body).encode(), signature.encode())


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A message goes where it was told to go: elsewhere nobody knows the secret."""

    def redirect_request(self, *_: Any) -> None:
        """Never."""
        return None


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that takes messages by POST.

    Args:
        url: http or https.
        secret: shared with the receiver.
        timeout: seconds for the answer.
        clock: gives the seconds since 1970 that the message is stamped with.
    """

    url: str
    secret: str
    timeout: float = 10
    clock: Callable[[], float] = time

    def send(self, dispatch: Dispatch) -> None:
        """Post it: 2xx is delivered, 408, 429, 5xx and silence are tried again, everything else is not."""
        body = json.dumps(dispatch.as_dict(), ensure_ascii=False).encode()
        stamp = str(int(self.clock()))
        headers = {
            "Content-Type": "application/json; charset=utf-8", "User-Agent": "supervise", STAMP: stamp,
            SIGNATURE: signed(self.secret, stamp, body), KEY: quote(dispatch.key, safe="/@:"),
        }  # fmt: skip
        request = urllib.request.Request(self.url, body, headers, method="POST")
        try:
            with urllib.request.build_opener(_NoRedirect).open(request, timeout=self.timeout) as answer:
                code = answer.status
        except urllib.error.HTTPError as error:
            code = error.code
            error.close()
        except (OSError, HTTPException, ValueError) as error:
            why = getattr(error, "reason", error)
            raise Undelivered(f"连不上 {self.url}:{why}") from None
        if not 200 <= code < 300:
            final = code < 500 and code not in _AGAIN
            raise Undelivered(f"{self.url} 回的是 {code}", final)
