"""What a notice says about itself: title, number, issuer, date, year, script, declared counts."""

from __future__ import annotations

import re
from collections import Counter

from supervise.intake import deadlines, lines
from supervise.intake.folding import DIGITS, NUMERAL, Unusual, number
from supervise.intake.lines import Line
from supervise.intake.names import looks_like_unit
from supervise.intake.structure import is_attachment_mark, is_date_only

_NUMBER = re.compile(r"\(?([\u4e00-\u9fff]{1,8}) ?\( ?(\d{4}) ?\) ?(第?) ?(\d{1,4}) ?号\)?")
_NUMBER_ALONE = re.compile(r"\((20\d\d)\) ?(第?) ?(\d{1,4}) ?号")  # minutes and orders print no letters before the year
_NUMBER_YEARLESS = re.compile(
    r"(?:\(?20\d\d\)?年? ?)?[\u4e00-\u9fff]{1,6}字 ?第? ?\d{1,4} ?号|20\d\d ?年 ?第 ?\d{1,4} ?号"
)
_SIGNER = re.compile(r"(?: {2,}|\t)签发人? ?:.*$")
_DATE_BEGINS = frozenset("0123456789二")
_COLUMN = re.compile(r"\([\u4e00-\u9fff]{2,6}\) *(?=.{6})")  # 【重点工作】 is the website's, not the title's
_SEAL = re.compile(r"\((?:代章|盖章|印章|公章)\)")
_DAY_OF_ISSUE = re.compile(
    r"(?:^|[|\t] *)(?:(?:成文|发文|印发|签发|发布|交办|督办|下达)(?:日期|时间)) ?:?[ |\t]*(\d.*)"
)
_YEARS = re.compile(r"(20\d\d) ?年? ?[—–~至到-]{1,2} ?20\d\d ?年?")
_FILED = re.compile(r"\((20\d\d)\) ?第? ?\d{1,4}(?!\d)")
_LETTERHEAD = re.compile(r"([\u4e00-\u9fff]{2,20}(?:人民政府|委员会|办公室|委|局)(?:办公室)?)文件")
_PUBLISHED = re.compile(r"(?:发布|印发|发文|制定)(?:单位|机关|机构) ?:? ?([\u4e00-\u9fff]{4,30})")
_ORGAN_ALONE = re.compile(
    r"[\u4e00-\u9fff]{2,26}(?:人民政府|政府|委员会|管委会|办公室|督查室|局|厅"
    r"|公司|集团|大学|学院|医院|指挥部|领导小组|[省市区县州旗盟镇乡工]委)"
)
_ORGAN_ENDS = frozenset("府会室局厅司团学院部组委")
_FULL_TITLE = re.compile(
    r"关于.*的?(?:通知|意见|决定|说明|(?:交办|督办|督查)单|通报|函|公告|公示|方案|报告)(?:\([^)]*\))?$"
)
_TITLE_END = re.compile(
    r"(?:工作|工程|报告|(?:推进|任务|责任|督办|交办)卡|要点|分工|方案|清单|任务|计划|安排|表|台账|实事|举措|措施|分解|事项|任务书|责任书|责任状|纪要|目标|指标|项目"
    r"|承诺(?:书|事项)?|(?:督办|督查|提示)?(?:令|提示|通知书|提醒)|(?:通知|督办|督查|交办|分解|任务|批办|办理|转办|催办)单|名单|目录|一览(?:表)?|情况|建议|提案|通知|通报|函|公告|公示|决定|意见)(?:\([^)]*\))?$"
)
# The first line of a title speaks of 关于, or is the issuer's name alone.
_TITLE_BEGINS = re.compile(
    r"^(?:(?!.{0,20}(?:发布机构|信息来源|发文机关)).*关于|[\u4e00-\u9fff、 ]{2,40}(?:政府|办公室"
    r"|督查室|委员会|管委会|指挥部|办|委|局|厅)$)"
)
_LABEL = re.compile(r"^(?:标 *题|名 *称|文件名称|公文标题) ?:? ?")
_TITLE_CELL = re.compile(r"(?:标 *题|名 *称) ?:? *\| *([^|]{4,120}?) *(?:\||$)")
_NUMBER_LABEL = re.compile(r"^(?:文 ?号|发文字号|文件编号|编 ?号|字 ?号) ?:? ?")
_NUMBER_CELL = re.compile(r"(?:文 ?号|发文字号) ?:? *[|\t] *")
_COUNT = re.compile(
    r"[共计](?:计|有|分解为?|梳理出?|明确|确定|列出|安排)?了? ?"
    r"(?:[一二三四五六七八九十\d]{1,3}(?:个|大)?(?:方面|领域|部分|板块|类别|大类|类)[,、 ]*)?"
    r"(\d{1,4}|[一二三四五六七八九十百]{1,4}) ?"
    r"(?:大项|项|条|件|个项目)(?!制度|机制)"
)
_COUNT_HERE = re.compile(  # 已完成179项,以下7项未完成
    rf"(?:以下|下列|如下)(\d{{1,3}}|[{NUMERAL}]{{1,3}})(?:大?项|件|条)(?=未完成|重点|主要|具体|工作|任务|事项|实事|问题|民生|督办|[:。,])"
)
# 7大类、9项: of the two the last counts; 其中4项 is only a part.
_COUNT_IN = re.compile(
    rf"[类章篇面域块][、,及和]? ?(?:共|计|合计)? ?(\d{{1,4}}|[{NUMERAL}]{{1,4}}) ?(?:小项|具体)?[项条件]"
)
_COUNT_OF = re.compile(
    r"(\d(?<!其中\d)(?<!\d\d)\d{0,3}) ?(?:项|条|件)"
    r"(?:具体|重点|主要|年度|目标|逾期|督办|督查|交办|整改|重大|议定|未办结|民生|改革)*"
    r"(?:工作|任务|事项|实事|举措)"
)
_COUNT_BEHIND = re.compile(r"(?:工作|任务|事项|实事|项目)(?:共|共计|为)?(\d{1,4}) ?(?:项|条|件)(?=[,。;)予进分印下交])")
_CHAPTERS = re.compile(rf"(?:以下|下列|如下|分解?为|共)([{NUMERAL}]{{1,3}}|\d{{1,2}})(?:个)?方面")
_HEADING_COUNT = re.compile(r"[(,]?(?:共)?(\d{1,3})[项条件]\)?$")
# 逾期仍未办结的,将按规定约谈主要负责人。
_THREATENS = re.compile(
    r"(?:逾期|对|凡|未|不能)[^。]{0,60}(?:将|予以|一律|视情)[^。]{0,30}(?:通报|约谈|问责|追责|扣分|追究|曝光|挂牌|处理)"
)
_TRADITIONAL = frozenset("區會國發這對為與來時說個實業務開關經過體動現設學產進領導統應點報單縣鎮鄉責辦協將據開無")
_SIMPLIFIED = frozenset("区会国发这对为与来时说个实业务开关经过体动现设学产进领导统应点报单县镇乡责办协将据开无")
_OLD = re.compile(f"[{''.join(_TRADITIONAL - _SIMPLIFIED)}]")
_NEW = re.compile(f"[{''.join(_SIMPLIFIED - _TRADITIONAL)}]")


def script(text: str, odd: Unusual = None) -> str:
    """``hant`` if traditional characters outnumber their simplified forms, else ``hans``.

    Args:
        text: a text.
        odd: its unusual characters, if they are known: among them is whatever is printed in the other script.
    """
    sample = text[:100_000]
    if not (_TRADITIONAL & odd if odd is not None else _OLD.search(sample)):
        return "hans"
    return "hant" if len(_OLD.findall(sample)) > len(_NEW.findall(sample)) else "hans"


_MARKS, _NUMBER_BEHIND = re.compile("[ “”]"), re.compile(r"\([^()]{2,12}\(20\d\d\)\d{1,4}号\)$")  # …分解(校办(2025)9号)


def titles(text: str, cover: list[Line]) -> str:
    """The notice's own title: 关于…的通知, printed on one to three lines, else the first heading-like line."""
    plain = [line for line in cover if not lines.is_sentence(line.folded) and len(line.folded) <= 120]
    labelled = ""
    for index, line in enumerate(cover):
        if lines.is_sentence(line.folded) or len(line.folded) > 120:
            continue
        if line.folded.count("|") > 1:  # a table about the document; below it the title is printed again
            cell = _TITLE_CELL.search(line.folded)
            labelled = labelled or (text[line.start + cell.start(1) : line.start + cell.end(1)] if cell else "")
            continue
        own = _LABEL.sub("", line.folded)
        joined = _joined(text, cover[index : index + 3]) if _TITLE_BEGINS.search(line.folded) else ""
        if own != line.folded:
            labelled = labelled or text[line.end - len(own) : line.end]
        elif joined:
            return joined
    if labelled:
        return labelled
    fit = (
        ln
        for ln in plain
        if _TITLE_END.search(_NUMBER_BEHIND.sub("", _MARKS.sub("", ln.folded))) and "|" not in ln.folded
    )
    long = (ln for ln in fit if len(ln.folded) >= (4 if ln is cover[0] else 6))
    first = next((ln for ln in long if not lines.marker(ln.folded)), None)
    words = text[first.start : first.end] if first else ""
    if first and (column := _COLUMN.match(first.folded)):
        words = words[column.end() :]
    words = words.lstrip("# ")  # a heading as plain text marks it
    return re.sub(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff](?: |$))", "", words)  # 督 办 通 知 单


def _joined(text: str, block: list[Line]) -> str:
    """A title of one to three lines that stand together; ends with 通知 and the like."""
    whole, raw = "", ""
    for line in block[:3]:
        if (
            lines.is_sentence(line.folded)
            or lines.marker(line.folded)
            or _NUMBER.fullmatch(line.folded.strip())
            or is_date_only(line.folded)
        ):
            break
        if line.folded.startswith("附") or (not whole and not _TITLE_BEGINS.search(line.folded)):
            break
        whole, raw = whole + line.folded, raw + text[line.start : line.end]
        organs = len(whole) > len(line.folded) and re.search(r"^20\d\d ?年", line.folded)
        if organs and _TITLE_END.search(line.folded) and len(whole) <= 120:
            return raw
        if _FULL_TITLE.search(whole) and len(whole) <= 120:
            column = re.match(r"\([^()]{2,30}\) *(?=.*关于)", whole)  # 【重点工作】 is the website's, not the title's
            return raw[column.end() :] if column else raw
    return ""


def attachment(text: str, heading: list[Line]) -> str:
    """The list's own title: the lines above its first entry, without remarks in brackets."""
    parts: list[str] = []
    for line in heading:
        if is_attachment_mark(line.folded):
            continue
        own = re.sub(r"^附 ?[件表录] ?\d{0,2} ?:? ?", "", line.folded)
        if lines.is_sentence(own) or own.startswith("(") or len(own) > 60 or len(parts) == 3:
            break
        parts.append(text[line.end - len(own) : line.end])
    return "".join(parts)


def numbers(text: str, cover: list[Line]) -> dict[str, int]:
    """Document numbers printed on a line of their own, in a field 文号, or behind a letterhead, with their lines."""
    at = {line.no: line for line in cover}
    return {_in_print(found, text, at[no]): no for found, no in _numbers(cover).items()}


def _in_print(found: str, text: str, line: Line) -> str:
    """A number in the script of the notice: 濱政發, not 濱政发."""
    letters = found.partition("〔")[0]
    printed = text[line.start : line.end]
    if not letters or "號" not in printed or (first := line.folded.find(letters)) < 0:
        return found
    return found.replace(letters, printed[first : first + len(letters)], 1).replace("号", "號")


def _numbers(cover: list[Line]) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in cover:
        if "号" not in line.folded:
            continue
        body = _SIGNER.sub("", line.folded) if "签发" in line.folded else line.folded
        body = _NUMBER_LABEL.sub("", body)
        match = _NUMBER.match(body) if len(body) < 300 or body != line.folded else None
        if match and (body != line.folded or match.end() == len(body)):
            found.setdefault(_written(match), line.no)
        if alone := _NUMBER_ALONE.fullmatch(body):
            found.setdefault(f"〔{alone[1]}〕{alone[2]}{alone[3]}号", line.no)
        if body.endswith("号") and _NUMBER_YEARLESS.fullmatch(body):  # 督字第17号
            found.setdefault(re.sub(r"\((\d+)\)", r"〔\1〕", body.replace(" ", "")), line.no)
        cell = _NUMBER_CELL.search(line.folded)
        if cell and (inside := _NUMBER.match(line.folded, cell.end())):
            found.setdefault(_written(inside), line.no)
        for head in _LETTERHEAD.finditer(line.folded) if "文件" in line.folded else ():
            behind = _NUMBER.match(line.folded, head.end() + (line.folded[head.end() : head.end() + 1] == " "))
            if behind:
                found.setdefault(_written(behind), line.no)
    return found


def _written(match: re.Match[str]) -> str:
    return f"{match[1]}〔{match[2]}〕{match[3]}{match[4]}号"


def issuer(text: str, folded: str, cover: list[Line], title: str) -> str:
    """Who signed: the line above the date, else the letterhead, a publisher's field, the title's beginning."""
    for index, line in enumerate(cover):
        early = index < 3 and not _signed_above(cover, index)
        bare = not index or line.folded[0] in _DATE_BEGINS or line.folded[0] == "("
        if (early and bare) or len(line.folded) >= 70 or not is_date_only(line.folded):
            continue
        signed = re.match(r"[\u4e00-\u9fff()、]{4,40}(?=[ ]+[\d二])", line.folded)
        if signed:
            return signed[0]
        at = index - 1 - (_SEAL.fullmatch(cover[index - 1].folded) is not None)
        above = cover[at]
        two = at > 3 and is_organ(above.folded) and is_organ(cover[at - 1].folded)  # they sign together
        if two and cover[at - 2].folded[-1] not in "、,:":
            return "、".join(text[line.start : line.end] for line in (cover[at - 1], above))
        if not lines.is_sentence(above.folded) and 3 <= len(above.folded) <= 60 and not lines.marker(above.folded):
            return re.sub(r"\s+", "" if len(above.folded) < 20 else "、", text[above.start : above.end])
    top = folded[:20_000]
    heads = [line for line in top.split("\n") if "文件" in line] if "文件" in top else []
    head = next(filter(None, map(_LETTERHEAD.search, heads)), None)
    if head:
        return _without_junk(head[1])
    if cover and _ORGAN_ALONE.fullmatch(cover[0].folded) and len(cover) > 1 and title != cover[0].folded:
        return text[cover[0].start : cover[0].end]
    field = _PUBLISHED.search(top)
    if field:
        return text[field.start(1) : field.end(1)]
    begin = re.match(r"(?!关于|關於)(.{1,40}?(?:政府|府办|办公室|委员会|局|厅|办|委))(?=关于|關於|\d{4}年)", title)
    return begin[1] if begin else ""


def addressed(cover: list[Line]) -> list[str]:
    """Folded names of the units a notice is addressed to: a line of names that ends with a colon."""
    found: list[str] = []
    for line in cover:
        body = line.folded.rstrip()
        named = re.split(r"[、,]", body[:-1]) if body.endswith(":") and not lines.marker(body) else []
        if len(named) > 1 and all(looks_like_unit(name.strip()) for name in named):
            found += [name.strip() for name in named]
    return found


def is_organ(line: str) -> bool:
    """Whether a folded line is the name of an organ alone, as it stands below a list or above it."""
    if line[-1:] not in _ORGAN_ENDS:
        return False
    return all([_ORGAN_ALONE.fullmatch(name) for name in line.split()])


def closes(line: str) -> bool:
    """Whether a folded line signs a notice, or asks or threatens something of all units behind its list."""
    return is_organ(line) or lines.is_of_all(line) or bool(_THREATENS.match(line))


def _without_junk(name: str) -> str:
    """A letterhead that slipped into a sentence drags a character along; a place has two or three before its level."""
    short = re.search(r"[\u4e00-\u9fff]{2}(?:省|市|区|县|州|旗|盟)[\u4e00-\u9fff]*$", name)
    inner = re.search(r"[\u4e00-\u9fff]{2,4}(?:省|市|州|盟)[\u4e00-\u9fff]{2,4}(?:区|县|市|旗)[\u4e00-\u9fff]*$", name)
    return inner[0] if inner else short[0] if short else name


def issued(cover: list[Line]) -> tuple[str, int | None, bool]:
    """The date under the signature as ISO text, its line, and whether it was worked out from damaged print."""
    for index, line in enumerate(cover):
        if len(line.folded) < 70 and is_date_only(line.folded) and (index >= 3 or _dates(cover, index)):
            day, damaged = deadlines.printed(line.folded)
            return (day.isoformat() if day else "", line.no, damaged)
    for line in cover:
        if "日期" not in line.folded and "时间" not in line.folded:
            continue
        match = _DAY_OF_ISSUE.search(line.folded)
        if match and (day := deadlines.printed(match[1])[0]):
            return day.isoformat(), line.no, False
    return "", None, False


def _signed_above(cover: list[Line], index: int) -> bool:
    """Whether a date near the top stands below the organ that signs."""
    return index > 1 and is_organ(cover[index - 1].folded)


def _dates(cover: list[Line], index: int) -> bool:
    """Whether a date in the first lines is that of issue: in brackets, behind or below the issuer, below the number."""
    if index == 0:
        return False
    if _signed_above(cover, index):
        return True
    numbered = _NUMBER_ALONE.fullmatch(cover[1].folded) or _NUMBER.fullmatch(cover[1].folded)
    return cover[index].folded[0] not in _DATE_BEGINS or (index == 2 and numbered is not None)


def plan(title: str, attached: str, cover: str, issued_on: str, body: str) -> tuple[int | None, str]:
    """Year and period (``2021``, ``2020-Q1``, ``2020-H2``) the plan is for.

    The tasks tell it if nothing above them does; one of them alone less than the number under which it is filed.
    """
    spans = [span[1] for source in (title, attached) if (span := _YEARS.search(source))]
    title, attached = _YEARS.sub("", title), _YEARS.sub("", attached)
    for source in (title, attached):
        if era := re.search(r"(?<!\d)(1[0-4]\d) ?年度?", source):  # counted from 1911
            return int(era[1]) + 1911, str(int(era[1]) + 1911)
        match = re.search(r"(20\d{2}) ?年(?:度)?(?:第?([一二三四]) ?季度|(上半年|下半年))?", source)
        if match:
            tail = (
                f"-Q{'一二三四'.index(match[2]) + 1}"
                if match[2]
                else {"上半年": "-H1", "下半年": "-H2"}.get(match[3] or "", "")
            )
            return int(match[1]), match[1] + tail
    cover = _YEARS.sub("", cover)
    for source in (title, attached, cover):
        if chinese := re.search(r"二[〇○零]([一二三四五六七八九〇○零])([一二三四五六七八九〇○零])年", source):
            year = f"20{DIGITS[chinese[1]]}{DIGITS[chinese[2]]}"
            return int(year), year
    years = Counter(re.findall(r"(20\d{2})年(?! ?\d{1,2} ?月[^,。;\n]{0,6}前)", cover))  # a limit is no plan's year
    if issued_on:  # what lies before it is background
        years = Counter({year: count for year, count in years.items() if year >= issued_on[:4]})
    if years:
        year = years.most_common(1)[0][0]
        return int(year), year
    if issued_on:
        return int(issued_on[:4]), issued_on[:4]
    if spans:  # a plan of several years: what names no year is due in the first
        return int(spans[0]), spans[0]
    told = Counter(re.findall(r"(20\d{2}) ?年(?:度|底|末|内|前|全年|\d{1,2} ?月)", body)).most_common(1)
    filed = _FILED.search(cover)
    last = filed[1] if filed and (not told or told[0][1] < 2) else told[0][0] if told else ""
    return (int(last), last) if last else (None, "")


def declared(cover: str) -> tuple[int | None, int | None]:
    """How many tasks and how many chapters the cover says there are."""
    cover = "\n".join(line for line in cover.split("\n") if not (mark := lines.marker(line)) or mark.kind != "item")
    counts = (_COUNT_HERE, _COUNT_IN, _COUNT, _COUNT_OF, _COUNT_BEHIND)
    match = next((found for pattern in counts if (found := pattern.search(cover))), None)
    chapters = _CHAPTERS.search(cover) if "方面" in cover else None
    return (number(match[1]) if match else None, number(chapters[1]) if chapters else None)


def heading(folded: str) -> tuple[int, int | None, bool]:
    """Length of a heading without its declared count, the count, and whether its bracket is damaged."""
    match = _HEADING_COUNT.search(folded)
    if match is None:
        framed = folded.endswith(")") and folded.count("(") < folded.count(")")  # 【一、工业强区】
        return len(folded) - framed, None, False
    return (
        len(folded[: match.start()].rstrip()),
        int(match[1]),
        not (match[0].startswith("(") and match[0].endswith(")")),
    )


def speaks_of_leads(cover: str) -> bool:
    """Whether the cover names lead units beside responsible ones; only then does 责任单位 there mean those who help."""
    return bool(re.search(r"(?:牵头|主办|主责)(?:责任)?(?:单位|部门)", cover))
