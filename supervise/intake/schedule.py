"""Who must report when, as the covering notice says it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from supervise.intake import deadlines
from supervise.intake.folding import number
from supervise.intake.lines import Line

_REPORT = r"(?:填报|报送|报至|报告|上报|报到|反馈|报|送|抄报)"
_SENTENCE = re.compile(r"[^。;!?\n]+")
_SENDS = re.compile("[报送馈](?:(?<!馈)|(?<=反馈))")
_WHEN = re.compile(
    r"(?=[每逐按分于在应须需要请,次下季半年及逢重突紧异特遇\d])(?:"  # what decides comes first
    r"(?<!第)(?:每个?|逐|按|分)(?P<every>半个?月|旬|两周|双周|双月|两个月|周|月|季度|季|半年|年|日|天)(?P<tail>[^,。;]{0,14}?)(?=将|向|报|上报|反馈|把|前|,|对|以|书面|内|\()"
    r"|(?P<monthly>(?:于|在|应|须|需|要|请|,|^)(?:次|下)(?:个)?月(?:的)?(?P<next>\d{1,2}) ?[日号](?:之?前|以前)?)"
    r"|(?P<quarterly>(?P<of>季度|季|半年|年)(?:结束)?后(?:的)?(?P<within>\d{1,2}) ?(?:日|天|个工作日)(?:内|之?前|以内))"
    r"|(?P<ending>逢 ?(?P<digits>[\d一二三四五六七八九十](?:(?:日|号)?[、,和及]?逢? ?[\d一二三四五六七八九十])*))"
    r"|(?P<again>(?<![\d月.])(?P<same>\d{1,2}) ?[日号](?:之?前|以前))(?=[^,。;]{0,12}(?:将|向|报|上报|反馈|汇总))"
    r"|(?P<yearend>年(?:底|末)(?:之?前)?)(?=[^,。;]{0,6}(?:将|向|报|上报))"
    r"|(?P<dates>(?:于|在|分别|每年)[^。;]{0,12}?(?:\d{1,2} ?月 ?(?:的? ?\d{1,2} ?[日号]|[底末])|(?<![\d月])\d{3,4}日)"
    r"(?:(?!,[\u4e00-\u9fff]{0,4}(?:单位|部门)|,?(?:重[大要]|突发|紧急|异常|特殊|遇))[^。;将向每完(]){0,40})"
    r"|(?P<plain>(?:\d{1,2} ?月 ?(?:\d{1,2} ?[日号]|[底末])|(?<![\d月])\d{3,4}日)[^。;将向每完(]{0,40}?前)"
    r"|(?P<event>及时)(?=(?:将|把|向)[^,。;]{0,40}" + _REPORT + ")"
    r"|(?:重[大要]|突发|紧急|异常|特殊|遇有?)[^,。;]{0,16},?(?:要|请|须|应|可|并|均)?(?P<at_once>随时|及时|即时|立即|第一时间)"
    r"(?=(?:(?:将|把|向)[^,。;]{0,40}|书面|专题)?" + _REPORT + "))"
)
# A duty to report speaks of 将…报送 or 向…报告 behind the time.
_DUTY = re.compile(
    r"(?:将|向|把)[^。;]{0,60}?"
    + _REPORT
    + r"|(?:填报|报送|上报|报告|反馈|书面报|报至"
    + r"|报(?=[\u4e00-\u9fff]{1,10}(?:办|室|局|委|政府|单位|中心|专班|部|组|领导)))"
)
_TO = re.compile(
    r"(?:报送|报告(?!报)|反馈|上报|报(?!告))[^,。;至到(]{0,30}?(?:至|到)(?P<at>[\u4e00-\u9fff()]{2,20}?)(?=[,。;、(]|备案|汇总|$)|"
    r"(?:报(?!告)送?至?|报到|上报|反馈至?|报告(?!报)|送)(?:给|至|到)?([\u4e00-\u9fff()]{2,20}?)(?=[,。;、(]|备案|汇总|$)|向([\u4e00-\u9fff]{2,20}?)(?:报告|报送|上报|反馈|书面)"
)
_CC = re.compile(r"抄(?:送|报)([\u4e00-\u9fff()]{2,20}?)(?=[,。;、]|$)")
_CONTENT = re.compile(
    r"(?:将|把)([^。;]{2,40}?)(?:书面|及时|汇总|按时)?(?:报送|报至|报到|上报|反馈|报告|报|送)|(?:报告|报送|上报)(?:一次)?([^,。;至]{2,30})"
)
_WHO = re.compile(
    r"[^,。;:、]{0,8}?(?:牵头|主办|主责|协办|配合|会办|共同责任|参与|责任|承办)(?:责任)?(?:单位|部门|[科处股]室|企业)|各(?:级)?(?:单位|部门|地|镇街|乡镇|县区|区县|街道|县\(市、区\))(?:各(?:单位|部门))?|(?<=请)[\u4e00-\u9fff]{2,8}单位|乙方|(?<!给)[你贵](?:们|单位|局|委|办|部|厅|院|校|镇|乡|街道|县|区|市|公司|集团)|各[\u4e00-\u9fff()、]{1,20}(?:单位|部门|[科处股]室|企业|学校)|各(?:[科处股]室|企业|学校|分公司|子公司)"
)
# 每季度首月5日前,各牵头单位报送…: the subject may stand behind the time.
_WHO_BEHIND = re.compile(rf"(?:之?前|以前|底|末|内)*[, ]*由?(?P<who>{_WHO.pattern})(?=将|把|向|报|书面|汇总)")
# What is sent once and tells no progress: who the contact is, how the work is planned.
_ONCE = re.compile(
    r"联络员|联系人|名单|(?:实施|工作|落实|推进|行动|具体|细化|分解)?(?:方案|计划|任务书|路线图|施工图|责任书)(?!完成|执行|落实|推进)"
)
# A sentence without a subject speaks to those the notice is sent to.
_TO_ALL = re.compile(
    r"(?:(?:现将)?[^,。;]{0,60}(?:你们|如下|印发),)?(?:(?:以上|上述|各项|有关|相关|各自|整改|办理|落实|完成)[^,。;]{0,16}(?:情况|结果),?)?"
    r"(?:请|并|要|均|须|需|应|务必|同时|此外|另外|原则上|[自从][\d年月日第一二三四季度份]{1,12}起|于|在|,| )*"
)
# Words that name who acts; a sentence without one, before its time, speaks to all.
_ORGAN = re.compile(
    r"[局委办室府院厅处科组部队心公司]"
    r"(?:\([^()]{1,12}\))?(?=将|要(?!求)|应|须|需|负责|会同|牵头|对|于|在|每|按|定期|统一|汇总|,(?:[^,]{0,4}将)|$)"
)
_AND = re.compile(r",(?:并|同时|且)?(?:请|应|须|要)?$")  # 请于5月底前答复,并于6月5日前报总结
_DEMAND = re.compile(r"(?:信息|进度|情况|结果|材料)?(?:报送|报告|上报|反馈)(?:要求|方式|制度|频次) ?: ?")
_EVERY = {
    "半月": "half-month",
    "半个月": "half-month",
    "两周": "two-weeks",
    "双周": "two-weeks",
    "双月": "two-months",
    "两个月": "two-months",
    "旬": "ten-days",
    "周": "week",
    "月": "month",
    "季度": "quarter",
    "季": "quarter",
    "半年": "half-year",
    "年": "year",
    "日": "day",
    "天": "day",
}


class Reporting(NamedTuple):
    """One duty to report.

    Args:
        who: ``lead``, ``co`` or ``all``.
        scope: the subject as printed.
        to: who receives the report; empty if not said.
        cc: who receives a copy.
        dates: days of the year, ``MM-DD``.
        every: ``month``, ``quarter``, ``half-year``, ``year`` or empty.
        day: day of the month, ``last`` or empty.
        offset_months: months after the period's last month.
        on_event: the word for a report without a date (及时).
        content: what is reported, parts in the order of the dates joined by ``|``.
        source: the words it was read from.
        line: 1-based line of these words.
        damaged: printed dates that have lost characters, and whether they could be read.
    """

    who: str
    scope: str = ""
    to: str = ""
    cc: str = ""
    dates: tuple[str, ...] = ()
    every: str = ""
    day: str = ""
    offset_months: int = 0
    on_event: str = ""
    content: str = ""
    source: str = ""
    line: int = 0
    damaged: tuple[tuple[str, bool], ...] = ()

    def schedule(self) -> dict[str, object]:
        """Its times as plain data: ``dates``, or ``every`` and ``day``, or ``on_event``."""
        if self.dates:
            return {"dates": list(self.dates)}
        if self.on_event:
            return {"on_event": self.on_event}
        found: dict[str, object] = {
            "every": self.every,
            "day": int(self.day) if self.day.isdigit() else self.day or "last",
        }
        if self.offset_months:
            found["offset_months"] = self.offset_months
        return found


def read(text: str, folded: str, spans: list[tuple[int, int]], marked: bool) -> tuple[Reporting, ...]:
    """The reporting duties said in ``spans`` (the cover, and chapters of requirements).

    Args:
        text: the whole notice.
        folded: its folded copy.
        spans: where to look.
        marked: whether this notice tells lead from co units.
    """
    said = [
        duty
        for start, end in spans
        for a, b in _sentences(folded, start, end)
        for duty in _sentence(text, folded, a, b, marked)
    ]
    found: dict[tuple[object, ...], Reporting] = {}
    for duty in _settled(said):
        found.setdefault((duty.who, duty.dates, duty.every, duty.day, duty.on_event, duty.offset_months), duty)
    return tuple(found.values())


def demanded(found: Iterable[Line]) -> Iterator[tuple[int, int]]:
    """Where lines of a card say how to report, behind their label: 报送要求:每周五前报送进度."""
    for line in found:
        if line.folded.find(":", 0, 10) > 0 and (label := _DEMAND.match(line.folded)):
            yield line.start + label.end(), line.end


def _settled(said: list[Reporting]) -> Iterator[Reporting]:
    """责任单位 are those who help where they report to the lead, or the leads have a duty of their own; else all."""
    beside = any(duty.who == "lead" for duty in said)
    for duty in said:
        helps = beside or re.search(r"牵头|主办|主责", duty.source)
        yield duty._replace(who="co" if helps else "all") if duty.who == "unit" else duty


def _sentences(folded: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    if not _SENDS.search(folded, start, end):
        return
    for match in _SENTENCE.finditer(folded, start, end):
        a, b = match.span()
        if b - a < 2000 and _SENDS.search(folded, a, b):
            yield a, b


def _sentence(text: str, folded: str, start: int, end: int, marked: bool) -> Iterator[Reporting]:
    times = _outside(folded, start, list(_WHEN.finditer(folded, start, end)))
    subject, at = "", start
    for index, match in enumerate(times):
        stop = times[index + 1].start() if index + 1 < len(times) else end
        named = list(_WHO.finditer(folded, at, match.start()))
        # "各牵头单位要会同责任单位于…": the subject stands first; what follows 会同 is no subject.
        plain = [m for m in named if not folded[max(0, m.start() - 2) : m.start()].endswith(("会同", "商", "至", "向"))]
        plain = [m for m in plain if "会同" not in m[0]]
        if plain:
            subject = _joined(folded, plain, match.start())
        duty = _DUTY.search(folded, match.start(), min(stop, match.start() + 160))
        if duty is None:
            continue
        if behind := _WHO_BEHIND.match(folded, match.end(), stop):
            subject = behind["who"]
        before, at = folded[at : match.start()], match.end()
        goes_on = index and _AND.search(before) and _TO_ALL.fullmatch(folded, start, times[0].start())
        to_all = (
            goes_on
            or not _ORGAN.search(folded, start, match.start())
            or _TO_ALL.fullmatch(folded, start, match.start())
        )
        if match["again"] and not (index and times[index - 1]["every"]):
            continue
        who = _who(subject, marked) or ("all" if to_all else "")
        found = _duty(text, folded, match, stop)
        if who and not (
            (match["dates"] or match["plain"])
            and (_ONCE.search(found.content or before) or _ONCE.search(folded, match.start(), duty.start()))
        ):
            for times_of in _times(match, who, times[index - 1]["every"] or "" if index else ""):
                yield times_of._replace(
                    scope=subject, to=found.to, cc=found.cc, content=found.content, source=found.source, line=found.line
                )


def _outside(folded: str, start: int, times: list[re.Match[str]]) -> list[re.Match[str]]:
    """Times in brackets only explain the one before: 每季度末(分别在6月、9月和12月底)."""
    plain = [m for m in times if folded.rfind("(", start, m.start()) <= folded.rfind(")", start, m.start())]
    return plain or times


def _duty(text: str, folded: str, match: re.Match[str], stop: int) -> Reporting:
    """What is reported to whom, in the words from a time to the next."""
    body = folded[match.start() : stop]
    content, to, cc = _CONTENT.search(body), _TO.search(body), _CC.search(body)
    return Reporting(
        "",
        to=_receiver((to["at"] or to[2] or to[3]) if to else ""),
        cc=cc[1] if cc else "",
        content=_parts((content[1] or content[2]) if content else ""),
        source=text[match.start() : stop].strip(" ,"),
        line=text.count("\n", 0, match.start()) + 1,
    )


def _joined(folded: str, named: list[re.Match[str]], before: int) -> str:
    """Subjects that stand together (各牵头单位、共同责任单位) are one; else the last one before the time counts."""
    last = named[-1]
    if len(named) > 1 and folded[named[-2].end() : last.start()] in ("、", "和", "及", "与"):
        return folded[named[-2].start() : last.end()].strip()
    return folded[last.start() : last.end()].strip(" 一二三四五是,请由")


def _who(subject: str, marked: bool) -> str:
    lead = bool(re.search(r"牵头|主办|主责", subject))
    co = bool(re.search(r"协办|配合|会办|共同责任|参与", subject))
    if lead and (co or "责任单位" in subject.replace("牵头责任单位", "")):
        return "all"
    if marked and "责任" in subject and not lead and not co:
        return "unit"
    return "lead" if lead else "co" if co else "all" if subject else ""


def _times(match: re.Match[str], who: str, before: str) -> list[Reporting]:
    """The times a phrase names, one for each day of 每月5日、20日前; ``before`` is the period named before it."""
    if word := match["event"] or match["at_once"]:
        return [Reporting(who, on_event=word)]
    if match["again"]:  # 每月20日前报牵头单位,牵头单位于25日前报政府
        return [Reporting(who, every=_EVERY[before], day=match["same"])]
    if match["ending"]:
        return _endings(who, re.findall(r"\d+|[一二三四五六七八九十]", match["digits"]))
    if match["yearend"]:
        return [Reporting(who, every="year", day="last")]
    if match["monthly"]:
        return [Reporting(who, every="month", day=match["next"], offset_months=1)]
    if match["quarterly"]:
        return [Reporting(who, every=_EVERY[match["of"]], day=match["within"], offset_months=1)]
    if match["every"]:
        every, tail = _EVERY[match["every"]], match["tail"]
        days = re.findall(r"\d{1,2} ?[日号]", tail) if every == "month" else []
        if "逢" in tail:  # 每月逢5日、10日
            return _endings(who, re.findall(r"\d+|[一二三四五六七八九十]", tail))
        return [_periodic(who, every, tail) for tail in (days if len(days) > 1 else [tail])]
    dates, damaged = deadlines.month_days(match[0])
    return [Reporting(who, dates=tuple(dates), damaged=tuple(damaged))]


def _endings(who: str, digits: list[str]) -> list[Reporting]:
    """逢5逢10: the 5th, the 15th and the 25th, the 10th, the 20th and the 30th."""
    days = {day for end in digits for day in range(number(end) or 31, 31, 10)}
    return [Reporting(who, every="month", day=str(day)) for day in sorted(days)]


def _periodic(who: str, every: str, tail: str) -> Reporting:
    """每月25日前, 每季度末, 每季度首月5日前, 每半年: which day of which month."""
    dates, damaged = deadlines.month_days(tail)
    if every == "year" and dates:
        return Reporting(who, dates=tuple(dates), damaged=tuple(damaged))
    day = re.search(r"(\d{1,2}) ?(?:[日号]|个?工作日|天)", tail)
    chinese = re.search(r"([一二三四五六七八九十]{1,3})[日号]", tail)
    offset = (
        1 if re.search(r"次月|下月|首月|第[1一]个?月|(?<!最)后.{0,3}月|(?:结束|季|度|月)后|下一?季度|次季", tail) else 0
    )
    value = day[1] if day else str(number(chinese[1]) or "") if chinese else "last"
    return Reporting(who, every=every, day=value, offset_months=offset)


def _parts(content: str) -> str:
    """ "所协办重点工作的半年进展、全年完成情况" → the parts in the order of the dates."""
    return "|".join(part.strip() for part in content.split("、")) if content else ""


def _receiver(words: str) -> str:
    """Words that name an organ; 报送进展 names none."""
    return words if re.search(r"(?:室|办|局|委|府|单位|部门?|组|中心|科|股|处|厅|领导|专班|公司)$", words) else ""
