"""The clerk's first commands: intake, assign, and units propose."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from supervise.cli.kinds import YAML, Day, File, form_of
from supervise.cli.output import Counter, actor, saving, shared, terminal
from supervise.cli.shell import Command, Group, option

if TYPE_CHECKING:
    from supervise.intake.breakdown import Breakdown
    from supervise.intake.notice import Notice
    from supervise.office import Office
    from supervise.papers.guarded import Guarded
    from supervise.reading import Document


@click.command(
    cls=Command,
    short_help="读通知,出任务分解",
    examples=(
        "supervise intake 通知.docx --code QH2025 -o 分解.xlsx",
        "supervise intake 通知.txt --json > 通知.json",
        "supervise intake 收文/*.docx 收文/*.pdf -o 分解",
    ),
)
@click.argument("notices", metavar="通知文件…", nargs=-1, required=True)
@option("--code", default="", metavar="开头", help="任务编码的开头,如 QH2025", otherwise=" T 和年份")
@option(
    "-o", "--output", metavar="文件", default="", help="分解写到这里:.yaml 或 .xlsx;几份通知写文件夹", otherwise="打印"
)
@option("--xlsx", is_flag=True, help="几份通知一起读时,每份出 xlsx 而不是 yaml")
@option("--units-out", type=File(*YAML), metavar="文件", default="", help="另按通知里的名称起草一份单位目录")
@option("--overwrite", is_flag=True, help="要写的文件已经有了,也照样写")
@shared
def intake(
    counter: Counter, notices: Sequence[str], code: str, output: str, xlsx: bool, units_out: str, overwrite: bool
) -> int | None:
    """读通知(txt、docx、xlsx、html、pdf,装有 LibreOffice 时还有 doc、wps),出一份可改的任务分解。

    分解是 YAML 或 xlsx;拿不准的写在 problems(待核)里,什么都不入库。
    """
    if len(notices) > 1:
        if units_out:
            raise click.UsageError("几份通知一起读时不能写 --units-out;请用 supervise units propose")
        return _many(counter, notices, code, output, xlsx, overwrite)
    form = form_of(output, (*YAML, "xlsx"))
    _free(output, overwrite)
    _free(units_out, overwrite)
    _one(counter, notices[0], code, output, units_out, form == "xlsx")
    return None


def _one(counter: Counter, notice: str, code: str, output: str, units_out: str, xlsx: bool) -> None:
    from supervise.intake.breakdown import to_yaml
    from supervise.intake.units import draft_units

    office = counter.office()
    read, made = _taken_in(office, notice, code, None)
    text = "" if xlsx else to_yaml(made)
    with saving(output) as save, saving(units_out) as save_units:
        if units_out:
            save_units(draft_units(read).encode())
        if output:
            save(_workbook(office, made) if xlsx else text.encode())
    if output:
        tail = f"已写入 {output},改定后用 supervise assign {output} 交办"
        counter.answer(_document(read, made), lambda: "\n".join([*_summary(notice, made), tail]))
    else:
        if not counter.json:
            click.echo("\n".join(_summary(notice, made)), err=True)
        counter.answer(_document(read, made), lambda: text.rstrip("\n"))


def _many(counter: Counter, notices: Sequence[str], code: str, output: str, xlsx: bool, overwrite: bool) -> int:
    """Read one notice after the other; what cannot be read is told at the end and stops nothing."""
    from supervise.errors import Invalid, Problem, SuperviseError
    from supervise.intake.breakdown import to_yaml
    from supervise.papers.guarded import Guarded
    from supervise.site.texts import reason

    office, refused = counter.office(), list[Problem]()
    targets = _targets(notices, output, ".xlsx" if xlsx else ".yaml") if output else {}
    for target in targets.values():
        _free(target, overwrite)
    if output:
        try:
            os.makedirs(output, exist_ok=True)
        except OSError as error:
            raise Invalid(Problem("F07", f"写不了 {output}:{reason(error)}", help="请换一个能写的位置")) from None
    answers, lines = list[Any](), list[str]()
    with Guarded() as guarded:
        for number, notice in enumerate(notices, start=1):
            if terminal() and not counter.json:
                click.echo(f"\r{number}/{len(notices)} 份", err=True, nl=number == len(notices))
            try:
                read, made = _taken_in(office, notice, f"{code}.{number:02d}" if code else "", guarded, number)
                if output:
                    with saving(targets[notice]) as save:
                        save(_workbook(office, made) if xlsx else to_yaml(made).encode())
            except SuperviseError as error:
                refused += [problem.at(notice) for problem in error.problems]
                continue
            lines.append(f"{notice}:{len(made.tasks)} 项任务,待核 {len(made.problems)} 处")
            answers += [_document(read, made)] if counter.json else []
    lines.append(f"共 {len(notices)} 份,读成 {len(lines)} 份" + (f",写在 {output}" if output else ""))
    data = {"notices": answers, "refused": [problem.as_dict() for problem in refused]}
    counter.answer(data, lambda: "\n".join([*lines, *(str(problem) for problem in refused)]))
    return 4 if refused else 0


def _taken_in(
    office: Office, notice: str, code: str, guarded: Guarded | None, number: int = 0
) -> tuple[Notice, Breakdown]:
    from supervise.papers.documents import read_document

    transcript = read_document(Path(notice), notice, guarded)
    read, made = office.intake(transcript, notice, code)
    if number and not code:  # several plans of one year must not share their codes
        from supervise.intake.breakdown import draft

        made = draft(read, office.directory, f"T{read.plan_year or ''}.{number:02d}", source=transcript)
    return read, made


def _targets(notices: Sequence[str], folder: str, ending: str) -> dict[str, str]:
    """Notice → the file its breakdown is written to; notices of one name get numbers."""
    found: dict[str, str] = {}
    taken = set[str]()
    for notice in notices:
        stem, again = Path(notice).stem, 1
        name = stem
        while name in taken:
            again += 1
            name = f"{stem}-{again}"
        taken.add(name)
        found[notice] = os.path.join(folder, name + ending)
    return found


def _free(path: str, overwrite: bool) -> None:
    """See that a file to be written is not there yet.

    Raises:
        Refused: F06 when it is.
    """
    from supervise.errors import Problem, Refused

    if path and not overwrite and os.path.isfile(path):
        raise Refused(Problem("F06", f"{path} 已经在了,不覆盖", help="请换一个名字;确要覆盖加 --overwrite"))


def _workbook(office: Office, made: Breakdown) -> bytes:
    from supervise.intake.breakdown import check
    from supervise.papers.worksheet import breakdown

    day = made.document.issued
    return breakdown(made, office.directory.units(day), check(made, office.directory))


def _summary(notice: str, made: Breakdown) -> list[str]:
    lines = [f"{len(made.tasks)} 项任务;待核 {len(made.problems)} 处" + (":" if made.problems else "")]
    for doubt in made.problems:
        where = f"{notice}:{doubt.place or doubt.lines or '-'}"
        lines.append(f"  {where}  {doubt.task}  {doubt.text}  {doubt.code}")
    return lines


def _document(read: Notice, made: Breakdown) -> dict[str, Any]:
    """The notice as JSON, with all that is doubtful about it or its breakdown, and where its facts stand."""
    from supervise.errors import Problem
    from supervise.intake.gold import as_gold

    numbers = {draft.code: item.no for draft, item in zip(made.tasks, read.items, strict=True)}
    data = as_gold(read, [Problem(d.code, d.text, line=d.lines, task=numbers.get(d.task, "")) for d in made.problems])
    for problem, doubt in zip(data["problems"], made.problems, strict=True):
        problem["place"] = doubt.place or None
    data["document"]["spans"] = [span.model_dump() for span in made.document.spans]
    for task, draft in zip(data["tasks"], made.tasks, strict=True):
        task["code"] = draft.code
        task["spans"] = [span.model_dump() for span in draft.spans]
    return data


@click.command(
    cls=Command,
    short_help="按任务分解交办",
    examples=(
        "supervise assign 分解.xlsx --day 2025-02-20",
        "supervise assign 分解.yaml --day 2025-02-20 --skip QH2025-035",
    ),
)
@click.argument("breakdown", metavar="分解文件")
@option("--day", type=Day(), default=None, metavar="日期", help="交办之日,各项时限从这天起算", otherwise="今天")
@option("--as", "as_", default="督查室", metavar="单位", help="谁交办", otherwise="督查室")
@option("--skip", multiple=True, metavar="编码", help="这一项先不交办")
@option("--no-learn", is_flag=True, help="xlsx 里改正过的单位名称不记作别名")
@shared
def assign(counter: Counter, breakdown: str, day: date | None, as_: str, skip: Sequence[str], no_learn: bool) -> None:
    """按改定的任务分解(YAML 或 xlsx)交办:要么全部交办,要么一项也不交办。

    xlsx 里改正过的单位名称记在 definitions/aliases.yaml,下次读通知就认得。
    """
    from supervise.cli import faces

    made, document = _corrected(breakdown)
    with counter.writing(create=True) as (office, session):
        placed = office.assign(session, made, actor(office, as_), day, skip, document)
        lifecycle = office.lifecycle(session, placed[0].definition) if placed else None
    learned = [] if no_learn else _learned(office, made, document, breakdown, day)
    data: dict[str, Any] = {"placed": [task.code for task in placed], "skipped": list(skip)}
    data |= {"learned": [{"name": alias.name, "unit": alias.unit} for alias in learned]}
    taught = [f"记住了别名:{alias.name} → {alias.unit}" for alias in learned]

    def told() -> str:
        done = faces.assigned(placed, lifecycle) if lifecycle else "没有交办任何任务。"
        return "\n".join([done, *taught])

    counter.answer(data, told)


def _corrected(path: str) -> tuple[Breakdown, Document]:
    """The breakdown a clerk has corrected, in either form."""
    from supervise.intake import workbook
    from supervise.intake.breakdown import Breakdown
    from supervise.papers.documents import load
    from supervise.reading import parse, validate
    from supervise.site.texts import read_text

    data = load(Path(path), path)
    if data.startswith(b"PK"):
        return workbook.read(data, path)
    document = parse(read_text(Path(path)), path)
    return validate(document, Breakdown), document


def _learned(office: Office, made: Breakdown, document: Document, source: str, day: date | None) -> Sequence[Any]:
    """What the corrections in a workbook have taught, now kept; that it could not be kept undoes no assignment."""
    from supervise.errors import SuperviseError
    from supervise.intake.aliases import learned
    from supervise.intake.workbook import Sheet
    from supervise.site.memory import remember

    if not isinstance(document, Sheet):
        return ()
    try:
        found = learned(document.drafted, made, office.directory, day)
        return remember(office.folder.path, found, os.path.basename(source))
    except SuperviseError as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        return ()


@click.group(cls=Group, short_help="单位目录:按通知起草")
def units() -> None:
    """单位目录(units.yaml):按通知里出现的名称起草一份,核对后放进 definitions。"""


@units.command(
    "propose",
    short_help="按通知起草单位目录",
    examples=("supervise units propose 通知.docx -o units.yaml",),
)
@click.argument("notices", metavar="通知文件…", nargs=-1, required=True)
@option("-o", "--output", type=File(*YAML), metavar="文件", default="", help="写到这个文件,.yaml", otherwise="打印")
@option("--overwrite", is_flag=True, help="文件已经有了,也照样写")
@shared
def propose(counter: Counter, notices: Sequence[str], output: str, overwrite: bool) -> None:
    """按通知里出现的名称起草单位目录:规范名称、其他写法、按末尾推定的分组、统称;请核对后使用。"""
    from dataclasses import replace

    from supervise.intake.notice import read
    from supervise.intake.units import draft_units
    from supervise.papers.documents import read_document
    from supervise.reading import parse

    _free(output, overwrite)
    found = [read(read_document(Path(notice), notice), notice) for notice in notices]
    text = draft_units(replace(found[0], items=tuple(item for notice in found for item in notice.items)))
    with saving(output) as save:
        if output:
            save(text.encode())
    data = parse(text).data
    listed = {"units": data["units"], "groups": data.get("groups", {}), "sets": data.get("sets", {})}
    told = f"{len(data['units'])} 个单位,已写入 {output},核对后放进 definitions"
    counter.answer(listed, lambda: told if output else text.rstrip("\n"))
