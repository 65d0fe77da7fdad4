"""The service: every act is a transaction of ours, on record when the call returns, whoever else is at it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, func, select, text
from sqlalchemy.orm import Session, sessionmaker

from supervise import Act, Invalid, Message, Office, Refused, Stale, Unknown
from supervise.hall.service import Service
from supervise.records import Task
from supervise.store.engines import open_engine
from supervise.store.tables import of
from tests.acting import (
    ACTED,
    GXJ,
    MOMENT,
    OFFICE,
    PLAN,
    an_office,
    at_once,
    history,
    inspect,
    placed,
    plan,
    record,
    sound,
)
from tests.servers import KINDS, installed

servers = pytest.mark.parametrize("kind", KINDS[1:], indirect=True)
CODES = tuple(f"T{n}" for n in range(8))


@pytest.fixture
def office() -> Office:
    """An office that writes the same moment on everything."""
    return an_office()


@pytest.fixture
def service(office: Office, engine: Engine) -> Iterator[Service]:
    """That office at a database of each kind."""
    with office.serve(engine) as service:
        yield service


def opinions(engine: Engine) -> list[tuple[str, str]]:
    """Task and opinion of every inspection on record."""
    event = of(engine).event
    with engine.connect() as connection:
        found = connection.execute(select(event.c.task, event.c.data).where(event.c.action == "inspect"))
        return sorted((row.task, row.data["opinion"]) for row in found)


def states(engine: Engine) -> dict[str, str]:
    """Code → state of every task, by a connection of its own."""
    task = of(engine).task
    with engine.connect() as connection:
        return {row.code: row.state for row in connection.execute(select(task.c.code, task.c.state))}


def together(service: Service, engine: Engine, acts: Sequence[Act]) -> list[Any]:
    """What comes of acts that are asked for while somebody keeps SQLite from writing: all but the first in one go."""
    asked = [partial(service.advance_many, [act]) for act in acts]
    return at_once(asked) if service._queue is None else in_turn(service, engine, asked)


def task_of(made: Any) -> Task:
    """The task that an act gave, alone or as a batch of one."""
    (one,) = made if isinstance(made, tuple) else (made,)
    assert isinstance(one, Task), one
    return one


def test_what_was_acknowledged_is_on_record(office: Office, service: Service, engine: Engine) -> None:
    """When ``advance`` returns, every other connection sees the act."""
    placed(office, engine, "T1")
    task = service.advance("T1", "plan", GXJ, ACTED, **PLAN)
    assert states(engine) == {"T1": "planned"}
    with sessionmaker(engine)() as session:
        assert office.load(session, "T1") == task
    assert task.events[-1].hash and task.events[-1].recorded_at == MOMENT


@pytest.mark.parametrize("way", ["session", "service", "seen", "listened", "batch"])
def test_the_same_acts_leave_the_same_rows_in_every_database_on_every_way(
    way: str, engine: Engine, tmp_path: Path
) -> None:
    """In a session, through the service and in one batch, each row is as the plain way leaves it on SQLite.

    Parties who change places, go and come, letters, terms and the clock are all in it.
    """
    acts = list(history())
    with installed("sqlite", tmp_path) as plainly:
        plain = an_office()
        placed(plain, plainly, "T1", "T2", "T3")
        for act in acts:
            with sessionmaker(plainly).begin() as session:
                plain.advance(session, act.code, act.action, act.by, act.day, act.key, **act.data)
        expected = record(plainly)
        sound(plain, plainly)
    assert {row["state"] for row in expected["task"]} == {"closed", "overdue"}
    office = an_office()
    placed(office, engine, "T1", "T2", "T3")
    given = played(way, office, engine, acts)
    assert record(engine) == expected
    with sessionmaker(engine)() as session:
        assert {task.code: task for task in given} == {code: office.load(session, code) for code in ("T1", "T2", "T3")}
    sound(office, engine)


def played(way: str, office: Office, engine: Engine, acts: Sequence[Act]) -> list[Task]:
    """What one way of acting gave for each of the acts."""
    if way == "session":
        given = []
        for act in acts:
            with sessionmaker(engine).begin() as session:
                given.append(office.advance(session, act.code, act.action, act.by, act.day, act.key, **act.data))
        return given
    if way == "batch":
        with sessionmaker(engine).begin() as session:
            return list(office.advance_many(session, acts))
    if way == "listened":
        office.listen("plan")(lambda session, message: None)
    versions = {code: 1 for code in ("T1", "T2", "T3")}
    given = []
    with office.serve(engine) as service:
        for act in acts:
            seen = versions[act.code] if way == "seen" else None
            task = service.advance(act.code, act.action, act.by, act.day, act.key, seen, **act.data)
            versions[act.code] = task.version
            given.append(task)
    return given


def test_threads_on_tasks_of_their_own_all_get_done(office: Office, service: Service, engine: Engine) -> None:
    """Eight threads act on eight tasks, each three times from the version it saw: all is on record, none was stale."""
    placed(office, engine, *CODES)

    def live(code: str) -> Task:
        task = service.advance(code, "plan", GXJ, ACTED, seen=1, **PLAN)
        task = service.advance(code, "start", OFFICE, ACTED, seen=task.version)
        return service.advance(code, "inspect", OFFICE, ACTED, seen=task.version, opinion=code)

    made = [task_of(one) for one in at_once([partial(live, code) for code in CODES])]
    assert [task.version for task in made] == [4] * 8
    assert opinions(engine) == [(code, code) for code in CODES]
    sound(office, engine)


def test_of_eight_who_saw_the_same_version_one_wins(office: Office, service: Service, engine: Engine) -> None:
    """Eight threads act on one task from version 1: one act is on record, seven are told that they came too late."""
    placed(office, engine, "T1")
    asked = [partial(service.advance_many, [inspect("T1", str(n), seen=1)]) for n in range(8)]
    made = at_once(asked)
    won = [task_of(one).events[-1].data["opinion"] for one in made if not isinstance(one, Exception)]
    assert sorted(type(one).__name__ for one in made) == ["Stale"] * 7 + ["tuple"]
    assert [opinion for _, opinion in opinions(engine)] == won
    sound(office, engine)


def test_what_is_acknowledged_to_a_crowd_is_on_record_once(office: Office, service: Service, engine: Engine) -> None:
    """Eight threads act on one task without saying what they saw: who gets an answer is on record, once, no other."""
    placed(office, engine, "T1")
    made = at_once([partial(service.advance_many, [inspect("T1", str(n))]) for n in range(8)])
    told = [n for n, one in enumerate(made) if not isinstance(one, Exception)]
    assert told and all(isinstance(one, tuple | Stale) for one in made)
    assert opinions(engine) == [("T1", str(n)) for n in told]
    sound(office, engine)


def test_nobody_loses_his_act_by_a_neighbour(office: Office, service: Service, engine: Engine) -> None:
    """Acts that go to the disk together: those that may, do; each of the others hears of his own fault and no more."""
    placed(office, engine, "T1", "T2", "T3", "T4")
    acts = [
        plan("T1"), plan("T2", seen=1), inspect("T3", "先"), plan("T9"), Act("T1", "complete", OFFICE, {}, ACTED),
        inspect("T3", "后", seen=7), plan("T4"),
    ]  # fmt: skip
    made = together(service, engine, acts)
    assert [type(one) for one in made[3:6]] == [Unknown, Refused, Stale]
    assert [[p.code for p in one.problems] for one in made[3:6]] == [["T01"], ["A01"], ["S01"]]
    assert [task_of(made[n]).code for n in (0, 1, 2, 6)] == ["T1", "T2", "T3", "T4"]
    assert states(engine) == {"T1": "planned", "T2": "planned", "T3": "assigned", "T4": "planned"}
    sound(office, engine)


def test_a_stale_memory_in_a_group_spoils_nothing(office: Office, service: Service, engine: Engine) -> None:
    """One of a group saw a version that another session has left behind: he is told, the others are done."""
    placed(office, engine, "T1", "T2", "T3")
    service.advance_many([plan("T2")])
    with sessionmaker(engine).begin() as session:
        office.advance(session, "T2", "start", OFFICE, ACTED)
    made = together(service, engine, [plan("T1"), inspect("T2", "旧", seen=2), plan("T3")])
    assert isinstance(made[1], Stale) and "推进中" in str(made[1])
    assert states(engine) == {"T1": "planned", "T2": "in_progress", "T3": "planned"}
    sound(office, engine)


def test_what_a_listener_raises_undoes_that_act_and_no_other(office: Office, service: Service, engine: Engine) -> None:
    """A listener hears within the transaction; his exception reaches who asked for that act, the others stand."""
    heard = []

    @office.listen("plan")
    def hear(session: Session, message: Message) -> None:
        task = of(session).task
        heard.append((message.task, session.scalar(select(task.c.state).where(task.c.code == message.task))))
        if message.task == "T2":
            raise RuntimeError("收件箱满了")

    placed(office, engine, "T1", "T2", "T3")
    made = together(service, engine, [plan("T1"), plan("T2"), plan("T3")])
    assert isinstance(made[1], RuntimeError) and "收件箱满了" in str(made[1])
    assert [task_of(made[n]).state for n in (0, 2)] == ["planned"] * 2
    assert states(engine) == {"T1": "planned", "T2": "assigned", "T3": "planned"}
    assert {state for _, state in heard} == {"planned"}
    sound(office, engine)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_who_is_interrupted_while_he_waits_leaves_nobody_waiting(
    office: Office, service: Service, engine: Engine
) -> None:
    """A signal ends the wait of the thread whose turn comes next: its act is not done, all others are."""
    placed(office, engine, "T1", "T2", "T3")
    queue = service._queue
    assert queue is not None
    before = signal.signal(signal.SIGUSR1, interrupted)
    try:
        with ThreadPoolExecutor(3) as pool, engine.connect() as other:
            other.exec_driver_sql("BEGIN IMMEDIATE")
            first = pool.submit(service.advance_many, [plan("T1")])
            while not queue._busy:
                sleep(0.001)
            last = pool.submit(behind, service, plan("T3"))
            with pytest.raises(InterruptedError):
                service.advance_many([plan("T2")])
            other.rollback()
            assert [task_of(one.result(60)).code for one in (first, last)] == ["T1", "T3"]
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert states(engine) == {"T1": "planned", "T2": "assigned", "T3": "planned"}


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("way", ["acts", "other work"])
def test_who_is_interrupted_while_he_writes_for_others_ends_nobody_else(
    way: str, office: Office, service: Service, engine: Engine
) -> None:
    """The thread that writes for all is interrupted: the others are done, or told that they must look; none goes down.

    What they ask for next goes through.
    """
    placed(office, engine, "T1", "T2", "T3", "T4")

    def interrupt(session: Session, message: Message | None = None) -> None:
        if message is None or message.task == "T2":
            raise KeyboardInterrupt

    if way == "acts":
        office.listen("plan")(interrupt)
    second = (
        partial(service.transact, interrupt) if way == "other work" else partial(service.advance_many, [plan("T2")])
    )
    first, *others = [partial(service.advance_many, [plan(code)]) for code in ("T1", "T3", "T4")]
    made = in_turn(service, engine, [first, second, *others])
    assert task_of(made[0]).code == "T1" and isinstance(made[1], KeyboardInterrupt)
    if way == "acts":
        assert all(isinstance(one, Invalid) and one.problems[0].code == "B09" for one in made[2:])
        expected = ["T1"]
    else:
        expected = ["T1", *(task_of(one).code for one in made[2:])]
        assert expected == ["T1", "T3", "T4"]
    assert [code for code, state in states(engine).items() if state == "planned"] == expected
    assert task_of(service.advance_many([inspect("T4", "之后")])).code == "T4"
    sound(office, engine)


def in_turn(service: Service, engine: Engine, asked: Sequence[Callable[[], Any]]) -> list[Any]:
    """What comes of things asked for in order, each in a thread, while somebody keeps SQLite from writing."""
    queue = service._queue
    assert queue is not None

    def ask(one: Callable[[], Any]) -> Any:
        try:
            return one()
        except BaseException as error:
            return error

    with ThreadPoolExecutor(len(asked)) as pool, engine.connect() as other:
        other.exec_driver_sql("BEGIN IMMEDIATE")
        submitted = []
        for n, one in enumerate(asked):
            submitted.append(pool.submit(ask, one))
            while len(queue._waiting) < n or not queue._busy:
                sleep(0.001)
        other.rollback()
        return [one.result(60) for one in submitted]


def interrupted(number: int, frame: object) -> None:
    """What the signal does to whoever waits."""
    raise InterruptedError


def behind(service: Service, act: Act) -> tuple[Task, ...]:
    """Interrupt the main thread as soon as it waits, then act."""
    assert service._queue is not None
    while not service._queue._waiting:
        sleep(0.001)
    os.kill(os.getpid(), signal.SIGUSR1)
    return service.advance_many([act])


def test_a_repeated_key_is_answered_with_the_first_result(office: Office, service: Service, engine: Engine) -> None:
    """The same key does the act once, after it and at the same moment; for another act it is refused."""
    placed(office, engine, "T1", "T2")
    first = service.advance_many([plan("T1", key="k1", seen=1)])
    assert service.advance_many([plan("T1", key="k1", seen=1)]) == first
    with pytest.raises(Refused, match="A10"):
        service.advance_many([plan("T2", key="k1")])
    both = [task_of(one) for one in at_once([partial(service.advance_many, [plan("T2", key="k2", seen=1)])] * 2)]
    assert both[0] == both[1] and both[0].version == 2
    assert states(engine) == {"T1": "planned", "T2": "planned"}


def test_one_key_for_two_tasks_at_the_same_moment_counts_once(office: Office, service: Service, engine: Engine) -> None:
    """Two threads use one key for two tasks: one act is on record, the other is refused."""
    placed(office, engine, "T1", "T2")
    made = at_once([partial(service.advance_many, [plan(code, key="k")]) for code in ("T1", "T2")])
    assert sorted(type(one).__name__ for one in made) == ["Refused", "tuple"]
    assert sorted(states(engine).values()) == ["assigned", "planned"]


def test_a_key_that_was_used_elsewhere_finds_its_act(office: Office, service: Service, engine: Engine) -> None:
    """The service remembers a task as it was before another session did the act: the answer holds the act."""
    placed(office, engine, "T1")
    seen = service.advance_many([plan("T1")])[0].version
    with sessionmaker(engine).begin() as session:
        office.advance(session, "T1", "start", OFFICE, ACTED, key="k")
    again = service.advance("T1", "start", OFFICE, ACTED, key="k", seen=seen)
    assert (again.version, again.state) == (3, "in_progress")


def test_who_saw_an_older_version_is_told_the_state_it_has(office: Office, service: Service, engine: Engine) -> None:
    """Another session went on from what the service remembers: whoever saw the older one is stale, by the record."""
    placed(office, engine, "T1")
    assert service.advance("T1", "plan", GXJ, ACTED, **PLAN).version == 2
    with sessionmaker(engine).begin() as session:
        office.advance(session, "T1", "start", OFFICE, ACTED)
    with pytest.raises(Stale, match=r"推进中.*第 3 步.*第 2 步"):
        service.advance("T1", "inspect", OFFICE, ACTED, seen=2, opinion="旧")
    assert service.advance("T1", "inspect", OFFICE, ACTED, seen=3, opinion="新").version == 4
    assert opinions(engine) == [("T1", "新")]


def test_what_is_not_at_hand_cannot_be_acted_on(
    office: Office, service: Service, engine: Engine, tmp_path: Path
) -> None:
    """A code that nobody used is unknown; a task in an archive is refused with T06, even if it is remembered here."""
    placed(office, engine, "T1")
    task = service.advance("T1", "withdraw", OFFICE, ACTED, reason="上级调整")
    away = an_office(ACTED.replace(year=2026))
    with sessionmaker(engine).begin() as session:
        away.retire(session, "2025", str(tmp_path / "2025.db"), OFFICE)
    for seen in (None, task.version):
        with pytest.raises(Refused, match="T06"):
            service.advance("T1", "inspect", OFFICE, ACTED, seen=seen, opinion="迟了")
    with pytest.raises(Unknown, match="T01"):
        service.advance("T9", "inspect", OFFICE, ACTED, opinion="没有")


def test_a_batch_through_the_service_is_all_or_none(office: Office, service: Service, engine: Engine) -> None:
    """One act that fails keeps the whole batch from the record, and every failed act's problems are raised."""
    placed(office, engine, "T1", "T2")
    before = record(engine)
    with pytest.raises(Unknown) as raised:
        service.advance_many(
            [plan("T1"), plan("T9"), Act("T2", "start", OFFICE, {}, ACTED), inspect("T2", "x", seen=5)]
        )
    assert [problem.code for problem in raised.value.problems] == ["T01", "A01", "S01"]
    assert record(engine) == before
    made = service.advance_many([plan("T1"), plan("T2"), Act("T1", "start", OFFICE, {}, ACTED)])
    assert [(task.code, task.version) for task in made] == [("T1", 3), ("T2", 2), ("T1", 3)]
    sound(office, engine)


def test_any_other_work_goes_into_one_transaction(office: Office, service: Service, engine: Engine) -> None:
    """What is done within ``transact`` is on record when it returns, and nothing of it when it fails half-way."""
    placed(office, engine, "T1", "T2")

    def half(session: Session) -> None:
        office.advance(session, "T1", "plan", GXJ, ACTED, **PLAN)
        office.advance(session, "T2", "verify", OFFICE, ACTED, opinion="属实")

    with pytest.raises(Refused):
        service.transact(half)
    assert set(states(engine).values()) == {"assigned"}
    report = service.transact(lambda session: office.tick(session, ACTED))
    assert report.day == ACTED
    service.transact(lambda session: office.advance(session, "T1", "plan", GXJ, ACTED, **PLAN))
    assert states(engine)["T1"] == "planned"


def test_closing_gives_every_connection_back(office: Office, engine: Engine, url: str) -> None:
    """After ``close`` nothing of the service is connected, and it is ready again if somebody asks."""
    own = open_engine(url)
    of(own).metadata.create_all(own)
    placed(office, own, *CODES)
    with office.serve(own) as service:
        at_once([partial(service.advance_many, [plan(code)]) for code in CODES])
        assert own.pool.checkedout() > 0  # type: ignore[attr-defined]
        pool = own.pool
    assert pool.checkedout() == 0 and own.pool.checkedin() == 0  # type: ignore[attr-defined]
    assert service.advance("T1", "start", OFFICE, ACTED).version == 3
    service.close()


def impatient(url: str) -> Engine:
    """An engine that does not wait for others' locks."""
    arguments: dict[str, dict[str, Any]] = {
        "sqlite": {"timeout": 0}, "postgresql": {"options": "-c lock_timeout=1"},
        "mysql": {"init_command": "set session innodb_lock_wait_timeout = 0"},
    }  # fmt: skip
    return create_engine(url, connect_args=arguments[url.partition("+")[0].partition(":")[0]])


def hold(other: Any, code: str) -> None:
    """Keep the row of a task; on SQLite, the database."""
    if other.dialect.name == "sqlite":
        other.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        other.execute(text("select 1 from sv_task where code = :code for update"), {"code": code})


@pytest.mark.parametrize("count", [1, 2])
def test_a_row_that_others_hold_is_told_as_stale(count: int, office: Office, url: str) -> None:
    """While a host keeps a task, the service says that it is busy and leaves nothing; let go, the same act is done."""
    own = impatient(url)
    of(own).metadata.create_all(own)
    placed(office, own, "T1", "T2")
    acts = [plan("T2"), plan("T1")][-count:]
    with office.serve(own) as service, create_engine(url).connect() as other:
        hold(other, "T1")
        with pytest.raises(Stale, match="S01"):
            service.advance_many(acts)
        other.rollback()
        assert set(states(own).values()) == {"assigned"}
        assert len(service.advance_many(acts)) == count
        other.engine.dispose()
    sound(office, own)
    own.dispose()


WAITS = {
    "postgresql": "select count(*) from pg_locks where not granted",
    "mysql": "select count(*) from information_schema.innodb_trx where trx_state = 'LOCK WAIT'",
}


@servers
def test_a_deadlock_with_a_host_is_tried_again(office: Office, service: Service, engine: Engine) -> None:
    """A batch and a host that want two tasks in opposite order: whoever is sent back, the batch is done in the end."""
    placed(office, engine, "T1", "T2")
    with ThreadPoolExecutor(1) as pool, engine.connect() as other, engine.connect() as watch:
        hold(other, "T2")
        asked = pool.submit(service.advance_many, [plan("T1"), plan("T2")])
        while not watch.scalar(text(WAITS[engine.dialect.name])):
            watch.rollback()
            sleep(0.2)  # MySQL looks again only after a tenth of a second
        try:
            hold(other, "T1")
        except Exception as error:
            assert "deadlock" in str(error).lower()
        other.rollback()
        assert [task.state for task in asked.result(60)] == ["planned"] * 2
    sound(office, engine)


@servers
@pytest.mark.parametrize("way", ["alone", "seen", "batch", "listened", "other work"])
def test_a_server_that_was_started_anew_costs_nobody_his_act(way: str, office: Office, url: str) -> None:
    """A server ended our connections while they lay idle: the next act goes through, once, on whatever way."""
    own = open_engine(url)
    of(own).metadata.create_all(own)
    placed(office, own, "T1", "T2")
    if way == "listened":
        office.listen("inspect")(lambda session, message: None)
    with office.serve(own) as service:

        def act(opinion: str, seen: int) -> None:
            if way == "other work":
                work = partial(office.advance, code="T1", action="inspect", by=OFFICE, day=ACTED, opinion=opinion)
                service.transact(work)
            elif way == "batch":
                service.advance_many([inspect("T1", opinion), inspect("T2", opinion)])
            else:
                service.advance_many([inspect("T1", opinion, seen=seen if way == "seen" else None)])

        act("先", 1)
        end_all(own, url)
        act("后", 2)
        done = [opinion for code, opinion in opinions(own) if code == "T1"]
        assert sorted(done) == ["先", "后"]
    sound(office, own)


@servers
@pytest.mark.parametrize("count", [1, 2])
def test_a_connection_that_goes_in_the_middle_is_told(count: int, office: Office, url: str) -> None:
    """A server that ends our connection while an act is at work on it is told with B04; the acts after that go on."""
    own = open_engine(url)
    of(own).metadata.create_all(own)
    placed(office, own, "T1", "T2")
    acts = [inspect("T1", "一"), inspect("T2", "二")][:count]
    with office.serve(own) as service, ThreadPoolExecutor(1) as pool, create_engine(url).connect() as other:
        hold(other, "T1")
        asked = pool.submit(service.advance_many, acts)
        end_waiting(url)
        with pytest.raises(Invalid, match="B04"):
            asked.result(60)
        other.rollback()
        assert opinions(own) == []
        assert len(service.advance_many(acts)) == len(opinions(own)) == count
        other.engine.dispose()


WAITERS = {
    "postgresql": "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    "mysql": "select id from information_schema.innodb_trx join information_schema.processlist on id = "
    "trx_mysql_thread_id where trx_state = 'LOCK WAIT' and db = database()",
}


def end_waiting(url: str) -> None:
    """End the first connection to a database that waits for another's lock."""
    root = create_engine(url, isolation_level="AUTOCOMMIT")
    with root.connect() as connection:
        while not (waiting := connection.scalars(text(WAITERS[root.dialect.name])).all()):
            sleep(0.2)  # MySQL looks again only after a tenth of a second
        kill = "select pg_terminate_backend(%d)" if root.dialect.name == "postgresql" else "kill %d"
        connection.exec_driver_sql(kill % waiting[0])
    root.dispose()


def end_all(own: Engine, url: str) -> None:
    """End every connection of an engine, as a server that restarts does."""
    root = create_engine(url, isolation_level="AUTOCOMMIT")
    with root.connect() as connection:
        if root.dialect.name == "postgresql":
            connection.execute(text(
                "select pg_terminate_backend(pid, 10000) from pg_stat_activity "
                "where datname = current_database() and pid <> pg_backend_pid()"
            ))  # fmt: skip
        else:
            query = "select id from information_schema.processlist where db = database() and id <> connection_id()"
            for number in connection.scalars(text(query)).all():
                connection.exec_driver_sql(f"kill {number}")
    root.dispose()


def test_more_threads_than_the_pool_has_seats_all_get_done(office: Office, url: str) -> None:
    """Any number of threads may ask at once: who finds no connection free waits for one."""
    own = create_engine(url, pool_size=2, max_overflow=0, pool_timeout=1)
    of(own).metadata.create_all(own)
    placed(office, own, *CODES)
    with office.serve(own) as service:
        for round_ in range(3):
            made = at_once([partial(service.advance_many, [inspect(code, str(round_))]) for code in CODES])
            assert {task_of(one).version for one in made} == {2 + round_}
    own.dispose()


def test_a_batch_in_a_session_is_as_one_by_one(office: Office, engine: Engine) -> None:
    """Each act of a batch acts on what the ones before left, a repeated key counts once, all answers are the end."""
    placed(office, engine, "T1", "T2")
    acts = [plan("T1", key="k", seen=1), plan("T1", key="k", seen=1), plan("T2"), inspect("T1", "二", seen=2)]
    with sessionmaker(engine).begin() as session:
        made = office.advance_many(session, acts)
        assert [(task.code, task.version) for task in made] == [("T1", 3), ("T1", 3), ("T2", 2), ("T1", 3)]
    with sessionmaker(engine)() as session:
        assert [e.action for e in office.load(session, "T1").events] == ["assign", "plan", "inspect"]
        assert session.scalar(select(func.count()).select_from(of(session).event)) == 5
    sound(office, engine)


def test_a_batch_in_a_session_writes_nothing_if_one_fails(office: Office, engine: Engine) -> None:
    """The problems of every failed act are raised, and the host may go on and commit: nothing of the batch is there."""
    placed(office, engine, "T1", "T2")
    before = record(engine)
    with sessionmaker(engine).begin() as session:
        with pytest.raises(Refused) as raised:
            office.advance_many(session, [plan("T1", key="k"), plan("T2", key="k"), inspect("T1", "旧", seen=1)])
        assert [problem.code for problem in raised.value.problems] == ["A10", "S01"]
    assert record(engine) == before


def test_attempt_does_what_can_be_done(office: Office, engine: Engine) -> None:
    """Of many acts each gets his task or why not, in order, and what could be done is written."""
    placed(office, engine, "T1", "T2")
    with sessionmaker(engine).begin() as session:
        made = office.attempt(session, [Act("T1", "start", OFFICE, {}, ACTED), plan("T2"), plan("T9")])
    assert [type(one) for one in made] == [Refused, Task, Unknown]
    assert states(engine) == {"T1": "assigned", "T2": "planned"}


def test_nobody_is_refused_by_what_the_service_remembers(office: Office, service: Service, engine: Engine) -> None:
    """An act that was impossible at the version seen is held against the record: who saw an older one is stale."""
    placed(office, engine, "T1", "T2", "T3")
    assert service.advance_many([plan("T1"), plan("T2")])[0].version == 2
    with sessionmaker(engine).begin() as session:
        office.advance_many(session, [Act(code, "start", OFFICE, {}, ACTED) for code in ("T1", "T2")])
    with pytest.raises(Stale, match="推进中"):
        service.advance("T1", "plan", GXJ, ACTED, seen=2, **PLAN)
    made = together(service, engine, [plan("T3"), inspect("T3", "x"), plan("T2", seen=2)])
    assert isinstance(made[2], Stale) and "推进中" in str(made[2])


def test_news_of_a_batch_goes_to_those_who_were_parties_then(office: Office, engine: Engine) -> None:
    """A plan sent back and, in the same batch, another unit made lead: the letter on the plan is the old lead's."""
    placed(office, engine, "T1")
    acts = [
        plan("T1"), Act("T1", "revise", OFFICE, {"reason": "不具体"}, ACTED),
        Act("T1", "reassign", OFFICE, {"units": "区财政局", "reason": "分工调整"}, ACTED),
    ]  # fmt: skip
    with sessionmaker(engine).begin() as session:
        office.advance_many(session, acts)
    told = {row["action"]: row["hearers"] for row in record(engine)["outbox"]}
    assert (told["revise"], told["reassign"]) == (["区工信局", "区科技局", "区发改局"], ["区财政局"])
