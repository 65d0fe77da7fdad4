"""Messages delivered long ago leave the record for a file that is sealed; what may be needed again stays."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import sessionmaker
from sqlalchemy.pool import StaticPool

from supervise import Refused, SuperviseError
from supervise.channels import Undelivered
from supervise.hall.letterbook import Spent
from supervise.store import library, outbox, tables
from tests.acting import OFFICE
from tests.test_deliverer import WEDNESDAY, World, letter

LATER = timedelta(days=20)
TODAY = WEDNESDAY.date() + LATER


@pytest.fixture
def world(engine: Engine) -> Iterator[World]:
    """Three tasks placed on three days, a reminder with the first; each day one message to the unit."""
    made = World(engine)
    made.service.transact(lambda s: outbox.add(s, "default", [letter("T1", "remind:finish:7", made.clock())]))
    for number in (1, 2, 3):
        made.assign(f"T{number}")
        made.deliverer().run()
        made.clock.on(days=1)
    made.clock.moment = WEDNESDAY + LATER
    yield made
    made.service.close()


def retire(world: World, file: Path, day: date = TODAY) -> Spent:
    """Everything delivered before a day."""
    return world.service.transact(lambda session: world.office.retire_messages(session, day, file, OFFICE))


def test_what_was_delivered_is_in_the_file_and_its_print_is_sealed(world: World, tmp_path: Path) -> None:
    """Two of three messages leave, word for word; the third keeps the number; the audit holds the print for good."""
    sent = [item.text for one in world.inbox.got[:2] for item in one.items]
    made = retire(world, tmp_path / "消息.jsonl")
    assert (made.parcels, made.letters) == (2, 2)  # the reminder stays, for its name keeps it from coming twice
    assert (world.rows("parcel"), world.rows("delivery"), world.rows("letter")) == (1, 1, 2)
    data = (tmp_path / "消息.jsonl").read_bytes()
    lines = [json.loads(line) for line in data.splitlines()]
    assert [one["seq"] for one in lines] == [1, 2]
    assert [letter["text"] for one in lines for letter in one["letters"]] == sent
    with world.engine.connect() as connection:
        told = library.numbered(connection, "default", made.serial)
    assert told is not None and json.loads(told.body)["sha256"] == hashlib.sha256(data).hexdigest()
    assert world.service.transact(world.office.audit).breaks == ()


def test_numbers_and_reminders_go_on_as_if_nothing_had_left(world: World, tmp_path: Path) -> None:
    """The next message has the next number, and a reminder that was given is not given again."""
    retire(world, tmp_path / "消息.jsonl")
    before = len(world.inbox.got)
    world.service.transact(lambda s: outbox.add(s, "default", [letter("T1", "remind:finish:7", world.clock())]))
    world.deliverer().run()
    assert len(world.inbox.got) == before
    world.assign("T4")
    world.deliverer().run()
    assert world.inbox.got[-1].key == "default/hub/区工信局/4"


def test_what_has_not_arrived_stays_with_all_that_it_is_sent_with(engine: Engine, tmp_path: Path) -> None:
    """A letter parked for one unit keeps the message in which another unit got it, so that nobody gets it twice."""
    world = World(engine)
    world.inbox.refuse = lambda d: Undelivered("不要", final=True) if d.address == "区科技局" else None
    for number in (1, 2):
        world.assign(f"T{number}", lead=("区工信局", "区科技局"))
        world.deliverer().run()
        world.clock.on(days=1)
    world.clock.moment = WEDNESDAY + LATER
    assert retire(world, tmp_path / "消息.jsonl").parcels == 0
    assert not (tmp_path / "消息.jsonl").exists()
    world.service.close()


def test_nothing_leaves_when_the_file_cannot_be_written_or_the_day_is_to_come(world: World, tmp_path: Path) -> None:
    """A file that is there, a folder that is not, tomorrow: refused, and every row is where it was."""
    (tmp_path / "有了").write_text("", "utf-8")
    before = [world.rows(name) for name in ("parcel", "delivery", "letter", "publication")]
    for file, code in ((tmp_path / "有了", "F06"), (tmp_path / "没有" / "消息", "F07")):
        with pytest.raises(SuperviseError) as error:
            retire(world, file)
        assert error.value.problems[0].code == code
    with pytest.raises(Refused, match="还没有到"):
        retire(world, tmp_path / "消息", date(2026, 1, 1))
    assert [world.rows(name) for name in ("parcel", "delivery", "letter", "publication")] == before


def test_a_restored_record_sends_nothing_again(world: World, tmp_path: Path) -> None:
    """An export holds the messages; restored elsewhere, what arrived has arrived and what waits goes out once."""
    world.assign("T4")
    with sessionmaker(world.engine)() as session:
        manifest = world.office.export(session, tmp_path / "导出")
    assert {name: manifest["files"][f"{name}.jsonl"]["rows"] for name in ("outbox", "letters", "parcels")} == {
        "outbox": 1, "letters": 4, "parcels": 3,
    }  # fmt: skip
    other = World(create_engine("sqlite://", poolclass=StaticPool))
    other.clock.moment = world.clock.moment
    tables.metadata.create_all(other.engine)
    other.service.transact(lambda session: other.office.restore(session, tmp_path / "导出"))
    other.deliverer().run()
    assert other.inbox.lines() == [("区工信局", ["T4/1"])]
    other.service.close()
