"""The approval of a definition or rule set: who, when, of which text, and the hash of the difference that was shown.

It goes out, is numbered and is sealed like a publication, so nobody can change it without a trace.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from supervise import chain
from supervise.site.folder import Source
from supervise.store.library import Publication, fingerprint
from supervise.workflows.difference import Difference, difference

KIND = "approval"
"""Of the seal and of the publication."""


@dataclass(frozen=True, slots=True)
class Approval:
    """One approval.

    Args:
        name: what was approved, such as ``key-work@2``.
        fingerprint: of its text.
        against: the version it was compared with; empty if it was the first.
        shown: hash of the difference that was shown; of the text if there was nothing to compare with.
        difference: what was shown, as plain data.
        by: who approved.
        day: when.
        number: of the record; empty until it is on record.
        trial: the mark of the report on its trial, see ``trials``; empty where none was needed.
    """

    name: str
    fingerprint: str
    against: str
    shown: str
    difference: dict[str, Any]
    by: str
    day: date
    number: str = ""
    trial: str = ""

    def body(self) -> str:
        """Its text, as it is frozen."""
        plain = {
            "kind": KIND, "name": self.name, "fingerprint": self.fingerprint, "against": self.against,
            "shown": self.shown, "difference": self.difference, "by": self.by, "day": self.day.isoformat(),
        } | ({"trial": self.trial} if self.trial else {})  # fmt: skip
        return chain.canonical(plain)


def shown(seen: Difference) -> str:
    """The hash of a difference, by which one can tell what somebody was shown."""
    return fingerprint(chain.canonical(seen.as_dict()))


def approval(source: Source[Any], before: Source[Any] | None, by: str, day: date) -> Approval:
    """An approval that is not on record yet.

    Args:
        source: what is approved.
        before: the version it is compared with, if there is one.
        by: who approves.
        day: when.
    """
    print_ = fingerprint(source.text)
    if before is None:
        return Approval(source.value.name, print_, "", print_, {}, by, day)
    seen = difference(before.value, source.value)
    return Approval(source.value.name, print_, seen.old, shown(seen), seen.as_dict(), by, day)


def read(publication: Publication) -> Approval:
    """An approval as it is on record."""
    told = json.loads(publication.body)
    return Approval(
        told["name"], told["fingerprint"], told["against"], told["shown"], told["difference"], told["by"],
        date.fromisoformat(told["day"]), publication.number, told.get("trial", ""),
    )  # fmt: skip


def texts(bodies: Iterable[str]) -> set[str]:
    """The fingerprints of the texts that some approvals speak of."""
    return {json.loads(body)["fingerprint"] for body in bodies}


def version_before(source: Source[Any], known: Iterable[Source[Any]]) -> Source[Any] | None:
    """The newest older version of the same thing, if there is one."""
    base, version = source.value.name.partition("@")[0], source.value.version
    older = [one for one in known if one.value.name.partition("@")[0] == base and one.value.version < version]
    return max(older, key=lambda one: int(one.value.version), default=None)
