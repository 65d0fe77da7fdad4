"""Decisions told in prose: a paragraph that says 由县住建局牵头,县财政局配合 is a task.

In minutes and lists of decisions a paragraph is a task where it says who is to act. Its text stays whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from supervise.intake import schedule, verbs
from supervise.intake.fields import Clause, Field
from supervise.intake.folding import NUMERAL, pieces, trim
from supervise.intake.lines import RANK, Line, speaks_to_all, worth
from supervise.intake.names import is_group, looks_like_unit
from supervise.intake.nodes import LOST, Node, Segment

_PAPER = re.compile(r"会议|纪要|议定|批示|常务会|办公会|决定事项|交办")
_HANDED_OUT = re.compile(r"交办|转办|督办|催办")  # what such a paper lists is to be done, whatever it says
_SAYS = re.compile(
    r"(?:会议|与会人员|大家|[\u4e00-\u9fff]{0,6}同志)?(?:研究)?(?:议定|要求|明确|决定|强调|指出|认为|(?:原则)?同意|确定)+[,:]?"
)
_ACTS = re.compile(
    r"(?:(?:共同|联合|分别|具体|总)?牵头|(?:分别|具体|共同|主要)?负责|主办|承办|承建|具体(?:实施|落实|承办)|组织实施|会同|商(?=[省市区县州旗][\u4e00-\u9fff]{2})"
    r"|(?:组织(?!部)|抓[好紧实细落]|尽快|立即|限期|根据|按照|进一步|加快|做好|制定|研究(?!院|所|室|中心)|落实(?!办)|开展|完成|推进(?!办|中心|组)|加强|建立|完善|修改|依法|按(?:程序|规定|要求|期)|报(?=批|请|送|[省市县区]委)|提出(?!的)|拟定|起草"
    r"|拿出|跟进|提请|印发|督促|指导|协调|拨付|筹措|争取|严格|严肃|全面|全力|积极|切实|着力|逐[一个户项]|加大|加紧|强化|梳理|摸清|出台|编制|统筹(?!办|中心|局)"
    r"|认真|启动|继续|持续|深入|主动|及时|再次|同步|聚焦|紧盯|围绕|结合|借鉴|每[日周旬月季年半]"
    r"|设置|增设|确保|提供|发放|组建|成立|摸排|关停|实现|做到|跟踪|于 ?\d|在 ?\d|对(?=[\u4e00-\u9fff]))"
    r"|(?:要|应|须|需|务必|必须)(?:当|该)?)"
)
_HELPS = re.compile(
    r"(?:要|应|须)?(?:按照?(?:各自)?职责(?:分工)?)?(?:积极|密切|共同|协同|做好)*(?:配合|协助|参与|参加|协办|会办)"
)
# A sentence that begins with a unit and what it does, or with one of several: 县水利局牵头…, 由县教体局、县财政局….
_TAKER = (
    r"[^,。;:、由请]{1,14}(?:[局委办部厅会院室府镇乡科处股]|中心|街道|镇街|公司|集团|单位|部门)"
    r"(?:[、和]|牵头|负责|会同|主办|承办|要|应|须)"
)
_TAKES_FIRST, _TAKES = re.compile(_TAKER), re.compile("[。由请]" + _TAKER)
_BY = re.compile(r"(?:20\d\d ?年 ?)?\d{1,2} ?月(?: ?\d{1,2} ?日)?[底末]?之?前|年底前")
_OPEN = re.compile(r"等(?:有关|相关)?(?:部门|单位)?$")
_LIMIT_BEHIND = re.compile(rf" *(?:{verbs.UNTIL.pattern})$")  # 由县编办4月底前完成
_NO_NAME = re.compile(r"\d|^(?:关于|[报你贵](?![社业州阳港溪]))")
_POINT = re.compile(r"\(?\d{1,2}[).、] *")
_CHARGED = re.compile(
    r"(?<=[\u4e00-\u9fff])由(?=[\u4e00-\u9fff])"
)  # 方案由县住建局会同…修改: who acts stands behind 由
# 县财政局补充…: the name ends where an organ's does.
_AHEAD = re.compile(
    r"[\u4e00-\u9fff]{2,14}?(?:局|厅|委(?![员宣组统政办网编社改党机老农监])|中心|集团|公司|政府|办公室|管委会|部门|单位)"
    r"(?=[\u4e00-\u9fff]{2}|[于在] ?\d)"
)
_COMRADE = re.compile(r"[\u4e00-\u9fff·]{2,4}同志(?=牵头|负责|总|协调|统筹|具体)")  # 请李明同志牵头
# Decisions counted within one paragraph: 会议议定:一、…;二、….
_COUNTED = re.compile(
    rf"(?<=[。;:,!]) *(?:(?:(?P<plain>[{NUMERAL}]{{1,3}})[、是]|\((?P<framed>[{NUMERAL}]{{1,3}}|\d{{1,2}})\)"
    rf"|(?P<digit>\d{{1,2}})(?:[、)]|\.(?!\d))|(?P<circle>[①-⑳])) *)"
)
_ASKED = re.compile(r"请?(?:[你贵](?:们|单位|[局委办部厅院校镇乡县区市]|街道|公司|集团))?(?:负责)?")
_CALLS = re.compile(r"[要应须需]?会同|商(?=[省市区县州旗][\u4e00-\u9fff]{2})")  # 县卫健局商县医保局
_YOU = re.compile(r"请[你贵](?:们|单位|[局委办部厅院校镇乡县区市]|街道|公司|集团)")  # those addressed
_ROLE = re.compile(r"(?:牵头|负责|主办)(?=、)")
_HEARD = re.compile(r"会议(?:还|又)?(?:听取|学习|传达|强调|指出|认为|书面|通报)|\(?略\)?$")
_HEARD_TITLE = re.compile("听取|学习|传达|通报|汇报|人事|任免|其他|干部")
_WANTED = re.compile(r"(?:会议|与会人员)?(?:研究)?(?:议定|要求|明确|决定|(?:原则)?同意|确定)")


def assign(parts: list[Segment], folded: str) -> bool:
    """Give the paragraphs of minutes their parties, in a paper that prints no unit clause; whether it is such a paper.

    Args:
        parts: the segments of the notice.
        folded: its folded text.
    """
    first = [line.folded for part in parts for line in part.lines][:8]
    if not any(map(_PAPER.search, first)):
        return False
    if any(part.bearing or part.ahead for part in parts):
        _beside(parts, folded)
        return False
    for part in parts:
        marked = [node for node in part.nodes if not node.children]
        for node in marked:
            node.clause = _parties(folded, node.start, node.end)
        silent = [node for node in marked if node.clause is None]
        for node in marked if 2 * len(silent) < len(marked) else ():  # 各县区对经营网点逐一检查
            said = _parties(folded, node.start, node.end, True)
            begins = said and (said.start == node.start or folded[said.start - 1] in ":。")
            if said and begins and (node.clause is None or said.start < node.clause.start):
                node.clause = said
        if not any(node.clause for node in marked):
            part.roots += [] if asked(part) else _paragraphs(part, folded)
        elif not any(map(_HANDED_OUT.search, first)):
            usual = 2 * len([node for node in marked if node.clause]) > len(marked)
            part.roots = [
                node
                for node in part.roots
                if node.children or node.clause or _wanted(folded, node) or (usual and not _heard(folded, node))
            ]
    return True


def _beside(parts: list[Segment], folded: str) -> None:
    """Decisions that say who acts in prose, beside others that name their units in a clause."""
    for siblings in [*(part.roots for part in parts), *(node.children for part in parts for node in part.nodes)]:
        if any(node.clause is not None for node in siblings):
            for node in siblings:
                own = node.clause
                if own is None and node.maybe is None and not node.children:
                    node.clause = _parties(folded, node.start, node.end)
                elif own and all(f.role in ("leader", "due") for f in own.fields) and not node.children:
                    said = _parties(folded, node.start, node.end)  # only the leader stands in a line of his own
                    node.clause = own._replace(fields=(*own.fields, *(said.fields if said else ())))


def charge(parts: list[Segment], folded: str) -> None:
    """In a list without unit clauses whose entries begin with who acts (由县水利局牵头,县财政局配合,…), these answer.

    Args:
        parts: the segments of the notice.
        folded: its folded text.
    """
    if any(part.bearing or part.ahead for part in parts):
        return
    nodes = [node for part in parts for node in part.nodes if not node.children]
    telling = [n for n in nodes if _TAKES_FIRST.match(folded, n.start, n.end) or _TAKES.search(folded, n.start, n.end)]
    said = [(node, _parties(folded, node.start, node.end, True)) for node in nodes if 2 * len(telling) >= len(nodes)]
    found = [(n, c) for n, c in said if c and (c.start - n.start <= 2 or folded[c.start - 1] in "。由请")]
    if len(found) >= 2 and 2 * len(found) >= len(nodes):
        for node, clause in found:
            node.clause = clause


def mend(parts: list[Segment], folded: str) -> None:
    """In a list whose entries name their units, one that does not may say in its last sentence who acts, and how.

    Args:
        parts: the segments of the notice.
        folded: its folded text.
    """
    nodes = [node for part in parts for node in part.nodes if not node.children and RANK[node.kind] >= RANK["item"]]
    silent = [node for node in nodes if node.clause is None]
    few = 2 * len(silent) < len(nodes)
    if len(silent) == len(nodes) or not (few or _last_says(folded, silent[0])):
        return
    found = [(node, *last) for node in silent if (last := _last_says(folded, node))]
    for node, begin, said in found if few or 2 * len(found) >= len(silent) else ():
        spans = [trim(folded, a, b) for a, b in pieces(folded, begin, node.end, ",。;")]
        due = tuple(Field("due", "", a, b) for a, b in spans if _BY.match(folded, a, b))
        node.clause = Clause(begin, node.end, (*said.fields, *due[:1]))
        node.end = len(folded[:begin].rstrip())


def _last_says(folded: str, node: Node) -> tuple[int, Clause] | None:
    """Where the last sentence of an entry begins, and who acts in it, if it is not its only one."""
    begin = folded.rfind("。", node.start, len(folded[: node.end].rstrip(" 。"))) + 1
    said = _parties(folded, begin, node.end) if begin > node.start else None
    return (begin, said) if said else None


def _wanted(folded: str, node: Node) -> bool:
    """Whether an entry decides something, or by when, though it names nobody; what was only heard is no task."""
    spans = pieces(folded, node.start, node.end, ",。;")
    return any(_WANTED.match(folded, *trim(folded, a, b)) or _BY.search(folded, a, b) for a, b in spans)


def _heard(folded: str, node: Node) -> bool:
    """Whether an entry among decisions only tells what was heard, studied or stressed."""
    title = min(node.end, node.start + 12)
    return bool(_HEARD_TITLE.search(folded, node.start, title) or _HEARD.search(folded, node.start, node.end))


def _paragraphs(part: Segment, folded: str) -> list[Node]:
    """Unmarked paragraphs that say who is to act, each a task; several sentences that do so are several tasks."""
    found: list[Node] = []
    for line in part.lines:
        if line.folded.endswith(":") or speaks_to_all(line.folded):
            continue  # what stands above the list, and what is asked of all below it
        spans = counted = _counted(folded, line.start, line.end)
        if not counted:
            spans = [(a, b) for a, b in pieces(folded, line.start, line.end, "。;") if _parties(folded, a, b)]
        if len(spans) == 1:
            spans = [(line.start, line.end)]
        for start, end in spans:
            clause = _parties(folded, start, end, bool(counted))
            found.append(Node("item", LOST, "", line.no, *trim(folded, start, end), clause, restored=True))
    return found


def _counted(folded: str, start: int, end: int) -> list[tuple[int, int]]:
    """Spans of the decisions a paragraph counts, half of which at least say who acts; none if it counts none."""
    marks: list[re.Match[str]] = []
    for mark in _COUNTED.finditer(folded, start, end):
        if worth(mark[mark.lastgroup or 0]) == len(marks) + 1 and (not marks or mark.lastgroup == marks[0].lastgroup):
            marks.append(mark)
    stops = [*(mark.start() for mark in marks[1:]), end][: len(marks)]
    spans = [(mark.end(), stop) for mark, stop in zip(marks, stops, strict=True)]
    telling = sum(_parties(folded, a, b, True) is not None for a, b in spans)
    return spans if len(spans) > 1 and 2 * telling >= len(spans) else []


def _parties(folded: str, start: int, end: int, groups: bool = False) -> Clause | None:
    """Who acts and who helps in a span of prose; ``None`` if nobody is named to act.

    Args:
        folded: a folded text.
        start: first offset of the span.
        end: offset behind it.
        groups: whether a collective name alone (各乡镇) may act: it does among entries that all say who.
    """
    fields: list[Field] = []
    for a, b in _parts(folded, start, end):
        a, b = trim(folded, a, b, " “”—")
        opens = a
        said = _SAYS.match(folded, a, b)
        a = said.end() if said else a
        numbered = _POINT.match(folded, a, b)
        a = numbered.end() if numbered else a
        charged = folded[a : a + 1] in ("由", "请") or folded.startswith(("责成", "交由"), a)
        by = None if charged else _CHARGED.search(folded, a, b)
        if by and _list_before(folded, by.end(), b, _ACTS):
            a, charged = by.start(), True
        begin = a + (0 if not charged else 1 if folded[a] in "由请" else 2)
        if charged and (person := _COMRADE.match(folded, begin, b)):
            fields.append(Field("leader", "", begin, person.end()))
            continue
        if fields and folded.startswith("会同", begin):
            fields += _called_in(folded, begin, b)
            continue
        helps = _list_before(folded, begin, b, _HELPS)
        if helps and fields:
            fields.append(Field("co", "", begin, helps))
        elif acts := _list_before(folded, begin, b, _ACTS) or (
            _name_ahead(folded, begin, b)
            if (charged or (groups and not fields and folded[begin : begin + 1] not in "各有相关对"))
            and not folded.startswith("会同", begin)
            else 0
        ):
            named = [folded[c:d].strip() for c, d in pieces(folded, begin, acts, "、")]
            if charged or groups or fields or not all(map(is_group, named)):
                apart = charged and folded[start:opens].rstrip(" “")[-1:] in (";", "。")  # a sentence of its own
                leads = apart or not any(f.role == "lead" for f in fields)
                fields.append(Field("lead" if leads else "unit", "", begin, acts))
                fields += _called_in(folded, acts, b)
    return Clause(fields[0].start, fields[-1].end, tuple(fields)) if any(f.role == "lead" for f in fields) else None


def _parts(folded: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Spans between commas and stops, and between 、 behind a role: 县住建局牵头、县财政局参与."""
    for a, b in pieces(folded, start, end, ",。;:\n"):
        for role in _ROLE.finditer(folded, a, b):
            yield a, role.end()
            a = role.end() + 1
        yield a, b


def _list_before(folded: str, start: int, end: int, verb: re.Pattern[str]) -> int:
    """Where a list of units at the beginning of a span ends and a verb follows; 0 if there is none."""
    if folded.startswith("会同", start):
        return 0
    for match in verb.finditer(folded, start + 2, min(end, start + 120)):
        named = [folded[c:d].strip() for c, d in pieces(folded, start, match.start(), "、")]
        named[-1] = _LIMIT_BEHIND.sub("", named[-1])
        if all(map(_known, named)):
            return start + len(_LIMIT_BEHIND.sub("", folded[start : match.start()]))
    return 0


def _known(name: str) -> bool:
    """Whether words are the name of a unit (县工业和信息化局), or of two that 和 joins."""
    if name.count("(") != name.count(")") or _NO_NAME.search(name):
        return False  # 惠及企业2000户(县市场监管局: the sentence before a bracket; 各单位每日16时前将情况报
    return any(all(looks_like_unit(_OPEN.sub("", part)) for part in parts) for parts in ([name], name.split("和")))


def asked(part: Segment) -> list[Line]:
    """Lines that ask something of those addressed (请你局…), and not only for a report."""
    found = [line for line in part.lines if _YOU.search(line.folded)]
    return [
        line
        for line in found
        if not speaks_to_all(line.folded) or not schedule.read(line.folded, line.folded, [(0, len(line.folded))], False)
    ]


def called_in(folded: str, start: int, end: int) -> list[Field]:
    """Who is called in where an entry begins so: 请会同县财政局研究….

    Args:
        folded: a folded text.
        start: first offset of the entry.
        end: offset behind it.
    """
    a, b = next(iter(pieces(folded, start, end, ",。;:\n")), (start, start))
    asked = _ASKED.match(folded, a, b)
    return _called_in(folded, asked.end() if asked else a, b)


def _called_in(folded: str, at: int, end: int) -> list[Field]:
    """Who is called in behind 会同."""
    calls = _CALLS.match(folded, at, end)
    if calls is None:
        return []
    begin = calls.end()
    stop = _list_before(folded, begin, end, _ACTS)
    if not stop and all(looks_like_unit(folded[a:b].strip()) for a, b in pieces(folded, begin, end, "、和")):
        stop = end
    stop = stop or _name_ahead(folded, begin, end)
    return [Field("co", "", begin, stop)] if stop else []


def _name_ahead(folded: str, start: int, end: int) -> int:
    """Where a list of units ends whose last name runs into the deed: 会同县财政局补充防汛物资; 0 if it does not."""
    *before, (a, b) = pieces(folded, start, min(end, start + 60), "、")
    last = _AHEAD.match(folded, a, b)
    return last.end() if last and all(looks_like_unit(folded[c:d].strip()) for c, d in before) else 0
