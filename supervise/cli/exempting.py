"""The command that tells who was excused from what: exemptions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import click

from supervise.cli.kinds import File
from supervise.cli.output import Counter, as_of, cut, saving, shared
from supervise.cli.shell import Command, option


@click.command(
    cls=Command,
    short_help="免责、容错统计",
    examples=("supervise exemptions 2025Q2", "supervise exemptions 2025 --unit 区文旅局 -o 免责.xlsx"),
)
@click.argument("period", metavar="考核期")
@option("--unit", default="", metavar="单位", help="只看这个单位")
@option("-o", "--output", type=File("xlsx"), default="", metavar="文件", help="另存为 xlsx")
@as_of
@shared
def exemptions(
    counter: Counter, period: str, unit: str, output: str, as_of: date | None, known: datetime | None
) -> None:
    """每个单位这一期有几次免责、停计时、认可理由、登记免责、因免责不上榜,逐条列出事由和由谁批的。

    免责、停计时、认可理由须由当事单位以外的人办,自己办的当场拒绝。
    """
    with counter.reading() as (office, session):
        body = office.exemptions(session, period, unit, cut(as_of, known))
    with saving(output) as write:
        if output:
            from supervise.papers import exports

            write(exports.exemptions(body))
    counter.answer(body, lambda: _told(body))


def _told(body: Mapping[str, Any]) -> str:
    from supervise.papers.exports import EXEMPTIONS
    from supervise.widths import Align, table
    from supervise.widths import cut as shortened

    heads = ("单位", *EXEMPTIONS)
    if not body["rows"]:
        return f"{body['period']} 没有免责"
    totals = [tuple(row.values()) for row in body["totals"]]
    whole = ("合计", *(sum(row[n] for row in totals) for n in range(1, len(heads))))
    numbers: list[Align] = ["right"] * (len(heads) - 1)
    rows = [
        (
            r["unit"], r["day"], r["label"], r["task"], shortened(r["about"], 24), shortened(r["ground"], 30),
            r["by"] or r["person"],
        )
        for r in body["rows"]
    ]  # fmt: skip
    head = ("单位", "日期", "免责", "事项", "内容", "事由", "由谁批")
    tables = (
        table([*totals, whole], header=heads, align=["left", *numbers], indent=0),
        table(rows, header=head, indent=0),
    )
    return "\n\n".join([*tables, f"截至 {body['as_of']}"])
