"""嵌入 OA:这就是全部的接线。办不成时抛出 Refused,它的 problems 逐条说明为什么、怎么办。"""

import oa

from supervise import Actor, Office

office = Office(district="qinghe", directory=oa.units, calendar=oa.calendar)


@office.listen("assign", "rework", "order")  # 与业务同一事务:这里抛出异常,整笔回滚
def remind(session, message):
    oa.inbox.push(session, to=message.to, text=message.text, link=f"/supervise/{message.task}")


def buttons(user, code):  # 这个人现在能办什么、各要填什么
    with oa.Session() as session:
        return office.allowed(session, code, by=Actor(user.id, user.unit, user.roles))


def submit(user, code, action, form):  # “办理”按钮的全部后端;事务归 OA,supervise 从不提交
    with oa.Session.begin() as session:
        return office.advance(session, code, action, by=Actor(user.id, user.unit, user.roles), **form)


def nightly(day):  # 定时任务;漏跑不影响状态和得分,只是督查单晚发
    with oa.Session.begin() as session:
        office.tick(session, day)
