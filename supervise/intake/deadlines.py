"""Dates in print: whole, in Chinese numerals, with lost characters; and the words that say until when."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from supervise.intake.folding import number

_FULL = re.compile(r"(\d{4}) ?[年./-] ?(\d{1,2}) ?[月./-] ?(\d{1,2}) ?日?")
_CHINESE = re.compile(r"([二〇○零一三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日")
_RUN = re.compile(r"(?<!\d)(20\d{2})(\d{2,4})日?(?!\d)")
_MONTH_DAY = re.compile(r"(?<!\d)(\d{1,2}) ?月 ?(\d{1,2}) ?[日号]")
_MONTH_END = re.compile(r"(?<!\d)(\d{1,2}) ?月[底末]")
_LOST_MONTH = re.compile(r"(?<![\d月年])(\d{2,4})日")
_DOTTED = re.compile(r"(?<![\d./-])(\d{4}|\d{1,2})[./-](\d{1,2})(?![\d./-])")
_WHOLE_YEAR = re.compile(r"(20\d\d) ?年(?:度|内|全年)?")
_SEASON = {"一": 3, "二": 6, "三": 9, "四": 12, "1": 3, "2": 6, "3": 9, "4": 12}
_FEASTS = {"五一": (4, 30), "劳动节": (4, 30), "七一": (6, 30), "国庆": (9, 30), "元旦": (12, 31)}
# The year may stand in front: 2021年6月底前, 明年底, 110年10月底前.
_WORDS = re.compile(
    r"(?=[0-9第一二三四Q上五劳七国元今本当年下全明次])"
    r"(?:(?P<year>20\d{2}|1[01]\d(?= ?年 ?\d{1,2} ?月)) ?年 ?|(?P<next>明年|次年) ?)?(?:"
    r"(?P<md>(?P<m>\d{1,2}) ?月 ?(?P<d>\d{1,2}) ?[日号](?:之?前|底前|以前)?)"
    r"|(?P<month>(?P<mm>1[0-2]|[1-9]) ?月(?:份)?(?:底|末|中旬|上旬|下旬)?(?:之?前|以前|完成)?)"
    r"|(?P<season>(?:(?:第)?(?P<q>[一二三四1-4]) ?季度|(?<![A-Za-z])Q(?P<qq>[1-4])(?!\d))(?:末|底)?(?:之?前|内)?)"
    r"|(?P<half>上半年(?:底|末)?(?:前)?)"
    r"|(?P<feast>(?:五一|劳动节|七一|国庆|元旦)”?(?:节|期间|假期)?(?:之?前|以前))"
    r"|(?P<end>(?:(?:今年|本年|当年)?年|(?<=年))(?:底|末)(?:之?前|以前)?|年内|12月底前|下半年(?:底|末)?)"
    r"|(?P<period>全年(?!目标|任务|项目|计划|预算|收入|工作|经济|各|度|主要|预期|落实)|今年(?!以来|的|初|上半年|是|政务|工作|政府|底)))"
)
# 2023年至2025年: the last year counts.
_YEARS = re.compile(r"20\d\d ?年? ?[至到—–~-]{1,2} ?(20\d\d) ?年(?! ?\d)")
# 到2025年,… and 2025年前…: by the end of that year.
_BY_YEAR = re.compile(r"(?:(?<![\d提高增长降达])到 ?(20\d\d) ?年(?=[,、全基实建力底末])|(20\d\d) ?年(?:之前|以前|前))")
_NODE = re.compile(r"(?:时间节点|完成时间|完成时限|时限|期限)[:为]? ?(20\d\d)[./-](1[0-2]|0?[1-9])(?![\d./-])")
_DONE_BY = re.compile(r"(20\d\d) ?年(?:度|内)?(?:全面|全部|基本)?(?:完成|建成|投用|竣工|达标|到位)")  # in a field
# What is done by then; a time without 前 or 底 limits only that.
_DONE = re.compile(
    r"(?:全面|全部|基本|如期|正式|力争|确保|整体|实现)*"
    r"(?:开工|动工|建成|完成|竣工|完工|投用|投入|通车|出台|印发|验收|交付|开业|办结|到位|落地|投产|运营|开园|交房|达标|见效|销号)(?!率)"
)
# No limit is found without one of these.
_HINT = re.compile(r"[年月季节周期限一庆旦](?:(?<![一庆旦])|(?<=[五七]一)|(?<=国庆)|(?<=元旦))")
_OPEN = re.compile(r"长期|持续|常态|立行立改|立即|即知即改|随时|及时|滚动")
_RECURRING = re.compile(
    r"每(?:个)?(?:半年|季度?|月|周|年)(?:度)?(?:最后一个?月|末月|首月|次月)?(?:\d{1,2} ?[日号]|末"
    r"|底|(?<=年)\d{1,2} ?月(?: ?\d{1,2} ?日|底))(?:之?前)?"
)
# 未注明时限的均应于…前完成, 以上任务…前全部完成: a limit said once for the whole list.
_DEFAULT = re.compile(
    r"(?:(?:未|没有)(?:单独|另行|特别)?(?:注明|明确|标明|标注|规定|列明)[^。;\n]{0,12}?(?:时限|期限|时间|的)"
    r"|(?:所有|全部|以上|上述|各项)(?:重点|主要|目标)?(?:任务|工作|事项|项目|建议提案|建议|提案)(?=[^。;\n]{0,30}前(?:全部|全面)?(?:完成|办结)))[^。;\n]{0,40}"
)
# 务必于4月20日前办结销号: a limit pressed on all who are written to.
_PRESSED = re.compile(r"前(?:全部|全面|予以|抓紧|依法)*(?:办结|整改(?:到位|完成|完毕)|销号)")
_ASKS = re.compile(r"(?:请|务必|必须|确保|应|须)[^。;\n]*$")
_WHICH = re.compile(r"[可拟能][^,。;、\d]{1,8}的")  # 年内可入统的企业: which ones, not by when
_BEFORE_BREAK = "。;!?\n"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A printed limit of a task.

    Args:
        text: the words as printed.
        date: the last day; ``None`` if it has none.
        kind: ``explicit`` for a limit (年底前), ``period`` for a stretch (全年), ``open`` (长期坚持), ``recurring``
            (每季度末), ``unknown`` where the day or the year of a printed limit is said nowhere.
        scope: the clause of the text it governs.
        field: whether it stands in a field of its own (完成时限:…).
    """

    text: str
    date: date | None
    kind: str
    scope: str
    field: bool = False


def make(year: int, month: int, day: int) -> date | None:
    """The date, or ``None`` if the calendar has none."""
    if not (1900 <= year <= 2100 and 1 <= month <= 12):
        return None
    return date(year, month, day) if 1 <= day <= calendar.monthrange(year, month)[1] else None


def splits(digits: str) -> list[tuple[int, int]]:
    """Every way to read a run of digits as month and day: 325 is (3, 25), 111 is (1, 11) and (11, 1)."""
    cuts = [i for i in (1, 2) if 1 <= len(digits) - i <= 2]
    ways = [(int(digits[:i]), int(digits[i:])) for i in cuts]
    return [(m, d) for m, d in ways if make(2024, m, d)]


def printed(folded: str) -> tuple[date | None, bool]:
    """The first whole date in a folded line, and whether it was worked out from damaged print."""
    match = _FULL.search(folded)
    if match:
        return make(int(match[1]), int(match[2]), int(match[3])), False
    match = _CHINESE.search(folded)
    if match:
        values = [number(part) or 0 for part in match.groups()]
        return make(*values), False
    match = _RUN.search(folded)
    if match:
        found = splits(match[2])
        return (make(int(match[1]), *found[0]), True) if len(found) == 1 else (None, True)
    return None, False


def month_days(folded: str) -> tuple[list[str], list[tuple[str, bool]]]:
    """Days of the year named in a sentence, as ``MM-DD``, and the damaged ones as (printed, read or not).

    615日 has lost its 月; where only one split is a date, that is the reading.
    """
    found: list[tuple[int, str]] = [
        (m.start(), f"{int(m[1]):02d}-{int(m[2]):02d}") for m in _MONTH_DAY.finditer(folded)
    ]
    for match in _MONTH_END.finditer(folded):
        if day := make(
            2023, int(match[1]), calendar.monthrange(2023, int(match[1]))[1] if 0 < int(match[1]) < 13 else 0
        ):
            found.append((match.start(), f"{day:%m-%d}"))
    damaged: list[tuple[str, bool]] = []
    for match in _LOST_MONTH.finditer(folded):
        if len(match[1]) < 3:
            continue
        ways = splits(match[1])
        damaged.append((match[0], len(ways) == 1))
        if len(ways) == 1:
            found.append((match.start(), f"{ways[0][0]:02d}-{ways[0][1]:02d}"))
    return [day for _, day in sorted(found)], damaged


def read(text: str, folded: str, start: int, end: int, year: int | None, field: bool = False) -> Deadline | None:
    """The first limit printed within a span, the last day counted in ``year`` where no year is printed.

    Args:
        text: the whole notice.
        folded: its folded copy.
        start: first offset of the task's text, or of its deadline field.
        end: offset behind it.
        year: the year of the plan.
        field: whether the span is a field that holds nothing else.
    """
    if field:
        return _field(text, folded, start, end, year)
    if not _HINT.search(folded, start, end):
        return None
    found: list[Deadline] = []
    for match in _WORDS.finditer(folded, start, end):
        if not _limits(match, folded):
            continue
        at = _year(match, year)
        if at and year and at < year - 3:
            continue  # 2000年底前建成的小区: when it was built, not by when it is to be done
        day = _last_day(match, at) if at else None
        kind = ("period" if match["period"] else "explicit") if day else "unknown"
        if day is not None or (year is None and not match["period"]):
            found.append(Deadline(match_text(text, match), day, kind, _scope(text, folded, start, end, match.start())))
    dated_by_year = folded.find("20", start, end) >= 0
    for pattern in (_BY_YEAR, _NODE) if dated_by_year else ():
        for match in pattern.finditer(folded, start, end):
            month = int(match[2]) if pattern is _NODE else 12
            at = int(match[1] or match[2])
            day = make(at, month, calendar.monthrange(at, month)[1])
            scope = _scope(text, folded, start, end, match.start())
            found.append(Deadline(match_text(text, match), day, "explicit", scope))
    if dated_by_year and (years := _YEARS.search(folded, start, end)):
        scope = _scope(text, folded, start, end, years.start())
        found.append(Deadline(match_text(text, years), date(int(years[1]), 12, 31), "period", scope))
    dated = [limit for limit in found if limit.date]
    explicit = [limit for limit in dated if limit.kind == "explicit"]
    if explicit:  # of several stages the last one is the limit
        return max(explicit, key=lambda limit: (limit.date, -found.index(limit)))
    if found:
        return (dated or found)[0]
    if folded.find("每", start, end) >= 0 and (often := _RECURRING.search(folded, start, end)):
        return Deadline(match_text(text, often), None, "recurring", _scope(text, folded, start, end, often.start()))
    return None


def last(limits: Sequence[Deadline]) -> Deadline | None:
    """The limit of a task whose words stand in several places: the last day named, else the first limit."""
    if len(limits) < 2:
        return limits[0] if limits else None
    dated = [limit for limit in limits if limit.kind == "explicit" and limit.date]
    return max(dated, key=lambda limit: limit.date or date.min) if dated else limits[0]


def _field(text: str, folded: str, start: int, end: int, year: int | None) -> Deadline | None:
    """The limit a field holds: its last day, or how often, or that it is open."""
    last = max(_in_field(folded, start, end, year), default=None)
    if last:
        return Deadline(text[start:end], last, "explicit", "", True)
    if _RECURRING.search(folded, start, end) or re.match(r"每", folded[start:end]):
        return Deadline(text[start:end], None, "recurring", "", True)
    if _OPEN.search(folded, start, end):
        return Deadline(text[start:end], None, "open", "", True)
    said = folded[start:end].strip(" /-—无。")
    return Deadline(text[start:end], None, "unknown", "", True) if said else None


def default(text: str, folded: str, year: int | None) -> Deadline | None:
    """The limit a notice sets for all tasks that print none.

    Args:
        text: the words around the list.
        folded: their folded copy.
        year: the year of the plan.
    """
    said = _DEFAULT.search(folded)
    span = said.span() if said else (0, 0)
    if said is None and (pressed := _PRESSED.search(folded)):
        asks = _ASKS.search(folded, max(0, pressed.start() - 40), pressed.start())
        span = (asks.start(), pressed.end()) if asks else span
    last = max(_in_field(folded, *span, year), default=None) if span[1] else None
    return Deadline(text[slice(*span)], last, "explicit", "") if last else None


def match_text(text: str, match: re.Match[str]) -> str:
    """The printed words of a match on the folded copy."""
    return text[match.start() : match.end()]


def _year(match: re.Match[str], year: int | None) -> int | None:
    if match["year"]:
        return int(match["year"]) + (1911 if len(match["year"]) == 3 else 0)  # 110年, counted from 1911
    return year + 1 if year and match["next"] else year


def _in_field(folded: str, start: int, end: int, year: int | None) -> Iterator[date]:
    """Every day a field of a limit names; where it names several stages the last one is the limit."""
    for match in _FULL.finditer(folded, start, end):
        if day := make(*(int(part) for part in match.groups())):
            yield day
    for match in _DOTTED.finditer(folded, start, end):  # 2023.12, 12.31
        first, second = int(match[1]), int(match[2])
        if first > 1000 and 1 <= second <= 12:
            yield date(first, second, calendar.monthrange(first, second)[1])
        elif year and (day := make(year, first, second)):
            yield day
    for match in _WORDS.finditer(folded, start, end):
        at = _year(match, year)
        if at and (day := _last_day(match, at)):
            yield day
    for done in _DONE_BY.finditer(folded, start, end):
        yield date(int(done[1]), 12, 31)
    if whole := _WHOLE_YEAR.fullmatch(folded[start:end].strip()):
        yield date(int(whole[1]), 12, 31)


def _limits(match: re.Match[str], folded: str) -> bool:
    """Whether words in running text limit something; a bare 6月 or 二季度 only dates it."""
    if folded[max(0, match.start() - 1) : match.start()] == "每":
        return False
    behind = match.end() + folded.startswith(":", match.end())  # 四季度:竣工
    if match["md"] and match.start() and folded[match.start() - 1] in "至到":
        return True  # 即日起至5月10日
    if match["month"] or match["md"] or match["season"] or match["half"]:
        return match[0].endswith(("前", "完成", "底", "末")) or bool(_DONE.match(folded, behind))
    if match["end"] and match["end"].startswith("下半年"):
        return match[0].endswith(("底", "末"))
    return not (match["end"] and _WHICH.match(folded, match.end()))


def _last_day(match: re.Match[str], year: int) -> date | None:
    if match["md"]:
        return make(year, int(match["m"]), int(match["d"]))
    if match["month"]:
        month = int(match["mm"])
        if "上旬" in match[0]:
            return make(year, month, 10)
        return make(year, month, 20 if "中旬" in match[0] else calendar.monthrange(year, month)[1])
    if match["season"]:
        month = _SEASON[match["q"] or match["qq"]]
        return make(year, month, calendar.monthrange(year, month)[1])
    if match["feast"]:
        return make(year, *next(day for name, day in _FEASTS.items() if name in match["feast"]))
    return make(year, 6, 30) if match["half"] else make(year, 12, 31)


def _scope(text: str, folded: str, start: int, end: int, at: int) -> str:
    """The clause around an offset: from the last full stop or comma before it to the next full stop."""
    begin = max((folded.rfind(c, start, at) for c in _BEFORE_BREAK + ","), default=-1) + 1
    stops = [p for c in _BEFORE_BREAK if (p := folded.find(c, at, end)) >= 0]
    return text[max(begin, start) : min(stops, default=end)].strip()
