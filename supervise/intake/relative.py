"""Limits counted from something else than a calendar: 本月底前, 自印发之日起30日内, 收到通知后10个工作日内, 汛期前.

Where a notice prints the day of its issue, this month is the month of that day, and calendar days are counted from it.
What is counted in working days, from a receipt, or stands before a season has no day that the print tells.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from supervise.intake.folding import number

_COUNT = (
    r"(?P<{0}>\d{{1,3}}|[一二两三四五六七八九十]{{1,3}}) ?"
    r"(?P<{0}_unit>个?工作日|个?月|个?(?:星期|周)|日|天|年)(?:之内|以内|内)"
)
_ISSUED = r"(?:印发|下发|发布|公布|签发|发文|下达)"
_DOES = r"(?:完成|整改|排查|清理|提出|拿出|制定|出台|落实|修复|拆除|解决|建成|实现|达到|投用)"
_PATTERN = re.compile(
    r"(?=[本下月自从收接一二两三四五六七八九十\d主汛供采入封上秋春开高中端清除雨寒暑迎今])(?:"
    r"(?P<month>(?:(?P<next>下)个?|本|(?<![\d一二三四五六七八九十每按各逐当上次个年末首]))月"
    r"(?: ?(?P<day>\d{1,2}) ?[日号]"
    r"|(?P<part>底|末|内|[上中下]旬))(?:之?前|以前)?)"
    rf"|(?<![^,。;:.、( )于在\n])(?P<this>\d{{1,2}}) ?[日号](?:之?前|以前)(?={_DOES})"
    rf"|(?P<since>[自从](?:本|此|该)?(?:通知|文件|方案|清单|意见|督办单|任务书)?(?P<issue>{_ISSUED})?[^,。;]{{0,12}}?之日起,?{_COUNT.format('n')})"
    rf"|(?P<receipt>(?:收到|接到|接)[^,。;]{{0,8}}(?:通知|文件|交办|督办|此件|本)[^,。;]{{0,6}}?后?的?,?{_COUNT.format('r')})"
    rf"|(?P<plain>(?<![^,。;:.、( )于在须应要争保\n]){_COUNT.format('p')}(?={_DOES}(?!审|办|备|登|受)))"
    r"|(?P<season>(?:主?汛期|雨季|供暖[季期]?|采暖[季期]?|入冬|封冻|上冻|[寒暑]假|迎峰度[夏冬]|(?:[秋春]季)?(?:学期)?开学|高考|中考|春耕|春运"
    r"|春节|中秋节?|端午节?|清明节?|除夕)(?:来临|到来|开始)?(?:之?前|以前)|[寒暑]假期间|今冬明春)"
    r")"
)
# One of these is there, or nothing is: 日内, 春节前, 暑假期间, 本月底.
_KEY = re.compile(
    r"[内前月间春](?:(?<=[寒暑]假期间)|(?<=今冬明春)|(?<=[日天月周年之以期]内)|(?<=[期季节学冬冻假夏暖考耕运午秋明夕临来始之以日号]前)"
    r"|(?<=[^\d一二三四五六七八九十每按各逐]月)(?=[底末内\d上中下 ]))"
)
# What shall have come to pass before a season; 汛期前的检查 only says which.
_DONE = re.compile(
    r"[^,。;的]{0,16}(?:完成|到位|建成|投用|竣工|完工|通车|兑付|结清|清零|开工|落实|修复|发放|投入|启用|搬迁|销号|化解)"
)


class When(NamedTuple):
    """What the limits of a notice are counted from.

    Args:
        year: the year of the plan, if one is said.
        issued: the day of issue as ISO text; empty if none is printed.
    """

    year: int | None
    issued: str = ""


class Found(NamedTuple):
    """A limit counted from something else than a calendar.

    Args:
        start: offset of its first character.
        end: offset behind it.
        day: the day it comes to, if the print tells.
    """

    start: int
    end: int
    day: date | None


def read(folded: str, start: int, end: int, when: When, field: bool = False) -> Iterator[Found]:
    """The limits of a span that are counted from the day of issue, or from what nobody has printed.

    Args:
        folded: the folded text of a notice.
        start: first offset of the span.
        end: offset behind it.
        when: what is counted from.
        field: whether the span is a field that holds nothing else.
    """
    if not field and not _KEY.search(folded, start, end):
        return
    issued = date.fromisoformat(when.issued) if when.issued else None
    for match in _PATTERN.finditer(folded, start, end):
        if match["this"] and "每" in folded[max(start, match.start() - 40) : match.start()]:
            continue
        if match["season"] and not field and not _DONE.match(folded, match.end(), end):
            continue
        if match["month"] and not field and not _DONE.match(folded, match.end(), end) and not match[0].endswith("前"):
            continue
        yield Found(match.start(), match.end(), _day(match, issued) if issued else None)


def _day(match: re.Match[str], issued: date) -> date | None:
    if match["month"] or match["this"]:
        month = issued.month + (match["next"] is not None)
        year, month = issued.year + (month > 12), (month - 1) % 12 + 1
        last = calendar.monthrange(year, month)[1]
        part = match["part"] or ""
        day = int(match["this"] or match["day"] or {"上旬": 10, "中旬": 20}.get(part, last))
        return date(year, month, day) if 0 < day <= last else None
    if match["since"] and match["issue"] and match["n_unit"] in "日天":
        count = number(match["n"])
        return issued + timedelta(days=count) if count else None
    return None
