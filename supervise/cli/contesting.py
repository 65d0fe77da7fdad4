"""The commands by which a board is contested: contest objections uphold."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from supervise.cli.kinds import Day
from supervise.cli.output import Counter, actor, shared
from supervise.cli.shell import Command, option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from supervise.hall.objector import Objection


@click.command(
    cls=Command,
    short_help="对得分的一行提异议",
    examples=(
        "supervise contest 区文旅局 red-black 2025Q2 --line 4 --reason 征地批复未下",
        "supervise contest 区文旅局 annual 2025 --line 区领导评价 --reason 录错一位",
    ),
)
@click.argument("unit", metavar="单位")
@click.argument("name", metavar="榜名")
@click.argument("period", metavar="考核期")
@option("--line", default="", metavar="行", help="第几行,或那一行的名称", otherwise="全部得分")
@option("--reason", default="", metavar="文字", help="理由", required=True)
@option("--by", "person", default="", metavar="姓名", help="经办人", otherwise="单位名称")
@option("--day", type=Day(), default=None, metavar="日期", help="哪天提的", otherwise="今天")
@shared
def contest(
    counter: Counter, unit: str, name: str, period: str, line: str, reason: str, person: str, day: date | None
) -> None:
    """公示期内对自己得分的一行或全部提异议(办法写了 appeals 的,公布以后还可以)。

    有一件没有裁定,榜就不能签发。"""
    with counter.writing() as (office, session):
        by = actor(office, unit, person)
        made = office.contest(session, by.unit, name, period, by, reason, line, day)
    counter.answer({"objection": data(made)}, lambda: f"{told([made])}\n已提出,编码 {made.code}")


@click.command(cls=Command, short_help="异议的清单", examples=("supervise objections red-black 2025Q2",))
@click.argument("name", metavar="榜名")
@click.argument("period", metavar="考核期")
@shared
def objections(counter: Counter, name: str, period: str) -> None:
    """一期榜、一年考核的全部异议:哪个单位、哪一行、凭什么、裁定没有。"""
    with counter.reading() as (office, session):
        found = office.objections(session, name, period)
    counter.answer({"objections": [data(one) for one in found]}, lambda: told(found))


@click.command(
    cls=Command,
    short_help="裁定异议成立",
    examples=(
        "supervise uphold 2025Q2-red-black-1 --opinion 不可抗力 --item T1/finish",
        "supervise do 2025Q2-red-black-1 dismiss --opinion 批复三月已下",
    ),
)
@click.argument("code", metavar="编码")
@option("--opinion", default="", metavar="文字", help="裁定意见", required=True)
@option("--item", "items", multiple=True, metavar="依据", help="撤除这一行的哪项依据:登记撤销,应办免责")
@option("--as", "as_", default="督查室", metavar="单位", help="谁裁定", otherwise="督查室")
@option("--by", "person", default="", metavar="姓名", help="经办人", otherwise="单位名称")
@option("--day", type=Day(), default=None, metavar="日期", help="哪天裁定", otherwise="今天")
@shared
def uphold(
    counter: Counter, code: str, opinion: str, items: tuple[str, ...], as_: str, person: str, day: date | None
) -> None:
    """裁定一件异议成立,同时撤除它所争的依据;已经另行更正的,不写 --item。

    不成立的,用 supervise do 编码 dismiss。"""
    with counter.writing() as (office, session):
        made = office.uphold(session, code, actor(office, as_, person), opinion, items, day)
    counter.answer({"objection": data(made)}, lambda: told([made]))


def data(one: Objection) -> dict[str, Any]:
    """An objection as plain data."""
    return {
        "code": one.code, "unit": one.unit, "draft": one.draft, "line": one.line, "label": one.label,
        "points": one.points, "basis": list(one.basis), "reason": one.reason, "state": one.state,
        "undecided": one.undecided, "valid": one.upheld, "opinion": one.opinion,
        "acts": list(one.acts), "day": one.day.isoformat(), "decided": one.decided.isoformat() if one.decided else None,
    }  # fmt: skip


def told(found: Sequence[Objection]) -> str:
    """Objections with what they rest on and what was decided."""
    lines = []
    for one in found:
        where = f"第 {one.line} 行 " if one.line else ""
        lines.append(f"{one.code}  {one.state}  {one.unit} {where}“{one.label}”{one.points}(对 {one.draft})")
        lines.append(f"  {one.day} 理由:{one.reason}")
        lines += [f"  依据:{'、'.join(one.basis)}"] if one.basis else []
        lines += [f"  {one.decided} 裁定:{one.opinion}"] if one.opinion else []
    return "\n".join(lines) or "没有异议"
