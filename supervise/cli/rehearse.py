"""Rehearsals without a database: simulate walk."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from supervise.cli.kinds import Day, Number
from supervise.cli.output import Counter, shared
from supervise.cli.shell import Command, option

if TYPE_CHECKING:
    from supervise.reading import Document
    from supervise.site.folder import Folder
    from supervise.site.stories import Story


@click.command(
    cls=Command,
    short_help="一步一步演一个故事",
    examples=("supervise simulate rework", "supervise simulate 修订稿/stories/extension.yaml --only 延期"),
)
@click.argument("story", metavar="故事文件")
@option("--only", default="", metavar="字样", help="只演题目里有这几个字的")
@shared
def simulate(counter: Counter, story: str, only: str) -> int:
    """不用数据库,把故事一步一步演出来:每一步之后的状态、应办、督查单和待办;与故事不符的退出码是 4。"""
    from supervise.cli import stagefaces
    from supervise.errors import Problem, Unknown, nearest
    from supervise.site.simulation import frames

    folder, document, stories = _told(counter, story)
    titles = [one.story for one in stories]
    if not any(only in title for title in titles):
        close = nearest(only, titles)
        text = f"{story} 里没有题目带“{only}”的故事" + (f",是不是“{close}”?" if close else "")
        raise Unknown(Problem("F02", text, help=f"有的是:{'、'.join(titles)}"))
    played = [(one, list(frames(folder, document, i, one))) for i, one in enumerate(stories) if only in one.story]
    problems = [problem for _, made in played for frame in made for problem in frame.problems]
    counter.answer(stagefaces.simulation_data(played), lambda: stagefaces.simulation(played))
    return 4 if problems else 0


def _told(counter: Counter, word: str) -> tuple[Folder, Document, tuple[Story, ...]]:
    from supervise.reading import parse, validate
    from supervise.site.folder import read_folder, shipped
    from supervise.site.simulation import told
    from supervise.site.stories import Story
    from supervise.site.texts import read_text

    folder = read_folder(Path(counter.definitions or shipped())).sound()
    if not Path(word).is_file():
        return folder, *told(folder, word)
    document = parse(read_text(Path(word)), word)
    return folder, document, validate(document, tuple[Story, ...])


@click.command(
    cls=Command,
    short_help="从头到尾的每一条路",
    examples=("supervise walk key-work", "supervise walk 修订稿/key-work.yaml --most 20"),
)
@click.argument("name", metavar="流程")
@option("--day", type=Day(), default=None, metavar="日期", help="从哪天交办走起", otherwise="今天")
@option("--most", type=Number(), default=200, metavar="条数", help="最多走几条", otherwise=" 200 条")
@shared
def walk(counter: Counter, name: str, day: date | None, most: int) -> None:
    """把从起点到终点、不走回头路的每一条路真走一遍:谁办、哪天办、办结了哪些应办;走不通的说明为什么。"""
    from supervise.cli import stagefaces
    from supervise.site.folder import read_file
    from supervise.workflows.definition import Definition
    from supervise.workflows.lifecycle import Lifecycle
    from supervise.workflows.walking import walk

    office = counter.office()
    source: Any = read_file(Path(name)) if Path(name).is_file() else office.folder.definition(name)
    if not isinstance(source.value, Definition):
        raise click.UsageError(f"{name} 不是流程")
    lifecycle = Lifecycle(source.value, office.calendar)
    made = walk(lifecycle, day or date.today(), most)
    counter.answer(stagefaces.walk_data(lifecycle, made), lambda: stagefaces.walk(lifecycle, made))
