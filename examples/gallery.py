"""The gallery: every shipped lifecycle in every view, its calendar of duties, and every ladder, as pictures for a page.

``make gallery`` writes docs/gallery.md and docs/gallery/; a test holds what is written to the definitions.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from supervise.charts import engine
from supervise.hall.illustrator import render
from supervise.office import Office
from supervise.rules.ruleset import Ladder
from supervise.site.folder import shipped
from supervise.workflows.views import VIEWS, acting

YEAR = "2025"
"""Of the calendars of duties: one whose days off are known."""
HEAD = """# 流程图集

由 `make gallery` 从 `definitions/` 生成,不要手改。每个流程各有全图、主线、时限、例外四个视图,每个角色一个视图,
另有全年应办日历;每份督查单办法各有一张升级阶梯。图旁的 .dot 是它的源文件;
`make gallery` 另在 `out/gallery/` 里留一份 PNG。
"""


def views(office: Office, name: str) -> Iterator[tuple[str, str, str]]:
    """Each view of a lifecycle: its name in a file, what it is asked for by, and what people call it."""
    law = office.folder.definition(name).value
    for view, label in VIEWS.items():
        yield view, view, label
    for role in acting(law):
        yield f"role-{role}", f"role {role}", f"{law.roles.get(role, '系统')}办的事"


def sources(office: Office) -> dict[str, str]:
    """Name of a file → the DOT of every picture in the gallery."""
    return {
        f"{name}-{view}.dot": render(office.picture(name, asked), "dot").decode()
        for name in sorted(office.folder.newest) for view, asked, _ in views(office, name)
    }  # fmt: skip


def calendars(office: Office, name: str) -> dict[str, engine.Chart]:
    """Name of a file → the calendar of duties of a lifecycle, one for each category where it has any."""
    categories = office.folder.definition(name).value.categories
    if not categories:
        return {f"{name}-calendar": office.year_chart(name, YEAR)}
    return {f"{name}-calendar-{category}": office.year_chart(name, YEAR, category) for category in categories}


def ladders(office: Office) -> dict[str, engine.Chart]:
    """Name of a file → the chart of a ladder."""
    names = sorted({rules.ladder for rules in office.folder.of_kind(Ladder)})
    return {f"ladder-{name}": office.ladder_chart(name) for name in names}


def charts(office: Office) -> dict[str, engine.Chart]:
    """Name of a file → every chart in the gallery."""
    found = [calendars(office, name) for name in sorted(office.folder.newest)]
    return {name: chart for made in (*found, ladders(office)) for name, chart in made.items()}


def page(office: Office) -> str:
    """The page that shows them all."""
    parts = [HEAD]
    for name, law in sorted(office.folder.newest.items()):
        parts.append(f"## {law.title} `{law.name}`\n")
        shown = {f"{name}-{view}": label for view, _, label in views(office, name)}
        shown |= {file: chart.title for file, chart in calendars(office, name).items()}
        parts += [f"### {label}\n\n![{label}](gallery/{file}.svg)\n" for file, label in shown.items()]
    parts += [f"## {chart.title}\n\n![{chart.title}](gallery/{file}.svg)\n" for file, chart in ladders(office).items()]
    return "\n".join(parts)


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put the files into a folder, and take away what the gallery no longer has."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if old.suffix in (".dot", ".svg", ".png") and old.name not in files:
            old.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)


def main() -> int:
    """Rebuild the gallery."""
    asked = argparse.ArgumentParser(description="rebuild the gallery of pictures")
    asked.add_argument("--docs", type=Path, default=Path("docs"), help="where gallery.md stands")
    asked.add_argument("--png", type=Path, default=None, help="also leave png files in this folder")
    given = asked.parse_args()
    office = Office(shipped())
    drawn: dict[str, bytes] = {name: text.encode() for name, text in sources(office).items()}
    painted: dict[str, bytes] = {}
    for name in sorted(office.folder.newest):
        for view, wanted, _ in views(office, name):
            made = office.picture(name, wanted)
            drawn[f"{name}-{view}.svg"] = render(made)
            if given.png is not None:
                painted[f"{name}-{view}.png"] = render(made, "png")
    for name, chart in charts(office).items():
        drawn[f"{name}.svg"] = engine.draw(chart)
        if given.png is not None:
            painted[f"{name}.png"] = engine.draw(chart, "png")
    write(given.docs / "gallery", drawn)
    (given.docs / "gallery.md").write_text(page(office), "utf-8")
    if given.png is not None:
        write(given.png, painted)
    print(f"{len(drawn)} files in {given.docs / 'gallery'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
