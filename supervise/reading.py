"""Strict YAML with places: text in, a model or located problems out.

YAML 1.2 core schema only: ``true`` and ``false`` are the only booleans, so ``no``, ``on`` and ``off`` stay words;
dates stay text until a model asks for a date; numbers with a point are decimals. No duplicate keys, no aliases, no
tags.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, model_validator
from pydantic_core import PydanticCustomError
from yaml.cyaml import CParser  # type: ignore[attr-defined]
from yaml.resolver import BaseResolver

from supervise.errors import Invalid, Problem, did_you_mean

MAX_BYTES = 8_000_000
Path = tuple[str | int, ...]
T = TypeVar("T")


class Strict(BaseModel):
    """Base of every model read from a file: closed key set, frozen, unknown keys answered with the nearest one."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, data: Any) -> Any:
        if isinstance(data, dict):
            known = {f.alias or name for name, f in cls.model_fields.items()}
            for key in data:
                if key not in known and key not in cls.model_fields:
                    raise PydanticCustomError(
                        "unknown_key", "没有“{key}”这个键{hint}", {"key": key, "hint": did_you_mean(str(key), known)}
                    )
        return data


@dataclass(frozen=True)
class Document:
    """Plain data read from YAML, with the line of every key and value.

    Args:
        data: dicts, lists, text, ints, Decimals, booleans, None.
        file: the file's name for messages.
        lines: path → 1-based line.
    """

    data: Any
    file: str
    lines: dict[Path, int] = field(repr=False)

    def line(self, path: Sequence[str | int]) -> int | None:
        """Line of the thing at ``path``, or of the nearest enclosing thing."""
        steps = tuple(path)
        while steps not in self.lines and steps:
            steps = steps[:-1]
        return self.lines.get(steps)

    def problem(self, code: str, path: Sequence[str | int], text: str, help: str = "") -> Problem:
        """A problem with the thing at ``path``."""
        return Problem(code, text, file=self.file, line=self.line(path), path=".".join(str(p) for p in path), help=help)


class _Resolver(BaseResolver):
    """The YAML 1.2 core schema."""


for _tag, _pattern, _first in (
    ("bool", r"(?:true|false)$", "tf"),
    ("int", r"[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
    ("null", r"(?:~|null|)$", ["~", "n", ""]),
):
    _Resolver.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


class _Loader(CParser, _Resolver):
    def __init__(self, text: str) -> None:
        CParser.__init__(self, text)
        _Resolver.__init__(self)


_SCALARS: dict[str, Callable[[str], Any]] = {
    "bool": lambda text: text == "true",
    "int": int,
    "float": Decimal,
    "null": lambda text: None,
    "str": str,
}


class _Walk:
    """One pass over the node tree: builds the data and notes the line of every path."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Path, int] = {}
        self.seen: set[int] = set()

    def fail(self, code: str, node: yaml.Node, text: str) -> Invalid:
        return Invalid(Problem(code, text, file=self.file, line=node.start_mark.line + 1))

    def value(self, node: yaml.Node, path: Path) -> Any:
        if id(node) in self.seen:
            raise self.fail("Y03", node, "不支持 YAML 的锚点和别名(&、*),请把内容写全")
        self.seen.add(id(node))
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return dict(self.pairs(node, path))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*path, i)) for i, child in enumerate(node.value)]
        kind = str(node.tag).rpartition(":")[2]
        if kind not in _SCALARS:
            raise self.fail("Y01", node, f"不支持 YAML 标签 {node.tag}")
        return _SCALARS[kind](node.value)

    def pairs(self, node: yaml.MappingNode, path: Path) -> Iterator[tuple[str, Any]]:
        first: dict[str, int] = {}
        for key, child in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self.fail("Y01", key, "键只能是一个词")
            line, name = key.start_mark.line + 1, str(key.value)
            if name in first:
                raise self.fail("Y02", key, f"键“{name}”重复,第 {first[name]} 行已经写过")
            first[name] = line
            self.lines[(*path, name)] = line
            yield name, self.value(child, (*path, name))


def parse(text: str, file: str = "") -> Document:
    """Read YAML text into data with places.

    Args:
        text: the file's text.
        file: its name for messages.

    Raises:
        Invalid: Y01 not YAML, Y02 duplicate key, Y03 alias, Y07 empty, binary or too large.
    """
    if len(text) > MAX_BYTES:
        raise Invalid(Problem("Y07", f"文件超过 {MAX_BYTES // 1_000_000} MB,不像人写的文件", file=file))
    if "\0" in text or "\ufffd" in text:
        raise Invalid(Problem("Y07", "不是文本文件(或不是 UTF-8 编码)", file=file, help="请另存为 UTF-8 文本"))
    walk = _Walk(file)
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise Invalid(Problem("Y07", "文件是空的", file=file, line=1))
        return Document(walk.value(node, ()), file, walk.lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else None
        raise Invalid(Problem("Y01", f"YAML 写法有误:{error.problem}", file=file, line=line)) from None
    except yaml.YAMLError as error:
        raise Invalid(Problem("Y01", f"YAML 写法有误:{error}", file=file)) from None
    except RecursionError:
        raise Invalid(Problem("Y01", "嵌套太深", file=file)) from None
    finally:
        loader.dispose()


_MESSAGES = {
    "missing": "缺少“{key}”",
    "string_type": "应是文字",
    "int_type": "应是整数",
    "int_parsing": "应是整数",
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
    "date_from_datetime_parsing": "没有这个日期(应写作 2021-03-25)",
    "date_from_datetime_inexact": "应是日期,不带时刻",
}


def _translate(document: Document, error: Any) -> Problem:
    path, kind = tuple(error["loc"]), error["type"]
    context = error.get("ctx") or {}
    if kind == "unknown_key":
        return document.problem("Y04", (*path, context["key"]), error["msg"])
    if kind == "missing":
        where = path[:-1]
        return document.problem("Y05", where, _MESSAGES[kind].format(key=path[-1]))
    if kind == "literal_error":
        wanted = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        text = f"不能写“{error['input']}”{did_you_mean(str(error['input']), wanted)}"
    elif kind == "value_error":
        text = str(context.get("error", error["msg"]))
    else:
        text = _MESSAGES.get(kind, str(error["msg"]))
    return document.problem("Y06", path, text)


def validate(document: Document, model: type[T]) -> T:
    """Turn a document into ``model``, or raise with every problem at its line.

    Raises:
        Invalid: Y04 unknown key, Y05 missing key, Y06 wrong value; all of them at once.
    """
    try:
        return TypeAdapter(model).validate_python(document.data)
    except ValidationError as error:
        problems = [_translate(document, e) for e in error.errors(include_url=False)]
        raise Invalid(dict.fromkeys(problems)) from None


def read(text: str, file: str, model: type[T]) -> T:
    """``parse`` and ``validate`` in one step."""
    return validate(parse(text, file), model)


def dump(data: Any) -> str:
    """Plain data as YAML a person can edit: block style, Chinese as it is, keys in the order given."""
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=100, default_flow_style=False)
