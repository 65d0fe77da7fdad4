"""The counter, ``supervise COMMAND``: one way of saying what went wrong, and the exit codes.

Exit codes: 0 done, 1 rows and log differ (or a fault of ours), 2 usage, 3 refused, 4 invalid file, 5 not found, 6
stale.

Only click is imported here: what a command needs, it imports when it runs, so that help stays instant.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import click

from supervise.cli import design, judge, work
from supervise.cli.shell import Group

EXITS = {"Diverged": 1, "Refused": 3, "Invalid": 4, "Unknown": 5, "Stale": 6}


@click.group(cls=Group, context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 110})
@click.version_option(None, "--version", package_name="supervise", message="supervise %(version)s", help="显示版本")
def cli() -> None:
    """督查督办:从通知到任务,从交办到考核。

    每个命令都可加 --db、--definitions、--district(或环境变量 SUPERVISE_DB、SUPERVISE_DEFINITIONS、SUPERVISE_DISTRICT)和
    --json;查询类命令都可加 --as-of 日期。

    退出码:0 办成,1 重放与现状不符,2 命令写错,3 现在不能办,4 文件有误,5 找不到,6 别人先办了。
    """


for _command in (
    design.init, design.check, work.intake, work.assign, work.list_, work.show, work.log, work.owed, work.do, work.tick,
    judge.board, judge.why, judge.assess, design.diagram, design.replay,
):  # fmt: skip
    cli.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command line and exit with its code; no traceback reaches a user unless SUPERVISE_DEBUG is set."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(_guarded(lambda: cli.main(given, prog_name="supervise", standalone_mode=False), "--json" in given))


def _guarded(run: Callable[[], Any], json: bool) -> int:
    try:
        result = run()
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.exceptions.Abort:
        click.echo("已中断", err=True)
        return 130
    except click.UsageError as error:
        _usage(error)
        return 2
    except click.ClickException as error:
        click.echo(error.format_message(), err=True)
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if os.environ.get("SUPERVISE_DEBUG"):
            raise
        return _failed(error, json)


def _failed(error: Exception, json: bool) -> int:
    from supervise.errors import SuperviseError

    if isinstance(error, SuperviseError):
        code = EXITS[type(error).__name__]
        if json:
            from supervise.cli.output import print_json

            print_json({"error": type(error).__name__, "problems": [p.as_dict() for p in error.problems]})
        else:
            shown = error.problems[:200]
            for problem in shown:
                click.echo(str(problem), err=True)
            if len(error.problems) > len(shown):
                click.echo(f"…… 共 {len(error.problems)} 处", err=True)
        return code
    text = " ".join(str(error).split())[:300]
    click.echo(f"出了意外:{type(error).__name__}: {text}", err=True)
    click.echo("数据没有改动。请带上这行字报告给维护人员;设 SUPERVISE_DEBUG=1 再运行可看到详情", err=True)
    return 1


def _usage(error: click.UsageError) -> None:
    from supervise.errors import did_you_mean

    if isinstance(error, click.NoSuchOption):
        text = f"没有 {error.option_name} 这个选项{did_you_mean(error.option_name, error.possibilities or [])}"
    elif isinstance(error, click.MissingParameter):
        name = error.param.make_metavar(error.ctx) if error.param is not None and error.ctx else error.param_hint
        if isinstance(error.param, click.Option):
            name = error.param.opts[0]
        text = f"缺少 {name}"
    elif isinstance(error, click.BadParameter):
        text = f"{error.param.opts[0] if error.param is not None else error.param_hint}:{error.message}"
    elif error.message.startswith("No such command"):
        word = error.message.split("'")[1]
        text = f"没有 {word} 这个命令{did_you_mean(word, cli.commands)}"
    else:
        text = error.message
    path = error.ctx.command_path if error.ctx is not None else "supervise"
    click.echo(f"命令写错了:{text}", err=True)
    click.echo(f"用法见 {path} --help", err=True)
