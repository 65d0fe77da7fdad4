"""Every way through every shipped lifecycle leads to an end; ``test_walks`` walks them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from supervise.workflows.lifecycle import Lifecycle
from tests.workflows.builders import FOLDER

NAMES = sorted(FOLDER.definitions)
Arrow = tuple[str, str]


def lifecycle(name: str) -> Lifecycle:
    """A shipped lifecycle."""
    return Lifecycle(FOLDER.definition(name).value, FOLDER.calendar)


def arrows(law: Lifecycle) -> dict[str, list[Arrow]]:
    """State → what leads out of it and where to, as the machine has it; steps that stay are no arrows."""
    found: dict[str, list[Arrow]] = {state: [] for state in law.definition.states}
    for action in law.definition.actions:
        for source, transitions in law.machine.events[action].transitions.items():
            found[source] += [(action, t.dest) for t in transitions if t.dest is not None]
    return found


def paths(graph: dict[str, list[Arrow]], start: str, trail: tuple[Arrow, ...] = ()) -> Iterator[tuple[Arrow, ...]]:
    """All ways from a state that visit no state twice and cannot be made longer."""
    seen = {start, *(state for _, state in trail)}
    here = trail[-1][1] if trail else start
    onward = [arrow for arrow in graph[here] if arrow[1] not in seen]
    if not onward:
        yield trail
    for arrow in onward:
        yield from paths(graph, start, (*trail, arrow))


@pytest.mark.parametrize("name", NAMES)
def test_every_simple_path_ends_in_a_final_state_or_can_still_move(name: str) -> None:
    """Nobody is ever stuck: where a way cannot go on without turning back, it is over or it can turn back."""
    law = lifecycle(name)
    graph, finals = arrows(law), law.definition.finals
    walked = list(paths(graph, law.definition.initial))
    for path in walked:
        last = path[-1][1]
        assert last in finals or graph[last], path
    assert {state for path in walked for _, state in path} | {law.definition.initial} == set(law.definition.states)


@pytest.mark.parametrize("name", NAMES)
def test_an_end_can_be_reached_from_everywhere(name: str) -> None:
    """From each state some way leads to an end."""
    law = lifecycle(name)
    graph, finals = arrows(law), law.definition.finals
    for state in law.definition.states:
        assert state in finals or any(to in finals for path in paths(graph, state) for _, to in path)
