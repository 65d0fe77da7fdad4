"""Boards of schemes and lists of marks as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from supervise.cli.faces import basis, reason, signed, since
from supervise.goals import plain
from supervise.widths import Align, cut, filled, table

if TYPE_CHECKING:
    from supervise.dates import Calendar
    from supervise.hall.marker import Loaded
    from supervise.store.marks import Kept

Body = Mapping[str, Any]
ROLES = {"lead": "牵头", "co": "协办", "": ""}
_WHY = 46


def boards(bodies: Sequence[Body]) -> str:
    """Boards one after the other."""
    return "\n\n".join(board(body) for body in bodies)


def board(body: Body) -> str:
    """A board, group by group: lists, places, points, grades, what changed, and what decided."""
    lines = [f"{body['title']} {body['label']}" + (f"  {body['number']}" if "number" in body else "")]
    for group, label in body["groups"].items():
        rows = [row for row in body["standings"] if row["group"] == group]
        if rows:
            unranked = sum(row["rank"] is None for row in rows)
            tail = f",{unranked} 个不排名" if unranked and unranked < len(rows) else ""
            lines.append(f"\n{label}({len(rows)} 个单位{tail})")
            lines.append(_rows(body, rows))
    lines += [
        f"提请:{p['unit']} {_times(p)}列{body['lists'].get(p['list'], p['list'])},{p['label']}"
        for p in body["proposals"]
    ]
    return "\n".join([*lines, "", basis(body)])


def _times(proposal: Body) -> str:
    return f"连续 {proposal['in_a_row']} 次" if proposal["in_a_row"] > 1 else f"今年 {proposal['in_year']} 次"


def _rows(body: Body, rows: Sequence[Body]) -> str:
    """The table of one group, with the columns that have something in them."""
    ranked = any(row["rank"] is not None for row in rows)
    columns: list[tuple[str, Align, list[object]]] = [("单位", "left", [row["unit"] for row in rows])]
    if body["lists"]:
        on = ["、".join(body["lists"][name] for name in row["lists"]) for row in rows]
        columns.insert(0, ("榜", "left", list(on)))
    if ranked:
        columns.insert(len(columns) - 1, ("名次", "right", [row["rank"] or "-" for row in rows]))
        columns.append(("得分", "right", [plain(Decimal(row["score"]["total"])) for row in rows]))
    columns += [
        (label, "right", [row["values"].get(name) or "" for row in rows]) for name, label in body["show"].items()
    ]
    for head, key in (("等次", "grade"), ("取消", "bars")):
        if any(row[key] for row in rows):
            columns.append((head, "left", ["、".join(row[key]) if key == "bars" else row[key] for row in rows]))
    for name, label in body["lights"].items():
        told = ["  ".join(f"{word} {n}" for word, n in row["lights"][name].items()) for row in rows]
        columns.append((label, "left", list(told)))
    if any(row["movement"] for row in rows):
        columns.append(("比上期", "left", [since(row["movement"]) for row in rows]))
    if any(row["why"] for row in rows):
        columns.append(("说明", "left", [cut(";".join(row["why"]), _WHY) for row in rows]))
    cells = [tuple(column[2][n] for column in columns) for n in range(len(rows))]
    return table(cells, header=tuple(c[0] for c in columns), align=tuple(c[1] for c in columns))


def why(body: Body, calendar: Calendar | None) -> str:
    """A receipt: every line in its section, what it rests on, and the sum; then the matters of the unit."""
    row = body["standing"]
    place = [
        f"第 {row['rank']} 名" if row["rank"] else "",
        row["grade"],
        *(body["lists"][name] for name in row["lists"]),
    ]
    head = " ".join(filter(None, [row["unit"], plain(Decimal(row["score"]["total"])), *place]))
    lines = [f"{head}    {body['title']} {body['label']}"]
    section: list[str] = []
    for line in row["score"]["lines"]:
        if line["section"] != section:
            section = line["section"]
            lines += [f"  {' · '.join(section)}"] if section else []
        label = " ".join(filter(None, [line["label"], line["clause"], line["quantity"]]))
        lines.append(f"  {signed(line['points']):>8}  {label}")
        lines += [f"            {reason(ref, calendar, body)} {ref['key']}".rstrip() for ref in line["because"]]
    if row["score"]["lines"]:
        total = sum((Decimal(line["points"]) for line in row["score"]["lines"]), Decimal(0))
        lines.append(f"  {'=' + plain(total):>8}  合计")
    lines += [f"  {reason_}" for reason_ in row["why"]] + [f"  取消:{bar}" for bar in row["bars"]]
    if row["items"]:
        heads = body["items"]
        told = [(item["matter"], *(item["values"][name] or "" for name in heads)) for item in row["items"]]
        lines.append(table(told, header=("事项", *heads.values())))
    return "\n".join([*lines, basis(body)])


def marks(kept: Sequence[Kept], labels: Mapping[str, str]) -> str:
    """Marks in the order they were entered; what was taken back says so."""
    if not kept:
        return "没有登记"
    rows = [
        (
            k.mark.id, k.mark.day, k.mark.unit, cut(labels.get(k.mark.kind, k.mark.kind), 24), ROLES[k.mark.role],
            k.mark.matter, plain(k.mark.value), k.mark.status, k.mark.by, cut(k.mark.note, 24),
            f"{k.voided.day} {k.voided.by}撤销:{k.voided.note}" if k.voided else "",
        )
        for k in kept
    ]  # fmt: skip
    header = ("编号", "日期", "单位", "登记项", "角色", "事项", "数值", "状态", "登记人", "说明", "撤销")
    away = sum(k.voided is not None for k in kept)
    shown = filled(header, rows)
    return (
        table(shown[1], header=shown[0], indent=0) + f"\n共 {len(kept)} 条" + (f",其中撤销 {away} 条" if away else "")
    )


def loaded(made: Loaded, file: str) -> str:
    """What came of a file."""
    text = f"{file}:{made.rows} 条,新登记 {len(made.new)} 条"
    text += f",撤销 {len(made.voided)} 条" if made.voided else ""
    return text + (f",已有 {made.known} 条没有重复登记" if made.known else "")


def kept_data(kept: Sequence[Kept]) -> list[dict[str, Any]]:
    """Marks as plain data."""
    return [
        {
            "id": k.mark.id, "unit": k.mark.unit, "kind": k.mark.kind, "day": k.mark.day.isoformat(),
            "value": f"{k.mark.value:f}", "matter": k.mark.matter, "role": k.mark.role, "status": k.mark.status,
            "note": k.mark.note, "by": k.mark.by, "recorded_at": k.recorded_at.isoformat(),
            "voided": k.voided and {
                "day": k.voided.day.isoformat(), "by": k.voided.by, "note": k.voided.note,
                "recorded_at": k.voided.recorded_at.isoformat(),
            },
        }
        for k in kept
    ]  # fmt: skip
