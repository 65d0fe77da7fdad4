"""The lawmaker's commands: diff migrate approve."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from supervise.cli.kinds import Day
from supervise.cli.output import Counter, actor, shared
from supervise.cli.shell import Command, option

if TYPE_CHECKING:
    from supervise.hall.versions import Change, Map
    from supervise.office import Office
    from supervise.people import Actor
    from supervise.site.folder import Source
    from supervise.store.database import Sessions
    from supervise.workflows.difference import Difference
    from supervise.workflows.migration import Plan


@click.command(
    cls=Command,
    short_help="两版流程、办法有什么不同",
    examples=(
        "supervise diff key-work@1 key-work@2",
        "supervise diff definitions/rules/red-black.yaml 修订稿/red-black.yaml",
        "supervise diff definitions 修订稿",
    ),
)
@click.argument("old", metavar="旧")
@click.argument("new", metavar="新")
@shared
def diff(counter: Counter, old: str, new: str) -> None:
    """逐项列出两版的不同:状态、动作、应办、字段、角色;办法则是分值、权重、名次、督查单各级。

    旧和新写名称(如 key-work@1)、文件或文件夹;两个文件夹按名称一份一份地比。末尾的印记供审定时核对。
    """
    from supervise.cli import lawfaces
    from supervise.site.approvals import shown

    found = list(_compared(counter, old, new))
    data = {"differences": [one.as_dict() | {"shown": shown(one)} for one in found]}
    counter.answer(data, lambda: lawfaces.differences([(one, shown(one)) for one in found]))


def _compared(counter: Counter, old: str, new: str) -> Iterator[Difference]:
    """Every pair of files that the two words mean."""
    from supervise.errors import Problem, Unknown, did_you_mean
    from supervise.workflows.difference import difference

    olds, news = _files(counter, old), _files(counter, new)
    if len(olds) == len(news) == 1:
        yield difference(next(iter(olds.values())).value, next(iter(news.values())).value)
        return
    pairs = [name for name in news if name in olds]
    if not pairs:
        text = f"{old} 和 {new} 里没有同名的流程或办法{did_you_mean(next(iter(news), ''), olds)}"
        raise Unknown(Problem("F02", text))
    for name in pairs:
        yield difference(olds[name].value, news[name].value)


def _files(counter: Counter, word: str) -> dict[str, Source[Any]]:
    """What a word means, by name without version: a folder, a file, or a name in the folder or the register."""
    from supervise.site.folder import read_file, read_folder

    path = Path(word)
    if path.is_dir():
        folder = read_folder(path).sound()
        every: list[Source[Any]] = [*folder.definitions.values(), *folder.rules.values()]
        every.sort(key=lambda source: int(source.value.version))
        return {source.value.name.partition("@")[0]: source for source in every}
    if path.is_file() or path.suffix == ".yaml":
        source = read_file(path)
    else:
        with _looking(counter) as (office, session):
            source = office.source(session, word)
    return {source.value.name.partition("@")[0]: source}


def _looking(counter: Counter) -> Any:
    """An office and a session on the database, or none where there is no database."""
    from contextlib import nullcontext

    from supervise.errors import Unknown

    try:
        counter.has_file()
    except Unknown:
        return nullcontext((counter.office(), None))
    return counter.reading(begun=False)


@click.command(
    cls=Command,
    short_help="把在办的任务改到新版流程",
    examples=(
        "supervise migrate key-work@1 key-work@2 --dry-run",
        "supervise migrate key-work@1 key-work@2 --day 2026-01-04 --by 张某",
        "supervise migrate key-work@1 key-work@2 --revert",
    ),
)
@click.argument("old", metavar="旧")
@click.argument("new", metavar="新")
@option("--dry-run", is_flag=True, help="只列出每项任务会怎样,什么都不改")
@option("--map", "map_", metavar="文件", default="", help="新旧对照表", otherwise="新流程里的 migrates")
@option("--revert", is_flag=True, help="退回旧版;改了以后还没有办过事的才能退")
@option("--day", type=Day(), default=None, metavar="日期", help="从哪天起按新版办", otherwise="今天")
@option("--as", "as_", default="督查室", metavar="单位", help="谁改", otherwise="督查室")
@option("--by", "person", default="", metavar="姓名", help="经办人")
@shared
def migrate(
    counter: Counter,
    old: str,
    new: str,
    dry_run: bool,
    map_: str,
    revert: bool,
    day: date | None,
    as_: str,
    person: str,
) -> int:
    """把旧版流程下在办的任务逐项改到新版:先加 --dry-run 看每项的新旧状态和应办,再真改。

    已经生出的应办按生出时的流程算期限,以后的按新流程;固定日期的,看那一天在改之前还是之后。没有对应的状态或应办,
    这一项就不动,并说明对照表里要写什么(退出码 3)。一项一改,各自入库,记入办理记录,可用 --revert 退回。
    """
    from supervise.cli import lawfaces
    from supervise.hall.versions import Change
    from supervise.store.database import reading

    office, sessions = counter.office(), counter.sessions()
    change = Change(old, new, _map(map_) if map_ else None, revert)
    by = actor(office, as_, person)
    with reading(sessions) as session:
        counter.in_district(session)
        plans: Sequence[Plan] = office.migration(session, change, by, day)
        words = office.lifecycle(session, plans[0].task.definition).wording if plans else None
        target = office.lifecycle(session, (office.named(old if revert else new))).wording
    if not dry_run:
        plans = [_moved(counter, office, sessions, change, plan, by, day) for plan in plans]
    data = lawfaces.migration_data(
        plans, words, target, dry_run, revert, day or office.today(), office.calendar.provisional
    )
    counter.answer(
        {"old": old, "new": new, **data},
        lambda: lawfaces.migration(plans, words, target, dry_run, revert, office.calendar.provisional),
    )
    return 3 if any(plan.step is None for plan in plans) else 0


def _moved(
    counter: Counter, office: Office, sessions: Sessions, change: Change, plan: Plan, by: Actor, day: date | None
) -> Plan:
    """One task in a transaction of its own; what stops it is part of the answer."""
    from dataclasses import replace

    from supervise.errors import Refused, Stale
    from supervise.store.database import writing

    if plan.step is None:
        return plan
    try:
        with writing(sessions) as session:
            made = office.migrate(session, plan.task.code, change, by, day)
        counter.kept = True
        return made
    except (Refused, Stale) as error:
        return replace(plan, problems=error.problems, step=None)


def _map(file: str) -> Map:
    from supervise.hall.versions import Map
    from supervise.reading import parse, validate
    from supervise.site.texts import read_text
    from supervise.workflows.definition import Migrates

    document = parse(read_text(Path(file)), file)
    return Map(validate(document, Migrates), document)


@click.command(
    cls=Command,
    short_help="审定一版流程或办法",
    examples=(
        "supervise approve key-work@2 --by 李某",
        "supervise approve key-work@2 --by 李某 --against key-work@1 --shown 3fa2",
    ),
)
@click.argument("name", metavar="名称")
@option("--by", "person", required=True, metavar="姓名", help="谁审定")
@option("--as", "as_", default="督查室", metavar="单位", help="以谁的名义", otherwise="督查室")
@option("--day", type=Day(), default=None, metavar="日期", help="审定之日", otherwise="今天")
@option("--against", default="", metavar="旧版", help="与哪一版对照", otherwise="前一版")
@option("--shown", default="", metavar="印记", help="看过的不同之处的印记(supervise diff 末尾),对不上就不审定")
@option("--report", default="", metavar="印记", help="试算报告的印记(supervise replay-rules 末尾),对不上就不审定")
@option("--scores", multiple=True, metavar="名称=表格", help="试算时用的分数表")
@shared
def approve(
    counter: Counter,
    name: str,
    person: str,
    as_: str,
    day: date | None,
    against: str,
    shown: str,
    report: str,
    scores: tuple[str, ...],
) -> None:
    """记下谁在哪天审定了哪一稿,看的是哪些不同;与公布件一样编号、封存,改不了。

    计分的办法,已按前一版公布过的,须先试算(supervise replay-rules),再写 --report 印记。
    设了 SUPERVISE_APPROVED_ONLY=1,没有审定的流程和办法一律不能启用:不能交办、办理、发督查单、公布。
    """
    from supervise.cli import lawfaces
    from supervise.cli.yearend import filed

    with counter.writing(create=True) as (office, session):
        made = office.approve(
            session, name, actor(office, as_, person), day, shown, against, report, filed(office, scores)
        )
    counter.answer(lawfaces.approval_data(made), lambda: lawfaces.approval(made))
