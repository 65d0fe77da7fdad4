"""The gallery shows the shipped lifecycles as they are now."""

from __future__ import annotations

from pathlib import Path

import pytest

from examples import gallery
from supervise.charts import engine
from supervise.office import Office
from supervise.site.folder import shipped

DOCS = Path(__file__).resolve().parents[1] / "docs"
OFFICE = Office(shipped())
REBUILD = "the gallery is not that of the definitions: run make gallery"


def test_the_gallery_is_that_of_the_definitions() -> None:
    """Every picture's source is, byte for byte, what the definition gives; none is missing and none is left over."""
    written = {path.name: path.read_text("utf-8") for path in (DOCS / "gallery").glob("*.dot")}
    drawn = gallery.sources(OFFICE)
    assert sorted(written) == sorted(drawn), REBUILD
    assert [name for name in drawn if written[name] != drawn[name]] == [], REBUILD


def test_every_picture_of_the_page_is_there() -> None:
    """The page is what the definitions give, and each image it shows is in the folder."""
    page = (DOCS / "gallery.md").read_text("utf-8")
    assert page == gallery.page(OFFICE), REBUILD
    shown = {line.rpartition("(")[2].rstrip(")") for line in page.splitlines() if line.startswith("![")}
    assert len(shown) > 2 and all((DOCS / name).is_file() for name in shown), REBUILD


def test_the_charts_of_the_gallery_are_those_of_the_rules() -> None:
    """Ladders and calendars are, byte for byte, what the rules and the calendar give."""
    pytest.importorskip("quickjs")
    for name, chart in gallery.charts(OFFICE).items():
        assert (DOCS / "gallery" / f"{name}.svg").read_bytes() == engine.draw(chart), REBUILD


def test_the_legend_speaks_of_what_is_drawn() -> None:
    """Points that gather an arrow are explained where there are any, and nowhere else."""
    for file in (DOCS / "gallery").glob("*-*.svg"):
        text = file.read_text("utf-8")
        told, points, names = "圆点或灰字" in text, "-point-" in text, "-start" in text
        assert told <= (points or names) and points <= told, file.name
