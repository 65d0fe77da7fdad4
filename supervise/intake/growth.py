"""Lines → the tree of a segment: which entry each line belongs to, also where a marker or a break is lost in print."""

from __future__ import annotations

import re

from supervise.intake import across, clauses, lines, nodes, owned, rows, settling, sharing, tables, verbs
from supervise.intake.fields import Clause, Field, filled
from supervise.intake.folding import trim
from supervise.intake.lines import RANK, Line, Marker
from supervise.intake.nodes import LOST, Node, Segment

_ENDS_BRACKETED = re.compile(r"[。;!]\([^()]{4,}\)[。)]?$")  # a paragraph with its parties in brackets
_ASIDE = re.compile(
    r"[\u4e00-\u9fff]{2,8} ?:(?:(?<=要求:)|(?!.*(?:\d ?日|[月年][底末])之?前.*[。;]))|\(.*\)$|[^\u4e00-\u9fff]*$"
    r"|注[:1-9]|[合总小] ?计|\d{1,2} +[\u4e00-\u9fff]{2,20}$"
)  # what a list says beside its tasks


def grow(segment: Segment, borrow: bool = True) -> Segment:
    """Build the tree of a segment from its lines.

    Args:
        segment: its lines.
        borrow: whether an empty cell of a table may be the rest of the one above it; where the file itself says which
            cells are one, it may not.
    """
    grower = _Grower(segment, borrow)
    bullets = [(line.folded, *mark) for line in segment.lines if (mark := lines.bullet(line.folded))[0]]
    signed = [(words, sign, length) for words, sign, length in bullets if not clauses.begins(words)]
    named = all(clauses.names_somebody(words[length:]) for words, _, length in signed)  # ▲区长 高山
    grower.signs = list(dict.fromkeys(sign for _, sign, _ in signed)) if named or len(signed) > 2 else []
    grower.articles = lines.hold_entries(segment.lines)
    for line in segment.lines:
        grower.take(line)
    sharing.hand_down(settling.settle(segment), segment.ahead)
    return segment


class _Grower:
    """Takes line after line; keeps the open path from the outermost node to the innermost."""

    def __init__(self, segment: Segment, borrow: bool) -> None:
        self.segment, self.borrow = segment, borrow
        self.path: list[Node] = []
        self.waiting: list[Line] = []  # unmarked lines: the last one may be a heading that lost its marker
        self.last = 0  # number of the last item
        self.columns = across.headless(segment.lines)  # of the table we are in
        self.plain = owned.heads(segment.lines)  # heads that name nobody
        self.owners = owned.above(segment.lines, self.plain) if self.plain else {}
        self.signs: list[str] = []  # that stand in place of numbers, the outer one first
        self.headed = False  # whether the line above was the head of a table
        self.before: Line | None = None  # the line above
        self.words = ""  # the class of the rows
        self.zeros = False  # whether numbers are printed with a zero in front and a blank behind
        self.row = ""  # the row above, as printed
        self.led = False  # whether leaders on lines of their own are the headings
        self.decimal = (0, 0)  # the last number of the kind 2.1
        self.above: Clause | None = None  # parties of the row above
        self.articles = False  # whether 第一条, 第二条 … are headings of (一), (二) …

    def take(self, line: Line) -> None:
        """Find the place of one line in the tree."""
        if line.no in self.owners and not owned.is_headed(self.path):
            self._own(self.owners[line.no], line)
            return
        columns = self.plain.get(line.no) or tables.head(line)
        if columns and self.columns and columns.labels != self.columns.labels and self.words:
            self.path, self.words = [], ""  # the class of one table is none of the next
        columns = columns or (tables.under(line, self.columns) if self.columns and self.headed else None)
        self.columns, self.headed = columns or self.columns, columns is not None and not self.headed
        if columns or (self.columns and (tables.repeats(line, self.columns) or self._row(line, self.columns))):
            return
        line = (across.lone(line, self.columns) if self.columns else None) or line
        if self.path and "由" in line.folded and (numbers := sharing.numbered(line.folded)):
            self.segment.loose += [line] * (not sharing.deal(self.segment.nodes, numbers, line))
            return
        mark = lines.marker(line.folded)
        if mark and ((line.opens and mark.kind != "item") or (not mark.sure and not self._due(mark, line))):
            mark = None  # 包抓项目:(1)…;(2)… counts within a card
        after = mark.number if mark and mark.kind == "item" else self.last
        first, *rest = lines.glued(line, after, mark) if after or mark else [line]
        sign, length = lines.bullet(line.folded) if self.signs and not clauses.begins(line.folded) else ("", 0)
        if mark is None and sign:
            self._bullet(line, sign, length)
        elif mark is None and line.heads:
            self.path, self.waiting = [], []
            self._place(Node("chapter", 0, "", line.no, line.start, line.end))
        elif mark is None and line.opens:
            self._record(line)
        elif mark is None:
            self._unmarked(first)
        else:
            self._open(mark, first)
        for more in rest:
            self.take(more)
        self.before = line

    def _own(self, named: Clause | None, line: Line) -> None:
        """Those named above a table are the heading of its rows."""
        if named is not None:
            self.path = [node for node in self.path[:1] if node.number and node.kind == "chapter"]
            self._place(owned.head_of(named, self.path, line.no))

    def _row(self, line: Line, columns: tables.Columns) -> bool:
        """Take a line as a row of the table, if it is one."""
        row = rows.row(line, columns)
        if row is None:
            return False
        self.waiting = []
        if row.heading:
            self._class(line, *row.heading)
        more = across.repeated(self.row, line, columns) if row.number == self.last and not self.borrow else ()
        self.row = line.folded
        if more and self.path:
            self.path[-1].goals = (*self.path[-1].goals, *more)
            return True
        above = self.path[-1] if self.path else None
        if above and not row.number and above.start == above.end and RANK[above.kind] >= RANK["item"]:
            above.start, above.end, above.clause, above.goals = row.start, row.end, row.clause, row.goals
            return True  # 任务1 above a table of its own
        printed = row.printed
        if above and not self.borrow and row.number and row.number == self.last and above.number == row.number:
            printed = across.counted(above, row.number)
        self.last = row.number or self.last + 1
        clause, borrowed = filled(row.clause, self.above, columns.roles)
        self.above = clause if self.borrow and columns.bar in ("\t", "|") else None
        node = Node(
            "item", self.last, printed or str(self.last), line.no, row.start, row.end, clause, borrowed=borrowed
        )
        node.goals, node.figure, node.doubt = row.goals, row.figure, row.doubt
        node.card = columns.bar[0] == " "  # blanks part its cells
        self._place(node)
        return True

    def _class(self, line: Line, start: int, end: int) -> None:
        """The class a row prints is the heading of this row and those below that print none."""
        words = line.folded[start - line.start : end - line.start]
        mark = lines.marker(words)
        number, printed, length = (mark.number, mark.printed, mark.length) if mark else (0, "", 0)
        if words != self.words or not self.path:
            self.path, self.words, self.above = [], words, None
            node = Node("chapter", number, printed, line.no, start + length, end)
            self.segment.roots.append(node)
            self.path.append(node)

    def _due(self, mark: Marker, line: Line) -> bool:
        """An odd marker counts where its number is the next one, and, without a dot, only with a unit clause."""
        if mark.under:
            above = self._over(mark)
            last = above.children[-1].number if above and above.children else 0
            below = above is not None and mark.number == last + 1
            under, number = self.decimal
            return below or (mark.under, mark.number) in ((under, number + 1), (under + 1, 1))
        if mark.number != self.last + 1:
            return False
        if self.zeros and line.folded[mark.length - 1] == " ":
            return True  # 10 behind 09
        return line.folded[mark.length - 1] in ".、" or clauses.find(line.folded, 0, len(line.folded)) is not None

    def _over(self, mark: Marker) -> Node | None:
        """The open entry 2 that stands above 2.1."""
        over = (n for n in reversed(self.path) if n.kind in ("item", "section", "chapter"))
        above = next((n for n in over if not lines.is_decimal(n.printed)), None)
        return above if above is not None and above.number == mark.under else None

    def _open(self, mark: Marker, line: Line) -> None:
        self._restore(mark)
        start = line.start + mark.length
        if self.articles and lines.is_article(mark.printed):
            mark = mark._replace(kind="chapter")
        if mark.under:
            self.decimal = (mark.under, mark.number)
            if self._over(mark) is None:
                mark = mark._replace(kind="item")  # nothing is numbered 2 above 2.1
        self.last = mark.number if mark.kind == "item" else self.last
        self.zeros = self.zeros or mark.printed[0] == "0"
        node = Node(mark.kind, mark.number, mark.printed, line.no, start, start, card=line.card)
        self._push(node, line, start)

    def _push(self, node: Node, line: Line, start: int) -> None:
        self.above = None
        self._place(node)
        ends = line.folded[-1:] in (")", "。", ";")
        sentences = clauses.several(line.folded, start - line.start, len(line.folded)) if ends else []
        if not sentences:
            self._clause(node, line, start)
            return
        for number, (a, b, clause) in enumerate(sentences, start=1):
            mark = lines.marker(line.folded[a:b])
            a += mark.length if mark and RANK[mark.kind] >= RANK["item"] and mark.number == number else 0
            own = Node("point", number, "", line.no, line.start + a, line.start + b, clause.moved(line.start))
            self._place(own)
        node.end = line.start + sentences[0][1]

    def _place(self, node: Node) -> None:
        """Hang a node below the innermost open one of an outer kind."""
        while self.path and RANK[self.path[-1].kind] >= RANK[node.kind]:
            self.path.pop()
        (self.path[-1].children if self.path else self.segment.roots).append(node)
        self.path.append(node)

    def _clause(self, node: Node, line: Line, start: int) -> None:
        """Find the clause on a line of the node and keep text and clause apart."""
        offset = line.start
        found = clauses.find(line.folded, start - offset, len(line.folded))
        found = found or clauses.fronted(line.folded, start - offset, len(line.folded), line.opens)
        if found is None:
            node.end = max(node.end, line.start + clauses.aside(line.folded, start - offset, len(line.folded)))
            bare = clauses.bare(line.folded, start - offset, len(line.folded))
            node.maybe = bare.moved(offset) if bare else None
            return
        moved = found.moved(offset)
        begin = moved.start
        front = begin == start and line.no == node.line and moved.end < line.end
        if front and (line.folded[begin - offset] == "(" or line.folded[moved.end - offset - 1] == ":"):
            node.start, _ = trim(line.folded, moved.end - offset, line.end - offset, " 、,;:")
            node.start, node.end, node.clause = node.start + offset, line.end, moved  # 【责任单位:…】 before the text
            return
        node.end = offset + len(line.folded[: begin - offset].rstrip(" -—–―→|")) if begin > start else node.end
        node.stops = node.stops or line.folded[node.end - offset - 1 : node.end - offset] in ("。", ";")
        if moved.end < line.end and len(line.folded[moved.end - offset :].strip(" ,;。")) > 3:
            node.goals = (*node.goals, lines.rest(line, moved.end))  # its sentence goes on behind the units
        if told := [(f.start, f.end) for f in moved.fields if f.role == "other" and "目标" in f.label]:
            node.goals = (*node.goals, *told)
        node.apart = begin == line.start and line.no != node.line
        if node.clause is None:
            node.clause = moved
        else:
            node.more.append(moved)

    def _bullet(self, line: Line, sign: str, length: int) -> None:
        """An entry with a sign in place of a number; where there are two signs, the outer one marks headings."""
        self.waiting = []
        start = line.start + length
        words = line.folded[length:].rstrip(":")
        if clauses.is_leader(words):
            self.path = []
            self._place(nodes.headed(nodes.leader(start, start + len(clauses.without_deed(words))), line.no))
        elif ":" not in words and "(" not in words and clauses.only_units(words, True):
            self.path = []  # ★ 县发改局: those who do what is listed below
            self._place(Node("chapter", 0, "", line.no, start, line.end))
        elif len(self.signs) > 1 and sign == self.signs[0]:
            self.path = []
            self._place(Node("chapter", 0, "", line.no, start, line.end))
        else:
            self._push(Node("item", LOST, "", line.no, start, start), line, start)

    def _record(self, line: Line) -> None:
        """A card without a number; parties printed above the first one are its own."""
        node = Node("item", LOST, "", line.no, line.start, line.end, card=True)
        above, self.waiting = self.waiting[-1:], []
        if above and clauses.is_leader(above[0].folded):
            self._named(above[0])
        self._push(node, line, line.start)
        if self.segment.ahead:
            node.clause, *node.more = self.segment.ahead
            self.segment.ahead = []

    def _unmarked(self, line: Line) -> None:
        node = self.path[-1] if self.path else None
        if node is None and _ENDS_BRACKETED.search(line.folded) and clauses.find(line.folded, 0, len(line.folded)):
            self._push(Node("item", LOST, "", line.no, line.start, line.end, restored=True), line, line.start)
        elif node is None and clauses.begins(line.folded) and (found := clauses.find(line.folded, 0, len(line.folded))):
            self.segment.ahead.append(found.moved(line.start))
        elif node is None:
            self.segment.heading.append(line)
            self.waiting = [line] if clauses.names_somebody(line.folded) else []
        elif RANK[self.path[0].kind] < RANK["item"] and clauses.calls(line.folded):
            self.waiting = [line]
        elif said := sharing.said(line.folded):
            self._share(said, line)
        elif line.card and node.clause is not None:
            node.goals = (*node.goals, (line.start, line.end))
        elif clauses.begins(line.folded) and self._leads(line):
            return
        elif clauses.begins(line.folded):
            self._clause(self._paragraph(node), line, line.start)
        elif self._goes_on(node, line):
            node.lengthen(line.end)
        elif node.clause is None and (spoken := verbs.spoken(line.folded, 0, len(line.folded))):
            node.clause, node.apart = spoken.moved(line.start), True
        elif clauses.find(line.folded, 0, len(line.folded)) is not None:
            self._unnumbered(node, line)
        elif line.folded[0] == "(" and self.path[0].number and sharing.below(node, line):
            return
        elif node.clause is None and node.maybe is None and self._is_body(line):
            node.body, node.end = node.body or line.start, line.end
        else:
            self.waiting.append(line)
            if not _ASIDE.match(line.folded) or (line.folded[0] in "(注" and "报" in line.folded):
                self.segment.loose.append(line)

    def _leads(self, line: Line) -> bool:
        """Leaders on lines of their own, the first above all entries, are headings of what stands below."""
        above = self.segment.ahead
        found = clauses.find(line.folded, 0, len(line.folded)) if above or self.led else None
        if found is None or any(f.role != "leader" for clause in (found, *above) for f in clause.fields):
            return False
        if above:
            first = nodes.headed(above[0], self.segment.roots[0].line - 1)
            first.children, self.segment.roots, self.segment.ahead = self.segment.roots, [first], []
        self.path, self.waiting, self.led = [], [], True
        self._place(nodes.headed(found.moved(line.start), line.no))
        return True

    def _is_body(self, line: Line) -> bool:
        """Whether an unmarked line is more of the open entry; one that speaks to all units is not."""
        return lines.is_sentence(line.folded) and not self.waiting and not lines.is_of_all(line.folded)

    def _paragraph(self, node: Node) -> Node:
        """The node a clause on its own line belongs to: the open one, or the paragraph between it and the clause above.

        Where a second paragraph with its clause follows below a heading, the paragraphs are the tasks.
        """
        above = self.before
        if node.clause is None or above is None or not self.waiting or self.waiting[-1] is not above:
            return node
        if not lines.is_sentence(above.folded) or (RANK[node.kind] >= RANK["item"] and not node.restored):
            return node
        if RANK[node.kind] < RANK["item"] and node.body:
            first = Node("item", LOST, "", node.line + 1, node.body, node.end, node.clause, restored=True, apart=True)
            node.children.insert(0, first)
            node.clause, node.end = None, node.body
            self.path.append(first)
        self.waiting = []
        if self.segment.loose and self.segment.loose[-1] is above:
            self.segment.loose.pop()
        own = Node("item", LOST, "", above.no, above.start, above.end, restored=True)
        self._place(own)
        return own

    def _share(self, said: sharing.Said, line: Line) -> None:
        """A line that names the parties of several entries above (以上三项由县水利局牵头)."""
        found = clauses.find(line.folded, said.start, said.end) or verbs.spoken(line.folded, said.start, said.end)
        above = [
            n for root in self.segment.roots for n in root.walk() if RANK[n.kind] >= RANK["item"] and not n.children
        ]
        if found is not None:
            sharing.give(above, found.moved(line.start), said, self.path)
        else:
            self.segment.loose.append(line)

    def _goes_on(self, node: Node, line: Line) -> bool:
        """A list of units that ends with 、, or stands apart, goes on in a line that names nothing but units."""
        clause = node.more[-1] if node.more else node.clause
        if clause is None or len(line.folded) > 300 or not clause.fields or clause.fields[-1].role in ("due", "leader"):
            return False
        if self.before is None or not self.before.start <= clause.end <= self.before.end:
            return False
        open_ = self.before.folded.endswith(("、", ",", "及"))
        return (open_ or node.apart) and clauses.only_units(line.folded.rstrip("。)"), open_)

    def _unnumbered(self, node: Node, line: Line) -> None:
        """A paragraph with its own clause: the end of the open task, or a task that lost its number."""
        if node.clause is None and RANK[node.kind] >= RANK["item"]:
            self._clause(node, line, line.start)
            node.apart = False
            return
        kind = node.kind if node.clause is not None else "item"
        self.waiting = []
        self._push(Node(kind, LOST, "", line.no, line.start, line.end, restored=True), line, line.start)

    def _no_heading(self) -> bool:
        """Whether no heading with a number is open."""
        return all(n.number == 0 for n in self.path if RANK[n.kind] < RANK["item"])

    def _restore(self, mark: Marker) -> None:
        """Take the unmarked line above an entry as a heading without marker; ``settling`` asks for proof."""
        waiting, self.waiting = self.waiting, []
        if waiting and mark.kind == "item" and not self._no_heading() and clauses.calls(waiting[-1].folded):
            line = waiting[-1]
            named = Clause(line.start, line.end, (Field("unit", "", line.start, line.end - 1),))
            self._place(Node("section", 0, "", line.no, line.start, line.end - 1, named))
            return
        if not waiting or len(waiting[-1].folded) > 80 or lines.is_sentence(waiting[-1].folded):
            return
        wanted = "chapter" if mark.kind == "section" and mark.number == 1 else "section" if mark.kind == "item" else ""
        kinds = [n.kind for n in self.path if n.kind in ("chapter", "section")]
        line = waiting[-1]
        first = mark.number == 1 or bool(self.path and self.path[0].number == 0)
        if mark.kind == "item" and first and self._no_heading() and clauses.names_somebody(line.folded):
            self._named(line)
            return
        if wanted and kinds:
            kind = wanted if wanted in kinds else kinds[-1]
            self._push(Node(kind, LOST, "", line.no, line.start, line.end, restored=True), line, line.start)

    def _named(self, line: Line) -> None:
        """A line that names nothing but units, or one leader, heads what stands below it."""
        self.path, self.words = [], ""
        self.segment.heading = [ln for ln in self.segment.heading if ln is not line]
        self.segment.loose = [ln for ln in self.segment.loose if ln is not line]
        framed = line.folded[0] == "("
        start, end = line.start + framed, line.end - framed
        head = Node("chapter", 0, "", line.no, start, end)
        if clauses.is_leader(line.folded[start - line.start : end - line.start]):
            head.clause = nodes.leader(start, end)
        self._place(head)
