"""One printed text, many typefaces: a folded copy to match on, character for character.

Notices mix full-width and half-width punctuation, five kinds of brackets and two scripts. Every rule of this room
matches on the folded copy and cuts from the original; both have the same length, so an offset means the same in both.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache

DIGITS = {
    "零": 0,
    "〇": 0,
    "○": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
NUMERAL = "一二三四五六七八九十百零〇○"

# Only characters that occur in words our rules match (unit, lead, chapter, report …); this is no converter.
_TRADITIONAL = dict(
    zip(
        "區縣鎮鄉單責辦協導領時間關於參會處農場聯繫報務發號項總組織門員長據將負與實點劃圍續進後結開內級當屬幹"
        "產業園國際電學無線對準經濟標題書記檢牽頭機構財監衛職團體隊館廳銀揮計畫兩檔動勢應個條戶畝噸萬億餘盞輛"
        "張棟臺隻頃減淨擴穩爭確達過專貳設現壓從彙週並乾佈併來係們備傳價冊別刪則勞匯叄問嚮圖埰執堅塊寀寫層峯帥"
        "師幷庫強復態慶戰掃掛採擔數昇暫曏曬極榦樣檯欄權歐歸決沒況滅滾漁瀏為熱燈營爲牀狀獨環盡碼祕稱積筆節範簡"
        "糾紀約紅納細終絡給統綜綠維網緊編縮績繼罰聞舉艦蓋薦蘇裏補裡製複見規視覽觀訪訴評詞話該誌認說説調請議讀"
        "賬蹤車載輯轄這運適邊醫鈎鉤銜銷錄錶鍾鏈閉閱閲陞陸階隨隱頁頂須預頓類颱饋駐驗髮黃黨審嶺東資雲額課僅勵懲擬獎籤種麼還啓啟斷驟"
        "質徑礎簽覈訂諾頻鐘幫衝鍵債兌廠撥氣漲籌貸費貼鋁婦崗廣換殘煙稅糧緩興訓變軍輪轉遲郵順創險顧風註儉緣脫貧試佔鹽礦遷錯墾虧雙連夾鐵願兒凍幾廁災繕臨購躍較邁畢異裝談貴嚴獲繞習聽肅鑑陽",
        "区县镇乡单责办协导领时间关于参会处农场联系报务发号项总组织门员长据将负与实点划围续进后结开内级当属干"
        "产业园国际电学无线对准经济标题书记检牵头机构财监卫职团体队馆厅银挥计划两档动势应个条户亩吨万亿余盏辆"
        "张栋台只顷减净扩稳争确达过专贰设现压从汇周并干布并来系们备传价册别删则劳汇叁问向图采执坚块采写层峰帅"
        "师并库强复态庆战扫挂采担数升暂向晒极干样台栏权欧归决没况灭滚渔浏为热灯营为床状独环尽码秘称积笔节范简"
        "纠纪约红纳细终络给统综绿维网紧编缩绩继罚闻举舰盖荐苏里补里制复见规视览观访诉评词话该志认说说调请议读"
        "账踪车载辑辖这运适边医钩钩衔销录表钟链闭阅阅升陆阶随隐页顶须预顿类台馈驻验发黄党审岭东资云额课仅励惩拟奖签种么还启启断骤"
        "质径础签核订诺频钟帮冲键债兑厂拨气涨筹贷费贴铝妇岗广换残烟税粮缓兴训变军轮转迟邮顺创险顾风注俭缘脱贫试占盐矿迁错垦亏双连夹铁愿儿冻几厕灾缮临购跃较迈毕异装谈贵严获绕习听肃鉴阳",
        strict=True,
    )
)
_PUNCTUATION = {
    "〔": "(", "〕": ")", "【": "(", "】": ")", "[": "(", "]": ")", "{": "(", "}": ")", "〖": "(", "〗": ")",
    "﹙": "(", "﹚": ")", "〈": "(", "〉": ")",
    "︰": ":", "﹕": ":", "∶": ":", "﹔": ";", "﹐": ",", "﹑": "、", "､": "、",
    "│": "|", "┃": "|", "║": "|", "丶": "、", "曰": "日",  # as recognition of characters misreads them
    "｡": "。", "．": ".", "﹒": ".", "～": "~", "\u3000": " ", "\xa0": " ", "\ufeff": " ",
    "\u200b": " ", "\u200c": " ", "\u200d": " ", "\u2002": " ", "\u2003": " ", "\u2009": " ", "\x0b": " ", "\x0c": " ",
    "\u2028": " ",
}  # fmt: skip


def _table() -> dict[int, str]:
    table = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {ord(a): b for a, b in _PUNCTUATION.items()}
    # A full-width bracket becomes a half-width one, and that becomes "(".
    return {code: _PUNCTUATION.get(char, char) for code, char in table.items()}


_STRAIGHT = _table()
_FOLD = _STRAIGHT | {ord(a): b for a, b in _TRADITIONAL.items()}
_UNFOLD = {ord(b): a for a, b in _TRADITIONAL.items() if b in "区县"}
# Every character and what it becomes: looked up by place, where a dictionary would be asked in vain for most of a text.
_EVERY: list[int | str] = list(range(max(_FOLD) + 1))
for _code, _char in _FOLD.items():
    _EVERY[_code] = _char
_UNUSUAL = re.compile(f"[{re.escape(''.join(map(chr, _FOLD)))}\u2500-\u257f]")
_BEGINNING = 500  # a text in the other script shows it in so many characters
_FEW = 24  # up to so many different characters are replaced one by one sooner than all are looked up
Unusual = frozenset[str] | None


def unusual(text: str) -> Unusual:
    """The characters of a text that folding changes or that tables are drawn with; ``None`` if there are many.

    The whole text is looked through once; what it does not hold need not be asked again.
    """
    odd = frozenset(_UNUSUAL.findall(text, 0, _BEGINNING))
    if len(text) > _BEGINNING and len(odd) <= _FEW:
        odd = frozenset(_UNUSUAL.findall(text))
    return odd if len(odd) <= _FEW else None


def fold(text: str) -> str:
    """The copy to match on: same length, half-width punctuation, one kind of bracket, simplified key words."""
    return folded(text, unusual(text))


def folded(text: str, odd: Unusual) -> str:
    """The copy to match on of a text whose unusual characters are known."""
    if odd is None:
        return text.translate(_EVERY)
    for char in odd:
        text = text.replace(char, _FOLD.get(ord(char), char))
    return text


_LABEL_WORD = (
    r"[\u4e00-\u9fff]{1,6}(?:单位|部门|机关|领导|任人|时限|期限|时间|内容|事项|编号|目标|措施|问题|标题|名称|要求|来源)"
)
_ROLE = r"牵头|主办|责任|承办|落实|配合|协办|会办|参与"  # at the beginning of a line, or set off by a blank
_LABEL_IN_BRACKETS = re.compile(rf"(?m)^([ \t]*)\(({_LABEL_WORD}|{_ROLE})\)([ :]?)(?=[^\n)])")
_LABEL_ANYWHERE = re.compile(rf"\((?:{_LABEL_WORD}|{_ROLE})\)[^\n)]")
_LABEL_INSIDE = re.compile(rf"\((?<=[^\n]\()(?:({_LABEL_WORD})|(?<= \()({_ROLE}))\)(?=[^\n)])")


def opened(folded: str) -> str:
    """Labels printed in brackets, 【主办单位】…, as labels with a colon; of the same length.

    They are labels where at least three lines begin so and none of the words is the beginning of a sentence; within
    lines, where a word recurs in brackets three times.
    """
    if not _LABEL_ANYWHERE.search(folded):
        return folded
    inside = Counter(match[match.lastindex or 1] for match in _LABEL_INSIDE.finditer(folded))
    folded = _LABEL_INSIDE.sub(
        lambda m: f" {m[m.lastindex or 1]}:" if inside[m[m.lastindex or 1]] > 2 else m[0], folded
    )
    found = [match[2] for match in _LABEL_IN_BRACKETS.finditer(folded)]
    if len(found) < 3 or 2 * len(set(found)) > len(found) + 1:
        return folded
    return _LABEL_IN_BRACKETS.sub(lambda m: f"{m[1]}{' ' * len(m[3])} {m[2]}:", folded)


def bracketed(text: str, folded: str, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans of labels, each with the bracket in front of it that ``opened`` made a blank.

    Args:
        text: a text.
        folded: its folded copy, labels opened.
        spans: of labels in it.
    """
    return [(a - (a > 0 and folded[a - 1] == " " and fold(text[a - 1]) == "("), b) for a, b in spans]


def straighten(text: str) -> str:
    """Printed words with half-width punctuation and one kind of bracket, their script left as it is."""
    return text.translate(_STRAIGHT)


def as_printed(name: str, printed: str) -> str:
    """A folded name, completed by a prefix or cut out of ``printed``, in the script it is printed in."""
    straight = re.sub(r"\s+", "", straighten(printed))
    folded = fold(straight)
    for length in range(len(name), 1, -1):  # the longest tail of the name that is printed
        at = folded.find(name[-length:])
        if at >= 0:
            return name[:-length].translate(_UNFOLD) + straight[at : at + length]
    return name


def number(text: str) -> int | None:
    """The value of a numeral, Arabic or Chinese up to 999; ``None`` if it is none."""
    if text.isascii() and text.isdigit():
        return int(text)
    if not text or any(c not in NUMERAL + "两" for c in text):
        return None
    if "十" not in text and "百" not in text:
        return int("".join(str(DIGITS[c]) for c in text))
    hundreds, _, rest = text.rpartition("百")
    tens, ten, ones = rest.rpartition("十")
    if len(hundreds) > 1 or len(tens.strip("零〇")) > 1 or len(ones.strip("零〇")) > 1:
        return None
    value = DIGITS.get(hundreds, 1) * 100 if "百" in text else 0
    value += (DIGITS.get(tens.strip("零〇"), 1) if ten else 0) * 10
    return value + DIGITS.get(ones.strip("零〇"), 0)


def numeral(value: int) -> str:
    """The Chinese numeral of a number from 1 to 99, as chapters are numbered."""
    tens, ones = divmod(value, 10)
    digits = "〇一二三四五六七八九"
    head = "" if not tens else ("十" if tens == 1 else digits[tens] + "十")
    return head + (digits[ones] if ones or not tens else "")


_BRACKETS = re.compile(r"[()]")


def brackets(folded: str, start: int, end: int) -> dict[int, int]:
    """Opening bracket → its closing bracket, for every pair that lies within the span."""
    first = folded.find("(", start, end)
    if first < 0:
        return {}
    if folded.find("(", first + 1, end) < 0:
        close = folded.find(")", first, end)
        return {first: close} if close > 0 else {}
    waiting: list[int] = []
    pairs: dict[int, int] = {}
    for match in _BRACKETS.finditer(folded, first, end):
        if match.group() == "(":
            waiting.append(match.start())
        elif waiting:
            pairs[waiting.pop()] = match.start()
    return pairs


def closing(folded: str, opening: int, end: int) -> int:
    """Offset of the bracket that closes an opening one; ``end`` if none before it does."""
    inside, close = folded.find("(", opening + 1, end), folded.find(")", opening, end)
    while 0 <= inside < close:  # that one closes a bracket within
        inside, close = folded.find("(", inside + 1, end), folded.find(")", close + 1, end)
    return close if close >= 0 else end


def pieces(folded: str, start: int, end: int, separators: str) -> list[tuple[int, int]]:
    """Spans between ``separators`` that stand outside brackets; a bracket that is never closed is no bracket."""
    separator = _any_of(separators)
    first = separator.search(folded, start, end)
    if first is None:
        return [(start, end)]
    cuts = [match.start() for match in separator.finditer(folded, first.start(), end)]
    if folded.find("(", start, cuts[-1]) >= 0:
        cuts = _outside(brackets(folded, start, end), cuts)
    spans, begin = [], start
    for cut in cuts:
        spans.append((begin, cut))
        begin = cut + 1
    spans.append((begin, end))
    return spans


def _outside(pairs: dict[int, int], places: list[int]) -> list[int]:
    """The places, in printed order, that lie in none of the pairs of brackets."""
    found: list[int] = []
    opened = iter(sorted(pairs))
    opening, close = next(opened, -1), -1
    for at in places:
        while 0 <= opening < at:
            close, opening = max(close, pairs[opening]), next(opened, -1)
        if at > close:
            found.append(at)
    return found


@cache
def _any_of(separators: str) -> re.Pattern[str]:
    return re.compile(f"[{re.escape(separators)}]")


def trim(folded: str, start: int, end: int, junk: str = " \t\r\n") -> tuple[int, int]:
    """The span without ``junk`` at either end."""
    while start < end and folded[start] in junk:
        start += 1
    while end > start and folded[end - 1] in junk:
        end -= 1
    return start, end


def blanked(text: str, spans: Iterable[tuple[int, int]], blank: str = " ") -> str:
    """The text with blanks in place of spans that are no part of it; offsets stay.

    Args:
        text: a text.
        spans: what to leave out, in printed order.
        blank: a blank, or a return, which parts no words.
    """
    out, at = [], 0
    for start, end in spans:
        out += [text[at:start], blank * (end - start)]
        at = end
    return "".join([*out, text[at:]])


_APART = re.compile(r" (?<=[\u4e00-\u9fff\d%,。、] )(?:[\u4e00-\u9fff\d%,。、] ){3}")


def is_spaced(folded: str) -> bool:
    """Whether characters of a text are set apart by blanks, as character recognition leaves them."""
    return _APART.search(folded) is not None


def squeezed(text: str, folded: str, start: int, end: int) -> tuple[str, str, int, int]:
    """A span whose characters are set apart by blanks, without these blanks."""
    if not _APART.search(folded, start, end):
        return text, folded, start, end
    kept = [at for at in range(start, end) if folded[at] != " "]
    return "".join(text[at] for at in kept), "".join(folded[at] for at in kept), 0, len(kept)


_BREAK = re.compile(r"(?<=[^\s。;!?:]) *\r?\n\s*")


def unbroken(text: str, folded: str, start: int, end: int) -> tuple[str, str, int, int]:
    """A span without the line breaks inside its sentences: text, folded copy, and where the span lies in them."""
    if "\n" not in folded[start:end]:
        return text, folded, start, end
    cuts = [(m.start(), m.end()) for m in _BREAK.finditer(folded, start, end)]
    begins, ends = [start, *(b for _, b in cuts)], [*(a for a, _ in cuts), end]
    spans = list(zip(begins, ends, strict=True))
    whole, flat = ("".join(words[a:b] for a, b in spans) for words in (text, folded))
    return whole, flat, 0, len(whole)
