"""What several tests share."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import Engine, delete
from sqlalchemy.orm import Session, sessionmaker

from supervise.store.tables import of
from tests.servers import KINDS, database, in_memory, installed

DRAWS = 40
"""Draws of a law that does not say how many it needs."""

settings.register_profile("steady", derandomize=True, deadline=None, max_examples=DRAWS)
settings.load_profile("steady")


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Where ``SUPERVISE_TRIALS`` asks for more than the ordinary number of draws, every law draws that much more."""
    wanted = int(os.environ.get("SUPERVISE_TRIALS") or 0)
    if wanted <= DRAWS:
        return
    for law in {getattr(item, "obj", None) for item in items}:
        law = getattr(law, "__func__", law)
        said = getattr(law, "_hypothesis_internal_use_settings", None)  # hypothesis has no public name for it
        if said is not None:
            more = settings(said, max_examples=said.max_examples * wanted // DRAWS)
            law._hypothesis_internal_use_settings = more


@pytest.fixture
def shared() -> Path:
    """The folder of shared material beside the repository; a test that needs it is skipped where it is absent."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("no shared material beside the repository (../shared): test skipped")
    return folder


@pytest.fixture
def session() -> Iterator[Session]:
    """A transaction on an empty record in memory."""
    with sessionmaker(in_memory()).begin() as made:
        yield made


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind of database in turn."""
    return str(request.param)


@pytest.fixture
def url(kind: str, tmp_path: Path) -> Iterator[str]:
    """The address of a new and empty database of each kind."""
    with database(kind, tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Engine]]:
    """One database of each kind for the whole run, made when first asked for; to make one takes a second."""
    with ExitStack() as stack:

        @cache
        def make(kind: str) -> Engine:
            return stack.enter_context(installed(kind, tmp_path_factory.mktemp(kind)))

        yield make


@pytest.fixture
def engine(kind: str, held: Callable[[str], Engine]) -> Iterator[Engine]:
    """An engine on a database of each kind that holds our tables, with no row in them."""
    made = held(kind)
    yield made
    with made.begin() as connection:
        for table in of(made).metadata.sorted_tables:
            connection.execute(delete(table))
