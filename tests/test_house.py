"""The house keeps its shape: floors, rooms, libraries, sizes and sentences are read from the syntax trees."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
HOUSE = ROOT / "supervise"

GROUND = {
    "errors", "dates", "people", "records", "paces", "phrases", "patterns", "reading", "widths", "chain", "goals",
    "facts", "hearing", "arrangements", "collecting",
}  # fmt: skip
# Floor → its rooms; the hall is also the front door's ``office.py``.
ROOMS = {
    1: {"workflows", "intake", "store"},
    2: {"rules"},
    3: {"site"},
    4: {"papers", "archives", "channels", "charts"},
    5: {"hall"},
    6: {"cli", "web", "worker", "integrations"},
}
EXEMPT = {"supervise", "supervise.__main__"}  # the front door sees everything

# Third-party library → the rooms and modules that may import it; what is not listed is not imported at all.
LIBRARIES: dict[str, tuple[str, ...]] = {
    "transitions": ("workflows.lifecycle",),
    "graphviz": ("workflows.drawing", "workflows.engines"),
    "resvg_py": ("workflows.engines",),
    "typst": ("workflows.engines",),
    "quickjs": ("charts.engine",),
    "sqlalchemy": ("store", "office", "hall", "archives"),
    "alembic": ("store",),
    "click": ("cli",),
    "yaml": ("reading",),
    "pydantic": (
        "reading",
        "dates",
        "people",
        "workflows.definition",
        "site.stories",
        "rules.ruleset",
        "rules.ladder",
        "rules.notices",
        "rules.sending",
        "rules.scheme",
        "intake.drafts",
    ),
    "pydantic_core": ("reading",),
    "chinese_calendar": ("dates",),
    "xlsxwriter": ("papers.exports", "cli"),
    "pyarrow": ("archives.parquet",),
    "python_calamine": ("intake.readers",),
    "pdfplumber": ("intake.readers",),
    "lxml": ("intake.readers",),
    "opencc": ("intake",),
    "jinja2": ("papers.review",),
}

# Words of a definition that are also words of the core, each with its reason.
CORE_WORDS: dict[str, str] = {
    "order": "the key of a rung in a ladder file",
    "start": "where a numbered list begins, in HTML and in docx",
    "propose": "the name of a command: supervise units propose",
    # the hall walks the procedure of publishing itself, see decision 0027; who acts and how fast stands in the file
    "draw_again": "the step by which other units come onto a board before it is served anew",
    "consult": "the step by which a board is served on its units",
    "sign": "the step by which it is signed, and the key of a rule file that asks for it",
    "announce": "the step by which it is published",
    "put_right": "the step by which a publication is corrected",
    "contest": "the step by which a line is contested",
    "uphold": "the step by which an objection is found right",
}

FILE_LINES, FUNCTION_LINES, LONG_LINES, LONG_SHARE = 400, 60, 30, 0.10


class Import(NamedTuple):
    """One imported module, wherever in the file it is written."""

    module: str
    line: int


@cache
def modules() -> dict[str, Path]:
    """Dotted name → file of every module of the package that has any text."""
    found = {}
    for path in sorted(HOUSE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if "definitions" not in parts and path.read_text("utf-8").strip():
            found[name] = path
    return found


@cache
def tree(name: str) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(modules()[name].read_text("utf-8"))


def known(name: str) -> bool:
    """Whether ``name`` is a module or package of the house, empty ones included."""
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or path.is_dir()


@cache
def imports(name: str) -> tuple[Import, ...]:
    """Everything a module imports, inside functions and under TYPE_CHECKING too."""
    package = name if modules()[name].name == "__init__.py" else name.rpartition(".")[0]
    found = []
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            found += [Import(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *filter(None, [base])])
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                inside = base.split(".")[0] == "supervise" and known(inner)
                found.append(Import(inner if inside else base, node.lineno))
    return tuple(found)


def room(name: str) -> str:
    """The room of a module: the nouns on the ground floor are one room."""
    first = name.split(".")[1] if "." in name else "office"
    if first in GROUND:
        return "ground floor"
    return "hall" if first == "office" else first


def floor(name: str) -> int:
    """The floor of a module."""
    if room(name) == "ground floor":
        return 0
    return next((number for number, rooms in ROOMS.items() if room(name) in rooms), len(ROOMS))


def place(name: str, line: int) -> str:
    """A place a person can jump to."""
    return f"{modules()[name].relative_to(ROOT)}:{line}"


def named(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether a module is, or stands inside, one of the named rooms or modules."""
    inside = name.partition(".")[2]
    for pattern in patterns:
        if pattern.endswith("*") and inside.startswith(pattern[:-1]):
            return True
        if inside == pattern or inside.startswith((pattern + ".", pattern + "_")):
            return True
    return False


def functions(name: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a module."""
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its decorators and its docstring."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if ast.get_docstring(node) is not None:
        lines -= (node.body[0].end_lineno or 0) - node.body[0].lineno + 1
    return lines


def public(node: ast.Module | ast.ClassDef, path: str) -> Iterator[tuple[str, Any]]:
    """Every public class and function outside functions, with its dotted path."""
    for child in node.body:
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not child.name.startswith("_"):
            if any("overload" in ast.unparse(mark) for mark in child.decorator_list):
                continue
            yield f"{path}.{child.name}", child
            if isinstance(child, ast.ClassDef):
                yield from public(child, f"{path}.{child.name}")


def breaches(found: Iterator[str] | list[str]) -> None:
    """Fail with every breach, one a line."""
    lines = list(found)
    assert not lines, "\n" + "\n".join(lines)


def test_a_module_imports_from_lower_floors_and_its_own_room_only() -> None:
    """Rooms on one floor do not know each other, and nobody looks upstairs."""
    breaches(
        f"{place(name, found.line)}: {room(name)} (floor {floor(name)}) imports {found.module} (floor {other})"
        for name in modules()
        if name not in EXEMPT
        for found in imports(name)
        if found.module.split(".")[0] == "supervise"
        for other in [floor(found.module)]
        if room(found.module) != room(name) and other >= floor(name)
    )


def test_no_circle_of_imports() -> None:
    """Following imports never leads back to where one started."""
    graph = {
        name: {found.module for found in imports(name) if found.module in modules() and found.module != name}
        for name in modules()
    }
    done: set[str] = set()

    def walk(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, "circle: " + " → ".join([*trail[trail.index(name) :], name])
        if name not in done:
            for other in sorted(graph[name]):
                walk(other, (*trail, name))
            done.add(name)

    for name in graph:
        walk(name, ())


def test_one_library_one_room() -> None:
    """A third-party library is imported only where it lives, and only if it is listed here."""
    own = set(sys.stdlib_module_names) | {"supervise"}
    breaches(
        f"{place(name, found.line)}: {library} belongs to {', '.join(LIBRARIES.get(library, ('no room yet',)))}"
        for name in modules()
        for found in imports(name)
        for library in [found.module.split(".")[0]]
        if library not in own and not named(name, LIBRARIES.get(library, ()))
    )


def test_no_clock_no_file_no_network_below_the_hall() -> None:
    """Floors 0 to 2 are given days, texts and sessions; they never fetch them."""
    breaches(
        f"{place(name, line)}: {what}"
        for name in modules()
        if name not in EXEMPT and floor(name) < 3
        for what, line in reaches_out(name)
    )


def reaches_out(name: str) -> Iterator[tuple[str, int]]:
    """Where a module asks the world something by itself."""
    network = {"requests", "socket", "urllib", "http", "httpx"}
    reading = {"read_text", "read_bytes", "write_text", "write_bytes"}
    for found in imports(name):
        if found.module.split(".")[0] in network:
            yield f"imports {found.module}", found.line
    calls = {id(node.func) for node in ast.walk(tree(name)) if isinstance(node, ast.Call)}
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            last = called.rpartition(".")[2]
            if called == "open" or (isinstance(node.func, ast.Attribute) and last in reading):
                yield f"{called}() touches a file", node.lineno
            if (isinstance(node.func, ast.Attribute) and last in {"now", "today", "utcnow"}) or called == "time.time":
                yield f"{called}() reads the clock", node.lineno
        elif isinstance(node, ast.Attribute) and id(node) not in calls:
            whole = ast.unparse(node)
            if whole in {"time.time", "time.time_ns", "date.today", "datetime.now", "datetime.utcnow"}:
                yield f"{whole} reads the clock", node.lineno


def test_files_are_short() -> None:
    """No file has more than 400 lines."""
    sizes = {name: len(path.read_text("utf-8").splitlines()) for name, path in modules().items()}
    breaches(f"{place(name, size)}: {size} lines" for name, size in sizes.items() if size > FILE_LINES)


def test_functions_are_short() -> None:
    """No function has more than 60 lines, and at most one in ten more than 30."""
    sizes = {place(name, node.lineno): length(node) for name in modules() for node in functions(name)}
    breaches(f"{where}: {size} lines" for where, size in sizes.items() if size > FUNCTION_LINES)
    long = sorted(((size, where) for where, size in sizes.items() if size > LONG_LINES), reverse=True)
    allowed = max(3, int(len(sizes) * LONG_SHARE))
    assert len(long) <= allowed, f"{len(long)} of {len(sizes)} functions are long, {allowed} may be: {long}"


def test_every_public_name_has_a_sentence() -> None:
    """The first line of every public docstring is one sentence."""
    breaches(
        f"{place(name, getattr(node, 'lineno', 1))}: {path}: {wrong}"
        for name in modules()
        if not any(part.startswith("_") for part in name.split("."))
        for path, node in [(name, tree(name)), *public(tree(name), name)]
        for wrong in [not_a_sentence(ast.get_docstring(node))]
        if wrong
    )


def not_a_sentence(text: str | None) -> str:
    """What keeps the first line from being one sentence; empty if nothing does."""
    if not text:
        return "no docstring"
    line = text.splitlines()[0].strip()
    if line[-1:] not in set(".?!。?!"):
        return f"the first line does not end: {line!r}"
    bare = re.sub(r"``[^`]*``|\b(?:e\.g|i\.e|etc)\.", "x", line)
    return f"more than one sentence: {line!r}" if re.search(r"[.?!] +[A-Z]|[。?!](?=.)", bare) else ""


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ("One sentence.", True),
        ("一句话。", True),
        ("Stable code such as ``a. B`` and so on.", True),
        ("No end", False),
        ("Two. Sentences.", False),
        ("两句。话。", False),
        (None, False),
    ],
)
def test_a_sentence_is_recognised(text: str | None, fine: bool) -> None:
    """The check of sentences itself tells one from none and from two."""
    assert (not_a_sentence(text) == "") is fine


def test_every_argument_is_annotated() -> None:
    """A reader learns from the signature what a function takes."""
    breaches(
        f"{place(name, node.lineno)}: {node.name}({argument.arg})"
        for name in modules()
        for node in functions(name)
        for argument in [
            *node.args.posonlyargs,
            *node.args.args,
            *node.args.kwonlyargs,
            *filter(None, [node.args.vararg, node.args.kwarg]),
        ]
        if argument.annotation is None and argument.arg not in {"self", "cls"}
    )


def lifecycle_words() -> dict[str, str]:
    """State and action names of the shipped lifecycles → the file that says them."""
    words = {}
    for path in sorted((ROOT / "definitions").glob("*.yaml")):
        data = yaml.safe_load(path.read_text("utf-8"))
        if isinstance(data, dict) and "workflow" in data:
            words |= dict.fromkeys([*data.get("states", ()), *data.get("actions", ())], path.name)
    return words


def docstrings(module: ast.Module) -> set[int]:
    """The ids of the constants that are docstrings."""
    owners = [n for n in ast.walk(module) if isinstance(n, ast.Module | ast.ClassDef | ast.FunctionDef)]
    return {
        id(owner.body[0].value) for owner in owners if owner.body and isinstance(owner.body[0], ast.Expr)
    }  # a bare expression that opens a body


def test_the_core_does_not_know_the_words_of_a_definition() -> None:
    """States and actions are named in files; no line of code depends on one of them."""
    words = {word: file for word, file in lifecycle_words().items() if word not in CORE_WORDS}
    breaches(
        f"{place(name, node.lineno)}: {node.value!r} is a word of {words[node.value]}"
        for name in modules()
        for texts in [docstrings(tree(name))]
        for node in ast.walk(tree(name))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in texts
        if node.value in words
    )


def test_no_allowance_without_use() -> None:
    """A word excused from the rule above is still a word of a definition."""
    words = lifecycle_words()
    breaches(f"CORE_WORDS: {word!r} is in no definition" for word in CORE_WORDS if words and word not in words)


def repository_files() -> list[Path]:
    """The files under version control or about to be, tests left out; all files where git cannot say."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout.decode()
        paths = [ROOT / name for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        skipped = {".git", ".venv", "out", "build", "dist", "__pycache__"}
        paths = [path for path in ROOT.rglob("*") if not skipped & set(path.relative_to(ROOT).parts)]
    return [path for path in paths if path.is_file() and path.relative_to(ROOT).parts[0] != "tests"]


def test_no_path_of_one_machine() -> None:
    """What is committed runs anywhere: no file names a folder of the machine it was written on."""
    pattern = re.compile(r"(?<![\w.~:/-])/(?:work|root|tmp|home|Users)/")
    found = []
    for path in repository_files():
        try:
            lines = path.read_text("utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        found += [
            f"{path.relative_to(ROOT)}:{n}: {line.strip()[:100]}"
            for n, line in enumerate(lines, 1)
            if pattern.search(line)
        ]
    breaches(found)
