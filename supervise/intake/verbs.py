"""Roles said by verbs behind the names: (市发改委牵头,市审计局配合), (由县教体局负责)."""

from __future__ import annotations

import re

from supervise.intake.fields import Clause, Field
from supervise.intake.folding import pieces, trim
from supervise.intake.labels import spaced
from supervise.intake.names import is_person, is_short, looks_like_unit

# A limit that stands among the names: (市水务局负责,6月底前完成).
UNTIL = re.compile(
    r"(?:确保|力争|计划|预计|于|在)*(?:20\d\d ?年 ?)?(?:于|在)?"
    r"(?:\d{1,2} ?月(?: ?\d{1,2} ?日|[上中下]旬)?[底末]?|[一二三四]季度末?|上半年|年[底内末]"
    r"|今?年底|(?<=\d年)[底内末]|全年)"
    r"(?:之?前|以前)?(?:全面|全部|基本|持续|深入|力争|确保)?"
    r"(?:完成|办结|推进|实施|启动|印发|出台|建成|投用|竣工|完工|开工|通车|通水|投产|到位|见效|销号|报送|送审|提请审议|报审|取得[\u4e00-\u9fff]{0,6}(?:成效|进展|突破|成果)"
    r"|开[馆园业放学]|获批|下达|拨付|兑现|交付|达[产效标]|封顶|运营|试?运行|主体施工){0,2}(?:过半|一半|到位)?"
    r"|(?:全年|长期|持续|常态化?)(?:持续|深入)?(?:推进|坚持|实施|抓好)|(?:国庆|五一|七一|元旦)节?之?前"
)
# Whom the work is reported to above, beside those who do it: (市人社局;对接省人社厅).
ABOVE = re.compile(r"(?:对接|对口|对应|衔接|联系)[\u4e00-\u9fff、]{2,40}")
_VERB = re.compile(
    spaced(
        r"(?P<lead>(?:共同|联合|分别|具体|总)?牵头(?:负责|组织|起草|落实|推进|实施|办理|抓总)*|主办|主责|主抓|负总责|总负责)|(?P<co>(?:按照?(?:各自)?职责(?:分工)?)?(?:(?:积极|共同|协同)?(?:抓好)?配合(?:落实|实施|做好|抓好)?|协办|协助|协同(?:落实|推进|做好)?|参与|参加|代建|保障|会签))"
        r"|(?P<unit>(?:按照?(?:各自)?职责(?:分工)?|按分工|分工|分别|具体|共同)*(?:负责(?:落实|实施|组织|推进)?|落实(?:属地|主体|监管|行业|管理)*责任|落实|承办|实施|起草))"
    )
)
_LAST = frozenset("头责任织实进施理总办合好助与加草建障签抓同")  # every such verb ends with one of these
_SAID = re.compile(rf"[{''.join(sorted(_LAST))}]\s*(?:[,;]|\Z)")
# No roles are said without a verb at the end of a part, or 会同.
_SAYS = re.compile(rf"[会导{''.join(sorted(_LAST))}](?:(?<=会)同|(?<![会])[\s由]*(?:[,;。]|\Z))")
_BY_WHOM = re.compile(r"(?<![自理缘])由")
_DEED = re.compile(r"(?:共同|组织)?(?:办理|落实|实施|推进|负责|开展|完成|研究)$")  # 会同县财政局办理
# 4月启动、10月底前完成: what is done by when, among the names.
_STAGES = re.compile(
    r"(?:(?:20\d\d ?年 ?)?(?:\d{1,2} ?月(?: ?\d{1,2} ?日)?|[一二三四]季度|[上下]半年|年)[底末]?(?:之?前)?"
    r"(?:启动|开工|[全基]?[面部本]?完成|建成|投用|出台|印发|开展|推进|报送|验收)[、和]?)+"
)
_PART = re.compile("(?:负责|做好|承担|提供|保障|指导|协助|落实|开展|按职责)[\u4e00-\u9fff]{2,12}|(?:按职责)?指导")
_DATED = re.compile(r"20\d\d ?年|\d{1,2} ?月")
_FIRST_NAME = re.compile(r"[^、,;。]*")


def _at_end(folded: str, start: int, end: int) -> re.Match[str] | None:
    """The verb a span ends with."""
    if end <= start or folded[end - 1] not in _LAST:
        return None
    return next((m for m in _VERB.finditer(folded, max(start, end - 16), end) if m.end() == end), None)


def overruled(folded: str, field: Field) -> list[Field]:
    """A labelled part in which a verb says otherwise: 责任单位:县水利局,各乡镇配合."""
    if not _SAID.search(folded, field.start, field.end):
        return [field]
    found: list[Field] = []
    said = False
    for a, b in pieces(folded, field.start, field.end, ",;"):
        a, b = trim(folded, a, b)
        verb = _at_end(folded, a + 1, b)
        if verb is None or verb["unit"]:
            end = verb.start() if verb else b
            if found and found[-1].role == field.role and not said:
                found[-1] = found[-1]._replace(end=end)
            else:
                found.append(Field(field.role, field.label, a, end))
            said = verb is not None  # what follows 负责 is named anew
        else:
            found.append(Field(str(verb.lastgroup), verb.group(), a, verb.start()))
    return found


def spoken(folded: str, start: int, end: int) -> Clause | None:
    """A line that is such a clause without brackets (县商务局牵头,各乡镇配合) and names nothing but units."""
    if end - start > 500 or not _SAYS.search(folded, start, end):
        return None
    first = _FIRST_NAME.match(folded, start, end)
    if first and not _named(first[0].strip(" 由")) and not _VERB.search(folded, first.start(), first.end()):
        return None
    fields = said(folded, start, end)
    named = [folded[a:b] for f in fields if f.role != "due" for a, b in pieces(folded, f.start, f.end, "、")]
    return Clause(start, end, tuple(fields)) if named and all(map(_named, named)) else None


def _named(name: str) -> bool:
    """Whether a folded name is that of an organ, whole or for short; beside a verb either will do."""
    return (
        (looks_like_unit(name) and not name.endswith("人")) or is_short(name) or (len(name) < 12 and is_person(name))
    )  # 各单位主要负责人


def jointly(folded: str, role: str, verb: str, start: int, end: int) -> list[Field]:
    """The names before a verb; who is called in with 会同 helps (市发改委会同市审计局负责)."""
    at = folded.find("会同", start + 1, end)
    if at < 0:
        return [Field(role, verb, start, end)] if start < end else []
    return [Field(role, verb, start, at), Field("co", verb, at + 2, end)]


def _deed(folded: str, start: int, end: int) -> int:
    """Where the names end of those who do a part of it (县城投公司负责建设, 县电力公司做好迁改); 0 if none do."""
    for deed in _PART.finditer(folded, start + 2, end):
        named = [folded[c:d].strip() for c, d in pieces(folded, start, deed.start(), "、")]
        if all(map(_named, named)):
            return deed.start()
    return 0


def said(folded: str, start: int, end: int, stages: bool = False) -> list[Field]:
    """Fields whose roles are said by the verbs behind the names; none if any part is neither names nor a limit.

    Parts without a verb share the next one (市林业局,各县区按职责分工负责); beside a lead those who are
    merely responsible help.

    Args:
        folded: a folded text.
        start: first offset of the span.
        end: offset behind it.
        stages: whether what is to be done by when may stand behind the names (2025年完成200公里).
    """
    fields: list[Field] = []
    if not _SAYS.search(folded, start, end):
        return fields
    waiting: list[tuple[int, int]] = []
    for a, b in pieces(folded, start, end, ",;。"):
        a, b = trim(folded, a, b, " 由")
        if a == b:
            continue
        if UNTIL.fullmatch(folded, a, b) or _STAGES.fullmatch(folded, a, b):
            fields.append(Field("due", "", a, b))
            continue
        if ABOVE.fullmatch(folded, a, b):
            continue
        if folded.startswith("会同", a) and fields:
            deed = _DEED.search(folded, a, b)
            fields.append(Field("co", "会同", a + 2, deed.start() if deed else b))
            continue
        if stages and fields and _DATED.match(folded, a, b) and not _named(folded[a:b]):
            fields.append(Field("due", "", a, b))
            continue
        verb = _at_end(folded, a, b)
        if (by := _BY_WHOM.search(folded, a + 1, b)) and not looks_like_unit(folded[a : by.start()]):
            a = by.end()  # 住房安全由县住建局负责
        if verb is None and folded.find("会同", a + 2, b) > 0 and not fields and not waiting:
            fields += jointly(folded, "lead", "会同", a, b)  # 省工信厅会同省财政厅,省法院配合
            continue
        if verb is None and (fields or waiting) and (named_to := _deed(folded, a, b)):
            fields += [*(Field("unit", "", c, d) for c, d in waiting), Field("co", "", a, named_to)]
            waiting = []
            continue
        if verb is None:
            waiting.append((a, b))
            continue
        units = [f for f in fields if f.role in ("lead", "unit") and not is_person(folded[f.start : f.end])]
        lone = not waiting and bool(units)
        helps = lone and verb.group().endswith(("落实", "实施", "责任"))  # …负责,各区县政府落实
        role = "co" if helps else str(verb.lastgroup)
        alone = role == "co" and not any(f.role in ("lead", "unit") for f in fields)  # 省公路集团,省应急厅配合
        fields += [Field("unit" if alone else role, verb.group(), c, d) for c, d in waiting]
        fields += jointly(folded, role, verb.group(), a, verb.start())
        waiting = []
    named = [folded[c:d] for f in fields if f.role != "due" for c, d in pieces(folded, f.start, f.end, "、")]
    return fields if named and not waiting else []
