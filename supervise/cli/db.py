"""The integrator's and the DBA's commands: db upgrade, check, downgrade, sql, conform."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from supervise.cli.output import Counter, shared
from supervise.cli.shell import Group, option

if TYPE_CHECKING:
    from supervise.store.database import Server


@click.group(cls=Group, short_help="数据库:升级、核对、退回、出 SQL、试别的库")
def db() -> None:
    """数据库的版式:升级、核对、退回、交给 DBA 的 SQL,以及在别的数据库上试跑。

    只碰 supervise 自己的表(名字以 sv_ 开头,或地址里 supervise_prefix= 所写的开头),同库的别的表一概不动。
    详见 docs/databases.md。
    """


def _engine(counter: Counter) -> Server:
    """An engine on a database where tables of ours are."""
    from supervise.store import upgrades
    from supervise.store.database import nothing_there, opening
    from supervise.store.engines import open_engine

    counter.has_file()
    engine = open_engine(counter.db)
    with opening(counter.db):
        if upgrades.current(engine) == upgrades.BASE:
            raise nothing_there(counter.db)
    return engine


@db.command(
    "upgrade",
    short_help="升级到最新版式",
    examples=(
        "supervise db upgrade",
        "supervise db upgrade --db postgresql+psycopg://sv@10.0.0.2/oa",
    ),
)
@option("--to", default="head", metavar="版式", help="升到哪一个版式", otherwise="最新")
@shared
def upgrade(counter: Counter, to: str) -> None:
    """把旧版式的数据库连同数据升级到最新。

    升级前请先备份。已是最新的不动;几个人同时运行,也只升级一次。升级以后接着补写出榜要用的数:
    中途停下也不要紧,榜单照样对,只是慢一些,再运行一次就补完。
    """
    from supervise.store import upgrades
    from supervise.store.faults import ours

    engine = _engine(counter)
    with ours():
        before = upgrades.current(engine)
        steps = upgrades.upgrade(engine, to)
        now = upgrades.current(engine)
    counter.kept = True
    text = f"已从 {before or '没有记录的旧版'} 升级到 {now}" if steps or before != now else f"已是 {now},没有要升级的"
    measured = _measured(counter, now)
    text += f";为 {measured} 项任务补写了出榜要用的数" if measured else ""
    counter.answer({"from": before, "to": now, "steps": list(steps), "measured": measured}, lambda: text)


def _measured(counter: Counter, now: str | None) -> int:
    """Write what boards ask for of tasks from older layouts; how many there were."""
    from supervise.store import recounting
    from supervise.store.database import writing
    from supervise.store.tables import LAYOUT

    number = 0
    if now == LAYOUT:
        with writing(counter.sessions()) as session:
            for district in recounting.districts(session):
                number += replace(counter, district=district).office().measure(session)
    return number


@db.command("check", short_help="核对版式,列出不同之处", examples=("supervise db check", "supervise db check --json"))
@shared
def check(counter: Counter) -> None:
    """核对表结构与最新版式是否一致:版式旧了的说明白,有人改过表结构的逐条列出,退出码是 4。"""
    from supervise.errors import Invalid, Problem
    from supervise.store import upgrades
    from supervise.store.faults import ours
    from supervise.store.tables import LAYOUT

    engine = _engine(counter)
    with ours():
        now = upgrades.current(engine)
        found = upgrades.differences(engine) if now == LAYOUT else ()
    if now != LAYOUT:
        text = f"数据库版式是 {now or '没有记录的旧版'},最新的是 {LAYOUT}"
        raise Invalid(Problem("B02", text, help="请先备份,再运行 supervise db upgrade"))
    if found:
        raise Invalid([Problem("B03", one, help="有人改过表结构;按 supervise db sql 核对,改回去") for one in found])
    counter.answer({"layout": now, "newest": LAYOUT}, lambda: f"版式 {now},是最新的,表结构没有出入")


@db.command(
    "downgrade",
    short_help="退回旧版式,或删掉全部表",
    examples=("supervise db downgrade 0001", "supervise db downgrade base --yes"),
)
@click.argument("to", metavar="版式")
@option("--yes", is_flag=True, help="有数据也退,明知会丢")
@shared
def downgrade(counter: Counter, to: str, yes: bool) -> None:
    """退回一个旧版式;写 base 即删掉 supervise 的全部表,库里有数据时要加 --yes。"""
    from supervise.store import upgrades
    from supervise.store.faults import ours

    engine = _engine(counter)
    with ours():
        before = upgrades.current(engine)
        steps = upgrades.downgrade(engine, to, drop=yes)
        now = upgrades.current(engine)
    counter.kept = True
    text = "supervise 的表已全部删去,别的表没有动" if now == upgrades.BASE else f"已从 {before} 退到 {now}"
    counter.answer({"from": before, "to": now, "steps": list(steps)}, lambda: text)


@db.command(
    "sql",
    short_help="打印建表、升级的 SQL",
    examples=(
        "supervise db sql --db postgresql+psycopg:// > 建表.sql",
        "supervise db sql --from 0001 --db mariadb+pymysql:// > 升级.sql",
    ),
)
@option("--from", "since", default="base", metavar="版式", help="现在是哪一个版式", otherwise="从头建表")
@option("--to", default="head", metavar="版式", help="升到哪一个版式", otherwise="最新")
@shared
def sql(counter: Counter, since: str, to: str) -> None:
    """打印交给 DBA 执行的 SQL,不连数据库:地址里只看是哪种数据库、表名前缀和模式。

    MariaDB 的地址请写 mariadb+pymysql://,写 mysql 的按 MySQL 8 出。
    """
    from supervise.store import upgrades
    from supervise.store.engines import parsed_url

    url, at, _ = parsed_url(counter.db)
    made = upgrades.sql(url.render_as_string(hide_password=False), since, to, at)
    counter.answer({"database": url.get_backend_name(), "sql": made}, lambda: made.rstrip("\n"))


@db.command(
    "conform",
    short_help="在一个数据库上试跑,不留痕迹",
    examples=("supervise db conform postgresql+psycopg://sv@10.0.0.2/test",),
)
@click.argument("url", metavar="地址")
@shared
def conform(counter: Counter, url: str) -> int:
    """在任何一种数据库上试跑:建表、演一小段、逐项对账、两人抢办、存取各种值、退回,最后全部删净。

    表名用随机前缀,不碰库里已有的表,中途失败也会删净。全部通过的退出码是 0,有一项不过是 1。
    """
    from supervise.hall.conformance import conform as run
    from supervise.widths import table

    with counter.passing(url):
        checks = run(url)
    good = all(check.passed for check in checks)
    data = {"passed": good, "checks": [check.as_dict() for check in checks]}
    rows = [("通过" if c.passed else "不过", c.name, c.note) for c in checks]
    tail = f"{sum(c.passed for c in checks)}/{len(checks)} 项通过"
    counter.answer(data, lambda: f"{table(rows, indent=0)}\n{tail}")
    return 0 if good else 1
