"""The counter: its commands, a clerk's whole day, exit codes, and what bad input is answered with."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervise.cli.main import cli
from supervise.cli.shell import fill
from supervise.widths import columns
from tests.cli_help import (
    COMMANDS,
    DEFINITIONS,
    EVERY,
    GROUPS,
    NOTICE,
    OF_CALENDAR,
    OF_DB,
    OF_OUTBOX,
    OF_UNITS,
    QUERIES,
    ROOT,
    Day,
    Result,
    correct,
    group,
    named,
    play,
    run,
)  # fmt: skip
from tests.forks import Command


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test works in an empty folder, with none of the user's own settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("SUPERVISE_DB", "SUPERVISE_DEFINITIONS", "SUPERVISE_DISTRICT", "SUPERVISE_DEBUG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """A clerk's whole day, played once; nobody may change it."""
    return play(tmp_path_factory.mktemp("day"))


@pytest.fixture
def day(played: Day, tmp_path: Path) -> Day:
    """A copy of the day, for tests that go on with it."""
    return played.copy(tmp_path / "day")


def tables(db: Path) -> dict[str, int]:
    """How many rows each table of a database has."""
    with sqlite3.connect(db) as connection:
        names = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")]
        counts = {n: connection.execute(f'select count(*) from "{n}"').fetchone()[0] for n in names}
    connection.close()
    return counts


def said(result: Result, code: int, problem: str, *words: str) -> None:
    """The command failed with this exit code and this problem, said in Chinese on standard error and nothing else."""
    assert (result.code, result.out) == (code, "")
    assert f"[{problem}]" in result.err
    assert re.search("[\u4e00-\u9fff]", result.err)
    for word in words:
        assert word in result.err, result.err


def options(command: click.Command) -> set[str]:
    """All options of a command."""
    return {name for parameter in command.params for name in parameter.opts if name.startswith("-")}


# ── what there is ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_commands_are_these_in_this_order() -> None:
    """The words of the command line are fixed, and help lists them in the order of the work."""
    assert tuple(cli.commands) == (*COMMANDS, *GROUPS)
    assert tuple(f"outbox {name}" for name in group("outbox").commands) == OF_OUTBOX
    assert tuple(f"units {name}" for name in group("units").commands) == OF_UNITS
    assert tuple(f"calendar {name}" for name in group("calendar").commands) == OF_CALENDAR
    assert tuple(f"db {name}" for name in group("db").commands) == OF_DB
    told = run("--help").out.split("命令:")[1]
    assert tuple(re.findall(r"^  ([\w-]+) ", told, re.MULTILINE)) == (*COMMANDS, *GROUPS)


@pytest.mark.parametrize("name", EVERY)
def test_every_command_takes_the_shared_options(name: str) -> None:
    """JSON, database, definitions and district can be told to each; queries take a day as well."""
    assert options(named(name)) >= {"--json", "--db", "--definitions", "--district"}
    assert (("--as-of" in options(named(name))), name) == (name in QUERIES, name)


@pytest.mark.parametrize("name", ["", *GROUPS, *EVERY])
def test_help_is_chinese_and_fits_the_screen(name: str) -> None:
    """No English is left over from the library, each option has its meaning, and no line is wider than the screen."""
    result = run(*name.split(), "--help")
    assert result.code == 0
    for english in ("Usage", "OPTIONS", "Options", "TEXT", "INTEGER", "required", "default:", "Show this", "COMMAND"):
        assert english not in result.out
    assert max(map(columns, result.out.splitlines())) <= 80
    shown = re.findall(r"^  (?:-\w, )?(--[\w-]+)", result.out, re.MULTILINE)
    if name in EVERY:
        assert set(shown) == {max(p.opts, key=len) for p in named(name).params if isinstance(p, click.Option)} | {
            "--help"
        }
        assert "\n例:\n  supervise " in result.out


def test_short_help_is_help() -> None:
    """``-h`` works everywhere, also where values may begin with a dash."""
    assert run("show", "-h").out == run("show", "--help").out
    assert run("do", "-h").out == run("do", "--help").out


def test_help_and_version_load_no_machinery() -> None:
    """Help stays instant: nothing that a command needs is imported before the command runs."""
    program = (
        "import sys\nfrom supervise.cli.main import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "heavy = {'sqlalchemy', 'pydantic', 'transitions', 'yaml', 'alembic', 'graphviz', 'chinese_calendar'}\n"
        "print('loaded:', sorted(heavy & set(sys.modules)))"
    )
    for arguments in (["--help"], ["do", "--help"], ["--version"], []):
        made = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
        assert made.stdout.splitlines()[-1] == "loaded: []", arguments


@given(st.text(alphabet="督查办结,。(a-b c:“”)", max_size=60), st.integers(6, 40))
def test_filled_lines_lose_nothing_and_fit(text: str, room: int) -> None:
    """Help is broken into lines without losing a character, and only what cannot be broken sticks out."""
    lines = fill(text, room)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        assert columns(line) <= room or len(line.split()) == 1


# ── a clerk's whole day ─────────────────────────────────────────────────────────────────────────────────────────────


def test_every_step_of_the_day_went_well(played: Day) -> None:
    """Each command did its work and said nothing on standard error, but for the assignment that came too early."""
    failed = {name: (r.code, r.err) for name, r in played.steps.items() if r.code or r.err}
    assert list(failed) == ["assign too early"]


def test_a_notice_becomes_a_breakdown_with_its_doubts(played: Day) -> None:
    """Every item is found, and what is doubtful is listed with the line of the notice."""
    shown = played.steps["intake"].out
    assert shown.startswith("44 项任务;待核 5 处:\n")
    assert f"{NOTICE}:132  QH2025-035  没有写牵头单位,请指定  I01" in shown
    assert f"supervise assign {played.breakdown}" in shown


def test_nothing_is_placed_while_anything_is_open(played: Day) -> None:
    """One item without a lead and one with unnamed units keep all forty-four from being placed, each by its line."""
    text = played.steps["assign too early"].err
    said(played.steps["assign too early"], 4, "I01", "QH2025-035", "没有牵头单位")
    said(played.steps["assign too early"], 4, "I03", "QH2025-015", "相关镇(街道)")
    assert len(re.findall(rf"^{re.escape(str(played.breakdown))}:\d+:\d+  QH2025-", text, re.MULTILINE)) == 2
    assert played.steps["list nothing"].out == "没有符合条件的任务\n"


def test_the_corrected_breakdown_is_placed_whole(played: Day) -> None:
    """After the clerk's two corrections all items are placed, and the first limit is told."""
    assert played.steps["assign"].out == "已交办 44 项。最近的期限:2025-03-06 报送方案(44 项)。\n"


def test_show_tells_what_is_owed_on_a_day(played: Day) -> None:
    """A task shows its parties, its limit, and each duty with the working days that are left."""
    shown = played.steps["show"].out
    assert "已交办 · 牵头 区工信局 · 协办 青禾高新区、区统计局、柳汀镇" in shown
    assert re.search(r"报送方案 +区工信局 +2025-03-06 +还有 9 个工作日", shown)


def test_owed_is_one_units_list(played: Day) -> None:
    """A unit sees its own duties, nearest first, and how many of them are late."""
    lines = played.steps["owed"].out.splitlines()
    assert lines[1].startswith("QH2025-001  报送方案")
    dues = [match[0] for line in lines if (match := re.search(r"\d{4}-\d\d-\d\d", line))]
    assert dues == sorted(dues)
    assert lines[-1].endswith("其中逾期 0 件")


def test_each_act_tells_what_follows(played: Day) -> None:
    """Whoever acts reads where the task now stands and who must do what by when."""
    assert played.steps["plan"].out == "QH2025-001  已交办 → 已报方案\n  督查室应于 2025-03-03 前审定方案\n"
    assert played.steps["start"].out.startswith("QH2025-001  已报方案 → 推进中\n")
    assert played.steps["contribute"].out == "QH2025-001  协办报送 已记录(推进中)\n"
    assert "核实报告" in played.steps["report"].out
    assert "会议纪要 不是这里的文件,只记名称,没有指纹" in played.steps["report"].out


def test_an_act_tells_what_it_changed_beyond_the_state(day: Day) -> None:
    """A new limit and the codes of parts are told at once, not only to who looks for them."""
    told = day.do(
        "2025-12-26", "区科技局", "split", "--pieces", "净增企业|区人社局;研发经费|区统计局", code="QH2025-003"
    )
    assert "子任务:QH2025-003.1、QH2025-003.2" in told.out
    assert (
        day.do("2025-12-26", "区科技局", "ask", "--reason", "缺料", "--until", "2026-03-31", code="QH2025-003").code
        == 0
    )
    told = day.do("2025-12-29", "督查室", "extend", "--until", "2026-01-31", code="QH2025-003")
    assert "办结时限改为 2026-01-31" in told.out


def test_the_clock_tells_what_it_did(played: Day) -> None:
    """Orders and lapses are counted by kind, with some of the tasks."""
    shown = played.steps["tick"].out
    assert shown.startswith("走到 2025-06-26:")
    assert re.search(r"蓝色督查单\(提醒\) +\d+  QH2025-", shown)
    assert re.search(r"逾期 +1  QH2025-017", shown)


def test_board_receipt_and_assessment_fit_together(played: Day) -> None:
    """The published board has a number, the receipt has its total, the assessment names the board."""
    assert "已公布,编号 2025Q2-red-black-1" in played.steps["board"].out
    row = re.search(r"区工信局 +([\d.]+)", played.steps["board"].out)
    assert row is not None
    receipt = played.steps["why"].out
    assert receipt.startswith(f"区工信局 {row[1]} ")
    points = [
        float(n.replace("−", "-").replace("+", "")) for n in re.findall(r"^ +([+−][\d.]+)  ", receipt, re.MULTILINE)
    ]
    assert sum(points) == pytest.approx(float(row[1]))
    assert "依据:2025Q2-red-black-1" in played.steps["assess"].out
    assert (played.folder / "红黑榜.xlsx").read_bytes().startswith(b"PK")
    assert (played.folder / "考核.xlsx").read_bytes().startswith(b"PK")


def test_the_picture_has_the_counts(played: Day) -> None:
    """The lifecycle is drawn as SVG with the numbers of that day."""
    picture = (played.folder / "流程.svg").read_text("utf-8")
    assert picture.startswith("<svg")
    assert "已核实" in picture
    assert "1 项" in picture


def test_goals_and_their_figures_are_shown(played: Day) -> None:
    """A task shows each numeric goal, how far it has come, by when and on whose word; a fall with its reason."""
    at = ("--as-of", "2025-06-21", "--db", played.db)
    shown = run("show", "QH2025-001", *at).out
    assert re.search(r"^  规模以上工业企业 = 18 家\(增量\) +9 +50%  2025-06-25  统计局月报$", shown, re.MULTILINE)
    assert re.search(r"^  总数 >= 146 家 +137  93\.8%  2025-06-25$", shown, re.MULTILINE)
    assert re.search(r"^  平均 +71\.9%$", shown, re.MULTILINE)
    assert "指标完成数:规模以上工业企业 9 家,50%" in played.steps["log"].out
    first = run("show", "QH2025-001", "--json", *at).data["goals"][0]
    assert (first["figure"], first["share"], first["fell"], first["source"]) == ("9", "50", None, "统计局月报")


def test_a_fall_is_shown_with_its_explanation(day: Day) -> None:
    """Who looks at a task sees that a cumulative figure fell, and why."""
    day.do("2025-06-24", "督查室", "resume")
    less = ("--summary", "核减", "--evidence", "名单", "--figures", "规上企业 8家")
    result = day.do("2025-06-25", "区工信局", "report", *less)
    assert (result.code, "累计数不能减少" in result.err, "[A21]" in result.err) == (3, True, True)
    day.do("2025-06-25", "区工信局", "report", *less, "--reason", "一家重复统计")
    shown = day.run("show", "QH2025-001", "--as-of", "2025-06-25").out
    assert "  规模以上工业企业:上次 9,这次 8,说明:一家重复统计" in shown


def test_the_log_keeps_every_act_and_the_replay_agrees(played: Day) -> None:
    """What was done stands in the log in its order, and the whole record folds to what is stored."""
    log = played.steps["log"].out
    acts = [line.split()[3] for line in log.splitlines()[1:] if line[0] != " "]
    assert acts[:6] == ["交办", "报送落实方案", "审定方案", "协办报送", "报告进展", "核实"]
    assert "佐证.txt、会议纪要" in log
    assert played.steps["replay"].out.startswith("44 项、")
    assert "与现状一致" in played.steps["replay"].out


def test_evidence_is_kept_as_a_pointer_with_its_fingerprint(day: Day) -> None:
    """A file is named with its hash, what is no file only by its name; the bytes stay where they are."""
    report = day.run("log", "QH2025-001", "--json").data["events"][4]
    (file, other) = report["data"]["evidence"]
    assert file["title"] == "佐证.txt"
    assert re.fullmatch("[0-9a-f]{64}", file["sha256"])
    assert other == {"title": "会议纪要", "uri": "会议纪要"}
    assert (report["actor"], report["unit"]) == ("工信局", "区工信局")


def test_evidence_that_was_changed_or_lost_is_found(day: Day, tmp_path: Path) -> None:
    """The audit holds each file against the fingerprint that went on record with it."""
    for name in ("甲.txt", "乙.txt"):
        (tmp_path / name).write_text(name, "utf-8")
    report = (
        "--evidence",
        f"{tmp_path / '甲.txt'};{tmp_path / '乙.txt'}",
        "--summary",
        "续报",
        "--figures",
        "总数 200家",
    )
    assert day.do("2025-12-29", "区工信局", "ask", "--reason", "试", "--until", "2026-03-01", *report[:2]).code == 0
    assert "份,都与登记时一样" in day.run("audit", "--evidence", tmp_path).out
    (tmp_path / "甲.txt").write_text("改", "utf-8")
    (tmp_path / "乙.txt").unlink()
    made = day.run("audit", "--evidence", tmp_path, "--json")
    assert (made.code, [one["code"] for one in made.data["broken"]]) == (1, ["G15", "G16"])


def test_a_query_shows_any_day(played: Day) -> None:
    """The same record answers for the day asked, whatever was entered later."""
    states = [
        run("list", "--json", "--unit", "区工信局", "--as-of", on, "--db", played.db).data["tasks"][0]["state_label"]
        for on in ("2025-02-23", "2025-02-24", "2025-03-01", "2025-06-21", "2025-06-30")
    ]
    assert states == ["已交办", "已报方案", "推进中", "已报告", "已核实"]
    assert run("list", "--json", "--as-of", "2025-02-19", "--db", played.db).data == {"tasks": []}
    known = run("list", "--json", "--as-of", "2025-06-30", "--known", "2000-01-01T00:00", "--db", played.db)
    assert known.data == {"tasks": []}


def test_lists_can_be_narrowed(played: Day) -> None:
    """By unit and by state, in words or by name."""

    def codes(*arguments: str) -> list[str]:
        made = run("list", "--json", "--as-of", "2025-06-30", "--db", played.db, *arguments)
        return [task["code"] for task in made.data["tasks"]]

    assert codes("--state", "已核实") == codes("--state", "verified") == ["QH2025-001"]
    assert codes("--unit", "工信局", "--state", "已核实") == ["QH2025-001"]
    assert codes("--unit", "区公安局", "--state", "已核实") == []
    assert len(codes()) == 44


def test_a_leader_finds_the_tasks_he_leads(played: Day) -> None:
    """A leader is in no directory of units; the tasks that name him are his list, and a slip of the pen is none."""
    mine = played.run("list", "--unit", "许见山", "--as-of", "2025-06-30", "--json").data["tasks"]
    assert mine and all("许见山" in task["leader"] for task in mine)
    said(played.run("list", "--unit", "许见川", "--as-of", "2025-06-30"), 5, "U04", "没有“许见川”这个单位")


def test_an_act_may_be_called_what_the_signed_table_calls_it(unchanged: Day) -> None:
    """A clerk types 审定方案 as well as start, and a period in small letters."""
    words = ("do", "QH2025-002", "申请撤销", "--as", "督查室", "--reason", "试", "--day", "2025-12-30", "--dry-run")
    assert "申请撤销" in unchanged.run(*words).out
    assert unchanged.run("board", "red-black", "2025q2", "--json").data["period"] == "2025Q2"


def test_the_same_board_is_recomputed_to_the_byte(day: Day) -> None:
    """A board at a cut is the same document however often, and however late, it is asked for."""
    asked = ("board", "red-black", "2025Q2", "--as-of", "2025-06-30", "--known", "2999-01-01T00:00", "--json")
    first = day.run(*asked).out
    day.do("2025-07-10", "区科技局", "plan", "--milestones", "2025-12-01 甲", "--contact", "李某", code="QH2025-003")
    day.run("tick", "2025-08-01")
    assert day.run(*asked).out == first


def test_a_receipt_of_the_published_is_what_was_published(day: Day) -> None:
    """Without a cut of one's own the frozen document explains itself, with its number and author."""
    receipt = day.run("why", "区工信局", "--board", "red-black", "2025Q2", "--json").data
    assert receipt["number"] == "2025Q2-red-black-1"
    assert receipt["published_by"] == "督查室"
    again = day.run("why", "区工信局", "--board", "red-black", "2025Q2", "--as-of", "2025-06-30", "--json").data
    assert "number" not in again
    assert again["standing"] == receipt["standing"]


# ── settings ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_settings_come_from_the_environment(played: Day, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Database, definitions and district may stand in the environment; the command line has the last word."""
    monkeypatch.setenv("SUPERVISE_DB", str(played.db))
    assert len(run("list", "--as-of", "2025-06-30", "--json").data["tasks"]) == 44
    monkeypatch.setenv("SUPERVISE_DISTRICT", "另一个区")
    said(run("list", "--as-of", "2025-06-30"), 5, "U07", "另一个区", "default")
    assert len(run("list", "--as-of", "2025-06-30", "--json", "--district", "default").data["tasks"]) == 44
    monkeypatch.setenv("SUPERVISE_DEFINITIONS", str(tmp_path / "nowhere"))
    said(run("check"), 5, "F01", "nowhere", "SUPERVISE_DEFINITIONS")
    assert run("check", "--definitions", DEFINITIONS).code == 0


def test_a_folder_of_ones_own_is_found_where_one_works(tmp_path: Path) -> None:
    """``definitions`` in the working folder is used without being named, else the shipped one is."""
    assert run("check", "--json").data["stories"] > 0
    shutil.copytree(DEFINITIONS, tmp_path / "definitions", ignore=shutil.ignore_patterns("stories"))
    assert run("check", "--json").data["stories"] == 0


def test_init_makes_a_database_and_copies_the_definitions(tmp_path: Path) -> None:
    """A fresh folder has all it needs after one command; another run harms nothing, and no folder is overwritten."""
    made = run("init", "--copy", "definitions", "--json").data
    assert made["db"] == "sqlite:///supervise.db"
    assert "definitions/key-work.yaml" in made["copied"]
    assert run("check").code == 0
    assert run("list").out == "没有符合条件的任务\n"
    assert run("init").code == 0
    said(run("init", "--copy", "definitions"), 3, "F06", "不覆盖")


def test_two_districts_share_a_database(day: Day) -> None:
    """The same codes live in two districts, and neither sees the other."""
    placed = day.run("assign", day.breakdown, "--day", "2025-02-20", "--district", "麦垄区")
    assert placed.code == 0
    day.run("do", "QH2025-001", "plan", "--as", "区工信局", "--day", "2025-02-21", "--district", "麦垄区",
            "--milestones", "2025-12-01 甲", "--contact", "乙")  # fmt: skip
    assert len(day.run("log", "QH2025-001", "--district", "麦垄区", "--json").data["events"]) == 2
    assert len(day.run("log", "QH2025-001", "--json").data["events"]) > 5


# ── exit codes, in a real process ───────────────────────────────────────────────────────────────────────────────────


def process(*arguments: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    """``python -m supervise`` as a user starts it."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SUPERVISE_")} | more
    command = [sys.executable, "-m", "supervise", *map(str, arguments)]
    made = subprocess.run(command, capture_output=True, env=environment, check=False)
    out, err = (raw.decode("utf-8", "replace") for raw in (made.stdout, made.stderr))
    return subprocess.CompletedProcess(made.args, made.returncode, out, err)


def test_every_exit_code_is_what_the_system_sees(day: Day, tmp_path: Path) -> None:
    """Done, differing, usage, refused, invalid, not found and stale are told apart by any shell."""
    act = ("QH2025-001", "resume", "--as", "督查室", "--day", "2025-07-01")
    with sqlite3.connect(day.db) as connection:
        connection.execute("update sv_task set state = 'closed' where code = 'QH2025-044'")
    connection.close()
    lines: tuple[tuple[str | Path, ...], ...] = (
        ("list",),
        ("replay", "--verify"),
        ("list", "--nothing"),
        ("do", "QH2025-002", "verify", "--as", "督查室", "--day", "2025-07-01", "--opinion", "好"),
        ("assign", NOTICE),
        ("show", "QH2025-999"),
        ("do", *act, "--seen", "2"),
    )
    seen = [Command(tmp_path, *words, "--db", day.db).ended() for words in lines]
    assert [made.code for made in seen] == [0, 1, 2, 3, 4, 5, 6]
    codes = ["", "X01", "C01", "A01", "Y06", "T01", "S01"]
    for made, code in zip(seen, codes, strict=True):
        assert f"[{code}]" in made.err or not code
        assert "Traceback" not in made.err
        assert bool(made.out) == (not code)


def test_a_reader_who_has_read_enough_is_no_fault(played: Day) -> None:
    """``supervise log … | head`` ends quietly."""
    command = f'"{sys.executable}" -m supervise owed --as-of 2025-06-30 --db "{played.db}"; echo "code $?" >&2'
    made = subprocess.run(["bash", "-c", f"( {command} ) | true"], capture_output=True, text=True, check=False)
    assert made.stderr == "code 0\n"


def test_a_terminal_without_chinese_still_gets_an_answer(played: Day) -> None:
    """Where a character cannot be shown its number is, and nothing fails."""
    made = process("show", "QH2025-001", "--as-of", "2025-03-01", "--db", played.db, PYTHONIOENCODING="latin-1")
    assert made.returncode == 0
    assert "\\u533a\\u5de5\\u4fe1\\u5c40" in made.stdout


LOADING = """
import runpy, sys
class Stopped:
    def find_spec(self, name, path=None, target=None):
        if name == "{module}":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Stopped())
sys.argv = ["supervise", "list", "--db", {db!r}]
runpy.run_module("supervise", run_name="__main__")
"""


@pytest.mark.parametrize("module", ["click", "supervise.office", "supervise.cli.faces"])
def test_an_interrupt_is_no_traceback(played: Day, module: str) -> None:
    """Ctrl-C ends with one line and exit code 130, even while the program is still being loaded."""
    code = LOADING.format(module=module, db=str(played.db))
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (made.returncode, made.stdout) == (130, "")
    assert made.stderr.strip().startswith("已中断") and len(made.stderr.split()) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize(
    ("command", "truth"),
    [("list", "数据没有改动"), ("list --json", "数据没有改动"), ("tick 2025-07-20", "已经入库")],
)
def test_an_answer_that_cannot_be_written_is_said_on_the_other_stream(day: Day, command: str, truth: str) -> None:
    """The message says why, and whether the work was done."""
    before = tables(day.db)["sv_event"]
    line = f'"{sys.executable}" -m supervise {command} --db "{day.db}" > /dev/full'
    made = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert made.returncode == 4
    assert "磁盘满了" in made.stderr and "[F07]" in made.stderr
    assert truth in made.stderr
    assert "Traceback" not in made.stderr
    assert (tables(day.db)["sv_event"] > before) == (truth == "已经入库")


def test_a_closed_output_stops_nothing(day: Day) -> None:
    """A program may start us with no standard output at all."""
    line = f'"{sys.executable}" -m supervise list --db "{day.db}" >&-'
    made = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert (made.returncode, made.stderr) == (0, "")


# ── mistakes on the command line ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("shwo", "没有 shwo 这个命令,是不是 show?"),
        ("list --untis x", "没有 --untis 这个选项,是不是 --unit?"),
        ("list --json=1", "--json 不带值"),
        ("list --unit", "--unit 后面的值没有写全"),
        ("list x", "多写了“x”"),
        ("show", "缺少 编码"),
        ("do A plan", "缺少 --as"),
        ("do A plan extra --as b", "看不懂“extra”;要填的内容应写成 --字段 值"),
        ("do A plan --as b --contact", "--contact 后面没有值"),
        ("do A plan --as b --contact 1 --contact 2", "--contact 写了两次"),
        ("do A plan --as b --catch-up 1 --catch_up 2", "--catch_up 写了两次"),
        ("do A plan --as b --seen x", "--seen:“x”不是数,应写作 3"),
        ("do A plan --as b --day 2021-02-30", "--day:没有 2021年2月30日 这一天"),
        ("assign b.yaml --day 3月1日", "--day:“3月1日”不是日期,应写作 2021-03-25"),
        ("list --as-of 2021-13-01", "--as-of:没有 2021年13月1日 这一天"),
        ("list --as-of 20210-01-01", "--as-of:“20210-01-01”不是日期"),
        ("list --as-of 9999-12-31", "--as-of:“9999-12-31”不是日期能写的年份,应在 1900 到 2999 之间"),
        ("do A plan --as b --contact \udcc7\udce0", "第 7 个词是乱码"),
        ("list --known 昨天", "--known:“昨天”不是时刻,应写作 2021-07-02T09:00"),
        ("tick 2021-02-29", "日期:没有 2021年2月29日 这一天"),
        ("tick --within 十分钟", "“十分钟”不是时长,应写作 90s、10m 或 2h"),
        ("why 区工信局", "请写 --board 榜名 考核期,或 --assess 办法 年份,两者之一"),
        ("why 区工信局 --board red-black", "--board 后面的值没有写全"),
        ("why 区工信局 --board a b --assess c d", "两者之一"),
        ("chart nope", "图表:没有“nope”,可写 ladder、calendar"),
        ("diagram key-work -o a.gif", "文件名应以 .svg、.png、.pdf、.dot、.mmd、.md 或 .json 结尾"),
        ("table key-work -o a.doc", "不会写“a.doc”,文件名应以 .md 或 .xlsx 结尾"),
        ("table --read a.md -o a.xlsx", "文件名应以 .yaml 或 .yml 结尾"),
        ("board red-black 2025Q2 -o a.doc", "不会写“a.doc”,文件名应以 .xlsx 结尾"),
        ("board red-black 2025Q2 -o a", "文件名应以 .xlsx 结尾"),
        ("assess annual 2025 -o a.pdf", "文件名应以 .xlsx 结尾"),
        ("exemptions 2025Q2 -o a.doc", "文件名应以 .xlsx 结尾"),
        ("burden 2025-06 -o a.doc", "文件名应以 .xlsx 结尾"),
        ("compare 2025H1 2025 -o a.doc", "文件名应以 .xlsx 结尾"),
        ("intake a.txt -o a.doc", "文件名应以 .yaml、.yml 或 .xlsx 结尾"),
        ("intake a.txt -o a.yaml --units-out a.xlsx", "文件名应以 .yaml 或 .yml 结尾"),
    ],
)
def test_a_wrong_command_line_is_explained(line: str, words: str) -> None:
    """What is wrong is said in Chinese with the nearest right word, and where to read on; the exit code is 2."""
    result = run(*line.split())
    said(
        result,
        2,
        "C01",
        words,
        f"用法见 supervise {line.split()[0]} --help" if "shwo" not in line else "用法见 supervise",
    )
    assert os.listdir() == []


def test_a_year_nobody_means_is_a_usage_error() -> None:
    """Near the last year that a calendar has, nothing can be reckoned."""
    said(run("calendar", "show", "9999"), 2, "C01", "应在 1900 到 2999 之间,不能是 9999")


def test_a_wrong_command_line_is_json_when_json_is_asked_for() -> None:
    """A program gets one JSON document for every outcome."""
    result = run("list", "--json", "--as-of", "2021-02-30")
    assert (result.code, result.err) == (2, "")
    assert result.data["error"] == "Usage"
    assert result.codes == ["C01"]


def test_no_command_at_all_is_answered_with_help() -> None:
    """Whoever types ``supervise`` alone reads what there is, on standard error, with the code of a usage error."""
    result = run()
    assert (result.code, result.out) == (2, "")
    assert "用法:supervise [选项] 命令" in result.err


# ── refusals ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def unchanged(day: Day) -> Iterator[Day]:
    """A day on which nothing may be left behind."""
    before = tables(day.db)
    yield day
    assert tables(day.db) == before


@pytest.mark.parametrize(
    ("line", "problem", "words"),
    [
        ("QH2025-002 report --as 区工信局 --summary 好", "A01", ["现处于“已交办”", "报送落实方案(plan)"]),
        (
            "QH2025-002 plan --as 区科技局 --milestones 2025-12-01甲 --contact 乙",
            "A02",
            ["应由", "区工信局", "区科技局"],
        ),
        ("QH2025-002 plan --as 区工信局 --milestones 2025-12-01甲", "A03", ["须填“责任人与联系电话”(contact)"]),
        ("QH2025-002 plan --as 区工信局 --milestones 2025-12-01甲 --contact ", "A03", ["contact"]),
        (
            "QH2025-002 plan --as 区工信局 --milestones 2025-12-01甲 --contact 乙 --contct 丙",
            "A08",
            ["“contct”", "是不是 contact"],
        ),
        ("QH2025-002 pln --as 区工信局", "A06", ["没有“pln”这个动作,是不是 plan?"]),
        (
            "QH2025-002 plan --as 区工信局 --milestones 2025-12-01甲 --contact 乙 --day 2025-02-01",
            "A07",
            ["不能倒着办", "2025-06-2"],
        ),
        ("QH2025-001 extend --as 督查室 --until 2026-03-01", "A05", ["现在不能“批准延期”"]),
        ("QH2025-002 ask --as 区工信局 --reason 汛期 --until 2025-02-30", "A04", ["没有 2025年2月30日 这一天"]),
        ("QH2025-002 ask --as 区工信局 --reason 汛期 --until 2025-01-01", "A04", ["早于办理之日"]),
        ("QH2025-002 reassign --as 督查室 --units 区科技局;区某局 --reason 分工", "A04", ["没有“区某局”这个单位"]),
        ("QH2025-002 waive --as 督查室 --duty finsh --reason 汛期", "A04", ["没有“finsh”这项应办", "是不是 finish"]),
    ],
)
def test_a_refusal_says_why_and_what_can_be_done(unchanged: Day, line: str, problem: str, words: list[str]) -> None:
    """An act that cannot be done names every reason, with exit code 3, and changes nothing."""
    arguments = line.split(" ")
    dated = [] if "--day" in arguments else ["--day", "2025-07-01"]
    said(unchanged.run("do", *arguments, *dated), 3, problem, *words)


def test_all_reasons_are_given_at_once(unchanged: Day) -> None:
    """Whoever forgot two fields and misspelt a third reads of all three."""
    made = unchanged.run("do", "QH2025-002", "plan", "--as", "区工信局", "--day", "2025-07-01", "--foo", "1", "--json")
    assert made.code == 3
    assert made.data["error"] == "Refused"
    assert sorted(made.codes) == ["A03", "A03", "A08"]


@pytest.mark.parametrize(
    ("line", "problem", "words"),
    [
        ("show QH2025-99", "T01", ["没有“QH2025-99”这项任务", "是不是 QH2025-0"]),
        ("show QH2025-001 --as-of 2025-01-01", "T01", ["还没有交办", "2025-02-20"]),
        ("log QH2025-99", "T01", ["QH2025-99"]),
        ("log QH2025-001 --district 别区", "U07", ["没有“别区”这个区县", "default", "--district"]),
        ("do QH2025-99 plan --as 区工信局", "T01", ["QH2025-99"]),
        ("do QH2025-002 plan --as 区工息局", "U04", ["没有“区工息局”这个单位,是不是 区工信局?"]),
        ("owed 区工息局", "U04", ["是不是 区工信局"]),
        ("list --unit 区工息局", "U04", ["是不是 区工信局"]),
        ("board red-blck 2025Q2", "F02", ["没有“red-blck”这个办法,是不是 red-black?"]),
        ("board three-colour-orders 2025Q2", "F02", ["three-colour-orders"]),
        ("assess anual 2025", "F02", ["是不是 annual"]),
        ("diagram key-wrk", "F02", ["没有“key-wrk”这个流程,是不是 key-work?"]),
        ("board xx 2025Q2", "F02", ["没有“xx”这个办法,可用的有:red-black  [F02]"]),
        ("board xx@1 2025Q2", "F02", ["没有“xx@1”这个办法,可用的有:red-black@1  [F02]"]),
        ("diff key-work@2 xx", "F02", ["没有“xx”这个流程或办法", "有哪些,见 supervise check"]),
        ("simulate xx", "F02", ["没有“xx”这个故事", "有哪些"]),
        ("list --state xx", "T05", ["没有“xx”这个状态", "有哪些,见 supervise list"]),
        ("why 区工息局 --board red-black 2025Q2", "U05", ["没有“区工息局”,是不是 区工信局?"]),
    ],
)
def test_what_is_not_there_is_answered_with_the_nearest(played: Day, line: str, problem: str, words: list[str]) -> None:
    """An unknown task, unit, board or lifecycle is named, with the one most like it, and exit code 5."""
    said(run(*line.split(), "--db", played.db), 5, problem, *words)


@pytest.mark.parametrize(
    "line", ["board red-black 2025Q5", "board red-black 2025", "assess annual 2025Q1", "assess annual 二五"]
)
def test_a_period_that_cannot_be_is_refused(played: Day, line: str) -> None:
    """A period that does not exist or is of another kind is refused by name."""
    said(run(*line.split(), "--db", played.db), 4, "P01", line.split()[-1])


def test_a_period_that_is_not_over_cannot_be_published(unchanged: Day) -> None:
    """What is published must be final; looking is allowed."""
    asked = ("board", "red-black", "2025Q3", "--as-of", "2025-07-10")
    assert unchanged.run(*asked).code == 0
    said(unchanged.run(*asked, "--publish"), 3, "P02", "还没有过完")


def test_a_code_is_placed_once(unchanged: Day) -> None:
    """Assigning the same breakdown again is refused as a whole."""
    said(unchanged.run("assign", unchanged.breakdown, "--day", "2025-02-20"), 3, "T02", "QH2025-001", "44 项", "--skip")


def test_a_key_makes_a_retry_harmless(day: Day) -> None:
    """The same key again gives the first result; on another act it is refused."""
    act = ("do", "QH2025-001", "resume", "--as", "督查室", "--day", "2025-07-01", "--key", "k1")
    first = day.run(*act, "--json")
    rows = tables(day.db)
    assert day.run(*act, "--json").data["version"] == first.data["version"]
    said(day.run("do", "QH2025-001", "inspect", "--as", "督查室", "--opinion", "好", "--key", "k1"), 3, "A10", "k1")
    assert tables(day.db) == rows


def test_values_may_begin_with_a_dash(day: Day) -> None:
    """What a clerk writes is taken as it is, even if it looks like an option."""
    made = day.run("do", "QH2025-001", "inspect", "--as", "督查室", "--day", "2025-07-01", "--opinion", "-h 已看")
    assert made.code == 0
    assert day.run("log", "QH2025-001", "--json").data["events"][-1]["data"] == {"opinion": "-h 已看"}


# ── files ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_misspelt_action_in_a_definition_is_found_by_check_and_stops_work(day: Day, tmp_path: Path) -> None:
    """File, line, column and nearest name are said; nothing else is done with such a folder."""
    shutil.copytree(DEFINITIONS, tmp_path / "mine")
    file = tmp_path / "mine" / "key-work.yaml"
    text = file.read_text("utf-8")
    assert text.count("met_by: [start, revise]") == 1
    file.write_text(text.replace("met_by: [start, revise]", "met_by: [strat, revise]"), "utf-8")
    head, _, _ = text.partition("start, revise]")
    line, column = head.count("\n") + 1, len(head) - head.rindex("\n")
    result = run("check", "--definitions", "mine")
    assert result.code == 4
    assert result.out.endswith("1 处问题\n")
    said_at = f"mine/key-work.yaml:{line}:{column}  duties.approval.met_by"
    assert result.err == f"{said_at}  没有“strat”这个动作,是不是 start?  [D07]\n"
    before = tables(day.db)
    for command in (["list"], ["tick", "2025-07-01"], ["do", "QH2025-001", "resume", "--as", "督查室"]):
        said(run(*command, "--db", day.db, "--definitions", "mine"), 4, "D07", f"key-work.yaml:{line}:{column}")
    assert tables(day.db) == before


def test_ones_own_folder_may_be_named(tmp_path: Path) -> None:
    """``check definitions`` is ``check`` where that is the folder in use, not a second copy of everything."""
    assert run("init", "--copy", "definitions", "--db", tmp_path / "x.db").code == 0
    assert run("check", "definitions").code == 0


def test_a_story_that_does_not_come_out_is_a_problem(tmp_path: Path) -> None:
    """``check`` plays the stories and ends with 4 where one tells another outcome."""
    shutil.copytree(DEFINITIONS, tmp_path / "mine")
    story = tmp_path / "mine" / "stories" / "late-plan.yaml"
    text = story.read_text("utf-8")
    told = re.search(r"state: (\w+)", text)
    assert told is not None
    assert told[1] != "closed"
    story.write_text(text.replace(told[0], "state: closed", 1), "utf-8")
    result = run("check", "--definitions", "mine")
    assert result.code == 4
    assert re.search(r"^mine/stories/late-plan\.yaml:\d+:\d+ .*\[E03\]$", result.err, re.MULTILINE)


@pytest.fixture
def breakdown(tmp_path: Path) -> Path:
    """A corrected breakdown that could be placed."""
    file = tmp_path / "分解.yaml"
    run("intake", NOTICE, "--code", "QH2025", "-o", file)
    correct(file)
    return file


@pytest.mark.parametrize(
    ("old", "new", "code", "problem", "words"),
    [
        ("- 区科技局\n", "- 区科枝局\n", 4, "I18", ["单位目录里没有“区科枝局”,是不是 区科技局?"]),
        ("due: '2025-12-31'", "due: 2025-02-30", 4, "Y06", ["没有这个日期:2025-02-30"]),
        ("due: '2025-12-31'", "due: 2025-02-21", 4, "T04", ["2025-02-21 不晚于交办之日 2025-03-01"]),
        ("  text: ", "  txet: ", 4, "Y04", ["没有“txet”这个键,是不是 text?"]),
        ("code: QH2025-002", "code: QH2025-001", 4, "I15", ["与第 1 项重复"]),
        ("workflow: key-work", "workflow: key-wrok", 5, "F02", ["是不是 key-work"]),
        ("tasks:\n", "tasks: [\n", 4, "Y01", ["YAML 写法有误"]),
    ],
)
def test_a_wrong_breakdown_is_placed_not_even_in_part(
    breakdown: Path, old: str, new: str, code: int, problem: str, words: list[str]
) -> None:
    """One wrong word in a breakdown keeps everything out, and is found at its line."""
    text = breakdown.read_text("utf-8")
    assert old in text
    breakdown.write_text(text.replace(old, new, 1), "utf-8")
    result = run("assign", breakdown, "--day", "2025-03-01", "--db", "a.db")
    said(result, code, problem, *words)
    if problem[0] in "IY":
        assert re.search(rf"{re.escape(str(breakdown))}:\d+:\d+ ", result.err)
    assert not Path("a.db").exists() or tables(Path("a.db"))["sv_task"] == 0


def test_an_item_can_be_skipped_by_name_only(breakdown: Path) -> None:
    """``--skip`` leaves out what it names, and a name the breakdown lacks is refused."""
    said(run("assign", breakdown, "--day", "2025-03-01", "--skip", "QH2025-99"), 4, "T03", "QH2025-99", "是不是")
    made = run("assign", breakdown, "--day", "2025-03-01", "--skip", "QH2025-002", "--json").data
    assert made["skipped"] == ["QH2025-002"]
    assert len(made["placed"]) == 43


def test_a_unit_file_with_a_day_that_does_not_exist_stops_work(tmp_path: Path) -> None:
    """The line of the units file is said, and no notice is read with half a directory."""
    shutil.copytree(DEFINITIONS, tmp_path / "definitions")
    units = tmp_path / "definitions" / "units.yaml"
    text = units.read_text("utf-8")
    units.write_text(text.replace("until: 2025-06-30", "until: 2025-06-31"), "utf-8")
    line = text[: text.index("until: 2025-06-30")].count("\n") + 1
    said(run("intake", NOTICE), 4, "Y06", f"definitions/units.yaml:{line}", "没有这个日期:2025-06-31")
    assert run("check", "--json").data["problems"][0]["line"] == line


@pytest.mark.parametrize(
    ("content", "code", "problem", "words"),
    [
        (b"", 4, "I20", ["通知是空的"]),
        (" \n\u3000\n".encode(), 4, "I20", ["通知是空的"]),
        (b"\x89PNG\r\n\x1a\n\0\0\xff\xfe", 4, "K03", ["图片"]),
        (b"\xff\xff\x80\x80" * 100, 4, "F03", ["不是文本文件"]),
        (b"text\0text", 4, "I21", ["不是文本文件"]),
        (b"a" * 20_000_000, 4, "I22", ["拆成单份通知"]),
        (None, 5, "F01", ["没有这个文件"]),
    ],
)  # fmt: skip
def test_a_notice_that_is_none_is_refused(content: bytes | None, code: int, problem: str, words: list[str]) -> None:
    """Empty, binary, enormous and missing notices are told apart, and nothing is written."""
    if content is not None:
        Path("n.txt").write_bytes(content)
    said(run("intake", "n.txt", "-o", "b.yaml", "--units-out", "u.yaml"), code, problem, "n.txt", *words)
    assert os.listdir() == ([] if content is None else ["n.txt"])


def test_a_notice_of_one_endless_line_is_refused_at_once() -> None:
    """Twenty million bytes of Chinese without a line end are no notice, and the message says what to do."""
    Path("n.txt").write_text("督" * 7_000_000, "utf-8")
    result = run("intake", "n.txt", "--json")
    assert result.code == 4
    assert result.codes == ["I22"]


def test_a_notice_saved_by_an_office_reads_the_same() -> None:
    """GB18030 and a byte order mark change nothing."""
    text = NOTICE.read_text("utf-8")
    made = []
    for name, raw in (("a", text.encode()), ("b", text.encode("gb18030")), ("c", b"\xef\xbb\xbf" + text.encode())):
        Path(name).mkdir()
        Path(name, "n.txt").write_bytes(raw)
        answer = run("intake", f"{name}/n.txt", "--json").data
        made.append({**answer, "document": {**answer["document"], "file": ""}})
    assert made[0] == made[1] == made[2]
    assert len(made[0]["tasks"]) == 44


def test_intake_json_is_one_document_with_every_doubt() -> None:
    """With ``--json`` standard output is one document, also when a file is written, and it has all that is doubtful."""
    alone, beside = (
        run("intake", NOTICE, "--json"),
        run("intake", NOTICE, "--json", "-o", "b.yaml", "--units-out", "u.yaml"),
    )
    assert alone.data == beside.data
    assert alone.err == beside.err == ""
    assert alone.data.keys() == {"document", "sections", "tasks", "problems"}
    printed = run("intake", NOTICE)
    listed = re.findall(r"  ([A-Z]\d\d)$", printed.err, re.MULTILINE)
    assert sorted(listed) == sorted(alone.codes)
    assert {p["task"] for p in alone.data["problems"]} == {"1", "8", "15", "25", "35"}
    assert printed.out.rstrip("\n") == Path("b.yaml").read_text("utf-8").rstrip("\n")
    assert Path("u.yaml").read_text("utf-8").startswith("# 单位目录草稿")


@pytest.mark.parametrize(
    "line",
    [
        "intake {notice} -o nowhere/b.yaml",
        "intake {notice} -o .",
        "intake {notice} -o b.yaml --units-out nowhere/u.yaml",
        "intake {notice} -o nowhere/b.yaml --units-out u.yaml",
        "diagram key-work -o nowhere/a.svg",
        "board red-black 2025Q2 --as-of 2025-06-30 -o nowhere/a.xlsx --db {db}",
        "board red-black 2025Q2 --as-of 2025-06-30 --publish -o nowhere/a.xlsx --db {db}",
        "assess annual 2025 --as-of 2025-12-31 --publish --over 汇总 -o nowhere/a.xlsx --db {db}",
        "init --copy nowhere.txt/definitions --db {db}",
    ],
)
def test_a_file_that_cannot_be_written_undoes_everything(unchanged: Day, line: str) -> None:
    """The path and the reason are said, nothing is published, and no other file is left."""
    Path("nowhere.txt").write_text("x", "utf-8")
    before = sorted(os.listdir())
    arguments = [word.format(notice=NOTICE, db=unchanged.db) for word in line.split()]
    said(run(*arguments), 4, "F07", "写不了")
    assert sorted(os.listdir()) == before


def test_a_file_appears_whole_or_not_at_all(day: Day) -> None:
    """A refused publication leaves the file of the last one as it was."""
    Path("a.xlsx").write_bytes(b"before")
    day.run("board", "red-black", "2025Q3", "--as-of", "2025-07-10", "--publish", "-o", "a.xlsx")
    assert Path("a.xlsx").read_bytes() == b"before"
    assert day.run("board", "red-black", "2025Q2", "--as-of", "2025-06-30", "-o", "a.xlsx").code == 0
    assert Path("a.xlsx").read_bytes().startswith(b"PK")
    assert sorted(os.listdir()) == ["a.xlsx", "day"]


# ── databases ───────────────────────────────────────────────────────────────────────────────────────────────────────


def text_file() -> str:
    """A text under the name of a database."""
    Path("x.db").write_text("这不是数据库\n" * 100, "utf-8")
    return "x.db"


def foreign() -> str:
    """Another program's SQLite file."""
    with sqlite3.connect("x.db") as connection:
        connection.execute("create table users (id integer)")
        connection.execute("insert into users values (1)")
    connection.close()
    return "x.db"


def folder() -> str:
    """A folder under the name of a database."""
    Path("x.db").mkdir()
    return "x.db"


READS = (["list"], ["owed"], ["show", "A"], ["tick", "2025-01-01"], ["replay"], ["do", "A", "plan", "--as", "督查室"])


@pytest.mark.parametrize(
    ("make", "reading", "writing"),
    [
        (text_file, (4, "B02", "打不开数据库"), (4, "B02", "打不开数据库")),
        (foreign, (5, "B01", "还没有 supervise 的表"), (4, "B02", "里面有别的表(users")),
        (folder, (5, "B01", "x.db 是文件夹"), (4, "B02", "打不开数据库")),
        (lambda: "x.db", (5, "B01", "没有数据库文件 x.db"), None),
    ],
    ids=["text", "foreign", "folder", "missing"],
)
def test_a_database_that_is_not_ours_is_left_alone(breakdown: Path, make, reading, writing) -> None:  # type: ignore[no-untyped-def]
    """What is no database of ours is named, and neither read, nor made, nor changed."""
    db = Path(make())
    before = db.read_bytes() if db.is_file() else None
    for command in READS:
        said(run(*command, "--db", db), *reading)
    if writing:
        for command in (["init"], ["assign", str(breakdown), "--day", "2025-03-01"]):
            said(run(*command, "--db", db), *writing)
    assert (db.read_bytes() if db.is_file() else None) == before


def test_ours_can_stand_beside_theirs_when_asked(breakdown: Path) -> None:
    """``init --beside`` makes our tables in another program's database, and touches none of its rows."""
    db = Path(foreign())
    assert run("init", "--beside", "--db", db).code == 0
    assert run("assign", breakdown, "--day", "2025-03-01", "--db", db).code == 0
    assert tables(db)["users"] == 1
    assert tables(db)["sv_task"] == 44


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql+psycopg://sv:geheim@127.0.0.1:1/oa", ["B02"]),
        ("postgresql+nothing://127.0.0.1/oa", ["看不懂数据库地址"]),
        ("oracle://127.0.0.1/oa", ["缺少数据库驱动"]),
        ("nothing://x", ["看不懂数据库地址", "sqlite:///"]),
        ("://", ["看不懂数据库地址"]),
    ],
)
def test_a_server_that_does_not_answer_is_a_message(url: str, words: list[str]) -> None:
    """A driver that is not there, a server that is not there, an address that is none: said, and no password shown."""
    result = run("list", "--db", url)
    said(result, 4, "B02", *words)
    assert "geheim" not in result.err


def test_what_is_kept_where_nobody_may_write_can_still_be_looked_at(
    played: Day, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Evidence on a read-only disc is listed and audited; an act on it is refused, and nothing is laid beside it."""
    with sqlite3.connect(played.db) as connection, sqlite3.connect(tmp_path / "青禾.db") as copy:
        connection.backup(copy)
    connection.close()
    copy.close()
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)  # whoever runs the tests may write anywhere
    kept = Day(tmp_path)
    assert kept.run("list", "--as-of", "2025-03-03").code == 0
    assert kept.run("audit").code == 0
    told = kept.run("do", "QH2025-002", "drop", "--as", "督查室", "--reason", "试", "--day", "2025-12-30")
    said(told, 4, "B05", "数据库是只读的,没有入库")
    assert [path.name for path in tmp_path.iterdir()] == ["青禾.db"]


def test_a_damaged_database_changes_nothing_and_says_so(day: Day) -> None:
    """A table that somebody took away is named, with what shows the rest; the transaction is undone."""
    with sqlite3.connect(day.db) as connection:
        connection.execute("drop table sv_outbox")
    connection.close()
    before = tables(day.db)
    act = (
        "do",
        "QH2025-002",
        "plan",
        "--as",
        "区工信局",
        "--day",
        "2025-07-01",
        "--milestones",
        "2025-12-01 甲",
        "--contact",
        "乙",
    )
    said(day.run(*act), 5, "B01", "没有 supervise 的表 sv_outbox", "supervise db check")
    assert tables(day.db) == before
    said(day.run("db", "check"), 4, "B03", "缺表:sv_outbox")


def test_an_old_layout_is_upgraded_not_mended() -> None:
    """The check of an old layout says so and nothing else: what it lacks, nobody has taken out."""
    with sqlite3.connect("old.db") as connection:
        connection.executescript((ROOT / "tests" / "fixtures" / "layout-0001.sql").read_text("utf-8"))
    connection.close()
    made = run("db", "check", "--db", "old.db")
    said(made, 4, "B02", "版式是 0001", "supervise db upgrade")
    assert "B03" not in made.err
    assert run("db", "upgrade", "--db", "old.db").code == 0
    assert run("db", "check", "--db", "old.db").code == 0


def test_a_changed_record_is_found_by_the_replay(day: Day) -> None:
    """Rows that were altered behind our back are named, and the exit code is 1."""
    with sqlite3.connect(day.db) as connection:
        connection.execute("update sv_task set text = '改过' where code = 'QH2025-007'")
        connection.execute("delete from sv_duty where task = 'QH2025-009' and ref = 'finish'")
    connection.close()
    result = day.run("replay", "--verify")
    said(result, 1, "X01", "QH2025-007", "text")
    said(result, 1, "X02", "QH2025-009")
    assert day.run("replay", "--verify", "--json").data["error"] == "Diverged"
    assert day.run("replay").code == 0


def test_a_changed_law_needs_a_new_version(day: Day, tmp_path: Path) -> None:
    """A lifecycle that tasks live under cannot be edited in place."""
    shutil.copytree(DEFINITIONS, tmp_path / "definitions")
    file = tmp_path / "definitions" / "key-work.yaml"
    file.write_text(file.read_text("utf-8").replace("label: 报送落实方案", "label: 报送方案书"), "utf-8")
    said(run("list", "--as-of", "2025-06-30", "--db", day.db), 4, "L01", "key-work@2", "升版本号")


def test_json_is_readable_by_any_program(played: Day) -> None:
    """Chinese stays Chinese, and there is nothing around the document."""
    text = run("show", "QH2025-001", "--as-of", "2025-06-30", "--db", played.db, "--json").out
    assert "区工信局" in text
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=1) + "\n"


def test_a_changed_event_is_found_by_the_audit_and_kept_out_of_a_restore(day: Day) -> None:
    """The audit names the event and ends with 1, so does the exported checker, and the export is not restored."""
    assert "都对得上" in day.run("audit").out
    with sqlite3.connect(day.db) as connection:
        connection.execute("update sv_event set day = '2025-02-21' where task = 'QH2025-007' and seq = 1")
    connection.close()
    result = day.run("audit")
    assert (result.code, result.err) == (1, "")
    assert "QH2025-007  第 1 条办理记录被改动过  [G01]" in result.out
    assert day.run("export", day.folder / "导出").code == 0
    checked = subprocess.run(
        [sys.executable, "-I", day.folder / "导出" / "check.py"], capture_output=True, text=True, encoding="utf-8"
    )
    assert checked.returncode == 1 and "QH2025-007  第 1 条办理记录被改动过  [G01]" in checked.stdout
    said(run("restore", day.folder / "导出", "--db", day.folder / "新.db"), 4, "G01", "QH2025-007", "check.py")


def test_the_seal_is_printed_with_what_is_published_and_can_be_looked_up(played: Day) -> None:
    """The footer of a published board shows number and hash of its seal, and the audit finds it by its beginning."""
    out = played.steps["board"].out
    match = re.search(r"封存第 (\d+) 号 · (sha256:[0-9a-f]{64})", out)
    assert match is not None
    assert played.run("audit", "--printed", match[2][:20]).code == 0
    assert played.run("audit", "--printed", "sha256:0000000000000000").code == 1
