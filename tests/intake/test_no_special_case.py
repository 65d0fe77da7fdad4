"""The reader knows how offices write, not what these five wrote."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import supervise

SEEDS = ("000", "001", "002", "003", "004")
PIECE = 9  # so many characters in a row are a sentence's, not the language's
Gold = Callable[[str], dict[str, Any]]


def source() -> str:
    """All that is written in the product."""
    room = Path(supervise.__file__).parent
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(room.rglob("*.py")))


def organs(data: dict[str, Any]) -> Iterator[str]:
    """Units and persons an annotation names, and the place its issuer speaks for."""
    for task in data["tasks"]:
        yield from (*task["lead_units"], *task["co_units"], *task["leaders"])
    yield from re.findall(r"[\u4e00-\u9fff]{2}(?=[省市区县]人民政府)", data["document"]["issuer"] or "")


def test_no_organ_of_a_sample_is_written_in_the_reader(gold: Gold) -> None:
    """No unit, leader or place of the sample notices occurs in the product's source, not even as an example."""
    text = source()
    assert not {name for seed in SEEDS for name in organs(gold(seed)) if name in text}


def test_no_sentence_of_a_sample_is_written_in_the_reader(gold: Gold) -> None:
    """No nine characters in a row of a sample's tasks occur in the product's source."""
    text = re.sub(r"\s", "", source())
    written = {text[i : i + PIECE] for i in range(len(text))}
    for seed in SEEDS:
        for task in gold(seed)["tasks"]:
            words = re.sub(r"\s", "", task["text"])
            copied = {words[i : i + PIECE] for i in range(len(words) - PIECE)} & written
            assert not {piece for piece in copied if re.search(r"[\u4e00-\u9fff]{5}", piece)}, (seed, task["no"])
