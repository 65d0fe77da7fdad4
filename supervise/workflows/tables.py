"""A definition as the numbered tables officials sign: who does what in which state, by when, and where it leads.

Every part has its name in a narrow column (代号), so that reading the tables back gives the same definition; everything
else is said with labels. ``tablereading`` reads back what stands here, ``markdown`` and the hall put it on paper.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from supervise.phrases import Length, Value
from supervise.records import CHANGEABLE
from supervise.workflows.definition import CLOCK, PARENT, Action, Definition, DutyKind, FieldSpec
from supervise.workflows.naming import Names
from supervise.workflows.phrasing import ANY, Phrases
from supervise.workflows.wording import RESERVED, Wording, length


class Column(NamedTuple):
    """A column of a table: what it is called inside and on paper, and how wide it is there."""

    key: str
    head: str
    width: int


class Table(NamedTuple):
    """A table with its rows; every cell is text."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


def _columns(*said: tuple[str, str, int]) -> tuple[Column, ...]:
    return tuple(Column(*column) for column in said)


HEAD, ROLES, CATEGORIES, STATES, FIELDS, ACTS, DUTIES, ORIGIN = (
    "流程", "角色", "类别", "状态", "字段", "办理", "应办", "沿用",
)  # fmt: skip
_NAMED = (("code", "代号", 12), ("label", "名称", 24))
FORM: dict[str, tuple[Column, ...]] = {
    HEAD: _columns(("item", "项目", 14), ("said", "内容", 90)),
    ROLES: _columns(("number", "序号", 6), *_NAMED),
    CATEGORIES: _columns(("number", "序号", 6), *_NAMED),
    STATES: _columns(("number", "序号", 6), *_NAMED, ("role", "起止", 12)),
    FIELDS: _columns(
        ("number", "序号", 6), *_NAMED, ("kind", "种类", 12), ("by", "限谁填", 14), ("options", "可选", 36),
        ("from", "算自", 14), ("explain", "累计数减少须填", 16),
    ),
    ACTS: _columns(
        ("number", "序号", 5), ("from", "状态", 16), ("label", "办理事项", 16), ("by", "谁办", 12),
        ("needs", "须附", 22), ("when", "条件", 26), ("bounds", "限度", 18), ("to", "办后到", 18),
        ("more", "其他", 34), ("tell", "告知", 14), ("code", "代号", 11),
    ),
    DUTIES: _columns(
        ("number", "序号", 5), ("label", "应办", 18), ("of", "谁", 16), ("due", "时限", 40),
        ("met_by", "怎样算办成", 28), ("more", "其他", 42), ("code", "代号", 13),
    ),
    ORIGIN: _columns(("item", "事项", 12), ("old", "旧流程里", 24), ("new", "这份流程里", 24)),
}  # fmt: skip
"""Table → its columns, in the order in which they are printed."""

ITEMS = {
    "workflow": "代号", "version": "版本", "title": "名称", "source": "依据", "effective": "施行日期",
    "holidays": "期限遇节假日",
}  # fmt: skip
SIGNED = ("拟稿人", "审核人", "签发人", "签发日期")
"""Lines of the head that are left for the pen; what is written there is no part of the definition."""
HOLIDAYS = {"next workday": "顺延到下一个工作日", "as written": "不顺延"}
KINDS = {
    "text": "文字", "list": "列表", "percent": "百分数", "files": "材料", "date": "今后日期", "day": "已过日期",
    "units": "单位", "duty": "应办", "choice": "选一项", "stages": "阶段目标", "task": "另一项任务", "parts": "子任务",
    "figures": "指标完成数", "targets": "目标",
}  # fmt: skip
START, END = "起点", "办结"
UNFINISHED, ANYWHERE, STAYS = "凡未办结", "任何状态", "状态不变"
EACH = "(各自)"
SYSTEM, ABOVE = "系统", "上级任务"
OLD_LAW, OLD_STATE, OLD_DUTY, GONE = "旧流程", "状态", "应办", "到此为止"
_CHANGED = {
    "text": "任务内容", "title": "任务标题", "due": "完成时限", "document": "来文", "lines": "原文行号",
    "parent": "上级任务", "merged": "并入的任务", "category": "任务类别", "stages": "阶段目标", "lead": "牵头单位",
    "co": "协办单位", "leader": "牵头领导", "path": "章节", "targets": "任务目标",
}  # fmt: skip
MORE = {
    "sets": "改定", "voids": "免责", "other_than": "不得由同一人办", "pauses": "停表至", "carries": "结转至",
    "lends": "委托", "stops": "提前结束", "undoes": "可撤回刚办的一步,限", "gathers": "汇总", "also": "同时办",
}  # fmt: skip
"""Key of an act → the word its clause in the column 其他 begins with."""
DUTY_MORE = {
    "dated": "以此日为准", "waits": "等候不计", "grace": "退回后至少还有", "notice": "接手不满则不欠",
}  # fmt: skip


class Vocabulary:
    """The words of one definition, both ways.

    Args:
        parts: part of the file → its names and labels.
    """

    def __init__(self, parts: Mapping[str, Mapping[str, str]]) -> None:
        roles = dict(parts["roles"])
        self.roles = Names("角色", roles | {CLOCK: SYSTEM} if CLOCK not in roles else roles)
        self.parties = Names("角色", roles)
        self.states = Names("状态", parts["states"], (UNFINISHED, ANYWHERE, STAYS))
        self.categories = Names("类别", parts["categories"])
        self.fields = Names("字段", parts["fields"])
        self.entries = Names("字段", {**parts["fields"], PARENT: ABOVE})
        self.actions = Names("办理事项", {**RESERVED, **parts["actions"]})
        self.duties = Names("应办", parts["duties"], (ANY,))
        self.changed = Names("可改的事项", {k: roles.get(k, _CHANGED[k]) for k in sorted(CHANGEABLE)})
        self.phrases = Phrases(self.duties, self.actions)

    @classmethod
    def of(cls, definition: Definition) -> Vocabulary:
        """The words of a definition."""
        labelled: dict[str, Mapping[str, Action | DutyKind | FieldSpec]] = {
            "fields": definition.fields, "actions": definition.actions, "duties": definition.duties,
        }  # fmt: skip
        parts = {part: {n: held.label for n, held in all_.items()} for part, all_ in labelled.items()}
        return cls(
            parts | {"roles": definition.roles, "states": definition.states, "categories": definition.categories}
        )


class _Said(Wording):
    """Wording in which every label leads back to its name."""

    def __init__(self, definition: Definition, words: Vocabulary) -> None:
        super().__init__(definition)
        self.words = words

    def action(self, name: str) -> str:
        return self.words.actions.quoted(name)

    def duty(self, name: str) -> str:
        return self.words.duties.quoted(name) if name else ANY


def tables(definition: Definition) -> tuple[Table, ...]:
    """The tables of a definition, those without rows left out.

    Args:
        definition: what they shall say.
    """
    made = _Tables(definition)
    rows: dict[str, Iterable[tuple[str, ...]]] = {
        HEAD: made.head(), ROLES: _numbered(definition.roles.items()),
        CATEGORIES: _numbered(definition.categories.items()),
        STATES: _numbered(made.states()), FIELDS: _numbered(made.fields()), ACTS: _numbered(made.acts()),
        DUTIES: _numbered(made.duties()), ORIGIN: made.origin(),
    }  # fmt: skip
    all_ = (Table(name, columns, tuple(rows[name])) for name, columns in FORM.items())
    return tuple(table for table in all_ if table.rows)


def _numbered(rows: Iterable[tuple[str, ...]]) -> Iterable[tuple[str, ...]]:
    return ((str(number), *row) for number, row in enumerate(rows, start=1))


def _joined(names: Iterable[str], word: Callable[[str], str]) -> str:
    return "、".join(word(name) for name in names)


class _Tables:
    """Says one definition, table by table."""

    def __init__(self, definition: Definition) -> None:
        self.definition, self.words = definition, Vocabulary.of(definition)
        self.said = _Said(definition, self.words)

    def head(self) -> Iterable[tuple[str, ...]]:
        law = self.definition
        values = {
            "workflow": law.workflow, "version": str(law.version), "title": law.title, "source": law.source,
            "effective": str(law.effective), "holidays": HOLIDAYS[law.holidays],
        }  # fmt: skip
        return [*((ITEMS[key], value) for key, value in values.items()), *((line, "") for line in SIGNED)]

    def states(self) -> Iterable[tuple[str, ...]]:
        law = self.definition
        in_order = tuple(state for state in law.states if state in law.ends) == law.ends
        for state, label in law.states.items():
            marks = [START] if state == law.initial else []
            if state in law.ends:
                marks.append(END if in_order else f"{END}{law.ends.index(state) + 1}")
            yield state, label, "、".join(marks)

    def fields(self) -> Iterable[tuple[str, ...]]:
        words = self.words
        for name, spec in self.definition.fields.items():
            options = "\n".join(f"{label}({option})" for option, label in spec.options.items())
            others = [words.fields.listed(other) if other else "" for other in (spec.from_, spec.explain)]
            yield name, spec.label, KINDS[spec.kind], _joined(spec.by, words.parties.listed), options, *others

    def acts(self) -> Iterable[tuple[str, ...]]:
        words = self.words
        for name, act in self.definition.actions.items():
            anywhere = ANYWHERE if act.undoes is not None else UNFINISHED
            bounds = [*map(self.said.bound, act.at_most), *([self.said.window(act.within)] if act.within else [])]
            yield (
                _joined(act.from_, words.states.listed) or anywhere,
                act.label,
                _joined(act.by, words.roles.listed),
                _joined(act.needs, words.fields.listed),
                ";\n或".join(map(self.said.condition, act.when)),
                ";\n".join(bounds),
                self._target(act),
                "\n".join(f"{MORE[key]}:{said}" for key, said in self._more(act) if said),
                _joined(act.tell, words.parties.listed),
                name,
            )

    def _target(self, act: Action) -> str:
        word = self.words.states.listed
        if isinstance(act.to, Mapping):
            return ";\n".join(f"{word(source)}→{word(target)}" for source, target in act.to.items())
        return word(act.to) if act.to else STAYS

    def _more(self, act: Action) -> Iterable[tuple[str, str]]:
        words = self.words
        yield "sets", ";".join(f"{words.changed.listed(k)}取{self._value(v)}" for k, v in act.sets.items())
        yield "voids", words.fields.listed(act.voids) if act.voids else ""
        yield "other_than", _joined(act.other_than, words.actions.listed)
        yield "pauses", words.fields.listed(act.pauses) if act.pauses else ""
        yield "carries", words.fields.listed(act.carries) if act.carries else ""
        yield "lends", _mapped(act.lends, words.parties.listed, words.fields.listed)
        yield "stops", _joined(act.stops, words.actions.listed)
        yield "undoes", length(act.undoes) if act.undoes is not None else ""
        yield "gathers", _joined(act.gathers, words.actions.listed)
        yield "also", _mapped(act.also, words.entries.listed, words.actions.listed)

    def _value(self, value: Value) -> str:
        of = f"“{self.words.actions.quoted(value.of)}”所填的" if value.of else ""
        return f"{of}“{self.words.fields.quoted(value.field)}”"

    def duties(self) -> Iterable[tuple[str, ...]]:
        words = self.words
        for name, duty in self.definition.duties.items():
            dues = [
                f"{words.categories.listed(kind)}:{self.said.limit(due)}" if kind else self.said.limit(due)
                for kind, due in duty.due.items()
            ]
            yield (
                duty.label,
                words.parties.listed(duty.role) + (EACH if duty.each else ""),
                ";\n".join(dues),
                _joined(duty.met_by, words.actions.listed),
                "\n".join(f"{DUTY_MORE[key]}:{said}" for key, said in self._duty_more(duty) if said),
                name,
            )

    def _duty_more(self, duty: DutyKind) -> Iterable[tuple[str, str]]:
        yield "dated", _joined(duty.dated, self.words.actions.listed)
        yield "waits", _joined(duty.waits, self.words.states.listed)
        for key, said in (("grace", duty.grace), ("notice", duty.notice)):
            yield key, length(said) if said != Length(0, "days") else ""

    def origin(self) -> Iterable[tuple[str, ...]]:
        came = self.definition.migrates
        if came is None:
            return
        yield OLD_LAW, came.from_, ""
        for old, state in came.states.items():
            yield OLD_STATE, old, self.words.states.listed(state)
        for old, owed in came.duties.items():
            yield OLD_DUTY, old, GONE if owed is None else self.words.duties.listed(owed)


def _mapped(pairs: Mapping[str, str], key: Callable[[str], str], value: Callable[[str], str]) -> str:
    return ";".join(f"{key(one)}→{value(other)}" for one, other in pairs.items())
