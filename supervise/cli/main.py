"""The counter, ``supervise COMMAND``: one way of saying what went wrong, and the exit codes.

Exit codes: 0 done, 1 rows, log and hashes differ (or a fault of ours), 2 usage, 3 refused, 4 invalid file, 5 not
found, 6 stale, 130 interrupted.

Only click is imported here: what a command needs, it imports when it runs, so that help stays instant.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from supervise.cli import (
    archives,
    calendars,
    comparing,
    contesting,
    db,
    design,
    exempting,
    judge,
    keep,
    marks,
    notices,
    outbox,
    pictures,
    press,
    rehearse,
    reminding,
    schema,
    tables,
    versions,
    work,
    yearend,
)  # fmt: skip
from supervise.cli.fitting import fit
from supervise.cli.shell import Group, explain

if TYPE_CHECKING:
    from supervise.cli.output import Counter, Unsaid
    from supervise.errors import Problem

EXITS = {"Diverged": 1, "Refused": 3, "Invalid": 4, "Unknown": 5, "Stale": 6}
MOST = 200
"""Problems shown on a terminal; JSON has all of them."""


@click.group(
    cls=Group,
    invoke_without_command=True,
    context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100},
)
@click.version_option(None, "--version", package_name="supervise", message="supervise %(version)s", help="显示版本")
@click.pass_context
def cli(context: click.Context) -> None:
    """督查督办:从通知到任务,从交办到考核。

    每个命令都可加 --json、--db、--definitions、--district(后三个也可写成环境变量
    SUPERVISE_DB、SUPERVISE_DEFINITIONS、SUPERVISE_DISTRICT);查询类命令都可加 --as-of 日期。

    退出码:0 办成,1 对不上(或程序出错),2 命令写错,3 现在不能办,4 文件有误,5 找不到,6 别人先办了。
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help(), err=True)
        context.exit(2)


for _command in (
    design.init, design.check, notices.intake, notices.assign,
    work.list_, work.show, work.log, work.owed, work.do, work.tick,
    press.orders, press.lights, reminding.remind, marks.mark, marks.marks, marks.unmark,
    judge.board, judge.why, contesting.contest, contesting.objections, contesting.uphold,
    yearend.assess, yearend.replay_rules, yearend.carry, comparing.compare, reminding.burden, exempting.exemptions,
    pictures.diagram, pictures.chart, pictures.review, tables.table,
    design.replay, keep.audit, keep.export, keep.restore, archives.retire,
    versions.diff, versions.approve, versions.migrate, rehearse.simulate, rehearse.walk,
    schema.schema, notices.units, calendars.calendar, outbox.outbox, db.db,
):  # fmt: skip
    cli.add_command(_command)


ALONE: Any = getattr(click.exceptions, "NoArgsIsHelpError", ())
"""A group named without a command: its help says more than what is missing; older versions of click print it so."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command line and exit with its code; no traceback reaches a user unless SUPERVISE_DEBUG is set."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):  # a terminal that lacks a character shows its code, and nothing fails
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(_run(given))


def _run(given: Sequence[str]) -> int:
    counters: list[Counter] = []
    try:
        _readable(given)
        result = cli.main(list(given), prog_name="supervise", standalone_mode=False, obj=counters)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.exceptions.Abort:
        click.echo("已中断:办完的都在,没有办完的没有入库", err=True)
        return 130
    except ALONE as error:
        click.echo(error.format_message(), err=True)
        return 2
    except click.ClickException as error:
        return _told("Usage", [_usage(error, given)], "--json" in given, 2)
    except Exception as error:
        from supervise.cli.output import Unsaid
        from supervise.errors import SuperviseError

        kept = any(counter.kept for counter in counters)
        if isinstance(error, Unsaid):
            return _told("Unsaid", [_unsaid(error, kept)], False, EXITS["Invalid"])
        if isinstance(error, SuperviseError):
            name = type(error).__name__
            return _told(name, error.problems, "--json" in given, EXITS[name])
        if os.environ.get("SUPERVISE_DEBUG"):
            raise
        return _told("Unexpected", [_fault(error, kept)], "--json" in given, 1)


def _readable(given: Sequence[str]) -> None:
    """See that the terminal and we write in the same code; only names of files may be in another."""
    for number, word in enumerate(given, 1):
        if not word.isprintable() and any("\ud800" <= sign <= "\udfff" for sign in word) and not os.path.exists(word):
            text = f"第 {number} 个词是乱码:终端写的不是 {sys.getfilesystemencoding()}"
            raise click.UsageError(f"{text},多半是 GBK;请把终端设成 UTF-8,文件名也一样")


def _told(name: str, problems: Sequence[Problem], json: bool, code: int) -> int:
    """Say what is wrong, and give the exit code."""
    if json:
        from supervise.cli.output import Unsaid, print_json

        try:
            print_json({"error": name, "problems": [p.as_dict() for p in problems]})
            return code
        except Unsaid:  # standard output is what failed: say it on the other one
            pass
    room = shutil.get_terminal_size().columns if sys.stderr is not None and sys.stderr.isatty() else 0
    for problem in problems[:MOST]:
        click.echo(fit(str(problem), room) if room else str(problem), err=True)
    if len(problems) > MOST:
        click.echo(f"…… 共 {len(problems)} 处", err=True)
    return code


def _usage(error: click.ClickException, given: Sequence[str]) -> Problem:
    from supervise.errors import Problem

    text = explain(error, cli.commands) if isinstance(error, click.UsageError) else error.format_message()
    command = next((word for word in given if word in cli.commands), "")
    known = getattr(cli.commands.get(command), "commands", {})
    command = " ".join([command, *(word for word in given[1:2] if word in known)])
    return Problem("C01", f"命令写错了:{text}", help=f"用法见 {' '.join(filter(None, ('supervise', command)))} --help")


def _unsaid(error: Unsaid, kept: bool) -> Problem:
    """A result that nobody has got."""
    from supervise.errors import Problem

    done = "办的事已经入库,不要再办一遍;用 list、show 看" if kept else "数据没有改动;换个地方再要一次"
    return Problem("F07", f"结果写不到要去的地方:{error}", help=done)


def _fault(error: Exception, kept: bool) -> Problem:
    """What nobody foresaw: said in one line, with what has become of the data."""
    from supervise.errors import Problem

    text = f"出了意外:{type(error).__name__}: {' '.join(str(error).split())[:300]}"
    done = "数据已经入库,只是后面的步骤没有做完" if kept else "数据没有改动"
    return Problem("C02", text, help=f"{done}。请把这几行报告给维护人员;设 SUPERVISE_DEBUG=1 再运行可看到详情")
