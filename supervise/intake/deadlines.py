"""Dates in print: whole, in Chinese numerals, with lost characters; and the words that say until when."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from supervise.intake import relative
from supervise.intake.folding import DIGITS, number
from supervise.intake.relative import When

__all__ = ["Deadline", "When", "default", "last", "make", "match_text", "month_days", "printed", "read", "splits"]

_FULL = re.compile(r"(\d{4}) ?[年./-] ?(\d{1,2}) ?[月./-] ?(\d{1,2})(?!\d) ?日?")
_CHINESE = re.compile(r"([二〇○零一三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日")
_RUN = re.compile(r"(?<!\d)(20\d{2})(\d{2,4})日?(?!\d)")
_MONTH_DAY = re.compile(r"(?<!\d)(\d{1,2}) ?月(?:份)?的? ?(\d{1,2}) ?[日号]")
_MONTH_END = re.compile(r"(?<!\d)(\d{1,2}) ?月[底末]")
_MONTHS_DAY = re.compile(  # 4月、7月、10月的5日前; 6月和12月底
    r"(?<!\d)((?:\d{1,2} ?月?(?:份)? ?[、,和及与] ?)+)(?=\d{1,2} ?月(?:份)?的? ?(?:(\d{1,2}) ?[日号]|[底末]))"
)
_LOST_MONTH = re.compile(r"(?<![\d月年])(\d{2,4})日")
# 930日前, 9底前: the 月 is lost; 100日内 is a stretch of time.
BEHIND_FIRST = r"\d{2,3}日(?=之?前|以前)|(?:(?<=1)[0-2])?(?:[底末](?![层板数线端])|[上中下]旬)"
RUN_TOGETHER = re.compile(rf"\d(?<![\d.月].)(?:{BEHIND_FIRST})")
_DOTTED = re.compile(  # 2023.12, 12.31, 2023.3-2023.12, 2023-12
    r"(?<![\d./])(\d{4}|\d{1,2})(?:\.(\d{1,2})(?![\d./])|(?<!-\d)(?<!-\d\d)[/-](\d{1,2})(?![\d./-]))"
)
_EIGHT = re.compile(r"(?<!\d)(20\d\d)(0[1-9]|1[0-2])([0-3]\d)(?!\d)")
_WHOLE_YEAR = re.compile(r"(20\d\d) ?年(?:度|内|全年)?")
_SEASON = {"一": 3, "二": 6, "三": 9, "四": 12, "1": 3, "2": 6, "3": 9, "4": 12}
_FEASTS = {"五一": (4, 30), "劳动节": (4, 30), "七一": (6, 30), "国庆": (9, 30), "十一": (9, 30), "元旦": (12, 31)}
_MONTHS = r"十[一二]?|[一二三四五六七八九]"
# The year may stand in front: 2021年6月底前, 明年底, 110年10月底前, 26年6月, 二〇二六年六月.
_WORDS = re.compile(
    r"(?=[0-9第一二三四六八九十Q上五劳七国元今本当年下全明次])"
    r"(?:(?P<year>20\d{2}|(?<!\d)(?:1[01]|2)\d(?= ?年 ?\d{1,2} ?月)|二[〇○零][〇○零一二三四五六七八九]{2})"
    # 20256月底, 2025底: the 年 is lost in print
    r"(?: ?年 ?|(?<=20[1-4]\d)(?=1[0-2]月|[1-9]月|[底末]))"
    r"|(?P<bare>20\d\d)(?=[上下]半年|Q\d|[一二三四] ?季)|(?P<next>明年|次年) ?)?(?:"
    # 4月25前: the 日 is lost
    rf"(?P<md>(?P<m>\d{{1,2}}|{_MONTHS}) ?月 ?(?P<d>\d{{1,2}}|[一二三四五六七八九十]{{1,3}}) ?"
    r"(?:[日号]|(?<=\d)(?=之?前|以前|$))"
    r"(?: ?\d{1,2}(?:时|点|:\d\d)(?=之?前|以前))?(?:之?前|底前|以前)?)"
    rf"|(?P<month>(?P<mm>1[0-2]|[1-9]|{_MONTHS}) ?月(?:份)?(?:底|末|中旬|上旬|下旬)?(?:之?前|以前|完成)?)"
    r"|(?P<season>(?:(?:第)?(?P<q>[一二三四1-4]) ?季度|(?<![A-Za-z])Q(?P<qq>[1-4])(?!\d))(?:末|底)?(?:之?前|内)?)"
    r"|(?P<half>上半年(?:底|末)?(?:前)?|年中(?:之?前|(?=完成|建成|投用)))"
    r"|(?P<feast>(?:五一|劳动节|七一|国庆|元旦|十一(?=[”节黄假长]))”?(?:节|期间|黄金周|长?假期?)?(?:之?前|以前))"
    r"|(?P<end>(?:(?:今年|本年|当年)?(?<!\d)年|(?<=年)|(?<=20[1-4]\d))(?:底|末|终(?=之?前|以前|[,。;|\t\n]))(?:之?前|以前)?|(?<![\d一二两三四五六七八九十几])年内|(?<=\d{4}年)度?内"
    r"|12月底前|下半年(?:底|末)?)"
    r"|(?P<period>全年(?!目标|任务|项目|计划|预算|收入|工作|经济|各|度|主要|预期|落实)|今年(?!以来|的|初|上半年|是|政务|工作|政府|底)))"
)
# 2023年至2025年: the last year counts.
_YEARS = re.compile(r"20\d\d ?年? ?[至到—–~-]{1,2} ?(20\d\d) ?年(?! ?\d)")
# 2025.06.30前, 6.30前: in running text only what is said to come before is a day.
_POINTED = re.compile(r"(?<!\d)(?:(20\d\d) ?[./-] ?)?(1[0-2]|0?[1-9]) ?[./-] ?([0-3]?\d)日?(?:之?前|以前)")
# 6月至10月集中开展: a stretch is a limit where something is done in it.
_HELD = re.compile(r"(?:,|集中|全面|全力|持续|组织|分批|分期|在全[市县区省])*(?:开展|实施|进行|推进|排查|整治|攻坚)")
_FROM = re.compile(r"(?:[月日号底末年起旬\d]|季度)[至到—–~-]{1,2}$")
# What had been done by then is no limit: 截至6月底,已完成; 3月底已立项; 去年底前.
_WAS = re.compile(r"(?:,|全[市县区省]|我[市县区省]|共)*(?:已|累计|仅|以来|止,)")
_CLOSED = re.compile(r"\)(?=[。;\n]|$)")
_WAS_BEFORE = re.compile(r"(?:去年|上年|前年|往年|上年度) ?$|每年[^,。;]{0,8}$")
# 到2025年,… and 2025年前…: by the end of that year.
_BY_YEAR = re.compile(
    r"(?:(?<![\d提高增长降达])到 ?(20\d\d) ?年(?=[,、全基实建力底末])"
    r"|(20\d\d) ?年?(?:之前|以前|前(?![\d一二三四五六七八九十])))"
)
_NODE = re.compile(r"(?:时间节点|完成时间|完成时限|时限|期限)[:为]? ?(20\d\d)[./-](1[0-2]|0?[1-9])(?![\d./-])")
_DONE_BY = re.compile(r"(20\d\d) ?年(?:度|内)?(?:全面|全部|基本)?(?:完成|建成|投用|竣工|达标|到位)")  # in a field
# What is done by then; a time without 前 or 底 limits only that.
_DONE = re.compile(
    r"(?:全面|全部|基本|如期|正式|力争|确保|整体|实现)*"
    r"(?:开工|动工|建成|完成|竣工|完工|投用|投入|通车|出台|印发|验收|交付|开业|办结|到位|落地|投产|运营|开园|交房|达标|见效|销号)(?!率)"
)
# No limit is found without one of these.
_HINT = re.compile(
    r"[年月季节周期限一庆旦前底日天学冬夏春假暖](?:(?<![一庆旦前底日天学冬夏春假暖])|(?<=[五七十]一)|(?<=国庆)|(?<=元旦)|(?<=\d[前底])|(?<=[\d作][日天])"
    r"|(?<=开学)|(?<=[入度][冬夏])|(?<=明春)|(?<=[寒暑]假)|(?<=供暖))"
)
_OPEN = re.compile(r"长期|即日起|持续|常态|立行立改|立即|即知即改|随时|及时|即时|滚动")
_BY_PERIOD = re.compile(r"(?:20\d\d ?年)?(?:每|按|逐|分)(?:个?月|季|周|半?年|旬|日)")
_RECURRING = re.compile(
    r"每(?:个)?(?:半年|季度?|月|周|年)(?:度)?(?:最后一个?月|末月|首月|次月)?(?:\d{1,2} ?[日号]|末"
    r"|底|(?<=年)\d{1,2} ?月(?: ?\d{1,2} ?日|底))(?:之?前)?"
)
# 未注明时限的均应于…前完成, 以上任务…前全部完成: a limit said once for the whole list.
_DEFAULT = re.compile(
    r"(?:(?:未|没有)(?:单独|另行|特别)?(?:注明|明确|标明|标注|规定|列明|括注|写明)[^。;\n]{0,12}?(?:时限|期限|时间|的)"
    r"|除(?:另有|特别|已|单独)?[^。;\n]{0,12}(?:注明|明确|标明|规定|要求)[^。;\n]{0,8}外,?[^。;\n]{0,4}(?=[均须应都一全])"
    r"|请(?:务必)?[于在](?=[^,。;\n]{0,16}前(?:全部|全面)?(?:办结|完成|办理完毕|整改到位)[,。;])"
    r"|(?:所有|全部|以上|上述|各项|所列)(?:重点|主要|目标|整改|督办)?(?:任务|工作|事项|项目|问题|建议提案|建议|提案)"
    r"(?=[^。;\n]{0,30}前(?:全部|全面|一律)?(?:完成|办结|整改(?:到位|完毕)|销号|落实到位)))[^。;\n]{0,40}"
)
_SERIAL = re.compile(r"[3-6]\d{4}")  # 45961: a day as workbooks count it, where its format is lost
_DAY_ZERO = date(1899, 12, 30)
# 务必于4月20日前办结销号: a limit pressed on all who are written to.
_PRESSED = re.compile(r"前(?:全部|全面|予以|抓紧|依法)*(?:办结|整改(?:到位|完成|完毕)|销号)")
_ASKS = re.compile(r"(?:请|务必|必须|确保|应|须|各[^,。;\n]{0,6}(?:单位|部门)要)[^。;\n]*$")
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
    for match in _MONTHS_DAY.finditer(folded):
        for each in re.finditer(r"\d{1,2}", match[1]):
            month = int(each[0])
            if 0 < month < 13 and (at := make(2023, month, int(match[2] or calendar.monthrange(2023, month)[1]))):
                found.append((match.start(1) + each.start(), f"{at:%m-%d}"))
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


def read(text: str, folded: str, start: int, end: int, when: When, field: bool = False) -> Deadline | None:
    """The first limit printed within a span, the last day counted in the plan's year where no year is printed.

    Args:
        text: the whole notice.
        folded: its folded copy.
        start: first offset of the task's text, or of its deadline field.
        end: offset behind it.
        when: the year of the plan and the day of issue.
        field: whether the span is a field that holds nothing else.
    """
    if field:
        return _field(text, folded, start, end, when)
    if not _HINT.search(folded, start, end):
        return None
    found = [
        Deadline(text[a:b], day, kind, _scope(text, folded, start, end, a))
        for a, b, day, kind in _said(folded, start, end, when)
    ]
    dated = [limit for limit in found if limit.date]
    explicit = [limit for limit in dated if limit.kind == "explicit"]
    if dated:  # of several stages the last one is the limit
        return max(explicit or dated, key=lambda limit: (limit.date, -found.index(limit)))
    if found:
        return found[0]
    said = folded[start:end]
    may = "底" in said or "日" in said or "末" in said or "旬" in said
    if may and (lost := RUN_TOGETHER.search(folded, start, end)) and (day := run_together(lost, when.year)):
        return Deadline(match_text(text, lost), day, "explicit", _scope(text, folded, start, end, lost.start()))
    if folded.find("每", start, end) >= 0 and (often := _RECURRING.search(folded, start, end)):
        return Deadline(match_text(text, often), None, "recurring", _scope(text, folded, start, end, often.start()))
    return None


def run_together(match: re.Match[str], year: int | None) -> date | None:
    """The day of a limit whose 月 is lost, where there is only one way to read it."""
    digits = re.sub(r"\D", "", match[0])
    if not match[0].endswith("日"):
        month = int(digits)
        return make(year, month, calendar.monthrange(year, month)[1]) if year and 0 < month < 13 else None
    ways = splits(digits)
    return make(year, *ways[0]) if year and len(ways) == 1 else None


def _said(folded: str, start: int, end: int, when: When) -> Iterator[tuple[int, int, date | None, str]]:
    """Every limit of running text: where it stands, its day and its kind."""
    year = when.year
    for match in _WORDS.finditer(folded, start, end):
        kind = _limits(match, folded)
        at = _year(match, when) if kind else None
        if not kind or (at and year and at < year - 3):
            continue  # 2000年底前建成的小区: when it was built, not by when it is to be done
        day = _last_day(match, at) if at else None
        if day is not None or (year is None and kind == "explicit"):
            yield match.start(), match.end(), day, kind if day else "unknown"
    if folded.find("20", start, end) >= 0:
        for pattern in (_BY_YEAR, _NODE):
            for match in pattern.finditer(folded, start, end):
                month, at = int(match[2]) if pattern is _NODE else 12, int(match[1] or match[2])
                yield match.start(), match.end(), make(at, month, calendar.monthrange(at, month)[1]), "explicit"
        if years := _YEARS.search(folded, start, end):
            yield years.start(), years.end(), date(int(years[1]), 12, 31), "period"
    if folded.find("前", start, end) >= 0:
        for match in _POINTED.finditer(folded, start, end):
            if at := int(match[1] or year or 0):
                yield match.start(), match.end(), make(at, int(match[2]), int(match[3])), "explicit"
    for a, b, day in relative.read(folded, start, end, when):
        yield a, b, day, "explicit" if day else "unknown"


def last(limits: Sequence[Deadline]) -> Deadline | None:
    """The limit of a task whose words stand in several places: the last day named, else the first limit."""
    if len(limits) < 2:
        return limits[0] if limits else None
    dated = [limit for limit in limits if limit.kind == "explicit" and limit.date]
    return max(dated, key=lambda limit: limit.date or date.min) if dated else limits[0]


def _field(text: str, folded: str, start: int, end: int, when: When) -> Deadline | None:
    """The limit a field holds: its last day, or how often, or that it is open."""
    last = max(_in_field(folded, start, end, when), default=None)
    if last:
        return Deadline(text[start:end], last, "explicit", "", True)
    if _RECURRING.search(folded, start, end) or _BY_PERIOD.match(folded, start, end):
        return Deadline(text[start:end], None, "recurring", "", True)
    if _OPEN.search(folded, start, end):
        return Deadline(text[start:end], None, "open", "", True)
    said = folded[start:end].strip(" /-—无。")
    return Deadline(text[start:end], None, "unknown", "", True) if said else None


def default(text: str, folded: str, when: When) -> Deadline | None:
    """The limit a notice sets for all tasks that print none.

    Args:
        text: the words around the list.
        folded: their folded copy.
        when: the year of the plan and the day of issue.
    """
    said = _DEFAULT.search(folded)
    span = said.span() if said else (0, 0)
    if said is None and (pressed := _PRESSED.search(folded)):
        asks = _ASKS.search(folded, max(0, pressed.start() - 40), pressed.start())
        span = (asks.start(), pressed.end()) if asks else span
    last = max(_in_field(folded, *span, when), default=None) if span[1] else None
    return Deadline(text[slice(*span)], last, "explicit", "") if last else None


def match_text(text: str, match: re.Match[str]) -> str:
    """The printed words of a match on the folded copy."""
    return text[match.start() : match.end()]


def _year(match: re.Match[str], when: When) -> int | None:
    """The year of a limit: as printed, else the plan's; early months in a notice of its last quarter are the next."""
    if words := match["year"]:
        if words[0] == "二":
            return int("".join(str(DIGITS[c]) for c in words))
        return int(words) + {4: 0, 3: 1911, 2: 2000}[len(words)]  # 110年, counted from 1911; 26年6月
    if match["bare"]:
        return int(match["bare"])
    year, issued = when.year, when.issued
    if year is None or match["next"]:
        return year and year + 1
    if match["feast"] and "元旦" in match["feast"] and issued[:4] == str(year - 1):
        return year - 1
    early = match["m"] or match["mm"] or match["q"]
    if early and issued[:4] == str(year) and issued[5:7] > "09" and (number(early) or 9) <= (1 if match["q"] else 3):
        return year + 1
    return year


def _in_field(folded: str, start: int, end: int, when: When) -> Iterator[date]:
    """Every day a field of a limit names; where it names several stages the last one is the limit."""
    for match in (*_FULL.finditer(folded, start, end), *_EIGHT.finditer(folded, start, end)):
        if day := make(*(int(part) for part in match.groups())):
            yield day
    for match in _DOTTED.finditer(folded, start, end):
        first, second = int(match[1]), int(match[2] or match[3])
        if first > 1000 and 1 <= second <= 12:
            yield date(first, second, calendar.monthrange(first, second)[1])
        elif when.year and (day := make(when.year, first, second)):
            yield day
    for match in _WORDS.finditer(folded, start, end):
        at = _year(match, when)
        if at and (day := _last_day(match, at)):
            yield day
    for lost in RUN_TOGETHER.finditer(folded, start, end):
        if day := run_together(lost, when.year):
            yield day
    for done in _DONE_BY.finditer(folded, start, end):
        yield date(int(done[1]), 12, 31)
    words = folded[start:end].strip()
    if whole := _YEARS.search(folded, start, end) or _WHOLE_YEAR.fullmatch(words):
        yield date(int(whole[1]), 12, 31)
    if _SERIAL.fullmatch(words):
        yield _DAY_ZERO + timedelta(int(words))
    for found in relative.read(folded, start, end, when, field=True):
        if found.day:
            yield found.day


def _limits(match: re.Match[str], folded: str) -> str:
    """The kind of limit that words in running text set; a bare 6月 or 二季度 only dates something and sets none."""
    if match["period"]:
        return "" if folded.endswith("每", 0, match.start()) else "period"
    before = folded[max(0, match.start() - 12) : match.start()]
    behind = match.end() + folded.startswith(":", match.end())  # 四季度:竣工
    if before.endswith("每") or _WAS_BEFORE.search(before) or _WAS.match(folded, behind):
        return ""
    if (match["month"] or match["md"] or match["season"]) and _FROM.search(before) and _HELD.match(folded, behind):
        return "" if "每" in before else "period"
    if match["md"] and before.endswith("(") and _CLOSED.match(folded, match.end()):
        return "explicit"  # …试运行(11月30日)。
    if match["md"] and before.endswith(("至", "到", "迟于", "最迟", "最晚", "截止")) and not before.endswith("截至"):
        return "explicit"  # 即日起至5月10日
    if match["month"] or match["md"] or match["season"] or match["half"]:
        said = match[0].endswith(("前", "完成", "底", "末")) or bool(_DONE.match(folded, behind))
    elif match["end"] and match["end"].startswith("下半年"):
        said = match[0].endswith(("底", "末")) or bool(_DONE.match(folded, behind))
    else:
        said = not match["end"] or not _WHICH.match(folded, match.end())
    return "explicit" if said else ""


def _last_day(match: re.Match[str], year: int) -> date | None:
    if match["md"]:
        return make(year, number(match["m"]) or 0, number(match["d"]) or 0)
    if match["month"]:
        month = number(match["mm"]) or 0
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
