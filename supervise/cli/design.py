"""The designer's and the auditor's commands: init check replay."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from supervise.cli.output import Counter, shared
from supervise.cli.shell import Command, option


@click.command(
    cls=Command,
    short_help="建库,抄一份流程和办法",
    examples=("supervise init --copy definitions", "supervise init --db qinghe.db"),
)
@option("--copy", metavar="文件夹", default="", help="把自带的流程、办法、单位目录抄到这个文件夹,供修改")
@option("--beside", is_flag=True, help="数据库里已有别的表,也在其中建 supervise 的表")
@shared
def init(counter: Counter, copy: str, beside: bool) -> None:
    """建好数据库,已建好的不动;加 --copy definitions 再抄一份自带的流程、办法、单位目录,改成自己的。"""
    from supervise.errors import Invalid, Problem, Refused
    from supervise.site.folder import shipped
    from supervise.site.texts import reason

    if copy and Path(copy).exists():
        raise Refused(Problem("F06", f"{copy} 已经在了,不覆盖", help="请换一个名字,或先移走它"))
    counter.sessions(create=True, beside=beside)
    copied = []
    if copy:
        try:
            shutil.copytree(shipped(), copy, ignore=shutil.ignore_patterns("__pycache__"))
        except OSError as error:
            raise Invalid(Problem("F07", f"写不了 {copy}:{reason(error)}", help="请换一个能写的位置")) from None
        copied = sorted(str(p) for p in Path(copy).rglob("*.yaml"))
    data = {"db": counter.db.rpartition("@")[2], "copied": copied}
    counter.answer(data, lambda: "\n".join([f"数据库已备好:{data['db']}", *(f"  {name}" for name in copied)]))


@click.command(
    cls=Command,
    short_help="查流程、办法,演故事",
    examples=("supervise check", "supervise check examples/ladders", "supervise check 办法.yaml"),
)
@click.argument("beside", metavar="[文件夹… 或 文件]", nargs=-1)
@shared
def check(counter: Counter, beside: tuple[str, ...]) -> int:
    """查流程、办法、单位目录、放假安排写得对不对,再把故事逐条演一遍;有问题的列出文件、行、列,退出码是 4。

    另写的文件夹里的办法和故事,放在现有的流程上一起查、一起演。写了一个文件,只查这一份流程或办法,里面提到的流程照文件夹里的。
    """
    from supervise.site.folder import read_beside, read_folder, shipped
    from supervise.site.stories import play, strange
    from supervise.widths import table

    file = next((name for name in beside if not Path(name).is_dir()), "")
    if file and len(beside) > 1:
        raise click.UsageError("一次查一个文件,或几个文件夹")
    home = Path(counter.definitions or shipped())
    more = [Path(name) for name in beside if not file and Path(name).resolve() != home.resolve()]
    base = read_folder(home, *more)
    folder = read_beside(Path(file), base.sound()) if file else base
    stories, steps, wrong = play(folder) if not folder.problems and not file else (0, 0, ())
    problems = [*folder.problems, *wrong]
    notes = [*folder.notes, *strange(folder, base.stories)]
    laws = [source.value for source in folder.definitions.values()]
    rules = [source.value for source in folder.rules.values()]
    data = {
        "definitions": [
            {
                "name": d.name,
                "title": d.title,
                "states": len(d.states),
                "actions": len(d.actions),
                "duties": len(d.duties),
            }
            for d in laws
        ],
        "rules": [{"name": r.name, "title": r.title} for r in rules],
        "units": len(folder.units.units()),
        "stories": stories,
        "steps": steps,
        "problems": [p.as_dict() for p in problems],
        "notes": [p.as_dict() for p in notes],
    }
    rows = [(d.name, f"{len(d.states)} 个状态 · {len(d.actions)} 个动作 · {len(d.duties)} 类应办") for d in laws]
    rows += [(r.name, r.title) for r in rules]
    rows += [] if file else [("units", f"{data['units']} 个单位"), ("stories", f"{stories} 个故事,{steps} 步")]
    tail = f"{len(problems)} 处问题" if problems else "没有问题"
    told = [f"提示  {note}" for note in notes]
    counter.answer(data, lambda: "\n".join([table(rows, indent=0), *told, tail]))
    for problem in problems if not counter.json else ():
        click.echo(str(problem), err=True)
    return 4 if problems else 0


@click.command(cls=Command, short_help="重放全部记录,核对现状", examples=("supervise replay --verify",))
@option("--verify", is_flag=True, help="逐项核对,有出入即报错(退出码 1)")
@shared
def replay(counter: Counter, verify: bool) -> None:
    """把办理记录从头重放一遍;--verify 与现状逐项核对。"""
    with counter.reading() as (office, session):
        made = office.replay(session, verify)
    data = {"tasks": made.tasks, "events": made.events, "duties": made.duties, "compared": verify}
    tail = ",与现状一致。" if verify else "。"
    counter.answer(data, lambda: f"{made.tasks} 项、{made.events} 条办理记录重放一遍{tail}")
