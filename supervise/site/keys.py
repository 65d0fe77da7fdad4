"""What every key of every file means, in the Chinese that an editor shows, and the phrases that stand behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from supervise.patterns import by_name, either, many, one
from supervise.site import schemekeys, yearkeys

_TOLD = """
Definition 一份流程:一类任务从交办到办结的一生
  workflow 流程的名字,版本号之前的那一段
  version 版本号:启用后不能再改,要改就升一号
  title 名称
  source 依据:哪份文件
  effective 从哪天起施行
  holidays 期限届满日逢节假日:next workday 顺延到下一个工作日,as written 照写的算
  roles 角色:lead、co、leader 是事项的当事方,其余由登录的人担任
  states 状态:第一个是起点
  ends 终点:到了就算办结;不写即没有去向的状态
  categories 任务的类别,各有各的期限
  fields 办事时要填的字段
  actions 动作:谁在什么状态下能办什么,办完到哪里
  duties 应办:谁在什么时候以前该办什么
  migrates 换版:在办的任务怎样从旧版转来;同名的不必写
Migrates 怎样从旧版转来
  from 旧版,如 key-work@1
  states 旧版的状态 → 这一版的状态
  duties 旧版的应办 → 这一版的应办;null 即到此为止
FieldSpec 一个字段
  label 名称
  kind 种类:date 是将来的期限,day 是过去的日子(按这一天计),duty 指一项应办,stages 是带日期的阶段目标
  by 只能由这些角色填
  options choice 可选哪些
  from 百分数由哪个报数(figures)字段算出
  explain 累计数下降时,哪个字段须说明原因
Action 一个动作
  label 名称
  by 由谁办:角色,或 clock(系统到点自动办)
  from 在哪些状态下能办;不写即凡未办结都能办
  to 办完到哪个状态;不写即不变;写成 {甲: 乙} 即只有处于甲时才到乙
  needs 必填的字段
  when 条件:任意一条成立才能办;系统办的,成立之日自动办
  sets 改任务的哪一项 → 从哪个字段取
  voids 哪个字段写着不再计的应办
  within 只在某一步之后多久以内能办
  at_most 限度
  other_than 须与办这些动作的人不是同一人
  pauses 停钟到哪个字段写的日期
  carries 到期没有办成的,结转到哪个字段写的日期:原期限的逾期仍记着,从这一天起按新的期限办
  lends 把哪个当事方的事委托给哪个字段里的单位
  stops 提前结束这些动作的停钟或委托
  undoes 撤回上一步:多久以内可以
  gathers 汇总这些动作报来的内容
  also 连带办另一任务:哪个字段里的任务(或 parent 上级任务) → 对它办什么动作
  tell 办完告诉哪些角色
DutyKind 一类应办
  label 名称
  of 由谁承担:角色,或 each 角色(各自承担)
  due 期限;按类别分写成 {类别: 期限}
  met_by 办了哪个动作就算完成
  dated 以这些动作的日期为完成之日(如报告之日,不是核实之日)
  waits 球在督查室手里的状态:这些日子不算单位迟
  grace 球退回时至少再给多久
  notice 接手不满这么久的,不欠这一期
Ladder 督查单的升级阶梯
  ladder 名字
  per 一单管什么:duty 一项应办一单,task 一件事一单
  suspends 督查室办了这些动作(认可理由),到所写的日期为止不升级
  resets 何时重新计数:closing 办结以后,each 每期,without 几期没有再发生
  spare 哪个分组作为哪个角色时不督办
  rungs 从轻到重的各级
  units 按单位累计的各级:只提请,批准后才算
Rung 一级督查单
  order 这一级的名字,如 blue
  label 名称
  when 情形:任意一条成立就发
  direct 督查室凭这些事由可以直接发,不必逐级
  reply 限期多久回复
  confirm 由哪个角色批准后才发出
  tell 抄告哪些角色
  lasts 影响多久,从哪一步(或 limit 所督应办的期限)起算
  broken_by 连续几次的,什么情形算中断
UnitRung 对单位的一级
  matter 这一级的名字,如 criticism
  label 名称
  when 情形:任意一条成立就提请
  opens 立项后按哪个流程办
  within 立项后多久办结
  counted 办了哪个动作才算一次;不写即立项就算
  lasts 影响多久,从那个流程的哪个动作起算
  broken_by 连续几次的,什么情形算中断
Light 一种灯
  light 名字,如 red
  label 名称
  shape 形状:不看颜色也分得清
  when 情形:任意一条成立就亮
Lights 红黄绿灯
  lights 名字
  refresh 多久变一次:每天,或每期的末日
  otherwise 哪一条都不成立时亮哪种
  rungs 从好到差的各种灯:亮最差的一种
Reminders 到期前的提醒和人工催办
  reminders 名字
  notices 哪些应办到期前多久提醒谁
  remind 人工催办的规矩;不写即不能催办
  burden 负担统计数什么
NoticeRules 一类或几类应办的提醒
  duty 哪几类应办
  before 到期前多久,可写几个
  tell 除承担的人以外还告诉哪些角色
RemindRules 人工催办的规矩
  by 由哪些角色催办
  every 同一件应办两次催办至少隔多久
  daily 一个单位一天至多催办几次
  channels 用什么方式:名字 → 中文,第一种为默认
  tell 除承担的人以外还告诉哪些角色
BurdenRules 负担统计数什么
  reports 哪几类应办算要求报送
  inspections 哪些动作算督查检查
BoardRules 红黑榜
  board 名字
  period 多久一榜
  groups 分组:同类相比
  score 怎样计分
  red 谁上红榜
  black 谁上黑榜
  ties 同分怎样:share 并列
  at_least 承办不足几项的只公布得分、不排名
  closes 期末后多久出榜
  notice 公示期:各单位可以提出异议的时间
  sign 由哪个角色签发;写了就须先公示,公示期满、异议裁定、签发以后才能公布
  appeals 公布以后多久之内还可以提出异议
  streaks 连续上榜时提请什么
ScoreRules 计分办法
  base 基础分
  min 最低分
  max 最高分
  places 四舍五入到几位小数
  lines 计分的各行
  spare 哪个分组作为哪个角色时不考核
Line 计分的一行:比率(rate)或件数(count)
  label 名称
  rate 比率:按期的占应办的几成,乘以 points
  count 件数
  points 比率的满分
  lead 牵头的每件几分
  co 协办的每件几分
  at_most 这一行最多加(扣)几分
Listing 上榜的名次和条件,须同时具备
  rank 分组 → 名次
  when 条件,须全部成立
Streak 连续上榜的提请
  label 提请什么
  list 哪一榜
  in_a_row 连续几次
  tell 告诉哪些角色
  opens 立项后按哪个流程办;不写只在榜上写明
  within 立项后多久办结
UnitsFile 单位目录
  groups 考核分组
  units 单位
  sets 文件里的统称 → group 分组,或列出单位
UnitEntry 一个单位
  id 编号:也可以用来指这个单位
  name 规范名称:办理记录、榜单都写它
  also 文件里的其他写法
  group 考核分组
  since 从哪天起有这个单位
  until 到哪天为止
  becomes 撤并后由哪个单位接手
  people 收消息的人
PersonEntry 单位里收消息的人
  id 同一个人在几个单位任职的,写同一个编号;不写也可
  name 姓名
  post 职务:liaison 联络员,unit_head 主要负责人,deputy 分管副职
  to 各通道的地址:通道名 → 邮箱、编号等
  since 从哪天起任职
  until 到哪天为止
  away 请假、外出的日子
Sending 发送办法:什么时候发、发给谁、发不出去怎么办
  sending 办法的名字,版本号之前的那一段
  zone 本地时间与 UTC 的差;不写即按这台机器的时区
  quiet 免打扰时段,急件除外
  days 哪些日子发:workdays 工作日,every day 天天
  digest 攒下的合成一份;false 为一条一份
  at_most 一人一天最多几份,急件不计
  grave 急件:督查单的级别或流程里的动作
  who 平时由单位里的哪些职务收
  grave_who 急件由哪些职务收;不写同平时
  vacant 空缺、请假时依次改由谁收
  channels 职务 → 依次用哪些通道;不写按这个人写地址的先后
  stale 过了多久才发得出的,折成摘要
  retry 发不出去,隔多久再发;越来越长
  attempts 一共发几次,还不行就搁置
YearFile 某一年的放假安排
  year 哪一年
  extends 写 official,即在自带的安排上增补,不写即整年以本文件为准
  off 放假的日子
  work 调休上班的日子
  source 依据:哪份通知
Story 一个验收故事
  story 这个故事说的是什么
  workflow 哪个流程
  rules 哪些督查单、办法一起演
  given 开始的情形
  then 一步一步
  finally 最后应当怎样
Given 开始的情形
  task 任务
  assigned 哪天交办
GivenTask 故事里的任务
  code 编码
  text 内容
  due 完成时限
  category 类别
  targets 数量目标
  lead 牵头单位
  co 协办单位
  leader 牵头领导
Finally 最后应当怎样
  as_of 截至哪天
  counts 件数
  score 红黑榜 考核期 → 单位 → 得分
  marks 人工评分
  assess 考核办法 年份 → 单位 → 得分或等次
StoryMark 一次人工评分
  unit 单位
  kind 哪一种
  day 哪天
  value 几分
Breakdown 任务分解:由通知读出,改定后交办
  document 来自哪份文件
  workflow 按哪个流程办
  due 没有另写时限的任务,以此为限
  tasks 各项任务
  problems 拿不准的地方,改好一处删一处
Source 来自哪份文件
  title 标题
  number 文号
  issuer 发文机关
  issued 成文日期
  file 读自哪个文件
  spans 各项读自原文何处
Span 一项读自原文何处
  field 哪一项
  value 读作什么
  start 第几个字起
  end 到第几个字为止
  place 在文件里什么地方
Draft 一项任务
  code 编码
  path 各级标题
  text 内容
  targets 数量目标
  lead 牵头单位
  co 协办单位
  leader 牵头领导
  lines 原文行号
  due 完成时限
  category 类别
  spans 各项读自原文何处
Doubt 拿不准的一处
  code 代码
  task 哪项任务
  lines 原文行号
  place 在文件里什么地方
  text 什么问题
"""


def _meanings(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Model, then its keys below it, each with what it means."""
    for block in re.split(r"\n(?=\S)", text.strip()):
        lines = [line.split(" ", 1) for line in block.replace("\n  ", "\n").splitlines()]
        yield lines[0][0], {"": lines[0][1], **dict(lines[1:])}


MEANING: Mapping[str, Mapping[str, str]] = dict(_meanings(_TOLD)) | dict(_meanings(schemekeys.TOLD + yearkeys.TOLD))
"""Model → key → what it means; under the empty key, what the whole is."""
HEAD = {
    "version": "版本号:启用后不能再改,要改就升一号",
    "title": "名称",
    "source": "依据:哪份文件",
    "effective": "从哪天起施行",
    "for": "用于哪个流程",
}
"""The same for the keys with which every rule file begins."""

_LIMIT = either(one("limit"), {"type": "array", "items": one("month_day"), "minItems": 1})
_GOALS = {
    "type": "array",
    "items": {
        "type": ["string", "object"],
        "minLength": 1,
        "examples": ["新增企业 >= 18 家(增量)", "总数 >= 146 家", "通车 = 1(节点)"],
    },
}
_STEP = {
    "type": "object",
    "required": ["day"],
    "properties": {
        "day": {"type": "string", "description": "哪天"},
        "owes": {"type": "object", "description": "单位 → 这天应欠的应办"},
        "clock": one("measure") | {"description": "系统这天应办什么"},
        "until": {"description": "系统发的督查单限期到哪天"},
        "notice": {"type": "array", "items": {"type": "string"}, "description": "这天提醒哪些应办将到期,没有写 []"},
        "state": {"type": "string", "description": "办完处于哪个状态"},
        "refused": {"type": "string", "description": "应当办不成,提示里有这几个字"},
        "for": {"type": "string", "description": "替哪个单位办"},
        "light": {"type": "string", "description": "这天亮哪种灯;没有的写 none"},
        "asks": {"type": "array", "items": {"type": "string"}, "description": "这天等人批准的各级,对单位的也算"},
    },
    "description": "一步:day 之外写 单位: 动作,再写要填的字段",
}
PHRASES: Mapping[str, Mapping[str, dict[str, Any]]] = {
    "Definition": {
        **{key: {"propertyNames": one("name")} for key in ("roles", "categories", "fields", "actions", "duties")},
        "states": {"propertyNames": one("name"), "minProperties": 1},
    },
    "Action": {
        "when": many("condition"), "at_most": many("bound"), "within": one("window"),
        "sets": by_name(one("value")), "undoes": one("length"),
    },
    "DutyKind": {
        "of": one("name") | {"pattern": f"^(each )?{one('name')['pattern'][1:]}"},
        "due": either(_LIMIT, by_name(_LIMIT, "name") | {"minProperties": 1}),
        "grace": one("length"), "notice": one("length"),
    },
    "Ladder": {"suspends": many("suspension"), "resets": many("reset"), "spare": many("spared")},
    "Rung": dict(
        order=one("name"), when=many("entry"), reply=one("length"), lasts=one("window"), broken_by=many("measure"),
    ),
    "UnitRung": {
        "matter": one("name"), "when": many("entry"), "within": one("length"), "lasts": one("window"),
        "broken_by": many("measure"),
    },
    "Light": {"light": one("name"), "when": many("lit")},
    "NoticeRules": {"before": many("length")},
    "RemindRules": {"every": one("length")},
    "BoardRules": {
        "at_least": one("tasks"), "closes": one("length"), "notice": one("length"), "appeals": one("length"),
    },
    "Streak": {"within": one("length")},
    "ScoreRules": {"spare": many("spared")},
    "Line": {"rate": many("measure"), "count": many("measure")},
    "Listing": {"rank": by_name(one("place")), "when": many("comparison")},
    "PersonEntry": {"away": {"items": one("days")}},
    "Sending": {
        "zone": one("zone"), "quiet": one("quiet"), "stale": one("length"), "retry": many("wait"),
    },
    "YearFile": {"off": {"items": one("range")}, "work": {"items": one("range")}},
    "Story": {"then": {"type": "array", "items": _STEP}},
    "GivenTask": {"targets": _GOALS},
    "Draft": {"targets": _GOALS},
    "Finally": {"counts": {"propertyNames": one("measure")}},
    **schemekeys.PHRASES,
    **yearkeys.PHRASES,
}  # fmt: skip
"""Model → key → what its type leaves open: the phrases that may stand there, or a closer look at its words."""
