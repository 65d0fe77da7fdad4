"""The pressing commands: orders lights."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from supervise.cli.output import Counter, actor, as_of, cut, shared
from supervise.cli.shell import Command, option

if TYPE_CHECKING:
    from supervise.records import Task


@click.command(
    cls=Command,
    short_help="等批准的督查单和提请",
    examples=(
        "supervise orders",
        "supervise orders --as-of 2025-06-30",
        "supervise orders --open --as 督查室",
        "supervise orders --open --only 提请编码 --as 督查室",
    ),
)
@option("--open", "open_", is_flag=True, help="把对单位的提请立项,以后像任务一样用 do 批准、不予采纳、送达")
@option("--only", multiple=True, metavar="编码", help="只立这几件")
@option("--as", "as_", default="督查室", metavar="单位", help="谁立项", otherwise="督查室")
@as_of
@shared
def orders(
    counter: Counter, open_: bool, only: tuple[str, ...], as_: str, as_of: date | None, known: datetime | None
) -> None:
    """等人定的事:督查单里须批准才发的,和按单位累计够了次数该通报、约谈的,各有依据。

    督查单定了发,用 do 发督查单;不发,用 do 认可理由(办法 suspends 里写的动作),写明这一级、所指应办、理由和日期。
    对单位的提请先 --open 立项(只告诉督查室),批不批都用 do,在记录里。
    """
    from supervise.cli import pressfaces

    if only and not open_:
        raise click.UsageError("--only 要与 --open 一起用")
    opened: tuple[Task, ...] = ()
    with counter.writing() if open_ else counter.reading() as (office, session):
        if open_:
            opened = office.open_matters(session, actor(office, as_), as_of, only or None)
        found = office.pending(session, cut(as_of, known))
        laws = {o.task: office.law(session, office.load(session, o.task)).wording for o in found.orders}
    counter.answer(pressfaces.pending_data(found, opened), lambda: pressfaces.pending(found, opened, laws))


@click.command(
    cls=Command,
    short_help="红黄绿灯",
    examples=(
        "supervise lights",
        "supervise lights 2025-06",
        "supervise lights --rules monthly-lights --unit 区文旅局",
    ),
)
@click.argument("period", metavar="[期]", default="")
@option("--rules", default="", metavar="办法", help="按哪个亮灯办法", otherwise="只有一个时就是它")
@option("--unit", default="", metavar="单位", help="只看这个单位牵头的")
@as_of
@shared
def lights(counter: Counter, period: str, rules: str, unit: str, as_of: date | None, known: datetime | None) -> None:
    """每项任务亮什么灯:哪一种、凭哪一条、落在哪件应办上;重的排前面。

    期写作 2025-06、2025Q2,即看那一期的末日;不写即今天。办法写明逐月变的,看最近一个月末。
    """
    from supervise.cli import pressfaces
    from supervise.dates import parse_period
    from supervise.errors import Invalid, Problem
    from supervise.records import Cut

    asked = cut(as_of, known)
    if period:
        try:
            end = parse_period(period).end
        except ValueError as error:
            raise Invalid(Problem("P01", str(error))) from None
        day = min(end, as_of or date.today())
        asked = Cut(day, known)
    with counter.reading() as (office, session):
        law, found = office.lights(session, rules, asked, unit)
        labels = {kind: spec.label for kind, spec in office.folder.definition(law.for_).value.duties.items()}
    counter.answer(pressfaces.lights_data(law, found), lambda: pressfaces.lights(law, found, labels))
