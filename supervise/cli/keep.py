"""The keeper's commands: audit export restore."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from supervise.cli.evidence import Compared, compare
from supervise.cli.kinds import Number
from supervise.cli.output import Counter, shared
from supervise.cli.shell import Command, option

if TYPE_CHECKING:
    from supervise.hall.keeper import Audited


@click.command(
    cls=Command,
    short_help="核对记录有没有被改动过",
    examples=(
        "supervise audit",
        "supervise audit --from 12",
        "supervise audit --printed sha256:9f86d081…",
        "supervise audit --evidence 材料",
    ),
)
@option("--from", "since", type=Number(), default=0, metavar="号", help="只核第几号封存以后的", otherwise="从头核")
@option("--printed", default="", metavar="印戳", help="公布件上印的封存印戳,一并核对;写开头 8 位以上即可")
@option("--evidence", default="", metavar="文件夹", help="登记过指纹的材料也逐个核对,相对的路径从这个文件夹起")
@option("--seal", is_flag=True, help="都对得上就当场封存一次")
@shared
def audit(counter: Counter, since: int, printed: str, evidence: str, seal: bool) -> int:
    """逐条核对办理记录、封存和公布件:改动、缺少、多出、调换,都指出是哪项任务的第几条。

    材料留在原处,库里只有指纹;写 --evidence 就看一遍文件改过没有、还在不在。有不对的,退出码是 1。
    """
    with counter.writing() if seal else counter.reading() as (office, session):
        made = office.audit(session, since, printed)
        if seal and not made.breaks and office.seal(session) is not None:
            made = office.audit(session, since, printed)
        files = compare(office.evidence(session), evidence) if evidence else None
    counter.answer(_plain(made, files), lambda: _face(made, files))
    return 1 if made.breaks or (files is not None and files.breaks) else 0


def _plain(made: Audited, files: Compared | None) -> dict[str, Any]:
    head = made.head
    return {
        "tasks": made.tasks, "events": made.events, "seals": made.seals, "publications": made.publications,
        "archived": made.archived, "out_of_reach": made.out_of_reach, "unsealed": made.unsealed, "since": made.since,
        "head": {"number": head.number, "hash": head.hash} if head is not None else None,
        "evidence": {"checked": files.checked, "elsewhere": files.elsewhere} if files is not None else None,
        "broken": [
            {
                "code": b.code, "what": b.what, "text": b.text, "task": b.task or None, "seq": b.seq or None,
                "number": b.number or None, "serial": b.serial or None,
            }
            for b in (*made.breaks, *(files.breaks if files is not None else ()))
        ],
    }  # fmt: skip


def _face(made: Audited, files: Compared | None = None) -> str:
    start = f"从封存第 {made.since} 号以后," if made.since else ""
    lines = [str(broken) for broken in made.breaks]
    lines.append(
        f"{start}{made.tasks} 项任务、{made.events} 条办理记录、{made.seals} 号封存、{made.publications} 份公布:"
        + (f"有 {len(made.breaks)} 处不对。" if made.breaks else "都对得上。")
    )
    if files is not None:
        lines += [str(broken) for broken in files.breaks]
        away = f",另有 {files.elsewhere} 份在 OA 里,没有核对" if files.elsewhere else ""
        wrong = f"{len(files.breaks)} 份不对" if files.breaks else "都与登记时一样"
        lines.append(f"材料 {files.checked} 份,{wrong}{away}。")
    if made.head is not None:
        lines.append(f"最后封存:第 {made.head.number} 号 · {made.head.hash}")
    if made.archived:
        lines.append(f"其中 {made.archived - made.out_of_reach} 项在归档里,一并核对了。")
    if made.out_of_reach:
        lines.append(f"还有 {made.out_of_reach} 项的归档打不开,没有核对:supervise retire 列出归档在哪里。")
    if made.unsealed:
        lines.append(f"另有 {made.unsealed} 项任务在这以后又有办理,下次走时钟或公布时封存。")
    return "\n".join(lines)


@click.command(
    cls=Command,
    short_help="导出全部记录",
    examples=("supervise export 青禾2025", "python3 青禾2025/check.py 青禾2025"),
)
@click.argument("folder", metavar="文件夹")
@shared
def export(counter: Counter, folder: str) -> None:
    """把一个区县的全部记录导出到新文件夹:每类一个 JSON Lines 文件,附清单 manifest.json 和核对程序 check.py。

    核对程序只要 Python 3.8,不用装 supervise。
    """
    with counter.reading() as (office, session):
        made = office.export(session, folder)
    rows = {name: told["rows"] for name, told in made["files"].items()}
    data = {"folder": folder, "district": made["district"], "files": rows, "seal": made["seal"]}
    counter.answer(data, lambda: f"已导出到 {folder}:" + "、".join(f"{n} {number} 行" for n, number in rows.items()))


@click.command(
    cls=Command,
    short_help="从导出恢复到空库",
    examples=("supervise restore 青禾2025 --db 新库.db", "supervise restore 青禾2025 --db postgresql+psycopg://…"),
)
@click.argument("folder", metavar="文件夹")
@shared
def restore(counter: Counter, folder: str) -> None:
    """先核对导出,再恢复到没有这个区县记录的库(可以是另一种数据库),重放一遍,现状、印戳都一致才算数。

    区县以导出的清单为准。
    """
    from supervise.archives.archive import read

    counter.district = read(Path(folder)).district
    with counter.writing(create=True) as (office, session):
        made = office.restore(session, folder)
    data = {
        "district": counter.district, "tasks": made.tasks, "events": made.events, "seals": made.seals,
        "publications": made.publications,
    }  # fmt: skip
    counter.answer(data, lambda: f"已恢复。{_face(made)}")
