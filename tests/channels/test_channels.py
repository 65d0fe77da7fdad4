"""Each channel hands over a message whole, against a real server on this machine, and says what came of it."""

from __future__ import annotations

import json
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from supervise.channels import Dispatch, Item, Undelivered
from supervise.channels.mail import Mail
from supervise.channels.plain import LinesFile, Screen
from supervise.channels.settings import read_channels
from supervise.channels.webhook import Webhook, signed, verify
from supervise.errors import Invalid

NOON = datetime(2025, 3, 5, 4, 0, tzinfo=UTC)


def dispatch(address: str = "wang@example.cn", late: bool = False) -> Dispatch:
    """Two letters for one person."""
    items = tuple(
        Item(f"d/T1/{n}/{address}", "T1", str(n), "act", "verify", date(2025, 3, n), f"T1 核实:属实“{n}”",
             ("区工信局",), n == 2, late and n == 1, "")
        for n in (1, 2)
    )  # fmt: skip
    return Dispatch(f"d/mail/{address}/1", "mail", address, "王某", "digest", NOON, items)


def test_a_person_reads_it_at_a_glance() -> None:
    """What it is in one line, each letter with its day, what is only for the record apart, and the key."""
    assert dispatch(late=True).subject == "督查督办:2 条消息,其中 1 条积压备查,有急件"
    shown: list[str] = []
    Screen(shown.append).send(dispatch(late=True))
    assert shown[0].splitlines()[1:] == [
        "王某(区工信局):",
        "1. 【急】T1 核实:属实“2”(2025-03-02)",
        "以下发出较迟,列出备查:",
        "2. T1 核实:属实“1”(2025-03-01)",
        "编号 d/mail/wang@example.cn/1(同一编号收到两次的,是重发,办一次即可)",
    ]


def test_a_file_has_a_line_for_each_message(tmp_path: Path) -> None:
    """Lines are whole JSON; a place that cannot be written is tried again later, and says why."""
    file = LinesFile(tmp_path / "m.jsonl")
    file.send(dispatch())
    file.send(dispatch("li@example.cn"))
    lines = [json.loads(line) for line in (tmp_path / "m.jsonl").read_text("utf-8").splitlines()]
    assert [line["address"] for line in lines] == ["wang@example.cn", "li@example.cn"]
    assert [item["key"] for item in lines[0]["items"]] == ["d/T1/1/wang@example.cn", "d/T1/2/wang@example.cn"]
    with pytest.raises(Undelivered, match=r"写不了.*没有这个文件") as lost:
        LinesFile(tmp_path / "none" / "m.jsonl").send(dispatch())
    assert not lost.value.final


class Box:
    """A mail server that takes what it is given, but for some addresses."""

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        """550 for the unknown, 450 for the busy."""
        if address.startswith("nobody"):
            return "550 no such user"
        if address.startswith("busy"):
            return "450 try later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Keep it."""
        self.got.append(message_from_bytes(envelope.content, policy=default))  # type: ignore[arg-type]
        return "250 OK"


def free() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def mail_server(box: Box, **settings: Any) -> Iterator[int]:
    """A mail server of this machine; its port."""
    controller = pytest.importorskip("aiosmtpd.controller", reason="pip install aiosmtpd to test mail")
    running = controller.Controller(box, hostname="127.0.0.1", port=free(), **settings)
    running.start()
    try:
        yield running.port
    finally:
        running.stop()


def test_mail_arrives_whole_and_keeps_its_id() -> None:
    """Chinese in subject and text, the key in a header, and the same Message-ID when it is sent again."""
    box = Box()
    with mail_server(box) as port:
        server = Mail("127.0.0.1", port, "duban@example.cn", tls="none")
        server.send(dispatch())
        server.send(dispatch())
    first, second = box.got
    assert (first["to"], first["from"], first["subject"]) == ("wang@example.cn", "duban@example.cn", dispatch().subject)
    assert first.get_content().replace("\r\n", "\n").rstrip("\n") == dispatch().text
    assert first["x-supervise-key"] == dispatch().key
    assert first["message-id"] == second["message-id"]


@pytest.mark.parametrize(
    ("address", "said", "final"),
    [
        ("nobody@example.cn", "不收 nobody@example.cn:550 no such user", True),
        ("busy@example.cn", "不收 busy@example.cn:450 try later", False),
        ("区工信局", "邮箱地址“区工信局”写得不对", True),
        ("a@example.cn\r\nBcc: b@example.cn", "写得不对", True),
    ],
)
def test_mail_that_is_refused_says_so(address: str, said: str, final: bool) -> None:
    """An address that will never do is given up at once, one that is busy is tried again; nothing is smuggled in."""
    with mail_server(Box()) as port, pytest.raises(Undelivered, match=said) as lost:
        Mail("127.0.0.1", port, "duban@example.cn", tls="none").send(dispatch(address))
    assert lost.value.final is final


def test_a_mail_server_that_is_not_there_is_tried_again() -> None:
    """Nobody listens: not final."""
    with pytest.raises(Undelivered, match="连不上邮件服务器") as lost:
        Mail("127.0.0.1", free(), "duban@example.cn", tls="none").send(dispatch())
    assert not lost.value.final


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_mail_is_encrypted_and_the_server_is_who_it_says(tls: str, tmp_path: Path) -> None:
    """With the certificate it trusts, mail arrives; a server with any other certificate gets nothing."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl to make a certificate with")
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "36500",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    box = Box()
    settings = {"ssl_context": context} if tls == "tls" else {"tls_context": context, "require_starttls": True}
    with mail_server(box, **settings) as port:
        Mail("localhost", port, "duban@example.cn", tls=tls, cafile=str(cert)).send(dispatch())
        with pytest.raises(Undelivered, match="CERTIFICATE_VERIFY_FAILED"):
            Mail("localhost", port, "duban@example.cn", tls=tls).send(dispatch())
    assert len(box.got) == 1


Got = list[tuple[dict[str, str], bytes]]


@contextmanager
def hook(answer: Callable[[int], int], got: Got) -> Iterator[str]:
    """A receiver of webhooks on this machine; ``answer`` gives the status by the number of the request."""

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            status = answer(len(got))
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_webhook_can_be_verified_and_not_be_replayed() -> None:
    """The receiver knows by secret, moment and body that it is ours; anything changed, or too old, is not."""
    got: Got = []
    with hook(lambda _: 204, got) as url:
        Webhook(url, "密钥", clock=lambda: 1_741_147_200).send(dispatch("区工信局"))
    ((headers, body),) = got
    now = 1_741_147_200
    assert verify("密钥", headers, body, now + 299) and verify("密钥", headers, body, now - 299)
    assert not verify("密钥", headers, body, now + 301)
    assert not verify("别的", headers, body, now) and not verify("密钥", headers, body + b" ", now)
    later = headers | {"X-Supervise-Timestamp": str(now + 600)}
    assert not verify("密钥", later, body, now + 600) and not verify("密钥", {}, body, now)
    assert json.loads(body)["key"] == "d/mail/区工信局/1" and json.loads(body) == dispatch("区工信局").as_dict()
    assert headers["X-Supervise-Key"] == "d/mail/%E5%8C%BA%E5%B7%A5%E4%BF%A1%E5%B1%80/1"


def test_the_signature_is_plain_hmac() -> None:
    """As documented, and as any language makes it: a value worked out with openssl."""
    assert signed("secret", "1741147200", b'{"a":1}') == (
        "v1=" + "98a9c553192e652bdd4142cb669ef174018744cffda9d9daa5a3d6348875ccdb"
    )


@pytest.mark.parametrize(
    ("status", "final"),
    [(301, True), (302, True), (400, True), (404, True), (408, False), (410, True), (429, False), (500, False)],
)  # fmt: skip
def test_what_a_webhook_answers_decides(status: int, final: bool) -> None:
    """A message that is no good is given up at once, a receiver that is busy or broken is asked again; no redirects."""
    got: Got = []
    with hook(lambda _: status, got) as url, pytest.raises(Undelivered, match=f"回的是 {status}") as lost:
        Webhook(url, "s").send(dispatch())
    assert lost.value.final is final and len(got) == 1


def test_a_receiver_that_is_silent_is_not_waited_for_without_end() -> None:
    """A time limit holds, and then it is tried again."""
    release = threading.Event()
    got: Got = []

    def wait(_: int) -> int:
        release.wait(20)
        return 200

    with hook(wait, got) as url:
        with pytest.raises(Undelivered, match="连不上") as lost:
            Webhook(url, "s", timeout=0.3).send(dispatch())
        release.set()
    assert not lost.value.final


SETTINGS = """default: hub
channels:
  hub: {kind: webhook, url: "https://oa.example.cn/h", secret_from: SV_TEST_SECRET}
  mail: {kind: smtp, host: smtp.example.cn, sender: d@example.cn, user: d, password_from: SV_TEST_PASSWORD}
  record: {kind: file, path: m.jsonl}
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("", "", ""),
        (", secret_from: SV_TEST_SECRET", "", "3:3 .*通道 hub 是 webhook,还要写 secret_from.*O10"),
        ("https://", "ftp://", "应以 https:// 或 http:// 开头.*O10"),
        (", password_from: SV_TEST_PASSWORD", "", "请写 password_from.*O10"),
        ("SV_TEST_SECRET", "SV_TEST_NONE", "没有环境变量 SV_TEST_NONE.*\n.*口令不写在文件里"),
        ("default: hub", "default: hubb", "default 写的“hubb”不是通道,是不是 hub?.*O12"),
    ],
)
def test_the_settings_are_read_or_complained_about(
    old: str, new: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every channel is made, passwords come from the environment, and what is missing is named at its line."""
    monkeypatch.setenv("SV_TEST_SECRET", "s3")
    monkeypatch.setenv("SV_TEST_PASSWORD", "p4")
    file = tmp_path / "channels.yaml"
    file.write_text(SETTINGS.replace(old, new) if old else SETTINGS, "utf-8")
    if said:
        with pytest.raises(Invalid, match=said):
            read_channels(str(file), Screen(print))
        return
    channels, first = read_channels(str(file), Screen(print))
    assert first == "hub" and list(channels) == ["hub", "mail", "record"]
    assert channels["hub"] == Webhook("https://oa.example.cn/h", "s3", 10)
    assert channels["mail"] == Mail("smtp.example.cn", 465, "d@example.cn", "tls", "d", "p4", 10)
