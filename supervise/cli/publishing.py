"""The steps before a publication: a board or a year served on its units, signed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from supervise.cli.kinds import Day
from supervise.cli.output import Counter, F, actor, saving
from supervise.cli.shell import option

if TYPE_CHECKING:
    from supervise.office import Office
    from supervise.records import Cut
    from supervise.rules.assessment import Filed
    from supervise.store.database import Work

Body = dict[str, Any]
Make = Callable[["Office", "Work"], Body]
Tables = Callable[["Office"], "Mapping[str, Filed]"]


def stepped(function: F) -> F:
    """Options of a result that is published by steps."""
    for add in (
        option("--preview", is_flag=True, help="公示:定稿发给榜上各单位,公示期从今天起"),
        option("--sign", "signs", is_flag=True, help="签发:公示期满、异议都裁定了以后"),
        option("--day", type=Day(), default=None, metavar="日期", help="公示、签发、公布是哪天办的", otherwise="今天"),
    ):
        function = add(function)
    return function


def alone(preview: bool, signs: bool, publish: bool, asked: Cut | None) -> None:
    """See that one step is asked for at a time, and that what is signed is asked for at no other cut.

    Args:
        preview, signs, publish: which.
        asked: the cut.
    """
    if preview + signs + publish > 1:
        raise click.UsageError("--preview、--sign、--publish 一次只做一步")
    if signs and asked is not None:
        raise click.UsageError("签发的是公示的那一稿,不能另写 --as-of、--known")


def signed(
    make: Make, name: str, period: str, day: date | None, asked: Cut | None, tables: Tables = lambda _: {}
) -> Make:
    """What may be published: what was signed where rules ask for it, else what ``make`` makes.

    Args:
        make: makes a board or a year.
        name, period: which.
        day: of the publication; today if not given.
        asked: the cut that was asked for; what is signed has its own.
        tables: gives the tables of scores of a year.
    """

    def found(office: Office, session: Work) -> Body:
        body = office.signed(session, name, period, day, tables(office))
        if body is not None and asked is not None:
            raise click.UsageError("公布的是签发的那一稿,不能另写 --as-of、--known")
        return body or make(office, session)

    return found


def step(
    counter: Counter, name: str, period: str, make: Make, day: date | None, signs: bool, as_: str, output: str,
    publish: bool, write: Callable[[Body, Office], bytes], tables: Tables = lambda _: {},
) -> Body:  # fmt: skip
    """A board or a year as served or as signed, and the file of it.

    Args:
        counter: where to work.
        name: of the board or the assessment.
        period: such as ``2025Q2``.
        make: makes what is served.
        day: on which; today if not given.
        signs: whether it is signed, else served.
        as_: who does it.
        output: a file to save it in.
        publish: never; the option belongs to the same command.
        write: what the file holds.
        tables: gives the tables of scores of a year.
    """
    from supervise.rules.moved import document

    with saving(output) as save, counter.writing() as (office, session):
        by = actor(office, as_)
        if signs:
            body = office.sign(session, name, period, by, day, tables(office))
            moved = [document(one) for one in body.pop("moved")]
            body["procedure"] = {"against": body.pop("against"), "moved": moved, "signed_by": by.unit}
        else:
            body = make(office, session)
            made = office.consult(session, body, by, day)
            until = office.matter(session, name, period).events[-1].data["until"]
            seal = {"number": made.seal, "hash": made.seal_hash}
            told = {"draft": made.number, "until": until}
            body = {**body, "fingerprint": made.fingerprint, "seal": seal, "procedure": told}
        if output:
            save(write(body, office))
    return body
