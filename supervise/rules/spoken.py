"""Formulas as a unit reads them: labels for names, Chinese for signs, with the numbers behind them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from supervise.rules.anatomy import lines, values
from supervise.rules.functions import parted
from supervise.rules.scheme import Formula, Scheme

_PIECE = re.compile(r"'[^']*'|\"[^\"]*\"|[^\W\d]\w*(?:\.[^\W\d]\w*)*(?:\s*\()?|<=|>=|!=|\*")
_SIGNS = {"<=": "≤", ">=": "≥", "!=": "≠", "*": "×", "and": "且", "or": "或", "not": "非"}
_PARTS = {"raw": "封顶保底前", "added": "加分", "deducted": "扣分", "lead": "牵头", "co": "协办"}
_BUILT_IN = {
    "as_of": "截止日", "period_start": "期初日", "period_end": "期末日", "tasks": "承办项数", "nothing": "无",
}  # fmt: skip


def labels(scheme: Scheme) -> dict[str, str]:
    """Name → what it is called."""
    found = dict(_BUILT_IN)
    found |= {name: kind.label for name, kind in scheme.marks.items()}
    found |= {str(path[-1]): spec.label or str(path[-1]) for path, spec in values(scheme)}
    found |= {name: bar.label for name, bar in scheme.bars.items()}
    found |= {line.name: line.label or line.name for _, line in lines(scheme) if line.name}
    return found | {name: score.label or "得分" for name, score in scheme.scores.items()}


def label_of(known: Mapping[str, str], name: str) -> str:
    """What a name is called, with the part of it that is meant."""
    first, part = parted(name)
    return known.get(first, first) + (f"({_PARTS.get(part, part)})" if part else "")


def spoken(formula: Formula, known: Mapping[str, str]) -> str:
    """A formula with labels for its names."""

    def said(match: re.Match[str]) -> str:
        piece = match[0]
        if piece[0] in "'\"":
            return piece[1:-1]
        return _SIGNS.get(piece) or (piece if piece.endswith("(") else label_of(known, piece))

    return _PIECE.sub(said, formula.text)


def with_numbers(text: str, told: Iterable[tuple[str, str]]) -> str:
    """A spoken formula with what its names stand for; a name alone needs no telling twice."""
    every = list(told)
    if not every:
        return text
    if len(every) == 1:
        return f"{text}(实为 {every[0][1]})"
    return f"{text}({','.join(f'{label} {value}' for label, value in every)})"
