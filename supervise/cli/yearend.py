"""The commands of the year's end: assess, replay-rules for what a new rule file would change, carry."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from supervise.cli.judge import draft_of, judged, number, published, workbook
from supervise.cli.kinds import Day
from supervise.cli.output import Counter, actor, as_of, cut, shared
from supervise.cli.publishing import alone, signed, step, stepped
from supervise.cli.shell import Command, option

if TYPE_CHECKING:
    from supervise.office import Office
    from supervise.rules.assessment import Filed
    from supervise.site.folder import Source
    from supervise.store.database import Work

Body = dict[str, Any]


@click.command(
    cls=Command,
    short_help="年度考核",
    examples=(
        "supervise assess annual 2025",
        "supervise assess annual 2025 --check",
        "supervise assess annual 2025 --preview",
        "supervise assess annual 2025 --sign --as 签发人",
        "supervise assess annual 2025 --publish -o 年度考核.xlsx",
        "supervise assess annual 2025 -o 考核.xlsx --columns 映射.yaml",
    ),
)
@click.argument("name", metavar="办法")
@click.argument("year", metavar="年份")
@option("--check", is_flag=True, help="只列还缺什么:未核实的、没有结果的、没有公布的榜、没有的分数")
@option("--scores", multiple=True, metavar="名称=表格", help="办法里 from: file 名称 的分数表(单位、数值)")
@option("--rules", metavar="文件", default="", help="试一份没有启用的办法,不能公布")
@option("--columns", metavar="文件", default="", help="-o 按这份映射表的栏目写(xlsx 或 csv),得分明细作附表")
@option("--over", metavar="理由", default="", help="还有缺项也公布,理由和缺项一并封存")
@option("--supplement", metavar="理由", default="", help="已公布的出一份补充,写明改了什么")
@stepped
@published
@as_of
@shared
def assess(
    counter: Counter,
    name: str,
    year: str,
    check: bool,
    scores: tuple[str, ...],
    rules: str,
    columns: str,
    as_of: date | None,
    known: datetime | None,
    day: date | None,
    preview: bool,
    signs: bool,
    **rest: Any,
) -> int:
    """年度考核:由已公布的各期红黑榜、全年得分、评分和别处的分数表汇成。

    公布一次就封存;以后有更正,用 --supplement 出编号的补充。公布前先看 --check:还有缺项(退出码 3),须补齐或写明 --over。

    办法写了 sign(谁签发)的,先 --preview 公示,期满、异议裁定以后 --sign 签发,再 --publish 公布;--scores 每一步都给。
    """
    from supervise.cli import faces, yearfaces

    if not rest["publish"] and (rest["over"] or rest["supplement"]):
        raise click.UsageError("--over、--supplement 要与 --publish 同用")
    if columns and not rest["output"]:
        raise click.UsageError("--columns 要与 -o 同用")
    asked = cut(as_of, known)
    alone(preview, signs, rest["publish"], asked)
    if rules and (rest["publish"] or check or preview or signs):
        raise click.UsageError("--rules 是试一份没有启用的办法,不能公示、签发、公布,也不查缺项")
    write = _columns(columns, rest["output"]) if columns else workbook

    told = preview or signs or rest["publish"] or rest["output"] or (counter.json and not check)
    cited = None if told else ()  # who only looks at a year, or at what it lacks, reads no receipts

    def tables(office: Office) -> dict[str, Filed]:
        return filed(office, scores)

    def make(office: Office, session: Work) -> Body:
        draft = draft_of(office, rules, "assessment") if rules else None
        return office.assess(session, name, year, asked, draft, tables(office), cited=cited)

    if check:
        with counter.reading() as (office, session):
            body = make(office, session)
            gaps = office.completeness(session, body)
        counter.answer(yearfaces.gaps_data(body, gaps), lambda: yearfaces.gaps(body, gaps))
        return 3 if gaps else 0
    if preview or signs:
        del rest["over"], rest["supplement"]
        body = step(counter, name, year, make, day, signs, write=write, tables=tables, **rest)
    else:
        made_of = signed(make, name, year, day, asked, tables) if rest["publish"] else make
        body = judged(counter, made_of, write=write, day=day, **rest)
    counter.answer(body, lambda: faces.assessment(body) + yearfaces.notes(body) + number(body))
    return 0


def _columns(mapping: str, output: str) -> Any:
    """What writes a year in the columns of a mapping file."""
    from supervise.papers import handover
    from supervise.site.texts import read_text

    wanted = handover.load(read_text(Path(mapping)), mapping)

    def write(body: Body, office: Office) -> bytes:
        order = [unit.name for unit in office.directory.units()]
        return handover.written(body, wanted, office.year_labels(body), order, output, office.calendar.provisional)

    return write


def filed(office: Office, scores: tuple[str, ...]) -> dict[str, Filed]:
    """Scores out of files, by the name that the rules give them."""
    from supervise.cli.marks import read
    from supervise.hall import assessor

    found = {}
    for text in scores:
        name, sign, file = text.partition("=")
        if not sign or not name or not file:
            raise click.UsageError(f"--scores {text} 应写作 名称=表格,如 survey=满意度.csv")
        found[name] = assessor.filed(read(file), file, office.directory)
    return found


@click.command(
    cls=Command,
    short_help="试算:换一份办法,谁的分、名次、等次会变",
    examples=(
        "supervise replay-rules red-black@1 修订稿/red-black.yaml --period 2025Q2",
        "supervise replay-rules annual@1 annual@2 --period 2025",
    ),
)
@click.argument("old", metavar="旧")
@click.argument("new", metavar="新")
@option("--period", metavar="考核期", default="", help="试算哪一期", otherwise="按旧办法公布过的最近一期")
@option("--scores", multiple=True, metavar="名称=表格", help="年度考核办法里 from: file 名称 的分数表")
@as_of
@shared
def replay_rules(
    counter: Counter,
    old: str,
    new: str,
    period: str,
    scores: tuple[str, ...],
    as_of: date | None,
    known: datetime | None,
) -> None:
    """用库里的真实记录把新旧两份办法各算一遍,列出得分、名次、上榜、等次会变的每个单位,以及是哪几行变的;什么都不改。

    旧和新写名称(如 red-black@1)或文件。末尾的印记供审定时核对:已按旧办法公布过的,审定新办法须写 --report 印记。
    """
    from supervise.cli import yearfaces

    with counter.reading() as (office, session):
        sources = [_rules(office, session, word) for word in (old, new)]
        report = office.replay_rules(session, sources[0], sources[1], period, cut(as_of, known), filed(office, scores))
    counter.answer(report, lambda: yearfaces.report(report))


def _rules(office: Office, session: Work, word: str) -> Source[Any]:
    """A rule file, or one by its name in the folder or the register."""
    return draft_of(office, word) if word.endswith(".yaml") else office.source(session, word)


@click.command(
    cls=Command,
    short_help="上年没有办成的,结转下年",
    examples=(
        "supervise carry 2025 2026 --basis 区政办发〔2026〕3号 --dry-run",
        "supervise carry 2025 2026 --basis 常务会议 --until 2026-06-30",
        "supervise carry 2025 2026 --undo",
    ),
)
@click.argument("since", metavar="哪年")
@click.argument("to", metavar="到哪年")
@option("--basis", default="", metavar="文字", help="依据:下年的文件、会议或理由")
@option("--until", type=Day(), default=None, metavar="日期", help="新的时限", otherwise="到的那一年最后一天")
@option("--skip", multiple=True, metavar="编码", help="这几项不结转")
@option("--undo", is_flag=True, help="撤回刚才的结转")
@option("--as", "as_", default="督查室", metavar="单位", help="谁办", otherwise="督查室")
@option("--by", "person", default="", metavar="姓名", help="经办人", otherwise="单位名称")
@option("--day", type=Day(), default=None, metavar="日期", help="哪天办的", otherwise="今天")
@option("--dry-run", is_flag=True, help="只看会结转哪些;什么都不入库")
@shared
def carry(
    counter: Counter,
    since: str,
    to: str,
    basis: str,
    until: date | None,
    skip: tuple[str, ...],
    undo: bool,
    as_: str,
    person: str,
    day: date | None,
    dry_run: bool,
) -> None:
    """把一年里到期没有办成的任务结转到下一年:还是原来那一项,交办之日、逾期的天数、最初的承诺都留着。

    上年照旧算没有完成;下年从结转之日起按新的时限另欠一件。结转不了的列出理由。成批结转的,当天可以成批撤回(--undo)。
    单独一项的时限不同,用 supervise do 编码 carry。
    """
    from supervise.cli import yearfaces

    if undo == bool(basis) or (undo and (until or skip or dry_run)):
        raise click.UsageError("请写 --basis 依据;撤回的只写 --undo")
    with counter.reading() if dry_run else counter.writing() as (office, session):
        by = actor(office, as_, person)
        if undo:
            made = office.take_back(session, since, by, day)
        else:
            made = office.carry(session, since, to, by, basis, until, skip, day, dry_run)
    how = "undone" if undo else "would" if dry_run else "done"
    counter.answer(yearfaces.carried_data(made, how), lambda: yearfaces.carried(made, how))
