"""When Python looks for cycles: a large board spends a quarter of its time there, a night an eighth, and finds none."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def undisturbed() -> Iterator[None]:
    """Within the block Python does not look for cycles among what is made: large, bounded, and without any.

    Of two threads in it at a time the one that found the search going sets it going again.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
