"""The calendar's commands: show check load."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from supervise.cli.kinds import Day, Year
from supervise.cli.output import Counter, actor, saving, shared, terminal
from supervise.cli.shell import Group, option

if TYPE_CHECKING:
    from supervise.office import Office
    from supervise.people import Actor
    from supervise.site.folder import Folder, Source
    from supervise.store.database import Sessions
    from supervise.workflows.arranging import Arranged

CHUNK, TRIES = 500, 3


@click.group(cls=Group, short_help="放假安排:看一年、查暂定到哪年、新安排公布后重算")
def calendar() -> None:
    """放假和调休:哪些年已经公布,某一年怎么放,新一年公布后把在办任务的期限重算一遍。

    历年安排自带;新的一年写成 definitions/calendar/2027.yaml,写法见该文件夹里的 README.md。
    """


@calendar.command("show", short_help="一年的放假和调休", examples=("supervise calendar show 2026",))
@click.argument("year", metavar="[年份]", type=Year(), required=False)
@shared
def show(counter: Counter, year: int | None) -> None:
    """一年的放假、调休和各月工作日数,一页看完;没有公布的年份注明暂定。"""
    from supervise.cli import calendarfaces as faces

    office = counter.office()
    of = year or office.today().year
    file = office.folder.years.get(of, "")
    counter.answer(faces.year_data(office.calendar, of, file), lambda: faces.year(office.calendar, of, file))


@calendar.command(
    "check", short_help="公布到哪一年,在办任务是不是都按新安排算了", examples=("supervise calendar check",)
)
@shared
def check(counter: Counter) -> int:
    """列出已知的年份和每年的依据;有数据库时,再看在办任务是不是都按现在的安排算过,没有的退出码是 3。"""
    from contextlib import nullcontext

    from supervise.cli import calendarfaces as faces
    from supervise.errors import Unknown

    behind = None
    try:
        counter.has_file()
        looking: Any = counter.reading(begun=False)
    except Unknown:
        looking = nullcontext((counter.office(), None))
    with looking as (office, session):
        if session is not None:
            behind = office.in_use(session).behind
    known, today = office.calendar, office.today()
    data = faces.check_data(known, office.folder.years, today, behind)
    counter.answer(data, lambda: faces.check(known, office.folder.years, today, behind))
    return 3 if behind else 0


@calendar.command(
    "load",
    short_help="新一年的安排公布了:收进来,重算在办任务的期限",
    examples=("supervise calendar load 2027.yaml --dry-run", "supervise calendar load 2027.yaml --by 张某"),
)
@click.argument("file", metavar="[文件]", default="")
@option("--dry-run", is_flag=True, help="只列出哪些期限会变,什么都不改")
@option("--day", type=Day(), default=None, metavar="日期", help="从哪天起按新安排算", otherwise="今天")
@option("--as", "as_", default="督查室", metavar="单位", help="谁来改", otherwise="督查室")
@option("--by", "person", default="", metavar="姓名", help="经办人")
@shared
def load(counter: Counter, file: str, dry_run: bool, day: date | None, as_: str, person: str) -> int:
    """把一年的放假安排收进 definitions/calendar/,再把在办任务逐项改按新安排算,列出哪项任务的哪个期限从哪天改到哪天。

    不写文件,即按文件夹里(或升级后自带)的安排重算。已经到期的不动:该办的日子过了就过了,不因后来的安排变成逾期,
    也不因此不算逾期。五百项一批,各批自成一笔入库;中途停下,再运行一次就接着办,办过的不重办。
    """
    from supervise.cli import calendarfaces as faces
    from supervise.store.database import reading, writing

    office, source = _with(counter, file)
    before = counter.office().calendar if source is not None else office.calendar
    sessions = counter.sessions()
    by = actor(office, as_, person)
    with reading(sessions) if dry_run else writing(sessions) as session:
        office.begin_calendar(session, before, dry_run)
        codes = office.unarranged(session)
    if source is not None and not dry_run:
        _keep(office.folder, source)
    found: list[Arranged] = []
    for number, part in _chunks(codes):
        found += _arranged(office, sessions, part, by, day, dry_run)
        counter.kept = counter.kept or not dry_run
        if terminal():
            click.echo(f"\r{number}/{len(codes)} 项", err=True, nl=number == len(codes))
    moved = [(one, move) for one in found for move in one.moved]
    number_ = ""
    if not dry_run and (found or _open_end(office, sessions)):
        with writing(sessions) as session:
            number_ = office.arranged(session, by, len(found), len(moved), day)
    data = faces.load_data(office.calendar, found, dry_run, number_)
    counter.answer(data, lambda: faces.load(office.calendar, found, dry_run, number_))
    return 0


def _open_end(office: Office, sessions: Sessions) -> bool:
    """Whether an earlier load was broken off before it was put on record."""
    from supervise.store.database import reading

    with reading(sessions) as session:
        return bool(office.in_use(session).behind)


def _with(counter: Counter, file: str) -> tuple[Office, Source[Any] | None]:
    """The office under the calendar with a year's file, and the file if it is not in the folder yet."""
    from supervise.site.folder import read_year

    office = counter.office()
    if not file:
        return office, None
    source = read_year(office.folder, Path(file))
    if source is None:
        return office, None
    if counter.definitions is None:
        from supervise.errors import Problem, Refused

        help_ = "请先 supervise init --copy definitions,再加 --definitions definitions"
        raise Refused(Problem("Q04", "自带的流程文件夹不能写,新的年份没有地方放", file=file, help=help_))
    return counter.office(office.folder), source


def _keep(folder: Folder, source: Source[Any]) -> None:
    """Put a year's file into the folder, whole or not at all."""
    place = folder.path / "calendar"
    place.mkdir(exist_ok=True)
    with saving(str(place / f"{source.value.year}.yaml")) as write:
        write(source.text.encode())


def _chunks(codes: Sequence[str]) -> Iterator[tuple[int, Sequence[str]]]:
    for start in range(0, len(codes), CHUNK):
        part = codes[start : start + CHUNK]
        yield start + len(part), part


def _arranged(
    office: Office, sessions: Sessions, codes: Sequence[str], by: Actor, day: date | None, dry: bool
) -> tuple[Arranged, ...]:
    """Some tasks in a transaction of their own; again from the start if somebody acted on one of them meanwhile."""
    from supervise.errors import Stale
    from supervise.store.database import reading, writing

    for left in reversed(range(TRIES)):
        try:
            with reading(sessions) if dry else writing(sessions) as session:
                return office.arrange(session, codes, by, day, dry)
        except Stale:
            if not left:
                raise
    return ()
