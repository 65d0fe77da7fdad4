"""What the trials share."""

import pytest

from supervise import Office
from tests.faults.writer import WAYS


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    """Each way of writing in turn: the host's transactions, and the service's."""
    if request.param == "service" and not hasattr(Office, "serve"):
        pytest.skip("no Office.serve yet: the service's transactions are not tried")
    return str(request.param)
