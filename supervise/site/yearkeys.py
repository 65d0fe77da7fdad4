"""What every key of an annual assessment means, in Chinese, and the phrases that may stand there; part of ``keys``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from supervise.patterns import by_name, either, many, one

TOLD = """
AssessmentRules 年度考核办法
  assessment 名字
  period 年度
  carries 折算计入综合考核几分
  max 最高分
  closes 年末后多久汇总
  notice 公示期:各单位可以提出异议的时间
  sign 由哪个角色签发;写了就须先公示,公示期满、异议裁定、签发以后才能公布
  appeals 公布以后多久之内还可以提出异议
  places 四舍五入到几位小数
  marks 登记项:流程以外的事实,如领导评价;写明范围、由谁登记
  parts 得分的各项来源,权重合计 100
  adjust 加减分
  grades 等次,从高到低;最后一个不带条件
  rounding 名额是比例的,算出来怎样取整:down 舍、up 进、half up 四舍五入、half even 四舍六入五成双
  ties 同分而名额不够:exclude 都不给,include 都给
  then 同分时依次比哪几项来源
  apart 单列的分组或单位:照样打分定等次,不占名额
  limits 至多定为哪一等;至多最后一等,就是一票否决
  lower 降等的情形
  bars 取消评优的情形
Part 得分的一项来源
  label 名称
  from 来源
  take 取法:mean 平均、latest 最近一次、sum 合计、year 全年
  weight 权重
  full 来源的满分,不写是 100
Adjustment 按上榜次数或登记加减分
  label 名称
  count 数什么:red、black 上榜次数,或登记项(件数;登记数值的是合计)
  points 每次(每单位数值)几分
  at_most 最多几分
Grade 一个等次
  grade 名称
  when 条件,须全部成立
  quota 名额:占本组几成,或几个;各组不同的写 分组 → 名额
GradeLimit 封顶
  label 名称
  when 条件,须全部成立
  groups 只对哪些分组;不写即都算
  at_most 至多定为哪一等
Lowering 降等
  label 名称
  when 条件,须全部成立
  groups 只对哪些分组;不写即都算
  by 在应得的等次上降几等
Bar 取消评优
  label 名称
  when 条件,须全部成立
  groups 只对哪些分组;不写即都算
"""

_QUOTA = either({"type": "integer", "minimum": 0}, one("percent"))
PHRASES: Mapping[str, Mapping[str, dict[str, Any]]] = {
    "AssessmentRules": {"closes": one("length"), "notice": one("length"), "appeals": one("length")},
    "Part": {"from": one("source")},
    "Grade": {"when": many("comparison"), "quota": either(_QUOTA, by_name(_QUOTA))},
    "GradeLimit": {"when": many("comparison")},
    "Lowering": {"when": many("comparison")},
    "Bar": {"when": many("comparison")},
}  # fmt: skip
