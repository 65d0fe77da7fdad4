"""What a story expects of ladders and lights on one of its days: who is asked, which light burns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from supervise.errors import Problem, did_you_mean
from supervise.reading import Document, Path
from supervise.rules import escalation, lights, unitladder
from supervise.rules.ladder import Lights
from supervise.rules.measures import Ground
from supervise.rules.reasons import pressing
from supervise.site.folder import Folder
from supervise.site.playing import Play


def asked(document: Document, at: Path, play: Play, folder: Folder, wanted: Sequence[str]) -> Iterator[Problem]:
    """That exactly these rungs wait for people's word, about the task or a unit of it (E22).

    Args:
        document: the parsed file, for places.
        at: where the step stands in it.
        play: the story on its day.
        folder: whose units.
        wanted: rungs by name.
    """
    situation = play.lifecycle.situation(play.task)
    found = [p.rung for ladder in play.ladders for p in escalation.proposed(ladder, situation, play.day)]
    for ladder in play.ladders:
        ground = Ground([situation], play.day, folder.units)
        presses = pressing(play.lifecycle.definition)
        found += [p.matter for p in unitladder.proposals(ladder, ground, presses, (), ladder.effective)]
    if sorted(found) != sorted(wanted):
        text = f"这天应提请 {'、'.join(wanted) or '无'},实际:{'、'.join(sorted(found)) or '无'}"
        yield document.problem("E22", (*at, "asks"), text)


def lit(
    document: Document, at: Path, play: Play, folder: Folder, rules: Sequence[str], wanted: str
) -> Iterator[Problem]:
    """That the task shows this light (E21).

    Args:
        document, at, play, folder: as above.
        rules: names of the rules at work in the story.
        wanted: the light, by name; ``none`` if none burns.
    """
    known = {s.value.name: s.value for s in folder.rules.values() if isinstance(s.value, Lights)}
    law = next((law for name, law in known.items() if {name, law.lights} & set(rules)), None)
    if law is None:
        yield document.problem("E21", (*at, "light"), "故事的 rules 里没有亮灯办法(lights:)")
        return
    names = [*(one.light for one in law.rungs), "none"]
    found = lights.light(law, play.lifecycle.situation(play.task), play.day)
    light = (found.light if found is not None else "") or "none"
    if wanted not in names:
        yield document.problem("E21", (*at, "light"), f"没有“{wanted}”这种灯{did_you_mean(wanted, names)}")
    elif light != wanted:
        rule = f"({found.rule})" if found is not None and found.rule else ""
        yield document.problem("E21", (*at, "light"), f"这天应亮 {wanted},实际 {light}{rule}")
