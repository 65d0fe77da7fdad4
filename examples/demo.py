"""`make demo`: a whole year of supervision on one notice, from intake to the annual assessment.

    python examples/demo.py --out out [--notice PATH]

Everything lands in the output folder: breakdown, four boards and the assessment as text, JSON and xlsx, receipts, and
the lifecycle with its counts at mid-year. Without --notice it is our own sample; with it, units are taken from the
notice itself.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session, sessionmaker
from year import OFFICE, Clock, Year, number

from supervise import Cut, Invalid, Office, Refused, SuperviseError, Task
from supervise.cli import faces
from supervise.dates import periods_of
from supervise.intake import breakdown as breakdowns
from supervise.intake.breakdown import Breakdown
from supervise.intake.gold import as_gold
from supervise.intake.notice import Notice
from supervise.intake.notice import read as read_notice
from supervise.intake.units import draft_units
from supervise.papers.exports import workbook
from supervise.papers.worksheet import breakdown as breakdown_workbook
from supervise.site.folder import shipped
from supervise.site.texts import read_text
from supervise.store.database import open_database

HERE = Path(__file__).parent


def say(text: str = "") -> None:
    """One line of the story."""
    click.echo(text)


class Demo:
    """The story, chapter by chapter.

    Args:
        notice: path of the notice.
        out: folder for everything that comes of it; emptied first.
    """

    def __init__(self, notice: Path, out: Path) -> None:
        self.path, self.out = notice, out
        self.own = notice == HERE / "notice.txt"
        out.mkdir(parents=True, exist_ok=True)
        self.db = out / "supervise.db"
        self.db.unlink(missing_ok=True)

    def write(self, name: str, content: str | bytes) -> None:
        """One file of the output."""
        raw = content.encode() if isinstance(content, str) else content
        (self.out / name).write_bytes(raw)

    def keep(self, name: str, body: dict[str, Any], text: str) -> None:
        """A result as text, JSON and workbook."""
        self.write(f"{name}.txt", text + "\n")
        self.write(f"{name}.json", json.dumps(body, ensure_ascii=False, indent=1) + "\n")
        self.write(f"{name}.xlsx", workbook(body))

    def definitions(self, notice: Notice) -> Path:
        """The shipped definitions, with a unit directory drafted from the notice unless it is our own."""
        folder = self.out / "definitions"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(shipped(), folder)
        if not self.own:
            (folder / "units.yaml").write_text(draft_units(notice), encoding="utf-8")
        return folder

    def play(self) -> None:
        """The whole story."""
        text = read_text(self.path)
        notice = read_notice(text, self.path.name)
        year = notice.plan_year or date.today().year
        day = date.fromisoformat(notice.issued) if notice.issued else date(year, 3, 20)
        day = max(day, date(year, 1, 4))
        self.clock = Clock(day)
        self.office = Office(self.definitions(notice), now=self.clock.now, today=self.clock.today)
        sessions = open_database(f"sqlite:///{self.db}", create=True)
        notice, made = self.office.intake(text, self.path.name, f"D{year}")
        self._intake(notice, made)
        placed = self._assign(sessions, made, year)
        self._year(sessions, placed, year)
        self._assess(sessions, year)
        self._proof(sessions)

    def _intake(self, notice: Notice, made: Breakdown) -> None:
        say(f"一、读通知   {notice.title or self.path.name}")
        say(f"   {len(made.tasks)} 项任务,待核 {len(made.problems)} 处")
        for doubt in made.problems[:6]:
            say(f"     {self.path.name}:{doubt.lines or '-'}  {doubt.task}  {doubt.text}")
        self.write("breakdown.yaml", breakdowns.to_yaml(made))
        self.write("breakdown.json", json.dumps(as_gold(notice), ensure_ascii=False, indent=1) + "\n")
        self.write("breakdown.xlsx", breakdown_workbook(made))

    def _assign(self, sessions: sessionmaker[Session], made: Breakdown, year: int) -> tuple[Task, ...]:
        say("\n二、交办")
        made = made.model_copy(update={"due": made.due or date(year, 12, 31)})
        day = self.clock.day + timedelta(days=1)
        self.clock.day = day
        try:
            with sessions.begin() as session:
                return self._placed(self.office.assign(session, made, OFFICE, day), day)
        except Invalid as error:
            say(f"   全部未交办,有 {len(error.problems)} 处要先定:")
            for problem in error.problems[:8]:
                say(f"     {problem.task}  {problem.text}")
            made = corrected(made, error, self.office)
            self.write("breakdown.corrected.yaml", breakdowns.to_yaml(made))
            say("   督查室逐处改定(见 breakdown.corrected.yaml),再交办:")
        with sessions.begin() as session:
            return self._placed(self.office.assign(session, made, OFFICE, day), day)

    def _placed(self, tasks: tuple[Task, ...], day: date) -> tuple[Task, ...]:
        units = {unit for task in tasks for unit in (*task.lead, *task.co)}
        say(f"   {day} 交办 {len(tasks)} 项,涉及 {len(units)} 个单位")
        return tasks

    def _year(self, sessions: sessionmaker[Session], placed: tuple[Task, ...], year: int) -> None:
        say("\n三、办理、到点、上榜")
        self.life = Year(self.office, sessions, self.clock, placed)
        quarters = periods_of(year, "quarter")
        closing = {self.office.calendar.add_workdays(quarter.end, 10): quarter.name for quarter in quarters}
        start, last = self.clock.day, self.office.calendar.add_workdays(date(year, 12, 31), 15)
        days = self.life.until(last)
        with click.progressbar(length=(last - start).days, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
            for day in days:
                bar.update(1)
                if day in closing:
                    self._quarter(sessions, closing[day])
                if day == quarters[1].end:
                    self._picture(sessions, day)
        done, letters = self.life.done, self.life.letters
        say(f"   全年办理 {sum(done.values())} 次,系统记逾期 {letters['lapse']} 次,拦下 {len(self.life.refused)} 次")
        say("   督查单:" + "、".join(f"{name} {letters[name]}" for name in ("blue", "orange", "red")))
        if self.life.refused:
            say("   拦下的一例:" + str(self.life.refused[0].problems[0]).replace("\n", "\n     "))

    def _quarter(self, sessions: sessionmaker[Session], period: str) -> None:
        with sessions.begin() as session:
            body = self.office.board(session, "red-black", period)
            made = self.office.publish(session, body, OFFICE)
        body |= {"number": made.number, "published_by": made.published_by}
        body["published_at"] = made.published_at.isoformat()
        self.keep(f"board-{period}", body, faces.board(body))
        red = [row["unit"] for row in body["standings"] if row["list"] == "red"]
        black = [row["unit"] for row in body["standings"] if row["list"] == "black"]
        say(f"   {made.number}  红榜 {_some(red)}  黑榜 {_some(black)}")

    def _picture(self, sessions: sessionmaker[Session], day: date) -> None:
        with sessions() as session:
            numbers = self.office.traffic(session, "key-work", Cut(day))
        for form in ("svg", "png"):
            try:
                self.write(f"key-work-{day}.{form}", self.office.diagram("key-work", form, numbers, day))
            except Refused as error:
                say(f"   没画 {form}:{error.problems[0].text};{error.problems[0].help}")

    def _assess(self, sessions: sessionmaker[Session], year: int) -> None:
        say("\n四、年度考核")
        with sessions.begin() as session:
            for unit in self.office.directory.units(date(year, 12, 31)):
                if unit.group != "office":
                    value = 80 + number(unit.name + "领导评价", 18)
                    self.office.mark(session, unit.name, "leader", date(year, 12, 30), value, OFFICE)
            body = self.office.assess(session, "annual", str(year))
            made = self.office.publish(session, body, OFFICE, over="按期汇总,未了事项转下年")
        body |= {"number": made.number, "published_by": made.published_by}
        body["published_at"] = made.published_at.isoformat()
        self.keep(f"assessment-{year}", body, faces.assessment(body))
        ranked = sorted(body["standings"], key=lambda row: -float(row["score"]))
        say(f"   {len(ranked)} 个单位;优秀 {sum(row['grade'] == '优秀' for row in ranked)} 个")
        for row, name in ((ranked[0], "best"), (ranked[-1], "worst")):
            self._why(sessions, body, row["unit"], name, f"{year}Q2")

    def _why(self, sessions: sessionmaker[Session], body: dict[str, Any], unit: str, name: str, period: str) -> None:
        receipt = faces.why(self.office.why(body, unit), self.office.calendar)
        with sessions() as session:
            board = self.office.published(session, "red-black", period)
        if board is not None and any(row["unit"] == unit for row in board["standings"]):
            receipt += "\n\n" + faces.why(self.office.why(board, unit), self.office.calendar)
        self.write(f"why-{name}.txt", receipt + "\n")
        say(f"\n   {'最好' if name == 'best' else '最差'}的单位,分是这样来的(why-{name}.txt):")
        say("\n".join("   " + line for line in receipt.splitlines()[:22]))

    def _proof(self, sessions: sessionmaker[Session]) -> None:
        with sessions() as session:
            made = self.office.replay(session)
        say(f"\n五、核对   {made.tasks} 项、{made.events} 条记录、{made.duties} 件应办重放一遍,与现状一致")


def corrected(made: Breakdown, error: Invalid, office: Office) -> Breakdown:
    """What a clerk would do with what was refused: name a lead, and take out names that stand for nobody."""
    tasks, last = [], ""
    for draft in made.tasks:
        unknown = {p.text.split("”")[0].lstrip("“") for p in error.problems if p.task == draft.code}
        lead = tuple(name for name in draft.lead if name not in unknown)
        co = tuple(name for name in draft.co if name not in unknown)
        if not lead:
            lead = co[:1] or ((last,) if last else ())
            say(f"     {draft.code}:指定 {'、'.join(lead)} 牵头")
        last = lead[0]
        due = draft.due if draft.due is None or draft.due > office.today() else made.due
        tasks.append(draft.model_copy(update={"lead": lead, "co": co, "due": due}))
    return made.model_copy(update={"tasks": tuple(tasks), "problems": ()})


def _some(names: list[str], most: int = 4) -> str:
    return ("、".join(names[:most]) + (f" 等 {len(names)} 个" if len(names) > most else "")) or "空缺"


def main() -> None:
    """Parse the arguments, play, and say how long it took."""
    parser = argparse.ArgumentParser(description="一份通知的一年")
    parser.add_argument("--out", default="out")
    parser.add_argument("--notice", default=str(HERE / "notice.txt"))
    given = parser.parse_args()
    started = time.monotonic()
    try:
        Demo(Path(given.notice), Path(given.out)).play()
    except SuperviseError as error:
        sys.exit("\n".join(str(problem) for problem in error.problems[:20]))
    say(f"\n用时 {time.monotonic() - started:.1f} 秒。全部结果在 {given.out}/ 里")


if __name__ == "__main__":
    main()
