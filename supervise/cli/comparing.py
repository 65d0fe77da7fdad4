"""The command that lays two points in time side by side: compare."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from supervise.cli.kinds import File
from supervise.cli.output import Counter, saving, shared
from supervise.cli.shell import Command, option

if TYPE_CHECKING:
    from supervise.hall.comparer import Beside, Point


@click.command(
    cls=Command,
    short_help="对比:两个时点的进度,两期的榜",
    examples=(
        "supervise compare 2025H1 2025",
        "supervise compare 2025-06-30 2025-12-31 --unit 区林草局 -o 对比.xlsx",
        "supervise compare 2025Q1 2025Q2 --board red-black",
    ),
)
@click.argument("first", metavar="前")
@click.argument("second", metavar="后")
@option("--unit", default="", metavar="单位", help="只看这个单位牵头的")
@option("--board", default="", metavar="榜名", help="比这个榜(或考核办法)的两期,前后写考核期")
@option("-o", "--output", type=File("xlsx"), default="", metavar="文件", help="另存为 xlsx")
@shared
def compare(counter: Counter, first: str, second: str, unit: str, board: str, output: str) -> None:
    """对比式通报:每项任务在两个时点照自己的方案应到几成、报了几成、核实了几成,最初的时限和那时的时限。

    前后写日期或考核期(取最后一天),如 2025H1 和 2025 是半年和年底。
    """
    if board and (unit or output):
        raise click.UsageError("--board 不与 --unit、-o 同用")
    if board:
        from supervise.rules.moved import document, told

        with counter.reading() as (office, session):
            bodies, moved = office.moved_between(session, board, (first, second))
        head = " → ".join(f"{b['title']} {b['label']}({b.get('number', '未公布')})" for b in bodies)
        data = {
            "board": board, "periods": [b["period"] for b in bodies], "numbers": [b.get("number") for b in bodies],
            "moved": [document(one) for one in moved],
        }  # fmt: skip
        counter.answer(data, lambda: "\n".join([head, *(f"  {told(one)}" for one in moved)]))
        return
    days = [_day(first), _day(second)]
    if days[0] >= days[1]:
        raise click.UsageError(f"{first} 应早于 {second}")
    with saving(output) as save, counter.reading() as (office, session):
        found = office.contrast(session, days, unit)
        if output:
            from supervise.papers import exports

            save(exports.table("对比", *_table(found, days)))
    counter.answer(_data(found, days), lambda: _told(found, days))


def _day(text: str) -> date:
    """A day, or the last one of a period."""
    from supervise.dates import parse_day, parse_period

    for read in (parse_day, lambda word: parse_period(word).end):
        try:
            return read(text)
        except ValueError:
            continue
    raise click.UsageError(f"“{text}”不是日期或考核期,应写作 2025-06-30、2025H1 或 2025")


def _table(found: Sequence[Beside], days: Sequence[date]) -> tuple[Sequence[str], list[Sequence[Any]]]:
    """The head and the rows: percentages as plain text, so that nothing is rounded on the way."""
    head = ["编码", "任务", "牵头", "最初的时限"]
    for day in days:
        head += [f"{day} {word}" for word in ("状态", "时限", "应到%", "报告%", "核实%")]
    rows: list[Sequence[Any]] = []
    for one in found:
        cells: list[Any] = [one.task.code, one.task.text, "、".join(one.task.lead), str(one.first.due)]
        for point in one.points:
            cells += _cells(point)
        rows.append(tuple(cells))
    return tuple(head), rows


def _cells(point: Point | None) -> list[str]:
    if point is None:
        return ["未交办", "", "", "", ""]
    numbers = (point.planned, point.reported, point.verified)
    return [point.label, str(point.due), *("" if n is None else f"{n.normalize():f}" for n in numbers)]


def _told(found: Sequence[Beside], days: Sequence[date]) -> str:
    from supervise.widths import Align, cut, table

    rows: list[tuple[Any, ...]] = []
    for one in found:
        for n, (day, point) in enumerate(zip(days, one.points, strict=True)):
            about = (one.task.code, cut(one.task.text, 24), "、".join(one.task.lead)) if not n else ("", "", "")
            rows.append((*about, str(day), *_cells(point)))
    sides: tuple[Align, ...] = (*(("left",) * 6), "right", "right", "right")
    moved = [f"  {one.task.code} 时限由 {one.first.due} 改为 {one.task.due}" for one in found if _later(one)]
    head = ("编码", "任务", "牵头", "到", "状态", "时限", "应到%", "报告%", "核实%")
    lines = [table(rows, header=head, align=sides)] if rows else ["没有任务"]
    return "\n".join([*lines, *([f"时限改过的 {len(moved)} 项"] if moved else []), *moved])


def _later(one: Beside) -> bool:
    return one.first.due != one.task.due


def _data(found: Sequence[Beside], days: Sequence[date]) -> dict[str, Any]:
    """The same as plain data."""
    from supervise.hall.receipts import as_plain

    return {
        "days": [day.isoformat() for day in days],
        "tasks": [
            {
                "task": one.task.code, "text": one.task.text, "units": list(one.task.lead),
                "first_due": one.first.due.isoformat(), "due": one.task.due.isoformat(),
                "points": as_plain(list(one.points)),
            }
            for one in found
        ],
    }  # fmt: skip
