"""Results as workbooks: a breakdown, a board or an assessment with its receipts."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from supervise.errors import Problem, Refused
from supervise.rules.moved import called, lines_of, must_cite
from supervise.widths import columns, lines

Body = Mapping[str, Any]
Row = Sequence[Any]
LISTS = {"red": "红榜", "black": "黑榜", "": ""}
BURDENS = ("应办", "要求报送", "催办", "督查单", "督查检查", "消息")
EXEMPTIONS = ("免责", "停计时", "认可理由", "登记免责", "不上榜", "停计时天数")
_PRINT = 96
"""Columns in which the print of a file stands behind its name in one line."""
_LINE = 15
"""Points of a line of text in a cell."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name, the heads of its columns, its rows, and the heading over them.

    Args:
        title: the line in the middle of the top; empty for a sheet without heading.
        below: the line under it: period, cut, number, who published it and when.
        numbers: how numbers are written, column by column; as they are if not said.
        widest: columns of text in a line at most; longer text wraps.
    """

    name: str
    head: Row
    rows: Sequence[Row]
    title: str = ""
    below: str = ""
    numbers: Sequence[str] = ()
    widest: int = 44


def workbook(*bodies: Body, unknown: Callable[[date], bool] = lambda day: False) -> bytes:
    """Boards or an assessment as a workbook: the places, every line of every receipt, and what it rests on.

    Args:
        bodies: as they were made.
        unknown: whether a day lies in a year whose arrangement is not announced; such a limit gets a star.

    Raises:
        Refused: P28 when one of them was made as figures alone.
    """
    return write([*_places(bodies), receipts(bodies, unknown), basis(bodies[0])])


def receipt(body: Body, unknown: Callable[[date], bool] = lambda day: False) -> bytes:
    """One unit's receipt as a workbook, with what it rests on; from a board, a scheme or a year.

    Args:
        body: as ``why`` gives it.
        unknown: as for ``workbook``.
    """
    whole = {**body, "standings": [body["standing"]]}
    return write([receipts([whole], unknown), basis(whole)])


def receipts(bodies: Sequence[Body], unknown: Callable[[date], bool] = lambda day: False) -> Sheet:
    """Every line of every unit, with what it rests on."""
    lines = [row for one in bodies for row in _receipts(one, unknown)]
    heads = ("单位", "项目", "算法", "得分", "任务", "事由", "期限", "办于")
    return Sheet("得分明细", heads, lines, f"{bodies[0]['title']}得分明细", heading(bodies[0]))


def basis(body: Body) -> Sheet:
    """What a result rests on, and what its publication says of itself."""
    rows = [("名称", body["title"]), ("考核期", body["label"]), ("编号", body.get("number", "未公布"))]
    rows += [("截至", body["cut"]["as_of"]), ("入库截至", body["cut"]["known"])]
    rows += [("依据", f"{name} {print_}") for name, print_ in {**body["rules"], **body["definitions"]}.items()]
    rows += [("榜单", number) for number in body.get("boards", ())]
    rows += [("分数表", f"{one['file']} {one['fingerprint']}") for one in body.get("files", {}).values()]
    rows += [("单位目录", body["directory"]), ("日历", body["calendar"])]
    if "over" in body:
        rows.append(("缺项仍定稿", f"{body['over']['reason']}({body['over']['by']})"))
        rows += [("缺项", " ".join(filter(None, (g["unit"], g["task"], g["text"])))) for g in body["over"]["gaps"]]
    if "supplement" in body:
        said = body["supplement"]
        rows.append(("补充", f"{said['to']}:{said['reason']}"))
        rows += [("改动", one["text"]) for one in said["differences"]]
    rows += [("封存", f"第 {body['seal']['number']} 号 {body['seal']['hash']}")] if "seal" in body else []
    return Sheet("口径", ("项目", "内容"), rows, widest=_PRINT)


def titled(body: Body) -> str:
    """The title with its period before it; 年 is not said twice."""
    label = body["label"]
    said: str = label[:-1] if label.endswith("年") and body["title"].startswith("年") else label
    return said + str(body["title"])


def heading(body: Body) -> str:
    """The line under a title: the period, the cut, and who published it, when, under which number."""
    said = [f"考核期:{body['label']}", f"截至:{body['cut']['as_of']}"]
    if "published_by" in body:
        said += [f"公布:{body['published_by']}", f"日期:{body['published_at'][:10]}"]
    return "    ".join([*said, f"编号:{body.get('number', '未公布')}"])


def burden(body: Body) -> bytes:
    """What was asked of each unit in each month, as a workbook."""
    rows = [tuple(row.values()) for row in body["rows"]]
    said = [("期间", body["period"]), ("截至", body["as_of"]), ("入库截至", body["known"] or "")]
    return write([Sheet("负担统计", ("月份", "单位", *BURDENS), rows), Sheet("口径", ("项目", "内容"), said)])


def exemptions(body: Body) -> bytes:
    """Who was excused from what in a period, as a workbook: totals by unit, every exemption, what it rests on."""
    totals = [tuple(row.values()) for row in body["totals"]]
    keys = ("unit", "day", "until", "label", "task", "about", "ground", "by", "person", "ref")
    rows = [tuple(row[key] or "" for key in keys) for row in body["rows"]]
    below = f"{body['period']} 截至 {body['as_of']}"
    said = [("考核期", body["period"]), ("截至", body["as_of"]), ("入库截至", body["known"] or "")]
    return write([
        Sheet("免责统计", ("单位", *EXEMPTIONS), totals, "免责、容错统计", below),
        Sheet("逐条", ("单位", "日期", "到", "免责", "事项", "内容", "事由", "批准单位", "经办人", "依据"), rows),
        Sheet("口径", ("项目", "内容"), said),
    ])  # fmt: skip


def table(name: str, head: Row, rows: list[Row]) -> bytes:
    """One table as a workbook."""
    return write([Sheet(name, head, rows)])


def _places(bodies: Sequence[Body]) -> Iterable[Sheet]:
    for body in bodies:
        name, head, rows = _ranked(body) if "lists" in body else _listed(body)
        name = re.sub(r"[\[\]:*?/\\]", " ", body["title"])[:31] if len(bodies) > 1 else name
        yield Sheet(name, head, rows, titled(body), heading(body))


def _ranked(body: Body) -> tuple[str, Row, list[Row]]:
    """The places on a board of a scheme, with the columns it shows."""
    shown, groups = body["show"], body["groups"]
    graded = any(row["grade"] for row in body["standings"])
    rows: list[Row] = [
        (groups.get(r["group"], r["group"]), "、".join(body["lists"][name] for name in r["lists"]),
         r["rank"] or "不排名", r["unit"], _number(r["score"]["total"]), *(r["values"].get(n) or "" for n in shown),
         *([r["grade"]] if graded else []), ";".join([*r["why"], *r["bars"]]))
        for r in body["standings"]
    ]  # fmt: skip
    head = ("分组", "榜", "名次", "单位", "得分", *shown.values(), *(["等次"] if graded else []), "说明")
    return "红黑榜", head, rows


def _listed(body: Body) -> tuple[str, Row, list[Row]]:
    groups = body["groups"]
    if body["kind"] == "board":
        rows: list[Row] = [
            (groups.get(r["group"], r["group"]), LISTS[r["list"]], r["rank"] or "不排名", r["unit"],
             _number(r["score"]["total"]), r["tasks"], ";".join(r["why"]))
            for r in body["standings"]
        ]  # fmt: skip
        return "红黑榜", ("分组", "榜", "名次", "单位", "得分", "承办项数", "说明"), rows
    rows = [
        (groups.get(r["group"], r["group"]), r["unit"], _number(r["score"]), _number(r["carried"]), r["grade"],
         ";".join([*r["why"], *r["bars"]]))
        for r in body["standings"]
    ]  # fmt: skip
    return "年度考核", ("分组", "单位", "得分", "折算分", "等次", "说明"), rows


def _receipts(body: Body, unknown: Callable[[date], bool]) -> Iterable[Row]:
    must_cite(body)
    for row in body["standings"]:
        for line in lines_of(row):
            yield row["unit"], called(line), line["quantity"], _number(line["points"]), "", "", "", ""
            for ref in line["because"]:
                due = ref["due"] or ref["day"]
                due += "*" if unknown(date.fromisoformat(due)) else ""
                yield row["unit"], "", "", "", ref["task"], ref["what"], due, ref["met"] or ""


def _number(text: str) -> float:
    """A decimal for a cell; Excel knows only floats, the exact text stands in the JSON."""
    return float(text)


def library(file: str = "") -> Any:
    """XlsxWriter.

    Raises:
        Refused: W01 when it is not there.
    """
    try:
        import xlsxwriter
    except ModuleNotFoundError:
        text = "没有装写 xlsx 的库"
        raise Refused(Problem("W01", text, file=file, help='请安装:pip install "supervise[report]"')) from None
    return xlsxwriter


def write(sheets: Iterable[Sheet]) -> bytes:
    """A workbook that prints on A4 across: heading, heads of columns on every page, page numbers."""
    buffer = io.BytesIO()
    book = library().Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    looks: dict[str, dict[str, Any]] = {
        "title": {"bold": True, "font_size": 18, "align": "center", "valign": "vcenter"},
        "below": {"align": "center", "valign": "vcenter"},
        "head": {
            "bold": True, "bg_color": "#DDE6F0", "border": 1, "text_wrap": True, "align": "center", "valign": "vcenter",
        },
        "text": {"text_wrap": True, "valign": "vcenter", "border": 1, "border_color": "#B0B0B0"},
    }  # fmt: skip
    looks["number"] = looks["text"] | {"align": "right", "indent": 1, "text_wrap": False}
    for sheet in sheets:
        formats = {name: book.add_format(look) for name, look in looks.items()}
        numbers = [book.add_format(looks["number"] | {"num_format": form}) for form in sheet.numbers]
        _sheet(book.add_worksheet(sheet.name), sheet, formats, numbers or [formats["number"]] * len(sheet.head))
    book.close()
    return buffer.getvalue()


def _sheet(page: Any, sheet: Sheet, formats: Mapping[str, Any], numbers: Sequence[Any]) -> None:
    top, last = (2 if sheet.title else 0), len(sheet.head) - 1
    for row, (text, look) in enumerate(((sheet.title, "title"), (sheet.below, "below"))[:top]):
        page.set_row(row, 32 if look == "title" else 20)
        page.merge_range(row, 0, row, last, text, formats[look]) if last else page.write(row, 0, text, formats[look])
    page.freeze_panes(top + 1, 0)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    page.center_horizontally()
    page.set_footer("&C第 &P 页,共 &N 页")
    page.fit_to_pages(1, 0)
    page.repeat_rows(top)
    page.write_row(top, 0, sheet.head, formats["head"])
    wide = [_width(sheet, column) for column in range(len(sheet.head))]
    for column, width in enumerate(wide):
        page.set_column(column, column, width)
    for i, cells in enumerate(sheet.rows, start=top + 1):
        for column, value in enumerate(cells):
            if isinstance(value, int | float):
                page.write_number(i, column, value, numbers[column])
            else:
                page.write_string(i, column, str(value), formats["text"])
        tall = max((lines(str(v), w - 1) for v, w in zip(cells, wide, strict=True)), default=1)
        if tall > 1:  # not every program makes room for what it wraps
            page.set_row(i, _LINE * tall)
    if sheet.rows:
        page.autofilter(top, 0, top + len(sheet.rows), last)


def _width(sheet: Sheet, column: int) -> int:
    widest = max((columns(str(row[column])) for row in sheet.rows), default=0)
    return min(sheet.widest, max(widest, columns(str(sheet.head[column]))) + 2)
