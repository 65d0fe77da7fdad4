"""Strict YAML with places: text in, a model or located problems out.

YAML 1.2 core schema only: ``true`` and ``false`` are the only booleans, so ``no``, ``on`` and ``off`` stay words;
dates stay text until a model asks for a date; numbers with a point are decimals. No duplicate keys, no aliases, no
tags.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache, cached_property
from typing import Annotated, Any, NamedTuple, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError, model_validator
from pydantic_core import CoreSchema, PydanticCustomError, core_schema
from yaml.cyaml import CParser  # type: ignore[attr-defined]
from yaml.resolver import BaseResolver

from supervise.errors import Invalid, Problem, did_you_mean

MAX_BYTES = 8_000_000
MAX_DEPTH = 40
"""Deeper than any file that says something."""
Path = tuple[str | int, ...]
T = TypeVar("T")


def _written_out(value: Any) -> Any:
    if isinstance(value, int | Decimal):
        raise ValueError("应是日期,写作 2021-03-25")
    return value


Day = Annotated[date, BeforeValidator(_written_out)]
"""A day in a file: written out, never a number."""


class Strict(BaseModel):
    """Base of every model read from a file: closed key set, frozen, unknown keys answered with the nearest one."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)  # most commands read few of the models

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, data: Any) -> Any:
        if isinstance(data, dict):
            known = [f.alias or name for name, f in cls.model_fields.items()]
            for key in data:
                if key not in known:
                    raise PydanticCustomError(
                        "unknown_key", "没有“{key}”这个键{hint}", {"key": key, "hint": did_you_mean(str(key), known)}
                    )
        return data

    @cached_property
    def written(self) -> Mapping[str, Any]:
        """What the file says, word for word; empty for what is not the whole of a file."""
        return {}


class Place(NamedTuple):
    """Where something stands in a file: line and column from 1, and where the text of a value begins, if it is one."""

    line: int
    column: int
    text: tuple[int, int] | None = None


@dataclass(frozen=True)
class Document:
    """Plain data read from YAML, with the place of every key and value.

    Args:
        data: dicts, lists, text, ints, Decimals, booleans, None.
        file: the file's name for messages.
        places: path → where it stands; of a value with a key, where the key stands.
    """

    data: Any
    file: str
    places: dict[Path, Place] = field(repr=False)

    def place(self, path: Sequence[str | int]) -> Place | None:
        """Where the thing at ``path`` stands, or the nearest enclosing thing."""
        steps = tuple(path)
        while steps not in self.places and steps:
            steps = steps[:-1]
        return self.places.get(steps)

    def line(self, path: Sequence[str | int]) -> int | None:
        """Line of the thing at ``path``, or of the nearest enclosing thing."""
        place = self.place(path)
        return place.line if place is not None else None

    def problem(self, code: str, path: Sequence[str | int], text: str, help: str = "", word: object = "") -> Problem:
        """A problem with the thing at ``path``, or with a ``word`` written somewhere in it."""
        place = self.place(path)
        line, column = (place.line, place.column) if place is not None else (None, None)
        if word != "" and tuple(path) in self.places:
            line, column = self._written(tuple(path), str(word)) or (line, column)
        return Problem(code, text, self.file, line, column, ".".join(str(p) for p in path), help=help)

    def _written(self, path: Path, word: str) -> tuple[int, int] | None:
        """Line and column of the first time that a word stands alone in the value at ``path``."""
        value: Any = self.data
        for step in path:
            value = value[step]
        if isinstance(value, dict):
            if word in value:
                return self.places[*path, word][:2]
            inner: Iterable[str | int] = value
        elif isinstance(value, list):
            inner = range(len(value))
        else:
            place = self.places[path]
            found = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", str(value))
            if found is None:
                return None
            return (place.text[0], place.text[1] + found.start()) if place.text is not None else place[:2]
        return next((there for step in inner if (there := self._written((*path, step), word))), None)


class _Resolver(BaseResolver):
    """The YAML 1.2 core schema."""


class _Dumper(yaml.SafeDumper):
    """Quotes what YAML 1.1 or 1.2 would take for something else than text."""


def _as_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Line ends that only some systems know are written as escapes."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, '"' if re.search(_ODD_ENDS, text) else None)


_ODD_ENDS = "[\x85\u2028\u2029\ufeff]"
_Dumper.add_representer(str, _as_text)

for _tag, _pattern, _first in (
    ("bool", r"(?:true|false)$", "tf"),
    ("int", r"[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
    ("null", r"(?:~|null|)$", ["~", "n", ""]),
):
    for _kind in (_Resolver, _Dumper):
        _kind.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


_PLAIN = _Resolver()


class _Loader(CParser, _Resolver):
    def __init__(self, text: str) -> None:
        CParser.__init__(self, text)
        _Resolver.__init__(self)


MAX_DIGITS = 40
"""More digits than any number of an office has; what is longer is a slip of the hand."""


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError(text)
    return int(text)


def _decimal(text: str) -> Decimal:
    number = Decimal(text) if len(text) <= MAX_DIGITS else Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > MAX_DIGITS:
        raise ValueError(text)
    return number


_SCALARS: dict[str, Callable[[str], Any]] = {
    "bool": lambda text: text == "true",
    "int": _integer,
    "float": _decimal,
    "null": lambda text: None,
    "str": str,
}


class _Walk:
    """One pass over the node tree: builds the data and notes the place of every path."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.places: dict[Path, Place] = {}
        self.seen: set[int] = set()

    def fail(self, code: str, node: yaml.Node, text: str) -> Invalid:
        mark = node.start_mark
        return Invalid(Problem(code, text, file=self.file, line=mark.line + 1, column=mark.column + 1))

    def value(self, node: yaml.Node, path: Path, key: yaml.Node | None = None) -> Any:
        if id(node) in self.seen:
            raise self.fail("Y03", node, "不支持 YAML 的锚点和别名(&、*),请把内容写全")
        self.seen.add(id(node))
        if len(path) > MAX_DEPTH:
            raise self.fail("Y01", node, "嵌套太深")
        mark = (key or node).start_mark
        self.places[path] = Place(mark.line + 1, mark.column + 1, _text_begins(node))
        plain = not getattr(node, "style", "")
        if node.tag != _PLAIN.resolve(type(node), node.value, (plain, not plain)):  # type: ignore[no-untyped-call]
            raise self.fail("Y01", node, f"不支持 YAML 标签 {node.tag},请删去")
        if isinstance(node, yaml.MappingNode):
            return dict(self.pairs(node, path))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*path, i)) for i, child in enumerate(node.value)]
        try:
            return _SCALARS[str(node.tag).rpartition(":")[2]](node.value)
        except (ValueError, ArithmeticError):
            raise self.fail("Y06", node, "这个数太大或太长;若不是数,请加引号") from None

    def pairs(self, node: yaml.MappingNode, path: Path) -> Iterator[tuple[str, Any]]:
        first: dict[str, int] = {}
        for key, child in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self.fail("Y01", key, "键只能是一个词")
            name = str(key.value)
            if name in first:
                raise self.fail("Y02", key, f"键“{name}”重复,第 {first[name]} 行已经写过")
            first[name] = key.start_mark.line + 1
            yield name, self.value(child, (*path, name), key)


def _text_begins(node: yaml.Node) -> tuple[int, int] | None:
    """Where the first character of a text on one line stands; ``None`` if the columns of its words cannot be told."""
    start, end = node.start_mark, node.end_mark
    if not isinstance(node, yaml.ScalarNode) or start.line != end.line:
        return None
    quotes = end.column - start.column - len(node.value)
    return (start.line + 1, start.column + 1 + quotes // 2) if quotes in (0, 2) else None


def parse(text: str, file: str = "") -> Document:
    """Read YAML text into data with places.

    Args:
        text: the file's text.
        file: its name for messages.

    Raises:
        Invalid: Y01 not YAML, Y02 duplicate key, Y03 alias, Y07 empty, binary or too large.
    """
    if len(text) > MAX_BYTES // 4 and len(text.encode(errors="surrogatepass")) > MAX_BYTES:
        raise Invalid(Problem("Y07", f"文件超过 {MAX_BYTES // 1_000_000} MB,不像人写的文件", file=file))
    if re.search("[\0\ud800-\udfff]", text) or text.count("\ufffd") * 100 > len(text):
        raise Invalid(Problem("Y07", "不是文本文件(或不是 UTF-8 编码)", file=file, help="请另存为 UTF-8 文本"))
    walk = _Walk(file)
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise Invalid(Problem("Y07", "文件是空的", file=file, line=1))
        return Document(walk.value(node, ()), file, walk.places)
    except yaml.MarkedYAMLError as error:
        unclosed = any(words in str(error.problem) for words in ("']'", "'}'", "unexpected end of stream"))
        mark = (error.context_mark if unclosed else None) or error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (None, None)
        said = f"YAML 写法有误:{_said(error.problem)}"
        raise Invalid(Problem("Y01", said, file=file, line=line, column=column)) from None
    except yaml.YAMLError as error:
        raise Invalid(Problem("Y01", f"YAML 写法有误:{_said(str(error))}", file=file)) from None
    except RecursionError:
        raise Invalid(Problem("Y01", "嵌套太深", file=file)) from None
    finally:
        loader.dispose()


# Words of libyaml → what a clerk should look for.
_SLIPS = {
    "mapping values are not allowed": "这里不该有冒号:上一行缩进不齐,或文字里的冒号没有加引号",
    "could not find expected ':'": "这里少一个冒号",
    "cannot start any token": "行首有制表符(Tab)或特殊符号:缩进请用空格,文字请加引号",
    "expected ',' or ']'": "方括号 [ ] 没有写完,或少了逗号",
    "expected ',' or '}'": "花括号 { } 没有写完,或少了逗号",
    "expected '-' indicator": "列表缩进不齐,或少了开头的“- ”",
    "expected key": "缩进不齐,或引号后面多了字",
    "unexpected end of stream": "引号没有收尾",
    "another document": "一个文件只能有一份内容,不能有多个 ---",
    "undefined alias": "不支持锚点和别名(&、*),以 * 开头的文字请加引号",
    "maximum nesting depth": "嵌套太深",
    "control characters": "含有看不见的控制字符,请删去",
}


def _said(problem: str | None) -> str:
    text = str(problem or "").splitlines()[0] if problem else "看不懂"
    return next((chinese for english, chinese in _SLIPS.items() if english in text), text)


_MESSAGES = {
    "missing": "缺少“{key}”",
    "string_type": "应是文字",
    "int_type": "应是整数",
    "int_parsing": "应是整数",
    "int_from_float": "应是整数",
    "greater_than_equal": "应不小于 {ge}",
    "greater_than": "应大于 {gt}",
    "decimal_parsing": "应是数字",
    "decimal_type": "应是数字",
    "bool_type": "应是 true 或 false",
    "bool_parsing": "应是 true 或 false",
    "dict_type": "应是“键: 值”的形式",
    "model_type": "应是“键: 值”的形式",
    "model_attributes_type": "应是“键: 值”的形式",
    "list_type": "应是列表",
    "tuple_type": "应是列表",
    "date_type": "应是日期,写作 2021-03-25",
    "date_parsing": "应是日期,写作 2021-03-25",
    "date_from_datetime_parsing": "应是日期,写作 2021-03-25",
    "date_from_datetime_inexact": "应是日期,写作 2021-03-25,不带时刻",
}


def _place(document: Document, steps: Sequence[str | int]) -> Path:
    """The steps that are places of the file; where one of several kinds may stand, pydantic adds the kind."""
    path: Path = ()
    for step in steps:
        path = (*path, step) if (*path, step) in document.places else path
    return path


def _translate(document: Document, error: Any) -> Problem:
    path, kind = _place(document, error["loc"]), error["type"]
    context = error.get("ctx") or {}
    if kind == "unknown_key":
        return document.problem("Y04", (*path, context["key"]), error["msg"])
    if kind == "missing":
        return document.problem("Y05", path, _MESSAGES[kind].format(key=error["loc"][-1]))
    if kind == "literal_error":
        wanted = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        text = f"不能写“{error['input']}”{did_you_mean(str(error['input']), wanted)}"
    elif kind == "date_from_datetime_parsing" and re.fullmatch(r"\d{4}-\d\d-\d\d", str(error["input"])):
        text = f"没有这个日期:{error['input']}"
    elif kind == "value_error":
        text = str(context.get("error", error["msg"]))
    elif kind in ("list_type", "tuple_type") and isinstance(error["input"], bool):
        text = "应是名字或列表;true、false 是“是、否”,要作名字请加引号,如 'false',或换一个名字"
    else:
        text = _MESSAGES[kind].format(**context) if kind in _MESSAGES else str(error["msg"])
    return document.problem("Y06", path, text)


@dataclass(frozen=True, slots=True)
class ReadBy:
    """Marks a field that a function reads; unlike ``PlainValidator`` it spends no time on how to write it back."""

    func: Callable[[Any], Any]

    def __get_pydantic_core_schema__(self, source: object, handler: object) -> CoreSchema:
        """What pydantic asks of an annotation."""
        given = core_schema.any_schema()
        return core_schema.no_info_plain_validator_function(self.func, json_schema_input_schema=given)


@cache
def _adapter(model: Any) -> TypeAdapter[Any]:
    """What checks a kind of file; to build it costs more than to check a file by it."""
    return TypeAdapter(model)


def validate(document: Document, model: type[T]) -> T:
    """Turn a document into ``model``, or raise with every problem at its line.

    Raises:
        Invalid: Y04 unknown key, Y05 missing key, Y06 wrong value; all of them at once.
    """
    kind: Any = model
    try:
        made: T = _adapter(kind).validate_python(document.data)
        if isinstance(made, Strict):
            made.__dict__["written"] = document.data  # beside the fields: what two files mean is compared without it
        return made
    except ValidationError as error:
        found: dict[tuple[str, str], Problem] = {}
        for problem in dict.fromkeys(_translate(document, e) for e in error.errors(include_url=False)):
            before = found.get((problem.code, problem.path)) if problem.code == "Y06" else None
            key = (problem.code, problem.path if problem.code == "Y06" else str(problem))
            found[key] = replace(problem, text=f"{before.text},或{problem.text}") if before else problem
        raise Invalid(found.values()) from None


def read(text: str, file: str, model: type[T]) -> T:
    """``parse`` and ``validate`` in one step."""
    return validate(parse(text, file), model)


def dump(data: Any) -> str:
    """Plain data as YAML a person can edit: block style, Chinese as it is, keys in the order given."""
    return str(yaml.dump(data, None, _Dumper, allow_unicode=True, sort_keys=False, width=100, default_flow_style=False))
