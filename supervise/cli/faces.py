"""How results read on a terminal, in Chinese."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from supervise.dates import Calendar, starred
from supervise.goals import plain
from supervise.hall.clerk import Owed, View
from supervise.hall.nights import TickReport
from supervise.records import PARTIES, Duty, Event, Task, replay
from supervise.rules.effects import effects
from supervise.rules.reminders import reminded
from supervise.widths import Align, cut, table
from supervise.workflows import figures
from supervise.workflows.eras import FROM
from supervise.workflows.lifecycle import Lifecycle
from supervise.workflows.situations import parts_of
from supervise.workflows.wording import OUTCOME_WORDS

WIDEST = 100
"""Columns of a task's text in a list: what a wide terminal and a file have room for; a narrow one shows less."""
LISTS = {"red": "红榜", "black": "黑榜", "": ""}
Body = Mapping[str, Any]
Unknown = Callable[[date], bool]
NOTE = "  * 那一年的放假安排尚未公布,日期暂定"


def noted(text: str) -> str:
    """A text with what its stars mean, if there are any."""
    return f"{text}\n{NOTE}" if re.search(r"\d{4}-\d{2}-\d{2}\*", text) else text


def left(day: date, due: date, calendar: Calendar) -> str:
    """How far a limit is away, in working days."""
    if due < day:
        return f"已逾期 {calendar.workdays_between(due, day)} 个工作日"
    number = calendar.workdays_between(day, due)
    return f"还有 {number} 个工作日" if number else "今天到期"


def standing(duty: Duty, day: date, calendar: Calendar) -> str:
    """How a duty stands, in a few words."""
    outcome = duty.outcome(day)
    if outcome == "open":
        return left(day, duty.due, calendar) if duty.due >= day else "等待核实"
    if outcome == "missed":
        return left(day, duty.due, calendar) + (f",已于 {duty.carried} 结转" if duty.carried else "")
    when = duty.met if outcome != "void" else duty.void
    return f"{OUTCOME_WORDS[outcome]}({when})"


def show(view: View, day: date, words: Mapping[str, str]) -> str:
    """A task and what is owed on it; ``words`` are the rungs by what they are called."""
    task, wording, calendar = view.task, view.lifecycle.wording, view.lifecycle.calendar_of(view.task)
    parts = [wording.state(task.state), f"牵头 {'、'.join(task.lead)}"]
    parts += [f"协办 {'、'.join(task.co)}"] if task.co else []
    parts += [f"牵头领导 {'、'.join(task.leader)}"] if task.leader else []
    parts.append(f"{task.due} 办结")
    head = [starred(line, calendar.provisional) for line in (" · ".join(parts), *_beside(view))]
    lines = [f"{task.code}  {task.text}", head[0], *_goals(view), *head[1:], *_effects(view, day, words)]
    chased = reminded(task)
    rows = [
        (
            wording.duty(d.kind),
            "、".join(d.units),
            f"{d.due}{'*' if view.lifecycle.unsure(task, d) else ''}",
            standing(d, day, calendar) + _chased(chased.get(d.key, ())),
        )
        for d in view.duties
        if d.born <= day
    ]
    lines.append(table(rows, header=("应办", "谁", "期限", "状态")))
    return noted("\n".join(lines))


def _chased(events: Sequence[Event]) -> str:
    return f",催办 {len(events)} 次(最近 {events[-1].day})" if events else ""


def _goals(view: View) -> Iterator[str]:
    """What the task promises and how far it has come."""
    stood = view.standings
    words = [str(target) for target in view.task.targets if not stood or isinstance(target, str)]
    if words:
        yield f"目标 {';'.join(words)}"
    if stood:
        rows = [
            (
                str(one.target),
                one.figure.get("value", "未报"),
                f"{plain(one.share)}%",
                one.figure.get("period", ""),
                one.figure.get("source", ""),
            )
            for one in stood
        ]
        if len(stood) > 1:
            rows.append(("平均", "", f"{plain(figures.progress([one.share for one in stood]))}%", "", ""))
        sides: tuple[Align, ...] = ("left", "right", "right", "left", "left")
        yield table(rows, header=("指标", "已完成", "进度", "截至", "来源"), align=sides)
    for one in stood:
        if "fell" in one.figure:
            yield f"  {one.target.indicator}:上次 {one.figure['fell']},这次 {one.figure['value']},说明:{one.why}"


def _beside(view: View) -> list[str]:
    """What was first promised where it was changed, the plan, and what else bears on the limits."""
    task, wording = view.task, view.lifecycle.wording
    first, roles = replay(task.events[:1]), view.lifecycle.definition.roles
    pairs = [("原文", first.text, task.text), ("原定时限", str(first.due), str(task.due))]
    pairs += [(f"原{roles.get(r, r)}", "、".join(getattr(first, r)), "、".join(getattr(task, r))) for r in PARTIES]
    rows = [(label, was) for label, was, now in pairs if was != now]
    kind = view.lifecycle.definition.categories.get(task.category, task.category)
    rows += [("类别", kind)] if kind else []
    rows += [("由", f"{task.parent} 分出")] if task.parent else []
    rows += [("并入", task.merged)] if task.merged else []
    weights, ended = parts_of(task)
    rows += [("子任务", f"{code} {'已办结' if code in ended else '未办结'}") for code in weights]
    rows += [
        ("阶段目标", f"{s.day} {s.text}" + (f"({plain(s.percent)}%)" if s.percent is not None else ""))
        for s in task.stages
    ]
    rows += [
        (
            "结转",
            f"{event.day} 由 {event.changes['carried']} 到 {event.changes['due']}({wording.filled(event.data, {})})",
        )
        for event in task.acts
        if "carried" in event.changes
    ]
    rows += [("暂停计时", f"{p.start} 至 {p.end}") for p in task.pauses if p.start < p.end]
    rows += [
        ("委托", f"{loan.unit} 代{wording.doers(task, [loan.role])},{loan.start} 至 {loan.end}") for loan in task.loans
    ]
    return [f"  {label}  {text}" for label, text in rows]


def _effects(view: View, day: date, words: Mapping[str, str]) -> Iterator[str]:
    """What orders entail for a while, and whether that is so on a day."""
    for one in effects(view.lifecycle.situation(view.task)):
        now = "影响期内" if one.holds(day) else "还没有开始" if day < one.start else "已过"
        yield f"  影响  {words.get(one.rung, one.rung)}({'、'.join(one.units)}):{one.start} 至 {one.end},{now}"


def log(view: View, words: Mapping[str, str]) -> str:
    """A task's history; ``words`` are the rungs by what they are called."""
    wording, unknown = view.lifecycle.wording, view.lifecycle.calendar_of(view.task).provisional
    rows: list[tuple[object, ...]] = []
    for e in view.task.events:
        to = wording.state(e.target)
        move = f"{wording.state(e.source)} → {to}" if e.source else f"→ {to}"
        said = cut(starred(wording.said(e, words) or _law(e), unknown), 100)
        moved = move if e.source != e.target else ""
        label = wording.action(e.action) + ("(已撤回)" if _taken_back(view.task, e) else "")
        rows.append((e.seq, e.day, e.unit or e.actor, label, moved, said))
        rows += [("", "", g.unit, f"  附:{wording.action(g.action)}", "", g.day) for g in _gathered(view, e)]
    return noted(table(rows, header=("序", "日期", "单位", "办理", "状态", "内容"), indent=0))


def _law(event: Event) -> str:
    """From which law to which, for a change of law."""
    came_from = event.changes.get(FROM)
    return f"{came_from} → {event.definition}" if came_from else ""


def _taken_back(task: Task, event: Event) -> bool:
    return event.seq in task.undone and "undone" not in event.changes


def _gathered(view: View, event: Event) -> Sequence[Event]:
    return view.lifecycle.gathered(view.task, event.action, event.seq)


def tasks(views: Sequence[View]) -> str:
    """A list of tasks."""
    if not views:
        return "没有符合条件的任务"
    rows = [
        (
            v.task.code,
            v.lifecycle.wording.state(v.task.state),
            starred(v.task.due, v.lifecycle.calendar_of(v.task).provisional),
            cut("、".join(v.task.lead), 28),
            cut(v.task.text, WIDEST),
        )
        for v in views
    ]
    return noted(table(rows, header=("编码", "状态", "办结时限", "牵头", "任务"), indent=0) + f"\n共 {len(views)} 项")


def owed(rows: Sequence[Owed], day: date, calendar: Calendar, named: bool) -> str:
    """A to-do list."""
    if not rows:
        return "没有待办事项"
    shown = [
        (
            o.duty.task,
            o.label,
            *(() if named else (cut("、".join(o.duty.units), 28),)),
            f"{o.duty.due}{'*' if o.provisional else ''}",
            standing(o.duty, day, calendar) + (f"(结转,原时限 {o.was})" if o.was else ""),
            cut(o.text, WIDEST),
        )
        for o in rows
    ]
    header = ("编码", "应办", *(() if named else ("谁",)), "期限", "状态", "任务")
    missed = sum(o.outcome == "missed" for o in rows)
    return noted(table(shown, header=header, indent=0) + f"\n共 {len(rows)} 件,其中逾期 {missed} 件")


def assigned(placed: Sequence[Task], lifecycle: Lifecycle) -> str:
    """What was placed, and the first limit."""
    first: dict[tuple[date, str], int] = defaultdict(int)
    for task in placed:
        for duty in lifecycle.situation(task).duties[:1]:
            first[duty.due, lifecycle.wording.duty(duty.kind)] += 1
    text = f"已交办 {len(placed)} 项。"
    if first:
        (day, label), number = min(first.items())
        text += f"最近的期限:{day} {label}({number} 项)。"
    return noted(starred(text, lifecycle.calendar.provisional))


def done(before: str, view: View) -> str:
    """One act, and who must do what next."""
    task, wording = view.task, view.lifecycle.wording
    now = wording.state(task.state)
    head = (
        f"{task.code}  {before} → {now}"
        if before != now
        else f"{task.code}  {wording.action(task.events[-1].action)} 已记录({now})"
    )
    event, day = task.events[-1], task.events[-1].day
    due = [d for d in view.duties if d.outcome(day) == "open" and d.born == day and d.after == task.version]
    owing = [
        f"  {'、'.join(d.units)}应于 {d.due}{'*' if view.lifecycle.unsure(task, d) else ''} 前{wording.duty(d.kind)}"
        for d in due
    ]
    return noted("\n".join([head, *_changed(event), *owing]))


def _changed(event: Event) -> Iterator[str]:
    """What an act changed beyond the state, and evidence that is known by its name alone."""
    if "due" in event.changes:
        yield f"  办结时限改为 {event.changes['due']}"
    if parts := event.changes.get("parts"):
        yield f"  子任务:{'、'.join(part['code'] for part in parts)}"
    members = [each for value in event.data.values() if isinstance(value, list) for each in value]
    pointers = [each for each in members if isinstance(each, dict) and "uri" in each and "sha256" not in each]
    if bare := [each["title"] for each in pointers if "title" in each and "://" not in each["uri"]]:
        yield f"  {'、'.join(bare)} 不是这里的文件,只记名称,没有指纹"


def tick(report: TickReport, words: Mapping[str, str], lifecycles: Mapping[str, Lifecycle], today: date) -> str:
    """What the clock did; ``words`` are the rungs by what they are called."""
    groups: dict[str, tuple[int, list[str]]] = {}
    for done in report.did:
        label = words.get(done.rung) or lifecycles[done.definition].wording.action(done.action)
        count, codes = groups.get(label, (0, []))
        groups[label] = count + done.count, [*codes, *done.codes]
    ahead = f"(今天是 {today},这一天还没有到)" if report.day > today else ""
    lines = [f"走到 {report.day}{ahead}:看了 {report.looked_at} 项"]
    rows = [(label, count, _some(codes, count)) for label, (count, codes) in groups.items()]
    lines += [table(rows)] if rows else [] if report.noticed else ["  没有到点的事"]
    if report.noticed:
        named = _some([notice.task for notice in report.notices], report.noticed)
        lines.append(f"  提醒 {report.noticed} 件将到期的应办({named})")
    for p in report.proposals:
        lines.append(f"  请定:{p.task} {p.label}({p.since} 起);办理用 supervise do")
    if report.held:
        lines.append(f"  有 {report.held} 项别人正在办,这次没有看;再运行 supervise tick 即可")
    if report.left > report.held:
        lines.append(f"  时间到了,还有 {report.left - report.held} 项没有走到;再运行 supervise tick 接着走")
    return "\n".join(lines)


def _some(codes: Sequence[str], count: int, most: int = 3) -> str:
    distinct = list(dict.fromkeys(codes))
    return "、".join(distinct[:most]) + (" …" if count > len(distinct[:most]) else "")


def board(body: Body) -> str:
    """A red/black board, group by group."""
    lines = [f"{body['title']} {body['label']}" + (f"  {body['number']}" if "number" in body else "")]
    for group, label in body["groups"].items():
        rows = [row for row in body["standings"] if row["group"] == group]
        if not rows:
            continue
        unranked = sum(row["rank"] is None for row in rows)
        lines.append(f"\n{label}({len(rows)} 个单位" + (f",{unranked} 个承办太少不排名" if unranked else "") + ")")
        moved = any("movement" in row for row in rows)
        shown = [
            (LISTS[row["list"]], row["rank"] or "-", row["unit"], row["score"]["total"], f"{row['tasks']} 项",
             *([since(row["movement"])] if moved else []))
            for row in rows
        ]  # fmt: skip
        head = ("榜", "名次", "单位", "得分", "承办", *(["比上期"] if moved else []))
        sides: Sequence[Align] = ("left", "right", "left", "right", "right", "left")
        lines.append(table(shown, header=head, align=sides[: len(head)]))
    lines += [f"提请:{p['unit']} 连续 {p['in_a_row']} 次列{LISTS[p['list']]},{p['label']}" for p in body["proposals"]]
    return "\n".join([*lines, "", basis(body)])


def assessment(body: Body) -> str:
    """The annual assessment, group by group."""
    lines = [f"{body['title']} {body['label']}" + (f"  {body['number']}" if "number" in body else "")]
    for group in dict.fromkeys(row["group"] for row in body["standings"]):
        lines.append(f"\n{body['groups'].get(group, group)}")
        rows = [
            (
                row["unit"],
                row["score"],
                row["carried"],
                row["grade"],
                "、".join([*["单列"] * row.get("apart", 0), *row["bars"]]),
            )
            for row in body["standings"]
            if row["group"] == group
        ]
        header = ("单位", "得分", f"折算({body['carries']}分)", "等次", "备注")
        lines.append(table(rows, header=header, align=("left", "right", "right", "left", "left")))
    lines.append(f"\n依据:{'、'.join(body['boards']) or '没有已公布的榜单'}")
    return "\n".join([*lines, basis(body)])


def basis(body: Body) -> str:
    """What a result rests on: days and hashes."""
    laws = {**body["rules"], **body["definitions"]}
    hashes = " · ".join(f"{name} {print_[:8]}" for name, print_ in laws.items())
    known = str(body["cut"]["known"] or "")[:19].replace("T", " ")
    known = f"{known} UTC 前入库" if known else "只凭文件试算"
    seal = f"\n封存第 {body['seal']['number']} 号 · {body['seal']['hash']}" if "seal" in body else ""
    return f"截至 {body['cut']['as_of']}({known})· {hashes}{seal}{_unlooked(body)}"


def _unlooked(body: Body) -> str:
    """What a trial from files could not look at, or did not."""
    missing, unseen = body.get("earlier", {}).get("missing"), body.get("unseen", 0)
    text = f"\n没有上一期 {missing} 的榜,和上一期比的、数连续几期的,都当作没有;请用 --earlier 给出" if missing else ""
    return text + (f"\n有 {unseen} 条登记的日期在 {body['cut']['as_of']} 以后,没有计" if unseen else "")


def why(body: Body, calendar: Calendar) -> str:
    """A receipt: every line, what it rests on, and the sum; a star on dates in years not announced yet."""
    row = body["standing"]
    score = row["score"] if isinstance(row["score"], Mapping) else {"total": row["score"], "lines": row["lines"]}
    place = f"第 {row['rank']} 名" if row.get("rank") else row.get("grade", "")
    on = LISTS.get(row.get("list", ""), "")
    lines = [f"{row['unit']} {score['total']}  {place} {on}".rstrip() + f"    {body['title']} {body['label']}"]
    for line in score["lines"]:
        lines.append(f"  {signed(line['points']):>8}  {line['label']} {line['quantity']}".rstrip())
        reasons = (starred(reason(ref, calendar, body), calendar.provisional) for ref in line["because"])
        lines += [f"            {text}" for text in reasons]
    total = sum((Decimal(line["points"]) for line in score["lines"]), Decimal(0))
    lines.append(f"  {'=' + plain(total):>8}  合计")
    if "carried" in row:
        lines.append(f"  {row['carried']:>8}  折算计入(满分 {body['carries']})")
    lines += [f"  {label}:{';'.join(row[key])}" for key, label in (("why", "依据"), ("bars", "取消")) if row.get(key)]
    return noted("\n".join([*lines, basis(body)]))


def since(movement: Body | None) -> str:
    """How a unit moved since the last board, in a few words."""
    if movement is None:
        return "新上榜"
    if movement["change"] is None:
        return "上期没有得分" if movement["total"] is None else f"上期 {plain(Decimal(movement['total']))},本期没有得分"
    up, change = movement["up"], movement["change"]
    place = "" if up is None else f"升 {up}" if up > 0 else f"降 {-up}" if up < 0 else "平"
    by = "、".join(f"{one['label']} {signed(one['points'])}" for one in movement["by"][:1] if one["label"])
    return " ".join(filter(None, [place, signed(change) if change and Decimal(change) else "", by]))


def signed(points: str) -> str:
    """Points with their sign, without trailing zeros."""
    number = Decimal(points)
    return ("+" if number > 0 else "−" if number < 0 else "") + plain(abs(number))


def reason(ref: Body, calendar: Calendar | None, body: Body) -> str:
    """One fact behind a line, with how many working days it was late by the day it was done or the result stands."""
    due = f",应于 {ref['due']}" if ref.get("due") else ""
    met = f",办于 {ref['met']}" if ref.get("met") else ""
    if due and calendar is not None and OUTCOME_WORDS["on time"] not in ref["what"]:
        limit, day = (date.fromisoformat(text) for text in (ref["due"], ref.get("met") or body["cut"]["as_of"]))
        late = calendar.workdays_between(limit, day) if day > limit else 0
        met += f",{'迟' if met else f'截至 {day} 逾期'} {late} 个工作日" if late else ""
    where = f"(第 {ref['seq']} 条记录)" if ref.get("seq") else ""
    when = f" {ref['day']}" if not due else ""
    return f"{ref['task']}  {ref['what']}{when}{due}{met}{where}".strip()
