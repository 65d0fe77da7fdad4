"""The commands for facts from outside the lifecycles: mark marks unmark."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from supervise.cli.kinds import Day
from supervise.cli.output import Counter, actor, as_of, cut, shared
from supervise.cli.shell import Command, option

ROLES = {"牵头": "lead", "主办": "lead", "协办": "co", "配合": "co"}
_as = option("--as", "as_", default="督查室", metavar="单位", help="谁登记", otherwise="督查室")
_by = option("--by", "person", default="", metavar="姓名", help="经办人", otherwise="单位名称")


@click.command(
    cls=Command,
    short_help="登记一条:通报、批示、评分、数字",
    examples=(
        "supervise mark 区文旅局 通报表扬 --role 牵头 --matter GZ-7 --note 第12期",
        "supervise mark 区文旅局 leader --value 92 --day 2025-12-30",
    ),
)
@click.argument("unit", metavar="单位")
@click.argument("kind", metavar="登记项")
@option("--day", type=Day(), default=None, metavar="日期", help="哪天的事", otherwise="今天")
@option("--value", default="1", metavar="数值", help="分数、比率等;只数件数的不用写", otherwise=" 1")
@option("--matter", default="", metavar="编码", help="哪个事项:任务、项目")
@option("--role", default="", metavar="角色", help="牵头 或 协办")
@option("--note", default="", metavar="文字", help="说明:文号、期号等")
@_as
@_by
@shared
def mark(
    counter: Counter, unit: str, kind: str, day: date | None, value: str, matter: str, role: str, note: str, as_: str,
    person: str,
) -> None:  # fmt: skip
    """登记一条流程以外的事实,供评分办法计分;登记了不能删,错了用 unmark 撤销,都留痕。"""
    from supervise.cli import schemefaces

    with counter.writing(create=True) as (office, session):
        by = actor(office, as_, person)
        part = ROLES.get(role, role)
        made = office.mark(session, unit, kind, day or date.today(), value, by, note, matter=matter, role=part)
        kept = [k for k in office.marks(session, unit, kind) if k.mark.id == made.id]
        labels = {key: specs[0].label for key, specs in office.kinds().items()}
    counter.answer({"mark": schemefaces.kept_data(kept)[0]}, lambda: schemefaces.marks(kept, labels))


@click.command(
    cls=Command,
    short_help="登记的清单;从表格登记",
    examples=(
        "supervise marks 六月通报.xlsx --dry-run",
        "supervise marks 六月通报.xlsx --day 2025-06-30",
        "supervise marks --unit 区文旅局",
    ),
)
@click.argument("file", metavar="[表格]", default="")
@option("--unit", default="", metavar="单位", help="只看一个单位")
@option("--kind", default="", metavar="登记项", help="只看一种")
@option("--matter", default="", metavar="编码", help="只看一个事项")
@option("--day", type=Day(), default=None, metavar="日期", help="表里没写日期的,算哪天", otherwise="今天")
@option("--scheme", default="", metavar="办法", help="按哪份办法的登记项读", otherwise="所有办法的")
@option("--dry-run", is_flag=True, help="只核对,不登记")
@_as
@_by
@as_of
@shared
def marks(
    counter: Counter, file: str, unit: str, kind: str, matter: str, day: date | None, scheme: str, dry_run: bool,
    as_: str, person: str, as_of: date | None, known: datetime | None,
) -> None:  # fmt: skip
    """不写表格,列出登记;写了表格(CSV、xlsx、JSON),整表登记:有一格不对就都不登记,重复登记不会多算。

    表头写 单位、种类、日期、事项、角色、数值、状态、说明,有几栏写几栏;也可以一个单位一行、一种登记一栏。
    """
    from supervise.cli import schemefaces
    from supervise.errors import did_you_mean

    if file:
        content = read(file)
        with counter.reading() if dry_run else counter.writing(create=True) as (office, session):
            made = office.load_marks(session, content, file, actor(office, as_, person), day, scheme, not dry_run)
        data = {
            "file": file, "rows": made.rows, "new": [m.id for m in made.new], "voided": [m.id for m in made.voided],
            "known": made.known, "dry_run": dry_run,
        }  # fmt: skip
        tail = "(只核对,没有登记)" if dry_run else ""
        counter.answer(data, lambda: schemefaces.loaded(made, file) + tail)
        return
    if scheme:
        raise click.UsageError("--scheme 要与表格一起用")
    with counter.reading() as (office, session):
        kept = office.marks(session, unit, kind, matter, cut(as_of, known))
        labels = {key: specs[0].label for key, specs in office.kinds().items()}
        there = {one.mark.matter for one in office.marks(session) if one.mark.matter} if matter and not kept else ()
    hint = did_you_mean(matter, sorted(there)) if there else ""
    counter.answer({"marks": schemefaces.kept_data(kept)}, lambda: schemefaces.marks(kept, labels) + hint)


@click.command(
    cls=Command,
    short_help="撤销一条登记",
    examples=("supervise unmark 3f9a2c11d0 --note 申诉成立,督办〔2025〕7号",),
)
@click.argument("ident", metavar="编号")
@option("--note", default="", metavar="文字", help="为什么撤销", required=True)
@option("--day", type=Day(), default=None, metavar="日期", help="哪天决定的", otherwise="今天")
@_as
@_by
@shared
def unmark(counter: Counter, ident: str, note: str, day: date | None, as_: str, person: str) -> None:
    """撤销一条登记(如申诉成立):以后的榜不再计它,登记和撤销都留着;已经公布的榜不动。"""
    from supervise.cli import schemefaces

    with counter.writing() as (office, session):
        kept = office.unmark(session, ident, actor(office, as_, person), note, day)
        labels = {key: specs[0].label for key, specs in office.kinds().items()}
    counter.answer({"mark": schemefaces.kept_data([kept])[0]}, lambda: schemefaces.marks([kept], labels))


def read(file: str) -> bytes:
    """A file as it is.

    Raises:
        Unknown: F01 when there is none.
        Invalid: F03 when it cannot be read.
    """
    from supervise.errors import Invalid, Problem, Unknown
    from supervise.site.texts import reason

    try:
        return Path(file).read_bytes()
    except FileNotFoundError:
        raise Unknown(Problem("F01", f"没有这个文件:{file}")) from None
    except OSError as error:
        raise Invalid(Problem("F03", f"读不了 {file}:{reason(error)}")) from None
