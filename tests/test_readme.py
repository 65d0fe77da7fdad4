"""What the READMEs print is what happens: commands in their order, and answers as recorded."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.cli_help import NOTICE, ROOT, run

PAGES = {"README.md": "## 六十秒走一遍", "README.en.md": "## A minute's tour"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with a notice, where no setting of the user's reaches."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("SUPERVISE_")]:
        monkeypatch.delenv(name)
    shutil.copy(NOTICE, tmp_path)
    return tmp_path


def blocks(page: str) -> list[list[str]]:
    """The lines of each console block from the walk on."""
    text = (ROOT / page).read_text("utf-8").partition(PAGES[page])[2]
    return [block.splitlines() for block in re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL)]


def walk(page: str) -> list[str]:
    """The commands of the walk."""
    return [re.sub(r"\s+#\s.*", "", line.removeprefix("$ supervise ")) for line in blocks(page)[1]]


def test_the_walk_goes_from_top_to_bottom() -> None:
    """Whoever copies the walk line by line into an empty folder meets no failure, and gets something every time."""
    for line in walk("README.md"):
        made = run(*shlex.split(line))
        assert (made.code, bool(made.out)) == (0, True), f"{line}: {made.err}"
        assert "没有任务" not in made.out and "没有符合条件" not in made.out, line


def test_both_languages_walk_the_same_way() -> None:
    """The English page has the commands of the Chinese one."""
    assert walk("README.en.md") == walk("README.md")


def recorded(page: str) -> list[tuple[str, list[str]]]:
    """Each command of the recorded block with the lines of its answer."""
    found: list[tuple[str, list[str]]] = []
    for line in next(block for block in blocks(page) if "" in block):
        if line.startswith("$ supervise "):
            found.append((line.removeprefix("$ supervise "), []))
        elif line:
            found[-1][1].append(line)
    return found


def pattern(lines: list[str]) -> str:
    """What an answer must match: as printed, but for what is left out and for moments and fingerprints."""
    made = []
    for line in lines:
        if line.strip().startswith("…"):
            made.append(r"(?:.*\n)+?")
            continue
        even = re.sub(
            r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", "<moment>", re.sub(r"(@\d+) [0-9a-f]{8}", r"\1 <print>", line)
        )
        made.append(re.escape(even) + r"\n")
    return "".join(made).replace("<moment>", r"[\d: -]+ UTC").replace("<print>", "[0-9a-f]{8}")


@pytest.mark.parametrize("page", PAGES)
def test_answers_are_as_recorded(page: str) -> None:
    """The block that shows answers shows those that come."""
    assert run("init").code == 0
    for line, lines in recorded(page):
        made = run(*shlex.split(line))
        told = made.err + made.out
        assert re.fullmatch(pattern(lines), told), f"{line}\n{told}"
