"""Click in Chinese: headings, help option, names of the kinds of values."""

from __future__ import annotations

import click

_HEADINGS = {"Options": "选项", "Commands": "命令", "Arguments": "参数"}


class ChineseFormatter(click.HelpFormatter):
    """Help with Chinese headings."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The usage line."""
        super().write_usage(prog, args, prefix or "用法:")

    def write_heading(self, heading: str) -> None:
        """A heading."""
        super().write_heading(_HEADINGS.get(heading, heading))


click.Context.formatter_class = ChineseFormatter


class Command(click.Command):
    """A command whose help option speaks Chinese."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """``--help``."""
        return _chinese_help(super().get_help_option(ctx))


class Group(click.Group):
    """The whole set of commands, in the order of a working year."""

    command_class = Command

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
