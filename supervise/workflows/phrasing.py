"""Chinese phrases of a table back into the closed vocabulary of the files; what ``wording`` says, this understands."""

from __future__ import annotations

import re

from supervise.dates import PERIOD_WORDS
from supervise.workflows.naming import Names, fold
from supervise.workflows.wording import OUTCOME_WORDS, UNIT_WORDS

ANY = "应办"
"""Stands for every kind of duty where no kind is named."""
_UNITS = {word: unit for unit, word in UNIT_WORDS.items()} | {"工作日": "workdays", "日": "days"}
_LONG = rf"(\d{{1,4}}) ?({'|'.join(sorted(_UNITS, key=len, reverse=True))})"
_PERIODS = {word: period for period, word in PERIOD_WORDS.items()} | {"季度": "quarter"}
_EVERY = rf"每({'|'.join(sorted(_PERIODS, key=len, reverse=True))})"
_WEEK = "一二三四五六日"
_OUTCOMES = {word: outcome for outcome, word in OUTCOME_WORDS.items()}
_LIMITS = (
    "“交办”后 10 个工作日内、每年 6月25日、12月25日、每月终了后 5 天内、每季终了前、每月 25 日、每季末月 25 日、"
    "每周三、“发督查单”所定的日期、任务的完成时限、任务的完成时限前 20 天、方案里每个阶段目标的日期"
)
_CONDITIONS = (
    "“全面完成”逾期未办(或待办、按期、迟办、不计)、“全面完成”到期前 7 天、“全面完成”到期后 7 天、"
    "“公示”之后 7 个工作日、“全面完成”落后序时 20 个百分点、blue 督查单逾期未复、“委托办理”所定日期已过、子任务已办结、"
    "子任务(权重 60% 以上)已办结、有子任务未办结"
)
_BOUNDS = "不超过 2 次、累计不超过 60 天、不晚于“交办”后 6 个月、只在“交办”后 30 天内"


class Misread(ValueError):
    """A phrase that is none of the forms; ``help`` says which there are."""

    def __init__(self, what: str, text: str, forms: str) -> None:
        super().__init__(f"看不懂{what} {text.strip()}")
        self.help = f"可写:{forms}"


def _long(count: str, unit: str) -> str:
    return f"{int(count)} {_UNITS[unit]}"


def length(text: str) -> str:
    """A length of time.

    Raises:
        ValueError: in Chinese, when it is none.
    """
    match = re.fullmatch(_LONG, fold(text))
    if match is None:
        raise Misread("时长", text, "5 个工作日、3 天、6 个月")
    return _long(match[1], match[2])


class Phrases:
    """Understands the phrases of one definition.

    Args:
        duties: its kinds of duty.
        actions: its acts, and those that every workflow has.
    """

    def __init__(self, duties: Names, actions: Names) -> None:
        self.duties, self.actions = duties, actions

    def due(self, text: str) -> str | list[str]:
        """A limit.

        Raises:
            ValueError: in Chinese, when it is none of the forms.
        """
        words = fold(text)
        if match := re.fullmatch(rf"“([^”]*)”后 ?{_LONG}内", words):
            return f"{_long(match[2], match[3])} after {self.actions.either(match[1])}"
        if match := re.fullmatch(r"“([^”]*)”所定的日期", words):
            return f"until of {self.actions.either(match[1])}"
        if match := re.fullmatch(r"每年 ?(\d{1,2}月\d{1,2}日(?:、\d{1,2}月\d{1,2}日)*)", words):
            return [f"{int(m):02d}-{int(d):02d}" for m, d in re.findall(r"(\d+)月(\d+)日", match[1])]
        if words == "任务的完成时限":
            return "task"
        if match := re.fullmatch(rf"任务的完成时限前 ?{_LONG}", words):
            return f"{_long(match[1], match[2])} before task"
        if words == "方案里每个阶段目标的日期":
            return "stages"
        if (recurring := _recurring(words)) is not None:
            return recurring
        raise Misread("时限", text, _LIMITS)

    def condition(self, text: str) -> str:
        """A condition.

        Raises:
            ValueError: in Chinese, when it is none.
        """
        words = fold(text)
        if match := re.fullmatch(rf"“([^”]*)”({'|'.join(_OUTCOMES)})", words):
            outcome = _OUTCOMES[match[2]]
            return outcome if match[1] == ANY else f"{self.duties.name(match[1])} {outcome}"
        if match := re.fullmatch(rf"“([^”]*)”到期前 ?{_LONG}", words):
            return f"{_long(match[2], match[3])} before {self.duties.either(match[1])}"
        if match := re.fullmatch(rf"(“[^”]*”(?:到期后|之后)(?:或“[^”]*”(?:到期后|之后))*) ?{_LONG}", words):
            of = [self._behind(*found) for found in re.findall(r"“([^”]*)”(到期后|之后)", match[1])]
            return f"{_long(match[2], match[3])} after {' or '.join(of)}"
        if match := re.fullmatch(r"“([^”]*)”落后序时 ?(\d+(?:\.\d+)?) ?个百分点", words):
            return f"{self.duties.name(match[1])} behind {match[2]}%"
        if match := re.fullmatch(r"([a-z][a-z0-9_]*) ?督查单逾期未复", words):
            return f"{match[1]} unanswered"
        if match := re.fullmatch(r"“([^”]*)”所定日期已过", words):
            return f"{self.actions.name(match[1])} expired"
        if match := re.fullmatch(r"子任务(?:\(权重 ?(\d{1,3})% ?以上\))?已办结", words):
            return f"parts {match[1]}% closed" if match[1] else "parts closed"
        if words == "有子任务未办结":
            return "parts open"
        raise Misread("条件", text, _CONDITIONS)

    def _behind(self, words: str, side: str) -> str:
        if side == "到期后":
            return self.duties.either(words)
        names = self.actions.either(words)
        for name in names.split(" or "):
            if name in self.duties.labels:
                owed = self.duties.labels[name]
                raise ValueError(f"“{words}”与应办“{owed}”同用代号 {name},只能写“{owed}”到期后;要指办理,请改一个代号")
        return names

    def bound(self, text: str) -> tuple[str, str]:
        """A bound: the key under which the file has it, and what it says there.

        Raises:
            ValueError: in Chinese, when it is none.
        """
        words = fold(text)
        if match := re.fullmatch(r"不超过 ?(\d{1,4}) ?次", words):
            return "at_most", f"{int(match[1])} times"
        if match := re.fullmatch(r"累计不超过 ?(\d{1,4}) ?[天日]", words):
            return "at_most", f"{int(match[1])} days"
        if match := re.fullmatch(rf"不晚于“([^”]*)”后 ?{_LONG}", words):
            return "at_most", f"{_long(match[2], match[3])} after {self.actions.name(match[1])}"
        if match := re.fullmatch(rf"只在“([^”]*)”后 ?{_LONG}内", words):
            return "within", f"{_long(match[2], match[3])} after {self.actions.name(match[1])}"
        raise Misread("限度", text, _BOUNDS)


def _recurring(words: str) -> str | None:
    """A limit of every period; ``None`` if it is none."""
    if match := re.fullmatch(r"(.*)\(放假的,假后第 ?(\d{1,2}) ?个工作日\)", words):
        on = _recurring(match[1])
        return f"{on} or {int(match[2])} workdays after a day off" if on is not None and " of each " in on else None
    if match := re.fullmatch(rf"{_EVERY}终了前", words):
        return f"end of each {_PERIODS[match[1]]}"
    if match := re.fullmatch(rf"{_EVERY}终了后 ?{_LONG}内", words):
        return f"{_long(match[2], match[3])} after each {_PERIODS[match[1]]}"
    if match := re.fullmatch(rf"每周([{_WEEK}])", words):
        return f"day {_WEEK.index(match[1]) + 1} of each week"
    if match := re.fullmatch(r"每月 ?(\d{1,2}) ?日", words):
        return f"day {int(match[1])} of each month"
    if match := re.fullmatch(rf"{_EVERY}末月 ?(\d{{1,2}}) ?日", words):
        return f"day {int(match[2])} of each {_PERIODS[match[1]]}"
    return None
