"""Numeric goals in the text of a task: a number with a unit of counting, and the words that say how it is meant.

A clerk's rules: 以上, 不低于 and 达到 ask for at least that much, 超 and 突破 for more, 以下 and 控制在 for at most
that much; a sum of money in front of a noun is part of a name (投资超20亿元的项目2个 has one goal, 2个); 新增 hands its
meaning on over 、.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from supervise import goals
from supervise.intake.folding import pieces

_MONEY = r"(?:美元|欧元|港元|元)"
_COUNTED = (
    r"(?:平方公里|平方千米|平方米|立方米|公里|千米|公顷|米(?!粉)|㎡|亩|吨|标箱|千瓦时|千瓦|兆瓦|床位|床(?!位)|车位|场次|人次|人(?!大|民|才|社|均)"
    r"|个百分点|个(?!月|工作日|别|人)|家(?!庭)|项(?!目)|条|座|所|户|名(?!单|录|称|师|校|医)|处|栋|幢|件|台|套|间|辆|场(?!所)|株|头\(只\)|头|匹|峰|羽|只|张|批(?!次|发)"
    r"|对(?!接|口|标)|支|艘|架|株|盏|块|片|段|孔|口|眼|条|部(?!门|委)|位|例|类|宗|村|镇|班次|班|架次|倍|%|‰)"
)
_QUANTITY = re.compile(
    rf"(?<![\d.A-Za-z第〔(年月-])(?P<value>\d{{1,12}}(?:\.\d{{1,6}})?)\s?(?P<about>余|多)?(?P<unit>[百千万亿]{{0,3}}(?P<money>{_MONEY})|[百千万亿]{{0,3}}{_COUNTED})"
    r"(?P<bound>(?:及)?以上|(?:及)?以下|以内|左右)?"
)
# Behind "A、B等" a count is due (等8个40万㎡小区); a size there has lost the characters between two numbers.
DAMAGED = re.compile(r"等\d{3,6}(?:\.\d+)?[万千]?(?:㎡|平方米|公里|亩|吨|伏)(?=[\u4e00-\u9fff])|\d{3,6}(?=[45]G)")
_ZERO = re.compile(r"(?:为|保持)零(?=[,。;、!]|$)")
_NO_GOAL = re.compile(r"(?:方面|环节|领域|阶段|维度|层面|层级|字)")
_BREAKS = ",。;!?:\t\n"
_LEAST = re.compile(
    r"(?:不低于|不少于|不小于|不得少于|至少|达到|(?:提高|提升|增加|扩大|增长|上升|恢复)(?:至|到)|稳定在|保持在)[^\d]{0,3}$|达$"
)
_MORE = re.compile(r"(?:(?<!不)超过?|突破|(?<!不)高于|(?<!不)大于|(?<!不)多于)[^\d]{0,2}$")
_MOST = re.compile(
    r"(?:不超过|不高于|不大于|控制在|(?:下降|降低|降|压减|压缩|减少)(?:至|到)|(?<!不)低于|(?<!不)小于)[^\d]{0,3}$"
)
_LEVEL = re.compile(r"(?:达到|达(?=\d|约)|总数|总量|(?:提高|提升|增加|增长|下降|降低|降)(?:至|到)|稳定在|控制在)")
_UP = re.compile(r"增长|新增|增加|增设|净增|新招|再(?=[\u4e00-\u9fff]{2}\d)")
_DOWN = re.compile(r"下降|降低|减少|压减|消灭|淘汰|退出")
_LEAD_IN = re.compile(
    r"^(?:力争|确保|争取|努力|年内|全年|今年|年底前|继续|重点|着力|加快|全力|推动|推进|实现|完成|新增|再|引导|抓好|做好|至少)+"
)


@dataclass(frozen=True, slots=True)
class Target:
    """One numeric goal.

    Args:
        indicator: what is counted.
        comparator: ``>=``, ``>``, ``=``, ``<=`` or ``<``.
        value: the number as printed, without unit.
        unit: the printed unit.
        text: the words it was read from.
        change: ``increase``, ``decrease`` or empty.
    """

    indicator: str
    comparator: str
    value: str
    unit: str
    text: str
    change: str = ""

    @property
    def label(self) -> str:
        """The goal in one phrase: 新增规上工业企业 >= 40 家."""
        return " ".join(part for part in (self.indicator, self.comparator, self.value, self.unit) if part)

    @property
    def goal(self) -> goals.Target:
        """The goal as a task carries it: a change given as a rate is a growth goal, all else a level."""
        kind = "growth" if self.change and self.unit in goals.RATES else "level"
        return goals.Target(self.indicator, self.comparator, Decimal(self.value), self.unit, kind, self.change)


def read(text: str, folded: str, start: int, end: int) -> tuple[Target, ...]:
    """The numeric goals printed within a span.

    Args:
        text: the whole notice.
        folded: its folded copy.
        start: first offset of the task's text.
        end: offset behind it.
    """
    if not any(c.isdigit() for c in folded[start:end]) and "零" not in folded[start:end]:
        return ()
    found: list[Target] = []
    for a, b in pieces(folded, start, end, _BREAKS):
        change = ""
        for c, d in pieces(folded, a, b, "、"):
            change = _direction(folded[c:d]) or change
            found += _segment(text, folded, c, d, change)
    return tuple(found)


def _direction(words: str) -> str:
    return "decrease" if _DOWN.search(words) else "increase" if _UP.search(words) else ""


def _segment(text: str, folded: str, start: int, end: int, change: str) -> list[Target]:
    found: list[Target] = []
    at = start
    for match in _QUANTITY.finditer(folded, start, end):
        behind = folded[match.end() : match.end() + 6]
        if _names(match, behind) or _NO_GOAL.match(behind):
            continue
        before = folded[max(at, match.start() - 60) : match.start()]
        level = bool(_LEVEL.search(before + match.group()[:1])) and not re.search(r"新增|净增", before)
        indicator = _indicator(text, folded, max(at, match.start() - 40), match.start(), match.end(), end)
        words = text[start:end].strip() if end - start <= 200 else match[0]
        sign = _sign(match, before)
        unit = text[match.start("unit") : match.end("unit")]
        found.append(Target(indicator, sign, match["value"], unit, words, "" if level else change))
        at = match.end()
    if not found and (zero := _ZERO.search(folded, start, end)):
        words = text[max(start, zero.start() - 40) : zero.start()]
        found.append(Target(_LEAD_IN.sub("", words), "=", "0", "", text[max(start, zero.start() - 40) : zero.end()]))
    return found


def _names(match: re.Match[str], behind: str) -> bool:
    """Whether a sum of money is part of a name (10亿元以上项目, 投资超20亿元的项目), or the digits are damaged."""
    if DAMAGED.match(match.string, match.start() - 1):
        return True
    return bool(match["money"]) and bool(re.match(r"[\u4e00-\u9fff]", behind)) and match["bound"] != "左右"


def _sign(match: re.Match[str], before: str) -> str:
    bound = match["bound"] or ""
    if "以下" in bound or "以内" in bound or _MOST.search(before):
        return "<="
    if "以上" in bound or match["about"]:
        return ">="
    if _MORE.search(before):
        return ">"
    return ">=" if _LEAST.search(before) else "="


def _indicator(text: str, folded: str, start: int, number: int, behind: int, end: int) -> str:
    """What is counted: the words before the number, or, where a bare verb stands there, the words behind it."""
    before = folded[start:number]
    cut = len(before) - len(_LEAD_IN.sub("", before))
    words = text[start + cut : number]
    for pattern in (_LEAST, _MORE, _MOST):
        match = pattern.search(folded, start + cut, number)
        if match:
            words = text[start + cut : match.start()]
    after = text[behind : min(end, behind + 20)].strip()
    return (words + after if len(words) <= 3 else words).strip(" 的")
