"""Results as workbooks: a breakdown, a board or an assessment with its receipts."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from supervise.errors import Problem, Refused
from supervise.widths import columns

Body = Mapping[str, Any]
Row = Sequence[Any]
LISTS = {"red": "红榜", "black": "黑榜", "": ""}
BURDENS = ("应办", "要求报送", "催办", "督查单", "督查检查", "消息")
_WIDEST = 60


def workbook(*bodies: Body, unknown: Callable[[date], bool] = lambda day: False) -> bytes:
    """Boards or an assessment as a workbook: the places, every line of every receipt, and what it rests on.

    Args:
        bodies: as they were made.
        unknown: whether a day lies in a year whose arrangement is not announced; such a limit gets a star.
    """
    body = bodies[0]
    lines = [row for one in bodies for row in _receipts(one, unknown)]
    sheets = [
        *_places(bodies),
        ("得分明细", ("单位", "项目", "算法", "得分", "任务", "事由", "期限", "办于"), lines),
    ]
    basis = [("名称", body["title"]), ("考核期", body["label"]), ("编号", body.get("number", "未公布"))]
    basis += [("截至", body["cut"]["as_of"]), ("入库截至", body["cut"]["known"])]
    basis += [("依据", f"{name} {print_}") for name, print_ in {**body["rules"], **body["definitions"]}.items()]
    basis += [("单位目录", body["directory"]), ("日历", body["calendar"])]
    basis += [("封存", f"第 {body['seal']['number']} 号 {body['seal']['hash']}")] if "seal" in body else []
    return _write([*sheets, ("口径", ("项目", "内容"), basis)])


def burden(body: Body) -> bytes:
    """What was asked of each unit in each month, as a workbook."""
    rows = [tuple(row.values()) for row in body["rows"]]
    basis = [("期间", body["period"]), ("截至", body["as_of"]), ("入库截至", body["known"] or "")]
    return _write([("负担统计", ("月份", "单位", *BURDENS), rows), ("口径", ("项目", "内容"), basis)])


def _places(bodies: Sequence[Body]) -> Iterable[tuple[str, Row, list[Row]]]:
    for body in bodies:
        name, head, rows = _ranked(body) if "lists" in body else _listed(body)
        yield re.sub(r"[\[\]:*?/\\]", " ", body["title"])[:31] if len(bodies) > 1 else name, head, rows


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
    for row in body["standings"]:
        lines = row["score"]["lines"] if body["kind"] == "board" else row["lines"]
        for line in lines:
            label = " · ".join([*line.get("section", ()), line["label"]])
            yield row["unit"], label, line["quantity"], _number(line["points"]), "", "", "", ""
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


def _write(sheets: Iterable[tuple[str, Row, Sequence[Row]]]) -> bytes:
    buffer = io.BytesIO()
    book = library().Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format({"bold": True, "bg_color": "#DDE6F0", "border": 1, "text_wrap": True, "valign": "vcenter"})
    cell = book.add_format({"text_wrap": True, "valign": "top"})
    for name, header, rows in sheets:
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.write_row(0, 0, header, head)
        for i, row in enumerate(rows, start=1):
            sheet.write_row(i, 0, [v if isinstance(v, int | float) else str(v) for v in row], cell)
        for column, title in enumerate(header):
            widest = max((columns(str(row[column])) for row in rows), default=0)
            sheet.set_column(column, column, min(_WIDEST, max(widest, columns(str(title))) + 2))
        if rows:
            sheet.autofilter(0, 0, len(rows), len(header) - 1)
    book.close()
    return buffer.getvalue()
