"""What every command shares: options, the office behind the counter, and how results leave."""

from __future__ import annotations

import functools
import json as json_module
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from supervise.cli.fitting import fit
from supervise.cli.kinds import Day, Moment
from supervise.cli.shell import option

if TYPE_CHECKING:
    from supervise.hall.service import Service
    from supervise.office import Office
    from supervise.people import Actor
    from supervise.records import Cut
    from supervise.site.folder import Folder
    from supervise.store.database import Sessions, Work

F = TypeVar("F", bound=Callable[..., Any])
MOST = 16
"""Districts that a message names."""
_SQLITE = re.compile(r"sqlite(?:\+\w+)?:///([^?]+)")


@dataclass
class Counter:
    """What a command was told about where to work, and whether it has changed the record.

    Args:
        db: SQLAlchemy URL.
        definitions: folder, ``None`` for the shipped one.
        district: whose tasks.
        json: whether the result is wanted as JSON.
        kept: whether a transaction has been committed.
    """

    db: str
    definitions: str | None
    district: str
    json: bool
    kept: bool = False

    def office(self, folder: Folder | None = None) -> Office:
        """The office of the district; under a folder that was read already, if one is given."""
        from supervise.office import Office

        algorithm = os.environ.get("SUPERVISE_HASH") or "sha256"
        archives = os.environ.get("SUPERVISE_ARCHIVES", "").split()
        approved = os.environ.get("SUPERVISE_APPROVED_ONLY", "") not in ("", "0")
        return Office(
            folder or self.definitions,
            district=self.district,
            algorithm=algorithm,
            archives=archives,
            approved_only=approved,
        )

    def sessions(self, create: bool = False, beside: bool = False) -> Sessions:
        """Sessions on the database; an SQLite file is made only by commands that write."""
        from supervise.store.database import open_database

        if not create:
            self.has_file()
        return open_database(self.db, create, beside)

    def has_file(self) -> None:
        """See that the SQLite file is there, for looking must not make one.

        Raises:
            Unknown: B01 when it is not.
        """
        from supervise.errors import Problem, Unknown

        file = _SQLITE.match(self.db)
        if file is not None and not os.path.isfile(file[1]):
            text = f"{file[1]} 是文件夹,不是数据库" if os.path.isdir(file[1]) else f"没有数据库文件 {file[1]}"
            raise Unknown(Problem("B01", text, help="请先 supervise init 或 assign,或用 --db(SUPERVISE_DB)指明"))

    @contextmanager
    def passing(self, url: str) -> Iterator[None]:
        """An SQLite file that is there only within the block, unless it was there before."""
        file = _SQLITE.match(url)
        new = file is not None and not os.path.exists(file[1])
        try:
            yield
        finally:
            if new and file is not None and os.path.exists(file[1]):
                os.remove(file[1])

    @contextmanager
    def reading(self, begun: bool = True) -> Iterator[tuple[Office, Work]]:
        """An office and a session that changes nothing; ``begun`` if it makes no sense before anything is on record."""
        from supervise.store.database import reading

        office = self.office()
        with reading(self.sessions()) as session:
            if begun:
                self.in_district(session)
            yield office, session

    @contextmanager
    def writing(self, create: bool = False) -> Iterator[tuple[Office, Work]]:
        """An office and a transaction: all of it, or nothing; with ``create`` it may be the first of a district."""
        from supervise.store.database import writing

        office = self.office()
        with writing(self.sessions(create)) as session:
            if not create:
                self.in_district(session)
            yield office, session
        self.kept = True

    def in_district(self, session: Work) -> None:
        """See that the district is one of those on record, if there are any.

        Raises:
            Unknown: U07, with those there are.
        """
        from supervise.errors import Problem, Unknown, nearest
        from supervise.store import library

        if library.is_begun(session, self.district) or not (there := library.districts(session)):
            return
        close = nearest(self.district, there)
        text = f"库里没有“{self.district}”这个区县的记录" + (f",是不是 {close}?" if close else "")
        listed = "、".join(there[:MOST]) + (f"…(共 {len(there)} 个)" if len(there) > MOST else "")
        help_ = f"有的是:{listed};用 --district(SUPERVISE_DISTRICT)指明。新的区县先 supervise assign"
        raise Unknown(Problem("U07", text, help=help_))

    @contextmanager
    def serving(self) -> Iterator[Service]:
        """An office at the database, every piece of work a transaction of its own."""
        from supervise.store.database import reading

        office, sessions = self.office(), self.sessions()
        with reading(sessions) as session:
            self.in_district(session)
        with office.serve(sessions.kw["bind"]) as service:
            yield service
        self.kept = True

    def answer(self, data: Any, text: Callable[[], str], brief: bool = False) -> None:
        """Print the result.

        Args:
            data: what JSON has, or what makes it, where it is much.
            text: makes what people read.
            brief: a list that keeps one line for each thing on a terminal; see ``fit``.
        """
        if self.json:
            print_json(data() if callable(data) else data)
        else:
            say(text(), brief)


class Unsaid(Exception):
    """A result that could not be written to standard output, and why."""


def say(text: str, brief: bool = False) -> None:
    """Print to standard output; lines are made to fit if it is a terminal."""
    on_screen = sys.stdout is not None and sys.stdout.isatty()
    _print(fit(text, shutil.get_terminal_size().columns, brief) if on_screen else text)


def print_json(data: Any) -> None:
    """One JSON document on standard output, Chinese as it is."""
    _print(json_module.dumps(data, ensure_ascii=False, indent=1))


def _print(text: str) -> None:
    """Print; a reader who has read enough, such as ``head``, is no fault.

    Raises:
        Unsaid: when it cannot be written, such as to a full disk.
    """
    from supervise.site.texts import reason

    try:
        click.echo(text)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        raise Unsaid(reason(error)) from None


@contextmanager
def saving(path: str) -> Iterator[Callable[[bytes], None]]:
    """A file that appears whole, and only when everything within the block went well; nothing if ``path`` is empty.

    Raises:
        Invalid: F07 when it cannot be written.
    """
    whole = os.path.realpath(path)
    special = os.path.exists(whole) and not os.path.isfile(whole)  # such as /dev/stdout
    part = whole if special else f"{whole}.{os.getpid()}.part"

    def write(content: bytes) -> None:
        if path:
            with _writing(path), open(part, "wb") as file:
                file.write(content)

    try:
        yield write
        if path and not special and os.path.exists(part):
            with _writing(path):
                os.replace(part, whole)
    finally:
        if path and not special and os.path.exists(part):
            os.remove(part)


@contextmanager
def _writing(path: str) -> Iterator[None]:
    from supervise.errors import Invalid, Problem
    from supervise.site.texts import reason

    try:
        yield
    except OSError as error:
        raise Invalid(Problem("F07", f"写不了 {path}:{reason(error)}", help="请换一个能写的位置")) from None


def shared(function: F) -> F:
    """Options that every command has; the command gets a ``Counter`` first."""

    @option("--json", "as_json", is_flag=True, common=True, help="输出 JSON,键名稳定")
    @option(
        "--db",
        envvar="SUPERVISE_DB",
        default="sqlite:///supervise.db",
        metavar="地址",
        common=True,
        help="数据库文件或 SQLAlchemy 地址,也可写在环境变量 SUPERVISE_DB",
        otherwise="当前目录的 supervise.db",
    )
    @option(
        "--definitions",
        envvar="SUPERVISE_DEFINITIONS",
        default=None,
        metavar="文件夹",
        common=True,
        help="流程、办法、单位目录所在,也可写在 SUPERVISE_DEFINITIONS",
        otherwise="当前目录的 definitions 或自带的",
    )
    @option(
        "--district",
        envvar="SUPERVISE_DISTRICT",
        default="default",
        metavar="名称",
        common=True,
        help="哪个区县,也可写在 SUPERVISE_DISTRICT",
        otherwise=" default",
    )
    @functools.wraps(function)
    def wrapped(db: str, definitions: str | None, district: str, as_json: bool, **rest: Any) -> Any:
        counter = Counter(_url(db), definitions or _here(), district, as_json)
        click.get_current_context().ensure_object(list).append(counter)
        return function(counter, **rest)

    return wrapped  # type: ignore[return-value]


def _url(db: str) -> str:
    """A bare file name is an SQLite file."""
    return db if "://" in db else f"sqlite:///{db}"


def _here() -> str | None:
    return "definitions" if os.path.isdir("definitions") else None


def as_of(function: F) -> F:
    """Options of a query: the cut."""
    function = option(
        "--known",
        type=Moment(),
        default=None,
        metavar="时刻",
        help="只看这一时刻(UTC)以前入库的记录,如 2021-07-02T09:00",
    )(function)
    return option(
        "--as-of", "as_of", type=Day(), default=None, metavar="日期", help="截至哪一天,如 2021-06-30", otherwise="今天"
    )(function)


def cut(as_of: date | None, known: datetime | None) -> Cut | None:
    """The cut that was asked for; ``None`` if neither day nor moment was given."""
    from supervise.records import Cut

    if as_of is None and known is None:
        return None
    return Cut(as_of or date.today(), known)


def actor(office: Office, name: str, person: str = "", for_: str = "") -> Actor:
    """Who acts: a unit of the directory, or a role of the office by its label, such as 督查室, for itself or a unit."""
    from dataclasses import replace

    from supervise.errors import Problem, Unknown, did_you_mean
    from supervise.people import Actor
    from supervise.records import PARTIES

    if for_:
        return replace(actor(office, name, person), unit=actor(office, for_).unit)
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
        text = f"没有“{name}”这个单位{did_you_mean(name, known)}"
        raise Unknown(Problem("U04", text, help="单位名称见单位目录(units.yaml)"))
    return Actor(person or name, unit.name)


def terminal() -> bool:
    """Whether progress can be shown: standard error is a terminal."""
    return sys.stderr.isatty()
