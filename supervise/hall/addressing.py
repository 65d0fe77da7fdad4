"""Who gets a message: from the name on a letter to people, and from a post that nobody holds to who stands in."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from supervise.hearing import unit_and_post
from supervise.people import LONGEST, POSTS, Directory, Person, people
from supervise.rules.sending import Sending
from supervise.store.parcels import NOBODY, Target

FILE = "units.yaml"


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A post that nobody can get messages for.

    Args:
        unit: canonical name.
        post: one of ``POSTS``; empty if the unit has nobody at all.
        away: who holds it and is away; empty if nobody holds it.
        instead: who gets the messages; empty if nobody does.
    """

    unit: str
    post: str
    away: str
    instead: str

    @property
    def text(self) -> str:
        """One line in Chinese."""
        if not self.post:
            return f"没有写收消息的人({FILE} 的 people)"
        why = f"{POSTS[self.post]}{self.away}请假" if self.away else f"{POSTS[self.post]}空缺"
        return f"{why},由{self.instead}代收" if self.instead else f"{why},也没有可以代收的人"


@dataclass(frozen=True, slots=True)
class Addressing:
    """How names become addresses on one day.

    Args:
        directory: of the district.
        rules: the sending file.
        channels: those that there are.
        default: the channel of a name for which the directory keeps no people.
        day: today, in the district.
        named: posts that letters are for by name, beside those of the sending file.
    """

    directory: Directory
    rules: Sending
    channels: Collection[str]
    default: str
    day: date
    named: Collection[str] = ()

    def targets(self, hearers: Sequence[str], grave: bool) -> list[Target]:
        """Where a letter goes: at least one target for each hearer, be it to nobody; no address twice for one hearer.

        Args:
            hearers: as on the letter.
            grave: whether the letter is.
        """
        found: dict[tuple[str, str], Target] = {}
        for hearer in hearers:
            for target in self._of(hearer, grave):
                found.setdefault((hearer, target.address), target)
        return list(found.values())

    def _of(self, hearer: str, grave: bool) -> Iterator[Target]:
        asked, only = unit_and_post(hearer)
        known = people(self.directory, asked, self.day)
        if known is None:
            yield Target(hearer, self.default, hearer, hearer)
            return
        if any(person.name == asked for person in known):  # the letter names the person himself
            yield from (self._to(hearer, person, "") for person in known)
            return
        unit = self.directory.unit(asked, self.day)
        name, reached = unit.name if unit is not None else asked, False
        posts = (only,) if only else (self.rules.grave_who if grave else ()) or self.rules.who
        for post, person, vacancy in self._posts(name, known, posts):
            if person is not None:
                reached = True
                yield self._to(hearer, person, f"{name}{vacancy.text}" if vacancy is not None else "", post)
        if not reached:
            yield Target(hearer, NOBODY, hearer, hearer, self._nobody(asked, known, posts))

    def _posts(
        self, unit: str, known: Sequence[Person], posts: Sequence[str]
    ) -> Iterator[tuple[str, Person | None, Vacancy | None]]:
        """Each post that is to hear: who is there, or who stands in, or nobody."""
        for post in posts:
            there = [person for person in known if person.post == post and person.present(self.day)]
            yield from ((post, person, None) for person in there)
            if not there:
                away = "、".join(person.name for person in known if person.post == post)
                stands_in = next((p for other in self.rules.vacant for p in self._there(known, other, post)), None)
                yield post, stands_in, Vacancy(unit, post, away, stands_in.name if stands_in is not None else "")

    def _there(self, known: Sequence[Person], post: str, not_: str) -> list[Person]:
        return [p for p in known if p.post == post != not_ and p.present(self.day)]

    def _to(self, hearer: str, person: Person, remark: str, post: str = "") -> Target:
        """A person by the first of the channels for the post that he has an address on and that there is."""
        wanted = self.rules.channels.get(post or person.post) or tuple(person.to)
        channel = next((name for name in wanted if self._usable(person, name)), "")
        if channel:
            return Target(hearer, channel, person.to[channel], person.name, remark[:LONGEST])
        has, there = "、".join(person.to) or "没有写", "、".join(sorted(self.channels)) or "没有设"
        text = f"{person.unit}{POSTS[person.post]}{person.name}没有可用的地址"
        return Target(
            hearer, NOBODY, hearer, hearer, f"{text}:{FILE} 的 to 写的是 {has},设好的通道是 {there}"[:LONGEST]
        )

    def _usable(self, person: Person, channel: str) -> bool:
        return channel in self.channels and 0 < len(person.to.get(channel, "")) <= LONGEST

    def _nobody(self, hearer: str, known: Sequence[Person], wanted: Sequence[str]) -> str:
        if self.directory.unit(self.directory.heir(hearer, self.day), self.day) is None and not known:
            return f"{FILE} 里没有“{hearer}”这个单位或人"
        posts = "、".join(POSTS[post] for post in dict.fromkeys((*wanted, *self.rules.vacant)))
        return f"{hearer}没有能收消息的人:{FILE} 里这一天没有在岗的{posts}"[:LONGEST]

    def vacancies(self) -> Iterator[Vacancy]:
        """Every post that is to hear and that nobody holds, or whose holder is away; none where no people are kept."""
        for unit in self.directory.units(self.day):
            known = people(self.directory, unit.name, self.day)
            if known == ():
                yield Vacancy(unit.name, "", "", "")
            elif known is not None:
                posts = list(dict.fromkeys((*self.rules.who, *self.rules.grave_who, *self.named)))
                by_post = {v.post: v for _, _, v in self._posts(unit.name, known, posts) if v is not None}
                yield from by_post.values()
