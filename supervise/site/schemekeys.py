"""What every key of a scheme means, in the Chinese that an editor shows, and what may stand behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from supervise.patterns import by_name, either, many, one

TOLD = """
Scheme 评分办法:登记什么、怎样计分、出几张榜、怎样定等次
  scheme 名字,版本号之前的那一段
  for 数任务的应办和办理时,用于哪个流程;只数登记的不写
  period 多久一期
  closes 期末后多久出榜
  notice 公示期:各单位可以提出异议的时间
  sign 由哪个角色签发;写了就须先公示,公示期满、异议裁定、签发以后才能公布
  appeals 公布以后多久之内还可以提出异议
  places 分数保留几位小数
  rounding 怎样取舍:half up 四舍五入、half even 四舍六入五成双、down 舍去、up 进一
  round 取舍的地方:lines 每行、total 只在总分(差额另列一行)
  ignore 登记表里哪些状态的不计,如 revoked
  groups 分组:同类相比
  marks 登记项:流程以外的事实
  items 每个单位的各个事项(项目、任务)
  values 单位的各个数:名字 → 算式
  scores 得分:名字 → 各行
  bars 取消评优等情形:名字 → 条件;成立时这个名字在算式里是 1
  boards 榜:名字 → 怎样排名、谁上榜
  grading 等次
MarkKind 一种登记
  label 名称
  value 登记的是什么:count 一次一件、flag 有或没有、number 数值、day 日期
  role 主协办:lead 牵头、co 协办;写两个就必须写明
  range 数值的范围,如 0 .. 100
  by 谁可以登记:角色、单位,或 self(单位自己);不写即谁都可以
  matter 是否必须写明哪个事项
  exempts 是免责、容错一类:不得由当事单位自己登记,计入 supervise exemptions
  standing 一直有效,直到有新的;不写只算本期的
Items 单位的各个事项
  label 名称
  of 有哪些登记项的才算一个事项;不写即凡有登记的
  values 事项的各个数:名字 → 算式
Value 一个数
  label 名称
  of 算式
  bands 分档:范围 → 结果(数、词,或 = 开头的算式)
  otherwise 不在各档之内的
  span 可能的范围;各档须把它占满
  whole 先取整再看在哪一档
SchemeLine 得分的一行,或有小项的一段
  label 名称
  name 名字,供别处的算式引用
  clause 依据的条款
  lines 小项
  base 起始分
  worth 满分;各小项的满分合计须等于它
  count 数件数:登记项,或应办、动作的说法
  sum 数值合计:登记项
  each 每件(每单位数值)几分,不分主协办;分次的写 [-1, -3, -10]:第一次、第二次、第三次起每次
  lead 牵头的每件几分
  co 协办的每件几分
  nth 分次的,第几次按什么数:unit 按单位、matter 按同一事项
  nth_since 分次的,第几次从哪里数起,如 year 今年以来;不写即在 within 之内
  nth_within 分次的,第几次在它以前多久之内数,如 6 months(连它当天往前六个月)
  within 哪些天的算:period 本期、year 今年以来、ever 一直、last 3 months
  rate 比率:合格的占应办的几成,乘以 worth
  points 分数的算式
  of 分档计分看哪个数
  bands 分档:范围 → 分数(数,或 = 开头的算式)
  otherwise 不在各档之内的几分
  span 可能的范围;各档须把它占满
  whole 先取整再看在哪一档
  when 成立才计
  times 乘以几,如任务少的加倍
  none_when 什么情形算没有这一项
  none 没有这一项时:full 按满分、out 不计(其余折算),或写几分
  min 保底
  max 封顶
  at_most 这一行最多加(扣)几分
  per_matter 同一事项:all 都计、apart 加分扣分各只计最高的一次、one 只计最高的一次
  spare 哪个分组作为哪个角色时不计,如 towns as co minus(不扣分)
SchemeBoard 一张榜
  label 名称
  groups 哪些分组;不写即全部
  by 按什么排名,从先到后;默认大的在前,小的在前加 asc
  over 名次的范围:group 本组、all 各组一起
  ties 同分怎样占名次:share 并列后空出(1,2,2,4)、dense 不空(1,2,2,3)
  ranked_when 什么样的才排名
  lists 各个榜:名字 → 谁上榜
  lights 按事项的哪些数统计灯
  show 榜上另列哪些数
  streaks 连续或多次上榜时提请什么
SchemeList 谁上榜:名次、条件,或须同时具备
  label 名称;red 红榜、black 黑榜不用写
  top 前几名:数、比例,或 分组 → 数
  bottom 后几名:数、比例,或 分组 → 数
  when 条件
  unless 除外
  by 这个榜另按什么排;不写即按整张榜的
  among 名次的范围:group 本组、all 各组一起;不写即按整张榜的
  over 名次怎样数:group 先按全组排、fitting 只在合条件的里排
  ties 末位同分:include 都上、exclude 都不上、next 再比 then
  then 末位同分时再比什么
  rounding 比例算出的名额怎样取整:down 舍去零头(不写即是)、half up、half even、up 进一
SchemeStreak 多次上榜的提请
  label 提请什么
  list 哪个榜
  in_a_row 连续几次
  in_year 一年几次
  tell 告诉哪些角色
  opens 立项后按哪个流程办;不写只在榜上写明
  within 立项后多久办结
Grading 定等次
  of 按哪个数
  span 可能的范围
  whole 先取整
  grades 等次,从高到低;最后一个不带条件
  limits 至多定为哪一等
  lower 降等的情形:在应得的等次上再降
  then 同分的再比什么
  ties 名额末位同分(比过 then 还同分):exclude 都不占、include 都占
  rounding 比例算出的名额怎样取整:down 舍去零头(不写即是)、half up、half even、up 进一
SchemeGrade 一个等次
  grade 名称
  range 分数的范围;各等次不能重叠,也不能有空当
  when 条件
  quota 名额:数、比例,或 分组 → 数
  together 本等和以上各等合计的名额,写法同 quota
SchemeLowering 降等
  label 名称
  when 条件
  by 降几等,不写是一等
SchemeLimit 封顶
  label 名称
  when 条件
  at_most 至多定为哪一等
SchemeBar 取消评优等
  label 名称
  when 条件
"""
_FORMULA: dict[str, Any] = {
    "type": ["string", "number"],
    "examples": ["0.5 * progress + 0.5 * service", "score >= 80", "rank(score) <= 3"],
}
_RANGE: dict[str, Any] = {
    "type": ["string", "number"],
    "minLength": 1,
    "examples": [">= 90", "10 .. 30", "[80, 90)"],
}
_BANDS: dict[str, Any] = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {"type": ["string", "number"]},
    "examples": [{">= 90": 5, "< 90": 0}],
}
_RESULT: dict[str, Any] = {"type": ["string", "number"], "examples": ["green", "= 20 - lag"]}
_PLACES = either({"type": ["integer", "string"], "examples": [3, "30%"]}, by_name({"type": ["integer", "string"]}))
_STEPS = either({"type": "number"}, {"type": "array", "items": {"type": "number"}, "minItems": 1})
_KEYS = either({"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1})
_VALUES = by_name(either({"type": ["string", "number"]}, {"$ref": "#/$defs/Value"}))
_BANDED = {"bands": _BANDS, "otherwise": _RESULT, "span": _RANGE}

PHRASES: Mapping[str, Mapping[str, dict[str, Any]]] = {
    "Scheme": {"closes": one("length"), "notice": one("length"), "appeals": one("length"), "values": _VALUES},
    "MarkKind": {"range": _RANGE},
    "Items": {"values": _VALUES},
    "Value": {"of": _FORMULA, **_BANDED},
    "SchemeLine": {
        **dict.fromkeys(("points", "of", "when", "times", "none_when"), _FORMULA),
        **_BANDED,
        **dict.fromkeys(("each", "lead", "co"), _STEPS),
        "within": one("reckoned"),
        "nth_since": one("reckoned"),
        "nth_within": one("length"),
        "spare": many("spared part"),
    },
    "SchemeStreak": {"within": one("length")},
    "SchemeBoard": {"by": _KEYS, "ranked_when": _FORMULA},
    "SchemeList": {"top": _PLACES, "bottom": _PLACES, "when": _FORMULA, "unless": _FORMULA, "by": _KEYS, "then": _KEYS},
    "Grading": {"of": _FORMULA, "span": _RANGE, "then": _KEYS},
    "SchemeGrade": {"range": _RANGE, "when": _FORMULA, "quota": _PLACES, "together": _PLACES},
    "SchemeLowering": {"when": _FORMULA},
    "SchemeLimit": {"when": _FORMULA},
    "SchemeBar": {"when": _FORMULA},
}
"""Model → key → what its type leaves open."""
