"""The commands that send messages and say what became of them: outbox list, send, retry, replay, retire, vacancies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from supervise.cli.kinds import Day, Number, Span
from supervise.cli.output import Counter, actor, shared, terminal
from supervise.cli.shell import Group, option

if TYPE_CHECKING:
    from supervise.channels.port import Channel, Dispatch
    from supervise.hall.deliverer import Deliverer, Round


class Listing(Group):
    """A group that lists when no command is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """``outbox`` alone, or with options only, is ``outbox list``."""
        listing = not args or (args[0].startswith("-") and args[0] not in ("--help", "-h"))
        return super().parse_args(ctx, ["list", *args] if listing else args)


@click.group(cls=Listing, short_help="消息:还有哪些没发,发送,重发,谁收不到")
def outbox() -> None:
    """消息的发送:办理时写下的“要告诉谁”,由这里合并、发出,不成再发,发不出的搁置等人处理。

    什么时候发、发给单位里的谁,看 definitions/rules/sending.yaml;人和地址看 units.yaml;通道看 channels.yaml。
    只写 supervise outbox 就是 supervise outbox list。
    """


def _channels(function: Any) -> Any:
    return option(
        "--channels", envvar="SUPERVISE_CHANNELS", default="", metavar="文件",
        help="通道的设置,也可写在 SUPERVISE_CHANNELS", otherwise="当前目录的 channels.yaml,没有就打印出来",
    )(function)  # fmt: skip


@contextmanager
def _deliverer(counter: Counter, channels: str, screen: Channel | None) -> Iterator[Deliverer]:
    from supervise.channels.plain import Screen
    from supervise.channels.settings import read_channels
    from supervise.store.database import reading

    path = channels or ("channels.yaml" if os.path.isfile("channels.yaml") else "")
    found, default = read_channels(path, screen or Screen(click.echo))
    office, sessions = counter.office(), counter.sessions()
    with reading(sessions) as session:
        counter.in_district(session)
    with office.serve(sessions.kw["bind"]) as service:
        yield service.deliverer(found, default)


@outbox.command(
    "list", short_help="没发的、搁置的、每人每周收了几份", examples=("supervise outbox", "supervise outbox --weeks 8")
)
@option("--weeks", type=Number(), default=4, metavar="数", help="统计最近几周", otherwise="最近 4 周")
@shared
def list_(counter: Counter, weeks: int) -> None:
    """还没有发的、发了没成正在重发的、搁置等人处理的,和最近几周每人收了几份几条。"""
    from supervise.cli import outfaces
    from supervise.store import parcels, postbook

    with counter.reading() as (office, session):
        since, district = outfaces.first_of(office.now(), weeks), office.district
        states = (parcels.WAITING, parcels.PARKED, parcels.SENT)
        book = outfaces.Book(
            postbook.untouched(session, district),
            postbook.held(session, district),
            postbook.parcels(session, district, *states, since=since),
        )
    counter.answer(book.as_dict(), book.text)


@outbox.command(
    "send",
    short_help="发送",
    examples=(
        "supervise outbox send --dry-run",
        "supervise outbox send --channels channels.yaml --within 5m",
        "supervise outbox send --every 60s",
    ),
)
@_channels
@option("--within", type=Span(), default=None, metavar="时长", help="最多用多久,如 5m", otherwise="发完为止")
@option("--dry-run", is_flag=True, help="只看会发什么,不发")
@option("--every", type=Span(), default=None, metavar="时长", help="隔这么久再发一轮,直到 Ctrl-C 或 kill,如 60s")
@shared
def send(counter: Counter, channels: str, within: float | None, dry_run: bool, every: float | None) -> int:
    """把现在该发的发出去:一人一份,先后不乱,免打扰时段和非工作日攒着。

    发了没成的隔一阵再发,几次不成就搁置。几个人同时运行也只发一次;中途断电、被杀,再运行接着发:
    可能重一份,不会少,重的那份编号相同。有搁置的,退出码是 1,其余是 0。
    """
    from supervise.cli import outfaces

    if every is not None and (counter.json or dry_run):
        raise click.UsageError("--every 不能和 --json、--dry-run 一起写")
    kept = _Kept()
    with _deliverer(counter, channels, kept if counter.json else None) as deliverer:
        if dry_run:
            found = deliverer.preview()
            data = {"messages": [one.as_dict() for one in found.messages], "held": found.held}
            counter.answer(data, lambda: outfaces.preview(found))
            return 0
        if every is not None:
            return _again_and_again(deliverer, within, every)
        made = deliverer.run(within, _bar() if terminal() else lambda _: None)
    counter.kept = True
    data = outfaces.round_(made) | {"messages": [one.as_dict() for one in kept.sent]}
    counter.answer(data, lambda: outfaces.sent(made))
    return 1 if made.parked else 0


class _Kept:
    """A channel whose messages become a part of the JSON."""

    def __init__(self) -> None:
        self.sent: list[Dispatch] = []

    def send(self, dispatch: Dispatch) -> None:
        """Keep it."""
        self.sent.append(dispatch)


def _bar() -> Any:
    def show(made: Round) -> None:
        done = len(made.sent) + len(made.failed) + len(made.parked)
        click.echo(f"\r已发 {len(made.sent)} 份,没成 {done - len(made.sent)} 份", nl=False, err=True)

    return show


def _again_and_again(deliverer: Deliverer, within: float | None, every: float) -> int:
    """Round after round, until somebody asks for an end; the parcel at hand is finished first."""
    import signal
    from threading import Event

    from supervise.cli import outfaces

    stop, parked = Event(), 0
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        while not stop.is_set():
            made = deliverer.run(within, stop=stop.is_set)
            parked += len(made.parked)
            if made.sent or made.failed or made.parked:
                click.echo(outfaces.sent(made))
            stop.wait(every)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    click.echo("已停")
    return 1 if parked else 0


@outbox.command(
    "retry",
    short_help="搁置的再发",
    examples=("supervise outbox retry", "supervise outbox retry 区文旅局"),
)
@click.argument("who", metavar="[单位、人或地址]", default="")
@shared
def retry(counter: Counter, who: str) -> None:
    """把搁置的放回去,按现在的目录和通道重新找人,下一次 outbox send 就发。

    只写 supervise outbox retry 就是全部。已经收到的人不会再收。
    """
    from supervise.errors import Problem, Unknown, did_you_mean
    from supervise.store import parcels, postbook

    with counter.writing() as (office, session):
        parked = postbook.parcels(session, office.district, parcels.PARKED)
        known = {name for one in parked for name in (one.who, one.address) if name}
        if who and who not in known:
            text = f"没有给“{who}”的消息搁置着{did_you_mean(who, sorted(known))}"
            raise Unknown(Problem("O14", text, help="搁置的见 supervise outbox"))
        number = postbook.retry(session, office.district, who)
    told = f"放回 {number} 份,请运行 supervise outbox send" if number else "没有搁置的消息"
    counter.answer({"retried": number}, lambda: told)


@outbox.command("replay", short_help="某日以后发过的再发一遍", examples=("supervise outbox replay --since 2025-06-20",))
@option("--since", type=Day(), required=True, metavar="日期", help="从哪天发的起")
@shared
def replay(counter: Counter, since: date) -> None:
    """对方丢了数据时用:从那天起发过的,原样再发一遍,编号不变,收到过的凭编号认出来。"""
    from supervise.hall.deliverer import in_force
    from supervise.store import postbook

    with counter.writing() as (office, session):
        start = in_force(office.folder, since).midnight(since)
        number = postbook.replay(session, office.district, start, office.now())
    counter.answer({"replayed": number}, lambda: f"{number} 份将再发一遍,请运行 supervise outbox send")


@outbox.command(
    "retire",
    short_help="送到很久的消息移到文件",
    examples=(
        "supervise outbox retire 2025-01-01 --dry-run",
        "supervise outbox retire 2025-01-01 --to 消息2024.jsonl",
    ),
)
@click.argument("day", type=Day(), metavar="日期")
@option("--to", default="", metavar="文件", help="写到哪个文件(JSON Lines),不能是已经有的")
@option("--dry-run", is_flag=True, help="只看有多少,什么都不动")
@option("--as", "as_", default="督查室", metavar="单位", help="谁移的", otherwise="督查室")
@shared
def retire_(counter: Counter, day: date, to: str, dry_run: bool, as_: str) -> None:
    """把那天以前送到的消息写进文件,封存文件的杂凑值,再从库里移走;没送到、搁置的一条不动。

    每个地址最后一份留着,以后的编号接着排;任务还在办的提醒留着,免得再提醒一次。移走的不能再 replay。
    文件请与备份放在一起:以后审计,凭封存的杂凑值(export 的 publications 里)认它有没有被改过。
    """
    from supervise.cli import outfaces

    if dry_run == bool(to):
        raise click.UsageError("请写 --to 文件,或 --dry-run,两者之一")
    if dry_run:
        with counter.reading() as (office, session):
            made = office.spent(session, day)
    else:
        with counter.writing() as (office, session):
            made = office.retire_messages(session, day, to, actor(office, as_))
    data = {
        "before": day.isoformat(), "parcels": made.parcels, "letters": made.letters, "file": made.file or None,
        "serial": made.serial or None,
    }  # fmt: skip
    counter.answer(data, lambda: outfaces.retired(made))


@outbox.command("vacancies", short_help="哪些单位没有人收", examples=("supervise outbox vacancies",))
@option("--day", type=Day(), default=None, metavar="日期", help="看哪一天", otherwise="今天")
@shared
def vacancies(counter: Counter, day: date | None) -> None:
    """哪些单位该收消息的职务空缺或请假,由谁代收,谁也收不了的排在前面。"""
    from supervise.cli import outfaces
    from supervise.hall.addressing import Addressing
    from supervise.hall.deliverer import in_force

    office = counter.office()
    day = day or office.today()
    found = list(Addressing(office.directory, in_force(office.folder, day), (), "", day).vacancies())
    found.sort(key=lambda one: bool(one.instead))
    data = {"vacancies": [outfaces.vacancy(one) for one in found]}
    counter.answer(data, lambda: outfaces.vacant(found))
