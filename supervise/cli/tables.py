"""The command ``table``: a lifecycle as the table officials sign, and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from supervise.cli.kinds import YAML, form_of
from supervise.cli.output import Counter, saving, shared
from supervise.cli.shell import Command, option

if TYPE_CHECKING:
    from supervise.workflows.definition import Definition


@click.command(
    cls=Command,
    short_help="流程写成送签的表,改后读回",
    examples=(
        "supervise table key-work -o 流程表.xlsx",
        "supervise table key-work -o 流程表.md",
        "supervise table --read 流程表.xlsx -o 流程.yaml",
    ),
)
@click.argument("name", metavar="[流程]", default="")
@option("--read", metavar="文件", default="", help="从改过的流程表(.md 或 .xlsx)读回流程")
@option(
    "-o", "--output", metavar="文件", default="",
    help="写成 .md 或 .xlsx 的表;--read 时写成 .yaml,已有的不覆盖", otherwise="打印出来",
)  # fmt: skip
@shared
def table(counter: Counter, name: str, read: str, output: str) -> None:
    """把流程写成领导能签、经办能改的表:什么状态、办什么、谁办、什么条件、多少天内、办后到哪里。

    表上改了天数、角色、条件,用 --read 读回,就是改后的流程;读不懂的格逐一指出在哪张表、哪一行、哪一栏,可以怎么写。
    新增的行要有代号。改动大小用 supervise diff 看。
    """
    if bool(name) == bool(read):
        raise click.UsageError("请写一个流程,或用 --read 写明读哪份流程表" if not name else "写了 --read 就不写流程")
    if read:
        _back(counter, read, output)
    else:
        _out(counter, name, output)


def _out(counter: Counter, name: str, output: str) -> None:
    from supervise.papers.lawtable import table as made

    form = form_of(output, ("md", "xlsx"))
    definition = counter.office().folder.definition(name).value
    with saving(output) as save:
        data = made(definition, form == "xlsx")
        save(data)
    _told(counter, definition, "", output, "" if output else data.decode())


def _back(counter: Counter, read: str, output: str) -> None:
    from supervise.errors import Problem, Refused
    from supervise.papers.documents import load
    from supervise.papers.lawtable import definition_of, to_yaml

    form_of(output, YAML)
    if output and Path(output).exists():
        raise Refused(Problem("F06", f"{output} 已经在了,不覆盖", help="请换一个名字,或先移走它"))
    definition = definition_of(load(Path(read), read), read)
    text = to_yaml(definition, Path(read).name)
    with saving(output) as save:
        save(text.encode())
    _told(counter, definition, read, output, "" if output else text)


def _told(counter: Counter, definition: Definition, read: str, output: str, text: str) -> None:
    known = counter.office().folder.definitions.get(definition.name) if read else None
    same = None if known is None else known.value == definition
    data = {
        "workflow": definition.name, "title": definition.title, "read": read or None, "output": output or None,
        "same": same, "text": text or None,
    }  # fmt: skip
    tail = (
        "" if same is None else f",与现有的 {definition.name} {'相同' if same else '不同,用 supervise diff 看改了什么'}"
    )
    counter.answer(data, lambda: f"已写入 {output}{tail}" if output else text.rstrip("\n"))
