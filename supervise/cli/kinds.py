"""Kinds of values on the command line: days, moments, numbers; impossible ones are a usage error in Chinese."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    DayType = click.ParamType[date]
    MomentType = click.ParamType[datetime]
    NumberType = click.ParamType[int]
    SpanType = click.ParamType[float]
    FileType = click.ParamType[str]
    ChoiceType = click.Choice[str]
else:  # older versions of click know no kinds of kinds
    DayType = MomentType = NumberType = SpanType = FileType = click.ParamType
    ChoiceType = click.Choice


YAML = ("yaml", "yml")
"""What the name of a YAML file may end with."""


class Day(DayType):
    """A day, written 2021-03-25."""

    name = "日期"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Text to a day."""
        from supervise.dates import parse_day

        try:
            return value if isinstance(value, date) else parse_day(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Moment(MomentType):
    """A moment, written 2021-07-02T09:00; without a zone it is UTC."""

    name = "时刻"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Text to a moment."""
        try:
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"“{value}”不是时刻,应写作 2021-07-02T09:00", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Number(NumberType):
    """A whole number that counts something."""

    name = "数"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Text to a number."""
        if isinstance(value, int):
            return value
        if not (str(value).isdecimal() and len(str(value)) < 10):
            self.fail(f"“{value}”不是数,应写作 3", param, ctx)
        return int(value)


class Year(Number):
    """A year that somebody can mean."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Text to a year."""
        from supervise.dates import YEARS

        year = super().convert(value, param, ctx)
        if year not in YEARS:
            self.fail(f"应在 {YEARS[0]} 到 {YEARS[-1]} 之间,不能是 {year}", param, ctx)
        return year


class OneOf(ChoiceType):
    """One of a few words."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word, if it is one of them."""
        if value not in self.choices:
            self.fail(f"没有“{value}”,可写 {'、'.join(map(str, self.choices))}", param, ctx)
        return str(value)


class Span(SpanType):
    """A stretch of time in seconds, written 90s, 10m or 2h."""

    name = "时长"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Text to seconds."""
        if isinstance(value, int | float):
            return float(value)
        number, unit = str(value)[:-1], {"s": 1, "m": 60, "h": 3600}.get(str(value)[-1:])
        if unit is None or not (number.isdecimal() and len(number) < 7 and int(number)):
            self.fail(f"“{value}”不是时长,应写作 90s、10m 或 2h", param, ctx)
        return float(int(number) * unit)


class File(FileType):
    """A file to be written, whose name says what it holds.

    Args:
        forms: what the name may end with.
    """

    name = "文件"

    def __init__(self, *forms: str) -> None:
        self.forms = forms

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name, if it ends with one of them."""
        form_of(str(value), self.forms)
        return str(value)


def form_of(output: str, forms: tuple[str, ...]) -> str:
    """The form that a file's name asks for; the first if there is no name, or what has it is no file."""
    other = os.path.exists(output) and not os.path.isfile(output)  # such as /dev/stdout
    form = forms[0] if other or not output else Path(output).suffix.lstrip(".").lower()
    if form not in forms:
        told = " 或 ".join("、".join(f".{one}" for one in some) for some in (forms[:-1], forms[-1:]) if some)
        raise click.UsageError(f"不会写“{output}”,文件名应以 {told} 结尾")
    return form
