"""The archivist's command: retire."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from supervise.cli.output import Counter, actor, shared
from supervise.cli.shell import Command, option

if TYPE_CHECKING:
    from supervise.hall.archivist import Left, Shelved


@click.command(
    cls=Command,
    short_help="往年办结的任务归档、取回",
    examples=(
        "supervise retire 2021 --to 2021.db",
        "supervise retire 2021 --to 2021.parquet",
        "supervise retire QH2021-008 --back",
        "supervise retire 2021 --to 新位置/2021.db --moved",
        "supervise retire",
    ),
)
@click.argument("what", metavar="[年份或编码]", default="")
@option("--to", default="", metavar="位置", help="归档到哪里:数据库文件、.parquet 文件夹或数据库地址")
@option("--back", is_flag=True, help="取回一项任务,或这一年归档的全部")
@option("--moved", is_flag=True, help="归档换了地方:在新位置核对无误后改记")
@option("--as", "as_", default="督查室", metavar="单位", help="谁归档", otherwise="督查室")
@shared
def retire(counter: Counter, what: str, to: str, back: bool, moved: bool, as_: str) -> None:
    """把这一年年底以前办结的任务从在用的库移到归档:先抄过去,读回来核对无误,再从库里移走。

    归档以后 show、log、list、owed、board、assess、why 照旧能看,只是不能再办;要办先取回。清单随即封存,
    少一项、改一项 audit 都会指出。中途断了不丢东西,再运行一次即可。不写年份就列出归档在哪里。
    """
    if back + moved > 1 or (back and to) or (moved and not to):
        raise click.UsageError("--back 不与 --to、--moved 同写,--moved 要写 --to")
    if what and not (back or to):
        raise click.UsageError("缺少 --to(归档到哪里)或 --back(取回)")
    if not what and (back or to):
        raise click.UsageError("缺少 年份或编码")
    if not what:
        with counter.reading() as (office, session):
            found = office.archives(session)
        _answer(counter, archives=found)
        return
    with counter.writing() as (office, session):
        if back:
            came = office.bring_back(session, what)
        elif moved:
            left = office.rehouse(session, what, to)
        else:
            left = office.retire(session, what, to, actor(office, as_))
    if back:
        _answer(counter, back=came)
    else:
        _answer(counter, left=left, moved=moved)


def _answer(
    counter: Counter,
    left: Left | None = None,
    back: tuple[str, ...] = (),
    archives: tuple[Shelved, ...] = (),
    moved: bool = False,
) -> None:
    """One shape for all: what left, what came back, and where archives are."""
    data = {
        "retired": list(left.tasks) if left and not moved else [],
        "events": left.events if left else 0,
        "place": left.place if left else None,
        "serial": (left.serial or None) if left else None,
        "back": list(back),
        "archives": [
            {"place": a.place, "serials": list(a.serials), "tasks": a.tasks, "trouble": a.trouble or None}
            for a in archives
        ],
    }
    counter.answer(data, lambda: _face(left, back, archives, moved))


def _face(left: Left | None, back: tuple[str, ...], archives: tuple[Shelved, ...], moved: bool) -> str:
    if left is not None and moved:
        return f"{len(left.tasks)} 项任务在 {left.place} 核对无误,已改记到那里"
    if left is not None and left.tasks:
        head = f"已归档 {len(left.tasks)} 项任务、{left.events} 条办理记录到 {left.place},清单 {left.serial} 已封存"
        return f"{head}\n请把归档和在用的库一起备份;发出的通知仍在待发信箱里"
    if left is not None:
        return f"{left.year} 年底以前办结的任务都已归档,没有要移的"
    if back:
        return f"已取回 {len(back)} 项任务:" + "、".join(back[:10]) + ("…" if len(back) > 10 else "")
    lines = [
        f"{a.place}  {a.tasks} 项  {'、'.join(a.serials)}" + (f"  打不开:{a.trouble}" if a.trouble else "")
        for a in archives
    ]
    return "\n".join(lines) or "还没有归档"
