"""A sound definition that says a little of everything the language has; tests change one thing in it."""

from __future__ import annotations

WIDE = """\
# 下面的流程是测试用的,什么说法都用上一点。
workflow: wide
version: 2
title: 样样都有
effective: 2020-01-01
migrates: {from: wide@1, states: {old_running: running}, duties: {old_report: monthly}}

roles:
  office: 督查室
  lead: 牵头单位
  co: 协办单位
  leader: 牵头领导

states:
  placed: 已交办
  signed: 已签收
  running: 推进中
  told: 已报告
  resting: 停钟
  late: 已逾期
  closed: 已办结
  dropped: 已撤销

ends: [closed, dropped]

categories:
  quick: 急件
  plain: 平件

fields:
  text:     {label: 内容, kind: text}
  figure:   {label: 进度, kind: percent, from: counts}
  counts:   {label: 数字, kind: figures, explain: text}
  until:    {label: 到哪天, kind: date}
  received: {label: 收文日期, kind: day, by: office}
  units:    {label: 单位, kind: units}
  duty:     {label: 所指应办, kind: duty}
  sort:     {label: 类别, kind: choice, options: {quick: 急件, plain: 平件}}
  stages:   {label: 阶段目标, kind: stages}
  parts:    {label: 子任务, kind: parts}
  other:    {label: 并入, kind: task}
  level:    {label: 等级, kind: text}

actions:
  sign:     {label: 签收, by: lead, from: placed, to: signed, tell: office}
  plan:     {label: 报方案, by: lead, from: signed, to: running, needs: [text, stages], tell: [office, leader]}
  approve:  {label: 批准方案, by: office, from: running, needs: [text], sets: {stages: stages of plan}}
  report:   {label: 报告, by: lead, from: [running, late], to: told, needs: [text, counts, figure], gathers: contribute}
  contribute: {label: 协办报送, by: co, from: [running, late], needs: [text]}
  check:    {label: 初核, by: office, from: told, needs: [text]}
  close:    {label: 办结, by: office, from: told, to: closed, needs: [text], other_than: check}
  back:     {label: 退回, by: office, from: told, to: running, needs: [text]}
  lapse:    {label: 逾期, by: clock, from: running, to: late, when: finish missed, tell: [lead, office]}
  ask:      {label: 申请延期, by: lead, from: running, needs: [text, until], when: finish open}
  extend:   {label: 批准延期, by: office, from: [running, late], to: {late: running},
             when: [decision open, decision missed], sets: {due: until of ask},
             at_most: [2 times, 60 days, 12 months after assign]}
  refuse:   {label: 不准延期, by: office, needs: [text], when: [decision open, decision missed]}
  rest:     {label: 停钟, by: office, from: running, to: resting, needs: [text, until], pauses: until, at_most: 2 times}
  wake:     {label: 复钟, by: office, from: resting, to: running, stops: rest, when: 1 day after rest}
  awake:    {label: 到期复钟, by: clock, from: resting, to: running, when: rest expired}
  lend:     {label: 委托, by: lead, from: running, needs: [units, until], lends: {lead: units}}
  recall:   {label: 收回委托, by: lead, from: running, stops: lend}
  sort:     {label: 定类别, by: office, from: [placed, signed], needs: [sort], sets: {category: sort}}
  split:    {label: 拆分, by: office, from: running, needs: [parts]}
  gather:   {label: 子任务齐了, by: office, from: running, to: told, when: parts closed}
  heard:    {label: 子任务有动静, by: [office, clock], when: 1 days after split}
  merge:    {label: 并案, by: office, from: running, to: dropped, needs: [other],
             sets: {merged: other}, also: {other: heard}}
  relapse:  {label: 反弹, by: office, from: closed, to: running, needs: [text]}
  drop:     {label: 撤销, by: office, from: [placed, signed, running, told, late], to: dropped, needs: [text]}
  order:    {label: 督查单, by: [office, clock], needs: [level, duty, until]}
  reply:    {label: 回复, by: lead, needs: [text], when: [reply open, reply missed, blue unanswered]}
  waive:    {label: 免责, by: office, needs: [duty, text], voids: duty}
  appeal:   {label: 申诉, by: lead, from: closed, needs: [text], within: 30 days after close}
  undo:     {label: 撤回, by: [lead, office], undoes: 2 workdays}

duties:
  sign:     {label: 签收, of: lead, due: 3 workdays after assign, met_by: sign}
  plan:     {label: 报方案, of: lead, due: {quick: 5 workdays after sign, plain: 15 workdays after sign}, met_by: plan}
  monthly:  {label: 月报, of: lead, due: 5 days after each month, met_by: report, notice: 10 days,
             waits: told, grace: 3 days}
  yearly:   {label: 协办年报, of: each co, due: [06-15, 12-15], met_by: contribute, notice: 20 workdays}
  stage:    {label: 阶段目标, of: lead, due: stages, met_by: report}
  warn:     {label: 预报, of: lead, due: 20 days before task, met_by: report}
  finish:   {label: 完成, of: lead, due: task, met_by: [close, gather], dated: report, waits: told, grace: 5 workdays}
  decision: {label: 答复延期, of: office, due: 3 workdays after ask, met_by: [extend, refuse]}
  reply:    {label: 回复督查单, of: lead, due: until of order, met_by: reply}
"""
