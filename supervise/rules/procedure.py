"""How a board or a year is published: what a rule file asks for, and the acts of the lifecycles that carry it.

Who may act, and how many days a decision may take, stands in the lifecycles ``publication`` and ``objection``; the
words below are all that the hall knows of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from supervise.errors import Problem
from supervise.phrases import Length
from supervise.reading import Document
from supervise.rules.ruleset import AssessmentRules, BoardRules, RuleSet
from supervise.rules.scheme import Scheme
from supervise.workflows.checking import unknown
from supervise.workflows.definition import Definition

MATTER, OBJECTION = "publication", "objection"
"""The lifecycles: one task for each period of a board or year, one for each contested line."""
REDRAW, SERVE, SIGN, ANNOUNCE, AMEND = "draw_again", "consult", "sign", "announce", "put_right"
OBJECT, UPHOLD = "contest", "uphold"
Ruling = BoardRules | Scheme | AssessmentRules
"""Rules whose results are published."""


@dataclass(frozen=True, slots=True)
class Procedure:
    """What must come before a publication.

    Args:
        title: of the rules.
        closes: how long after the period the result is compiled.
        notice: how long units may contest what was served on them.
        sign: the roles one of which must sign.
        appeal: how long units may contest what was published; ``None`` if they may not.
    """

    title: str
    closes: Length
    notice: Length
    sign: tuple[str, ...]
    appeal: Length | None


def procedure(rules: Ruling) -> Procedure | None:
    """The procedure that rules ask for; ``None`` where they name nobody who signs, so that the office publishes."""
    if not rules.sign or rules.notice is None:
        return None
    return Procedure(rules.title, rules.closes, rules.notice, rules.sign, rules.appeals)


def check_procedure(document: Document, rules: RuleSet, laws: Mapping[str, Definition]) -> Iterator[Problem]:
    """What is wrong with the procedure of a rule file: R34 half a procedure, R01 no lifecycle for it, R04 no role.

    Args:
        document: the parsed file, for places.
        rules: what it says.
        laws: workflow → newest definition.
    """
    if not isinstance(rules, Ruling):
        return
    if rules.sign and (rules.notice is None or not rules.notice.count):
        yield document.problem("R34", ("sign",), "写了 sign(签发)就要写 notice(公示期)", "如 notice: 5 workdays")
    if rules.appeals is not None and not rules.sign:
        yield document.problem("R34", ("appeals",), "没有写 sign(签发),appeals(公布以后的异议期)用不上")
    if rules.sign:
        yield from unknown(document, "R01", ("sign",), "流程", {MATTER, OBJECTION} - laws.keys(), laws)
        roles = laws[MATTER].roles if MATTER in laws else ()
        yield from unknown(document, "R04", ("sign",), "角色", rules.sign if roles else (), roles)
