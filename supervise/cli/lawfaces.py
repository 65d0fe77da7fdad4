"""How versions, changes of law and rehearsals read on a terminal and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from supervise.cli.faces import Unknown, noted
from supervise.dates import starred
from supervise.site.approvals import Approval
from supervise.widths import table
from supervise.workflows.difference import HEAD, Difference, Entry
from supervise.workflows.migration import Fate, Plan
from supervise.workflows.wording import Wording

PARTS = {
    HEAD: "总则", "role": "角色", "state": "状态", "field": "字段", "action": "动作", "duty": "应办", "rung": "督查单",
    "line": "计分行", "group": "分组", "part": "组成部分", "adjust": "加减分", "grade": "等次", "limit": "封顶情形",
    "bar": "不得评优", "streak": "连续上榜", "notice": "到期前的提醒", "red.rank": "红榜名次", "black.rank": "黑榜名次",
}  # fmt: skip
KEYS = {
    "label": "名称", "by": "谁办", "from": "从", "to": "到", "needs": "须填", "when": "条件", "sets": "改动事项",
    "voids": "免去", "tell": "告知", "of": "谁欠", "due": "期限", "met_by": "以何办结", "dated": "以何日为准",
    "waits": "在督查室手里", "grace": "至少宽限", "notice": "不足不欠", "kind": "种类", "title": "标题",
    "source": "依据", "effective": "施行", "holidays": "遇节假日", "initial": "起点", "points": "分值",
    "weight": "权重", "rate": "算比率", "count": "数件数", "lead": "牵头", "co": "协办", "at_most": "至多",
    "order": "等级", "quota": "名额", "take": "取法", "before": "到期前", "duty": "应办",
    "remind.by": "由谁催办", "remind.every": "催办间隔", "remind.daily": "一天至多催办", "remind.tell": "催办告知",
    "burden.reports": "算报送", "burden.inspections": "算督查检查",
}  # fmt: skip
MARKS = {"added": "增", "removed": "删", "changed": "改"}
FATES = {"moved": "续办", "new": "新增", "withdrawn": "不再要求", "ended": "到此为止"}


def differences(found: Sequence[tuple[Difference, str]]) -> str:
    """Versions side by side, each with the hash of what is shown."""
    return "\n\n".join("\n".join(_difference(one, shown)) for one, shown in found)


def _difference(one: Difference, shown: str) -> Iterator[str]:
    yield f"{one.old} → {one.new}" + ("(几乎没有共同之处,不像同一件事的两版)" if one.unrelated else "")
    if not one.entries:
        yield "  没有不同"
    for part in dict.fromkeys(entry.part for entry in one.entries):
        yield f"{PARTS.get(part, part)}"
        for entry in one.of(part).values():
            yield from _entry(entry)
    yield f"印记 {shown}"


def _entry(entry: Entry) -> Iterator[str]:
    label = f" {entry.label}" if entry.label and entry.label != entry.name else ""
    changes = [
        f"{KEYS.get(c.key, c.key)} {c.old} → {c.new}" if entry.kind == "changed" and c.old and c.new
        else f"{KEYS.get(c.key, c.key)} 新写 {c.new}" if entry.kind == "changed" and c.new
        else f"{KEYS.get(c.key, c.key)} 删去 {c.old}" if entry.kind == "changed"
        else f"{KEYS.get(c.key, c.key)} {c.new or c.old}"
        for c in entry.changes if entry.kind == "changed" or c.key != "label"
    ]  # fmt: skip
    if entry.part == HEAD:
        yield from (f"  {MARKS[entry.kind]}  {change}" for change in changes)
        return
    yield f"  {MARKS[entry.kind]}  {entry.name}{label}"
    yield from (f"        {change}" for change in changes)


def migration(
    plans: Sequence[Plan], old: Wording | None, new: Wording, dry_run: bool, back: bool, unknown: Unknown
) -> str:
    """What becomes of every task."""
    if not plans or old is None:
        return "没有要改的在办任务"
    rows = [(p.task.code, old.state(p.old), new.state(p.new) if p.new else "—", _summary(p)) for p in plans]
    lines = [table(rows, header=("编码", "现在", "改后", "应办"), indent=0)]
    for plan in plans:
        lines += [
            f"  {plan.task.code}  {starred(_fate(fate, old, new), unknown)}"
            for fate in plan.fates
            if fate.what != "moved"
        ]
        for problem in plan.problems:
            lines.append(f"  {problem}".replace("\n", "\n  "))
    stopped = sum(plan.step is None for plan in plans)
    did = ("可退回" if back else "可改") if dry_run else ("已退回" if back else "已改")
    lines.append(f"{did} {len(plans) - stopped} 项" + (f",不能动 {stopped} 项" if stopped else ""))
    return noted("\n".join(lines))


def _summary(plan: Plan) -> str:
    if plan.step is None:
        return f"不能改({'、'.join(dict.fromkeys(p.code for p in plan.problems))})"
    found = Counter(fate.what for fate in plan.fates)
    return ",".join(f"{word} {found[what]}" for what, word in FATES.items() if found[what]) or "无"


def _fate(fate: Fate, old: Wording, new: Wording) -> str:
    name = new.duty(fate.new) if fate.new else old.duty(fate.old)
    return f"{FATES[fate.what]}:{name}({'、'.join(fate.units)},{fate.due} 到期)"


def migration_data(
    plans: Sequence[Plan], old: Wording | None, new: Wording, dry_run: bool, back: bool, day: date, unknown: Unknown
) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "day": day.isoformat(), "dry_run": dry_run, "revert": back,
        "moved": sum(plan.step is not None for plan in plans), "stopped": sum(plan.step is None for plan in plans),
        "tasks": [
            {
                "code": p.task.code, "old": p.old, "old_label": old.state(p.old) if old else p.old,
                "new": p.new or None,
                "new_label": new.state(p.new) if p.new else None, "done": p.step is not None and not dry_run,
                "duties": [
                    {
                        "what": f.what, "key": f.key, "old": f.old or None, "new": f.new or None,
                        "units": list(f.units), "due": f.due.isoformat(),
                        "provisional": unknown(f.due),
                    }
                    for f in p.fates
                ],
                "problems": [problem.as_dict() for problem in p.problems],
            }
            for p in plans
        ],
    }  # fmt: skip


def approval_data(made: Approval) -> dict[str, Any]:
    """An approval as plain data."""
    return {
        "number": made.number, "name": made.name, "fingerprint": made.fingerprint, "against": made.against or None,
        "shown": made.shown, "changes": len(made.difference.get("entries", ())), "by": made.by,
        "day": made.day.isoformat(),
    }  # fmt: skip


def approval(made: Approval) -> str:
    """An approval in a few lines."""
    number = len(made.difference.get("entries", ()))
    seen = f"与 {made.against} 相比有 {number} 处不同" if made.against else "第一版,没有可对照的"
    head = f"{made.by} 于 {made.day} 审定 {made.name}({seen})"
    return f"{head}\n编号 {made.number}\n文本指纹 {made.fingerprint}\n印记 {made.shown}"
