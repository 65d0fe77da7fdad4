"""The page for those who embed: its Python runs from top to bottom as printed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from supervise.workflows.definition import FieldKind

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "embedding.md").read_text("utf-8")


def test_the_page_runs_as_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever copies every block in order has an office system that works; what the blocks claim is so."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "oa"}
    for code in re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL):
        exec(compile(code, "docs/embedding.md", "exec", dont_inherit=True), names)
    assert [task.code for task in names["placed"]] == ["QH2025-001", "QH2025-002"]
    assert names["totals"].keys() == {"区工信局", "区商务局"}


def test_every_kind_of_field_is_on_the_page() -> None:
    """What a form must hand over is said of every kind a lifecycle can have."""
    table = PAGE.partition("| `box.kind` |")[2].partition("\n\n")[0]
    told = {kind for line in table.splitlines()[2:] for kind in re.findall(r"`(\w+)`", line.split("|")[1])}
    assert told == set(get_args(FieldKind))
