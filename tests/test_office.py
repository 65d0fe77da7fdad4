"""The hall as a guest: the host owns the transaction, and nothing is half done."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session, sessionmaker

from supervise import Actor, Cut, Diverged, Invalid, Message, Office, Refused, Stale, Unknown
from supervise.dates import FOREVER
from supervise.hall.judge import canonical
from supervise.intake.breakdown import Breakdown, Draft
from supervise.papers import exports
from supervise.rules.moved import difference
from supervise.site.folder import shipped
from supervise.store import tables
from supervise.store.tables import of

OFFICE = Actor("张督查", "督查室", frozenset({"office"}))
GXJ = Actor("李联络", "区工信局")
SWJ = Actor("王联络", "区商务局")
OPENED = date(2025, 3, 3)
PLAN = {"milestones": ["2025-12-10 过半", "2025-12-20 完成"], "contact": "李某"}


def one(code: str = "T1", lead: tuple[str, ...] = ("区工信局",), co: tuple[str, ...] = ("区商务局",)) -> Breakdown:
    """A breakdown of one task."""
    return Breakdown(due=date(2025, 12, 31), tasks=(Draft(code=code, text="新增规上企业40家", lead=lead, co=co),))


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    """A host's sessions on a database that holds our tables."""
    return sessionmaker(engine)


@pytest.fixture
def office() -> Office:
    """An office under the shipped definitions, on a fixed day."""
    return Office(today=lambda: OPENED)


def rows(session: Session) -> dict[str, int]:
    """How many rows each of our tables holds."""
    return {
        t.name: session.execute(select(func.count()).select_from(t)).scalar_one() for t in tables.metadata.sorted_tables
    }


def test_a_rollback_of_the_host_leaves_no_trace(office: Office, sessions: sessionmaker[Session]) -> None:
    """What the office did within the host's transaction is gone when the host rolls back."""
    with sessions() as session:
        before = rows(session)
    with sessions() as session:
        office.assign(session, one(), OFFICE, OPENED)
        office.advance(session, "T1", "plan", GXJ, date(2025, 3, 5), **PLAN)
        assert rows(session) != before
        session.rollback()
        assert rows(session) == before


def test_the_office_never_commits(office: Office, sessions: sessionmaker[Session]) -> None:
    """Another connection sees nothing until the host commits."""
    with sessions() as session:
        office.assign(session, one(), OFFICE, OPENED)
        assert session.in_transaction()


def test_a_listener_that_raises_undoes_the_act(office: Office, sessions: sessionmaker[Session]) -> None:
    """An exception in a listener reaches the host, whose transaction then holds nothing."""

    @office.listen("plan")
    def fail(session: Session, message: Message) -> None:
        raise RuntimeError(message.text)

    with sessions.begin() as session:
        office.assign(session, one(), OFFICE, OPENED)
    with pytest.raises(RuntimeError, match="T1 报送落实方案"), sessions.begin() as session:
        office.advance(session, "T1", "plan", GXJ, date(2025, 3, 5), **PLAN)
    with sessions() as session:
        assert office.load(session, "T1").version == 1


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"day": datetime(2025, 3, 5, 9)}, "day"),
        ({"day": "2025-03-05"}, "day"),
        ({"key": "k" * 300}, "key"),
        ({"by": Actor("u" * 200, "区工信局")}, "by"),
        ({"by": Actor(None, "区工信局")}, "by"),  # type: ignore[arg-type]
        ({"contact": "李\x00某"}, "contact"),
        ({"contact": {"name": "李某"}}, "contact"),
        ({"milestones": 7}, "milestones"),
    ],
)
def test_what_no_database_takes_is_refused_before_it_gets_there(
    office: Office, sessions: sessionmaker[Session], wrong: dict[str, object], path: str
) -> None:
    """A host that hands over the wrong thing is told which, and its transaction is as it was."""
    with sessions() as session:
        office.assign(session, one(), OFFICE, OPENED)
        with pytest.raises(Refused) as caught:
            office.advance(session, "T1", "plan", **{"by": GXJ, "day": date(2025, 3, 5), **PLAN, **wrong})  # type: ignore[arg-type]
        assert [(problem.code, problem.path) for problem in caught.value.problems] == [("A04", path)]
        assert office.advance(session, "T1", "plan", GXJ, date(2025, 3, 5), **PLAN).state == "planned"


@pytest.mark.parametrize(
    "wrong",
    [{"code": "T" * 65}, {"code": "T/1"}, {"code": "T 1"}, {"text": "新增\x00企业"}, {"leader": ("长" * 129,)}],
)
def test_a_task_that_no_database_takes_is_not_placed(
    office: Office, sessions: sessionmaker[Session], wrong: dict[str, object]
) -> None:
    """What is too long, or not to be written, is a problem of its item, and the host's transaction goes on."""
    drafts = Draft(code="T1", text="新增规上企业40家", lead=("区工信局",)).model_copy(update=wrong)
    with sessions() as session:
        with pytest.raises(Invalid) as caught:
            office.assign(session, Breakdown(due=date(2025, 12, 31), tasks=(drafts,)), OFFICE, OPENED)
        assert {problem.code for problem in caught.value.problems} == {"T15"}
        with pytest.raises(Invalid, match="M12"):
            office.mark(session, "区工信局", "leader", OPENED, 90, OFFICE, "说\x00明")
        assert office.assign(session, one(), OFFICE, OPENED)


def test_roles_come_in_any_collection(office: Office, sessions: sessionmaker[Session]) -> None:
    """A host keeps the roles of its people as it likes."""
    assert {Actor("1", "外单位", roles) for roles in (["office"], ("office",), {"office"}, "office")} == {  # type: ignore[arg-type]
        Actor("1", "外单位", frozenset({"office"}))
    }


def test_a_form_knows_what_there_is_to_choose_from(office: Office, sessions: sessionmaker[Session]) -> None:
    """A choice offers its words, a duty the duties that are not over."""
    with sessions() as session:
        office.assign(session, one(), OFFICE, OPENED)
        buttons = {button.action: button for button in office.allowed(session, "T1", OFFICE)}
    boxes = {box.name: box for action in ("suspend", "waive") for box in buttons[action].fields}
    assert boxes["ground"].options["force"] == "不可抗力"
    assert boxes["duty"].options["finish"] == "全面完成(2025-12-31 到期)" and boxes["reason"].options == {}


def test_listeners_hear_who_must_know(office: Office, sessions: sessionmaker[Session]) -> None:
    """A message names the units by name: the office of a plan, lead and co-units of an assignment."""
    heard: list[Message] = []
    office.listen("assign", "plan")(lambda session, message: heard.append(message))
    with sessions.begin() as session:
        office.assign(session, one(), OFFICE, OPENED)
        office.advance(session, "T1", "plan", GXJ, date(2025, 3, 5), **PLAN)
    assert [(m.action, m.to) for m in heard] == [("assign", ("区工信局", "区商务局")), ("plan", ("督查室",))]


def test_a_retried_request_is_answered_with_the_first_result(office: Office, sessions: sessionmaker[Session]) -> None:
    """The same idempotency key does the act once; the same key for another act is refused."""
    with sessions.begin() as session:
        office.assign(session, one(), OFFICE, OPENED)
        first = office.advance(session, "T1", "plan", GXJ, date(2025, 3, 5), key="k1", **PLAN)
        again = office.advance(session, "T1", "plan", GXJ, date(2025, 3, 6), key="k1", **PLAN)
        assert (first.version, again.version) == (2, 2)
        with pytest.raises(Refused, match="A10"):
            office.advance(session, "T1", "start", OFFICE, date(2025, 3, 6), key="k1")


def test_who_saw_an_older_version_is_told_the_new_state(office: Office, sessions: sessionmaker[Session]) -> None:
    """An act from an outdated view is stale and names the state the task is in now."""
    with sessions.begin() as session:
        office.assign(session, one(), OFFICE, OPENED)
        office.advance(session, "T1", "plan", GXJ, date(2025, 3, 5), seen=1, **PLAN)
        with pytest.raises(Stale, match="已报方案"):
            office.advance(session, "T1", "withdraw", OFFICE, date(2025, 3, 6), seen=1, reason="调整")


def test_two_sessions_from_one_version_cannot_both_win(sessions: sessionmaker[Session], office: Office) -> None:
    """Of two transactions that loaded the same version only the first commits; the second is stale."""
    with sessions.begin() as session:
        office.assign(session, one(), OFFICE, OPENED)
    with sessions() as slow:
        task = office.load(slow, "T1")
        with sessions.begin() as quick:
            office.advance(quick, "T1", "plan", GXJ, date(2025, 3, 5), **PLAN)
        lifecycle = office.lifecycle(slow, task.definition)
        step = lifecycle.advance(task, "withdraw", OFFICE, date(2025, 3, 5), {"reason": "调整"})
        with pytest.raises(Stale, match="已报方案"):
            office.save(slow, [step], date(2025, 3, 5))
        slow.rollback()
    with sessions() as session:
        assert office.load(session, "T1").state == "planned"


def test_all_or_nothing_is_assigned(office: Office, sessions: sessionmaker[Session]) -> None:
    """One task without a lead keeps every task of the file from being placed, unless it is skipped by name."""
    both = one().model_copy(update={"tasks": (*one("T1").tasks, *one("T2", lead=()).tasks)})
    with sessions() as session:
        with pytest.raises(Invalid, match=r"T2.*没有牵头单位"):
            office.assign(session, both, OFFICE, OPENED)
        assert rows(session)["sv_task"] == 0
        assert [t.code for t in office.assign(session, both, OFFICE, OPENED, skip=["T2"])] == ["T1"]
        with pytest.raises(Invalid, match="T9"):
            office.assign(session, one("T3"), OFFICE, OPENED, skip=["T9"])


def test_a_code_is_used_once(office: Office, sessions: sessionmaker[Session]) -> None:
    """A breakdown assigned twice is refused the second time."""
    with sessions.begin() as session:
        office.assign(session, one(), OFFICE, OPENED)
        with pytest.raises(Refused, match="T02"):
            office.assign(session, one(), OFFICE, OPENED)


def test_a_successor_acts_for_the_unit_it_took_over(office: Office, sessions: sessionmaker[Session]) -> None:
    """After a reform the heir owes and does what its predecessor was assigned, and stands on the board for it."""
    heir = Actor("赵联络", "区数据局")
    with sessions.begin() as session:
        office.assign(session, one(lead=("区行政审批局",)), OFFICE, OPENED)
        office.advance(session, "T1", "plan", Actor("钱联络", "区行政审批局"), date(2025, 3, 5), **PLAN)
        office.advance(session, "T1", "start", OFFICE, date(2025, 3, 6))
        given = {"summary": "进展", "progress": 60, "evidence": ["a.pdf"]}
        office.advance(session, "T1", "report", heir, date(2025, 7, 2), **given)
        owed = office.owed(session, "区数据局", Cut(date(2025, 7, 2)))
        assert {o.duty.kind for o in owed} == {"finish", "progress"}
        body = office.board(session, "red-black", "2025Q3", Cut(date(2025, 9, 30)))
        assert "区数据局" in [row["unit"] for row in body["standings"]]
        assert "区行政审批局" not in [row["unit"] for row in body["standings"]]
        for unit, number in (("区数据局", 1), ("区工信局", 0)):
            assert len(office.list(session, unit, cut=Cut(date(2025, 9, 30)))) == number


def test_a_changed_law_under_an_old_number_is_refused(tmp_path: Path, sessions: sessionmaker[Session]) -> None:
    """A definition edited without raising its version is refused once tasks live under it."""
    folder = tmp_path / "definitions"
    shutil.copytree(shipped(), folder)
    with sessions.begin() as session:
        Office(folder).assign(session, one(), OFFICE, OPENED)
    law = folder / "key-work.yaml"
    law.write_text(law.read_text("utf-8").replace("10 workdays after assign", "9 workdays after assign"), "utf-8")
    with sessions() as session, pytest.raises(Invalid, match="L01"):
        Office(folder).show(session, "T1")


def test_a_published_board_never_changes_and_can_be_recomputed(office: Office, sessions: sessionmaker[Session]) -> None:
    """At the cut of a publication the same bytes come out later, whatever happened meanwhile."""
    with sessions.begin() as session:
        office.assign(session, one(), OFFICE, OPENED)
        body = office.board(session, "red-black", "2025Q1", Cut(date(2025, 3, 31)))
        made = office.publish(session, body, OFFICE)
        office.advance(session, "T1", "plan", GXJ, date(2025, 4, 8), **PLAN)
        known = datetime.fromisoformat(body["cut"]["known"])
        assert canonical(office.board(session, "red-black", "2025Q1", Cut(date(2025, 3, 31), known))) == made.body
        now = office.board(session, "red-black", "2025Q1", Cut(date(2025, 3, 31)))
        assert now["standings"] == body["standings"] and now["cut"] != body["cut"]


@pytest.mark.parametrize("ticked", [False, True])
@pytest.mark.parametrize("off", [-1, 1, 400, FOREVER])
def test_a_day_of_waking_that_was_altered_is_found(
    off: int | date, ticked: bool, office: Office, sessions: sessionmaker[Session]
) -> None:
    """Whoever moves the day on which the clock must look, or takes it away, is found by the replay."""
    with sessions.begin() as session:
        office.assign(session, one(), OFFICE, OPENED)
        if ticked:  # the clock has looked and had nothing to do
            session.execute(update(of(session).task).values(wake_on=date(2025, 3, 7)))
            assert office.tick(session, date(2025, 3, 7)).looked_at == 1
        office.replay(session)
        right: date = session.scalars(select(of(session).task.c.wake_on)).one()
        wrong = right + timedelta(days=off) if isinstance(off, int) else off
        session.execute(update(of(session).task).values(wake_on=wrong))
        with pytest.raises(Diverged, match=rf"T1.*wake_on.*{right}.*{wrong}.*X01"):
            office.replay(session)


def test_late_paper_changes_the_next_board_but_not_the_one_that_was(
    office: Office, sessions: sessionmaker[Session]
) -> None:
    """What became known after a cut is not in it, even if it happened before."""
    hour = [datetime(2025, 3, 10, tzinfo=UTC)]
    office.now = lambda: hour[0]
    with sessions.begin() as session:
        office.assign(session, one(), OFFICE, OPENED)
        hour[0] = datetime(2025, 4, 2, tzinfo=UTC)
        office.advance(session, "T1", "plan", GXJ, date(2025, 3, 17), **PLAN)
        then = office.show(session, "T1", Cut(date(2025, 3, 31), datetime(2025, 4, 1, tzinfo=UTC)))
        now = office.show(session, "T1", Cut(date(2025, 3, 31)))
    assert (then.task.state, now.task.state) == ("assigned", "planned")


def test_a_period_that_is_not_over_is_not_published(office: Office, sessions: sessionmaker[Session]) -> None:
    """A board cut before the end of its period can be looked at but not published."""
    with sessions.begin() as session:
        office.assign(session, one(), OFFICE, OPENED)
        body = office.board(session, "red-black", "2025Q2", Cut(date(2025, 5, 1)))
        with pytest.raises(Refused, match="P02"):
            office.publish(session, body, OFFICE)


def test_a_board_of_figures_alone_is_looked_at_and_nothing_else(sessions: sessionmaker[Session]) -> None:
    """It is the board without what its lines rest on, so it is neither published, explained, compared nor saved."""
    office = Office(today=lambda: OPENED, now=lambda: datetime(2025, 4, 14, tzinfo=UTC))
    with sessions.begin() as session:
        office.assign(session, one(), OFFICE, OPENED)
        office.assign(session, one("T2", ("区科技局",)), OFFICE, OPENED)
        cut = Cut(date(2025, 4, 14))
        whole = office.board(session, "red-black", "2025Q1", cut)
        figures = office.board(session, "red-black", "2025Q1", cut, cited=(), tasks=False)
        some = office.board(session, "red-black", "2025Q1", cut, cited=("区工信局",))
        assert [(row["unit"], row["rank"], row["list"], row["score"]["total"]) for row in figures["standings"]] == [
            (row["unit"], row["rank"], row["list"], row["score"]["total"]) for row in whole["standings"]
        ]
        for body in (figures, some):
            for refused in (
                lambda b: office.publish(session, b, OFFICE), lambda b: office.why(b, "区科技局"),
                lambda b: difference(whole, b), exports.workbook,
            ):  # fmt: skip
                with pytest.raises(Refused, match="P28"):
                    refused(body)
        assert office.why(some, "区工信局") == office.why(whole, "区工信局")


def test_unknown_things_are_answered_with_the_nearest_name(office: Office, sessions: sessionmaker[Session]) -> None:
    """A wrong code, unit or board is named, with the nearest right one."""
    with sessions.begin() as session:
        office.assign(session, one("GF2025-001"), OFFICE, OPENED)
        with pytest.raises(Unknown, match="GF2025-001"):
            office.show(session, "GF2025-01")
        with pytest.raises(Unknown, match="区工信局"):
            office.owed(session, "区工信厅")
        with pytest.raises(Unknown, match="red-black"):
            office.board(session, "redblack", "2025Q1")


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """``examples/embed.py`` with its little OA, imported as a host would."""
    folder = Path(__file__).parents[1] / "examples"
    monkeypatch.syspath_prepend(str(folder))
    spec = importlib.util.spec_from_file_location("embed", folder / "embed.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.modules.pop("oa", None)


def test_the_wiring_in_the_example_is_all_an_oa_needs(embedded: ModuleType) -> None:
    """Buttons, submit, the nightly job and the inbox work through ``examples/embed.py`` in the OA's transactions."""
    oa = sys.modules["oa"]
    oa.metadata.create_all(oa.engine)
    tables.metadata.create_all(oa.engine)
    with oa.Session.begin() as session:
        embedded.office.assign(session, one(), OFFICE, OPENED)
    embedded.office.today = lambda: date(2025, 3, 4)
    user = oa.User("李联络", "D02")
    assert "plan" in [button.action for button in embedded.buttons(user, "T1")]
    embedded.submit(user, "T1", "plan", {"day": date(2025, 3, 5), **PLAN})
    with pytest.raises(Refused, match="应由督查室办理"):
        embedded.submit(user, "T1", "start", {"day": date(2025, 3, 6)})
    embedded.submit(oa.User("张督查", "D01", frozenset({"office"})), "T1", "start", {"day": date(2025, 3, 6)})
    embedded.nightly(date(2025, 7, 1))
    with oa.Session() as session:
        received = session.execute(select(oa.inbox_table.c.receiver, oa.inbox_table.c.text)).all()
        assert ("区工信局", "T1 交办") in received
        assert any(receiver == "区工信局" and "发督查单" in text for receiver, text in received)
        assert embedded.office.calendar.is_workday(date(2025, 4, 26))


def test_rules_changed_under_an_old_number_publish_nothing(tmp_path: Path, sessions: sessionmaker[Session]) -> None:
    """Once a board was published by a rule set, its text stands: an edit needs a new version."""
    folder = tmp_path / "definitions"
    shutil.copytree(shipped(), folder)
    with sessions.begin() as session:
        office = Office(folder)
        office.assign(session, one(), OFFICE, OPENED)
        office.publish(session, office.board(session, "red-black", "2025Q1", Cut(date(2025, 4, 14))), OFFICE)
    rules = folder / "rules" / "red-black.yaml"
    rules.write_text(rules.read_text("utf-8").replace("base: 60", "base: 50"), "utf-8")
    with sessions() as session, pytest.raises(Invalid, match="L01"):
        office = Office(folder)
        office.publish(session, office.board(session, "red-black", "2025Q2", Cut(date(2025, 7, 14))), OFFICE)
