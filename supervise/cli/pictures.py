"""The commands that draw: diagram chart review."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from supervise.cli.kinds import OneOf, form_of
from supervise.cli.output import Counter, as_of, cut, saving, shared
from supervise.cli.shell import Command, option

if TYPE_CHECKING:
    from supervise.charts.engine import Chart, Form
    from supervise.hall.illustrator import Format
    from supervise.office import Office
    from supervise.store.database import Work
    from supervise.workflows.picture import Picture

FORMS = ("svg", "png", "pdf", "dot", "mmd", "md", "json")
"""What a file's name may end with."""


@click.command(
    cls=Command,
    short_help="画流程图",
    examples=(
        "supervise diagram key-work -o key-work.svg",
        "supervise diagram key-work --view time -o 时限.pdf",
        "supervise diagram key-work --counts --as-of 2025-06-30 -o 年中.png",
        "supervise diagram --task QH2025-001 -o 来路.svg",
        "supervise diagram 修订稿.yaml --against key-work@1 -o 修订.svg",
    ),
)
@click.argument("name", metavar="[流程]", default="")
@option("-o", "--output", metavar="文件", default="", otherwise="打印 SVG",
        help="写到 .svg、.png、.pdf 文件,或 .dot、.mmd(Mermaid)、.md(表)、.json 文件")  # fmt: skip
@option("--view", metavar="视图", default="full", otherwise="全图",
        help="只看一部分:main 主线,time 时限,exceptions 例外,“role 角色”")  # fmt: skip
@option("--counts", is_flag=True, help="带上各状态的在办件数、各箭头走过的次数和工作日中位数")
@option("--unit", metavar="单位", default="", help="--counts 只数这个单位承办的")
@option("--document", metavar="文号", default="", help="--counts 只数这份文件的")
@option("--task", metavar="编码", default="", help="画一项任务的来路:走过哪些箭头,停在哪里,接下来谁可办什么")
@option("--against", metavar="旧版", default="", help="与另一版(名称或文件)比:绿 + 新增,红 − 删去,琥珀改动")
@as_of
@shared
def diagram(counter: Counter, name: str, output: str, as_of: date | None, known: datetime | None, **asked: Any) -> None:
    """画流程图:颜色和记号表示谁来办,箭头上写时限,虚线由系统办,双框是终点。

    流程写名称(key-work、key-work@1)或文件;加 --task 时不必写。
    """
    form = form_of(output, FORMS)
    if (name == "") == (asked["task"] == ""):
        raise click.UsageError("请写流程,或 --task 编码,两者之一")
    if sum(map(bool, (asked["task"], asked["against"], asked["counts"]))) > 1:
        raise click.UsageError("--counts、--task、--against 一次只用一样")
    with saving(output) as save:
        drawn, numbers, image = _drawn(counter, name, form, as_of, known, asked)
        save(image)
    text = f"已写入 {output}" if output else image.decode()
    data = {
        "workflow": drawn.name, "counts": numbers["tasks"] if numbers else None,
        "ways": numbers["ways"] if numbers else None, "output": output or None, "svg": None if output else text,
    }  # fmt: skip
    counter.answer(data, lambda: text)


def _drawn(
    counter: Counter, name: str, form: str, as_of: date | None, known: datetime | None, asked: dict[str, Any]
) -> tuple[Picture, dict[str, Any] | None, bytes]:
    """The picture that was asked for, its numbers if it has any, and the file's content."""
    from supervise.hall.illustrator import render

    numbers, format = None, cast("Format", form)
    if asked["task"]:
        with counter.reading() as (office, session):
            made = office.way(session, asked["task"], cut(as_of, known))
    elif asked["against"]:
        made = counter.office().compared(asked["against"], name)
    elif asked["counts"]:
        with counter.reading() as (office, session):
            found = office.traffic(session, name, cut(as_of, known), asked["unit"], asked["document"])
        made, numbers = office.picture(name, asked["view"], found, as_of or date.today()), found.as_dict()
    else:
        office = counter.office()
        made = office.picture(name, asked["view"])
        if form == "md" and asked["view"] == "full":
            return made, None, office.diagram(name, "md")
    return made, numbers, render(made, format)


CHARTS: dict[str, tuple[str, ...]] = {
    "ladder": ("办法",), "calendar": ("流程", "年份"), "board": ("榜名", "考核期"), "assess": ("办法", "年份"),
    "receipt": ("单位", "榜名", "考核期"), "lights": ("年份",),
}  # fmt: skip
"""Kind of chart → what it is of."""


@click.command(
    cls=Command,
    short_help="画图表",
    examples=(
        "supervise chart ladder three-colour-orders -o 阶梯.svg",
        "supervise chart calendar key-work 2025 -o 应办日历.png",
        "supervise chart board red-black 2025Q2 -o 红黑榜.svg",
        "supervise chart assess annual 2025 -o 年度考核.svg",
        "supervise chart receipt 区文旅局 red-black 2025Q2 -o 得分.png",
        "supervise chart lights 2025 --as-of 2025-09-30 -o 红黄绿灯.pdf",
    ),
)
@click.argument("kind", metavar="图表", type=OneOf(tuple(CHARTS)))
@click.argument("of", metavar="对象…", nargs=-1, required=True)
@option("-o", "--output", metavar="文件", default="", otherwise="打印 SVG",
        help="写到 .svg、.png、.pdf 文件,或 .json(网页上交给 ECharts 的数据)")  # fmt: skip
@option("--category", metavar="类别", default="", help="calendar:按哪一类事项的时限")
@as_of
@shared
def chart(
    counter: Counter,
    kind: str,
    of: tuple[str, ...],
    output: str,
    category: str,
    as_of: date | None,
    known: datetime | None,
) -> None:
    """画图表,不用联网。

    ladder 督查单的升级阶梯,calendar 一个流程全年的应办,board 红黑榜,assess 年度考核,
    receipt 一个单位的得分怎么来的,lights 各单位逐月红黄绿灯。
    """
    from supervise.charts.engine import draw

    form = form_of(output, ("svg", "png", "pdf", "json"))
    if len(of) != len(CHARTS[kind]):
        raise click.UsageError(f"{kind} 后面要写:{' '.join(CHARTS[kind])}")
    if kind in ("ladder", "calendar"):
        office = counter.office()
        made = office.ladder_chart(of[0]) if kind == "ladder" else office.year_chart(of[0], of[1], category)
    else:
        with counter.reading() as (office, session):
            made = _counted(office, session, kind, of, as_of, known)
    with saving(output) as save:
        image = draw(made, cast("Form", form))
        save(image)
    text = f"已写入 {output}" if output else image.decode()
    data = {"chart": kind, "title": made.title, "output": output or None, "svg": None if output else text}
    counter.answer(data, lambda: text)


def _counted(
    office: Office, session: Work, kind: str, of: tuple[str, ...], as_of: date | None, known: datetime | None
) -> Chart:
    """A chart of what is on record; what was published is drawn as it was published, unless a day is asked for."""
    asked = cut(as_of, known)
    if kind == "lights":
        return office.lights_chart(session, of[0], asked)
    name, period = of[-2:]
    body = office.published(session, name, period) if asked is None else None
    if body is None:
        cited = None if kind == "receipt" else ()
        body = (office.assess if kind == "assess" else office.board)(session, name, period, asked, cited=cited)
    return office.receipt_chart(office.why(body, of[0])) if kind == "receipt" else office.ranking_chart(body)


@click.command(
    cls=Command,
    short_help="出一份流程修订的审查单",
    examples=("supervise review key-work@1 修订稿.yaml -o 审查", "supervise review key-work@1 key-work@2 -o 审查"),
)
@click.argument("old", metavar="旧版")
@click.argument("new", metavar="新版")
@option("-o", "--output", metavar="文件夹", required=True, help="审查单写到这个文件夹")
@as_of
@shared
def review(counter: Counter, old: str, new: str, output: str, as_of: date | None, known: datetime | None) -> None:
    """比较一个流程的两版,出一份供会审、签字的审查单:网页(不用联网)和 PDF。

    上面有彩色的差异图、逐项对照、依据出处、每处改动涉及的在办件数、两版指纹和签字栏。
    版本写名称或文件;没有数据库也能出,只是不计在办。
    """
    from supervise.errors import Unknown

    try:
        counter.has_file()
    except Unknown:
        made = counter.office().review(old, new, None, cut(as_of, known))
    else:
        with counter.reading() as (office, session):
            made = office.review(old, new, session, cut(as_of, known))
    folder = _folder(output)
    for name, content in made.files.items():
        with saving(str(folder / name)) as save:
            save(content)
    data = {"old": old, "new": new, "output": output, "files": sorted(made.files), "no_pdf": made.no_pdf or None}
    tail = f"\n没有出 PDF:{made.no_pdf}" if made.no_pdf else ""
    counter.answer(data, lambda: f"审查单已写入 {output}:{'、'.join(sorted(made.files))}{tail}")


def _folder(name: str) -> Path:
    from supervise.errors import Invalid, Problem
    from supervise.site.texts import reason

    try:
        Path(name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Invalid(Problem("F07", f"写不了 {name}:{reason(error)}", help="请换一个能写的位置")) from None
    return Path(name)
