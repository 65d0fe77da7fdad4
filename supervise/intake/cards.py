"""Lists printed as cards: 项目名称:…, 建设内容:…, 责任单位:…, each on its own line; 反馈问题, 整改目标, 整改措施.

The lines that say what is to be done are the text of one task; their labels are left out. Where cards bear no number,
each begins with the label the first of them begins with.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

from supervise.intake.folding import NUMERAL
from supervise.intake.lines import Line, bullet, is_page_number, marker

_LABEL = re.compile(
    rf"(?:\(?(?:\d{{1,4}}|[{NUMERAL}]{{1,3}}) ?[.、)] *)?"
    r"(?P<label>(?:具体|主要|重点|年度|工作|任务|项目|事项|实事|建设|目标|督办|督查|交办|议定|整改|反馈|存在的?|批示件?|领导|来文|来件|诉求|反映|投诉|来信|信访|推进|实施|执行|攻坚|问题|预期|防控|风险|应对|化解|管控|治理|创建|考核|绩效|改革|销号|包抓|包联|包保|包案|挂联|领办|承诺|督导|处理|批办|拟办)*"
    r"(?:名称|任务|内容|目标|事项|项目|(?<!反馈)要求|问题|措施|规模|举措|表现|标题|案由|成果|清单|描述|指标|批示领导(?=及)|(?:(?<=交办)|(?<=督办)|(?<=处理)|(?<=整改)|(?<=批示)|(?<=批办)|(?<=拟办))(?:意见|要求))"
    r"(?:[及和与、](?:时限|进度|内容|措施|目标|要求|安排|节点|标准|举措))? ?: ?)"
)
_BY = re.compile(
    r"(?:20\d\d ?年 ?)?(?:\d{1,2} ?月(?:[底末]|份|\d{1,2} ?日)?|[一二三四] ?季度末?|[上下]半年|年底)(?:之?前|以前|内)?"
    r"(?:需|须|要|应|拟)?(?:完成|办结|落实|启动|开展)的?(?:重点)?(?:任务|事项|工作|项目)?"
    r"(?:\(?共? ?\d{1,3} ?[项件条]\)?)?:?"
)
_COUNTS = re.compile(r"[\u4e00-\u9fff“”]{2,16}\(共?\d{1,3} ?[项件条个]\)")  # 黄牌督办(3件)
_CLASS = re.compile(
    r"(?:(?:任务|工作|项目|所属|重点|风险|问题)?(?:类别|分类|领域|板块)|(?:行动|专项|工程)名称) ?: ?(?=\S)"
)
_BY_BLANKS = r"(?P<indent> *)(?P<label>[\u4e00-\u9fff]{2,8})(?P<blank> +|\t)(?=[^\s|])"
_FIELD = re.compile(rf"(?m)^{_BY_BLANKS}")  # a label and its value parted by blanks alone
_FIELD_OR_PART = re.compile(rf"(?m)(?:^|(?<=\|)){_BY_BLANKS}")  # the same where bars part what stands on a line
_BLANK_BEHIND = re.compile(r"\n *[\u4e00-\u9fff]{2,8}[ \t]")
_NUMBERED = re.compile(r"(?:编号|序号) ?: ?(?:第 ?)?\d{1,4}")
_SOURCE = re.compile(r"(?:[\u4e00-\u9fff]{2})?来源 ?:|联系(?:人|电话) ?:|登记(?:时间|日期) ?:")
_OTHER = re.compile(r"(?:备注|联系(?:人|电话|方式)|任务来源|督[办查导](?:单位|部门|领导)|联络员|进展情况) ?:")
_ASIDE = re.compile(  # what a project is, beside what is to be done
    r"(?:项目|工程|计划|估算|概算|建设)?(?:总?投资(?:额|规模|估算)?|地点|地址|位置|性质|周期|年限|工期|起止年限|资金来源|来源|现状|进展|进度)"
    r"(?:情况)?(?:\([^()]{1,6}\))? ?: ?(?=\S)"
)
_BESIDE = re.compile(r" {2,}(?=[\u4e00-\u9fff]{2,8} ?:)")
_SHORT = 30  # no heading that is nothing but a limit is longer
Span = tuple[int, int]


def parted_by_blanks(folded: str, begins: Callable[[str], bool]) -> str:
    """Labels whose values stand behind blanks (牵头单位  县水利局), as labels with a colon; of the same length.

    They are labels where two lines or more begin with each, and one of them names who is responsible.

    Args:
        folded: the folded text of a notice.
        begins: whether a folded line opens a unit clause.
    """
    barred = "|" in folded
    if not barred and not _BLANK_BEHIND.search(folded):
        return folded
    field = _FIELD_OR_PART if barred else _FIELD
    counts = Counter(match["label"] for match in field.finditer(folded))
    known = {w for w, n in counts.items() if n > 1 and (begins(f"{w}:") or _LABEL.fullmatch(f"{w}:"))}
    if not any(begins(f"{word}:") for word in known):
        return folded
    known |= {"序号", "编号"}
    return field.sub(lambda m: m["indent"] + m["label"] + ":" + m["blank"][1:] if m["label"] in known else m[0], folded)


def unnumbered(all_lines: list[Line], begins: Callable[[str], bool]) -> tuple[list[Line], list[Span]]:
    """The lines, without numbers or signs that only count the words of a card ((一)整改目标:…, △责任单位:…).

    It does so where each of three words or more stands behind a number of its own, the same in every card, and one of
    them names who is responsible.

    Args:
        all_lines: the lines of a notice.
        begins: whether a folded line opens a unit clause.
    """
    found: dict[str, set[tuple[str, int]]] = {}
    known = list[tuple[Line, str, int]]()
    for line in all_lines:
        if line.folded.find(":", 0, 20) < 0:
            continue
        mark = marker(line.folded)
        sign, length = ("", mark.length) if mark else bullet(line.folded)
        body = line.folded[length:] if length else ""
        if body and (begins(body) or _LABEL.match(body)):
            word = body.partition(":")[0]
            found.setdefault(word, set()).add((mark.kind, mark.number) if mark else (sign, 0))
            known.append((line, word, length))
    if len(found) < 3:
        return all_lines, []
    counts = Counter(word for _, word, _ in known)
    counted = {word for word, marks in found.items() if len(marks) == 1 and counts[word] > 1}
    if len(counted) < 3 or not any(begins(f"{word}:") for word in counted):
        return all_lines, []
    bare = {line.no: length for line, word, length in known if word in counted}
    spans = [(line.start, line.start + bare[line.no]) for line in all_lines if line.no in bare]
    return [
        line._replace(start=line.start + cut, folded=line.folded[cut:]) if (cut := bare.get(line.no, 0)) else line
        for line in all_lines
    ], spans


def unpacked(all_lines: list[Line]) -> list[Line]:
    """The lines, those that print several words of a card side by side (编号:12  任务名称:…) cut apart."""
    if not any(["  " in line.folded for line in all_lines]):
        return all_lines
    out: list[Line] = []
    for line in all_lines:
        words = line.folded
        if "  " not in words or words.count(":") < 2 or not (_NUMBERED.match(words) or _LABEL.match(words)):
            out.append(line)
            continue
        cuts = [0, *(match.end() for match in _BESIDE.finditer(words)), len(words)]
        for a, b in pairwise(cuts):
            own = words[a:b].rstrip()
            if len(cuts) == 2:
                out.append(line)
            elif not a or not _SOURCE.match(own):  # where it comes from is no part of what is to be done
                out.append(Line(line.no, line.start + a, line.start + a + len(own), own))
    return out


def stacked(all_lines: list[Line], begins: Callable[[str], bool]) -> list[Line]:
    """The lines, labels that stand alone without a colon (牵头单位) joined to their values on the line below.

    Such words are labels where two lines or more are nothing else, each with a value below, and one of them names who
    is responsible.

    Args:
        all_lines: the lines of a notice.
        begins: whether a folded line opens a unit clause.
    """
    counts = Counter(line.folded for line in all_lines if 2 <= len(line.folded) <= 8 and ":" not in line.folded)
    known = {w for w, n in counts.items() if n > 1 and (begins(f"{w}:") or _LABEL.fullmatch(f"{w}:"))}
    if not any(begins(f"{word}:") for word in known):
        return all_lines
    words = [line.folded for line in all_lines if not is_page_number(line.folded) or line.folded.isdigit()]
    bare = {a for a, b in zip(words, [*words[1:], ""], strict=True) if not b or b in known or b.isdigit()}
    known -= bare  # the heads of a table, one below the other
    out: list[Line] = []
    for line in all_lines:
        last = out[-1] if out else None
        if last is not None and last.folded in known and is_page_number(line.folded):
            out.insert(-1, line)  # a page ended between the two
        elif last is not None and last.folded in known and not marker(line.folded):
            gap = ":".ljust(line.start - last.end)
            out[-1] = Line(last.no, last.start, line.end, last.folded + gap + line.folded)
        else:
            out.append(line)
    return out


def is_labelled(line: str) -> bool:
    """Whether a folded line begins with a label that says what is to be done."""
    return ":" in line and _LABEL.match(line) is not None


def says_until(line: str) -> bool:
    """Whether a folded heading is nothing but a limit for what stands below it: 5月底前完成的任务."""
    return len(line) < _SHORT and _BY.fullmatch(line) is not None


def classes(all_lines: list[Line]) -> list[Line]:
    """The lines, those that print a class behind its label (任务类别:…) as headings."""
    labelled = any([":" in line.folded and _CLASS.match(line.folded) is not None for line in all_lines])
    short = [line for line in all_lines if len(line.folded) < _SHORT]
    until = {
        line.no
        for line in short
        if says_until(line.folded) or (line.folded[-1] == ")" and _COUNTS.fullmatch(line.folded))
    }
    if not labelled and len(until) < 2:
        return all_lines
    out: list[Line] = []
    for line in all_lines:
        match = _CLASS.match(line.folded)
        cut = match.end() if match else 0
        heads = line.heads or cut > 0 or (len(until) > 1 and line.no in until)  # 5月底前完成的任务: what stands below
        out.append(line._replace(start=line.start + cut, folded=line.folded[cut:], heads=heads))
    return out


def contents(all_lines: list[Line], begins: Callable[[str], bool]) -> tuple[list[Line], list[Span]]:
    """The lines with those of one card's words joined, and the spans of the labels left out.

    A word counts as such a label where it stands so three times, or as often as the one that opens a card.

    Args:
        all_lines: the lines of a notice.
        begins: whether a folded line opens a unit clause.
    """
    found = {id(line): match for line in all_lines if ":" in line.folded and (match := _LABEL.match(line.folded))}
    if not found:
        return all_lines, []
    counts = Counter(match["label"] for match in found.values())
    opener = _opener(all_lines, found, counts, begins)
    enough = min(3, counts[opener]) if opener else 3
    regular = sum(begins(line.folded) for line in all_lines)
    out: list[Line] = []
    spans: list[Span] = []
    below = False  # whether a label stood alone on the line above: what follows is its value
    for line in all_lines:
        match = found.get(id(line))
        known = match is not None and (counts[match["label"]] >= enough or _recurs(counts[match["label"]], regular))
        if match is None or not known:
            below = below and marker(line.folded) is None and not begins(line.folded)
            out.append(line._replace(card=True) if below else line)
            continue
        a, b = match.span("label")
        folded = line.folded[:a] + " " * (b - a) + line.folded[b:]
        spans.append((line.start + a, line.start + b))
        opens = not a and match["label"] == opener
        below = not a and b == len(line.folded)
        if below:
            continue
        if not a and not opens:
            spans += _asides(out)
        if a or opens or not out or begins(out[-1].folded):
            start = 0 if a else b
            out.append(Line(line.no, line.start + start, line.end, folded[start:], opens, True))
        else:
            last = out[-1]
            gap = " " * (line.start - last.end)
            out[-1] = last._replace(end=line.end, folded=last.folded + gap + folded, card=True)
    return out, spans


def _asides(out: list[Line]) -> list[Span]:
    """Takes lines with other labels (总投资:…, 建设地点:…) off the end, where the words of a card stand above them.

    What follows below them is said of the same card; they themselves are no words of it. Gives back their spans.
    """
    at = len(out)
    while at and not out[at - 1].card and _ASIDE.match(out[at - 1].folded):
        at -= 1
    if not at or at == len(out) or not out[at - 1].card:
        return []
    found = [(line.start, line.end) for line in out[at:]]
    del out[at:]
    return found


def _recurs(count: int, regular: int) -> bool:
    """Whether a word stands as regularly as the labels of units do, in two records or more."""
    return count > 1 and regular > 0 and regular % count == 0


def blocks(all_lines: list[Line], begins: Callable[[str], bool]) -> list[Line]:
    """Lists without numbers whose entries are words and, below them, lines that say who and until when.

    The lines of words between two such runs are one entry; of the first entry as many lines as the shortest of the
    others has.

    Args:
        all_lines: the lines of a notice.
        begins: whether a folded line opens a unit clause.
    """
    if opened := [at for at, line in enumerate(all_lines) if line.opens]:
        return _turned(all_lines, opened, begins)
    if 4 * len([line for line in all_lines if marker(line.folded)]) > len(all_lines):
        return all_lines  # a list with numbers
    said = [at for at, line in enumerate(all_lines) if begins(line.folded)]
    if len(said) < 2:
        return all_lines
    runs: list[list[int]] = []  # first line of a run, and the line behind it
    for at in said:
        if runs and all(_OTHER.match(line.folded) for line in all_lines[runs[-1][1] : at]):
            runs[-1][1] = at + 1
        else:
            runs.append([at, at + 1])
    for run in runs:
        while run[1] < len(all_lines) and _OTHER.match(all_lines[run[1]].folded):
            run[1] += 1
    firsts = {all_lines[first].folded.partition(":")[0] for first, _ in runs}
    lengths = [b[0] - a[1] for a, b in pairwise(runs)]
    top = runs[0][0] - min(lengths, default=0)
    words = [line.folded for line in all_lines[max(top, 0) : runs[-1][0]]]
    if len(firsts) > 1 or not lengths or top < 1 or max(lengths) > 6 or any(map(_is_own, words)):
        return all_lines
    out = all_lines[:top]
    for begin, (first, end) in zip([top, *(end for _, end in runs)], runs, strict=False):
        own = all_lines[begin]
        for line in all_lines[begin + 1 : first]:
            own = own._replace(end=line.end, folded=own.folded + " " * (line.start - own.end) + line.folded)
        out += [own._replace(opens=True), *all_lines[first:end]]
    return [*out, *all_lines[runs[-1][1] :]]


def _turned(all_lines: list[Line], opened: list[int], begins: Callable[[str], bool]) -> list[Line]:
    """Cards that say who before they say what (包联领导:…, 项目:…), turned so that who stands behind.

    They do so where the same labels stand above the first card and above every other, and nowhere else.
    """

    def words(begin: int, end: int) -> list[str]:
        return [line.folded.partition(":")[0] for line in all_lines[begin:end]]

    first = opened[0]
    while first and begins(all_lines[first - 1].folded):
        first -= 1
    ahead = words(first, opened[0])
    size = len(ahead)
    told = Counter(words(0, len(all_lines)))
    alike = all(words(at - size, at) == ahead for at in opened)
    if not ahead or len(opened) < 2 or not alike or any(told[word] != len(opened) for word in ahead):
        return all_lines
    out, behind = all_lines[:first], 0
    for at in opened:
        out += [*all_lines[behind : at - size], all_lines[at], *all_lines[at - size : at]] if behind else []
        out += [all_lines[at], *all_lines[first:at]] if not behind else []
        behind = at + 1
    return [*out, *all_lines[behind:]]


def _is_own(line: str) -> bool:
    """Whether a folded line has a number, a sign or cells, so that it is read by these."""
    return marker(line) is not None or bool(bullet(line)[0]) or "\t" in line or "|" in line


def fronts(all_lines: list[Line], in_front: Callable[[str], bool]) -> list[Line]:
    """Lists whose lines begin with the units that answer, 县水利局:…, and bear no number: each line is a task.

    Args:
        all_lines: the lines of a notice.
        in_front: whether a folded line begins so.
    """
    maybe = [line for line in all_lines if ":" in line.folded or line.folded[0] == "("]
    plain = [line for line in maybe if not marker(line.folded)]
    if len(plain) < 3 or 2 * len(plain) < len(all_lines):
        return all_lines
    found = {line.no for line in plain if in_front(line.folded)}
    if len(found) < 3 or 2 * len(found) < len(all_lines):
        return all_lines
    return [line._replace(opens=True) if line.no in found else line for line in all_lines]


def _opener(
    all_lines: list[Line], found: dict[int, re.Match[str]], counts: Counter[str], begins: Callable[[str], bool]
) -> str:
    """The label that begins a card without a number; empty if cards are numbered, or there are none.

    A single card is one only in a paper that numbers nothing and names a unit beside it.
    """
    before: Line | None = None
    numbered = sum(marker(line.folded) is not None for line in all_lines)
    for at, line in enumerate(all_lines):
        if line.heads:
            continue
        match = found.get(id(line))
        if match and match.start("label") == 0:
            if before is not None and begins(before.folded) and numbered >= counts[match["label"]]:
                return ""  # the cards are numbered, and say further down what is to be reached
            mark = marker(before.folded) if before is not None else None
            alike = [ln for ln in all_lines if mark and (m := marker(ln.folded)) and m.kind == mark.kind]
            if (mark and counts[match["label"]] <= len(alike)) or _heads(all_lines[at + 1 :], begins):
                return ""
            if counts[match["label"]] > 1:
                return match["label"]
            alone = not any(marker(other.folded) for other in all_lines)
            return match["label"] if alone and any(begins(other.folded) for other in all_lines) else ""
        before = line
    return ""


def _heads(below: list[Line], begins: Callable[[str], bool]) -> bool:
    """Whether a labelled line stands above numbered entries, with no units of its own between."""
    for line in below:
        if begins(line.folded):
            return False
        if marker(line.folded):
            return True
    return False
