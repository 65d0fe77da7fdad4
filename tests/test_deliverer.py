"""What acts leave in the outbox reaches people: at least once, in order, at the right hour; parked when it cannot."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import sessionmaker

from supervise import Actor, Office
from supervise.channels import Dispatch, Undelivered
from supervise.hall.deliverer import Deliverer
from supervise.hall.service import Service
from supervise.intake.breakdown import Breakdown, Draft
from supervise.site.folder import Folder
from supervise.store import outbox, postbook
from supervise.store.database import open_database
from supervise.store.outbox import Letter
from supervise.store.tables import of
from tests.acting import GXJ, OFFICE, PLAN, at_once
from tests.histories import FOLDER
from tests.test_addressing import directory

WEDNESDAY = datetime(2025, 3, 5, 2, 0, tzinfo=UTC)
"""Ten in the morning."""


class Clock:
    """A clock that stands where it was put."""

    def __init__(self, moment: datetime = WEDNESDAY) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def on(self, **more: float) -> None:
        """Later."""
        self.moment += timedelta(**more)


class Inbox:
    """A channel of a host's: everything that came, and a way to refuse."""

    def __init__(self, refuse: Callable[[Dispatch], Undelivered | None] = lambda _: None) -> None:
        self.got: list[Dispatch] = []
        self.refuse = refuse

    def send(self, dispatch: Dispatch) -> None:
        """Take it, or not."""
        error = self.refuse(dispatch)
        if error is not None:
            raise error
        self.got.append(dispatch)

    def lines(self) -> list[tuple[str, list[str]]]:
        """Address and the letters of each message."""
        return [(one.address, [f"{item.task}/{item.ref}" for item in one.items]) for one in self.got]


class World:
    """An office with one clock, one database, and people who have an inbox each on one channel."""

    def __init__(self, engine: Engine, units: str = "", folder: Folder = FOLDER) -> None:
        self.clock, self.inbox = Clock(), Inbox()
        people = directory(units) if units else None
        today = lambda: self.clock().astimezone().date()  # noqa: E731
        self.office = Office(folder, directory=people, now=self.clock, today=today)
        self.service = Service(self.office, engine)
        self.engine = engine

    def deliverer(self) -> Deliverer:
        """Another one."""
        return self.service.deliverer({"hub": self.inbox})

    def assign(self, *codes: str, lead: tuple[str, ...] = ("区工信局",), due: date = date(2026, 12, 31)) -> None:
        """New tasks: one letter to the lead of each."""
        drafts = tuple(Draft(code=code, text="任务", lead=lead) for code in codes)
        day = self.office.today()
        with sessionmaker(self.engine).begin() as session:
            self.office.assign(session, Breakdown(due=due, tasks=drafts), OFFICE, day)

    def do(self, code: str, action: str, by: Actor = OFFICE, **data: object) -> None:
        """An act."""
        self.service.advance(code, action, by, **data)

    def rows(self, name: str) -> int:
        """How many rows a table holds."""
        with self.engine.connect() as connection:
            return int(
                connection.execute(select(func.count()).select_from(getattr(of(self.engine), name))).scalar_one()
            )


@pytest.fixture
def world(engine: Engine) -> Iterator[World]:
    """On each kind of database."""
    made = World(engine)
    yield made
    made.service.close()


def test_a_persons_letters_come_as_one_message_and_once(world: World) -> None:
    """One message for each person and round, the outbox is empty afterwards, and another round sends nothing."""
    world.assign("T1", "T2")
    world.do("T1", "plan", GXJ, **PLAN)
    made = world.deliverer().run()
    assert sorted(world.inbox.lines()) == [("区工信局", ["T1/1", "T2/1"]), ("督查室", ["T1/2"])]
    assert (len(made.sent), made.items, made.parked, made.failed) == (2, 3, [], [])
    assert world.rows("outbox") == 0
    assert world.deliverer().run().sent == [] and len(world.inbox.got) == 2
    keys = [item.key for one in world.inbox.got for item in one.items]
    assert sorted(keys) == ["default/T1/1/区工信局", "default/T1/2/督查室", "default/T2/1/区工信局"]


def test_nothing_is_sent_for_an_act_that_was_rolled_back(world: World) -> None:
    """The host's transaction fails: no letter, no message."""
    world.assign("T1")
    world.deliverer().run()

    def failing(session: object) -> None:
        world.office.advance(session, "T1", "plan", GXJ, **PLAN)  # type: ignore[arg-type]
        outbox.add(session, "default", [letter("T1", "remind:x", world.clock())])  # type: ignore[arg-type]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        world.service.transact(failing)
    assert world.deliverer().run().sent == [] and len(world.inbox.got) == 1


def letter(task: str, ref: str, moment: datetime, grave: bool = False, to: str = "区工信局") -> Letter:
    """A letter that no act left."""
    return Letter(task, ref, "remind", "remind", moment.date(), (to,), f"{task} 提醒", moment, grave)


def test_a_letter_that_no_act_left_comes_once_and_after_what_was_there(world: World) -> None:
    """Reminders are written once for ever under their name, and stand behind the acts that they come after."""
    world.assign("T1")
    for _ in range(2):
        world.service.transact(lambda s: outbox.add(s, "default", [letter("T1", "remind:finish:7", world.clock())]))
    world.deliverer().run()
    assert world.inbox.lines() == [("区工信局", ["T1/1", "T1/remind:finish:7"])]
    world.service.transact(lambda s: outbox.add(s, "default", [letter("T1", "remind:finish:7", world.clock())]))
    assert world.deliverer().run().sent == []


def test_at_night_only_the_grave_goes_and_the_morning_brings_the_rest(world: World) -> None:
    """A letter of Friday evening comes on Monday at eight; a grave one at once."""
    world.clock.moment = datetime(2025, 3, 7, 12, 30, tzinfo=UTC)  # Friday, half past eight in the evening
    world.assign("T1")
    made = world.deliverer().run()
    assert world.inbox.got == [] and made.held == world.deliverer().preview().held == 1
    world.service.transact(lambda s: outbox.add(s, "default", [letter("T2", "remind:x", world.clock(), grave=True)]))
    world.deliverer().run()
    assert world.inbox.lines() == [("区工信局", ["T2/remind:x"])]
    world.clock.moment = datetime(2025, 3, 9, 23, 59, tzinfo=UTC)
    assert world.deliverer().run().sent == []
    world.clock.moment = datetime(2025, 3, 10, 0, 0, tzinfo=UTC)
    world.deliverer().run()
    assert world.inbox.lines()[1:] == [("区工信局", ["T1/1"])]


def test_what_the_ladder_calls_grave_is_grave(world: World) -> None:
    """An order of the red level goes at night, by the word on its form, and what came before it in its task with it."""
    world.assign("T1", due=date(2025, 3, 14))
    world.assign("T2")
    world.clock.moment = datetime(2025, 4, 11, 13, 0, tzinfo=UTC)  # nine in the evening
    world.service.transact(lambda session: world.office.tick(session, world.office.today()))
    world.deliverer().run()
    (mine,) = [one for one in world.inbox.got if one.address == "区工信局"]
    assert {item.task for item in mine.items} == {"T1"} and mine.items[-1].grave
    assert mine.items[0].ref == "1" and not mine.items[0].grave and "红色督查单" in mine.items[-1].text


def test_after_ten_days_down_there_is_one_summary(world: World) -> None:
    """However much was missed, each person gets one message, with the day of each letter."""
    for day in range(3, 8):
        world.clock.moment = datetime(2025, 3, day, 2, 0, tzinfo=UTC)
        world.assign(f"T{day}")
    world.clock.on(days=20)
    made = world.deliverer().run()
    (one,) = world.inbox.got
    assert [parcel.kind for parcel in made.sent] == ["summary"]
    assert [item.day.isoformat() for item in one.items] == [f"2025-03-0{day}" for day in range(3, 8)]
    assert all(item.late for item in one.items) and one.subject == "督查督办:5 条积压备查"


def test_waits_grow_then_it_is_parked_and_can_be_sent_again(world: World) -> None:
    """What fails is tried eight times at growing distances in working hours, what comes meanwhile waits behind it."""
    world.inbox.refuse = lambda _: Undelivered("关机")
    world.assign("T1")
    tried = [world.clock.moment]
    while not (made := world.deliverer().run()).parked:
        (failed,) = made.failed
        assert failed.error == "关机" and world.deliverer().run().failed == []  # not before its time
        world.clock.moment = failed.next_at
        tried.append(failed.next_at)
        world.assign(f"N{len(tried)}")
    assert len(tried) == 8
    hours = [moment.astimezone(world.deliverer().rules.zone) for moment in tried]
    assert all(8 <= hour.hour < 20 and world.office.calendar.is_workday(hour.date()) for hour in hours)
    assert hours[1] - hours[0] == timedelta(minutes=1)
    world.inbox.refuse = lambda _: None
    world.clock.on(minutes=2)
    world.deliverer().run()  # what waited behind it goes, the parked one does not
    assert world.inbox.lines() == [("区工信局", [f"N{n}/1" for n in range(2, 9)])]
    assert world.deliverer().retry("别的单位") == 0 and world.deliverer().retry("区工信局") == 1
    world.deliverer().run()
    assert world.inbox.lines()[1:] == [("区工信局", ["T1/1"])]


def test_what_is_refused_for_good_is_parked_at_once_and_a_broken_channel_is_not(world: World) -> None:
    """4xx and the like wait for people; an exception of a host's channel is told in a line, and tried again."""
    world.inbox.refuse = lambda one: Undelivered("没有这个人", final=True)
    world.assign("T1")
    made = world.deliverer().run()
    assert [(one.attempts, one.error) for one in made.parked] == [(1, "没有这个人")]

    def broken(_: Dispatch) -> None:
        raise RuntimeError("boom\nbang")

    world.inbox.refuse = broken
    world.assign("T2")
    assert [one.error for one in world.deliverer().run().failed] == ["通道 hub 出错:RuntimeError: boom bang"]


def test_replay_sends_the_same_again_under_the_same_keys(world: World) -> None:
    """From a day on, and nothing older."""
    world.assign("T1")
    world.deliverer().run()
    world.clock.on(days=1)
    world.assign("T2")
    world.deliverer().run()
    before = list(world.inbox.got)
    world.clock.on(days=1)
    assert world.deliverer().replay(date(2025, 3, 6)) == 1
    world.deliverer().run()
    assert world.inbox.got[2:] == before[1:]


def test_a_vacant_unit_is_parked_and_goes_when_somebody_is_there(engine: Engine) -> None:
    """Parked with the unit and the file, reported as vacant; when that is mended only the missing one gets it."""
    units = "units: [{name: 区工信局}, {name: 区科技局, people: [{name: 李某, post: liaison, to: {hub: u2}}]}]"
    world = World(engine, units)
    world.assign("T1", lead=("区工信局", "区科技局"))
    made = world.deliverer().run()
    assert [(one.who, one.error) for one in made.parked] == [
        ("区工信局", "区工信局没有能收消息的人:units.yaml 里这一天没有在岗的联络员、分管副职、主要负责人")
    ]
    assert [one.unit for one in made.vacancies if not one.instead] == ["区工信局", "区科技局"]
    mended = World(
        engine,
        units.replace("{name: 区工信局}", "{name: 区工信局, people: [{name: 王某, post: deputy, to: {hub: u1}}]}"),
    )
    assert mended.deliverer().retry() == 1
    mended.deliverer().run()
    assert world.inbox.lines() == [("u2", ["T1/1"])] and mended.inbox.lines() == [("u1", ["T1/1"])]
    assert mended.inbox.got[0].items[0].remark == "区工信局联络员空缺,由王某代收"


def test_a_preview_keeps_nothing(world: World) -> None:
    """What would go is shown, to the letter as it then goes, and nothing in the database has changed."""
    world.assign("T1", "T2")
    before = {name: world.rows(name) for name in ("outbox", "letter", "delivery", "parcel")}
    shown = world.deliverer().preview().messages
    assert {name: world.rows(name) for name in before} == before
    world.deliverer().run()
    assert world.inbox.got == list(shown)


def test_two_deliverers_at_once_send_nothing_twice(engine: Engine) -> None:
    """Four at once, each with connections of its own, while nobody crashes: each letter once, and in order."""
    world = World(engine)
    codes = [f"T{n:03}" for n in range(120)]
    world.assign(*codes)
    for code in codes[:40]:
        world.do(code, "reassign", units=["区工信局"], reason="重申")
    url = engine.url.render_as_string(hide_password=False)
    services = [Service(world.office, open_database(url).kw["bind"]) for _ in range(4)]
    rounds = at_once([service.deliverer({"hub": world.inbox}).run for service in services])
    assert not [one for one in rounds if isinstance(one, Exception)]
    world.deliverer().run()  # whatever collided and was left
    letters = Counter(item.key for one in world.inbox.got for item in one.items)
    assert set(letters.values()) == {1} and len(letters) == 160
    for service in services:
        service.close()


def test_within_a_task_nothing_overtakes(world: World) -> None:
    """A receiver that fails at random gets the letters of each task in order all the same."""
    turns = iter(range(10_000))
    world.inbox.refuse = lambda _: Undelivered("忙") if next(turns) % 3 else None
    for n in range(12):
        world.assign(f"T{n}")
        for code in (f"T{n}", "T0"):
            world.do(code, "reassign", units=["区工信局"], reason=f"第{n}次")
        world.deliverer().run()
        world.clock.on(minutes=7)
    world.inbox.refuse = lambda _: None
    for _ in range(12):
        world.clock.on(hours=12)
        world.deliverer().run()
    got: dict[tuple[str, str], list[int]] = defaultdict(list)
    for one in world.inbox.got:
        for item in one.items:
            got[one.address, item.task].append(int(item.ref))
    assert all(refs == sorted(set(refs)) for refs in got.values()) and sum(map(len, got.values())) == 36


def test_letters_of_a_task_that_left_for_an_archive_still_come(tmp_path: Path) -> None:
    """Retiring takes the task, not its letters: what was not sent is sent, and comes once when the task is back."""
    sessions = open_database(f"sqlite:///{tmp_path / 'x.db'}", create=True)
    world = World(sessions.kw["bind"])
    world.assign("T1")
    world.do("T1", "withdraw", reason="上级调整")
    world.clock.moment = datetime(2026, 7, 20, 2, 0, tzinfo=UTC)
    with sessions.begin() as session:
        world.office.retire(session, "2025", str(tmp_path / "2025.db"), OFFICE)
    assert world.rows("event") == 0
    made = world.deliverer().run()
    assert made.items == 2 and world.inbox.lines() == [("区工信局", ["T1/1", "T1/2"])]
    with sessions.begin() as session:
        assert world.office.bring_back(session, "T1") == ("T1",)
    assert world.deliverer().run().sent == []
    world.service.close()


def test_the_book_counts_messages_for_each_person_and_week(world: World) -> None:
    """Messages and letters by week: whether somebody is flooded can be seen."""
    from supervise.cli.outfaces import Book

    world.assign("T1", "T2")
    world.deliverer().run()
    world.clock.on(days=1)
    world.assign("T3")
    world.deliverer().run()
    with sessionmaker(world.engine)() as session:
        book = Book(0, [], postbook.parcels(session, "default", "sent"))
    assert book.weeks() == [("2025-W10", "区工信局", 2, 3)]
