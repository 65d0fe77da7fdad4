"""Where a task says who does it: "(主办单位:…;协办单位:…)", a line "责任单位:…", or "(…牵头,…配合)".

This module finds the clause and cuts it into fields; ``parties`` reads the names in them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import zip_longest

from supervise.intake import labels, verbs
from supervise.intake.fields import Clause, Field, made
from supervise.intake.folding import brackets, closing, pieces, trim
from supervise.intake.labels import LABEL
from supervise.intake.names import is_group, is_short, is_territory, looks_like_unit, prefix
from supervise.intake.parting import Families

# Marks a clause on a line of its own may be set off with: ——责任单位:…
_SET_OFF = "( -—–―·•*☆★●○◆▲△■□→▶►◎▼➤✔√"
# A part without a label that begins so says until when: (起草单位:县文旅局;6月提请审议).
_DATED = re.compile(r"(?:20\d\d ?年 ?)?(?:\d{1,2} ?月|[一二三四] ?季度|[上下]半年|年[底内末])")
# A clause begins where a bracket, a line or a sentence does.
_BEGINS_BEHIND = re.compile(r"[(。;!?\s—–―)·•*☆★●○◆◇▲△■□→▶►◎▼➤✔√|,-](?:(?<!,)|(?<=[挂帅负总责包抓],))")
# Within a clause a label stands behind a mark or a blank.
_STANDS_BEHIND = re.compile(r"[(;,。 、):|\n\r]")
_CLOSES = re.compile("[)。:]")  # a bracket before a label does not hold it with one of these between the two
_TOLD = re.compile(r"\d|完成|确保|落实|做好|抓好|开展|推进|加强")
_ASKS = re.compile("交办|提出|提议|诉求|反映|来文|督办|督查|监督|监管|考核|验收")  # 交办单位:县政府办;承办单位:…
_GOES_ON = re.compile(r"[。\d完确落做抓开推加要须应]")  # no sentence goes on without one of these
_MUST = re.compile(r"(?:要|须|应当)[\u4e00-\u9fff]{2}")
_PROPOSED = re.compile(r"\((?:提案人|领衔代表|建议人|代表|联名人|第一提案人|界别) ?:[^()]*\)$")
_POST_AND_NAME = re.compile(
    r"[\u4e00-\u9fff、]{0,12}(?:[省市区县州旗镇乡]长|书记|常委|部长|主席|主任|秘书长|局长) +[\u4e00-\u9fff·]{2,4}|"
    r"[\u4e00-\u9fff·]{2,4}同志\([\u4e00-\u9fff、,]{2,30}\)|"
    r"[\u4e00-\u9fff·]{2,4} +[\u4e00-\u9fff、]{0,12}(?:[省市区县州旗镇乡]长|书记|常委|部长|主席|主任|秘书长|局长)"
)


_SECOND = re.compile(r"\)[;。,] *(?:②|\(2\)|2[.、])")  # ①…(县教育局);②…(县卫健局)
# What a list says of its brackets behind the names of one: (县发改局、县统计局,列第一位的为牵头单位,下同).
_REMARK = re.compile(
    r"[,;、 ](?:[排列署]?(?:在|名)?(?:第一|首位)[^,;、。]{0,8}(?:牵头|主办)[^,;、。]{0,4}|下同|以下(?:均)?同)"
)
_TAKES = re.compile(r" *(?:领办|督办|包抓|包联|负责|牵头|领衔|主抓|分管|联系|推进)(?:事项|项目|任务)?:?$")


@lru_cache(maxsize=2048)  # asked again at every step of reading
def begins(line: str) -> bool:
    """Whether a folded line opens a clause of its own."""
    match = LABEL.match(line.lstrip(_SET_OFF)) if labels.may_begin(line) else None
    return match is not None and match["other"] is None


def is_label(line: str) -> bool:
    """Whether a folded line is a label alone, its value on the line below."""
    return len(line) <= 20 and line.endswith(":") and bool(LABEL.fullmatch(line.lstrip(_SET_OFF)))


def find(folded: str, start: int, end: int) -> Clause | None:
    """The clause within a span of the folded text, from its first label on.

    Args:
        folded: the folded text of the whole notice.
        start: first offset of the task's line.
        end: offset behind that line.
    """
    if end - start < 4:
        return None
    beside: re.Match[str] | None = None
    for match in labels.behind(_BEGINS_BEHIND, folded, start, end, first=True):
        if match["other"] is None:
            if beside and folded.find("。", beside.end(), match.start()) < 0:
                match = beside
            return _mixed(folded, start, match, end) or _labelled(folded, start, match, end)
        whom = _ASKS.match(match["other"]) and match.start() > start
        beside = (beside or match) if whom else None
    return _spoken(folded, start, end)


def fronted(folded: str, start: int, end: int, bare: bool) -> Clause | None:
    """Parties in front of the words: 县水利局负责:完成…, or, where a whole list does so (``bare``), 县水利局:完成…."""
    reach = min(end, start + 80)
    close = folded.find(")", start, reach) if folded.startswith("(", start) else -1
    if close >= 0 and (said := verbs.spoken(folded, start + 1, close)):
        return said._replace(start=start, end=close + 1)  # (县教体局牵头)新建…
    colon = folded.find(":", start, reach)
    if colon < 0 or colon + 1 >= end:
        return None
    fields = verbs.said(folded, start, colon)
    if not fields and bare:
        fields = [Field("unit", "", start, colon)]
    named = [folded[a:b].strip() for f in fields for a, b in pieces(folded, f.start, f.end, "、,")]
    short = fields and fields[0].label  # 发改牵头,财政配合:…
    known = all(looks_like_unit(name) or (short and is_short(name)) for name in named)
    return Clause(start, colon + 1, tuple(fields)) if named and known else None


def is_fronted(line: str) -> bool:
    """Whether a folded line begins with units and a colon."""
    return not begins(line) and fronted(line, 0, len(line), True) is not None


def several(folded: str, start: int, end: int) -> list[tuple[int, int, Clause]]:
    """Sentences of one paragraph each of which ends with its own bracket: begin, end and clause of each; else none."""
    found: list[tuple[int, int, Clause]] = []
    at, first = start, folded.find("(", start, end)
    if first < 0 or folded.find("(", first + 1, end) < 0:
        return []
    close = closing(folded, first, end)
    if close < end and not folded[close + 1 : end].strip(" 。;"):
        return []  # the only bracket at the end is the clause of the whole
    numbered = _SECOND.search(folded, start, end) is not None
    for a, b in sorted(brackets(folded, start, end).items()):
        if a < at:
            continue
        if not found and not folded[b + 1 : end].strip(" 。;"):
            return []  # and so it is behind one that nothing closes
        clause = find(folded, a, b + 1) or (bare(folded, at, b + 1) if numbered else None)
        if clause is None or clause.start != a:
            continue
        if len(folded[at:a].strip(" 。,;")) < 4:
            return []
        found.append((at, at + len(folded[at:a].rstrip()), clause._replace(end=b + 1)))
        at, _ = trim(folded, b + 1, end, " 。;,")
    return found if len(found) > 1 and at == end else []


def _mixed(folded: str, start: int, label: re.Match[str], end: int) -> Clause | None:
    """A bracket in which verbs say the roles before the first label: (县农业农村局牵头,县科技局配合;责任人:高山)."""
    if folded[label.start() - 1] not in ";,":
        return None
    pairs = brackets(folded, start, end)
    opening = max((a for a, b in pairs.items() if a < label.start() < b), default=-1)
    said = verbs.said(folded, opening + 1, label.start()) if opening >= 0 else []
    if not said:
        return None
    return Clause(opening, pairs[opening] + 1, (*said, *_fields(folded, label, pairs[opening])))


def _labelled(folded: str, floor: int, label: re.Match[str], end: int) -> Clause:
    """A clause of labels: it reaches to the bracket that closes it, or to the end of the line if none does."""
    first = label.start()
    begin, close = first, end
    _, before = trim(folded, floor, first, " ")
    open_ = folded.rfind("(", max(floor, before - 20), before)
    if floor < first and folded[floor] in _SET_OFF and not folded[floor:before].strip(_SET_OFF):
        begin = floor  # ——责任单位:…
    if open_ >= 0 and not _CLOSES.search(folded, open_, before):
        begin = open_  # (区长挂帅,责任领导:…
        close = min(closing(folded, begin, end) + 1, end)
        while (more := _next_bracket(folded, close, end)) is not None:  # (牵头单位:…)(配合单位:…)
            close = min(closing(folded, more, end), end - 1) + 1
    bracketed = begin < first and folded[begin] == "("  # behind another sign the last bracket is that of a name
    closed = folded.count("(", begin, close) <= folded.count(")", begin, close)
    inner = close - 1 if bracketed and closed and folded[close - 1] == ")" else close
    stop = inner if bracketed else _sentence_goes_on(folded, label, inner)
    fields = tuple(_fields(folded, label, stop))
    if bracketed and close < end:  # (牵头:县残联)。责任科室:社会事业科。
        at, _ = trim(folded, close, end, " ,;。、")
        if behind := LABEL.match(folded, at, end):
            last = _labelled(folded, at, behind, end)
            return last._replace(start=begin, fields=(*fields, *last.fields), closed=closed and last.closed)
    return Clause(begin, close if stop == inner else stop, fields, closed)


def _sentence_goes_on(folded: str, label: re.Match[str], end: int) -> int:
    """Where a clause without brackets ends and its sentence goes on: 责任单位是县水利局,6月1日前完成排查."""
    full = folded.find("。", label.end(), end)
    if not _GOES_ON.search(folded, label.end(), end):
        return end
    if label["leader"] is None and 0 <= full < end - 4 and not LABEL.match(folded, *trim(folded, full + 1, end)):
        return full  # 责任单位为县人社局。脱贫人口务工1万人…
    comma = folded.find(",", label.end(), end)
    if label["leader"] or label["due"] or comma < 0 or folded.find(":", label.end(), comma) >= 0:
        return end  # 责任单位:县水利局 完成时限:6月底主体完工,年底验收 is said behind another label
    for a, b in list(pieces(folded, label.end(), end, ","))[1:]:
        words = folded[a:b].strip(" 。;")
        if ":" in words or not words or verbs.UNTIL.fullmatch(words):
            return end
        if _MUST.search(words):
            return a - 1
        named = pieces(words, 0, len(words), "、") if _TOLD.search(words) else []
        if named and not any(looks_like_unit(words[c:d].strip()) for c, d in named):
            return a - 1
    return end


def _next_bracket(folded: str, at: int, end: int) -> int | None:
    here, _ = trim(folded, at, end, " ,;、") if at < end else (at, at)
    return here if here < end and folded[here] == "(" and LABEL.match(folded[here + 1 : here + 40]) else None


def _fields(folded: str, first: re.Match[str], end: int) -> list[Field]:
    """The labelled parts; an unlabelled part behind a semicolon keeps an empty label and role."""
    fields: list[Field] = []
    marks = [first, *labels.behind(_STANDS_BEHIND, folded, first.end(), end)]
    for match, below in zip_longest(marks, marks[1:]):
        begin, stop, role = match.end(), below.start() if below else end, str(match.lastgroup)
        stop -= stop > begin and folded[stop - 1] == ";"
        several = folded.find(";", begin, stop) >= 0
        for piece, (a, b) in enumerate(pieces(folded, begin, stop, ";") if several else ((begin, stop),)):
            a, b = trim(folded, a, b, " \r\n。,;、:|")
            if below and b > a and folded[b - 1] == "(":
                a, b = trim(folded, a, b - 1, " ,;、)")
            if not piece:
                named = made(Field, (role, match[role], a, b))
            elif a < b:
                dated = _DATED.match(folded, a, b) and not looks_like_unit(folded[a:b])
                named = Field("due" if dated else "", "", a, b)
            else:
                continue
            if role in ("lead", "unit"):
                fields += verbs.overruled(folded, named)
            else:
                fields.append(named)
    return fields


def _bracket_at_end(folded: str, start: int, end: int) -> tuple[int, int] | None:
    """Offsets of the bracket a span ends with, of at most 500 characters; a full stop may follow it."""
    stop = len(folded[start:end].rstrip(" 。;")) + start
    if stop - start < 4 or folded[stop - 1] != ")":
        return None
    opens = [a for a, b in brackets(folded, max(start, stop - 500), stop).items() if b == stop - 1]
    return (opens[0], stop) if opens else None


@lru_cache(maxsize=4)  # a span without labels is asked twice, for verbs and for names alone
def _end(folded: str, start: int, end: int) -> tuple[int, tuple[int, int] | None, Field | None]:
    """How a span ends: where, its limit left out, the bracket before that, and the limit.

    (县住建局)(10月底前) and …配合。6月底前完成。
    """
    stop = len(folded[start:end].rstrip(" 。;")) + start
    found = _bracket_at_end(folded, start, stop)
    a, b = (found[0] + 1, found[1] - 1) if found else (max(start, folded.rfind("。", start, stop) + 1), stop)
    begin = a - 1 if found else a
    a, b = trim(folded, a, b)
    if begin > start and folded[begin - 1] in ")。 " and verbs.UNTIL.fullmatch(folded, a, b):
        stop = len(folded[start:begin].rstrip(" 。;")) + start
        return stop, _bracket_at_end(folded, start, stop), Field("due", "", a, b)
    return end, found, None


def _spoken(folded: str, start: int, end: int) -> Clause | None:
    """A closing bracket in which verbs say the roles, as the State Council's lists are printed."""
    stop, found, due = _end(folded, start, end)
    if found is None:
        return _last_sentence(folded, start, stop, end, due)
    fields = verbs.said(folded, found[0] + 1, found[1] - 1, stages=True)
    return _until(Clause(*found, tuple(fields)), end, due) if fields else None


def _until(clause: Clause, end: int, due: Field | None) -> Clause:
    """The clause with the limit that stands behind it."""
    return clause._replace(end=end, fields=(*clause.fields, due)) if due else clause


def aside(folded: str, start: int, end: int) -> int:
    """Where a closing bracket begins that only says who proposed a matter (提案人:…); ``end`` if there is none."""
    if folded.rfind(")", start, end) < 0:
        return end
    match = _PROPOSED.search(folded, start, end)
    return match.start() if match else end


def _last_sentence(folded: str, start: int, stop: int, end: int, due: Field | None) -> Clause | None:
    """A last sentence that names nothing but units and what they do: …。由县住建局牵头,县财政局配合。"""
    stop = len(folded[start:stop].rstrip(" 。")) + start
    full = folded.rfind("。", start, stop) + 1
    begin = folded.rfind("—", full or start, stop) + 1 or full
    said = verbs.spoken(folded, begin, stop) if begin > start else None
    if said and folded[begin - 1] == "—":
        said = said._replace(start=start + len(folded[start:begin].rstrip("— ")))
    return _until(said, end, due) if said else None


def only_units(line: str, listed: bool) -> bool:
    """Whether a folded line names nothing but units; a single name only where a list is open (``listed``)."""
    if ":" in line:
        return False  # 督导单位:县水利局、县林业局 says whose names these are
    named = [line[a:b].strip() for a, b in pieces(line, 0, len(line), "、,;") if line[a:b].strip()]
    known = all(looks_like_unit(name.removesuffix("等")) and not re.search(r"[。!?\d]", name) for name in named)
    return known and (len(named) > 1 or (len(named) == 1 and (listed or bool(prefix(named[0])))))


def calls(line: str) -> bool:
    """Whether a folded line names those who answer for what stands below it: 县工信局、县商务局:."""
    return line.endswith(":") and only_units(line[:-1], True)


def is_leader(line: str) -> bool:
    """Whether a folded line is a post and a name, and nothing else but what he does: 县委书记 高山 领办."""
    return len(line) <= (40 if line.endswith(")") else 20) and bool(_POST_AND_NAME.fullmatch(without_deed(line)))


def led(folded: str, start: int, end: int) -> int:
    """Where the post and the name of a leader end with which an entry begins (县长 高山,包联…); 0 if it does not."""
    stop = next((at for at in range(start + 4, min(end, start + 30)) if folded[at] in ",:"), 0)
    return stop if stop and _POST_AND_NAME.fullmatch(folded, start, stop) else 0


def without_deed(line: str) -> str:
    """A folded line that names a leader, without what he does: 县委书记 高山."""
    return _TAKES.sub("", line)


def names_somebody(line: str) -> bool:
    """Whether a folded line names nothing but units, or one leader."""
    inner = line[1:-1] if line[:1] == "(" and line.find(")") == len(line) - 1 else line
    return only_units(inner, True) or is_leader(inner)


def bare(folded: str, start: int, end: int) -> Clause | None:
    """A closing bracket (县水利局、县应急局), a last sentence, or words behind a dash, if they name only units."""
    if end - start < 4:
        return None
    (stop, found, last), a, b = _end(folded, start, end), 0, 0
    if found and folded.rfind("—", start, found[0] - 1) > folded.rfind("。", start, found[0]):
        found = None  # ——镇民政办、各村(社区): the bracket is a part of the last name
    if found is not None:
        a, b = found[0] + 1, found[1] - 1
    else:
        a, b = folded.rfind("。", start, stop - 1) + 1, len(folded[start:stop].rstrip(" 。")) + start
        dash = folded.rfind("—", max(a, start), b)
        found = (a if dash < 0 else start + len(folded[start:dash].rstrip("— ")), b)
        a = max(a, dash + 1)
        if a <= start or folded.startswith("。", b):
            return None  # a sentence that ends as others do is one of them
    due: list[Field] = []
    comma = max(folded.rfind(",", a, b), folded.rfind(" ", a, b)) + 1
    if comma and verbs.UNTIL.fullmatch(folded[comma:b].strip()):
        due, b = [Field("due", "", comma, b)], comma - 1
    mark = folded.rfind(";", a, b) + 1
    b = mark - 1 if mark and verbs.ABOVE.fullmatch(folded, mark, b) else b
    if remark := _REMARK.search(folded, a, b):
        b = remark.start()
    fields = verbs.jointly(folded, "unit", "", a, b)
    families = [family for field in fields for _, family in Families()[folded[field.start : field.end]]]
    known = False
    for name in [words.strip() for family in families for _, _, words in family]:
        if looks_like_unit(name.removesuffix("等")):
            known = known or len(name) > 2 or is_group(name)
        elif not is_territory(name):
            return None
    return _until(Clause(*found, (*fields, *due)), end, last) if known else None
