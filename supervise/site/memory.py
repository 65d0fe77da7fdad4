"""Names of units that corrections have taught, kept in ``aliases.yaml`` of the site's own definitions folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from supervise.intake.aliases import Alias
from supervise.people import AliasEntry, AliasesFile
from supervise.reading import dump, parse, validate
from supervise.site.folder import ALIASES, shipped
from supervise.site.texts import read_text
from supervise.site.whole import appearing

_HEAD = """# 记住的单位别名:交办时改正过的名称。通知里写 name 的,以后就认作 unit。
# 由 supervise assign 记下,记错的删去那一条;定下来的可以改写到 units.yaml 的 also 里。

"""


def remember(folder: Path, aliases: Iterable[Alias], source: str = "") -> tuple[Alias, ...]:
    """Add aliases to those a folder has; what is there already stays as it is.

    Args:
        folder: the definitions folder; the one that comes with supervise is never written to.
        aliases: what corrections have taught.
        source: the file that was corrected.

    Returns:
        Those that are new; nothing when there is no folder of the site's own.

    Raises:
        Invalid: F07 when the file cannot be written, or what reading it says.
    """
    if folder.resolve() == shipped().resolve():
        return ()
    path = folder / ALIASES
    before: tuple[AliasEntry, ...] = ()
    if path.exists():
        before = validate(parse(read_text(path), str(path)), AliasesFile).aliases
    known = {entry.name for entry in before}
    new = tuple(alias for alias in aliases if alias.name not in known)
    if new:
        added = tuple(AliasEntry.model_validate({"name": a.name, "unit": a.unit, "from": source}) for a in new)
        entries = [
            {key: value for key, value in entry.model_dump(by_alias=True).items() if value}
            for entry in (*before, *added)
        ]  # fmt: skip
        with appearing(path, "别名没有记住,交办不受影响") as part:
            part.write_text(_HEAD + dump({"aliases": entries}), "utf-8")
    return new
