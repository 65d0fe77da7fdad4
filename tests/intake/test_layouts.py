"""Whole notices of invented places, in layouts the samples do not have."""

from __future__ import annotations

import pytest

from supervise.intake import Notice, read

COUNTY = """\
云岭县人民政府办公室文件
云政办发〔2023〕15号

云岭县人民政府办公室
关于分解落实2023年重点工作任务的通知

各乡镇人民政府,县政府各部门、各直属单位:
为确保完成《政府工作报告》确定的目标,现将32项重点工作分解下达,请认真贯彻落实。
一、压实责任。各牵头单位要制定方案。
二、严格督查。各牵头单位每季度末月25日前将进展情况报送县政府督查室;各配合单位于每月20日前将进展情况报牵头单位。
附件:云岭县2023年重点工作任务分解表

云岭县人民政府办公室
2023年2月16日

附件
云岭县2023年重点工作任务分解表
第一部分 经济发展
一、工业强县(共2项)
1、新增规上工业企业12户以上,完成技改投资3.5亿元。
牵头单位:县工业和信息化局
配合单位:县发改局、财政局、各乡镇
完成时限:2023年10月底前
责任领导:李明山
2、推进园区扩容提质。
牵头单位:青石工业园管委会
配合单位:县自然资源局,县住建局
完成时限:12月底前
二、农业富民
3、新建高标准农田2万亩。
牵头单位:农业农村局
配合单位:各乡镇人民政府
完成时限:全年
第二部分 民生改善
三、办好实事
4、改造老旧小区8个。【牵头单位:县住建局;配合单位:云溪镇、县城管局】
5、新建社区食堂6家。(牵头单位:县民政局 配合单位:财政局)
三、有关要求
1、各单位要高度重视。
2、请于3月1日前报送联络员名单至县政府督查室。

抄送:县委办公室,县人大办公室。
云岭县人民政府办公室   2023年2月16日印发
- 3 -
"""

CITY = """\
星河市2024年民生实事清单

(一)提升城乡供水保障。新建水厂3座,铺设管网120公里。(市水务局牵头,市财政局、市住房城乡建设局等按职责分工负责)
(二)扩大普惠托育。新增托位2000个,6月底前完成选址。(市卫生健康委牵头,市教育局、各区县政府配合)
(三)推进适老化改造。完成1500户。(市民政局、市残联负责)
(四)整治噪声扰民。(市生态环境局、公安局按职责分工负责,各区县政府落实)
"""

BANNER = """\
白桦旗人民政府关于印发2022年重点工作责任分解方案的通知
白政发〔2022〕8号
各苏木乡镇人民政府,旗直各部门:
现将《白桦旗2022年重点工作责任分解方案》印发给你们。全部任务共4项,请各责任单位于6月10日、12月10日前将落实情况报旗政府督查室。
二〇二二年三月十八日
白桦旗2022年重点工作责任分解方案
一、产业
1.引进亿元以上项目6个。
责任领导:巴图、王立新
责任单位:旗发改委、工信局、招商中心等,各苏木乡镇
2.实施黄花产业提升行动。
责任领导:王立新
责任单位:旗农牧局,白音苏木、红格尔镇
二、民生
3.新建幼儿园2所。
责任领导:其木格
责任单位:旗教育局
4.改造危房(含牧区)300户,
确保年底前全部入住。
责任领导:其木格
责任单位:旗住建局、财政局,有关苏木乡镇
"""

SMALL = """\
2021年度重点工作任务清单
(1)推进“放管服”改革。〔责任部门:行政审批局;责任人:赵某;时限要求:2021年6月30日〕
(2)完成智慧停车泊位1200个。〔责任部门:城管局、交警大队;责任人:钱某;时限要求:9月底前〕
(3)建成充电桩300个。〔责任部门:发改局;责任人:孙某;时限要求:年底前〕12.
"""

DAMAGED = """\
江州市人民政府办公室关于印发江州市2020年重点工作任务及责任分工的通知
各县市、区人民政府:
(此处略)
江州市人民政府办公室
2020年4月2日
江州市2020年重点工作任务及责任分工
一、稳增长
1.加快项目建设。一是推进江州机场前期工作;二是开工北环路。
(1)江州机场完成选址报告。(主办单位:市发改委;会办单位:市交通局、自然资源局)
(2)北环路建成10公里。(主办单位:市住建局;会办单位:城投集团、东湖区政府)2.扩大消费,社会消费品零售总额增长8%以上。(主办单位:市商务局)
3.优化营商环境。(主办单位:市营商局;会办单位:各有关部门
4.发展数字经济
二、惠民生
5.新建公园3个。(主办单位:园林局)
实施安居工程,开工棚改房1000套。(主办单位:市住建局)
7.加强社会救助。(主办单位:市民政局;会办单位:团市委、妇联、残联)
"""

PROVINCE = """\
红石省白水市发展报告网
字号:大 中 小
红石省人民政府办公厅
关于落实2025年《政府工作报告》重点工作分工的意见
红政办〔2025〕3号

各市、州人民政府,省政府各部门:
  全年任务共6项。各责任部门要于6月底前、12月底前完成阶段任务,每季度首月5日前向省政府办公厅报告上季度进展情况。

一、总体要求
(一)提高认识。
(二)加强协同。

二、主要任务
(一)稳住经济
1.落实宏观政策。(省发展改革委牵头,省财政厅、人民银行红石省分行等按职责分工负责)
2.开展“两新”行动,带动投资100亿元。(省发展改革委、省商务厅牵头,各市州配合)
(二)扩大开放
3.新开国际航线2条。(省交通运输厅负责)
4.办好边贸节。
(省商务厅牵头,省文化和旅游厅配合)
(三)安全生产
5.开展专项整治。(省应急厅牵头)
6.完善预案,
上半年完成演练。(省应急厅负责)

三、组织保障
(一)加强领导。各单位主要负责人负总责。
(二)严格考核。

红石省人民政府办公厅
2025年2月8日
(此件公开发布)
"""


def table(notice: Notice) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Number, lead and co of every task."""
    return [(i.no, i.parties.full("lead"), i.parties.full("co")) for i in notice.items]


def test_a_county_list_with_units_on_lines_of_their_own() -> None:
    """Fields on their own lines, full-width marks, parts above chapters, requirements after the list."""
    notice = read(COUNTY)
    assert table(notice) == [
        ("1", ("县工业和信息化局",), ("县发改局", "县财政局", "各乡镇")),
        ("2", ("青石工业园管委会",), ("县自然资源局", "县住建局")),
        ("3", ("县农业农村局",), ("各乡镇人民政府",)),
        ("4", ("县住建局",), ("云溪镇", "县城管局")),
        ("5", ("县民政局",), ("县财政局",)),
    ]
    assert (notice.title, notice.attachment_title) == (
        "云岭县人民政府办公室关于分解落实2023年重点工作任务的通知",
        "云岭县2023年重点工作任务分解表",
    )
    assert (notice.number, notice.issuer, notice.issued) == (
        "云政办发〔2023〕15号",
        "云岭县人民政府办公室",
        "2023-02-16",
    )
    assert [(r.who, r.every, r.day) for r in notice.reporting] == [("lead", "quarter", "25"), ("co", "month", "20")]
    limits = [item.deadline.date.isoformat() if item.deadline else "" for item in notice.items]
    assert limits == ["2023-10-31", "2023-12-31", "2023-12-31", "", ""]
    assert notice.items[0].parties.leaders == ("李明山",)
    assert [p.text for p in notice.problems if p.code == "I06"] == ["通知说共 32 项,读到 5 项,请核对"]


def test_a_city_list_whose_sections_are_the_tasks() -> None:
    """Roles are said by verbs, and the entries are numbered (一), (二)."""
    assert table(read(CITY)) == [
        ("(一)", ("市水务局",), ("市财政局", "市住房城乡建设局")),
        ("(二)", ("市卫生健康委",), ("市教育局", "各区县政府")),
        ("(三)", ("市民政局", "市残联"), ()),
        ("(四)", ("市生态环境局", "市公安局"), ("各区县政府",)),
    ]


def test_a_banner_list_with_leaders_and_joint_leads() -> None:
    """责任单位 alone: before the comma lead, after it co; the date is printed in Chinese numerals."""
    notice = read(BANNER)
    assert table(notice) == [
        ("1", ("旗发改委", "旗工信局", "旗招商中心"), ("各苏木乡镇",)),
        ("2", ("旗农牧局",), ("白音苏木", "红格尔镇")),
        ("3", ("旗教育局",), ()),
        ("4", ("旗住建局", "旗财政局"), ("有关苏木乡镇",)),
    ]
    assert (notice.issued, notice.lead_convention) == ("2022-03-18", "joint")
    assert [(r.who, r.dates) for r in notice.reporting] == [("all", ("06-10", "12-10"))]
    assert notice.items[3].text == "改造危房(含牧区)300户,确保年底前全部入住。"


def test_a_list_without_prefixes_keeps_names_as_printed() -> None:
    """Where no name carries a prefix, none is invented; limits and persons are fields of the bracket."""
    notice = read(SMALL)
    assert [row[1] for row in table(notice)] == [("行政审批局",), ("城管局", "交警大队"), ("发改局",)]
    limits = [item.deadline.date.isoformat() for item in notice.items if item.deadline]
    assert limits == ["2021-06-30", "2021-09-30", "2021-12-31"]


def test_damaged_lists_lose_nothing() -> None:
    """Sub-entries with their own units are tasks; glued entries are parted; a lost number is worked out."""
    notice = read(DAMAGED)
    assert [item.no for item in notice.items] == ["1.(1)", "1.(2)", "2", "3", "4", "5", "6", "7"]
    assert notice.items[6].text == "实施安居工程,开工棚改房1000套。"
    assert {(p.code, p.task) for p in notice.problems} >= {("I01", "4"), ("I10", "6"), ("I10", "3"), ("I03", "3")}


def test_a_provincial_list_inside_the_notice() -> None:
    """The list is a chapter of the notice; chapters of principles and of safeguards hold no task."""
    notice = read(PROVINCE)
    assert table(notice) == [
        ("1", ("省发展改革委",), ("省财政厅", "人民银行红石省分行")),
        ("2", ("省发展改革委", "省商务厅"), ("各市州",)),
        ("3", ("省交通运输厅",), ()),
        ("4", ("省商务厅",), ("省文化和旅游厅",)),
        ("5", ("省应急厅",), ()),
        ("6", ("省应急厅",), ()),
    ]
    assert notice.items[2].section == ("二", "(二)")
    assert [(r.who, r.every, r.day, r.offset_months) for r in notice.reporting] == [("all", "quarter", "5", 1)]
    assert (notice.issued, notice.declared_task_count) == ("2025-02-08", 6)
    assert not notice.problems or {p.code for p in notice.problems} <= {"I02"}


def test_a_table_parted_by_tabs_is_read_by_its_head() -> None:
    """The head says what the columns hold; an empty cell names nobody."""
    text = (
        "青石县2024年重点工作任务分解表\n序号\t工作任务\t牵头单位\t配合单位\t完成时限\n"
        "1\t新增企业10家。\t县工信局\t县发改局、各乡镇\t2024年10月底前\n"
        "2\t修路20公里。\t县交通局\t\t9月底前\n"
    )
    notice = read(text)
    assert table(notice) == [("1", ("县工信局",), ("县发改局", "各乡镇")), ("2", ("县交通局",), ())]
    assert [i.deadline.date.isoformat() for i in notice.items if i.deadline] == ["2024-10-31", "2024-09-30"]
    assert [i.text for i in notice.items] == ["新增企业10家。", "修路20公里。"]


def test_lines_broken_at_the_margin_are_joined() -> None:
    """A page of narrow lines breaks sentences and even names; a page number between them is left out."""
    lines = [
        "一、壮大实体经济保持工业稳定增长态势",
        "1.大力实施工业倍增行动推进现代食品和",
        "建材集群。(牵头单位:县工信局;配合单",
        "位:县发改局、县财政局、县自然资源和规",
        "划局,各乡镇)",
        "2.加快推进园区标准化建设并且盘活低效",
        "用地推动集中供热项目。(牵头单位:青石",
        "工业园管委会;配合单位:县住建局)",
        "- 1 -",
        "3.深化科技创新支持民营企业发展并兑现",
        "奖补资金切实解决困难。(牵头单位:县科",
        "技局)",
    ]
    assert table(read("\n".join(lines))) == [
        ("1", ("县工信局",), ("县发改局", "县财政局", "县自然资源和规划局", "各乡镇")),
        ("2", ("青石工业园管委会",), ("县住建局",)),
        ("3", ("县科技局",), ()),
    ]


def test_brackets_that_hold_only_units_say_who_is_responsible() -> None:
    """Without any label, names in the closing bracket count where most entries end so; the place is handed on."""
    text = (
        "2023年任务\n1.抓好防汛。(云岭县水利局、应急局)\n2.推进绿化。(云岭县林业局)\n"
        "3.办好展会。(云岭县商务局、云岭县文旅局)\n4.建成医院(新院)。"
    )
    assert table(read(text)) == [
        ("1", ("云岭县水利局", "云岭县应急局"), ()),
        ("2", ("云岭县林业局",), ()),
        ("3", ("云岭县商务局", "云岭县文旅局"), ()),
        ("4", (), ()),
    ]


def test_a_traditional_notice_is_read_by_the_same_rules() -> None:
    """Role words match in both scripts; names keep the script they are printed in."""
    notice = read("臨江縣2022年重點工作\n1.推進園區建設。\n牽頭單位:縣發改局\n協辦單位:縣財政局、環保局")
    assert table(notice) == [("1", ("縣發改局",), ("縣財政局", "縣環保局"))]


@pytest.mark.parametrize(
    ("broken", "lead", "co"),
    [
        ("县商务局、县发改局\n— 3 —\n等,各乡镇", ("县商务局", "县发改局"), ("各乡镇",)),
        ("县商务局\n— 3 —\n、县财政局", ("县商务局", "县财政局"), ()),
        ("县商务局、县发改局\n,各乡镇政府", ("县商务局", "县发改局"), ("各乡镇政府",)),
        ("县政府\n各部门", ("县政府各部门",), ()),
    ],
)
def test_a_list_of_units_cut_by_a_page_goes_on_behind_it(
    broken: str, lead: tuple[str, ...], co: tuple[str, ...]
) -> None:
    """What begins with 等 or a separator, or with 各部门 behind 政府, is the second half of the list above."""
    text = f"重点任务\n1.引进企业8家。\n责任单位:{broken}\n2.修路9公里。\n责任单位:县交通局、县财政局\n"
    parties = read(text).items[0].parties
    assert (parties.full("lead"), parties.full("co")) == (lead, co)
