"""Formulas as a unit reads them: labels for names, Chinese for functions and signs, with the numbers behind them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from supervise.rules.anatomy import lines, values
from supervise.rules.arithmetic import (
    FUNCTIONS,
    OPTIONS,
    Call,
    Comparison,
    Logic,
    Name,
    Negative,
    Node,
    Number,
    Operation,
    Word,
    inner,
)
from supervise.rules.functions import parted, rounded
from supervise.rules.reported import words
from supervise.rules.scheme import Scheme

_SIGNS = {"<=": "≤", ">=": "≥", "!=": "≠", "*": "×", "/": "÷", "-": "−", "and": "且", "or": "或"}
_PARTS = {"raw": "封顶保底前", "added": "加分", "deducted": "扣分", "lead": "牵头", "co": "协办"}
_BUILT_IN = {
    "as_of": "截止日", "period_start": "期初日", "period_end": "期末日", "tasks": "承办项数", "group": "分组",
    "nothing": "无",
}  # fmt: skip
_FUNCTIONS = {
    "min": "最小", "max": "最大", "mean": "本组平均", "median": "本组中位", "sum": "本组合计", "size": "本组单位数",
    "deviation": "本组标准差", "along": "分段折算",
    "rank": "本组名次", "abs": "绝对值", "round": "取整", "floor": "舍去小数", "ceil": "进一", "if": "如果",
    "given": "有", "default": "没有时用后者", "gravest": "最重的", "count": "件数", "total": "合计", "average": "平均",
    "trimmed": "去高去低平均", "latest": "最近", "first": "最早", "highest": "最高", "lowest": "最低",
    "matters": "事项数", "run": "连续期数", "rate": "比率", "owed": "应办数", "items": "事项数",
    "items_sum": "事项合计", "items_mean": "事项平均", "items_max": "事项最大", "items_min": "事项最小",
    "items_top": "最好几个事项合计",
    "before": "上期", "times": "今年上榜次数", "in_a_row": "连续上榜次数",
    "month_of": "月份", "year_of": "年份", "months_between": "相隔月数",
    "days_between": "相隔天数", "workdays_between": "相隔工作日", "add_months": "几个月后", "add_days": "几天后",
    "add_workdays": "几个工作日后",
}  # fmt: skip
_OPTIONS = {"all": "全部单位", "low": "小的在前", "lead": "牵头", "co": "协办", "year": "今年以来", "ever": "历来"}
_WHOLE = ("record", "group", "items", "past")
"""Functions whose result is told, not what stands in them."""
_LEVEL = {"or": 1, "and": 2, "not": 3, "compare": 4, "+": 5, "-": 5, "*": 6, "/": 6}


def labels(scheme: Scheme) -> dict[str, str]:
    """Name → what it is called."""
    found = dict(_BUILT_IN)
    found |= {name: kind.label for name, kind in scheme.marks.items()}
    found |= {str(path[-1]): spec.label or str(path[-1]) for path, spec in values(scheme)}
    found |= {name: bar.label for name, bar in scheme.bars.items()}
    found |= {line.name: line.label or line.name for _, line in lines(scheme) if line.name}
    alone = len(scheme.scores) == 1
    return found | {name: score.label or ("得分" if alone else name) for name, score in scheme.scores.items()}


def label_of(known: Mapping[str, str], name: str) -> str:
    """What a name is called, with the part of it that is meant."""
    first, part = parted(name)
    return known.get(first, first) + (f"({_PARTS.get(part, part)})" if part else "")


def spoken(node: Node, known: Mapping[str, str]) -> str:
    """A formula with labels for its names.

    Args:
        node: the formula.
        known: name → what it is called.
    """
    return _said(node, known)[0]


def _said(node: Node, known: Mapping[str, str]) -> tuple[str, int]:
    """The words, and how tightly they bind."""
    if isinstance(node, Number):
        return plain(node.value), 9
    if isinstance(node, Word):
        return _OPTIONS.get(node.text, known.get(node.text, words(node.text))), 9
    if isinstance(node, Name):
        return _OPTIONS[node.name] if node.name in OPTIONS else label_of(known, node.name), 9
    if isinstance(node, Negative):
        return f"−{_within(node.of, known, 6)}", 7
    if isinstance(node, Operation):
        level = _LEVEL[node.sign]
        right = _within(node.right, known, level + (node.sign in "-/"))
        return f"{_within(node.left, known, level)} {_SIGNS.get(node.sign, node.sign)} {right}", level
    if isinstance(node, Comparison):
        rest = "".join(f" {_SIGNS.get(sign, sign)} {_within(part, known, 5)}" for sign, part in node.rest)
        return _within(node.first, known, 5) + rest, 4
    if isinstance(node, Logic):
        if node.sign == "not":
            return f"非 {_within(node.parts[0], known, 4)}", 3
        level = _LEVEL[node.sign]
        return f" {_SIGNS[node.sign]} ".join(_within(part, known, level) for part in node.parts), level
    return f"{_function(node)}({','.join(spoken(argument, known) for argument in node.arguments)})", 9


def _within(node: Node, known: Mapping[str, str], level: int) -> str:
    """A part of a formula, in brackets where it binds less."""
    text, own = _said(node, known)
    return text if own >= level else f"({text})"


def _function(call: Call) -> str:
    group = {"min": "本组最低", "max": "本组最高"}
    return group.get(call.name, "") if len(call.arguments) == 1 and call.name in group else _FUNCTIONS[call.name]


def plain(number: Fraction) -> str:
    """A number as a person reads it; one without end is cut to six places."""
    text = f"{rounded(number, 6):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def told(node: Node) -> Iterator[Node]:
    """What a reader wants the numbers of: names, and whole functions of the record or the group, each once."""
    seen: set[Node] = set()

    def parts(of: Node) -> Iterator[Node]:
        whole = isinstance(of, Call) and FUNCTIONS[of.name].kind in _WHOLE
        if isinstance(of, Call) and of.name in ("min", "max") and len(of.arguments) > 1:
            whole = False
        if isinstance(of, Name) or whole:
            yield of
        else:
            for part in inner(of):
                yield from parts(part)

    for part in parts(node):
        if part not in seen:
            seen.add(part)
            yield part


def with_numbers(text: str, told_: Iterable[tuple[str, str]]) -> str:
    """A spoken formula with what its parts come to; a part alone needs no telling twice."""
    every = list(told_)
    if not every:
        return text
    if len(every) == 1:
        return f"{text}(实为 {every[0][1]})"
    return f"{text}({','.join(f'{label} {value}' for label, value in every)})"
