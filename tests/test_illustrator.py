"""Numbers, ways, differences and reviews as the hall draws them from the record."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from statistics import median

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from supervise import Cut, Office
from supervise.errors import Invalid, Unknown
from supervise.hall.illustrator import render
from supervise.store.tables import of
from supervise.workflows import walk
from supervise.workflows.traffic import Way, traffic
from tests.acting import an_office, history, placed
from tests.histories import FOLDER, LAW, _steps, played, script
from tests.servers import installed

DAY = date(2025, 12, 31)
TEXT = FOLDER.definitions[FOLDER.newest["key-work"].name].text


@pytest.fixture(scope="module")
def office() -> Office:
    """An office on the last day of the year."""
    return an_office(DAY)


@pytest.fixture(scope="module")
def session(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """A record with a long life, a short one, and twelve tasks on which nothing was done."""
    with installed("sqlite", tmp_path_factory.mktemp("pictures")) as engine:
        assert isinstance(engine, Engine)
        placed(office, engine, *(f"T{n}" for n in range(1, 13)))
        with sessionmaker(engine).begin() as writing:
            for act in history():
                if act.day is not None and act.day <= DAY:
                    office.advance(writing, act.code, act.action, act.by, act.day, **dict(act.data))
            office.tick(writing, DAY)
        with sessionmaker(engine)() as reading:
            yield reading


def test_the_numbers_are_those_of_a_query(office: Office, session: Session) -> None:
    """Tasks in each state and steps along each arrow are what the tables say when asked in SQL."""
    found, tables = office.traffic(session, "key-work", Cut(DAY)), of(session)
    rows = session.execute(select(tables.task.c.state, func.count()).group_by(tables.task.c.state))
    assert {state: n for state, n in found.tasks.items() if n} == {row[0]: row[1] for row in rows}
    event = tables.event.c
    asked = select(event.action, event.source, event.target, func.count()).where(event.source != "")
    steps = session.execute(asked.group_by(event.action, event.source, event.target))
    assert {way: len(days) for way, days in found.ways.items()} == {Way(*row[:3]): row[3] for row in steps}
    assert sum(map(len, found.ways.values())) > 20


def test_the_numbers_are_those_of_a_day(office: Office, session: Session) -> None:
    """At an earlier day there are the tasks and steps of that day, and no later ones."""
    early = office.traffic(session, "key-work", Cut(date(2025, 3, 6)))
    assert early.tasks["assigned"] == 12 and sum(early.tasks.values()) == 12
    assert {way.action: len(days) for way, days in early.ways.items()} == {"plan": 1, "revise": 1}
    (before,) = early.ways[Way("plan", "assigned", "planned")]
    assert before == office.calendar.workdays_between(date(2025, 3, 3), date(2025, 3, 5))


def test_the_numbers_can_be_those_of_one_unit_or_document(office: Office, session: Session) -> None:
    """A filter leaves only the tasks in which the unit has a part, under any of its names."""
    everyone = sum(office.traffic(session, "key-work", Cut(DAY)).tasks.values())
    mine = [t for t in office.list(session, "区财政局", cut=Cut(DAY))]
    assert 0 < len(mine) < everyone
    assert sum(office.traffic(session, "key-work", Cut(DAY), "区财政局").tasks.values()) == len(mine)
    with pytest.raises(Unknown, match="T14"):
        office.traffic(session, "key-work", Cut(DAY), document="没有这份")
    with pytest.raises(Unknown, match="U04"):
        office.traffic(session, "key-work", Cut(DAY), "没有这局")


def test_medians_are_of_the_days_between_steps() -> None:
    """Over random lives: the median on an arrow is that of working days since the state was entered."""
    tasks = [played(script(_steps(seed)), lambda day: day.day == 1)[0] for seed in range(40)]
    found = traffic(LAW.definition.states, tasks, LAW.calendar, date(2026, 4, 30))
    days: dict[Way, list[int]] = {}
    for task in tasks:
        for n, event in enumerate(task.events[1:], 1):
            entered = next(e.day for e in reversed(task.events[:n]) if e.source != e.target)
            way = Way(event.action, event.source, event.target)
            days.setdefault(way, []).append(LAW.calendar.workdays_between(entered, event.day))
    assert {way: sorted(n) for way, n in days.items()} == {way: list(n) for way, n in found.ways.items()}
    for one in found.as_dict()["ways"]:
        assert float(one["median"]) == median(days[Way(one["action"], one["source"], one["target"])])


def test_the_numbers_stand_in_the_picture(office: Office, session: Session) -> None:
    """Every state has its count and every arrow its times; what is done anywhere has them in the legend."""
    found = office.traffic(session, "key-work", Cut(DAY))
    made = office.picture("key-work", traffic=found, as_of=DAY)
    assert {node.name: node.count for node in made.nodes} == dict(found.tasks)
    times = {(deed.action, edge.sources): deed.notes[0] for edge in made.edges for deed in edge.deeds}
    assert times[("plan", ("assigned",))].startswith(f"{len(found.ways[Way('plan', 'assigned', 'planned')])} 次")
    assert any(re.search(r"改派 → 已交办 \d+ 次", item) for item in made.role("office").anywhere)


def test_the_way_of_a_task_is_drawn_from_the_record(office: Office, session: Session) -> None:
    """At any day the marked arrows are the steps recorded by then; before it was placed there is no picture."""
    task = office.log(session, "T1").task
    for day in (date(2025, 3, 4), date(2025, 3, 8), date(2025, 6, 5), DAY):
        made = office.way(session, "T1", Cut(day))
        known = [e for e in task.events[1:] if e.day <= day and e.source != e.target]
        assert walk.walked(made) == [(e.seq, e.action, e.source, e.target) for e in known]
        assert ET.fromstring(render(made)).tag.endswith("svg")
    with pytest.raises(Unknown) as refused:
        office.way(session, "T1", Cut(date(2025, 1, 1)))
    assert refused.value.problems[0].code == "T01"
    with pytest.raises(Unknown):
        office.way(session, "T99")


def second(folder: Path) -> Path:
    """A draft of the next version, in a file that is not in the folder."""
    text = re.sub(r"^version: (\d+)", lambda m: f"version: {int(m[1]) + 1}", TEXT, flags=re.MULTILINE)
    text = re.sub(r"\b5 workdays after plan\b", "3 workdays after plan", text).replace("label: 核实,", "label: 核验,")
    draft = folder / "草案.yaml"
    draft.write_text(text, "utf-8")
    return draft


def test_a_review_is_whole_in_itself(office: Office, session: Session, tmp_path: Path) -> None:
    """One page and one pdf: both hashes, every change with its running tasks, lines to sign, nothing from outside."""
    pytest.importorskip("jinja2")
    draft = second(tmp_path)
    made, no_pdf = office.review("key-work", str(draft), session, Cut(DAY))
    page, told = made["review.html"].decode(), json.loads(made["review.json"])
    assert made["review.pdf"].startswith(b"%PDF") if not no_pdf else "fonts-noto-cjk" in no_pdf
    assert not re.search(r"""(?:src|href)=["'](?!#)|url\(|@import|<script|<link""", page)
    outside = set(re.findall(r"https?://[^\"'\s<]+", page)) - {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert not outside
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for version in told["versions"]:
        assert version["fingerprint"] in page
    assert told["shown"] in page and "分管领导" in page
    assert [entry["mark"] for entry in told["entries"]] == ["改1", "改2"]
    states, law = office.traffic(session, "key-work", Cut(DAY)).tasks, FOLDER.newest["key-work"]
    assert told["entries"][0]["live"] == sum(states[name] for name in law.sources(law.actions["verify"]))
    assert all(entry["clauses"] for entry in told["entries"])
    assert office.review("key-work", str(draft), session, Cut(DAY)).files == made


def test_a_review_needs_no_record(office: Office, tmp_path: Path) -> None:
    """Without a database the sheet says that nothing was counted."""
    pytest.importorskip("jinja2")
    made = office.review("key-work", str(second(tmp_path))).files
    assert "没有数据库,未计在办件数" in made["review.html"].decode()


def test_a_draft_that_is_wrong_is_refused_at_its_line(office: Office, tmp_path: Path) -> None:
    """A file is checked before it is drawn."""
    draft = second(tmp_path)
    draft.write_text(draft.read_text("utf-8").replace("to: verified", "to: verifid"), "utf-8")
    with pytest.raises(Invalid) as refused:
        office.compared("key-work", str(draft))
    assert refused.value.problems[0].code == "D03" and refused.value.problems[0].line


@pytest.mark.parametrize("form", ["svg", "dot", "mmd", "md", "json"])
def test_every_form_is_the_same_twice(office: Office, form: str) -> None:
    """The same picture gives the same bytes."""
    made = office.picture("key-work", "time")
    assert render(made, form) == render(made, form)  # type: ignore[arg-type]
