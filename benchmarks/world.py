"""Our side of the benchmarks: the office at work on the common lifecycle, who acts, and what they fill in.

The lifecycle is the one of ``../shared/bench`` written as a workflow of ours, with duties, letters, a ladder and a
board (``definitions/``); nothing is switched off for the measurement.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from supervise import Actor, Office, Unit, UnitList
from supervise.hall.service import Service
from supervise.store.database import Sessions, open_database

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
DEFINITIONS = HERE / "definitions"
PEERS = ROOT.parent / "shared" / "bench"
"""The peers' side, when it lies beside the repository."""

OPENED, DAY = date(2026, 3, 2), date(2026, 3, 9)
"""The day the common tasks were placed, and the one on which every measured step is done."""

UNITS = 3000
LEAD, CO, LEADER = "Uaaaa", "Ubbbb", "分管领导"
"""Stand-ins for a task's parties in a mould, see ``filling``."""

NEEDS: Mapping[str, tuple[str, ...]] = {
    "plan": ("plan_text",), "report": ("report_text", "progress"), "verify": ("opinion",), "close": ("opinion",),
    "resume": ("opinion",), "prompt": ("opinion",),
}  # fmt: skip
FIELDS: Mapping[str, Any] = {
    "plan_text": "一、成立专班;二、倒排工期;三、按月调度;四、年底前完成验收。",
    "report_text": "已完成立项批复,施工图审查通过,本月完成投资1200万元。",
    "progress": 45,
    "opinion": "情况属实,同意。",
}
TITLE = "加快推进城区老旧小区改造提升工程(%s)"


def given(action: str, fields: Mapping[str, Any] = FIELDS) -> dict[str, Any]:
    """What a form sends with an action: what it needs, and a note of the length the peers write."""
    return {"note": fields["report_text"], **{name: fields[name] for name in NEEDS.get(action, ())}}


def unit_name(index: int | str) -> str:
    """The canonical name of a unit, by number or by stand-in."""
    return f"单位U{index:04d}" if isinstance(index, int) else f"单位{index}"


def code(number: int) -> str:
    """The code of the task with that number."""
    return f"B{number:09d}"


def lead_of(number: int) -> int:
    """The number of the unit that leads a common task, as the peers have it."""
    return number % UNITS


def co_of(number: int) -> int:
    """The number of the unit that helps; never the one that leads."""
    return (lead_of(number) + 1 + number % 97) % UNITS


@cache
def directory() -> UnitList:
    """The host's organisation: three thousand units in two groups, and the stand-ins."""
    indexes: list[int | str] = [*range(UNITS), LEAD, CO]
    units = (Unit(unit_name(i), str(i), group=("towns", "bureaus")[n % 2]) for n, i in enumerate(indexes))
    return UnitList(tuple(units), {}, {"towns": "镇(街道)", "bureaus": "直属部门"})


@cache
def office(day: date = DAY) -> Office:
    """One office per process, standing on a fixed day."""
    return Office(DEFINITIONS, directory=directory(), today=lambda: day)


@cache
def clerk_of(lead: int | str) -> Actor:
    """Somebody of the unit that leads."""
    return Actor("张三@市发改委", unit_name(lead))


SUPERVISOR = Actor("张三@市发改委", "督查室", frozenset({"supervisor"}))


def actor(role: str, number: int) -> Actor:
    """Who does a step on a common task."""
    return SUPERVISOR if role == "supervisor" else clerk_of(lead_of(number))


def url_of(backend: str, target: str) -> str:
    """Our address of a peers' database: a file, or a DSN."""
    if backend.startswith("sqlite"):
        return f"sqlite:///{target}" + ("?supervise_sync=normal" if backend == "sqlite-normal" else "")
    return target.replace("postgresql://", "postgresql+psycopg://", 1)


def sessions(url: str) -> Sessions:
    """Sessions on a database that has our tables, made beside the peers' if need be."""
    return open_database(url, create=True, beside=True)


def serve(url: str) -> Service:
    """The service that owns its transactions."""
    return office().serve(url)


def life(opened: date, steps: int, pace: int = 7) -> list[tuple[str, date]]:
    """The first ``steps`` steps of a whole life, one every ``pace`` days."""
    order = ("plan", "start", "report", "verify", "next_cycle", "report", "verify", "close")
    return [(action, opened + timedelta(days=pace * (i + 1))) for i, action in enumerate(order[:steps])]
