"""The file that says which channels there are: addresses and names in it, passwords only in the environment."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from supervise.channels.mail import Mail
from supervise.channels.plain import LinesFile
from supervise.channels.port import Channel
from supervise.channels.webhook import Webhook
from supervise.errors import Invalid, Problem, did_you_mean
from supervise.reading import Document, Strict, parse, validate
from supervise.site.texts import read_text


class ChannelEntry(Strict):
    """One channel; which keys it needs depends on its kind."""

    kind: Literal["smtp", "webhook", "file", "screen"]
    host: str = ""
    port: int = 465
    tls: Literal["tls", "starttls", "none"] = "tls"
    sender: str = ""
    user: str = ""
    password_from: str = ""
    cafile: str = ""
    url: str = ""
    secret_from: str = ""
    path: str = ""
    timeout: int = 10


class ChannelsFile(Strict):
    """What ``channels.yaml`` says: the channels by name, and which one takes names without people."""

    default: str = ""
    channels: dict[str, ChannelEntry]


NEEDS = {"smtp": ("host", "sender"), "webhook": ("url", "secret_from"), "file": ("path",), "screen": ()}


def read_channels(path: str, screen: Channel) -> tuple[dict[str, Channel], str]:
    """The channels of a settings file, and the default one.

    Args:
        path: of the file; empty for none, then everything goes to the screen.
        screen: what stands for the screen.

    Raises:
        Unknown: F01 when there is no such file.
        Invalid: O10 when a channel lacks something, O11 when a password is not in the environment, O12 when the
            default is no channel.
    """
    if not path:
        return {"screen": screen}, "screen"
    document = parse(read_text(Path(path)), path)
    file = validate(document, ChannelsFile)
    if problems := list(_problems(document, file, os.environ)):
        raise Invalid(problems)
    made = {name: _channel(entry, screen) for name, entry in file.channels.items()}
    return made, file.default or next(iter(made))


def _problems(document: Document, file: ChannelsFile, environment: Mapping[str, str]) -> Iterator[Problem]:
    for name, entry in file.channels.items():
        at = ("channels", name)
        missing = [key for key in NEEDS[entry.kind] if not getattr(entry, key)]
        if missing:
            yield document.problem("O10", at, f"通道 {name} 是 {entry.kind},还要写 {'、'.join(missing)}")
        if entry.kind == "webhook" and entry.url and not entry.url.startswith(("http://", "https://")):
            yield document.problem("O10", (*at, "url"), f"“{entry.url}”应以 https:// 或 http:// 开头")
        if entry.user and not entry.password_from:
            yield document.problem("O10", at, f"通道 {name} 要登录,请写 password_from(密码在哪个环境变量)")
        for key in ("password_from", "secret_from"):
            variable = getattr(entry, key)
            if variable and not environment.get(variable):
                help_ = "口令不写在文件里:请先设这个环境变量"
                yield document.problem("O11", (*at, key), f"没有环境变量 {variable}", help_)
    if not file.channels:
        yield document.problem("O10", ("channels",), "一个通道也没有写")
    elif file.default and file.default not in file.channels:
        text = f"default 写的“{file.default}”不是通道{did_you_mean(file.default, file.channels)}"
        yield document.problem("O12", ("default",), text)


def _channel(entry: ChannelEntry, screen: Channel) -> Channel:
    if entry.kind == "smtp":
        password = os.environ.get(entry.password_from, "") if entry.password_from else ""
        return Mail(
            entry.host, entry.port, entry.sender, entry.tls, entry.user, password, entry.timeout, entry.cafile
        )  # fmt: skip
    if entry.kind == "webhook":
        return Webhook(entry.url, os.environ[entry.secret_from], entry.timeout)
    return LinesFile(entry.path) if entry.kind == "file" else screen
