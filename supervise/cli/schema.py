"""The command ``schema``: what an editor needs to complete and check the files."""

from __future__ import annotations

import json
from pathlib import Path

import click

from supervise.cli.output import Counter, saving, shared
from supervise.cli.shell import Command, option


@click.command(
    cls=Command,
    short_help="给编辑器用的 JSON Schema",
    examples=("supervise schema definition -o definition.schema.json", "supervise schema --all -o .schemas"),
)
@click.argument("kind", metavar="[种类]", default="")
@option("--all", "every", is_flag=True, help="每种文件各写一份,写到 -o 所指的文件夹")
@option("-o", "--output", metavar="位置", default="", help="写到文件(--all 时是文件夹)", otherwise="打印出来")
@shared
def schema(counter: Counter, kind: str, every: bool, output: str) -> None:
    """给编辑器用的 JSON Schema:边写边提示有哪些键、哪些说法。

    种类:definition 流程、ladder 督查单、board 红黑榜、assessment 考核办法、scheme 评分办法、units 单位目录、
    year 放假安排、story 故事、breakdown 任务分解。编辑器里把 definitions/*.yaml 配到 definition.schema.json,其余类推;
    名字之间对不对得上,仍由 supervise check 查。
    """
    from supervise.errors import Invalid, Problem
    from supervise.site.schemas import MODELS
    from supervise.site.schemas import schema as made
    from supervise.site.texts import reason

    if every == bool(kind):
        raise click.UsageError("请写一个种类,或写 --all" if not kind else "写了种类就不写 --all")
    if every and not output:
        raise click.UsageError("--all 要用 -o 写明放在哪个文件夹")
    schemas = {name: made(name) for name in (MODELS if every else (kind,))}
    if every:
        try:
            Path(output).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Invalid(Problem("F07", f"写不了 {output}:{reason(error)}", help="请换一个能写的位置")) from None
    written = []
    for name, value in schemas.items() if output else ():
        file = str(Path(output) / f"{name}.schema.json") if every else output
        text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
        with saving(file) as save:
            save(text.encode())
        written.append(file)
    shown = "\n".join(f"已写入 {file}" for file in written)
    data = {"written": written, "schemas": {} if written else schemas}
    counter.answer(data, lambda: shown or json.dumps(schemas[kind], ensure_ascii=False, indent=1))
