"""The judging commands: board why."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from supervise.cli.kinds import File
from supervise.cli.output import Counter, F, actor, as_of, cut, saving, shared
from supervise.cli.publishing import alone, signed, step, stepped
from supervise.cli.shell import Command, option

if TYPE_CHECKING:
    from supervise.office import Office
    from supervise.site.folder import Source
    from supervise.store.database import Work

Body = dict[str, Any]
JUDGING = ("board", "scheme", "assessment")
"""What rule files that judge begin with."""


def published(function: F) -> F:
    """Options of a result that can be frozen and saved."""
    for add in (
        option("-o", "--output", type=File("xlsx"), metavar="文件", default="", help="另存为 xlsx"),
        option("--as", "as_", default="督查室", metavar="单位", help="谁公布", otherwise="督查室"),
        option("--publish", is_flag=True, help="公布:定稿编号,以后不再改动"),
    ):
        function = add(function)
    return function


def tried(function: F) -> F:
    """Options of a board that is made from files alone."""
    for add in (
        option("--earlier", multiple=True, metavar="文件", help="试算:以前各期 --json 的输出,看升降和连续上榜"),
        option("--units", default="", metavar="表格", help="试算:单位和分组", otherwise="单位目录"),
        option("--marks", multiple=True, metavar="表格", help="试算:只用文件,登记表(CSV、xlsx、JSON)"),
    ):
        function = add(function)
    return function


@click.command(
    cls=Command,
    short_help="红黑榜",
    examples=(
        "supervise board red-black 2025Q2 --as-of 2025-06-30",
        "supervise board red-black 2025Q2 --publish -o 红黑榜.xlsx",
        "supervise board red-black 2025Q2 --rules 修订稿/red-black.yaml",
        "supervise board red-black 2025Q2 --preview",
        "supervise board red-black 2025Q2 --sign --as 签发人",
        "supervise board 办法.yaml 2025Q2 --marks 登记.csv --units 单位.csv",
    ),
)
@click.argument("name", metavar="榜名")
@click.argument("period", metavar="考核期")
@option("--rules", metavar="文件", default="", help="试一份没有启用的办法,用库里的真实记录,不能公布")
@tried
@stepped
@published
@as_of
@shared
def board(
    counter: Counter,
    name: str,
    period: str,
    rules: str,
    as_of: date | None,
    known: datetime | None,
    day: date | None,
    preview: bool,
    signs: bool,
    **rest: Any,
) -> None:
    """出一期红黑榜;考核期写作 2025Q2、2025H1、2025-06 或 2025,须与办法所定的一致。

    同一口径(--as-of、--known)随时重算,一字不差。榜名写成评分办法的文件,就不用数据库,只凭 --marks、--units 试算各榜。

    办法写了 sign(谁签发)的,先 --preview 公示,期满、异议裁定以后 --sign 签发,再 --publish 公布,一步也不能提前。
    """
    from supervise.cli import faces, schemefaces

    files = {key: rest.pop(key) for key in ("marks", "units", "earlier")}
    asked = cut(as_of, known)
    alone(preview, signs, rest["publish"], asked)
    if _is_tried(name, files):
        if rest["publish"] or preview or signs or known is not None:
            raise click.UsageError("只用文件试算,不能公示、签发、公布,也没有 --known")
        with saving(rest["output"]) as save:
            made = _tried(counter, name, period, as_of=as_of, **files)
            if rest["output"]:
                from supervise.papers import exports

                save(exports.workbook(*made["boards"]))
        counter.answer(made, lambda: schemefaces.boards(made["boards"]))
        return
    if rules and (rest["publish"] or preview or signs):
        raise click.UsageError("--rules 是试一份没有启用的办法,不能公示、签发、公布")

    cited = None if preview or signs or rest["publish"] or rest["output"] or counter.json else ()

    def make(office: Office, session: Work) -> Body:
        draft = draft_of(office, rules, "board", "scheme") if rules else None
        return office.board(session, name, period, asked, draft, cited=cited)

    if preview or signs:
        body = step(counter, name, period, make, day, signs, write=workbook, **rest)
    else:
        made_of = signed(make, name, period, day, asked) if rest["publish"] else make
        body = judged(counter, made_of, write=workbook, day=day, **rest)
    face = schemefaces.board if "lists" in body else faces.board
    counter.answer(body, lambda: face(body) + number(body))


def draft_of(office: Office, file: str, *kinds: str) -> Source[Any]:
    """The rules in a file of its own, checked beside the folder of the office; of one of ``kinds`` if any is said.

    Raises:
        Invalid: F04 when it is no rule file, and with everything that is wrong in it.
    """
    from supervise.errors import Invalid, Problem
    from supervise.site.folder import read_beside

    found = next(iter(read_beside(Path(file), office.folder).sound().rules.values()), None)
    if found is None or not any(kind in found.document.data for kind in kinds or JUDGING):
        heads = " 或 ".join(f"{kind}:" for kind in kinds or JUDGING)
        raise Invalid(Problem("F04", "不是这里要的办法", file=file, help=f"应以 {heads} 开头"))
    return found


def judged(
    counter: Counter, make: Callable[[Office, Work], Body], publish: bool, as_: str, output: str,
    write: Callable[[Body, Office], bytes], day: date | None = None, **said: str,
) -> Body:  # fmt: skip
    """A result, frozen if asked for, and the file of it; a file that cannot be written leaves nothing published.

    Args:
        counter: where.
        make: makes it.
        publish, as_: whether it is frozen, and by whom.
        output: the file; empty for none.
        write: what the file holds.
        day: of the publication; today if not given.
        said: reasons that go into what is frozen.
    """
    with saving(output) as save, counter.writing() if publish else counter.reading() as (office, session):
        body = make(office, session)
        if publish:
            from supervise.rules.moved import document

            made = office.publish(session, body, actor(office, as_), day, **said)
            seal = {"number": made.seal, "hash": made.seal_hash}
            against, moved = office.correction(session, made.number) if body["kind"] == "board" else ("", ())
            body = {**json.loads(made.body), "number": made.number, "fingerprint": made.fingerprint, "seal": seal}
            body |= {"procedure": {"against": against, "moved": [document(one) for one in moved]}} if against else {}
        if output:
            who = {"published_by": made.published_by, "published_at": made.published_at.isoformat()} if publish else {}
            save(write({**body, **who}, office))
    return body


@click.command(
    cls=Command,
    short_help="一个单位的分是怎么来的",
    examples=(
        "supervise why 区文旅局 --board red-black 2025Q2",
        "supervise why 区文旅局 --assess annual 2025",
        "supervise why 区文旅局 --board red-black 2025Q2 -o 得分.xlsx",
        "supervise why 甲县 --board 办法.yaml 2025Q2 --marks 登记.csv --units 单位.csv",
    ),
)
@click.argument("unit", metavar="单位")
@option("--board", "on_board", nargs=2, metavar="榜名 考核期", default=None, help="哪一期红黑榜")
@option("--assess", "on_assess", nargs=2, metavar="办法 年份", default=None, help="哪一年的考核")
@option("-o", "--output", type=File("xlsx"), metavar="文件", default="", help="另存为 xlsx")
@tried
@as_of
@shared
def why(
    counter: Counter,
    unit: str,
    on_board: tuple[str, str] | None,
    on_assess: tuple[str, str] | None,
    as_of: date | None,
    known: datetime | None,
    output: str,
    **files: Any,
) -> None:
    """逐行说清一个单位的得分:条款、件数、哪项任务、哪天到期、哪天办的。

    公示、公布了的照那一稿说;另给口径(--as-of、--known)则按口径重算。
    """
    from supervise.cli import faces, schemefaces

    if (on_board is None) == (on_assess is None):
        raise click.UsageError("请写 --board 榜名 考核期,或 --assess 办法 年份,两者之一")
    name, period = on_board or on_assess or ("", "")
    if _is_tried(name, files):
        if output:
            raise click.UsageError("只用文件试算的,不能另存;用 --json,或 board -o 存全部得分明细")
        told = _explained(_tried(counter, name, period, as_of=as_of, **files), unit)
        counter.answer({"boards": told}, lambda: "\n\n".join(schemefaces.why(one, None) for one in told))
        return
    asked = cut(as_of, known)
    with saving(output) as save, counter.reading() as (office, session):
        body = office.shown(session, name, period) if asked is None else None
        if body is None:
            make = office.board if on_board else office.assess
            known_as = office.directory.unit(unit)
            body = make(session, name, period, asked, cited=(known_as.name if known_as is not None else unit,))
        receipt = office.why(body, unit)
        if output:
            from supervise.papers import exports

            save(exports.receipt(receipt, office.calendar.provisional))
    if "lists" in receipt:
        counter.answer(receipt, lambda: schemefaces.why(receipt, office.calendar))
    else:
        counter.answer(receipt, lambda: faces.why(receipt, office.calendar))


def _is_tried(name: str, files: Mapping[str, Any]) -> bool:
    """Whether a board is made from files alone: it is named by its file."""
    if not name.endswith(".yaml") and any(files.values()):
        raise click.UsageError("--marks、--units、--earlier 只用于试算,榜名要写成办法的文件,如 办法.yaml")
    return name.endswith(".yaml")


def _explained(made: Body, unit: str) -> list[Body]:
    """One unit's receipts out of boards made from files."""
    from supervise.errors import Problem, Unknown, did_you_mean

    found = [
        {**{key: value for key, value in body.items() if key != "standings"}, "standing": row}
        for body in made["boards"]
        for row in body["standings"]
        if row["unit"] == unit
    ]
    if not found:
        names = [row["unit"] for body in made["boards"] for row in body["standings"]]
        raise Unknown(Problem("U05", f"各榜里都没有“{unit}”{did_you_mean(unit, names)}"))
    return found


def workbook(body: Body, office: Office) -> bytes:
    """A result as a workbook."""
    from supervise.papers import exports

    return exports.workbook(body, unknown=office.calendar.provisional)


def number(body: Mapping[str, Any]) -> str:
    """What became of a board: served, signed or published, and what is different from the one before."""
    told = body.get("procedure", {})
    lines = [f"已公示,编号 {told['draft']},{told['until']} 期满"] if "until" in told else []
    lines += ["已签发,可以公布"] if "signed_by" in told else []
    lines += [f"已公布,编号 {body['number']}"] if "number" in body else []
    if "against" in told:
        lines.append(f"与 {told['against']} 相比,{len(told['moved'])} 个单位有变动")
        lines += [f"  {one['text']}" for one in told["moved"]]
    return "".join(f"\n{line}" for line in lines)


def _tried(
    counter: Counter, name: str, period: str, marks: tuple[str, ...], units: str, earlier: tuple[str, ...],
    as_of: date | None,
) -> Body:  # fmt: skip
    """Every board of a scheme from files alone."""
    from supervise.cli.marks import read
    from supervise.errors import Invalid, Problem
    from supervise.hall.appraiser import directory_of, trial
    from supervise.rules.scheme import Scheme
    from supervise.site.folder import read_beside, read_folder, shipped

    folder = read_folder(Path(counter.definitions or shipped())).sound()
    source = next(iter(read_beside(Path(name), folder).sound().rules.values()), None)
    if source is None or not isinstance(source.value, Scheme):
        raise Invalid(Problem("F04", "不是评分办法,不能只用文件试算", file=name, help="评分办法以 scheme: 开头"))
    directory = directory_of(read(units), units, source.value.groups) if units else folder.units
    past: list[tuple[Body, str]] = []
    for file in earlier:
        try:
            found = json.loads(read(file))
            if not all({"standings", "board", "period"} <= body.keys() for body in found.get("boards", [found])):
                raise ValueError
            past.append((found, file))
        except (ValueError, AttributeError, TypeError):
            raise Invalid(Problem("F03", "不是 supervise board --json 的输出", file=file)) from None
    files = [(read(file), file) for file in marks]
    return trial(cast("Source[Scheme]", source), period, directory, files, folder.calendar, as_of, past)
