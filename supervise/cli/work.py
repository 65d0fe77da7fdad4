"""The clerk's and the liaison's commands: intake assign list show log owed do tick."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from supervise.cli.output import Counter, Day, actor, as_of, cut, shared, terminal
from supervise.cli.shell import Command

if TYPE_CHECKING:
    from supervise.intake.breakdown import Breakdown
    from supervise.workflows.definition import Definition


@click.command(cls=Command, short_help="读通知,出任务分解")
@click.argument("notice", metavar="通知文件")
@click.option("--code", default="", help="任务编码的开头,如 GF2021")
@click.option("-o", "--output", metavar="文件", default="", help="把任务分解写到这个文件(不写即打印)")
@click.option("--units-out", metavar="文件", default="", help="另按通知里的名称起草一份单位目录")
@shared
def intake(counter: Counter, notice: str, code: str, output: str, units_out: str) -> None:
    """读一份通知,出一份可改的任务分解(YAML);拿不准的写在 problems 里,什么都不入库。"""
    from supervise.folder import read_text
    from supervise.intake.gold import as_gold
    from supervise.intake.units import draft_units

    read, made = counter.office().intake(read_text(Path(notice)), notice, code)
    if units_out:
        Path(units_out).write_text(draft_units(read), encoding="utf-8")
    counter.answer(as_gold(read), lambda: _breakdown(made, notice, output))
    if output and counter.json:
        _breakdown(made, notice, output)


def _breakdown(made: Breakdown, notice: str, output: str) -> str:
    from supervise.intake.breakdown import to_yaml

    text = to_yaml(made)
    summary = [f"{len(made.tasks)} 项任务;待核 {len(made.problems)} 处" + (":" if made.problems else "")]
    summary += [f"  {notice}:{d.lines or '-'}  {d.task}  {d.text}  {d.code}" for d in made.problems]
    if output:
        Path(output).write_text(text, encoding="utf-8")
        return "\n".join([*summary, f"已写入 {output},改定后用 supervise assign {output} 交办"])
    click.echo("\n".join(summary), err=True)
    return text.rstrip("\n")


@click.command(cls=Command, short_help="按任务分解交办")
@click.argument("breakdown", metavar="分解文件")
@click.option("--day", type=Day(), default=None, help="交办之日,各项时限从这天起算(不写即今天)")
@click.option("--as", "as_", default="督查室", help="谁交办(默认督查室)")
@click.option("--skip", multiple=True, metavar="编码", help="这一项先不交办,可写多次")
@shared
def assign(counter: Counter, breakdown: str, day: date | None, as_: str, skip: Sequence[str]) -> None:
    """按改定的任务分解交办:要么全部交办,要么一项也不交办。"""
    from supervise.cli import faces
    from supervise.folder import read_text
    from supervise.intake.breakdown import Breakdown
    from supervise.reading import parse, validate

    document = parse(read_text(Path(breakdown)), breakdown)
    made = validate(document, Breakdown)
    with counter.writing(create=True) as (office, session):
        placed = office.assign(session, made, actor(office, as_), day, skip, document)
        lifecycle = office.lifecycle(session, placed[0].definition) if placed else None
    data = {"placed": [task.code for task in placed], "skipped": list(skip)}
    counter.answer(data, lambda: faces.assigned(placed, lifecycle) if lifecycle else "没有交办任何任务。")


@click.command("list", cls=Command, short_help="任务清单")
@click.option("--unit", default="", help="只看这个单位牵头或协办的")
@click.option("--state", default="", help="只看这个状态的,如 推进中")
@as_of
@shared
def list_(counter: Counter, unit: str, state: str, as_of: date | None, known: datetime | None) -> None:
    """任务清单,可按单位、状态筛选,可看任何一天。"""
    from supervise.cli import faces, shapes

    with counter.reading() as (office, session):
        views = office.list(session, unit, state, cut(as_of, known))
    day = as_of or date.today()
    counter.answer({"tasks": [shapes.task(v, day) for v in views]}, lambda: faces.tasks(views))


@click.command(cls=Command, short_help="一项任务和它的应办")
@click.argument("code", metavar="编码")
@as_of
@shared
def show(counter: Counter, code: str, as_of: date | None, known: datetime | None) -> None:
    """一项任务:状态、当事单位、各项应办的期限和结果。"""
    from supervise.cli import faces, shapes

    with counter.reading() as (office, session):
        view = office.show(session, code, cut(as_of, known))
    day = as_of or date.today()
    counter.answer(shapes.task(view, day), lambda: faces.show(view, day))


@click.command(cls=Command, short_help="一项任务的办理记录")
@click.argument("code", metavar="编码")
@as_of
@shared
def log(counter: Counter, code: str, as_of: date | None, known: datetime | None) -> None:
    """一项任务的全部办理记录,原样列出。"""
    from supervise.cli import faces, shapes

    with counter.reading() as (office, session):
        view = office.log(session, code, cut(as_of, known))
    events = [shapes.event(e, view.lifecycle) for e in view.task.events]
    counter.answer({"code": code, "events": events}, lambda: faces.log(view))


@click.command(cls=Command, short_help="谁欠什么,几时到期")
@click.argument("unit", metavar="[单位]", default="")
@as_of
@shared
def owed(counter: Counter, unit: str, as_of: date | None, known: datetime | None) -> None:
    """待办清单:一个单位(或督查室自己)欠着的应办;不写单位即全部。"""
    from supervise.cli import faces, shapes

    with counter.reading() as (office, session):
        rows = office.owed(session, unit, cut(as_of, known))
        calendar = office.calendar
    day = as_of or date.today()
    counter.answer({"owed": [shapes.owed(o) for o in rows]}, lambda: faces.owed(rows, day, calendar, bool(unit)))


@click.command(
    cls=Command, short_help="办理一步", context_settings={"ignore_unknown_options": True, "allow_extra_args": True}
)
@click.argument("code", metavar="编码")
@click.argument("action", metavar="动作")
@click.option("--as", "as_", required=True, help="以哪个单位(或 督查室)的名义")
@click.option("--by", "person", default="", help="经办人")
@click.option("--day", type=Day(), default=None, help="办理之日(不写即今天)")
@click.option("--key", default="", help="幂等键:同一个键重复提交只办一次")
@click.option("--seen", type=int, default=None, help="您看到的是第几步;别人先办了就不办")
@shared
@click.pass_context
def do(
    context: click.Context,
    counter: Counter,
    code: str,
    action: str,
    as_: str,
    person: str,
    day: date | None,
    key: str,
    seen: int | None,
) -> None:
    """办理一步。

    动作要填的内容写成 --字段 值,如 --summary "上半年新增18家" --progress 55。
    不知道能办什么、要填什么,随便写一个动作就会告诉您。
    """
    from supervise.cli import faces, shapes

    fields = _fields(context.args)
    with counter.writing() as (office, session):
        before = office.load(session, code)
        lifecycle = office.lifecycle(session, before.definition)
        data = _files(lifecycle.definition, fields)
        task = office.advance(session, code, action, actor(office, as_, person), day, key, seen, **data)
        view = office.show(session, code, cut(task.events[-1].day, None))
    day = task.events[-1].day
    state = lifecycle.wording.state(before.state)
    counter.answer(shapes.task(view, day), lambda: faces.done(state, view))


def _fields(arguments: Sequence[str]) -> dict[str, str]:
    """``--name value`` and ``--name=value`` pairs; anything else is a usage error."""
    found: dict[str, str] = {}
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.removeprefix("--").partition("=")
        if not word.startswith("--") or not name:
            raise click.UsageError(f"看不懂“{word}”;要填的内容应写成 --字段 值")
        if not equals:
            if not rest:
                raise click.UsageError(f"--{name} 后面没有值")
            value = rest.pop(0)
        if name in found:
            raise click.UsageError(f"--{name} 写了两次")
        found[name.replace("-", "_")] = value
    return found


def _files(definition: Definition, fields: dict[str, str]) -> dict[str, Any]:
    """Evidence named by path becomes a pointer with a fingerprint; the bytes stay where they are."""
    import hashlib

    data: dict[str, Any] = dict(fields)
    for name, value in fields.items():
        spec = definition.fields.get(name)
        if spec is not None and spec.kind == "files":
            pointers: list[Any] = []
            for path in filter(None, (part.strip() for part in value.split(";"))):
                if os.path.isfile(path):
                    print_ = hashlib.sha256(Path(path).read_bytes()).hexdigest()
                    pointers.append({"title": os.path.basename(path), "uri": path, "sha256": print_})
                else:
                    pointers.append({"title": path, "uri": path})
            data[name] = pointers
    return data


@click.command(cls=Command, short_help="让时钟走到某一天")
@click.argument("day", metavar="[日期]", type=Day(), required=False)
@shared
def tick(counter: Counter, day: date | None) -> None:
    """让时钟走到某一天(不写即今天):到点的逾期、到点的督查单。

    漏跑、重跑都不影响状态和得分,只是督查单晚发。
    """
    from supervise.cli import faces, shapes

    with counter.writing() as (office, session):
        if terminal():
            report = office.tick(session, day, lambda n, of: click.echo(f"\r{n}/{of} 项", err=True, nl=n == of))
        else:
            report = office.tick(session, day)
        laws = {e.definition: office.lifecycle(session, e.definition) for e in report.events}
        ladders = [ladder for law in laws.values() for ladder in office.ladders(law.definition.workflow)]
    counter.answer(shapes.tick(report), lambda: faces.tick(report, ladders, laws))
