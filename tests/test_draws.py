"""The long form of the tests draws more of every law."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.cli_help import ROOT


def test_more_trials_are_more_draws_of_every_law() -> None:
    """Twice the ordinary number of trials is twice the draws, of a law that says how many and of one that does not."""
    laws = ["tests/test_widths.py", "tests/workflows/test_deriving.py"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--hypothesis-show-statistics", *laws]
    environment = os.environ | {"SUPERVISE_TRIALS": "80"}
    made = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout
    assert "settings.max_examples=80" in made.stdout, "40 of tests/test_widths.py"
    assert "settings.max_examples=60" in made.stdout, "30 of tests/workflows/test_deriving.py"
