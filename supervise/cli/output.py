"""What every command shares: options, the office behind the counter, and how results leave."""

from __future__ import annotations

import functools
import json as json_module
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from supervise.office import Office
    from supervise.people import Actor
    from supervise.records import Cut
    from supervise.store.database import Sessions, Work

F = TypeVar("F", bound=Callable[..., Any])


class Day(click.ParamType[date]):
    """A day, written 2021-03-25."""

    name = "日期"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Text to a day; impossible ones are a usage error."""
        from supervise.dates import parse_day

        try:
            return value if isinstance(value, date) else parse_day(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Moment(click.ParamType[datetime]):
    """A moment, written 2021-07-02T09:00; without a zone it is UTC."""

    name = "时刻"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Text to a moment."""
        try:
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"“{value}”不是时刻,应写作 2021-07-02T09:00", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@dataclass
class Counter:
    """What a command was told about where to work."""

    db: str
    definitions: str | None
    district: str
    json: bool

    def office(self, checked: bool = True) -> Office:
        """The office of the district."""
        from supervise.office import Office

        return Office(self.definitions, district=self.district)

    def sessions(self, create: bool = False, beside: bool = False) -> Sessions:
        """Sessions on the database; an SQLite file is made only by commands that write."""
        from supervise.errors import Problem, Unknown
        from supervise.store.database import open_database

        path = self.db.removeprefix("sqlite:///")
        if path != self.db and not create and path and not os.path.isfile(path):
            text = f"没有数据库文件 {path}"
            raise Unknown(Problem("B01", text, help="请先 supervise init 或 assign,或用 --db(SUPERVISE_DB)指明"))
        return open_database(self.db, create, beside)

    @contextmanager
    def reading(self) -> Iterator[tuple[Office, Work]]:
        """An office and a session that changes nothing."""
        office = self.office()
        with self.sessions()() as session:
            yield office, session

    @contextmanager
    def writing(self, create: bool = False) -> Iterator[tuple[Office, Work]]:
        """An office and a transaction: all of it, or nothing."""
        office = self.office()
        with self.sessions(create).begin() as session:
            yield office, session

    def answer(self, data: Any, text: Callable[[], str]) -> None:
        """Print the result: as JSON if asked for, else as text."""
        if self.json:
            print_json(data)
        else:
            click.echo(text())


def print_json(data: Any) -> None:
    """One JSON document on standard output, Chinese as it is."""
    click.echo(json_module.dumps(data, ensure_ascii=False, indent=1))


def shared(function: F) -> F:
    """Options that every command has; the command gets a ``Counter`` first."""

    @click.option("--db", envvar="SUPERVISE_DB", default="sqlite:///supervise.db", help="数据库地址(SUPERVISE_DB)")
    @click.option(
        "--definitions",
        envvar="SUPERVISE_DEFINITIONS",
        default=None,
        help="流程与办法所在文件夹(SUPERVISE_DEFINITIONS)",
    )
    @click.option("--district", envvar="SUPERVISE_DISTRICT", default="default", help="地区(SUPERVISE_DISTRICT)")
    @click.option("--json", "as_json", is_flag=True, help="输出 JSON")
    @functools.wraps(function)
    def wrapped(db: str, definitions: str | None, district: str, as_json: bool, **rest: Any) -> Any:
        return function(Counter(_url(db), definitions or _here(), district, as_json), **rest)

    return wrapped  # type: ignore[return-value]


def _url(db: str) -> str:
    """A bare file name is an SQLite file."""
    return db if "://" in db else f"sqlite:///{db}"


def _here() -> str | None:
    return "definitions" if os.path.isdir("definitions") else None


def as_of(function: F) -> F:
    """Options of a query: the cut."""
    function = click.option("--known", type=Moment(), default=None, help="只看这一时刻以前入库的记录")(function)
    return click.option("--as-of", "as_of", type=Day(), default=None, help="截至哪一天(不写即今天)")(function)


def cut(as_of: date | None, known: datetime | None) -> Cut | None:
    """The cut that was asked for; ``None`` if neither day nor moment was given."""
    from supervise.records import Cut

    if as_of is None and known is None:
        return None
    return Cut(as_of or date.today(), known)


def actor(office: Office, name: str, person: str = "") -> Actor:
    """Who acts: a unit of the directory, or a role of the office by its label, such as 督查室."""
    from supervise.errors import Problem, Unknown, did_you_mean
    from supervise.people import Actor
    from supervise.records import PARTIES

    labels = {
        label: role
        for source in office.folder.definitions.values()
        for role, label in source.value.roles.items()
        if role not in PARTIES
    }
    unit = office.directory.unit(name)
    words = {name, *((unit.name, *unit.also) if unit is not None else ())}
    role = next((label for label in labels if label in words), None)
    if role is not None:
        return Actor(person or name, role, frozenset({labels[role]}))
    if unit is None:
        known = [*labels, *(u.name for u in office.directory.units())]
        raise Unknown(Problem("U04", f"没有“{name}”这个单位{did_you_mean(name, known)}"))
    return Actor(person or name, unit.name)


def terminal() -> bool:
    """Whether progress can be shown: standard error is a terminal."""
    return sys.stderr.isatty()
