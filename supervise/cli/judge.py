"""The judging commands: board why assess."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from supervise.cli.output import Counter, F, actor, as_of, cut, saving, shared
from supervise.cli.shell import Command, option

if TYPE_CHECKING:
    from supervise.office import Office
    from supervise.store.database import Work

Body = dict[str, Any]


def published(function: F) -> F:
    """Options of a result that can be frozen and saved."""
    for add in (
        option("-o", "--output", metavar="文件", default="", help="另存为 xlsx"),
        option("--as", "as_", default="督查室", metavar="单位", help="谁公布", otherwise="督查室"),
        option("--publish", is_flag=True, help="公布:定稿编号,以后不再改动"),
    ):
        function = add(function)
    return function


@click.command(
    cls=Command,
    short_help="红黑榜",
    examples=(
        "supervise board red-black 2025Q2 --as-of 2025-06-30",
        "supervise board red-black 2025Q2 --publish -o 红黑榜.xlsx",
    ),
)
@click.argument("name", metavar="榜名")
@click.argument("period", metavar="考核期")
@published
@as_of
@shared
def board(
    counter: Counter,
    name: str,
    period: str,
    as_of: date | None,
    known: datetime | None,
    **publication: Any,
) -> None:
    """出一期红黑榜;考核期写作 2025Q2、2025H1、2025-06 或 2025,须与办法所定的一致。

    同一口径(--as-of、--known)随时重算,一字不差。
    """
    from supervise.cli import faces

    body = _judged(counter, lambda office, s: office.board(s, name, period, cut(as_of, known)), **publication)
    counter.answer(body, lambda: faces.board(body) + _number(body))


@click.command(
    cls=Command,
    short_help="年度考核",
    examples=("supervise assess annual 2025", "supervise assess annual 2025 --publish -o 年度考核.xlsx"),
)
@click.argument("name", metavar="办法")
@click.argument("year", metavar="年份")
@published
@as_of
@shared
def assess(
    counter: Counter,
    name: str,
    year: str,
    as_of: date | None,
    known: datetime | None,
    **publication: Any,
) -> None:
    """年度考核:由已公布的各期红黑榜、全年得分和评分汇成。"""
    from supervise.cli import faces

    body = _judged(counter, lambda office, s: office.assess(s, name, year, cut(as_of, known)), **publication)
    counter.answer(body, lambda: faces.assessment(body) + _number(body))


def _judged(counter: Counter, make: Callable[[Office, Work], Body], publish: bool, as_: str, output: str) -> Body:
    """A result, frozen if asked for, and the file of it; a file that cannot be written leaves nothing published."""
    with saving(output) as save, counter.writing() if publish else counter.reading() as (office, session):
        body = make(office, session)
        if publish:
            made = office.publish(session, body, actor(office, as_))
            seal = {"number": made.seal, "hash": made.seal_hash}
            body = {**body, "number": made.number, "fingerprint": made.fingerprint, "seal": seal}
        _workbook(output, body, save, office)
    return body


@click.command(
    cls=Command,
    short_help="一个单位的分是怎么来的",
    examples=(
        "supervise why 区工信局 --board red-black 2025Q2",
        "supervise why 区工信局 --assess annual 2025",
    ),
)
@click.argument("unit", metavar="单位")
@option("--board", "on_board", nargs=2, metavar="榜名 考核期", default=None, help="哪一期红黑榜")
@option("--assess", "on_assess", nargs=2, metavar="办法 年份", default=None, help="哪一年的考核")
@as_of
@shared
def why(
    counter: Counter,
    unit: str,
    on_board: tuple[str, str] | None,
    on_assess: tuple[str, str] | None,
    as_of: date | None,
    known: datetime | None,
) -> None:
    """逐行说清一个单位的得分:条款、件数、哪项任务、哪天到期、哪天办的。

    已公布的照公布的说;另给口径(--as-of、--known)则按口径重算。
    """
    from supervise.cli import faces

    if (on_board is None) == (on_assess is None):
        raise click.UsageError("请写 --board 榜名 考核期,或 --assess 办法 年份,两者之一")
    name, period = on_board or on_assess or ("", "")
    asked = cut(as_of, known)
    with counter.reading() as (office, session):
        body = office.published(session, name, period) if asked is None else None
        if body is None:
            make = office.board if on_board else office.assess
            body = make(session, name, period, asked)
        receipt = office.why(body, unit)
    counter.answer(receipt, lambda: faces.why(receipt, office.calendar.provisional))


def _workbook(output: str, body: Mapping[str, Any], save: Callable[[bytes], None], office: Office) -> None:
    if output:
        from supervise.exports import workbook

        save(workbook(body, office.calendar.provisional))


def _number(body: Mapping[str, Any]) -> str:
    return f"\n已公布,编号 {body['number']}" if "number" in body else ""
