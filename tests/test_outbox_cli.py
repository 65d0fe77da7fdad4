"""The outbox at the counter: what it lists, what its exit code says, and how a round that never ends is ended."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli_help import DEFINITIONS, ROOT, Result, run

TASKS = "due: 2026-12-31\ntasks:\n- {code: T1, text: 修路, lead: [区工信局], co: [区科技局]}\n"
CHANNELS = "channels:\n  record: {kind: file, path: messages.jsonl}\n"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a task on record, and definitions under which messages go at any hour."""
    laws = tmp_path / "definitions"
    shutil.copytree(DEFINITIONS, laws)
    file = laws / "rules" / "sending.yaml"
    file.write_text(re.sub(r"^(quiet|days): .*\n", "", file.read_text("utf-8"), flags=re.MULTILINE), "utf-8")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.yaml").write_text(TASKS, "utf-8")
    said(run("init"), 0)
    said(run("assign", "t.yaml", "--day", "2025-03-03"), 0)
    yield tmp_path


def said(result: Result, code: int, *words: str) -> Result:
    """A result with this exit code that says these words."""
    assert result.code == code, result
    assert all(word in result.out + result.err for word in words), result
    return result


def people(desk: Path, name: str, entry: str) -> None:
    """Write somebody into the directory."""
    file = desk / "definitions" / "units.yaml"
    text, number = re.subn(
        rf"(name: {name},.*)\}}$", rf"\1, people: [{entry}]}}", file.read_text("utf-8"), flags=re.M
    )  # fmt: skip
    assert number == 1
    file.write_text(text, "utf-8")


def test_without_settings_messages_are_shown(desk: Path) -> None:
    """``outbox`` alone lists; sending shows each message, then the list has who got how many."""
    said(run("outbox"), 0, "新的:1 条")
    said(run("outbox", "send", "--dry-run"), 0, "→ screen:区科技局", "共 2 份 2 条,一份也没有发")
    said(run("outbox"), 0, "新的:1 条")
    said(run("outbox", "send"), 0, "【督查督办:T1 交办】\n区工信局:", "已发 2 份 2 条")
    assert re.search(r"20\d\d-W\d\d  区工信局  1 份  1 条", run("outbox").out)
    said(run("outbox", "send"), 0, "已发 0 份 0 条")


def test_a_unit_without_anybody_makes_the_exit_code_one(desk: Path) -> None:
    """Parked with the file to mend; when somebody is there again, ``retry`` and ``send`` deliver to him alone."""
    (desk / "channels.yaml").write_text(CHANNELS, "utf-8")
    people(desk, "区工信局", "{name: 王某, post: liaison, to: {record: wang}}")
    said(run("outbox", "send"), 1, "已发 1 份 1 条", "搁置的 1 份", "区科技局没有能收消息的人:units.yaml")
    said(run("outbox"), 0, "搁置(改好后 supervise outbox retry):1 份")
    said(run("outbox", "vacancies"), 0, "区科技局      没有写收消息的人")
    people(desk, "区科技局", "{name: 孙某, post: deputy, to: {record: sun}}")
    said(run("outbox", "retry", "区科局"), 5, "没有给“区科局”的消息搁置着,是不是 区科技局?", "[O14]")
    said(run("outbox", "retry"), 0, "放回 1 份")
    said(run("outbox", "retry"), 0, "没有搁置的消息")
    said(run("outbox", "send"), 0, "已发 1 份 1 条")
    lines = [json.loads(line) for line in (desk / "messages.jsonl").read_text("utf-8").splitlines()]
    assert [line["address"] for line in lines] == ["wang", "sun"]
    assert lines[1]["text"].splitlines()[1] == "(区科技局联络员空缺,由孙某代收)"
    said(run("outbox", "replay", "--since", "2025-03-03"), 0, "2 份将再发一遍")
    said(run("outbox", "send"), 0, "已发 2 份 2 条")
    again = [json.loads(line) for line in (desk / "messages.jsonl").read_text("utf-8").splitlines()]
    assert sorted(line["key"] for line in again[2:]) == sorted(line["key"] for line in lines)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--every", "60s", "--json"), "--every 不能和 --json、--dry-run 一起写"),
        (("--within", "5"), "“5”不是时长,应写作 90s、10m 或 2h"),
        (("--within", "0m"), "不是时长"),
    ],
)
def test_what_cannot_be_asked_is_a_mistake_of_the_command_line(desk: Path, words: tuple[str, ...], told: str) -> None:
    """Told in Chinese, with exit code 2, and nothing is sent."""
    assert told in (result := run("outbox", "send", *words)).out + result.err and result.code == 2
    said(run("outbox"), 0, "新的:1 条")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_rounds_end_when_they_are_asked_to(desk: Path, number: signal.Signals) -> None:
    """``--every`` sends, waits, and on a signal leaves with its word and exit code 0."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "supervise", "outbox", "send", "--every", "2h"],
        stdout=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip
    assert process.stdout is not None
    for line in process.stdout:
        if "已发 2 份 2 条" in line:
            break
    process.send_signal(number)
    assert process.communicate(timeout=60)[0] == "已停\n" and process.returncode == 0
