"""A first directory from a notice itself: every name it prints, grouped by its ending, for a clerk to correct."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from supervise import reading
from supervise.intake.folding import fold
from supervise.intake.items import Notice

GROUPS = {
    "towns": "乡镇(街道)",
    "bureaus": "部门",
    "parks": "园区",
    "companies": "企业",
    "collective": "统称(待展开)",
}
_GROUP = (
    ("towns", re.compile(r"(?:镇|乡|街道|街道办|街道办事处|苏木|农场|林场)(?:人民政府)?$")),
    ("companies", re.compile(r"(?:集团|公司|企业|银行|支行|分行|联社)$")),
    (
        "parks",
        re.compile(r"(?:园区|[产工]业园|科技园|示范园|园|高新区|经开区|开发区|新区|度假区|示范区|管委会|管理委员会)$"),
    ),
)
# What a collective name is about → the group it stands for; the first that is found counts.
_SETS = (
    ("towns", re.compile(r"镇|乡|街道|苏木|农场")),
    ("parks", re.compile(r"园区|开发区|高新区|功能区")),
    ("companies", re.compile(r"企业|公司|集团|银行")),
    ("bureaus", re.compile(r"部门|组成|[省市区县州旗盟]直|办局|委办局")),
)


def group_of(name: str) -> str:
    """The assessment group a unit's name speaks for."""
    bare = re.sub(r"\([^()]*\)$", "", fold(name))
    return next((group for group, ending in _GROUP if ending.search(bare)), "bureaus")


def draft_units(notice: Notice) -> str:
    """A ``units.yaml`` of the names a notice prints: units, groups, and collective names as sets.

    A collective name whose members the notice does not tell becomes one unit of the group ``collective``, so that
    nothing is dropped in silence.
    """
    units: dict[str, dict[str, Any]] = {}
    collective: dict[str, None] = {}
    for item in notice.items:
        for party in item.parties.members:
            if party.group:
                collective.setdefault(party.name)
                continue
            unit = units.setdefault(party.name, {"name": party.name, "also": [], "group": group_of(party.name)})
            for other in (party.full, party.printed):
                if other != party.name and other not in unit["also"]:
                    unit["also"].append(other)
    _unambiguous(units.values())
    sets, placeholders = _sets(collective, {unit["group"] for unit in units.values()})
    listed = [_plain(u) for u in units.values()] + [{"name": n, "group": "collective"} for n in placeholders]
    used = {unit["group"] for unit in listed}
    data: dict[str, Any] = {"units": listed, "groups": {k: v for k, v in GROUPS.items() if k in used}, "sets": sets}
    head = "# 单位目录草稿:由通知里出现的单位生成,分组按名称末尾推定,请核对后使用。\n\n"
    return head + reading.dump({key: value for key, value in data.items() if value or key == "units"})


def _sets(collective: Iterable[str], present: set[str]) -> tuple[dict[str, str], list[str]]:
    sets: dict[str, str] = {}
    placeholders: list[str] = []
    for name in collective:
        folded = fold(name)
        group = next((g for g, word in _SETS if word.search(folded)), "")
        vague = re.match(r"相关|有关|其他|各有关|各相关", folded) or "成员单位" in folded or "涉" in folded
        if group in present and not vague:
            sets[name] = f"group {group}"
        else:
            placeholders.append(name)
    return sets, placeholders


def _unambiguous(units: Iterable[dict[str, Any]]) -> None:
    """A short name that two units share, or that is a unit itself, names none of them."""
    listed = list(units)
    taken = [name for unit in listed for name in {unit["name"], *unit["also"]}]
    for unit in listed:
        unit["also"] = [name for name in unit["also"] if taken.count(name) == 1]


def _plain(unit: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in unit.items() if value}
