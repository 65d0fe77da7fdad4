"""What stands where in a scheme: values, lines, formulas, names, and what is counted."""

from __future__ import annotations

from collections.abc import Iterator

from supervise.reading import Path
from supervise.rules.arithmetic import FUNCTIONS, Call, Name, Word, options_of, walk
from supervise.rules.scheme import Formula, Grading, Scheme, SchemeBoard, SchemeLine, Value


def values(scheme: Scheme) -> Iterator[tuple[Path, Value]]:
    """The named values of units and of items, each with its place."""
    for name, spec in scheme.values.items():
        yield ("values", name), spec
    for name, spec in scheme.items.values.items() if scheme.items is not None else ():
        yield ("items", "values", name), spec


def lines(scheme: Scheme) -> Iterator[tuple[Path, SchemeLine]]:
    """Every line of every score, sections first."""

    def inner(path: Path, line: SchemeLine) -> Iterator[tuple[Path, SchemeLine]]:
        yield path, line
        for i, part in enumerate(line.lines):
            yield from inner((*path, "lines", i), part)

    for name, score in scheme.scores.items():
        yield from inner(("scores", name), score)


def formulas(scheme: Scheme) -> Iterator[tuple[Path, Formula, bool]]:
    """Every formula with its place, and whether it is about an item."""
    for path, spec in values(scheme):
        item = path[0] == "items"
        yield (*path, "of"), spec.of, item
        yield from ((found, formula, item) for found, formula in results(path, spec))
    for path, line in lines(scheme):
        for key in ("points", "of", "when", "times", "none_when"):
            if (formula := getattr(line, key)) is not None:
                yield (*path, key), formula, False
        yield from ((found, formula, False) for found, formula in results(path, line))
    for name, bar in scheme.bars.items():
        yield ("bars", name, "when"), bar.when, False
    for name, board in scheme.boards.items():
        yield from ((path, formula, False) for path, formula in _of_board(("boards", name), board))
    if scheme.grading is not None:
        yield from ((path, formula, False) for path, formula in _of_grading(scheme.grading))


def results(path: Path, spec: Value | SchemeLine) -> Iterator[tuple[Path, Formula]]:
    """What the bands of a value or line give, each with its place."""
    for key, _, result in spec.bands:
        yield (*path, "bands", key), result
    if spec.otherwise is not None:
        yield (*path, "otherwise"), spec.otherwise


def _of_board(path: Path, board: SchemeBoard) -> Iterator[tuple[Path, Formula]]:
    yield from (((*path, "by"), key.formula) for key in board.by)
    if board.ranked_when is not None:
        yield (*path, "ranked_when"), board.ranked_when
    for name, listing in board.lists.items():
        at: Path = (*path, "lists", name)
        yield from (((*at, end), f) for end in ("top", "bottom") for f in getattr(listing, end).values())
        yield from (((*at, key), getattr(listing, key)) for key in ("when", "unless") if getattr(listing, key))
        yield from (((*at, end), key.formula) for end in ("by", "then") for key in getattr(listing, end))


def _of_grading(grading: Grading) -> Iterator[tuple[Path, Formula]]:
    yield ("grading", "of"), grading.of
    for i, row in enumerate(grading.grades):
        if row.when is not None:
            yield ("grading", "grades", i, "when"), row.when
        for key in ("quota", "together"):
            yield from ((("grading", "grades", i, key), formula) for formula in getattr(row, key).values())
    yield from ((("grading", "limits", i, "when"), limit.when) for i, limit in enumerate(grading.limits))
    yield from ((("grading", "lower", i, "when"), one.when) for i, one in enumerate(grading.lower))
    yield from ((("grading", "then"), key.formula) for key in grading.then)


def sources(scheme: Scheme) -> Iterator[tuple[Path, str]]:
    """Everything that is counted, with its place: kinds of marks, and phrases about tasks."""
    for path, line in lines(scheme):
        for key in ("count", "sum", "rate"):
            yield from (((*path, key), word) for word in getattr(line, key))
    for path, formula, _ in formulas(scheme):
        for node in walk(formula.node):
            if isinstance(node, Call) and node.name in FUNCTIONS and FUNCTIONS[node.name].kind == "record":
                every = node.arguments if node.name in ("rate", "owed") else node.arguments[:1]
                yield from ((path, a.text) for a in every if isinstance(a, Word))
                yield from ((path, a.name) for a in every if isinstance(a, Name))


def phrases(scheme: Scheme) -> Iterator[tuple[Path, str]]:
    """What is counted of tasks."""
    yield from ((path, word) for path, word in sources(scheme) if word not in scheme.marks)


def named(scheme: Scheme) -> Iterator[tuple[str, Path]]:
    """Every name that a formula about a unit may use, with its place."""
    for shelf in ("marks", "values", "scores", "bars"):
        yield from ((name, (shelf, name)) for name in getattr(scheme, shelf))
    yield from ((line.name, (*path, "name")) for path, line in lines(scheme) if line.name)


def compares(scheme: Scheme) -> bool:
    """Whether it asks about earlier boards: in a formula, or for streaks."""
    calls = (node.name for _, f, _ in formulas(scheme) for node in walk(f.node) if isinstance(node, Call))
    past = any(FUNCTIONS[name].kind == "past" for name in calls if name in FUNCTIONS)
    return past or any(board.streaks for board in scheme.boards.values())


def looks_back(scheme: Scheme) -> bool:
    """Whether it counts things of tasks on days before its period."""
    told = [path for path, _ in phrases(scheme)]
    lines_ = any(
        line.within.kind != "period" or line.nth_since is not None or line.nth_within is not None
        for path, line in lines(scheme)
        if any(p[: len(path)] == path for p in told)
    )
    calls = [n for _, f, _ in formulas(scheme) for n in walk(f.node) if isinstance(n, Call)]
    return lines_ or any(
        call.name == "run" or any(word not in ("lead", "co", "period") for word in options_of(call))
        for call in calls
        if call.name in FUNCTIONS and FUNCTIONS[call.name].kind == "record" and call.name not in ("rate", "owed")
    )
