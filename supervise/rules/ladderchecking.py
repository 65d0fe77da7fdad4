"""What is wrong with a ladder or with lights: names, rungs nobody reaches, runs nobody can break, no light at all.

R02–R05, R13, R14 and R16–R23; the names in conditions as everywhere, D07–D10.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from supervise.errors import Problem
from supervise.hearing import post_and_role
from supervise.people import POSTS
from supervise.phrases import (
    OPENING,
    Behind,
    Condition,
    Distance,
    Done,
    InEffect,
    Measure,
    OnPace,
    Outcome,
    Unanswered,
)
from supervise.reading import Document, Path
from supervise.rules.entries import Entry, Lit, Run, Times
from supervise.rules.ladder import LIMIT, Ladder, Lights, Rung, UnitRung
from supervise.rules.reasons import pressing
from supervise.workflows.checking import condition_names, unknown
from supervise.workflows.definition import Definition
from supervise.workflows.durations import too_far
from supervise.workflows.wording import Wording

MOST = 40
"""Letters of a ladder and a rung together, for both stand in the code of a task."""
DAYS = {"days": 1, "workdays": 1, "months": 28}
"""The fewest days of each unit of time."""


def check_ladder(
    document: Document, rules: Ladder, definition: Definition, definitions: Mapping[str, Definition]
) -> Iterator[Problem]:
    """Everything wrong with a ladder.

    Args:
        document: the parsed file, for places.
        rules: what it says.
        definition: the workflow whose tasks it presses.
        definitions: every workflow, for those that it opens.
    """
    names, actions = list(rules.labels), [OPENING, *definition.actions]
    written = [rung.order for rung in rules.rungs] + [rung.matter for rung in rules.units]
    places: list[Path] = [("rungs", i, "order") for i in range(len(rules.rungs))]
    places += [("units", i, "matter") for i in range(len(rules.units))]
    for n, (name, at) in enumerate(zip(written, places, strict=True)):
        if name in written[:n]:
            yield document.problem("R02", at, f"“{name}”这一级写了两次")
        if name in actions:
            yield document.problem("R02", at, f"“{name}”是动作的名字,级别要另取一个,否则分不清数的是哪个")
    if "." in rules.ladder:
        yield document.problem("R02", ("ladder",), "名字里不能有“.”")
    if any(len(rules.ladder) + len(unit.matter) > MOST for unit in rules.units):
        text = f"办法和级别的名字合起来不能超过 {MOST} 个字母,立项后的编码放不下"
        yield document.problem("R02", ("ladder",), text)
    suspending = [one.action for one in rules.suspends]
    yield from unknown(document, "R08", ("suspends",), "动作", suspending, definition.actions)
    for one in rules.suspends:
        spec = definition.actions.get(one.action)
        if spec is not None and one.length is None and not definition.field_of("date", spec.needs):
            text = f"动作“{one.action}”没有日期类的必填字段,请写明停多久,如 {one.action} for 10 workdays"
            yield document.problem("R23", ("suspends",), text, word=one.action)
    yield from unknown(document, "R04", ("spare",), "角色", (role for _, role in rules.spare), definition.roles)
    for i, rung in enumerate(rules.rungs):
        yield from _rung(document, rules, definition, ("rungs", i), rung, names)
    yield from _unreached(document, rules)
    yield from _shadowed(document, rules, definition)
    for i, unit in enumerate(rules.units):
        yield from _unit(document, rules, definition, definitions, ("units", i), unit)
    if rules.rungs:
        spec = definition.actions.get(pressing(definition))
        if spec is None or not (definition.field_of("duty", spec.needs) and definition.field_of("date", spec.needs)):
            text = f"流程 {definition.name} 没有可由系统发督查单的动作(须有应办和时限两个字段)"
            yield document.problem("R05", ("for",), text)


def _rung(
    document: Document, rules: Ladder, definition: Definition, at: Path, rung: Rung, names: Sequence[str]
) -> Iterator[Problem]:
    if rung.reply is None and not rung.confirm and rung.when:
        yield document.problem("R13", at, f"“{rung.label}”由系统发出,须写 reply(限期几天回复)")
    if rung.reply is not None and not rung.reply.count:
        text = f"“{rung.label}”的回复限期是 0,发出当天就逾期未复"
        yield document.problem("R13", at, text, "请写几天,如 reply: 5 workdays")
    if not rung.when and not rung.direct:
        yield document.problem("R16", at, f"“{rung.label}”没有写何时发出:写 when,或写 direct(督查室凭什么事由直接发)")
    for entry in rung.when:
        yield from _entry(document, rules, definition, (*at, "when"), entry)
        if isinstance(entry, Distance) and not set(entry.of.split(" or ")) & set(definition.duties):
            yield document.problem("R14", (*at, "when"), "督查单要针对一项应办,不能从动作起算")
        if isinstance(entry, Times) and not _about_a_duty(entry.what, rules, definition):
            text = "数的动作不产生应办,督查单就没有针对的事;请改数督查单或应办"
            yield document.problem("R14", (*at, "when"), text)
    yield from _broken(document, definition, at, rung.when, rung.broken_by)
    told = [post_and_role(word) for word in rung.tell]
    yield from unknown(document, "R04", (*at, "tell"), "角色", [role for _, role in told], definition.roles)
    yield from unknown(document, "R31", (*at, "tell"), "职务", [post for post, _ in told if post], POSTS)
    confirm = [rung.confirm] if rung.confirm else []
    yield from unknown(document, "R04", (*at, "confirm"), "角色", confirm, definition.roles)
    if rung.lasts is not None:
        known = [LIMIT, pressing(definition)]
        yield from unknown(document, "R08", (*at, "lasts"), "起算点", [rung.lasts.after], known)


def _about_a_duty(what: Measure, rules: Ladder, definition: Definition) -> bool:
    if not isinstance(what, Done) or rules.grade(what.action) >= 0 or what.rung:
        return True
    return any(what.action in duty.triggers for duty in definition.duties.values())


def _entry(
    document: Document, rules: Ladder | Lights, definition: Definition, at: Path, entry: Entry | Lit
) -> Iterator[Problem]:
    """Problems with the names in an entry, and with what can never be."""
    what: Condition | Measure = entry.what if isinstance(entry, Times | Run) else entry
    rungs: tuple[Rung, ...] = rules.rungs if isinstance(rules, Ladder) else ()
    labels = rules.labels if isinstance(rules, Ladder) else {}
    if isinstance(what, Done):
        yield from unknown(document, "R08", at, "级别或动作", [what.action], [*labels, *definition.actions, OPENING])
        if isinstance(entry, Run) and at[0] != "units":
            yield document.problem("R17", at, "“几个月连续”看的是月末的情形,要写条件,不能写动作;数次数请写 … times")
        return
    if isinstance(what, OnPace):
        yield from unknown(document, "D10", at, "应办", [what.duty], definition.duties)
        return
    yield from condition_names(document, definition, at, what)
    yield from too_far(document, definition, at, what)
    if isinstance(what, Unanswered | InEffect):
        yield from unknown(document, "R03", at, "级别", [what.rung], [rung.order for rung in rungs])
    if isinstance(what, InEffect) and all(rung.lasts is None for rung in rungs if rung.order == what.rung):
        yield document.problem("R17", at, f"“{what.rung}”没有写 lasts(影响多久),永远谈不上在影响期内", word=what.rung)
    if isinstance(entry, Run) and isinstance(what, Distance) and what.before and at[0] != "units":
        yield from _too_short(document, at, entry, what)


def _too_short(document: Document, at: Path, run: Run, what: Distance) -> Iterator[Problem]:
    """A warning ahead of a limit that would have to last for months."""
    if what.count * DAYS[what.unit] * 2 < 28 * (run.count - 1):
        text = f"提前 {what.count} 天的提醒不会连着 {run.count} 期的末日都在,永远不成立"
        yield document.problem("R17", at, text)


def _broken(
    document: Document, definition: Definition, at: Path, when: Iterable[Entry], broken_by: Sequence[Measure]
) -> Iterator[Problem]:
    """A run that the file does not say how to break, or the other way round."""
    rows = [entry for entry in when if isinstance(entry, Times) and entry.row]
    if rows and not broken_by:
        text = "“连续几次”须写明什么情形算中断:broken_by,如 [finish on time]"
        yield document.problem("R18", (*at, "when"), text, word="in a row")
    if broken_by and not rows:
        yield document.problem("R18", (*at, "broken_by"), "broken_by 只用于“连续几次”(… times in a row),这里不起作用")
    for measure in broken_by:
        if isinstance(measure, Done):
            yield from unknown(document, "R08", (*at, "broken_by"), "动作", [measure.action], definition.actions)
        elif not isinstance(measure, OnPace):
            yield from condition_names(document, definition, (*at, "broken_by"), measure)


def _needs(entry: Entry, rules: Ladder) -> str:
    """The other rung without which an entry is never so; empty if there is none."""
    if isinstance(entry, Unanswered | InEffect):
        return entry.rung
    what = entry.what if isinstance(entry, Times | Run) else None
    if isinstance(what, Done) and rules.grade(what.rung or what.action) >= 0:
        return what.rung or what.action
    return what.rung if isinstance(what, Unanswered | InEffect) else ""


def _unreached(document: Document, rules: Ladder) -> Iterator[Problem]:
    """Rungs that wait for each other, and for nothing else."""
    reached: set[str] = set()
    while True:
        more = {
            rung.order
            for rung in rules.rungs
            if rung.direct or any(_needs(entry, rules) in ("", *reached) for entry in rung.when)
        }
        if more == reached:
            break
        reached = more
    for i, rung in enumerate(rules.rungs):
        needed = [name for entry in rung.when if (name := _needs(entry, rules))]
        if rung.when and rung.order not in reached and all(rules.grade(name) >= 0 for name in needed):
            text = (
                f"永远到不了“{rung.label}”:它等的是“{'、'.join(rules.labels[name] for name in needed)}”,那一级也到不了"
            )
            yield document.problem("R16", ("rungs", i, "when"), text)


def _shadowed(document: Document, rules: Ladder, definition: Definition) -> Iterator[Problem]:
    """Entries of a milder rung that only ever hold when those of a graver one do: the graver order goes out instead."""
    for i, rung in enumerate(rules.rungs):
        for entry in rung.when:
            above = (
                one for one in rules.rungs[i + 1 :] if not one.confirm for other in one.when if _within(entry, other)
            )
            graver = next(above, None)
            if graver is not None and not rung.confirm:
                words = Wording(definition).condition(entry) if not isinstance(entry, Times | Run) else "这个条件"
                text = f"{words}时,更重的“{graver.label}”已经(或同时)够条件,“{rung.label}”发不出来"
                yield document.problem("R19", ("rungs", i, "when"), text)


def _within(entry: Entry | Lit, other: Entry | Lit) -> bool:
    """Whether ``entry`` holds only when ``other`` does."""
    if isinstance(entry, Behind) and isinstance(other, Behind):
        return entry.duty == other.duty and (other.points, other.over) <= (entry.points, entry.over)
    if isinstance(entry, Distance) and isinstance(other, Distance) and entry.of == other.of:
        if entry.unit != other.unit or entry.before != other.before:
            return False
        return other.count >= entry.count if entry.before else other.count <= entry.count
    missed = isinstance(other, Outcome) and other.outcome == "missed"
    if isinstance(entry, Distance) and not entry.before and missed and isinstance(other, Outcome):
        return entry.of == other.duty
    return entry == other


def _unit(
    document: Document,
    rules: Ladder,
    definition: Definition,
    definitions: Mapping[str, Definition],
    at: Path,
    rung: UnitRung,
) -> Iterator[Problem]:
    for entry in rung.when:
        yield from _entry(document, rules, definition, (*at, "when"), entry)
        if not isinstance(entry, Times | Run):
            text = "对单位的一级须写次数,如 red 2 times in a year、finish missed 3 months in a row"
            yield document.problem("R20", (*at, "when"), text)
        elif isinstance(entry.what, Done) and entry.what.action == rung.matter:
            yield document.problem("R16", (*at, "when"), f"“{rung.label}”数的是它自己,永远到不了")
    yield from _broken(document, definition, at, rung.when, rung.broken_by)
    yield from unknown(document, "R01", (*at, "opens"), "流程", [rung.opens], definitions)
    opened = definitions.get(rung.opens)
    if opened is None:
        return
    counted = [rung.counted] if rung.counted else []
    yield from unknown(document, "R08", (*at, "counted"), "动作", counted, opened.actions)
    if rung.lasts is not None:
        yield from unknown(document, "R08", (*at, "lasts"), "动作", [rung.lasts.after], opened.actions)
        spec = opened.actions.get(rung.lasts.after)
        if spec is not None and not opened.field_of("date", spec.needs):
            text = f"动作“{rung.lasts.after}”没有日期类的必填字段,影响期记不上去"
            yield document.problem("R23", (*at, "lasts"), text, word=rung.lasts.after)


def check_lights(document: Document, rules: Lights, definition: Definition) -> Iterator[Problem]:
    """Everything wrong with lights, and the lags for which none burns.

    Args:
        document: the parsed file, for places.
        rules: what it says.
        definition: the workflow whose tasks show them.
    """
    names = [one.light for one in rules.rungs]
    for i, one in enumerate(rules.rungs):
        at: Path = ("rungs", i)
        for key, value in (("light", one.light), ("label", one.label), ("shape", one.shape)):
            if value in [getattr(other, key) for other in rules.rungs[:i]]:
                text = f"“{value}”写了两次;颜色、名称、形状都要不同,不能只靠颜色分"
                yield document.problem("R21", (*at, key), text)
        for entry in one.when:
            yield from _entry(document, rules, definition, (*at, "when"), entry)
            above = (other for other in rules.rungs[i + 1 :] for held in other.when if _within(entry, held))
            graver = next(above, None)
            if graver is not None:
                text = f"这个条件成立时亮的总是更重的“{graver.label}”,“{one.label}”亮不了"
                yield document.problem("R19", (*at, "when"), text)
    if rules.otherwise:
        yield from unknown(document, "R21", ("otherwise",), "灯", [rules.otherwise], names)
    else:
        yield from _dark(document, rules, definition)


def _dark(document: Document, rules: Lights, definition: Definition) -> Iterator[Problem]:
    """Lags for which no light is said to burn."""
    entries = [entry for one in rules.rungs for entry in one.when]
    for duty in dict.fromkeys(e.duty for e in entries if isinstance(e, Behind | OnPace)):
        least = min((e.points for e in entries if isinstance(e, Behind) and e.duty == duty), default=None)
        good = any(isinstance(e, OnPace) and e.duty == duty for e in entries)
        label = Wording(definition).duty(duty)
        if least is None:
            text = f"“{label}”落后序时的,没有规定亮什么灯"
        elif not good:
            text = f"“{label}”落后不到 {least} 个百分点和不落后的,没有规定亮什么灯"
        elif least > Decimal(0):
            text = f"“{label}”落后 0 到 {least} 个百分点之间的,没有规定亮什么灯"
        else:
            continue
        help_ = "请补一级,或写 otherwise: 其余情形亮哪种灯"
        yield document.problem("R22", ("rungs",), f"{text};{help_}")
