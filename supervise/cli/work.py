"""The clerk's and the liaison's commands: list show log owed do tick."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from supervise.cli.kinds import Day, Number, Span
from supervise.cli.output import Counter, actor, as_of, cut, shared, terminal
from supervise.cli.shell import Command, option

if TYPE_CHECKING:
    from supervise.hall.clerk import Owed
    from supervise.workflows.definition import Definition


@click.command(
    "list",
    cls=Command,
    short_help="任务清单",
    examples=("supervise list", "supervise list --unit 区文旅局 --state 已逾期 --as-of 2025-06-30"),
)
@option("--unit", default="", metavar="单位", help="只看这个单位牵头、协办的,或这位领导牵头的")
@option("--state", default="", metavar="状态", help="只看这个状态的,如 推进中")
@as_of
@shared
def list_(counter: Counter, unit: str, state: str, as_of: date | None, known: datetime | None) -> None:
    """任务清单,可按单位、状态筛选,可看任何一天。"""
    from supervise.cli import faces, shapes

    with counter.reading() as (office, session):
        views = office.list(session, unit, state, cut(as_of, known))
    day = as_of or date.today()
    counter.answer(lambda: {"tasks": [shapes.task(v, day) for v in views]}, lambda: faces.tasks(views), brief=True)


@click.command(
    cls=Command,
    short_help="一项任务和它的应办",
    examples=(
        "supervise show QH2025-001",
        "supervise show QH2025-001 --why",
        "supervise show QH2025-001 --as-of 2025-06-30",
    ),
)
@click.argument("code", metavar="编码")
@option("--why", is_flag=True, help="说清每个期限是怎么算出来的:从哪天起、跳过哪些日子、依据哪份流程")
@as_of
@shared
def show(counter: Counter, code: str, why: bool, as_of: date | None, known: datetime | None) -> None:
    """一项任务:状态、当事单位、各项应办的期限和结果。

    期限后有“*”的,那一年的放假安排尚未公布,是暂定的。
    """
    from supervise.cli import faces, shapes, whyfaces
    from supervise.workflows.deriving import derive

    with counter.reading() as (office, session):
        view = office.show(session, code, cut(as_of, known))
        words = office.rung_words("")
    day = as_of or date.today()
    data = shapes.task(view, day)
    if not why:
        counter.answer(data, lambda: faces.show(view, day, words))
        return
    made = [derive(view.lifecycle, view.task, duty) for duty in view.duties]
    for one, told in zip(data["duties"], made, strict=True):
        one["derivation"] = shapes.derived(told)
    counter.answer(data, lambda: whyfaces.show(view, day, made, words))


@click.command(cls=Command, short_help="一项任务的办理记录", examples=("supervise log QH2025-001",))
@click.argument("code", metavar="编码")
@as_of
@shared
def log(counter: Counter, code: str, as_of: date | None, known: datetime | None) -> None:
    """一项任务的全部办理记录,原样列出。"""
    from supervise.cli import faces, shapes

    with counter.reading() as (office, session):
        view = office.log(session, code, cut(as_of, known))
        words = office.rung_words(view.lifecycle.definition.workflow)
    events = [shapes.event(e, view) for e in view.task.events]
    counter.answer({"code": code, "events": events}, lambda: faces.log(view, words))


@click.command(
    cls=Command,
    short_help="谁欠什么,几时到期",
    examples=(
        "supervise owed",
        "supervise owed 区文旅局 --as-of 2025-06-20",
        "supervise owed 区文旅局 --why",
        "supervise owed 督查室",
    ),
)
@click.argument("unit", metavar="[单位]", default="")
@option("--why", is_flag=True, help="说清每个期限是怎么算出来的")
@as_of
@shared
def owed(counter: Counter, unit: str, why: bool, as_of: date | None, known: datetime | None) -> None:
    """待办清单:一个单位(或督查室自己)欠着的应办;不写单位即全部。"""
    from supervise.cli import faces, shapes, whyfaces

    with counter.reading() as (office, session):
        rows = office.owed(session, unit, cut(as_of, known))
        calendar = office.calendar
        made = office.derived(session, [o.duty for o in rows], cut(as_of, known)) if why else {}
    day = as_of or date.today()

    def data(one: Owed) -> dict[str, Any]:
        told = {"derivation": shapes.derived(made[one.duty.task, one.duty.key])} if why else {}
        return shapes.owed(one) | told

    counter.answer(
        lambda: {"owed": [data(one) for one in rows]},
        lambda: faces.owed(rows, day, calendar, bool(unit)) + whyfaces.owed(rows, made, calendar.provisional),
        brief=not why,
    )


class Fields(Command):
    """A command that takes options of any name besides its own; a value may begin with a dash."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """No short options, for their letters are looked for inside every value that begins with a dash."""
        return super().parse_args(ctx, ["--help"] if args == ["-h"] else args)


@click.command(
    cls=Fields,
    short_help="办理一步",
    options_metavar="[选项] [--字段 值]…",
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": ["--help"]},
    examples=(
        "supervise do QH2025-001 plan --as 区文旅局 --contact 王某 \\",
        '             --milestones "2025-06-30 过半;2025-12-20 完成"',
        'supervise do QH2025-001 report --as 区文旅局 --summary "上半年新增9家" \\',
        '             --figures "规上企业 9家;总数 137家" --evidence 佐证.pdf',
        "supervise do QH2025-001 verify --as 督查室 --opinion 属实",
        "supervise do QH2025-001 complete --as 督查室 --opinion 同意 --dry-run",
        "supervise do QH2025-002 contribute --as 督查室 --for 区统计局 \\",
        "             --received 2025-06-13 --summary 已报纸件",
    ),
)
@click.argument("code", metavar="编码")
@click.argument("action", metavar="动作")
@option("--as", "as_", required=True, metavar="单位", help="以哪个单位(或 督查室)的名义")
@option("--for", "for_", default="", metavar="单位", help="督查室代这个单位补录纸质材料,收到之日写 --received")
@option("--by", "person", default="", metavar="姓名", help="经办人")
@option("--day", type=Day(), default=None, metavar="日期", help="办理之日", otherwise="今天")
@option("--seen", type=Number(), default=None, metavar="步数", help="您看到的是第几步;别人先办了就不办(退出码 6)")
@option("--key", default="", metavar="键", help="幂等键:同一个键重复提交只办一次")
@option("--dry-run", is_flag=True, help="只看办了会怎样:状态、应办、督查单、分数;什么都不入库")
@shared
@click.pass_context
def do(
    context: click.Context,
    counter: Counter,
    code: str,
    action: str,
    as_: str,
    for_: str,
    person: str,
    day: date | None,
    seen: int | None,
    key: str,
    dry_run: bool,
) -> None:
    """办理一步。

    动作要填的内容写成 --字段 值。佐证材料写文件路径,几个文件用分号隔开,只记路径和指纹,不搬文件。
    任务有数字目标的,报数就行,进度由系统算;没有的,填百分数。
    动作写名字(plan)或叫法(报送落实方案),字段的名字见流程文件;办不了时会说明为什么、现在能办什么、还缺什么。
    """
    from supervise.cli import faces, shapes

    fields = _fields(context.args)
    if dry_run:
        _looked_at(counter, code, action, (as_, person, for_), day, seen, fields)
        return
    with counter.writing() as (office, session):
        before = office.at_hand(session, code)
        lifecycle = office.lifecycle(session, before.definition)
        data, action = _files(lifecycle.definition, fields), _action(lifecycle.definition, action)
        task = office.advance(session, code, action, actor(office, as_, person, for_), day, key, seen, **data)
        view = office.show(session, code, cut(task.events[-1].day, None))
    day = task.events[-1].day
    state = lifecycle.wording.state(before.state)
    counter.answer(shapes.task(view, day), lambda: faces.done(state, view))


def _looked_at(
    counter: Counter,
    code: str,
    action: str,
    who: tuple[str, str, str],
    day: date | None,
    seen: int | None,
    fields: dict[str, str],
) -> None:
    """Say what an act would do."""
    from supervise.cli import stagefaces
    from supervise.hall.liaison import Act

    with counter.reading() as (office, session):
        definition = office.lifecycle(session, office.at_hand(session, code).definition).definition
        data = _files(definition, fields)
        act = Act(code, _action(definition, action), actor(office, *who), data, day, seen=seen)
        found = office.preview(session, act)
    counter.answer(stagefaces.preview_data(found), lambda: stagefaces.preview(found))


def _action(definition: Definition, word: str) -> str:
    """The name of an action that is called so, where only one is; a clerk types what the table he signed says."""
    called = [name for name, action in definition.actions.items() if action.label == word]
    return called[0] if len(called) == 1 and word not in definition.actions else word


def _fields(arguments: Sequence[str]) -> dict[str, str]:
    """``--name value`` and ``--name=value`` pairs; anything else is a usage error."""
    found: dict[str, str] = {}
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        written, equals, value = word.removeprefix("--").partition("=")
        name = written.replace("-", "_")
        if not word.startswith("--") or not name:
            raise click.UsageError(f"看不懂“{word}”;要填的内容应写成 --字段 值")
        if not equals:
            if not rest:
                raise click.UsageError(f"--{written} 后面没有值")
            value = rest.pop(0)
        if name in found:
            raise click.UsageError(f"--{written} 写了两次")
        found[name] = value
    return found


def _files(definition: Definition, fields: dict[str, str]) -> dict[str, Any]:
    """Evidence named by path becomes a pointer with a fingerprint; the bytes stay where they are."""
    from supervise.cli.evidence import pointer

    data: dict[str, Any] = dict(fields)
    for name, value in fields.items():
        spec = definition.fields.get(name)
        if spec is not None and spec.kind == "files":
            data[name] = [pointer(path.strip()) for path in re.split("[;\uff1b]", value) if path.strip()]
    return data


@click.command(
    cls=Command,
    short_help="让时钟走到某一天",
    examples=("supervise tick", "supervise tick 2025-06-26", "supervise tick --within 10m"),
)
@click.argument("day", metavar="[日期]", type=Day(), required=False)
@option("--within", metavar="多久", type=Span(), help="到时就停,停在一段办完的地方;再运行接着走", otherwise="走完为止")
@option("--ahead", is_flag=True, help="比最近一条记录晚一年以上的日子也走到:演练,或停用很久又启用")
@shared
def tick(counter: Counter, day: date | None, within: float | None, ahead: bool) -> None:
    """让时钟走到某一天(不写即今天):到点的逾期、到点的督查单。

    漏跑、重跑、同时跑两个都不影响状态和得分,只是督查单晚发。一段一段入库,中途断了,办完的都在,再运行接着走。
    记作逾期的改不回来,所以比最近一条记录晚一年以上的日子(多半是年份写错,或机器的时钟不准)要加 --ahead。
    """
    import gc

    from supervise.cli import faces, shapes

    with counter.serving() as service:
        gc.freeze()  # this process does nothing else, and what it has loaded need not be looked through every time
        office = service.office
        show = (lambda n, of: click.echo(f"\r{n}/{of} 项", err=True, nl=n == of)) if terminal() else None
        report = service.tick(day, within, show, far=ahead)
        laws = service.transact(lambda s: {d.definition: office.lifecycle(s, d.definition) for d in report.did})
        words = {k: v for law in laws.values() for k, v in office.rung_words(law.definition.workflow).items()}
    counter.answer(shapes.tick(report), lambda: faces.tick(report, words, laws, date.today()))
