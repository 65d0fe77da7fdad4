"""What kind of name a printed name is, and which prefix (区, 市, 县 …) it takes.

Every fact about a place is learned from the notice itself: which prefix its units carry, which bare names it prints
elsewhere in full, which places it speaks of. No list of places or units is kept.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

LEVELS = "省市区县州旗盟"
# Words that begin with a level character and are no prefix: 市场监管局, 市容局, 区划办.
_WORDS = (
    r"市(?:场|容|民(?!政|族|防|宗|委|革|建|盟|航)|政(?!府|务|协|法|策|工|数))|区(?:划|域|块|间)|县域|州际|省际|旗舰"
)
# 师市国资委, 师农业农村局: a division of the corps and its city
_PREFIX = re.compile(rf"(?!{_WORDS})(?:[{LEVELS}]|师市|师(?![市范资德生徒傅级直属]))(?=[\u4e00-\u9fff“(]{{2}})")
# Common nouns in which a level character names no place: 城市管理局, 社区服务中心, 商业街区发展中心.
_NO_PLACE = "城都社街小校郊超本全辖各"
_HOLDS_PLACE = re.compile(rf"[\u4e00-\u9fff]{{1,6}}?(?<![{_NO_PLACE}])(?:[{LEVELS}](?!场)|镇|乡)[\u4e00-\u9fff]{{2}}")
_BEFORE_LEVEL = re.compile(rf"([\u4e00-\u9fff]{{2,3}})[{LEVELS}]")
_PLACE_IN_FRONT = re.compile(rf"([\u4e00-\u9fff]{{2,3}}(?<![{_NO_PLACE}])[{LEVELS}])(?!场)[\u4e00-\u9fff]{{2}}")
_TOWN = re.compile("([镇乡])(?![村街镇江乡区])[\u4e00-\u9fff]{2}")
# Names that stand on their own: territories, parks, headquarters of one matter, farms, banks, customs, schools.
_STANDS = re.compile(
    r"(?:镇|乡|街道|街道办|办事处|苏木|嘎查|村|社区|管委会|管理委员会|园区|[产工]业园|示范园|科技园|园|新区|新城|高新区|开发区|经开区|示范区|度假区|景区"
    r"|(?<=[\u4e00-\u9fff]{2})[县区市旗州](?:人民)?政府|指挥部|银行|支行|分行|农场|林场|牧场|渔场|海关|大学|学院|信用社|联社|(?:农发|农商|国开)行|军分区|[村居业]委会|[科股]|(?<=[\d一二三四五六七八九十〇])团)$|^团[省市区县州旗盟]委|^(?:中国|国家|中共|共青团|驻|国网|南网|人民银行|人行|海关总署|[\u4e00-\u9fff]{2}总[局署])"
)
_FIRM = re.compile(r"(集团|公司|企业)$")  # take a prefix only where the notice prints one with it
# Departments of the Party committee: after 县委政法委 a bare 宣传部 is 县委宣传部, while 公安局 is 县公安局.
_PARTY = re.compile(
    r"(?:组织部|宣传部|统战部|社会工作部|政法委(?:员会)?|党校|老干部局|编办|网信办|台办|巡察办|改革办|机要局|保密局|机关工委)$"
)
_ORGANS = (
    "局", "委", "办", "厅", "署", "院", "会", "中心", "队", "所", "站", "馆", "处", "室", "科", "股", "课", "库", "校",
    "社", "司", "集团", "银行", "支行", "分行", "镇", "乡", "街道", "园", "园区", "新区", "开发区", "高新区",
    "经开区", "示范区", "度假区", "农场", "林场",
    "村", "委员", "政府", "机关", "海关", "联", "协", "苏木", "指挥部", "专班", "组",
    "军分区", "党总支", "农发行", "农商行", "国开行", "工商行", "建设行",
)  # fmt: skip
_REGIMENT = re.compile("[\\d一二三四五六七八九十〇]团$")  # of the corps
_NO_ORGAN = tuple(f"{char}部" for char in "全局内外干")  # 全部, 干部
# What an organ is called for short beside a verb that says its part: 发改牵头, 财政、人社配合.
_SHORT = re.compile(
    r"[省市区县州旗镇]?(?:发改|工信|经信|教育|教体|科技|民宗|公安|民政|司法|财政|人社|资规|自规|自然资源|国土|规划|生态环境|环保|住建|城管|执法|交通|交运"
    r"|水利|水务|农业农村|农业|畜牧|林业|林草|商务|文旅|文广旅|文体|卫健|卫生|退役军人|应急|安监|审计|国资|市监|市场监管|体育|统计|医保|信访|金融|粮食|能源"
    r"|政务|政数|行政审批|审批|数据|大数据|乡村振兴|机关事务|园林|人防|招商|供销|档案|气象|税务|供电|电力|供水|消防|交警|邮政|通信|人行|海关|海事|烟草|残联|工会"
    r"|团委|妇联|科协|工商联|组织|宣传|统战|政法|编办|网信|纪委|监委|法院|检察)"
)
_DETERMINER = r"各有关|各相关|各|相关|有关|其他有关|其他相关|其他|其它|全体|所有|涉及"
_WHICH = re.compile(_DETERMINER)
_CLASS = (
    r"(?:涉农)?(?:乡镇街道?|乡镇|镇街|街镇|镇乡|镇|乡|街道办事处|街道|苏木乡镇|苏木镇?|嘎查|团场|团镇|连队|镇办|乡办|社区|村|园区|开发区|功能区|管委会"
    r"|农场|林场|县市区|县区|区县|旗县区?|市县|部门|单位|企业|景区|学校)"
)
_ONLY_CLASS = re.compile(rf"{_CLASS}(?:\([^)]*\))?")
_GROUPS = (
    "成员单位", "组成部门", "组成单位", "直属部门", "直属单位", "各部门", "各单位", "有关部门", "有关单位", "相关部门",
    "相关单位", "责任部门", "责任单位", "职能部门",
)  # fmt: skip
_GROUP = re.compile(
    rf"(?:{_DETERMINER})(?!界)"
    rf"|[{LEVELS}](?:级|直)(?:机关)?(?:各|有关|相关)?[\u4e00-\u9fff]{{0,6}}(?:部门|单位|机关|机构)$|[{LEVELS}](?:属|管)[\u4e00-\u9fff]*(?:公司|企业|集团|单位|高校|院校|学校|医院)$"
    rf"|(?:沿[\u4e00-\u9fff]{{1,3}}|涉[\u4e00-\u9fff]{{1,4}})(?:各)?(?:{_CLASS}|企业)$"
    rf"|属地[\u4e00-\u9fff]{{0,4}}(?:{_CLASS}|政府|党委)$|试点(?:{_CLASS}|[县市区](?:\([^()]*\))?)$|驻[\u4e00-\u9fff]*(?:单位|部队|机构)$|{_CLASS}(?:\([^)]*\))?$"
    r"|[\u4e00-\u9fff]{2,6}各[\u4e00-\u9fff]{0,4}(?:科室|病区|处室|科所|学院|支部|院系|车间|班组|[部单]门|单位|公司)$"
    r"|[\u4e00-\u9fff]{2,6}各(?:[县市区]{1,3}|[乡镇]{1,2}|镇街|街道)(?:\([^()]*\))?(?:人民政府|政府|办事处|管委会)?$"
    rf"|[{LEVELS}](?:委|直|级)?各(?:部委|部委办局|委办局|办局|人民团体|单位党(?:组|委)|党组)(?:\([^()]*\))?$"
    rf"|全?[{LEVELS}](?:级|直|属|政府|委)?[\u4e00-\u9fff]{{0,6}}(?:各|有关|相关)(?!界)[\u4e00-\u9fff]{{0,8}}(?:部门|单位|企业|机构|机关|公司|专班)$"
)
_NOTE = re.compile(r"\([^()]*\)$")
# A person: a title with a name behind it (常务副市长李明), or a name with 同志 or a title behind it.
_TITLE = r"(?:[省市区县州旗盟镇乡]长|书记|常委|部长|秘书长|主席|主任|调研员)"
_PERSON = re.compile(
    rf"(?![副各县市区镇乡村总党原正省州旗盟校院])[\u4e00-\u9fff]副?(?:[省市区县州旗盟镇乡村局处科院校所站]长|书记|主任|委员|部长|主席|秘书长|常委)|"
    rf"[\u4e00-\u9fff、]{{0,12}}{_TITLE}[\u4e00-\u9fff·]{{2,4}}(?<![局委办厅府院会社部队所])|[\u4e00-\u9fff·]{{2,4}}(?:同志|副?[省市区县州旗]长)"
)
_TERRITORY = re.compile(r"([\u4e00-\u9fff]{2,3})(?:镇|乡|街道)")
_BRANCH = re.compile(r"([\u4e00-\u9fff]{2})[\u4e00-\u9fff]{2,12}(?:分局|分公司|支队|大队)")
_TITLE_PLACE = re.compile(rf"^([\u4e00-\u9fff]{{2,3}})[{LEVELS}]", re.MULTILINE)  # 北岭省促进…: what it is about
_PLACE_TALK = re.compile(
    rf"[{LEVELS}](?=[人政委2])(?<=[\u4e00-\u9fff]{{2}}.)(?:人民政府|人大|人民代表大会|政协|委员会|委办|委、|20\d\d)"
)


@lru_cache(maxsize=4096)  # one notice names the same few hundred again and again
def is_group(name: str) -> bool:
    """Whether a folded name is a collective name (各镇街, 政府组成部门), not one unit."""
    return name.endswith(_GROUPS) or _GROUP.match(name) is not None


@lru_cache(maxsize=4096)
def is_person(name: str) -> bool:
    """Whether a folded name is a person's: the title before it or behind it, or 同志."""
    return bool(_PERSON.fullmatch(name)) and not is_group(name)


def is_organ(name: str) -> bool:
    """Whether a folded name ends with what organs are called."""
    if name.endswith(_ORGANS) or (name.endswith("部") and not name.endswith(_NO_ORGAN)):
        return True
    return name.endswith("团") and _REGIMENT.search(name) is not None


@lru_cache(maxsize=4096)
def looks_like_unit(name: str) -> bool:
    """Whether a folded name ends as the names of organs do."""
    return 2 <= len(name) <= 40 and (is_organ(_NOTE.sub("", name) if "(" in name else name) or is_group(name))


@lru_cache(maxsize=1024)
def is_short(name: str) -> bool:
    """Whether a folded name is what an organ is called for short: 发改, 县财政."""
    return _SHORT.fullmatch(name) is not None


def stands_alone(name: str) -> bool:
    """Whether a folded name is one that never takes a prefix: a town, a park, a bank, a headquarters."""
    return _STANDS.search(name) is not None


def is_territory(name: str) -> bool:
    """Whether a folded name may be that of a county, a city or a district: 东城区."""
    return bool(re.fullmatch(r"[\u4e00-\u9fff]{2,4}(?<![社园街小校景])[县区市旗州盟]", name))


def determiner(name: str) -> str:
    """The word 各, 相关 … a collective name begins with; what follows over 、 shares it."""
    match = _WHICH.match(name)
    return match[0] if match else ""


def is_class(name: str) -> bool:
    """Whether a folded name is a bare class noun such as 园区 or 乡镇(街道)."""
    return _ONLY_CLASS.fullmatch(name) is not None


@lru_cache(maxsize=4096)
def prefix(name: str) -> str:
    """The level a folded name prints in front: ``县`` of 县工信局; empty if none."""
    match = _PREFIX.match(name)
    return match[0] if match else ""


def _own(names: Collection[str]) -> str:
    """The place's full name, or 镇, if at least three different names and a third of all begin with it."""
    towns = len([name for name in names if name[0] in "镇乡"]) > 2
    for front in (_PLACE_IN_FRONT, _TOWN) if towns else (_PLACE_IN_FRONT,):
        heads = [m[1] for name in names if is_organ(name) and (m := front.match(name))]
        best = Counter(heads).most_common(1)
        if best and best[0][1] >= max(3, len(names) / 3):
            return best[0][0]
    return ""


@dataclass(frozen=True, slots=True)
class Prefixes:
    """What one notice teaches about the prefixes of its names.

    Args:
        own: the place's full name where units print that in front (云岭县水利局); empty if they do not.
        home: the prefix most of its names print; empty if there is no clear one.
        full: bare name → the full form printed in the same notice.
        firms: endings (集团, 公司) that the notice prints with a prefix.
        places: stems of places the notice speaks of.
    """

    own: str = ""
    home: str = ""
    full: dict[str, str] = field(default_factory=dict)
    firms: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()

    @classmethod
    def learn(cls, counted: Mapping[str, int], text: str) -> Prefixes:
        """Read the facts off all names of a notice and off its text.

        Args:
            counted: folded names as printed in unit clauses, groups left out, and how often each is printed.
            text: the folded text of the notice.
        """
        own = _own(counted)
        levels: Counter[str] = Counter()
        full: dict[str, dict[str, int]] = {}
        firms: set[str] = set()
        places = set(_TITLE_PLACE.findall(text[:200]))
        for said in _PLACE_TALK.finditer(text[:200_000]):
            places.add(text[said.start() - 2 : said.start()])
            places.add(text[max(0, said.start() - 3) : said.start()])
        for name, count in counted.items():
            level = own if own and name.startswith(own) and len(name) > len(own) + 1 else prefix(name)
            if level:
                levels[level] += count
                bare = name[len(level) :]
                full.setdefault(bare, {})[name] = count
                if bare[0] == "委" and _PARTY.search(bare[1:]):
                    full.setdefault(bare[1:], {})[name] = count
                if firm := _FIRM.search(name):
                    firms.add(firm[1])
            elif territory := _TERRITORY.fullmatch(name):
                places.add(territory[1])
            elif (branch := _BRANCH.fullmatch(name)) and re.search(rf"{branch[1]}[{LEVELS}]", text[:200_000]):
                places.add(branch[1])  # 东岭公安分局 in a notice that speaks of 东岭区
            elif _HOLDS_PLACE.match(name) and (park := _BEFORE_LEVEL.match(name)):
                places.add(park[1])  # 东岭区科经局 teaches that 东岭公安分局 begins with a place too
        common = levels.most_common(1)
        home = common[0][0] if common and common[0][1] >= max(3, 0.6 * sum(levels.values())) else ""
        home = "" if home in ("镇", "乡") else home  # a station or a school of its own may stand beside them
        best = {bare: max(forms, key=forms.__getitem__) for bare, forms in full.items()}
        return cls(own, home, best, frozenset(firms), frozenset(places))

    def level(self, name: str) -> str:
        """The prefix a folded name prints in front: ``区``, or the place's full name; empty if none."""
        if self.own and name.startswith(self.own) and len(name) > len(self.own) + 1:
            return self.own
        return prefix(name)

    def stands(self, name: str) -> bool:
        """Whether a bare name takes no prefix: it is a territory, a headquarters, or begins with a place."""
        if _STANDS.search(name) or _HOLDS_PLACE.match(name) or is_territory(name):
            return True
        return len(name) > 3 and (name[:2] in self.places or name[:3] in self.places)

    def complete(self, name: str, inherited: str, party: bool) -> str:
        """The name as the register writes it.

        Args:
            name: folded name as printed, without a bracketed note.
            inherited: prefix of the names before it in the same family; empty at its beginning.
            party: whether the name before it was a department of the Party committee.
        """
        if self.level(name) or is_group(name):
            return name
        if party and inherited and _PARTY.search(name):
            return f"{inherited}{'党' if inherited[0] == '师' else ''}委{name}"
        known = self.full.get(name, "")
        if known and (not inherited or known.startswith(inherited)):
            return known
        firm = _FIRM.search(name)
        if self.stands(name) and not known:
            return name
        if firm and firm[1] not in self.firms and not known:
            return name
        if inherited:
            return inherited + name
        if known:
            return known
        own = self.home and not firm and not name.endswith("处")  # 企业改革处 is a division of one organ
        return self.home + name if own and is_organ(name) else name
