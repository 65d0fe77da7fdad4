"""The words notices print for the roles: who leads, who helps, which leader answers, until when."""

from __future__ import annotations

import re
from collections.abc import Iterator

from supervise.intake import leaders
from supervise.intake.fields import Field
from supervise.intake.folding import trim
from supervise.intake.names import looks_like_unit

# The words notices use for the three roles. 责任 and 承办 say lead or co only beside another label.
_ORGAN = (
    r"(?:(?:\([^()\s]{1,4}\))?(?:责任)?(?:单位|部门|部室|机构|处室|科室|股室|委办|委室|主体|地区|机关|镇街|乡镇|街道|社区|村|企业|站[办所])"
    r"(?:\([^()\s]{1,6}\))?)"
)
_LEAD = (
    r"(?:共同|联合|主要|总|双)?(?:牵头|主办|主责|主抓|领办)(?:组织)?(?:责任|负责|主办|承办|实施|落实)?"
    r"|(?:第一|主要|主体|首要|直接)责任|主管|首接"
)
_CO = (
    r"协办|配合|会办|共同责任|共同承办|共同配合|协同|协助|参与|参加|联办|协作|协管|协抓|次要责任"
    r"|分办/会办|会办/分办|(?:服务|支持|保障|成员)(?=单位|部门)|(?:协同|协办|密切|主要)配合"
)
_UNIT = (
    r"责任|整改|主体(?=单位|部门)|承办|分办|分别办理|分别承办|落实|实施|组织实施|负责|具体责任|执行|承担|完成|建设|承接|办理"
    r"|起草|编制|申报|填报|(?:结对)?(?:包联|包保|包抓|包挂|挂包|挂联|挂钩|帮扶|帮联|联系|项目|业主)(?=单位|部门)"
)
_RANKS = r"(?:党委|党组|政府|[省市区县州旗盟镇乡](?:委|政府|级)?|[局厅院校委办]|公司|集团)?"
# 牵头领导, 牵头负责领导, 县政府分管领导: what the leader does, in at most two words, and whose leader it is.
_LEADER = (
    _RANKS
    + r"(?:牵头|主办|主责|承办|领办"
    + r"|责任|分管|包抓|包保|包联|包案|包村|包片|驻村|联村|联系|挂点|挂钩|挂联|挂帅|挂牌"
    + r"|主管|主抓|督办|督导|领衔|协管|负责|推进|总牵头"
    + r"|主要|第一){1,2} ?"
    + _RANKS
    + r"(?:领导|常委|班子成员|负责同志|副?[省市区县州旗镇乡]长)"
    + r"|(?:牵头|第一|主要|直接|具体|总|督办|督导)?(?:责任人|牵头人|领办人|包联人|包保人|包案人)"
    + r"|(?:分管|牵头|主要|具体)?负责人|(?:总|副)?(?:召集人|指挥长?|[链河湖林田路街山]长)|专班组长"
    + r"|(?:[市区县州旗省盟师团镇乡校院委厅局部行]|师市|党政|班子|公司|集团)级?(?:责任|牵头|分管)?领导|领导"
)
_DUE = (
    r"(?:(?:承诺|完成|办理|办结|整改|化解|答复|反馈|销号|验收|竣工|建成|实施|落实|推进|工作|计划|目标|任务) *){0,3}"
    r"(?:时限|期限|(?:时间|年度|关键|进度)?节点|时间进度|截止(?:时间|日期)|(?:完成|办结|时间)(?:时间|节点))"
    r"(?:要求|节点)?|督办要求(?= ?: ?(?:20\d\d ?年 ?)?\d{1,2} ?月)"
    r"|(?:计划|预计|拟|要求)?(?:完成|办结|反馈|答复|报送|竣工|完工|建成|投产|投用|交付|达产)(?:或投用|或投产)?(?:时间|日期)|(?:时间|进度)(?:要求|安排)"
)
_OTHER = (
    r"(?:督办|督查|督导|考核|监督|监管|指导|验收|统计|交办|提出|提议|诉求|反映|来文|报送)(?:责任)?(?:单位|部门|领导|人员?)?|联系(?:人|电话|方式|机构)"
    r"|(?:提案|提请|建议|转办|来文|来信)(?:单位|机关|人)|联络员|备注|任务来源|工作目标|目标任务|年度目标"
    r"|原(?:定|计划)?(?:完成|办结|办理|整改)?(?:时限|期限|时间)"
    r"|(?:20\d\d ?年(?:度)?)?(?:年度|建设|形象|阶段|进度)*(?:目标|进度)"
    r"|(?:工作|推进|具体|主要)?措施|完成标准|(?:工作|承办)要求|工作内容|进展情况"
)


def spaced(words: str) -> str:
    """The pattern with a blank allowed between any two characters: 责 任 单 位, or 单位 broken at the margin."""
    parts = re.split(r"(\[[^\]]*\])", words)  # no blank is put inside a class of characters
    parts[::2] = [re.sub(r"(?<=[\u4e00-\u9fff])(?=[\u4e00-\u9fff])", " *", part) for part in parts[::2]]
    return "".join(parts)


_ORGAN, _LEAD, _CO, _UNIT, _LEADER, _DUE = map(spaced, (_ORGAN, _LEAD, _CO, _UNIT, _LEADER, _DUE))
_TAIL = re.compile(r"[:位门](?:(?<=:)|[ 为是;.省市区县州旗盟镇乡])")  # every label ends with one of these
_LONGEST = 60
_BLANK = re.compile("[ ;,、\n]")
_BOTH = re.compile(r"^(?:牵头|主办)(?:单位|部门)?/(?:配合|协办|参与|责任)")  # two roles in one column
_LATER = re.compile(
    r"(?:延期|延长|延后|顺延|推迟|调整|变更|改|期限)[^,。;\d]{0,8}?(?:至|到|为) ?"
    r"(20\d\d[^,。;]{1,12}|\d[^,。;]{1,12}|[一二三四]季度[^,。;]{0,4}|年底[^,。;]{0,2})"
)
_OVER = re.compile(
    r"已(?:经)?(?:完成|办结|销号|完工|验收|竣工|取消|终止|移交|调出)|(?<!拟)(?:取消|终止|暂缓|不再(?:实施|列入|考核)|调出)"
)
PERSON_AND_UNIT = re.compile("(?:领导|责任人|负责人).{0,3}(?:单位|部门)|(?:单位|部门).{0,3}(?:领导|责任人|负责人)")
_WORD = re.compile("[^ 、,;]+")
_NAME = re.compile("[\u4e00-\u9fff·]{2,6}")
_LEVEL = re.compile(r"[一二三四]级(?:指标|目标|任务|事项|项目|问题)(?:名称)?")
LABEL = re.compile(  # what is printed most often comes first
    rf"(?:(?P<lead>(?:[省市区县州旗盟]级 ?|整改)?(?:{_LEAD})(?: ?{_ORGAN})?)"
    rf"|(?P<co>(?:[省市区县州旗盟]级 ?|整改)?(?:{_CO})(?: ?{_ORGAN})?)"
    rf"|(?P<unit>(?:[省市县区旗镇州盟]级 ?|市县|县区|区县|整改)?(?:{_UNIT}) ?{_ORGAN}"
    r"|分办|承办|落实|责任|负责|单独办理|乙方|责任方|[受收]文单位|项目(?:业主|法人)|业主"
    r"|(?:签订|签约|承诺|被督查|被督办|被检查)单位)"
    rf"|(?P<leader>(?:整改)?(?:{_LEADER}))|(?P<due>{_DUE})|(?P<other>{_OTHER}))"
    r"(?:(?:及|和|与|、|/)(?:责任人|负责人|责任单位|单位|部门|分管领导|配合单位|协办单位|科室|社区|村|街道|乡镇|镇街|企业))?"
    r" ?(?::|(?<=位) (?=\S)|(?<=门) (?=\S)|(?<=[位门])[为是](?!牵头|主办|主责)"
    # 责任单位县教育局, 责任单位;县教育局: the colon is lost, or another mark stands for it
    r"|(?<=[位门])[;.]?(?=[省市区县州旗盟镇乡][\u4e00-\u9fff]{1,14}(?:[局委办厅府院会部司队]|中心|集团|公司|支行)(?:$|[、,;。()\s及和])))"
)


def may_begin(line: str) -> bool:
    """Whether a folded line is worth asking if it begins with a label."""
    return _TAIL.search(line, 0, _LONGEST) is not None


def behind(mark: re.Pattern[str], folded: str, start: int, end: int, first: bool = False) -> Iterator[re.Match[str]]:
    """The labels of a span that stand behind a mark, in printed order; looked for only where one ends.

    Args:
        mark: what a label stands behind.
        folded: a folded text.
        start: first offset of the span.
        end: offset behind it.
        first: whether the span begins where a label may stand, and nothing before it counts.
    """
    floor = start  # no label begins before it: none reaches over a colon
    for tail in _TAIL.finditer(folded, start, end):
        at = tail.start()
        reach = at - _LONGEST if at - _LONGEST > floor else floor
        cut = folded.rfind(";", reach, at)  # no label reaches over it, nor out of a bracket that is still open
        opening = folded.rfind("(", reach if cut < 0 else cut, at)
        if opening >= 0 and folded.find(")", opening, at) < 0:
            cut = opening
        match = LABEL.match(folded, cut + 1, end) if cut >= reach else None
        if match is None and first and reach == start and cut < reach:
            match = LABEL.match(folded, start, end)
        if match is None:
            begin = cut + 1 if cut >= reach else reach if first and floor == start else max(reach - 1, 0)
            for sign in mark.finditer(folded, begin, at):
                if match := LABEL.match(folded, sign.end(), end):
                    break
        if match:
            yield match
            floor = match.end()
        elif tail[0] == ":":
            floor = tail.end()


def in_levels(heads: tuple[str, ...], roles: tuple[str, ...]) -> tuple[str, ...]:
    """The roles; of 一级指标, 二级指标 … the last is what is asked for, those before it are its classes."""
    levels = [i for i, label in enumerate(heads) if _LEVEL.fullmatch(label)]
    kinds = {i: "text" if i == levels[-1] else "class" for i in levels} if len(levels) > 1 else {}
    return tuple(kinds.get(i, role) for i, role in enumerate(roles))


def remark(folded: str, start: int, end: int) -> tuple[Field | None, str]:
    """What a cell of remarks says of its row: a limit that was changed, and what a clerk must look at.

    Args:
        folded: a folded text.
        start: first offset of the cell.
        end: offset behind it.
    """
    words = folded[start:end]
    if later := _LATER.search(folded, start, end):
        return Field("due", "", later.start(1), later.end(1)), f"备注写着“{words[:20]}”,期限按备注读"
    if _OVER.search(words):
        return None, f"备注写着“{words[:20]}”,仍按一项任务读入"
    return None, ""


def _with_persons(folded: str, field: Field) -> list[Field]:
    """The units and persons of a cell that names both by its head (牵头领导及单位), if it holds nothing else."""
    role, label, start, end = field
    if not PERSON_AND_UNIT.search(label):
        return []
    found, post = list[Field](), -1
    for word in _WORD.finditer(folded, start, end):
        begin = word.start() if post < 0 else post
        if post < 0 and looks_like_unit(word[0]):
            found.append(Field(role, label, *word.span()))
        elif leaders.is_post(word[0]):
            post = begin
        elif _NAME.fullmatch(word[0]):
            found.append(Field("leader", label, begin, word.end()))
            post = -1
        else:
            return []
    return found if post < 0 and len({f.role for f in found}) > 1 else []


def cell(folded: str, field: Field) -> list[Field]:
    """What a cell of a table says: one field, or several where it holds two roles, or labels of its own.

    Args:
        folded: a folded text.
        field: the cell, with the role and the label of its column.
    """
    role, label, start, end = field
    if role == "lead" and _BOTH.search(label) and (slash := folded.find("/", start, end)) >= 0:
        return [Field("lead", label, start, slash), Field("co", label, slash + 1, end)]
    if mixed := _with_persons(folded, field):
        return mixed
    first = LABEL.match(folded, start, end) if role != "due" else None
    if first is None:
        return [field]
    marks = [first, *behind(_BLANK, folded, first.end(), end)]
    stops = [*(mark.start() for mark in marks[1:]), end]
    spans = ((m, *trim(folded, m.end(), stop, " ;,。")) for m, stop in zip(marks, stops, strict=True))
    return [Field(str(m.lastgroup), m[0], a, b) for m, a, b in spans if a < b]
