"""Who gets a message: the post that is to hear, whoever stands in where it is vacant, a clear word where nobody is."""

from __future__ import annotations

from datetime import date

import pytest

from supervise.hall.addressing import Addressing
from supervise.hall.deliverer import in_force
from supervise.people import Aliased, Directory, UnitList, UnitsFile, unit_list
from supervise.reading import parse, validate
from tests.histories import FOLDER

DAY = date(2025, 3, 5)
UNITS = """
units:
  - name: 区工信局
    also: [工信局]
    people:
      - {name: 王某, post: liaison, to: {hub: u1, mail: wang@example.cn}, until: 2025-03-31}
      - {name: 赵某, post: unit_head, to: {mail: zhao@example.cn}}
      - {name: 新人, post: liaison, to: {hub: u9}, since: 2025-05-01}
  - name: 区科技局
    people:
      - {name: 李某, post: liaison, to: {hub: u2}, away: [2025-03-03..2025-03-07, 2025-04-01]}
      - {name: 孙某, post: deputy, to: {hub: u3}}
  - name: 区财政局
    people: [{name: 周某, post: liaison, to: {fax: "6688"}}]
  - {name: 区商务局, until: 2025-03-01, becomes: 区科技局}
  - {name: 区教体局}
"""


def directory(text: str = UNITS) -> UnitList:
    """The directory that a text describes."""
    document = parse(text, "units.yaml")
    return unit_list(validate(document, UnitsFile), document)


def sent(hearer: str, day: date = DAY, grave: bool = False, units: Directory | None = None) -> list[tuple[str, ...]]:
    """Channel, address, person and remark of each target."""
    made = Addressing(units or directory(), in_force(FOLDER, day), ("hub", "mail"), "hub", day)
    return [(t.channel, t.address, t.who, t.remark) for t in made.targets([hearer], grave)]


@pytest.mark.parametrize(
    ("hearer", "day", "grave", "expected"),
    [
        ("区工信局", DAY, False, [("hub", "u1", "王某", "")]),
        ("区工信局", DAY, True, [("hub", "u1", "王某", ""), ("mail", "zhao@example.cn", "赵某", "")]),
        ("区工信局", date(2025, 4, 1), False, [("mail", "zhao@example.cn", "赵某", "区工信局联络员空缺,由赵某代收")]),
        ("区工信局", date(2025, 5, 1), False, [("hub", "u9", "新人", "")]),
        ("区科技局", DAY, False, [("hub", "u3", "孙某", "区科技局联络员李某请假,由孙某代收")]),
        ("区科技局", date(2025, 3, 8), False, [("hub", "u2", "李某", "")]),
        ("区科技局", date(2025, 4, 1), False, [("hub", "u3", "孙某", "区科技局联络员李某请假,由孙某代收")]),
        ("区商务局", date(2025, 3, 8), False, [("hub", "u2", "李某", "")]),  # dissolved: its heir
        ("赵某", DAY, False, [("mail", "zhao@example.cn", "赵某", "")]),  # named himself
        ("区工信局(主要负责人)", DAY, False, [("mail", "zhao@example.cn", "赵某", "")]),  # a post is named
        ("区科技局(主要负责人)", DAY, False, [("hub", "u3", "孙某", "区科技局主要负责人空缺,由孙某代收")]),
    ],
)
def test_a_name_becomes_people(hearer: str, day: date, grave: bool, expected: list[tuple[str, ...]]) -> None:
    """By post, day, absence and reform; grave letters go to the head too; each on the first channel there is."""
    assert sent(hearer, day, grave) == expected


@pytest.mark.parametrize(
    ("hearer", "said"),
    [
        ("区教体局", "区教体局没有能收消息的人:units.yaml 里这一天没有在岗的联络员、分管副职、主要负责人"),
        ("区财政局", "区财政局联络员周某没有可用的地址:units.yaml 的 to 写的是 fax,设好的通道是 hub、mail"),
        ("区教体局(主要负责人)", "区教体局没有能收消息的人:units.yaml 里这一天没有在岗的主要负责人、分管副职"),
        ("区气象局", "units.yaml 里没有“区气象局”这个单位或人"),
    ],
)
def test_where_nobody_is_that_is_said(hearer: str, said: str) -> None:
    """The unit, what is missing, and the file to mend."""
    assert sent(hearer) == [("-", hearer, hearer, said)]


def test_a_directory_without_people_gets_everything_under_the_units_name() -> None:
    """Neither a host's directory that knows no people nor a file that names none makes a letter wait."""

    class Plain:
        """What a host's directory had to know so far."""

        unit, members, units, heir = (
            staticmethod(getattr(directory(), name)) for name in ("unit", "members", "units", "heir")
        )

    bare = directory("units: [{name: 区工信局}]")
    assert sent("区工信局", units=bare) == sent("区工信局", units=Plain()) == [("hub", "区工信局", "区工信局", "")]
    assert sent("工信", units=Aliased(directory(), {"工信": "区工信局"})) == [("hub", "u1", "王某", "")]


def test_vacancies_are_listed_with_who_stands_in() -> None:
    """Every post that is to hear and that nobody is there for, the head's for grave letters too."""
    found = Addressing(directory(), in_force(FOLDER, DAY), (), "", DAY).vacancies()
    assert [(one.unit, one.text) for one in found] == [
        ("区科技局", "联络员李某请假,由孙某代收"),
        ("区科技局", "主要负责人空缺,由孙某代收"),
        ("区财政局", "主要负责人空缺,也没有可以代收的人"),
        ("区教体局", "没有写收消息的人(units.yaml 的 people)"),
    ]


def test_a_post_that_only_a_ladder_names_is_among_the_vacancies() -> None:
    """What a rung tells to a post that nobody holds is known before it is sent."""
    rules = in_force(FOLDER, DAY).model_copy(update={"grave_who": ()})
    found = Addressing(directory(), rules, (), "", DAY, named=("unit_head",)).vacancies()
    assert ("区科技局", "主要负责人空缺,由孙某代收") in [(one.unit, one.text) for one in found]
