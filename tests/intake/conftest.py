"""Where the sample notices lie, and how predictions on them are scored; without them such tests are skipped."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

Data = dict[str, Any]


@pytest.fixture
def seed(shared: Path) -> Callable[[str], str]:
    """The text of the sample notice whose file name begins with a name."""

    def read(name: str) -> str:
        return next((shared / "seeds").glob(f"{name}*.txt")).read_text(encoding="utf-8")

    return read


@pytest.fixture
def gold(shared: Path) -> Callable[[str], Data]:
    """What an expert clerk reads in that notice."""

    def read(name: str) -> Data:
        data: Data = json.loads((shared / "gold" / f"{name}.json").read_text(encoding="utf-8"))
        return data

    return read


@pytest.fixture
def score(shared: Path, gold: Callable[[str], Data]) -> Callable[[str, Data], Data]:
    """The figures the score tool gives a prediction."""
    tool = _module(shared / "tools" / "score_intake.py")

    def figures(name: str, prediction: Data) -> Data:
        found: Data = tool.summary(tool.score_document(gold(name), prediction))
        return found

    return figures


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_intake", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
