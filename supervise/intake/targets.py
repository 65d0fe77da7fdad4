"""Numeric goals in the text of a task: a number with a unit of counting, and the words that say how it is meant.

A clerk's rules: 以上, 不低于 and 达到 ask for at least that much, 超 and 突破 for more, 以下 and 控制在 for at most
that much; a sum of money in front of a noun is part of a name (投资超20亿元的项目2个 has one goal, 2个); 新增 hands its
meaning on over 、.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from supervise import goals
from supervise.intake import spelled
from supervise.intake.folding import DIGITS, fold, pieces, straighten
from supervise.intake.measures import COUNTED, MONEY, PER

_UNIT = rf"[百千万亿]{{0,3}}(?:(?P<money>{MONEY}){PER}?|{COUNTED})"
_VALUE = r"\d{1,12}(?:\.\d{1,6})?"
# Its first digit, which is none of a number, a date or a name: said behind the digit, so that a search goes by digits.
_ALONE, _REST = r"(?<![\d.A-Za-z第〔(年月—~×-]\d)", r"\d{0,11}+(?:\.\d{1,6}+)?+"
_QUANTITY = re.compile(
    rf"(?P<value>\d(?:{_ALONE}|(?<=每[年月]\d)){_REST})\s?(?P<about>余|多)?(?P<unit>{_UNIT})"
    r"(?P<bound>(?:及)?以上|(?:及)?以下|以内|之内|左右)?"
)
_TO = re.compile("[—–~至到-]")
# 5%—7%, 15至20家: at least the one and at most the other.
_RANGE = re.compile(
    rf"(?P<low>\d{_ALONE}{_REST})\s?(?:%|‰|[百千万亿]{{0,3}}(?:{COUNTED})?)?(?:{_TO.pattern}|[—–~-]{{2}})"
    rf"(?P<value>{_VALUE})\s?(?P<unit>{_UNIT})(?P<bound>左右)?"
)
# ≤40: behind a sign a number needs no unit.
_SIGNED = re.compile(
    rf"(?<=[≥≤<>])\s?(?P<value>{_VALUE})(?!\s?(?:[\d.]|[余多百千万亿]|{MONEY}|{COUNTED}))(?P<about>)(?P<unit>(?P<money>))(?P<bound>)"
)
# 不低于0.58, 达到45万: behind words that bound it a ratio needs none either, and a round number 万 alone.
_RATIO = re.compile(
    r"(?P<value>\d(?<=[于过在到至达]\d)\d{0,3}(?:\.\d{1,6}(?=[,。;、\n)以]|$)|(?:\.\d{1,4})?(?=[万亿](?:[,。;、\n)以]|$))))"
    r"(?P<about>)(?P<unit>[万亿]?(?P<money>))(?P<bound>以上|以下|以内)?(?=[,。;、\n)]|$)"
)
_ROUND = re.compile(r"[.万亿](?=[\d,。;、\n)以]|$)")
_BOUND = re.compile("[≥≤<>]")
_FIGURES = re.compile("[0-9零番]")
_GROUPED = re.compile(r",(?<=\d,)(?=\d{3}(?!\d))")  # 1,200亩
_DOUBLED = re.compile(r"翻(?P<times>[一两二三]?)番")
# Behind "A、B等" a count is due (等8个40万㎡小区); a size there has lost the characters between two numbers.
DAMAGED = re.compile(
    r"[等0-9](?:(?<=等)\d{3,6}(?:\.\d+)?[万千]?(?:㎡|平方米|公里|亩|吨|伏)(?=[\u4e00-\u9fff])|(?<=\d)\d{2,5}(?=[45]G))"
)
_ZERO = re.compile(r"(?:(?:为|保持)零|动态清零)(?=[,。;、!]|$)")
_SPAN = re.compile(r"(?<!/)(?:小时|分钟|个工作日|分|天)$")  # a stretch of time is a goal only where it is bounded
_CHANGED = re.compile(r"(?:减少|缩短|压缩|压减|增加|延长)$")  # 重污染天数减少2天
_NO_GOAL = re.compile(r"(?:方面|环节|领域|阶段|维度|层面|层级|字)")
_BREAKS = ",。;!?:\t\n"
_NEAR = 20  # what says how a number is meant begins within so many characters before it
# How things stand is no goal: 截至2024年底,应修复215座,仅完成98座。 What shall stand then is: 截至9月底不低于80%.
_STANDING = re.compile(r"(?:截[至止](?![^。;]{0,24}(?:不低于|不少于|不高于|不超过))|目前,)")
_SO_FAR = re.compile(
    r"不[足到]$|[涉仅只已](?:(?<=涉)及[^\d]{0,8}$|(?:(?<=[仅只])|(?<=已)经?)"
    r"(?:完成|建成|有|达到?|实现|投入|到位|开工|启动|改造|新增|整改|化解)[^\d]{0,12}$)"
)
# What has been reached before is none either: 去年新增30家; 在120公里基础上; 由36%提高到38%; 涉及3个乡镇46个村.
_BEFORE = re.compile(
    r"[涉年](?:(?<=涉)及[^,。;的]*|(?<![比较同超于在到][去上前往]年)(?<=[去上前往]年)(?!同期)[^,。;比较]*)$"
)
_SURPASSED = re.compile(
    r"[^,。;\d]{0,8}基础上|[\u4e00-\u9fff]{0,6}中(?:有|至少)(?=\d)|(?:左右)?(?:再|逐步|稳步|进一步)?"
    r"(?:提[高升]|增[加长]|上升|扩大|压[缩减降]|缩[短减]|整合|归并|合并|精简|延长|降低|下降|减少|降|增|减|调整)(?:至|到|为)|(?:提[高升]|增加|上升|下降|降低)(?=\d)"
)
_LINES = re.compile(r"(?:、\d{1,3}路)+公交")  # 9路、16路公交
_RANK = re.compile(r"[前后第]$")  # 前10名
# 截至5月已完成12亿元,年内再完成8亿元: what is still to be done.
_AHEAD = re.compile(
    r"(?:并|同时|将)?(?:确保|力争|争取|再|年内|今年|年底|下半年|下一?步|计划|[到至]?\d{1,2}月[底末]?前|[二三四]季度)"
)
# 新建100亩以上连片基地3个, 死亡3人以上事故: how large, where a count or an accident follows.
_SIZED = re.compile(
    r"(?:的)?[\u4e00-\u9fff“”]{1,16}(?:\d|事故|火灾|灾害)|(?:的)?[\u4e00-\u9fff]{0,8}(?:事故|火灾|灾害)"
)
_KEPT = re.compile("[个家项件%‰点]$")  # 20个以上事项: what is counted is none of a size
_FAILED = re.compile(r"[\u4e00-\u9fff]{0,8}(?:尚未|还未|未(?!来|成年)|没有)(?=[\u4e00-\u9fff])")
_LEAST = re.compile(
    r"(?:≥|不低于|不少于|不小于|不得少于|不得低于|至少|达到|(?:提高|提升|增加|扩大|增长|上升|恢复)(?:至|到)|稳定在|保持在|[跨迈站跃]上)[^\d]{0,6}$|达$"
)
_MORE = re.compile(r"(?:>|(?<!不)超过?|突破|(?<!不)大于|(?<!不)多于)[^\d]{0,2}$|(?<!不)高于[^\d,。;、]{0,10}$")
_LESS = re.compile(r"<[^\d]{0,2}$")
_MOST = re.compile(
    r"(?:≤|不超过?|不高于|不大于|不多于|不得超过|不突破|控制在|(?:下降|降低|降|压减|压缩|减少)(?:至|到)|(?<!不)低于|(?<!不)小于)[^\d]{0,3}$"
)
_BOUNDS = (_LEAST, _MORE, _LESS, _MOST)
_BOUNDED = re.compile("[≥≤<>低少小达至到在超破大多高上]")  # no number is bounded without one of these before it
_LEVEL = re.compile(
    r"[达总高升加长降低减缩短少稳控](?:(?<=达)(?:到|(?=\d|约))|(?<=总)[数量]|(?<=稳)定在|(?<=控)制在"
    r"|(?:(?<=提[高升])|(?<=增[加长])|(?<=降)|(?<=降低)|(?<=压[减缩])|(?<=缩短)|(?<=减少))[至到])"
)
_UP = re.compile(
    r"[增涨新净再提上扩](?:(?<=增)[长速幅设开派配建补产]|(?<=增)加(?!值)|(?<=涨)幅|(?<=新)[增招]|(?<=净)增|(?<=再)(?!开发|利用|生|制造|教育|保险|贷款|担保)(?=[\u4e00-\u9fff]{1,3}\d)"
    r"|(?:(?<=提)[升高]|(?<=上)升|(?<=扩)大)(?=\d[\d.]*(?:个百分点|%|‰|倍)))"
)
_GROWTH = re.compile(r"新增|净增|增速|增幅|降幅")  # a level of these is itself a change
_SHARE = re.compile(r"(?:占比|比例|比重|(?<![增长速])率)[^,。;\d]{0,4}$")  # 新增用地中“标准地”占比达到80%: this is none
# 增长5.5%左右,力争达到6%: what is hoped for beyond a goal is of its kind.
_HOPED = re.compile(r"(?:并|同时)?(?:力争|争取|冲刺|确保)(?:完成|达到|实现|突破|冲刺)?(?=\d)")
_OWN_VERB = re.compile(r"突破|达到|超过|保持|稳定在|控制在|完成|实现|建成|新建|改造|建设|培育|打造|引进|举办|开展")
_DOWN = re.compile(r"减亏|减排|下降|降幅|降低|减少|压减|压降|压缩|缩短|精简|削减|缩减|消灭|淘汰|退出")
# 年产20万吨再生铝项目: how large it is belongs to its name; 安排3亿元补助资金: what is spent is a goal.
_CAPACITY, _WORKS = (
    re.compile(r"[年日](?:产|处理|加工|供水|供气)$"),
    re.compile(r"[^,。;、\d]{0,16}(?:项目|工程|生产线|基地|厂)"),
)
_SPENT = re.compile(r"(?:安排|统筹|落实|投入|争取|发放|筹措|筹集|投放|下达|拨付|减免|兑现|整合|到位)[^\d,。;、]{0,6}$")
_FUNDS = re.compile(r"[^,。;、\d]{0,12}(?:资金|贷款|经费|债券|补贴|补助)(?=[,。;、\n]|$)")
# 将欠拨的2300万元奖补资金全部拨付到位: what is paid out.
_PAID = re.compile(
    r"[^,。;、\d]{0,12}(?:资金|经费|补贴|补助|工资|款)(?:全部|全额|足额)(?:拨付|兑付|兑现|发放|支付|到位)"
)
_LEAD_IN = re.compile(
    r"^(?:力争|确保|争取|努力|年内|全年|今年|年底前|继续|重点|着力|加快|全力|推动|推进|实现|完成|新增|再|引导|抓好|做好|至少)+"
)


class Target(NamedTuple):
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
    spelt = spelled.may(folded, start, end)
    if (figure := _FIGURES.search(folded, start, end)) is None and not spelt:
        return ()
    if _GROUPED.search(folded, start, end):
        text, folded = (_GROUPED.sub("", whole[start:end]) for whole in (straighten(text), folded))
        start, end = 0, len(folded)
        figure = _FIGURES.search(folded)
    found: list[Target] = []
    told = folded.find("截", start, end) >= 0 or folded.find("目前", start, end) >= 0
    before = stands = start
    for a, b in pieces(folded, start, end, _BREAKS):
        if told and _STANDING.match(folded, a):  # to the end of the sentence
            stands = min([at for stop in "。\n" if (at := folded.find(stop, a, end)) >= 0], default=end)
        words = spelt and spelled.may(folded, a, b)
        near = figure is not None and figure.start() < b
        if words or near:
            above = text[before : a - 1].strip() if a > start and folded[a - 1] == ":" else ""  # 新增就业:9000人
            if a >= stands or _AHEAD.match(folded, a, b):
                _piece(found, text, folded, a, b, above, words)
            if near:
                figure = _FIGURES.search(folded, b, end)
            if figure is None and not spelt:
                break
        before = a
    return tuple(found)


def _piece(found: list[Target], text: str, folded: str, start: int, end: int, above: str, spelt: bool) -> None:
    """Add the goals between two marks, where 、 may part several; ``above`` is said before the colon in front."""
    change = _direction(fold(above), 0, len(above)) if above else ""
    parts = pieces(folded, start, end, "、")
    for a, b in parts:
        change = _direction(folded, a, b) or ("" if change and _OWN_VERB.search(folded, a, b) else change)
        if spelt or len(parts) == 1 or _FIGURES.search(folded, a, b):
            own = _segment(text, folded, a, b, change, spelt)
            if above:
                own = [goal if goal.indicator else goal._replace(indicator=above) for goal in own]
            if found and own and own[0].unit == found[-1].unit and _HOPED.match(folded, a, b):
                own[0] = own[0]._replace(indicator=found[-1].indicator, change=found[-1].change)
            if found and own and a > start and folded[a].isdigit() and own[0].unit == found[-1].unit:
                own = [g._replace(comparator=found[-1].comparator) if g.comparator == "=" else g for g in own]
            found += own


def figure(
    text: str, folded: str, name: tuple[int, int], value: tuple[int, int], unit: tuple[int, int]
) -> list[Target]:
    """The goal of a row that prints what is counted, the figure and its unit of measure in cells of their own.

    Args:
        text: the whole notice.
        folded: its folded copy.
        name: span of what is counted.
        value: span of the figure, a sign or 以上 beside it.
        unit: span of the unit of measure; empty if none is printed.
    """
    words, measure = folded[slice(*value)], text[slice(*unit)].strip()
    found = re.search(rf"({_VALUE})", words)
    if found is None:
        return []
    behind = words[found.end() :]
    bound = next((b for b in ("以上", "以下", "以内") if b in behind), "")
    before = words[: found.start()]
    sign = ">=" if bound == "以上" else "<=" if bound else ">=" if _LEAST.search(before) else "="
    sign = ">" if _MORE.search(before) else "<=" if _MOST.search(before) else "<" if _LESS.search(before) else sign
    printed = re.match(rf"{_UNIT}", behind)
    counted = text[slice(*name)].strip()
    return [
        Target(counted, sign, found[1], measure or (printed[0] if printed else ""), words, _direction(folded, *name))
    ]


def _quoted(folded: str, start: int, at: int, end: int) -> bool:
    """Whether an offset lies between quotation marks: the words of somebody else, or a name."""
    opened = folded.rfind("“", start, at)
    return opened >= 0 and opened > folded.rfind("”", start, at) and folded.find("”", at, end) >= 0


def _direction(folded: str, start: int, end: int) -> str:
    return "decrease" if _DOWN.search(folded, start, end) else "increase" if _UP.search(folded, start, end) else ""


def _segment(text: str, folded: str, start: int, end: int, change: str, spelt: bool) -> list[Target]:
    found: list[Target] = []
    at = start
    words = text[start:end].strip()
    for match in _matches(folded, start, end):
        behind = folded[match.end() : match.end() + 6]
        if _names(match, behind) or _NO_GOAL.match(behind):
            continue
        if match["unit"] in ("位", "名") and folded.startswith("前", match.start() - 1):
            continue  # 进入全省前5位: a rank
        before = folded[max(at, match.start() - 60) : match.start()]
        near = before[-_NEAR:]
        if (
            _SO_FAR.search(near)
            or _BEFORE.search(folded, max(0, match.start() - 40), match.start())
            or _SURPASSED.match(folded, match.end(), end)
            or _FAILED.match(folded, match.end(), end)
            or _quoted(folded, start, match.start(), end)
        ):
            continue
        level = bool(_LEVEL.search(before + match.group()[:1]))
        level = level and (_SHARE.search(near) is not None or not _GROWTH.search(before))
        bounds = [pattern for pattern in _BOUNDS if pattern.search(near)] if _BOUNDED.search(near) else []
        indicator = _indicator(text, folded, max(at, match.start() - 40), match.start(), match.end(), end, bounds)
        unit = text[match.start("unit") : match.end("unit")]
        joined = found and folded[at : match.start()] in ("和", "及", "与")
        sign = found[-1].comparator if joined and found[-1].unit == match["unit"] else _sign(match, bounds)
        if sign in ("=", ">") and _SPAN.search(match["unit"]) and not _CHANGED.search(near):
            continue  # a wait of more than 3小时 is complained of
        own = Target(
            indicator, sign, match["value"], unit, words if end - start <= 200 else match[0],
            "" if level else change,
        )  # fmt: skip
        if match.re is _RANGE:
            found += [own._replace(comparator=">=", value=match["low"]), own._replace(comparator="<=")]
        else:
            found.append(own)
        at = match.end()
    if spelt:
        found += _spelled(text, folded, start, end, change)
    if doubled := _DOUBLED.search(folded, start, end):
        times = str(DIGITS.get(doubled["times"], 1))
        found.insert(0, Target(_LEAD_IN.sub("", text[start : doubled.start()]), "=", times, "番", words, "increase"))
    if not found and folded.find("零", start, end) >= 0 and (zero := _ZERO.search(folded, start, end)):
        indicator = text[max(start, zero.start() - 40) : zero.start()]
        found.append(
            Target(_LEAD_IN.sub("", indicator), "=", "0", "", text[max(start, zero.start() - 40) : zero.end()])
        )
    return found


def _spelled(text: str, folded: str, start: int, end: int, change: str) -> Iterator[Target]:
    """Goals whose figures are spelled out: 提高百分之五, 三十所."""
    for figure_ in spelled.read(folded, start, end):
        before = folded[max(start, figure_.start - 60) : figure_.start]
        if _BEFORE.search(before) or _SO_FAR.search(before):
            continue
        sign = ">=" if figure_.least or _LEAST.search(before) else "<=" if figure_.most or _MOST.search(before) else "="
        unit = text[slice(*figure_.unit)] or "%"
        if sign == "=" and _SPAN.search(unit):
            continue
        up = unit == "%" and re.search(r"(?:提升|提高|上升|扩大)$", before)
        words = _LEAD_IN.sub("", text[max(start, figure_.start - 40) : figure_.start])
        yield Target(words, sign, str(figure_.value), unit, text[start:end].strip(), "increase" if up else change)


def _matches(folded: str, start: int, end: int) -> list[re.Match[str]]:
    """Quantities and ranges of quantities in printed order; what lies in a range is no quantity of its own."""
    ranges = list(_RANGE.finditer(folded, start, end)) if _TO.search(folded, start, end) else []
    plain = list(_QUANTITY.finditer(folded, start, end))
    signed = list(_SIGNED.finditer(folded, start, end)) if _BOUND.search(folded, start, end) else []
    if _ROUND.search(folded, start, end):
        signed += _RATIO.finditer(folded, start, end)
    if signed:
        plain = sorted([*plain, *signed], key=lambda m: m.start())
    if not ranges:
        return plain
    plain = [m for m in plain if not any(r.start() <= m.start() < r.end() for r in ranges)]
    return sorted([*ranges, *plain], key=lambda m: m.start())


def _names(match: re.Match[str], behind: str) -> bool:
    """Whether a sum of money is part of a name (10亿元以上项目, 投资超20亿元的项目), or the digits are damaged."""
    if DAMAGED.match(match.string, match.start() - 1):
        return True
    before = match.string[max(0, match.start() - 12) : match.start()]
    if (
        match["bound"] in ("以上", "以下")
        and _SIZED.match(match.string, match.end())
        and not _KEPT.search(match["unit"])
    ):
        return True
    if match["unit"] == "路" and _LINES.match(match.string, match.end()):
        return True
    if match["unit"] in ("名", "位") and _RANK.search(before):
        return True
    if _CAPACITY.search(before) and _WORKS.match(match.string, match.end()):
        return True
    if not match["money"] or match["bound"] == "左右":
        return False
    if (_SPENT.search(before) and _FUNDS.match(match.string, match.end())) or _PAID.match(match.string, match.end()):
        return False
    named = r"(?![和及与]|大关|关口|新?台阶|规模|目标|全部|全面|全额|均|已)[\u4e00-\u9fff]" + (
        r"|\d" if match["bound"] else ""
    )  # 5亿元以上6个
    return re.match(named, behind) is not None


def _sign(match: re.Match[str], bounds: list[re.Pattern[str]]) -> str:
    bound = match["bound"] or ""
    if _LESS in bounds:
        return "<"
    if "以下" in bound or "内" in bound or _MOST in bounds:
        return "<="
    if "以上" in bound or (match.re is _QUANTITY and match["about"]):
        return ">="
    if _MORE in bounds:
        return ">"
    return ">=" if _LEAST in bounds else "="


def _indicator(
    text: str, folded: str, start: int, number: int, behind: int, end: int, bounds: list[re.Pattern[str]]
) -> str:
    """What is counted: the words before the number, or, where a bare verb stands there, the words behind it."""
    before = folded[start:number]
    cut = lead.end() if (lead := _LEAD_IN.match(before)) else 0
    words = text[start + cut : number]
    for pattern in bounds:
        if match := pattern.search(folded, start + cut, number):
            words = text[start + cut : match.start()]
    after = text[behind : min(end, behind + 20)].strip()
    return (words + after if len(words) <= 3 else words).strip(" 的")
