"""B2: one durable advance of ours, for ``b2_advance.py --extra``: guard, duties, event, chain, letter, version check.

``supervise_service`` and ``supervise_service_read`` own their transactions; ``supervise_session`` works in the
caller's own Session, which the caller commits.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import mirror, world


class SuperviseSession:
    """The plugin's usual case: the integrator's engine, Session and commit around one call of ours."""

    def __init__(self, backend: str, target: str) -> None:
        from b2_advance import make_engine
        from sqlalchemy.orm import sessionmaker

        self.url = world.url_of(backend, target)
        mirror.place(self.url)
        self.office = world.office()
        self.engine = make_engine(backend, target)
        self.sessions = sessionmaker(self.engine)

    def advance(self, request: Any) -> None:
        """One step, committed."""
        number, action = request.task_id, request.trigger
        data = world.given(action, request.fields)
        with self.sessions() as session:
            self.office.advance(session, world.code(number), action, _by(request), world.DAY, **data)
            session.commit()

    def close(self) -> None:
        """Show what was done."""
        self.engine.dispose()
        mirror.show(self.url)


class SuperviseService:
    """The service, told which version the form had shown; one for all threads of a process."""

    blind = True

    def __init__(self, backend: str, target: str, service: Any = None) -> None:
        self.url = world.url_of(backend, target)
        self.own = service is None
        if service is None:
            mirror.place(self.url)
            service = world.serve(self.url)
        self.service = service
        self.seen: dict[int, int] = {}

    @classmethod
    def shared(cls, backend: str, target: str) -> _Shared:
        """One service for all threads of a run."""
        return _Shared(cls, backend, target)

    def advance(self, request: Any) -> None:
        """One step, durable when it returns."""
        number, action = request.task_id, request.trigger
        seen = self.seen.get(number, 1) if self.blind else None
        data = world.given(action, request.fields)
        task = self.service.advance(world.code(number), action, _by(request), world.DAY, seen=seen, **data)
        self.seen[number] = task.version

    def close(self) -> None:
        """Show what was done."""
        if self.own:
            self.service.close()
            mirror.show(self.url)


class SuperviseServiceRead(SuperviseService):
    """The service, which has to read the task first: the caller says nothing of versions."""

    blind = False


class _Shared:
    """What the threads of a run have in common."""

    def __init__(self, kind: type[SuperviseService], backend: str, target: str) -> None:
        self.kind, self.backend, self.target = kind, backend, target
        self.url = world.url_of(backend, target)
        mirror.place(self.url)
        self.service = world.serve(self.url)

    def client(self) -> SuperviseService:
        """One thread's side of it."""
        return self.kind(self.backend, self.target, self.service)

    def close(self) -> None:
        """Show what all of them did."""
        self.service.close()
        mirror.show(self.url)


def _by(request: Any) -> Any:
    return world.actor(request.role, request.task_id)


CONTENDERS = {
    "supervise_service": SuperviseService,
    "supervise_service_read": SuperviseServiceRead,
    "supervise_session": SuperviseSession,
}
