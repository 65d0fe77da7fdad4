"""Click in Chinese: headings, kinds of values, defaults and mistakes; lines that know how wide Chinese is."""

from __future__ import annotations

import functools
import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import click

from supervise.widths import columns

F = TypeVar("F", bound=Callable[..., Any])

_HEADINGS = {"Options": "选项", "Commands": "命令", "Arguments": "参数"}
_TERM_COLUMNS, _NARROW = 30, 24
# What stays on one line: a word or a wide character, with the brackets before it and the punctuation after it.
_PIECE = re.compile(r"\s+|[(\[“《「]*(?:[\w@/\\.\-=:+#%&*'\"<>~$^|{}]+|.)[,。、;:!?)\]”》」…]*", re.ASCII)


def fill(text: str, room: int) -> list[str]:
    """The text in lines of at most ``room`` columns; Chinese breaks anywhere but before closing punctuation."""
    lines, line = [], ""
    for piece in _PIECE.findall(text):
        if line and columns(line + piece.rstrip()) > room:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()] if line else lines


def paragraphs(text: str) -> list[str]:
    """Paragraphs as single lines; no blank is put between two Chinese characters that stood on two lines."""
    found = []
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in block.splitlines()]
        joined = lines[0] if lines else ""
        for line in lines[1:]:
            joined += line if columns(joined[-1:]) == 2 or columns(line[:1]) == 2 else f" {line}"
        found.append(joined)
    return found


class ChineseFormatter(click.HelpFormatter):
    """Help with Chinese headings and columns that stand below each other, also where a terminal is very narrow."""

    def __init__(self, indent_increment: int = 2, width: int | None = None, max_width: int | None = None) -> None:
        room = max(min(shutil.get_terminal_size().columns, max_width or 80) - 2, _NARROW)
        super().__init__(indent_increment, width or room, max_width)

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The usage line."""
        self.write(f"{prefix or '用法:'}{prog} {args}".rstrip() + "\n")

    def write_heading(self, heading: str) -> None:
        """A heading."""
        super().write_heading(_HEADINGS.get(heading, heading))

    def write_text(self, text: str) -> None:
        """Paragraphs, an empty line between them."""
        indent = " " * self.current_indent
        blocks = (fill(block, self.width - self.current_indent) for block in paragraphs(text))
        self.write("\n\n".join("\n".join(indent + line for line in block) for block in blocks) + "\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = _TERM_COLUMNS, col_spacing: int = 2) -> None:
        """Terms and what they mean, side by side."""
        listed = list(rows)
        first = min(max((columns(term) for term, _ in listed), default=0), col_max) + col_spacing
        indent = " " * self.current_indent
        for term, meaning in listed:
            lines = fill(meaning, max(self.width - self.current_indent - first, 20)) or [""]
            if columns(term) > first - col_spacing:
                self.write(f"{indent}{term}\n{indent}{' ' * first}{lines[0]}\n")
            else:
                self.write(f"{indent}{term}{' ' * (first - columns(term))}{lines[0]}".rstrip() + "\n")
            for line in lines[1:]:
                self.write(f"{indent}{' ' * first}{line}\n")


click.Context.formatter_class = ChineseFormatter


class Option(click.Option):
    """An option that says in Chinese what it defaults to; ``common`` ones are listed apart.

    Args:
        common: whether every command has it.
        otherwise: what holds if it is not given, in words.
        args: as click's own.
        kwargs: as click's own.
    """

    def __init__(self, *args: Any, common: bool = False, otherwise: str = "", **kwargs: Any) -> None:
        self.common, self.otherwise = common, otherwise
        super().__init__(*args, **kwargs)

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The option with its metavar, and what it means."""
        names = ", ".join(sorted((*self.opts, *self.secondary_opts), key=len))
        term = names if self.is_flag else f"{names} {self.metavar or '文字'}"
        tail = "(必填)" if self.required else f"(不写即{self.otherwise})" if self.otherwise else ""
        tail += "(可写多次)" if self.multiple else ""
        return term, f"{self.help or ''}{tail}"


option = functools.partial(click.option, cls=Option)
"""``click.option`` with an ``Option`` of ours."""


class Command(click.Command):
    """A command whose help is Chinese, with the options that all commands share apart, and with examples.

    Args:
        examples: command lines, each with a remark or without.
        args: as click's own.
        kwargs: as click's own.
    """

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        self.examples = tuple(examples)
        kwargs.setdefault("options_metavar", "[选项]")
        super().__init__(*args, **kwargs)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """``--help``."""
        return _chinese_help(super().get_help_option(ctx))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Own options first, then the shared ones."""
        own: list[tuple[str, str]] = []
        common: list[tuple[str, str]] = []
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx) if isinstance(parameter, click.Option) else None
            if record is not None:
                (own if isinstance(parameter, Option) and not parameter.common else common).append(record)
        for heading, records in (("选项", own), ("各命令都有的选项", common)):
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The examples, as they are typed."""
        if self.examples:
            with formatter.section("例"):
                for line in self.examples:
                    formatter.write(f"{' ' * formatter.current_indent}{line}\n")


class Group(click.Group):
    """The whole set of commands, in the order of a working year."""

    command_class = Command

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"options_metavar": "[选项]", "subcommand_metavar": "命令 …"} | kwargs)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """``--help``."""
        return _chinese_help(super().get_help_option(ctx))

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order they were added, not by alphabet."""
        return list(self.commands)


def _chinese_help(option: click.Option | None) -> click.Option | None:
    if option is not None:
        option.help = "显示这份说明"
    return option


def explain(error: click.UsageError, commands: Iterable[str]) -> str:
    """What is wrong with a command line, in Chinese.

    Args:
        error: what click found.
        commands: the commands there are.
    """
    from supervise.errors import did_you_mean

    if isinstance(error, click.NoSuchOption):
        known = [name for p in _parameters(error) for name in p.opts if name.startswith("--")]
        return f"没有 {error.option_name} 这个选项{did_you_mean(error.option_name, known)}"
    if isinstance(error, click.MissingParameter):
        return f"缺少 {_name(error.param) if error.param is not None else error.param_hint}"
    if isinstance(error, click.BadParameter):
        return f"{_name(error.param) if error.param is not None else error.param_hint}:{error.message}"
    if isinstance(error, click.BadOptionUsage):
        what = "不带值" if "does not take" in error.message else "后面的值没有写全"
        return f"{error.option_name} {what}"
    if error.message.startswith("No such command"):
        word = error.message.split("'")[1]
        inner = getattr(error.ctx.command, "commands", None) if error.ctx is not None else None
        return f"没有 {word} 这个命令{did_you_mean(word, inner or commands)}"
    if error.message.startswith("Got unexpected extra argument"):
        return f"多写了“{error.message.rpartition('(')[2].rstrip(').')}”"
    return error.message


def _parameters(error: click.UsageError) -> Sequence[click.Parameter]:
    return error.ctx.command.get_params(error.ctx) if error.ctx is not None else ()


def _name(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Option):
        return max(parameter.opts, key=len)
    return (parameter.metavar or parameter.human_readable_name).strip("[]")
