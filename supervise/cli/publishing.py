"""The steps before a publication: a board served on its units, a board signed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from supervise.cli.output import Counter, actor, saving

if TYPE_CHECKING:
    from datetime import date

    from supervise.records import Cut

Body = dict[str, Any]


def step(
    counter: Counter,
    name: str,
    period: str,
    asked: Cut | None,
    day: date | None,
    signs: bool,
    as_: str,
    output: str,
    publish: bool,
) -> Body:
    """A board as served or as signed, and the file of it.

    Args:
        counter: where to work.
        name: of the board.
        period: such as ``2025Q2``.
        asked: at which cut to serve; what is signed has its own.
        day: on which; today if not given.
        signs: whether it is signed, else served.
        as_: who does it.
        output: a file to save it in.
        publish: never; the option belongs to the same command.
    """
    from supervise.rules.moved import document

    if signs and asked is not None:
        raise click.UsageError("签发的是公示的那一稿,不能另写 --as-of、--known")
    with saving(output) as save, counter.writing() as (office, session):
        by = actor(office, as_)
        if signs:
            body = office.sign(session, name, period, by, day)
            moved = [document(one) for one in body.pop("moved")]
            body["procedure"] = {"against": body.pop("against"), "moved": moved, "signed_by": by.unit}
        else:
            body = office.board(session, name, period, asked)
            made = office.consult(session, body, by, day)
            until = office.matter(session, name, period).events[-1].data["until"]
            seal = {"number": made.seal, "hash": made.seal_hash}
            told = {"draft": made.number, "until": until}
            body = {**body, "fingerprint": made.fingerprint, "seal": seal, "procedure": told}
        if output:
            from supervise.exports import workbook

            save(workbook(body, unknown=office.calendar.provisional))
    return body
