"""Tables back into a definition: every cell that cannot be read is refused at its place, all of them at once.

What is made is plain data in the words of a YAML file, with the cell each part came from; so what the models and the
checks say of it is said of a cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from supervise.errors import Invalid, did_you_mean
from supervise.reading import Path, validate
from supervise.workflows import tables
from supervise.workflows.definition import Definition
from supervise.workflows.naming import Names, fold, pieces
from supervise.workflows.phrasing import Misread, length
from supervise.workflows.tableplaces import Finder, Grid, Line, Sheet, Spot

T = TypeVar("T")
_PARTS = {
    tables.ROLES: "roles", tables.CATEGORIES: "categories", tables.STATES: "states", tables.FIELDS: "fields",
    tables.ACTS: "actions", tables.DUTIES: "duties",
}  # fmt: skip


def read(grids: Iterable[Grid], file: str, book: bool = False) -> tuple[Definition, Sheet]:
    """A definition from its tables; whether its names fit together is for ``checking``.

    Args:
        grids: the tables.
        file: its name for messages.
        book: whether it is a workbook.

    Raises:
        Invalid: D50 for tables and columns that are missing or unknown, D51 with every cell that cannot be read, or
            what the model says of the whole.
    """
    sheet = Sheet({}, file, {}, {}, book)
    reader = _Reader(sheet)
    reader.take(grids)
    if not reader.problems:
        reader.read()
    if reader.problems:
        raise Invalid(reader.problems)
    sheet.places.update(dict.fromkeys(sheet.spots))  # type: ignore[arg-type]
    return validate(sheet, Definition), sheet


class _Reader(Finder):
    """Reads the tables of one definition."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__(sheet)
        self.data = sheet.data
        self.words: tables.Vocabulary

    def cell(self, path: Path, line: Line, key: str, read: Callable[[str], T], needed: bool = False) -> T | None:
        """What a cell says; ``None`` where it is empty or wrong."""
        text, spot = line.cells[key], line.spot(key)
        self.sheet.spots[path] = spot
        if not text.strip():
            if needed:
                self.wrong("D51", spot, f"“{spot.head}”是空的,要写上")
            return None
        try:
            return read(text)
        except ValueError as error:
            self.misread(spot, error)
            return None

    def put(
        self, into: dict[str, Any], path: Path, line: Line, key: str, read: Callable[[str], Any], **how: Any
    ) -> None:
        """Put what a cell says under the last step of its path; an empty cell says nothing."""
        found = self.cell(path, line, key, read, **how)
        if found not in (None, "", [], {}):
            into[str(path[-1])] = (
                found[0] if isinstance(found, list) and len(found) == 1 and path[-1] != "due" else found
            )

    def read(self) -> None:
        """Every table, those first whose names the others use."""
        labels: dict[str, dict[str, str]] = {}
        for table, part in _PARTS.items():
            labels[part] = self._labels(table, part)
        if self.problems:
            return  # what is called what is not known, and every cell would be wrong
        self.words = tables.Vocabulary(labels)
        self._head()
        self.data |= {part: labels[part] for part in ("roles", "categories", "states") if labels[part]}
        self._ends()
        for table, row in ((tables.FIELDS, self._field), (tables.ACTS, self._act), (tables.DUTIES, self._duty)):
            part = _PARTS[table]
            made = {line.cells["code"].strip(): row(line) for line in self.lines.get(table, ())}
            if made or part == "actions":
                self.data[part] = made
        self._origin()

    def _labels(self, table: str, part: str) -> dict[str, str]:
        found: dict[str, str] = {}
        self.sheet.spots[(part,)] = Spot(table)
        for line in self.lines.get(table, ()):
            code = line.cells["code"].strip()
            if not re.fullmatch(r"\S+", code):
                self.wrong("D51", line.spot("code"), "“代号”是空的或有空格,用小写字母、数字、下划线取一个")
            elif code in found:
                self.wrong("D51", line.spot("code"), f"代号“{code}”上面已经用过,请另取一个")
            else:
                found[code] = self.cell((part, code), line, "label", str.strip, needed=True) or ""
        return found

    # --- rows ---------------------------------------------------------------------------------------------------------

    def _head(self) -> None:
        keys = {label: key for key, label in tables.ITEMS.items()}
        for line in self.lines[tables.HEAD]:
            item = line.cells["item"].strip()
            if item in tables.SIGNED:
                continue
            key = keys.get(item)
            if key is None or key in self.data:
                text = f"“{item}”写了两次" if key else f"没有“{item}”这个项目{did_you_mean(item, keys)}"
                self.wrong("D51", line.spot("item"), text)
                continue
            readers = {
                "version": _whole,
                "effective": _day,
                "holidays": Names("说法", tables.HOLIDAYS).name,
                "workflow": str.strip,
            }
            self.put(self.data, (key,), line, "said", readers.get(key, str.strip))

    def _ends(self) -> None:
        ends: list[tuple[int, int, str]] = []
        self.sheet.spots[("ends",)] = Spot(tables.STATES)
        for at, line in enumerate(self.lines[tables.STATES]):
            marks = pieces(line.cells["role"], "、,，\n")
            for mark in marks:
                if match := re.fullmatch(rf"{tables.END}(\d*)", mark):
                    ends.append((int(match[1] or 0), at, line.cells["code"].strip()))
                elif mark != tables.START:
                    self.wrong("D51", line.spot("role"), f"看不懂“{mark}”,可写:{tables.START}、{tables.END}")
            if (tables.START in marks) != (at == 0):
                text = f"第一行是{tables.START},别的行不是;要换起点,把那一行移到最上面,写上“{tables.START}”"
                self.wrong("D51", line.spot("role"), text)
        if ends:
            self.data["ends"] = [state for _, _, state in sorted(ends)]

    def _field(self, line: Line) -> dict[str, Any]:
        path: Path = ("fields", line.cells["code"].strip())
        made: dict[str, Any] = {"label": line.cells["label"].strip()}
        self.put(made, (*path, "kind"), line, "kind", Names("种类", tables.KINDS).name, needed=True)
        self.put(made, (*path, "by"), line, "by", self.words.parties.list)
        self.put(made, (*path, "options"), line, "options", _options)
        for key in ("from", "explain"):
            self.put(made, (*path, key), line, key, self.words.fields.name)
        return made

    def _act(self, line: Line) -> dict[str, Any]:
        path: Path = ("actions", line.cells["code"].strip())
        words, made = self.words, dict[str, Any](label=line.cells["label"].strip())
        self.put(made, (*path, "by"), line, "by", words.roles.list, needed=True)
        self.put(made, (*path, "from"), line, "from", self._sources, needed=True)
        self.put(made, (*path, "to"), line, "to", self._target, needed=True)
        self.put(made, (*path, "needs"), line, "needs", words.fields.list)
        self.put(made, (*path, "when"), line, "when", lambda text: [*map(words.phrases.condition, _alternatives(text))])
        bounds = self.cell((*path, "bounds"), line, "bounds", self._bounds) or []
        self._more(made, path, line, tables.MORE, self._clause)
        at_most, within = ([said for key, said in bounds if key == which] for which in ("at_most", "within"))
        if at_most:
            made["at_most"] = at_most[0] if len(at_most) == 1 else at_most
        if within:
            made["within"] = within[0]
        if len(within) > 1:
            self.wrong("D51", line.spot("bounds"), "“只在…内”只能写一个")
        self.put(made, (*path, "tell"), line, "tell", words.parties.list)
        if (tables.ANYWHERE in line.cells["from"]) != ("undoes" in made) and "from" not in made:
            text = f"可撤回的写“{tables.ANYWHERE}”,其他的写“{tables.UNFINISHED}”或列出状态"
            self.wrong("D51", line.spot("from"), text)
        for key in ("at_most", "within"):
            self.sheet.spots[(*path, key)] = line.spot("bounds")
        return made

    def _bounds(self, text: str) -> list[tuple[str, str]]:
        return [self.words.phrases.bound(part) for part in pieces(text, ";；\n")]

    def _sources(self, text: str) -> list[str]:
        return [] if text.strip() in (tables.UNFINISHED, tables.ANYWHERE) else self.words.states.list(text)

    def _target(self, text: str) -> str | dict[str, str]:
        if text.strip() == tables.STAYS:
            return ""
        if len(pieces(text, "→")) > 1:
            return _mapped(text, self.words.states.name, self.words.states.name)
        return self.words.states.name(text)

    def _more(
        self, made: dict[str, Any], path: Path, line: Line, keys: Mapping[str, str], read: Callable[[str, str], Any]
    ) -> None:
        """The clauses of the column 其他."""
        words = {fold(word): key for key, word in keys.items()}
        for clause in pieces(line.cells["more"], "\n"):
            word, colon, said = clause.replace("：", ":", 1).partition(":")
            key = words.get(fold(word), "")
            spot = line.spot("more")
            if not key or not colon or not said.strip() or key in made:
                wrong = f"“{word}”写了两次" if key in made else f"看不懂 {clause}{did_you_mean(word, keys.values())}"
                self.wrong("D51", spot, wrong, f"一行一项,开头可写:{'、'.join(f'{w}:' for w in keys.values())}")
                continue
            self.sheet.spots[(*path, key)] = spot
            try:
                found = read(key, said.strip())
                made[key] = found[0] if isinstance(found, list) and len(found) == 1 else found
            except ValueError as error:
                self.misread(spot, error, f"{word}:")

    def _clause(self, key: str, said: str) -> Any:
        words = self.words
        if key == "sets":
            sets = [self._set(part) for part in pieces(said, ";；")]
            if len(dict(sets)) < len(sets):
                raise ValueError(f"“{said}”里同一事项写了两次")
            return dict(sets)
        if key in ("voids", "pauses", "carries"):
            return words.fields.name(said)
        if key == "lends":
            return _mapped(said, words.parties.name, words.fields.name)
        if key == "also":
            return _mapped(said, words.entries.name, words.actions.name)
        return length(said) if key == "undoes" else words.actions.list(said)

    def _set(self, said: str) -> tuple[str, str]:
        match = re.fullmatch(r"(.+?)取(?:“([^”]*)”所填的)?“([^”]*)”", said)
        if match is None:
            raise Misread("改定什么", said, "完成时限取“时限”、完成时限取“申请延期”所填的“时限”")
        of = f" of {self.words.actions.name(match[2])}" if match[2] is not None else ""
        return self.words.changed.name(match[1]), self.words.fields.name(match[3]) + of

    def _duty(self, line: Line) -> dict[str, Any]:
        path: Path = ("duties", line.cells["code"].strip())
        made: dict[str, Any] = {"label": line.cells["label"].strip()}
        self.put(made, (*path, "of"), line, "of", self._owner, needed=True)
        self.put(made, (*path, "due"), line, "due", self._due, needed=True)
        self.put(made, (*path, "met_by"), line, "met_by", self.words.actions.list, needed=True)
        self._more(made, path, line, tables.DUTY_MORE, self._duty_clause)
        return made

    def _owner(self, text: str) -> str:
        words = fold(text)
        if words.endswith(tables.EACH):
            return f"each {self.words.parties.name(words.removesuffix(tables.EACH))}"
        return self.words.parties.name(text)

    def _due(self, text: str) -> Any:
        found: dict[str, Any] = {}
        for part in pieces(text, ";；\n"):
            kind, *said = pieces(part, ":：")
            if len(said) > 1:
                raise Misread("时限", part, "时限,或 类别:时限;一个类别只写一个冒号")
            name = self.words.categories.name(kind) if said else ""
            if name in found:
                raise ValueError(f"“{kind}”的时限写了两次" if name else "写了两个时限,各类别不同的写作 类别:时限")
            found[name] = self.words.phrases.due(said[0] if said else kind)
        return found[""] if list(found) == [""] else found

    def _duty_clause(self, key: str, said: str) -> Any:
        if key == "waits":
            return self.words.states.list(said)
        return self.words.actions.list(said) if key == "dated" else length(said)

    def _origin(self) -> None:
        made: dict[str, Any] = {}
        for line in self.lines.get(tables.ORIGIN, ()):
            item, old = line.cells["item"].strip(), line.cells["old"].strip()
            self.sheet.spots[("migrates",)] = line.spot("item")
            if item == tables.OLD_LAW:
                made["from"] = old
            elif item == tables.OLD_STATE:
                self.put(
                    made.setdefault("states", {}),
                    ("migrates", "states", old),
                    line,
                    "new",
                    self.words.states.name,
                    needed=True,
                )
            elif item == tables.OLD_DUTY:
                gone = fold(line.cells["new"]) == tables.GONE
                made.setdefault("duties", {})[old] = None
                if not gone:
                    at: Path = ("migrates", "duties", old)
                    self.put(made["duties"], at, line, "new", self.words.duties.name, needed=True)
            else:
                items = (tables.OLD_LAW, tables.OLD_STATE, tables.OLD_DUTY)
                self.wrong("D51", line.spot("item"), f"没有“{item}”这个事项{did_you_mean(item, items)}")
        if made:
            self.data["migrates"] = made


def _whole(text: str) -> int:
    if not re.fullmatch(r"\d{1,6}", text.strip()):
        raise ValueError(f"“{text}”不是整数,版本写作 1、2、3")
    return int(text)


def _day(text: str) -> str:
    match = re.fullmatch(r"(\d{4})[-年/.](\d{1,2})[-月/.](\d{1,2})日?", text.strip())
    if match is None:
        raise ValueError(f"“{text}”不是日期,写作 2021-03-25")
    return f"{match[1]}-{int(match[2]):02d}-{int(match[3]):02d}"


def _options(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in filter(str.strip, text.split("\n")):
        match = re.fullmatch(r"(.*)[(（]([^()（）]+)[)）]\s*", line)
        if match is None or match[2] in found:
            raise Misread("可选项", line, "一行一项,名称(代号),代号各不相同")
        found[match[2]] = match[1].strip()
    return found


def _alternatives(text: str) -> list[str]:
    """Conditions of which one must hold: one a line, or with 或 behind a semicolon."""
    return [part.removeprefix("或者").removeprefix("或") for part in pieces(text, ";；\n")]


def _mapped(text: str, key: Callable[[str], str], value: Callable[[str], str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in pieces(text, ";；\n"):
        sides = pieces(part, "→")
        if len(sides) != 2:
            raise Misread("去向", part, "甲→乙,几项之间用分号隔开")
        name = key(sides[0])
        if name in found:
            raise ValueError(f"“{sides[0]}”写了两次")
        found[name] = value(sides[1])
    return found
