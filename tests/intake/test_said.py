"""Until when, and to whom by when, in the many words offices have for it; these notices are of 12 March."""

from __future__ import annotations

import pytest

from supervise.intake import Notice, read

COVER = "区人民政府办公室关于分解2025年任务的通知\n各街道,区直各单位:\n现将任务印发给你们。\n"
SIGNED = "区人民政府办公室\n2025年3月12日\n附件:任务分解表\n"


def notice(task: str = "1.做好工作。(牵头单位:区发改局)", cover: str = "") -> Notice:
    return read(f"{COVER}{cover}\n{SIGNED}{task}\n2.抓好其他工作。(牵头单位:区教育局;配合单位:区水利局)")


def limit(found: Notice) -> str:
    said = found.items[0].deadline
    told = [problem.code for problem in found.problems if problem.code == "I32"]
    assert bool(told) == (said is not None and said.kind == "unknown")
    return "" if said is None else said.date.isoformat() if said.date else said.kind


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("六月底前完成", "2025-06-30"),
        ("十一月十五日前完成", "2025-11-15"),
        ("本月底前完成排查", "2025-03-31"),
        ("月底前完成排查", "2025-03-31"),
        ("下月10日前完成整改", "2025-04-10"),
        ("25日前完成摸底", "2025-03-25"),
        ("自本通知印发之日起30日内完成", "2025-04-11"),
        ("6月至10月集中开展整治", "2025-10-31"),
        ("2025.06.30前完成", "2025-06-30"),
        ("下半年完成", "2025-12-31"),
        ("年中完成评估", "2025-06-30"),
        ("“十一”前投用", "2025-09-30"),
        ("汛期前完成清淤", "unknown"),
        ("春节前全部兑付到位", "unknown"),
        ("暑假期间完成改造", "unknown"),
        ("今冬明春完成造林", "unknown"),
        ("收到通知后10个工作日内完成", "unknown"),
        ("三个月内完成整改", "unknown"),
        ("两年内建成", "unknown"),
        ("加强汛期前的检查", ""),
        ("抓好今冬明春农田水利建设", ""),
        ("审批在2个工作日内办结", ""),
        ("巩固去年年底前完成的成果", ""),
        ("截至2月底已完成六成", ""),
    ],
)
def test_limits_are_read_or_told(words: str, day: str) -> None:
    """A limit in running text has its day, or a clerk is told that print does not say it; what is past is none."""
    assert limit(notice(f"1.{words}。(牵头单位:区发改局)")) == day


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("六月三十日", "2025-06-30"),
        ("本月底", "2025-03-31"),
        ("2025.3-2025.11", "2025-11-30"),
        ("2025-2027年", "2027-12-31"),
        ("2026上半年", "2026-06-30"),
        ("26年6月", "2026-06-30"),
        ("20250630", "2025-06-30"),
        ("按月推进", "recurring"),
        ("即日起", "open"),
        ("15个工作日内", "unknown"),
    ],
)
def test_fields_of_limits_are_read_or_told(words: str, day: str) -> None:
    """A field that holds a limit gives its last day, or how often, or that it is open, or is told."""
    assert limit(notice(f"1.做好工作。(牵头单位:区发改局;完成时限:{words})")) == day


def test_early_months_are_next_year_in_a_notice_of_the_last_quarter() -> None:
    """A limit in January, in a notice of November, is not past; nor is one before New Year in a plan of next year."""
    late = SIGNED.replace("3月12日", "11月3日")
    assert limit(read(COVER + late + "1.治理扬尘,1月底前完成。(牵头单位:区建设局)")) == "2026-01-31"
    early = SIGNED.replace("2025年3月12日", "2024年12月16日")
    assert limit(read(COVER + early + "1.检查市场,元旦前完成。(牵头单位:区商务局)")) == "2024-12-31"


@pytest.mark.parametrize(
    ("words", "times"),
    [
        ("各责任单位每两周向区政府督查室报告一次进展。", ["all two-weeks last 区政府督查室"]),
        ("进展情况每月逢10日报区督查考核中心。", [f"all month {day} 区督查考核中心" for day in (10, 20, 30)]),
        ("落实情况实行一月一报,每月28日前报区政府督查室。", ["all month 28 区政府督查室"]),
        ("各单位分别于4月、7月、10月的5日前报送进展。", ["all 04-05 07-05 10-05"]),
        (
            "各配合单位每月20日前将进展报牵头单位,牵头单位汇总后于25日前报区政府。",
            ["co month 20 牵头单位", "lead month 25 区政府"],
        ),
        (
            "各牵头单位于6月5日前报送总结,紧急情况随时报告区政府总值班室。",
            ["lead 06-05", "lead 随时 区政府总值班室"],
        ),
        ("区政府督查室将于每月10日前通报上月进展。", []),
    ],
)
def test_duties_to_report_are_read_in_any_manner(words: str, times: list[str]) -> None:
    """Who reports when to whom is read; a sentence that names nobody speaks to all, and that of an office to none."""
    found = notice(cover=words).reporting
    said = [(d.who, " ".join(d.dates) or d.on_event or f"{d.every} {d.day}", d.to) for d in found]
    assert [" ".join(filter(None, each)) for each in said] == times
