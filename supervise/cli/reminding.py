"""The office's commands about pressing lightly: remind, burden."""

from __future__ import annotations

from datetime import date, datetime

import click

from supervise.cli.kinds import Day, File
from supervise.cli.output import Counter, actor, as_of, cut, saving, shared
from supervise.cli.shell import Command, option


@click.command(
    cls=Command,
    short_help="催办",
    examples=(
        "supervise remind QH2025-001 --as 督查室 --reason 方案尚未报送",
        "supervise remind --unit 区文旅局 --as 督查室 --reason 已经逾期 --dry-run",
        "supervise remind --duty progress --due-before 2025-06-30 --as 督查室 \\",
        "                 --reason 请按期报送 --channel phone",
    ),
)
@click.argument("codes", metavar="[编码…]", nargs=-1)
@option("--as", "as_", required=True, metavar="单位", help="以哪个单位(一般是 督查室)的名义")
@option("--reason", required=True, metavar="事由", help="为什么催,对方会看到")
@option("--unit", default="", metavar="单位", help="只催这个单位欠的")
@option("--duty", "kind", default="", metavar="应办", help="只催这一类应办,如 progress")
@option("--due-before", type=Day(), default=None, metavar="日期", help="只催期限早于这一天的")
@option("--channel", default="", metavar="方式", help="用什么方式,名字见办法", otherwise="办法里的第一种")
@option("--whom", default="", metavar="姓名", help="催到了谁")
@option("--by", "person", default="", metavar="姓名", help="经办人")
@option("--day", type=Day(), default=None, metavar="日期", help="催办之日", otherwise="今天")
@option("--dry-run", is_flag=True, help="只看会催谁、催什么;什么都不入库")
@shared
def remind(
    counter: Counter,
    codes: tuple[str, ...],
    as_: str,
    reason: str,
    unit: str,
    kind: str,
    due_before: date | None,
    channel: str,
    whom: str,
    person: str,
    day: date | None,
    dry_run: bool,
) -> None:
    """催办欠着的应办:写编码催这几项,或按单位、应办、期限成批地催。

    不写 --duty、--due-before 的,催已经逾期的;写了编码而没有逾期的,催期限最近的一件。
    同一件应办两次催办之间至少隔多久、一个单位一天至多几次,由 rules/ 里的 reminders 规定;
    催不了的列出理由和下次最早的日子。一项任务的几件应办一起催成,或都不催。催办记入办理记录。
    """
    from supervise.cli import chasefaces
    from supervise.hall.reminder import Pick
    from supervise.rules.reminders import Chase

    if not (codes or unit or kind or due_before):
        raise click.UsageError("请写任务编码,或用 --unit、--duty、--due-before 写明催哪些")
    pick, chase = Pick(codes, unit, kind, due_before), Chase(reason, whom, channel)
    with counter.reading() if dry_run else counter.writing() as (office, session):
        go = office.reminding if dry_run else office.remind
        made = go(session, pick, actor(office, as_, person), chase, day)
    counter.answer(chasefaces.chased_data(made, dry_run), lambda: chasefaces.chased(made, dry_run))


@click.command(
    cls=Command,
    short_help="基层负担统计",
    examples=(
        "supervise burden 2025-06",
        "supervise burden 2025 --unit 区文旅局 -o 负担.xlsx",
        "supervise burden 2025-06 --merge",
        "supervise burden 2025-W26 --merge --unit 区文旅局 --as 督查室 --reason 减负",
    ),
)
@click.argument("period", metavar="[期间]", default="")
@option("--unit", default="", metavar="单位", help="只看这个单位")
@option("--merge", is_flag=True, help="列出同一单位同一周要报的几件,可以并作一次报;写了 --as 的就合并")
@option("--apart", is_flag=True, help="与 --merge、--as 同写:把合并过的拆开,各按原期限")
@option("--as", "as_", default="", metavar="单位", help="以哪个单位(一般是 督查室)的名义合并")
@option("--reason", default="", metavar="事由", help="为什么合并或拆开,对方会看到")
@option("--by", "person", default="", metavar="姓名", help="经办人")
@option("--day", type=Day(), default=None, metavar="日期", help="合并之日", otherwise="今天")
@option("-o", "--output", type=File("xlsx"), default="", metavar="文件", help="另存为 xlsx")
@as_of
@shared
def burden(
    counter: Counter,
    period: str,
    unit: str,
    merge: bool,
    apart: bool,
    as_: str,
    reason: str,
    person: str,
    day: date | None,
    output: str,
    as_of: date | None,
    known: datetime | None,
) -> None:
    """每个单位每个月承担了多少:应办、要求报送、催办、督查单、督查检查、消息。

    期间写作 2025-06、2025Q2、2025 或一周 2025-W26,不写即本月。哪些算报送、哪些算督查检查,由办法里的提醒规定。
    合并只把期限往后并到几件里最晚的那一天,不越过任务自己的办结时限;每项任务各记一条,报告仍逐项任务登记。
    """
    from supervise.cli import chasefaces

    if merge and output:
        raise click.UsageError("--merge 只列出或合并,不能另存为 xlsx")
    if (as_ or apart or reason) and not (merge and as_):
        raise click.UsageError("合并、拆开须写 --merge 和 --as")
    if as_ and (as_of or known):
        raise click.UsageError("合并按当天的记录办,不能写 --as-of、--known;日期用 --day")
    if as_:
        with counter.writing() as (office, session):
            go = office.part if apart else office.combine
            made = go(session, actor(office, as_, person), reason, period, unit, day)
        counter.answer(chasefaces.combined_data(made, apart), lambda: chasefaces.combined(made, apart))
        return
    with counter.reading() as (office, session):
        if merge:
            found = office.joint(session, period, unit, cut(as_of, known))
        else:
            body = office.burden(session, period, unit, cut(as_of, known))
    if merge:
        counter.answer(chasefaces.joint_data(found), lambda: chasefaces.joint(found))
        return
    with saving(output) as write:
        if output:
            from supervise.papers import exports

            write(exports.burden(body))
    counter.answer(body, lambda: chasefaces.burden(body))
