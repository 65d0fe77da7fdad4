"""What somebody asks for by name: found by any of its names, or told what there is instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from supervise.errors import Problem, Unknown, did_you_mean
from supervise.people import Directory


def unit_called(directory: Directory, word: str, day: date | None = None, others: Iterable[str] = ()) -> str:
    """The own name of a unit, or one of some other names that may stand in its place.

    Args:
        directory: of the district.
        word: any of its names.
        day: on which it bears that name; names of other days will do as well.
        others: such as roles of the office by their labels.

    Raises:
        Unknown: U04.
    """
    unit = directory.unit(word, day) or directory.unit(word)
    if unit is not None:
        return unit.name
    if word in (labels := sorted(others)):
        return word
    known = [one.name for one in directory.units(day)]
    text = f"没有“{word}”这个单位{did_you_mean(word, [*known, *labels])}"
    raise Unknown(Problem("U04", text, help="单位名称见单位目录(units.yaml)"))


def key_called(word: str, labels: Mapping[str, str], code: str, what: str) -> str:
    """The key of what is called so, by key or label.

    Args:
        word: what was asked for.
        labels: key → what it is called.
        code: of the problem.
        what: kind of thing, in Chinese.

    Raises:
        Unknown: with all there is.
    """
    found = next((key for key, label in labels.items() if word in (key, label)), None)
    if found is not None:
        return found
    hint = did_you_mean(word, [*labels, *labels.values()])
    listed = "、".join(key if key == label else f"{key}({label})" for key, label in labels.items())
    text = f"没有“{word}”这个{what}{hint if hint.startswith(',是不是') else ''}"
    raise Unknown(Problem(code, text, help=f"可写:{listed}" if listed else f"还没有{what}"))
