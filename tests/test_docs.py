"""What is written about supervise is true: codes, JSON keys, commands, options and links."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import click
import pytest

from supervise.cli.main import EXITS, cli
from tests.cli_help import COMMANDS, EVERY, GROUPS, ROOT, named, play_json

DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "examples").glob("*.md")])
READMES = [ROOT / "README.md", ROOT / "README.en.md"]
CODE = re.compile(r"[A-Z]\d{2}")
SETTING = re.compile(r"\bSUPERVISE_[A-Z_]+\b")


def codes_in_source() -> set[str]:
    """Every problem code written as a string anywhere in the package."""
    found: set[str] = set()
    for path in (ROOT / "supervise").rglob("*.py"):
        found |= set(re.findall(rf"""["']({CODE.pattern})["']""", path.read_text("utf-8")))
    return found


def rows(page: Path) -> Iterator[tuple[str, list[str]]]:
    """The rows of a page's tables, each with the heading it stands under; heads of tables left out."""
    heading = ""
    for line in page.read_text("utf-8").splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if cells and not set(cells[0]) <= set("-: ") and cells[0] not in ("代码", "键"):
            yield heading, cells


def test_every_problem_code_is_on_the_page_and_no_other() -> None:
    """The page of codes lists what the program can say: all of it, once, with meaning and advice."""
    listed = [cells for _, cells in rows(DOCS / "problems.md")]
    codes = [cells[0] for cells in listed]
    assert len(codes) == len(set(codes))
    source = codes_in_source()
    assert set(codes) == source, f"not on the page: {source - set(codes)}; not in the source: {set(codes) - source}"
    assert all(len(cells) == 3 and all(cells) for cells in listed)
    assert all(CODE.fullmatch(code) for code in codes)


def test_codes_of_one_letter_stand_in_order() -> None:
    """Within a table the codes of each letter rise, so that a reader finds one."""
    for heading in {heading for heading, _ in rows(DOCS / "problems.md")}:
        codes = [cells[0] for under, cells in rows(DOCS / "problems.md") if under == heading]
        for letter in {code[0] for code in codes}:
            of_letter = [code for code in codes if code[0] == letter]
            assert of_letter == sorted(of_letter), heading


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_every_exit_code_is_in_the_readme(page: Path) -> None:
    """The codes a program can end with are told in both languages, and no other."""
    told = {int(number) for number in re.findall(r"^\| (\d+) \|", page.read_text("utf-8"), re.MULTILINE)}
    assert told == {0, 2, *EXITS.values()}


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_every_command_is_in_the_readme(page: Path) -> None:
    """A reader meets every command."""
    text = page.read_text("utf-8")
    missing = [name for name in EVERY if not re.search(rf"\bsupervise {name}\b", text)]
    assert not missing


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_every_setting_of_the_environment_is_in_the_readme(page: Path) -> None:
    """The table has each variable that the program looks at, and no other."""
    read = {name for path in (ROOT / "supervise").rglob("*.py") for name in SETTING.findall(path.read_text("utf-8"))}
    assert set(re.findall(r"^\| `(SUPERVISE_\w+)` \|", page.read_text("utf-8"), re.MULTILINE)) == read


def command_lines(page: Path) -> Iterator[str]:
    """Each piece of a page that shows a command of supervise: in a block, or between backticks."""
    text = page.read_text("utf-8")
    for block in re.findall(r"^```(?:console|sh|bash|text)?\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            if match := re.match(r"\s*(?:\$ )?(supervise .*)", line):
                yield re.sub(r"\s#.*", "", match[1])
    yield from re.findall(r"`(supervise [^`\n]*)`", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_documented_option_is_unknown(page: Path) -> None:
    """Every command and every option shown in a page exists."""
    wrong = []
    for line in command_lines(page):
        words = line.split()
        name = words[1] if len(words) > 1 else ""
        if name.startswith("-") or not re.fullmatch(r"[a-z]+", name):
            continue  # a placeholder, or an option of the whole
        if name in GROUPS and len(words) > 2 and words[2].isalpha():
            name = f"{name} {words[2]}"
        if name not in (*EVERY, *GROUPS):
            wrong.append(f"{line}: no command {name}")
            continue
        command = named(name)
        known = {option for parameter in command.params for option in parameter.opts} | {"--help", "-h"}
        for option in re.findall(r"(?<![\w-])--?[a-z][\w-]*", line):
            if option not in known and name != "do":  # ``do`` takes the fields of a lifecycle
                wrong.append(f"{line}: no option {option}")
    assert not wrong, "\n".join(wrong)


def test_command_lines_are_found() -> None:
    """The search for command lines in pages finds those of the README."""
    shown = list(command_lines(ROOT / "README.md"))
    assert len(shown) >= len(COMMANDS)
    assert any(line.startswith("supervise board ") and "#" not in line for line in shown)


def options_alone(page: Path) -> set[str]:
    """Options named alone between backticks."""
    return set(re.findall(r"`(--[a-z-]+)[^`]*`", page.read_text("utf-8")))


@pytest.mark.parametrize("page", [*READMES, *DOCS.glob("*.md")], ids=lambda page: page.name)
def test_no_option_named_alone_is_unknown(page: Path) -> None:
    """An option mentioned in a sentence belongs to some command."""
    known = {option for name in EVERY for parameter in named(name).params for option in parameter.opts}
    assert options_alone(page) <= known | {"--help", "--version", "--字段"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link names a file that is there, and every anchor a heading."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (anchor and anchor not in headings(file)):
            broken.append(target)
    assert not broken


def headings(page: Path) -> list[str]:
    """The anchors of a page's headings."""
    found = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", heading).strip().replace(" ", "-").lower() for heading in found]


# ── JSON ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """What every command really prints with ``--json``."""
    return play_json(tmp_path_factory.mktemp("json"))


def documented(section: str, linked: bool = True) -> set[str]:
    """The paths of a section; those of linked sections are put in their places, or left out."""
    found: set[str] = set()
    for heading, cells in rows(DOCS / "json.md"):
        if heading != section:
            continue
        path = cells[0].strip("`")
        link = re.fullmatch(r"\[.*\]\(#(.*)\)", cells[1])
        if link is None:
            found.add(path)
        elif linked:
            found |= {f"{path}.{rest}" for rest in documented(link[1])}
    return found


def links() -> Iterator[tuple[str, str, str]]:
    """Section, path and linked section of every row that refers to another section."""
    for heading, cells in rows(DOCS / "json.md"):
        if link := re.fullmatch(r"\[.*\]\(#(.*)\)", cells[1]):
            yield heading, cells[0].strip("`"), link[1]


def leaves(value: Any, path: str = "") -> Iterator[str]:
    """The paths of everything that holds no more, empty lists and objects included."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key.replace('.', '_')}" if path else key)
    elif isinstance(value, list) and value:
        for inner in value:
            yield from leaves(inner, f"{path}[]")
    else:
        yield path + ("[]" if isinstance(value, list) else "")


def fits(path: str, pattern: str) -> bool:
    """Whether a real path is one that a documented path means; below ``*`` anything may stand."""
    return path == pattern or ("*" in pattern and fnmatchcase(path.replace("[]", ""), pattern.replace("[]", "")))


def empty(path: str, pattern: str) -> bool:
    """Whether a real path may be the empty case of a documented one: no list, no object."""
    return pattern.startswith((f"{path}.", f"{path}[]"))


SHAPES = {"show": "任务", "错误": "办不成时"}


def expected(command: str, linked: bool = True) -> set[str]:
    """The documented paths of a command's answer."""
    if command == "why":
        both = documented("board", linked) | documented("assess", linked)
        return {path.replace("standings[]", "standing") for path in both} | (documented("why") - {"standing"})
    if command in ("do", "show"):  # what was done, or with --dry-run what would be; with --why how dates came about
        return documented("任务", linked) | documented(command, linked)
    return documented(SHAPES.get(command, command), linked)


def printed(answers: dict[str, list[Any]], command: str) -> set[str]:
    """The paths a command really printed; sections within sections count as sections."""
    real = {path for answer in answers[command] for path in leaves(answer)}
    return {re.sub(r"^(sections\[\])(?:\.children\[\])+\.", r"\1.", path) for path in real}


@pytest.mark.parametrize("command", [*EVERY, "错误"])
def test_json_keys_are_the_documented_ones(answers: dict[str, list[Any]], command: str) -> None:
    """Every key a command prints is on the page, and every key on its part of the page is printed."""
    real, told = printed(answers, command), expected(command)
    unknown = {path for path in real if not any(fits(path, p) or empty(path, p) for p in told)}
    assert not unknown, f"printed, but not documented: {sorted(unknown)}"
    unseen = {p for p in expected(command, linked=False) if not any(fits(path, p) for path in real)}
    assert not unseen, f"documented, but never printed: {sorted(unseen)}"
    assert told


@pytest.mark.parametrize("section", sorted({linked for _, _, linked in links()}))
def test_json_parts_are_printed_by_some_command(answers: dict[str, list[Any]], section: str) -> None:
    """Every key of a part that several commands share is printed by one of them."""
    real = {path for command in answers for path in printed(answers, command)}
    ends = {pattern for pattern in documented(section, linked=False)}
    unseen = {p for p in ends if not any(path == p or fits(path, f"*.{p}") for path in real)}
    assert not unseen, f"documented, but never printed: {sorted(unseen)}"


def test_every_command_has_its_json_section() -> None:
    """The page has a heading for each command."""
    found = [
        heading
        for heading in re.findall(r"^## ([\w-]+(?: \w+)?)$", (DOCS / "json.md").read_text("utf-8"), re.MULTILINE)
    ]
    assert set(EVERY) <= set(found)
    shapes = (
        "办不成时 问题 出处 章节 任务 应办 由来 得分行 分数表 缺项 经过 消息 一份 空缺 登记 "
        "评分榜 计分行 公布程序 升降 变动 异议"
    )
    assert set(found) - set(EVERY) == set(shapes.split())


def test_names_of_errors_are_told() -> None:
    """The page names every kind of error an answer can carry."""
    row = next(cells for heading, cells in rows(DOCS / "json.md") if heading == "办不成时" and cells[0] == "`error`")
    assert set(re.findall(r"`(\w+)`", row[2])) == {*EXITS, "Usage", "Unexpected"}


def test_problems_page_is_named_by_the_class_that_carries_codes() -> None:
    """Who reads the code finds the page."""
    from supervise.errors import Problem

    assert "docs/problems.md" in (Problem.__doc__ or "")
    assert all(isinstance(command, click.Command) for command in cli.commands.values())


def test_the_wiring_in_the_readme_is_the_wiring_that_is_tested() -> None:
    """Both READMEs show ``examples/embed.py`` word for word."""
    code = (ROOT / "examples" / "embed.py").read_text("utf-8").partition("import oa")[2]
    for name in ("README.md", "README.en.md"):
        assert code in (ROOT / name).read_text("utf-8")


def test_every_extra_is_asked_for_somewhere() -> None:
    """What can be installed beside supervise is named by a message or page that says what for; ``all`` is all."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    extras.pop("dev")
    assert set(re.findall(r"[\w-]+", extras.pop("all")[0].removeprefix("supervise"))) == set(extras)
    told = "".join(page.read_text("utf-8") for page in [*PAGES, *(ROOT / "supervise").rglob("*.py")])
    assert [name for name in extras if f'pip install "supervise[{name}]"' not in told] == []
