"""The designer's and the auditor's commands: init check diagram replay."""

from __future__ import annotations

import shutil
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from supervise.cli.output import Counter, as_of, cut, shared
from supervise.cli.shell import Command

if TYPE_CHECKING:
    from supervise.workflows.drawing import Format


@click.command(cls=Command, short_help="建库,抄一份流程和办法")
@click.option("--copy", metavar="文件夹", default="", help="把自带的流程与办法抄到这个文件夹,供修改")
@click.option("--beside", is_flag=True, help="数据库里已有别的表,也在其中建 supervise 的表")
@shared
def init(counter: Counter, copy: str, beside: bool) -> None:
    """建好数据库;加 --copy definitions 再抄一份自带的流程、办法、单位目录,改成自己的。"""
    from supervise.errors import Problem, Refused
    from supervise.folder import shipped

    copied = []
    if copy:
        if Path(copy).exists():
            raise Refused(Problem("F06", f"{copy} 已经在了,不覆盖", help="请换一个名字,或先移走它"))
        shutil.copytree(shipped(), copy, ignore=shutil.ignore_patterns("__pycache__"))
        copied = sorted(str(p) for p in Path(copy).rglob("*.yaml"))
    counter.sessions(create=True, beside=beside)
    data = {"db": counter.db.rpartition("@")[2], "copied": copied}
    counter.answer(data, lambda: "\n".join([f"数据库已备好:{data['db']}", *(f"  {name}" for name in copied)]))


@click.command(cls=Command, short_help="查流程、办法,演故事")
@shared
def check(counter: Counter) -> int:
    """查流程和办法写得对不对,把故事逐条演一遍;有问题的列出文件和行号。"""
    from supervise.folder import read_folder, shipped
    from supervise.stories import play
    from supervise.widths import table

    folder = read_folder(Path(counter.definitions or shipped()))
    stories, steps, wrong = play(folder) if not folder.problems else (0, 0, ())
    problems = [*folder.problems, *wrong]
    rows = [
        (d.name, f"{len(d.states)} 个状态 · {len(d.actions)} 个动作 · {len(d.duties)} 类应办")
        for d in (source.value for source in folder.definitions.values())
    ]
    rows += [(s.value.name, s.value.title) for s in folder.rules.values()]
    rows.append(("stories", f"{stories} 个故事,{steps} 步"))
    if counter.json:
        counter.answer({"checked": dict(rows), "problems": [p.as_dict() for p in problems]}, str)
    else:
        click.echo(table(rows, indent=0))
        for problem in problems:
            click.echo(str(problem), err=True)
        click.echo("没有问题" if not problems else f"{len(problems)} 处问题")
    return 4 if problems else 0


@click.command(cls=Command, short_help="画流程图")
@click.argument("name", metavar="流程")
@click.option("-o", "--output", metavar="文件", default="", help="写到 .svg、.png 或 .dot 文件(不写即打印 SVG)")
@click.option("--counts", is_flag=True, help="带上各状态的在办件数")
@as_of
@shared
def diagram(counter: Counter, name: str, output: str, counts: bool, as_of: date | None, known: datetime | None) -> None:
    """画一份流程图;颜色和线型表示谁来办,--counts 带在办件数。"""
    formats: dict[str, Format] = {"svg": "svg", "png": "png", "dot": "dot"}
    form = Path(output).suffix.lstrip(".") or "svg"
    if form not in formats:
        raise click.UsageError(f"不会画 .{form},可用 .svg、.png、.dot")
    office, numbers, day = counter.office(), None, as_of or date.today()
    if counts:
        with counter.sessions()() as session:
            numbers = office.counts(session, name, cut(as_of, known))
    picture = office.diagram(name, formats[form], numbers, day if counts else None)
    if output:
        Path(output).write_bytes(picture)
    text = f"已写入 {output}" if output else picture.decode()
    counter.answer({"workflow": name, "counts": numbers, "output": output or None}, lambda: text)


@click.command(cls=Command, short_help="重放全部记录,核对现状")
@click.option("--verify", is_flag=True, help="逐项核对,有出入即报错(退出码 1)")
@shared
def replay(counter: Counter, verify: bool) -> None:
    """把办理记录从头重放一遍;--verify 与现状逐项核对。"""
    with counter.reading() as (office, session):
        made = office.replay(session, verify)
    data = {"tasks": made.tasks, "events": made.events, "duties": made.duties, "compared": verify}
    tail = ",与现状一致。" if verify else "。"
    counter.answer(data, lambda: f"{made.tasks} 项、{made.events} 条办理记录重放一遍{tail}")
