"""The command line in-process, and a clerk's whole day on the shipped notice, for the tests that look at it."""

from __future__ import annotations

import io
import json
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import click

from supervise.cli.main import cli, main

ROOT = Path(__file__).resolve().parents[1]
NOTICE = ROOT / "examples" / "notice.txt"
DEFINITIONS = ROOT / "definitions"
COMMANDS = (
    "init", "check", "intake", "assign", "list", "show", "log", "owed", "do", "tick", "orders", "lights",
    "remind", "mark", "marks", "unmark", "board", "why", "contest", "objections", "uphold",
    "assess", "replay-rules", "carry", "compare", "burden", "exemptions",
    "diagram", "chart", "review", "table", "replay", "audit", "export", "restore", "retire", "diff", "approve",
    "migrate", "simulate", "walk", "schema",
)  # fmt: skip
OF_UNITS = ("units propose",)
OF_CALENDAR = ("calendar show", "calendar check", "calendar load")
OF_OUTBOX = ("outbox list", "outbox send", "outbox retry", "outbox replay", "outbox retire", "outbox vacancies")
OF_DB = ("db upgrade", "db check", "db downgrade", "db sql", "db conform")
GROUPS = ("units", "calendar", "outbox", "db")
EVERY = (*COMMANDS, *OF_UNITS, *OF_CALENDAR, *OF_OUTBOX, *OF_DB)
QUERIES = (
    "list",
    "show",
    "log",
    "owed",
    "orders",
    "lights",
    "marks",
    "board",
    "why",
    "assess",
    "replay-rules",
    "burden",
    "exemptions",
    "diagram",
    "chart",
    "review",
)

SMALL = """青禾区人民政府办公室
关于分解落实有关任务的通知

一、优化服务(1项)
1.政务服务事项全部网上可办。(牵头单位:区财政局(国资办);协办单位:区工信局)
"""
"""A notice with what the shipped one lacks: a note behind a unit's name."""


@dataclass(frozen=True)
class Result:
    """What a command line gave."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """Standard output as the one JSON document it must be."""
        return json.loads(self.out)

    @property
    def codes(self) -> list[str]:
        """The problem codes of a JSON answer."""
        return [problem["code"] for problem in self.data["problems"]]


def run(*arguments: str | Path) -> Result:
    """Run ``supervise`` with these arguments."""
    out, err = io.StringIO(), io.StringIO()
    code = None
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as leave:
            code = leave.code
    assert isinstance(code, int), "main always exits"
    assert "Traceback" not in out.getvalue() + err.getvalue()
    return Result(code, out.getvalue(), err.getvalue())


def group(name: str) -> click.Group:
    """A command that has commands of its own."""
    found = cli.commands[name]
    assert isinstance(found, click.Group)
    return found


def named(name: str) -> click.Command:
    """A command by its words, such as ``db upgrade``."""
    first, _, second = name.partition(" ")
    return group(first).commands[second] if second else cli.commands[first]


@dataclass
class Day:
    """A clerk's day: where it was played, and what each step gave."""

    folder: Path
    steps: dict[str, Result] = field(default_factory=dict)

    @property
    def db(self) -> Path:
        """The database."""
        return self.folder / "青禾.db"

    @property
    def breakdown(self) -> Path:
        """The breakdown a clerk corrects."""
        return self.folder / "分解.yaml"

    def run(self, *arguments: str | Path, step: str = "") -> Result:
        """A command on the day's database, with the shipped definitions; the result is kept under ``step``."""
        made = run(*arguments, "--db", self.db, "--definitions", DEFINITIONS)
        self.steps[step or str(arguments[0])] = made
        return made

    def do(self, day: str, unit: str, action: str, *fields: str, code: str = "QH2025-001") -> Result:
        """One act on a task."""
        return self.run("do", code, action, "--as", unit, "--day", day, *fields, step=action)

    def copy(self, folder: Path) -> Day:
        """The same day in another folder, for tests that change something."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Day(folder, dict(self.steps))


def correct(breakdown: Path) -> None:
    """What the clerk edits: the two items the notice leaves open."""
    text = breakdown.read_text("utf-8")
    assert text.count("- 相关镇(街道)") == 1
    text = text.replace("- 相关镇(街道)", "- 柳汀镇\n  - 石桐镇")
    assert text.count("  lead: []") == 1
    breakdown.write_text(text.replace("  lead: []", "  lead:\n  - 区应急局"), "utf-8")


def play(folder: Path) -> Day:
    """A clerk's whole day, from the notice to the proof."""
    day = Day(folder)
    day.run("init")
    day.run("check")
    day.run("intake", NOTICE, "--code", "QH2025", "-o", day.breakdown)
    day.run("assign", day.breakdown, "--day", "2025-02-20", step="assign too early")
    day.run("list", "--as-of", "2025-02-20", step="list nothing")
    correct(day.breakdown)
    day.run("assign", day.breakdown, "--day", "2025-02-20")
    day.run("show", "QH2025-001", "--as-of", "2025-02-21")
    day.run("owed", "区工信局", "--as-of", "2025-02-21")
    day.do(
        "2025-02-24", "区工信局", "plan", "--milestones", "2025-06-30 完成9家;2025-12-31 完成18家", "--contact", "王某"
    )
    day.do("2025-02-26", "督查室", "start")
    day.do("2025-06-10", "区统计局", "contribute", "--summary", "按月提供数据")
    (folder / "佐证.txt").write_text("名单", "utf-8")
    day.do(
        "2025-06-20", "工信局", "report",
        "--summary", "新增9家", "--figures", "规上企业 9家(统计局月报);总数 137家",
        "--evidence", f"{folder / '佐证.txt'};会议纪要",
    )  # fmt: skip
    day.do("2025-06-23", "督查室", "verify", "--opinion", "属实")
    day.run("tick", "2025-06-26")
    day.run("board", "red-black", "2025Q2", "--as-of", "2025-06-30", "--publish", "-o", folder / "红黑榜.xlsx")
    day.run("why", "区工信局", "--board", "red-black", "2025Q2")
    day.run("assess", "annual", "2025", "--as-of", "2025-12-31", "-o", folder / "考核.xlsx")
    day.run("diagram", "key-work", "--counts", "--as-of", "2025-06-30", "-o", folder / "流程.svg")
    day.run("log", "QH2025-001", "--as-of", "2025-12-31")
    day.run("replay", "--verify")
    return day


def _new_law(folder: Path, made: dict[str, list[Any]]) -> None:
    """A newer version beside the first: compared, approved, tasks moved there and back, rehearsed."""
    laws = folder / "两版"
    shutil.copytree(DEFINITIONS, laws)
    text = (laws / "key-work.yaml").read_text("utf-8")
    number = int(re.search(r"^version: (\d+)", text, re.MULTILINE)[1])  # type: ignore[index]
    old, new = f"key-work@{number}", f"key-work@{number + 1}"
    text = text.replace(f"version: {number}", f"version: {number + 1}", 1)
    text = re.sub(r"^  (review: .*due: )10 workdays", r"  \g<1>7 workdays", text, flags=re.MULTILINE)
    text = re.sub(r"^  replan: .*\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"^  progress:( .*due: )\[06-25, 12-25\]", r"  progress:\g<1>[09-25]", text, flags=re.MULTILINE)
    (laws / "key-work-new.yaml").write_text(text, "utf-8")
    db = folder / "青禾.db"

    def step(*arguments: str | Path) -> None:
        result = run(*arguments, "--definitions", laws, "--json", "--db", db)
        assert "error" not in result.data, result.data
        made.setdefault(str(arguments[0]), []).append(result.data)

    step("diff", old, new)
    step("approve", new, "--by", "李某")
    step(
        "do",
        "QH2025-009",
        "plan",
        "--as",
        "区发改局",
        "--day",
        "2025-07-16",
        "--milestones",
        "2025-10-31 甲",
        "--contact",
        "王某",
    )
    step("do", "QH2025-009", "revise", "--as", "督查室", "--day", "2025-07-17", "--reason", "不具体")
    step("migrate", old, new, "--dry-run", "--day", "2025-07-20")
    step("migrate", old, new, "--day", "2025-07-20")
    step("migrate", old, new, "--revert", "--day", "2025-07-20")
    step("simulate", "rework")
    step("simulate", "orders")
    step("walk", old, "--day", "2025-03-03")


def _sent(folder: Path, made: dict[str, list[Any]]) -> None:
    """Messages at whatever hour: sent, refused, with nobody to get them, held for tomorrow, sent again."""
    laws, channels, db = folder / "发送", folder / "通道.yaml", folder / "青禾.db"
    shutil.copytree(DEFINITIONS, laws)
    rules = (laws / "rules" / "sending.yaml").read_text("utf-8")
    rules = re.sub(r"^(quiet|days): .*\n", "", rules, flags=re.MULTILINE).replace("at_most: 3", "at_most: 1")
    (laws / "rules" / "sending.yaml").write_text(rules, "utf-8")
    units = (laws / "units.yaml").read_text("utf-8")
    for name, people in (
        ("区工信局", "{name: 王某, post: liaison, to: {record: wang}}"),
        ("区财政局", "{name: 周某, post: liaison, to: {mail: zhou@example.cn}}"),
        ("区科技局", "{name: 孙某, post: deputy, to: {record: sun}}"),
    ):
        units = re.sub(rf"(name: {name},.*)\}}$", rf"\1, people: [{people}]}}", units, flags=re.MULTILINE)
    (laws / "units.yaml").write_text(units, "utf-8")
    record, mail = folder / "消息.jsonl", "{kind: smtp, host: 127.0.0.1, port: 9, tls: none, sender: d@example.cn}"
    channels.write_text(f"channels:\n  record: {{kind: file, path: {record}}}\n  mail: {mail}\n", "utf-8")

    def step(*arguments: str | Path) -> None:
        result = run("outbox", *arguments, "--definitions", laws, "--json", "--db", db)
        assert "error" not in result.data, result.data
        made.setdefault(f"outbox {arguments[0]}", []).append(result.data)

    step("send", "--dry-run", "--channels", channels)
    step("send", "--channels", channels)
    run("do", "QH2025-001", "start", "--as", "督查室", "--definitions", laws, "--db", db)
    step("send", "--channels", channels)
    step("list")
    step("retry", "区住建局")
    step("retire", "2025-01-02", "--dry-run")
    step("replay", "--since", "2025-01-01")
    step("list")
    step("vacancies")


def _year(step: Callable[..., Any], folder: Path) -> None:
    """A year tried, looked through, frozen over what it lacks, and corrected; and rules tried on the record."""
    end = ("annual", "2025", "--as-of", "2025-12-31")
    rules = DEFINITIONS / "rules"
    annual = (rules / "annual.yaml").read_text("utf-8").replace("mark leader,  ", "file survey,  ")
    (folder / "年考.yaml").write_text(annual, "utf-8")
    (folder / "满意度.csv").write_text("单位,数值\n区工信局,91\n区住建局,84\n", "utf-8")
    step("assess", *end, "--rules", folder / "年考.yaml", "--scores", f"survey={folder / '满意度.csv'}")
    step("assess", *end, "--check")
    step("assess", *end, "--publish", "--over", "按期汇总")
    step("mark", "区住建局", "leader", "--value", "61", "--day", "2025-12-29")
    step("assess", *end, "--publish", "--over", "按期汇总", "--supplement", "补登评分")
    board = (rules / "red-black.yaml").read_text("utf-8").replace("version: 1", "version: 2", 1)
    (folder / "新榜.yaml").write_text(board.replace("lead: -5", "lead: -9").replace("lead: -3}", "lead: -7}"), "utf-8")
    step("board", "red-black", "2025Q2", "--as-of", "2025-06-30", "--rules", folder / "新榜.yaml")
    step("replay-rules", "red-black@1", folder / "新榜.yaml", "--period", "2025Q2")


def _published(folder: Path, made: dict[str, list[Any]]) -> None:
    """A board by steps: served, contested, decided, signed, published, and a correction of it; then the year."""
    laws, db = folder / "公示", folder / "公示.db"
    shutil.copytree(DEFINITIONS, laws)
    rules = (laws / "rules" / "red-black.yaml").read_text("utf-8")
    (laws / "rules" / "red-black.yaml").write_text(rules.replace("\nnotice:", "\nsign: signer\nnotice:", 1), "utf-8")
    annual = (laws / "rules" / "annual.yaml").read_text("utf-8")
    signed = annual.replace("\nmax:", "\nnotice: 5 workdays\nsign: signer\nmax:", 1)
    (laws / "rules" / "annual.yaml").write_text(signed, "utf-8")
    plan = folder / "两项.yaml"
    tasks = "  - {code: T1, text: 修路, lead: [区工信局]}\n  - {code: T2, text: 架桥, lead: [区商务局]}\n"
    plan.write_text(f"due: 2025-06-20\ntasks:\n{tasks}", "utf-8")

    def step(*arguments: str | Path) -> None:
        result = run(*arguments, "--definitions", laws, "--json", "--db", db)
        assert "error" not in result.data, result.data
        made.setdefault(str(arguments[0]), []).append(result.data)

    board, code = ("board", "red-black", "2025Q2"), "2025Q2-red-black"
    step("assign", plan, "--day", "2025-03-03")
    step(*board, "--preview", "--day", "2025-07-14")
    step("why", "区工信局", "--board", "red-black", "2025Q2")
    step("contest", "区工信局", "red-black", "2025Q2", "--line", "4", "--reason", "受灾", "--day", "2025-07-15")
    step("objections", "red-black", "2025Q2")
    step("uphold", f"{code}-1", "--opinion", "属实", "--item", "T1/finish", "--day", "2025-07-16")
    step(*board, "--sign", "--as", "签发人", "--day", "2025-07-22")
    step(*board, "--publish", "--day", "2025-07-22")
    step("do", code, "put_right", "--as", "督查室", "--reason", "核对", "--day", "2025-07-23")
    step(*board, "--sign", "--as", "签发人", "--day", "2025-07-23")
    step(*board, "--publish", "--day", "2025-07-23")
    step("why", "区工信局", "--board", "red-black", "2025Q2")
    year = ("assess", "annual", "2025")
    step(*year, "--preview", "--day", "2026-01-26")
    step("why", "区工信局", "--assess", "annual", "2025", "-o", folder / "得分.xlsx")
    step(*year, "--check")
    step(*year, "--sign", "--as", "签发人", "--day", "2026-02-03")
    step(*year, "--publish", "--day", "2026-02-03", "--over", "按期汇总")
    step("board", "red-black", "2025Q3")
    step("compare", "2025H1", "2025")
    step("compare", "2025Q2", "2025Q3", "--board", "red-black")
    carry = ("carry", "2025", "2026", "--day", "2026-02-04")
    step(*carry, "--basis", "区政办发〔2026〕3号", "--until", "2025-06-01", "--dry-run")
    step(*carry, "--basis", "区政办发〔2026〕3号")
    step("do", "T2", "inspect", "--as", "督查室", "--opinion", "已开工", "--day", "2026-02-05")
    step("show", "T2", "--as-of", "2026-02-05")


def _forge(db: Path) -> None:
    """An event, a seal and a publication changed behind the program's back."""
    with sqlite3.connect(db) as connection:
        connection.execute("update sv_event set actor = '某人' where task = 'QH2025-007' and seq = 1")
        connection.execute("update sv_seal set tasks = tasks + 1 where seq = 3")
        connection.execute("update sv_publication set body = replace(body, '0', '1')")
    connection.close()


def _learned(folder: Path) -> Any:
    """What assigning a workbook says in which a name was corrected, with definitions and a database of its own."""
    from supervise.intake import Breakdown, Draft
    from supervise.papers.worksheet import breakdown

    own = folder / "自己的"
    shutil.copytree(DEFINITIONS, own)
    file, fixed = folder / "改名.xlsx", Draft(code="L1", text="修路。", lead=("区工业信息化局",))
    file.write_bytes(breakdown(Breakdown(tasks=(fixed,), due=date(2025, 12, 31))))
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    strings = parts["xl/sharedStrings.xml"].decode()
    row = parts["xl/worksheets/sheet1.xml"].decode()
    number = re.findall("<si>.*?</si>", strings).index("<si><t>区工业信息化局</t></si>")
    extra = len(re.findall("<si>", strings))
    parts["xl/sharedStrings.xml"] = strings.replace("</sst>", "<si><t>区工信局</t></si></sst>").encode()
    parts["xl/worksheets/sheet1.xml"] = row.replace(f"<v>{number}</v>", f"<v>{extra}</v>").encode()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    answer = run("assign", file, "--day", "2025-02-20", "--definitions", own, "--db", folder / "改名.db", "--json")
    return answer.data


def play_json(folder: Path) -> dict[str, list[Any]]:
    """Every command's JSON, by command; several answers where one does not show every key."""
    day = Day(folder)
    made: dict[str, list[Any]] = {}

    def step(*arguments: str | Path) -> Any:
        result = day.run(*arguments, "--json")
        assert result.err == ""
        words = " ".join(str(word) for word in arguments[: 2 if arguments[0] in GROUPS else 1])
        name = "错误" if "error" in result.data else words
        made.setdefault(name, []).append(result.data)
        return result.data

    step("init", "--copy", folder / "definitions")
    step("check")
    step("schema", "units")
    step("schema", "--all", "-o", folder / "schemas")
    step("intake", NOTICE, "--code", "QH2025", "-o", day.breakdown)
    small = folder / "小通知.txt"
    small.write_text(SMALL, "utf-8")
    step("intake", small)
    step("intake", small, folder / "没有.txt")
    step("units", "propose", NOTICE)
    made.setdefault("assign", []).append(_learned(folder))
    step("assign", day.breakdown, "--day", "2025-02-20")
    step("assign", day.breakdown, "--day", "2025-02-20", "--skip", "QH2025-015", "--skip", "QH2025-035")
    step(
        "do",
        "QH2025-001",
        "plan",
        "--as",
        "区工信局",
        "--day",
        "2025-02-24",
        "--milestones",
        "2025-06-30 甲",
        "--contact",
        "王某",
    )
    step("do", "QH2025-001", "waive", "--as", "督查室", "--day", "2025-02-24", "--duty", "progress", "--reason", "受灾")
    step("show", "QH2025-001", "--as-of", "2025-02-24")
    step("list", "--unit", "区工信局", "--as-of", "2025-02-24")
    step("show", "QH2025-001", "--as-of", "2025-02-24", "--why")
    step("owed", "区工信局", "--as-of", "2025-02-24", "--why")
    local = folder / "2025.yaml"
    local.write_text("year: 2025\nextends: official\noff: [03-03 停工]\nsource: 通知\n", "utf-8")
    step("calendar", "load", local, "--dry-run", "--day", "2025-02-24")
    step("calendar", "show", "2025")
    kept = shutil.copy(local, folder / "definitions" / "calendar")
    checked = run("calendar", "check", "--json", "--db", day.db, "--definitions", folder / "definitions")
    made["calendar check"] = [checked.data]
    Path(kept).unlink()
    step("log", "QH2025-001")
    step("tick", "2025-03-31")
    step(
        "do", "QH2025-003", "plan", "--as", "区科技局", "--day", "2025-03-31", "--dry-run",
        "--milestones", "2025-10-31 甲", "--contact", "王某",
    )  # fmt: skip
    step("board", "red-black", "2025Q1", "--as-of", "2025-03-31", "--publish")
    step("tick", "2025-06-30")
    step("board", "red-black", "2025Q2", "--as-of", "2025-06-30", "--publish")
    step("lights", "2025-06")
    step("tick", "2025-07-15")
    step("orders", "--as-of", "2025-08-29")
    step("remind", "QH2025-001", "--as", "督查室", "--reason", "未报", "--day", "2025-07-15")
    step("remind", "--unit", "区工信局", "--as", "督查室", "--reason", "未报", "--day", "2025-07-15", "--dry-run")
    step("burden", "2025Q3", "--as-of", "2025-07-15")
    step("exemptions", "2025", "--as-of", "2025-12-31")
    step("burden", "2025-12", "--merge", "--as-of", "2025-07-15")
    granted = ("--merge", "--unit", "区工信局", "--as", "督查室", "--reason", "减负", "--day", "2025-07-15")
    step("burden", "2025-12", *granted)
    step("burden", "2025-12", *granted, "--apart")
    step("why", "区住建局", "--board", "red-black", "2025Q2")
    step("why", "区住建局", "--board", "red-black", "2025Q2", "--as-of", "2025-06-30")
    _marks(step, folder)
    _year(step, folder)
    step("why", "区住建局", "--assess", "annual", "2025")
    step("diagram", "key-work", "--counts", "--as-of", "2025-06-30")
    step("diagram", "key-work", "-o", folder / "a.svg")
    step("chart", "board", "red-black", "2025Q2")
    step("chart", "calendar", "key-work", "2025", "-o", folder / "日历.svg")
    step("review", "key-work", "key-work", "-o", folder / "审查")
    step("table", "key-work", "-o", folder / "流程表.md")
    step("table", "--read", folder / "流程表.md")
    step("replay", "--verify")
    step("audit", "--evidence", folder)
    step("export", folder / "导出")
    made["restore"] = [run("restore", folder / "导出", "--db", folder / "新库.db", "--json").data]
    day.do("2025-07-16", "督查室", "withdraw", "--reason", "调整", code="QH2025-002")
    step("retire", "2025", "--to", folder / "2025.db")
    step("retire")
    (folder / "2025.db").rename(folder / "走了.db")
    step("retire")
    (folder / "走了.db").rename(folder / "2025.db")
    step("retire", "QH2025-002", "--back")
    _new_law(folder, made)
    _sent(folder, made)
    _published(folder, made)
    _forge(day.db)
    step("audit", "--from", "2")
    step("audit")
    step("show", "QH2025-999")
    step("do", "QH2025-001", "verify", "--as", "督查室", "--day", "2025-12-31", "--opinion", "属实")
    (folder / "definitions" / "note.yaml").write_text("a: 1\n", "utf-8")
    step("db", "check")
    step("db", "upgrade")
    step("db", "sql")
    step("db", "conform", f"sqlite:///{folder / '另一个.db'}")
    step("db", "downgrade", "base", "--yes")
    broken = run("check", "--json", "--definitions", folder / "definitions")
    made["check"].append(broken.data)
    return made


def _marks(step: Callable[..., Any], folder: Path) -> None:
    """Marks entered, listed and taken back, and boards from files alone."""
    made = step("mark", "区工信局", "leader", "--value", "92", "--day", "2025-12-30", "--note", "区长")
    step("marks", "--unit", "区工信局")
    step("unmark", made["mark"]["id"], "--note", "记错了", "--day", "2025-12-31")
    step("marks")
    table = folder / "评分.csv"
    table.write_text("单位,登记项,日期,数值\n区工信局,leader,2025-12-30,93\n", "utf-8")
    step("marks", table)
    rules = ROOT / "examples" / "rules"
    files = {n: ("--marks", rules / f"{n}.marks.csv", "--units", rules / f"{n}.units.csv") for n in (POINTS, LIGHTS)}
    may, points = folder / "五月.json", rules / f"{POINTS}.yaml"
    table.write_text(files[POINTS][1].read_text("utf-8").replace("2025-06", "2025-05"), "utf-8")
    may.write_text(json.dumps(step("board", points, "2025-05", "--marks", table, *files[POINTS][2:])), "utf-8")
    step("board", points, "2025-06", *files[POINTS], "--earlier", may)
    step("board", rules / f"{LIGHTS}.yaml", "2025-09", *files[LIGHTS])
    step(
        "board",
        rules / "two-boards.yaml",
        "2025Q2",
        "--units",
        rules / "two-boards.units.csv",
        "--marks",
        rules / "two-boards.marks.csv",
    )
    step("why", "乙局", "--board", points, "2025-06", *files[POINTS], "--earlier", may)


POINTS, LIGHTS = "lead-co-points", "progress-lights"
