"""Lines of a notice, what their beginnings say (chapter, section, number), and lines that belong to the page alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from supervise.intake.folding import NUMERAL, number, numeral, trim

# Markers from the outermost to the innermost; a clerk writes 一、 (一) 1. (1) ① in this order.
RANK = {"part": 0, "chapter": 1, "section": 2, "item": 3, "sub": 4, "point": 5}

ROMAN = "ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ"
CAPITALS = "壹贰叁肆伍陆柒捌玖拾"
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_DIGITS, _CIRCLED = "0123456789", "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
# Numbers printed as one character: ⒈ ⑴ ㈠ ❶.
_DOTTED, _BRACKETED, _IDEOGRAPHS, _BLACK = (
    "".join(map(chr, range(first, last + 1)))
    for first, last in ((0x2488, 0x249B), (0x2474, 0x2487), (0x3220, 0x3229), (0x2776, 0x277F))
)
# Kind, the characters it may begin with, how it is written.
_MARKERS = (
    ("item", ROMAN, re.compile(rf"[{ROMAN}][-—](\d{{1,2}}) ?[.、: ] *")),
    ("part", ROMAN, re.compile(rf"([{ROMAN}])[ :、.]*")),
    ("part", CAPITALS, re.compile(rf"([{CAPITALS}]) ?[、.] *")),
    ("part", "第", re.compile(rf"第([{NUMERAL}]{{1,4}})(?:部分|编|篇)[ :、]*")),
    ("chapter", "第", re.compile(rf"第([{NUMERAL}]{{1,4}})章[ :、]*")),
    ("chapter", NUMERAL, re.compile(rf"([{NUMERAL}]{{1,4}}) ?[、.] *")),
    ("chapter", "攻行工清专板领", re.compile(rf"(?:攻坚|行动|工程|清单|专项|板块|领域)([{NUMERAL}]{{1,3}})[: ] *")),
    ("chapter", "(", re.compile(rf"\(([{NUMERAL}]{{1,4}})、 *(?=[^()]*\)$)")),  # 【一、工业强区】
    ("section", "(", re.compile(rf"\( ?([{NUMERAL}]{{1,4}}) ?[)、] *[、.]? *")),
    ("section", NUMERAL, re.compile(rf"([{NUMERAL}]{{1,3}})\) *")),  # the opening bracket is lost
    (
        "item",
        "重任事问项实议第承督交整民改攻反序决线工案积隐意",
        re.compile(
            r"(?:(?:承诺|督办|督查|交办|议定|整改|民生|改革|攻坚|反馈|重点)?(?:任务|事项|问题|项目|实事|议题|决议|线索|工单|案件|积案|隐患|意见)|第|序号)"
            r" *(\d{1,4}|[" + NUMERAL + r"]{1,4}) ?[项条战仗]? ?[.、:] *"
        ),
    ),
    ("item", "重任事", re.compile(r"(?:重点任务|任务|事项) ?(\d{1,4}|[" + NUMERAL + r"]{1,4}) +")),
    (
        "item",
        "项任事实问议督交重",
        re.compile(
            rf"(?:督办|督查|交办|重点)?(?:项目|任务|事项|实事|问题|议题)"
            rf" ?(\d{{1,3}}|[{NUMERAL}]{{1,3}})(?:$| {{2,}})"
        ),
    ),
    ("item", "项问议实意", re.compile(rf"(?:项目|问题|议题|实事|意见)([{NUMERAL}]{{1,2}}) +(?!期)")),
    (
        "item",
        "重督事任问项建提",
        re.compile(rf"(?:重点)?(?:督办件|督办事项|事项|任务|问题|项目|建议|提案)之([{NUMERAL}]{{1,3}})[: ] *"),
    ),
    (
        "item",
        "第",
        re.compile(
            r"第 ?(\d{1,4}|[" + NUMERAL + r"]{1,4}) ?"
            r"(?:(?:[项件条号]|号(?:建议|提案|议案|议题|督办件|交办件))[ :.、]+|[项件条号](?=《))"
        ),
    ),
    (
        "item",
        "(",
        re.compile(
            rf"\([\u4e00-\u9fff]{{0,4}}(?:任务|事项|项目|实事|问题|督[办查]件?|交办|议题) ?"
            rf"(\d{{1,3}}|[{NUMERAL}]{{1,3}})\)[ :.、]*"
        ),
    ),
    ("item", "(", re.compile(r"\((?:建议|提案|议案)?(?:第 ?)?(\d{1,4}) ?号\)[ :.、]*")),
    ("item", "编序", re.compile(r"(?:编号|序号) ?: ?(?:第 ?)?(\d{1,4}) ?号?(?=$| {2,})")),
    ("item", "建提议", re.compile(r"(?:建议|提案|议案)(?:第 ?)?(\d{1,4}) ?号? ?(?:[ :.、]+|(?=[《“]))")),
    ("item", _DOTTED, re.compile(rf"([{_DOTTED}]) *")),
    ("item", _DIGITS, re.compile(r"(\d{1,4}) ?[.、](?![\d]) *")),
    ("item", "0", re.compile(r"(0\d{1,2})(?: +| ?\| ?(?=[^|]*$))(?=[\u4e00-\u9fff“《])")),  # 01 新建…, 01|新建…
    ("item", _LETTERS, re.compile(r"[A-Z][-—]?(\d{1,2}) ?[.、:](?![\d]) *")),
    ("sub", "(", re.compile(r"\( ?(\d{1,3}) ?\) *[、.]? *")),
    ("sub", _DIGITS, re.compile(r"(\d{1,3})\) *")),
    ("section", _IDEOGRAPHS, re.compile(rf"([{_IDEOGRAPHS}]) *")),
    ("sub", _BRACKETED, re.compile(rf"([{_BRACKETED}]) *")),
    ("point", _CIRCLED + _BLACK, re.compile(rf"([{_CIRCLED}{_BLACK}]) *")),
    ("point", NUMERAL, re.compile(rf"([{NUMERAL}]{{1,2}})(?:是(?!否)|(?:要|则)(?!\d))[:,]? *")),
)
_PLAIN, _WORDS = map(str, range(1, 1000)), map(numeral, range(1, 100))
# A number as markers print it, where it is not printed in an odd way → its value.
_VALUES = {
    sign: value
    for signs in (_PLAIN, _WORDS, ROMAN, CAPITALS, _CIRCLED, _DOTTED, _BRACKETED, _IDEOGRAPHS, _BLACK)
    for value, sign in enumerate(signs, start=1)
}
# First character of a line → the markers it may begin.
_FIRST = {
    char: tuple((kind, pattern) for kind, opening, pattern in _MARKERS if char in opening)
    for char in {char for _, opening, _ in _MARKERS for char in opening}
}
# "2.1 加快", "2-1 加快": the first entry below 2; it counts only where both numbers are due.
# "1.1月底前" and "3.5万亩" are none.
_DECIMAL = re.compile(
    r"(\d{1,3})[.-](\d{1,2})(?!\d|[.-]\d)(?:[.、:] *"
    r"| *(?![月年日%亿万千米吨亩个家元倍天次所座条户名处栋件套间辆场株批]|公[里顷]"
    r"|平方)(?=[\u4e00-\u9fff“《]))"
)
_DECIMAL_MARK = re.compile(rf"\d{{1,3}}[.-]\d{{1,2}}(?!\d)|[A-Z]|[{ROMAN}][-—]\d")
# "12,加快" and "5.5G基站" are numbers only where that number is the next one due.
_WEAK = re.compile(r"(\d{1,4})(?: ?(?:[.、,](?=[\d])|, *)|(?<!\d{4}) +(?![年月日个]|项(?!目))(?=[\u4e00-\u9fff“《]))")
# A second item glued to the first: after a closed bracket or a full stop, the next number with its mark.
_GLUED = re.compile(r"(?:(?<=[)。]) *|(?<=[\u4e00-\u9fff]) +)(\d{1,4}) ?[.、] *(?=[^\d\s.、,)])")

_ARTICLE = re.compile(rf"第 ?[{NUMERAL}\d]{{1,4}} ?条|(?:议题|问题|事项|任务) ?[{NUMERAL}]{{1,3}}")
# A sign before a number marks the task (★ for the most important), and is no part of it.
_SIGNS = "★☆▲△●○◎◆◇■□※*"
_SIGN = re.compile(rf"[{_SIGNS}]+ *(?=\d|第|\(?[{NUMERAL}\d]{{1,3}}[、)])")
# A sign without a number begins an entry too; two kinds of signs are two levels.
_BULLETS = "●○◎◆◇■□▲△▼▪•·➢➤►▶❖✔√✓★☆–-"
_BULLET = re.compile(rf"([{_BULLETS}]) *(?=[\u4e00-\u9fff“《])")
_PAGE_NUMBER = re.compile(r"[-—–―· ]*(?:第 ?)?\d{1,4}(?: ?页)?[-—–―· ]*(?:[/,] ?共? ?\d{1,4} ?页?)?|第 ?\d+ ?页.{0,12}")
_RULE = r"[-|:=_*+\s]+"  # a line drawn across the page, or below the head of a table
_FURNITURE = re.compile(
    rf"(?:{_PAGE_NUMBER.pattern}|{_RULE})\Z"
    r"|(?:分享到|扫一扫|手机扫|相关阅读|扩展阅读|推荐阅读|相關|相关(?:词条|文章|链接|新闻)|热门|熱門|聯絡|联系我们|上一篇|下一篇"
    r"|版权所有|copyright|打印|关闭|\(?字体|字号|来源 ?:|信息来源|发布(?:日期|时间)|责任编辑|编辑 ?:|[浏阅][览读]次数"
    r"|\(?(?:续 ?表|续上表|接上表|转下页|接上页)[ 一二三四五六七八九十\d]{0,4}\)?$"
    r"|您当前的位置|当前位置|首页|https?:|www\.|返回顶部|附件下载)",
    re.IGNORECASE,
)
_SITE = re.compile(".{0,30}icp备", re.IGNORECASE)  # the number a website is registered under


_TO_ALL = re.compile(
    r"请于|请将|本(?:纪要|通知|清单|方案|办法)|请[^,。;、]{2,20}汇总[^,。;]{0,20}情况|(?:以上|上述)[^,。;]{0,16}情况"
    r"|(?:办理|落实|整改|处理|核查|进展|完成|有关)(?:落实|处置|进展)?(?:情况|结果)(?:请|须|应|要|于|及时|[^。;]{0,20}(?:报|反馈))"
    r"|(?:整改|落实|工作|实施)(?:方案|报告|总结)(?:请|须|应|要|于)[^。]{0,16}报"
    r"|(?:起草|牵头|责任|承办|主办|申报|项目)(?:责任)?(?:单位|部门)(?:要|应|须|需|务必)"
    r"|(?:请|望)?(?:你|贵)(?:们|单位|[局委办部厅院校镇乡县区市]|街道|公司|集团)[^。]{0,6}(?:要|应|须|需|务必|请|于|将|每)"
    r"|(?:请|望)?各[\u4e00-\u9fff、]{0,12}(?:单位|部门|地区|地|乡镇|县区|街道|[科处股]室|企业|学校)[^。]{0,6}"
    r"(?:要|应|须|需|务必|请|于|每[日天周月季旬半两])"
)
_OF_ALL_HINT = re.compile("[况中将请每]")
# 落实情况于每月10日报…, 县政府督查室将定期…: said of the whole list, behind it.
_OF_ALL = re.compile(
    r"[\u4e00-\u9fff]{0,6}(?:落实|办理|整改|进展|完成|推进|工作)(?:进展)?情况,?(?:于|按|每|逢|实行|请|须|要)"
    r"|请各[\u4e00-\u9fff、]{0,14}(?:单位|部门|地区|乡镇|县区|街道|[股科处]室)"
    r"|每(?:个?月|周|旬|季度?|半年|半月)[^。;]{0,16}(?:前|由|底|末)[^。;]{0,40}报送?(?=[至到]?[\u4e00-\u9fff]{2,10}[室办局委府科组])"
    r"|(?:工作|执行|实施|落实|办理)(?:过程)?中[^。]{0,24}(?:报告|反映|反馈)"
    r"|[\u4e00-\u9fff]{1,10}(?:督查[室办局]|督办室|政府办|办公室|[委核]办)[^,。;]{0,6}将"
    r"(?:对|定期|不定期|适时|按|会同|组织|采取|每|开展|进行|通过|视)"
)


class Line(NamedTuple):
    """One printed line without the blanks around it.

    Args:
        no: 1-based number in the file.
        start: offset of its first character.
        end: offset behind its last character.
        folded: the folded copy of the line.
        opens: whether a record without a number begins here (项目名称:…).
        card: whether it holds the words of a record behind labels of their own.
        heads: whether it is a heading without a number (任务类别:…).
    """

    no: int
    start: int
    end: int
    folded: str
    opens: bool = False
    card: bool = False
    heads: bool = False


class Marker(NamedTuple):
    """The beginning of a line that gives it a place in the order: ``3.``, ``(三)``, ``三、``.

    Args:
        kind: key of ``RANK``.
        number: its value.
        printed: as printed, without blanks.
        length: characters it takes.
        sure: whether it stands without asking which number is due.
        under: the number of the entry above that it repeats (the 2 of 2.1); 0 if it repeats none.
    """

    kind: str
    number: int
    printed: str
    length: int
    sure: bool = True
    under: int = 0


def split(folded: str, rows: Container[int] = ()) -> list[Line]:
    """The lines of a folded text that are not blank.

    Args:
        folded: the text.
        rows: numbers of lines that are rows of a table; their empty cells stay.
    """
    found: list[Line] = []
    end, wide, tabs = -1, 0, "\t" in folded
    for no, line in enumerate(folded.split("\n"), start=1):
        start, end = end + 1, end + 1 + len(line)
        blanks = " \t\r"
        if tabs:
            above, wide = wide, line.count("\t")  # as many as in the row above: its empty cells stay
            blanks = " \r" if no in rows or (wide > 1 and wide == above) else blanks
            wide = wide if wide > 1 or not line.strip() else 0
        body = line.strip(blanks)
        if body:
            if body[0] in _SIGNS and (sign := _SIGN.match(body)):
                body = body[sign.end() :]
            first = start if len(body) == len(line) else start + len(line.rstrip(blanks)) - len(body)
            found.append(Line(no, first, first + len(body), body))
    return found


def labelled(all_lines: list[Line], is_label: Callable[[str], bool]) -> list[Line]:
    """Join a line that is nothing but a label (牵头单位:) to the line below, which is its value."""
    if not any([line.folded[-1] == ":" and is_label(line.folded) for line in all_lines]):
        return all_lines
    out: list[Line] = []
    for line in all_lines:
        last = out[-1] if out else None
        if last and is_label(last.folded) and not marker(line.folded) and not line.folded.endswith(":"):
            gap = " " * (line.start - last.end)
            out[-1] = Line(last.no, last.start, line.end, last.folded + gap + line.folded)
        else:
            out.append(line)
    return out


def is_open(line: str) -> bool:
    """Whether the last bracket of a line is still open."""
    return line.rfind("(") > line.rfind(")")


@lru_cache(maxsize=2048)  # asked again at every step of reading
def marker(line: str) -> Marker | None:
    """What the beginning of a folded line says, if it says anything."""
    if line[:1] not in _FIRST:
        return None
    for kind, pattern in _FIRST[line[0]]:
        match = pattern.match(line)
        if match:
            printed = match[1]
            value = _VALUES[printed] if printed in _VALUES else number(printed)
            if value is not None:
                return Marker(kind, value, match[0].strip(), match.end())
    if line[0] not in _DIGITS:
        return None
    match = _DECIMAL.match(line)
    if match:
        return Marker("sub", int(match[2]), match[0].strip(), match.end(), sure=False, under=int(match[1]))
    match = _WEAK.match(line)
    if match:
        return Marker("item", int(match[1]), match[0].strip(), match.end(), sure=False)
    return None


def worth(printed: str) -> int | None:
    """The value of a number as markers print it."""
    return _VALUES[printed] if printed in _VALUES else number(printed)


def glued(line: Line, after: int, mark: Marker | None = None) -> list[Line]:
    """The line cut where the items ``after`` + 1, ``after`` + 2 … follow on the same line.

    Args:
        line: the line.
        after: number of the last item.
        mark: what the line begins with; the headings that follow (一) or 一、 behind a full stop are cut too.
    """
    if mark and mark.kind in ("section", "chapter") and mark.printed[-1] in ")、" and len(line.folded) > 40:
        heads = _headings(line, mark)
        if len(heads) > 1:
            return heads
    if after <= 0:
        return [line]
    cuts, due = [0], after + 1
    if str(due) not in line.folded:
        return [line]
    for match in _GLUED.finditer(line.folded):
        if int(match[1]) == due:
            cuts.append(match.start(1))
            due += 1
    if len(cuts) == 1:
        return [line]
    return _cut(line, cuts)


def _headings(line: Line, mark: Marker) -> list[Line]:
    """The line cut where (二), (三) … follow its (一), each behind the end of a sentence."""
    cuts, at, due, own = [0], mark.length, mark.number + 1, numeral(mark.number)
    while own in mark.printed:
        here = line.folded.find(mark.printed.replace(own, numeral(due), 1), at)
        if here < 0 or line.folded[:here].rstrip()[-1:] not in ("。", ";", ")"):
            break
        cuts.append(here)
        at, due = here + 1, due + 1
    return _cut(line, cuts) if len(cuts) > 1 else [line]


def _cut(line: Line, cuts: list[int]) -> list[Line]:
    ends = [*cuts[1:], len(line.folded)]
    parts = (line.folded[a:b].rstrip() for a, b in zip(cuts, ends, strict=True))
    return [Line(line.no, line.start + a, line.start + a + len(p), p) for a, p in zip(cuts, parts, strict=True)]


def bullet(line: str) -> tuple[str, int]:
    """The sign a folded line begins with in place of a number, and how many characters it takes; empty if none."""
    match = _BULLET.match(line) if line[:1] in _BULLETS else None
    return (match[1], match.end()) if match else ("", 0)


def is_unbalanced(line: str) -> bool:
    """Whether brackets of a folded line are not closed or not opened; the one behind a number (1) opens none."""
    if line.count("(") == line.count(")") and not closes(line):
        return False
    mark = marker(line)
    body = (
        line[mark.length :] if mark and ")" in mark.printed and "(" not in mark.printed and mark.kind == "sub" else line
    )
    lost = body is not line and mark is not None and f"({mark.number + 1})" in body  # 1)…;(2)…
    return lost or closes(body) or body.count("(") != body.count(")")


def closes(line: str) -> bool:
    """Whether a folded line closes a bracket it does not open."""
    before, *behind = line.split("(")
    depth = -before.count(")")
    for words in behind:
        if depth < 0:
            break
        depth += 1 - words.count(")")
    return depth < 0


def is_decimal(printed: str) -> bool:
    """Whether a printed marker is of the kind 2.1 or A2: it says itself what it stands below."""
    return not printed[:-1].isdecimal() and _DECIMAL_MARK.match(printed) is not None


def rest(line: Line, start: int) -> tuple[int, int]:
    """The rest of a line from an offset on, without the marks it begins with."""
    a, b = trim(line.folded, start - line.start, len(line.folded), " ,;")
    return a + line.start, b + line.start


def is_article(line: str) -> bool:
    """Whether a folded line begins with the number of an article or of a matter in words: 第二条, 议题二, 问题二."""
    return _ARTICLE.match(line) is not None


def hold_entries(found: Sequence[Line]) -> bool:
    """Whether an article is directly followed by (一), or 议题一 by 1., and so is the heading of entries of its own."""
    below = [
        (line.folded[0], marker(after.folded))
        for line, after in pairwise(found)
        if line.folded[0] in "第议" and is_article(line.folded)
    ]
    if any(m is not None and m.number == 1 and m.kind == ("section" if a == "第" else "item") for a, m in below):
        return True
    heads = [at for at, line in enumerate(found) if line.folded[0] in "问事任" and is_article(line.folded)]
    begun = [any(line.folded.startswith("1.") for line in found[a:b]) for a, b in pairwise([*heads, len(found)])]
    return len(heads) > 1 and all(begun)  # 问题一:… with measures 1. and 2. of its own


def is_page_number(line: str) -> bool:
    """Whether a folded line is the number of a page: - 3 -, 第3页, 3/12, and a number alone."""
    return len(line) < 40 and bool(_PAGE_NUMBER.fullmatch(line))


def is_furniture(line: str) -> bool:
    """Whether a folded line belongs to the page around the notice: page numbers, buttons, copyright."""
    if len(line) >= 200:
        return False
    return _FURNITURE.match(line) is not None or ("备" in line and _SITE.match(line) is not None)


def is_sentence(line: str) -> bool:
    """Whether a folded line ends as a sentence does; headings and buttons do not."""
    return line.rstrip("”’\"' )").endswith(("。", ";", "!", "?", ":", "…"))


def speaks_to_all(line: str) -> bool:
    """Whether a folded line asks something of all units: 请各单位于…, 各牵头单位要…."""
    return _TO_ALL.match(line) is not None


def is_of_all(line: str) -> bool:
    """Whether a folded line below an entry is said of all of them, and is no part of the one above."""
    said = _OF_ALL_HINT.search(line, 0, 24) and _OF_ALL.match(line)
    return bool(said) or speaks_to_all(line)
