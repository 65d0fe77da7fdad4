"""How a notice says the work will be watched: inspections, circulars, boards, assessment, self-checks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_BEFORE = (
    r"(?:定期|不定期|随机|专项|综合|重点|年终|年底|年度|季度|实地|现场|面上|联合|跟踪|日常"
    r"|全程|动态|半年|每[月季周年]度?|按[月季周年]度?|全面|全覆盖|第三方|政务|调度|对比式|书面|公开)"
)
_KINDS = (
    ("self-check", rf"{_BEFORE}*(?:自查(?:自纠)?|督促检查)"),
    ("follow-up", rf"(?:{_BEFORE}|及时)*(?:跟踪(?:督办|督促|问效|落实|督导)|督办落实|协调解决|挂牌督办|限期督办)"),
    ("bulletin", rf"(?:{_BEFORE}|反馈)*[“\"]?(?:{_BEFORE})*通报(?:一次|制度)?[”\"]?"),
    (
        "inspection",
        rf"{_BEFORE}*(?:督查|督导|暗访检查|明察暗访|明查暗访|暗访|抽查|巡查督导|督查督办|督导检查|观摩|“回头看”)",
    ),
    (
        "assessment",
        rf"(?:纳入)?(?:20\d\d年度?)?{_BEFORE}*(?:绩效(?:管理)?|目标(?:责任制?)?|综合)*(?:考核(?:评价|评议)?|考评|绩效评估)",
    ),
    ("ranking", r"红黑榜|红黄绿灯|亮灯|排名|排序|晾晒|“?红黄牌”?"),
    ("dispatch", rf"{_BEFORE}*(?:调度(?!通报|督查)|会商|周会办|例会)(?:制度|机制|会)?"),
)
_FIRST = '(?=[定不随专综重年季实现面联跟日全动半每按第政调对书公自督协挂限及反通暗明抽巡观纳2绩目考红亮排晾会周例“"])'
_PATTERN = re.compile(_FIRST + "(?:" + "|".join(f"(?P<{k.replace('-', '_')}>{words})" for k, words in _KINDS) + ")")
_ABOUT = re.compile(
    r"督|检查|考[核评]|通报|调度|暗[访查]|抽查|排[名序]|亮灯|黄牌|黑榜|会[办商]|观摩|协调|回头看|例会|晾晒|评估"
)
_SUBJECT = re.compile(
    r"(?:^|[,;、])?(?P<by>(?:[\u4e00-\u9fff]{1,14}(?:督查室|督查局|办公室|政府办|委办|考核办|领导小组|专班|指挥部|单位|部门)))"
    r"(?=将|要|会同|负责|采取|每|定期|对|加强|牵头|会|适时|不定期|,)"
)
_SENTENCE = re.compile(r"[^。;!?\n]+[。;]?")
_NOUN = re.compile(r"(?:督查|督导|考核|通报)(?=室|局|办|组|单位|部门|科|对象|范围)")


class Mechanism(NamedTuple):
    """One way in which the work is watched.

    Args:
        name: as printed.
        kind: ``inspection``, ``bulletin``, ``self-check``, ``assessment``, ``follow-up``, ``dispatch`` or ``ranking``.
        by: who does it; empty if not said.
        source: the sentence it was read from.
        line: 1-based line of it.
    """

    name: str
    kind: str
    by: str
    source: str
    line: int


def read(text: str, folded: str, spans: Iterable[tuple[int, int]]) -> tuple[Mechanism, ...]:
    """The mechanisms named in ``spans`` (the cover, and chapters of requirements), each name once.

    Args:
        text: the whole notice.
        folded: its folded copy.
        spans: where to look.
    """
    found: dict[str, Mechanism] = {}
    for start, end in spans:
        if not _ABOUT.search(folded, start, end):
            continue
        for sentence in _SENTENCE.finditer(folded, start, end):
            words = sentence[0]
            if not _ABOUT.search(words):
                continue
            if (not sentence[0].endswith(("。", ";", ",")) and len(words) < 40) or "关于印发" in words:
                continue  # a title or a heading
            at = sentence.start()
            for match in _PATTERN.finditer(words):
                name = text[at + match.start() : at + match.end()].removeprefix("纳入")
                if name in found or _NOUN.match(words, match.end() - 2):
                    continue
                kind, subject = str(match.lastgroup).replace("_", "-"), _SUBJECT.search(words)
                said, line = text[at : at + len(words)].strip(), text.count("\n", 0, at) + 1
                found[name] = Mechanism(name, kind, subject["by"] if subject else "", said, line)
    return tuple(found.values())
