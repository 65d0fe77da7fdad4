"""From the lines of a run to tables of ratios, in Chinese, and into the marked places of the document.

In ``docs/performance.md`` everything between ``<!-- 测得:NAME -->`` and ``<!-- 完 -->`` is replaced, all other text is
kept: what was missed, and why, is written by people.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks import growth
from benchmarks.lines import Row, read

BLOCK = re.compile(r"(<!-- 测得:([\w-]+) -->\n).*?(<!-- 完 -->)", re.DOTALL)
NONE = "(这次没有测)\n"


class Kind(NamedTuple):
    """What must be known of a benchmark to compare: the limit, the naive way, and what is neither peer nor ours.

    Args:
        title: in Chinese.
        limit, naive: names of contenders.
        value: the figure of a row: more is worse.
        key: what tells one setting from another.
        aside: hand-written forms that are no peers.
        shown: the figures of a row, for the long table.
    """

    title: str
    limit: str
    naive: str
    value: Callable[[Row], float]
    key: Callable[[Row], str]
    aside: tuple[str, ...] = ()
    ratio: str = ""
    shown: Callable[[Row], str] = lambda row: ""


DATABASES = {"sqlite-full": "SQLite", "sqlite": "SQLite", "postgres": "PostgreSQL"}
MODES = {"thread": "线程", "process": "进程"}
LOADS = {"assign": "交办", "restore": "恢复", "back": "取回"}
WORKLOADS = {"resident": "常驻", "reload": "每步重建"}


def _mid(row: Row, name: str) -> float:
    return float(row[name]["median"])


def _clients(row: Row) -> str:
    many = f"{row['clients']} 个{MODES[row['mode']]}" if row["clients"] > 1 else "1 个客户"
    return f"{DATABASES[row['backend']]},{many}"


KINDS: dict[str, Kind] = {
    "b1": Kind(
        "一步的判定(内存里)", "floor_dict_table", "transitions_per_model", lambda r: _mid(r, "us"),
        lambda r: WORKLOADS[r["workload"]], ("transitions_shared_unregistered", "supervise_machine"), "ratio_to_floor",
        lambda r: f"{_mid(r, 'us'):.1f} µs",
    ),
    "b2": Kind(
        "办理一步(落盘)", "raw_3stmt", "orm_transitions_naive", lambda r: 1 / _mid(r, "rate"), _clients,
        ("raw_read_3stmt",), "ratio_to_limit",
        lambda r: f"{_mid(r, 'rate'):.0f} 步/秒,p50 {_mid(r, 'p50'):.2f} ms,p99 {_mid(r, 'p99'):.1f} ms,"
        f"CPU {_mid(r, 'cpu_us'):.0f} µs",
    ),
    "batch": Kind(
        "成批办理(一个事务)", "raw_batch", "", lambda r: 1 / _mid(r, "rate"),
        lambda r: f"{DATABASES[r['backend']]},每批 {r['acts']} 步", (), "ratio_to_limit",
        lambda r: f"{_mid(r, 'rate'):.0f} 步/秒",
    ),
    "load": Kind(
        "大批入库(一个事务)", "raw_load", "", lambda r: 1 / _mid(r, "rate"),
        lambda r: f"{DATABASES[r['backend']]},{LOADS[r['load']]},{r['n']:,} 项", (), "ratio_to_limit",
        lambda r: f"{_mid(r, 'rate'):,.0f} 行/秒",
    ),
    "b3": Kind(
        "走一夜时钟", "set_based", "orm_filtered", lambda r: _mid(r, "s"),
        lambda r: f"{DATABASES[r['backend']]},{r['n']:,} 项中 {r['due']:,} 项到期",
        ("set_based_join", "core_executemany", "same_rows", "same_rows_mixed"), "ratio_to_limit",
        lambda r: f"{_mid(r, 's') * 1e3:.1f} ms,内存 {_mid(r, 'rss_mib'):.0f} MiB",
    ),
    "b4": Kind(
        "红黑榜", "limit_rollup", "pandas_naive_parquet", lambda r: _mid(r, "s"),
        lambda r: {"month": "一个月", "year": "一年"}[r["span"]],
        tuple(
            f"supervise_assess_{store}{said}{end}"
            for store in ("sqlite", "postgres") for said in ("", "_receipts") for end in ("", "_past")
        ), "",
        lambda r: f"{_mid(r, 's') * 1e3:.1f} ms,内存 {_mid(r, 'rss_mib'):.0f} MiB",
    ),
    "b5": Kind(
        "读五份通知(文本)", "text_floor", "", lambda r: _mid(r, "ms"), lambda r: "五份通知", ("text_lines",), "",
        lambda r: f"{_mid(r, 'ms'):.2f} ms",
    ),
    "b5-docx": Kind(
        "读 Word 表格", "docx_stdlib", "docx_row_cells", lambda r: _mid(r, "ms"), lambda r: "100 行 6 栏",
        ("supervise_docx_notice",), "", lambda r: f"{_mid(r, 'ms'):.1f} ms",
    ),
    "b5-xlsx": Kind(
        "读 Excel 表格", "xlsx_stdlib", "xlsx_openpyxl", lambda r: _mid(r, "ms"), lambda r: "100 行 6 栏",
        ("supervise_xlsx_notice",), "", lambda r: f"{_mid(r, 'ms'):.1f} ms",
    ),
    "b7": Kind(
        "命令行冷启动办一步", "cold_advance_raw", "cold_advance_orm_naive", lambda r: _mid(r, "wall_ms"),
        lambda r: "SQLite", (), "", lambda r: f"{_mid(r, 'wall_ms'):.0f} ms",
    ),
}  # fmt: skip
COLD = ("cold_advance_raw", "cold_advance_raw_transitions", "cold_advance_orm_naive", "supervise_do")
HELP = ("empty", "click", "supervise_help")


def sound(row: Row) -> bool:
    """Whether a row did the work it was measured by: a check that is not ok does not count."""
    checks = (row.get("rows_check", ["ok"]), row.get("check", ["ok"]))
    return row.get("same_result", True) and not row.get("errors") and all(c == ["ok"] for c in checks)


def results(out: Path, part: str) -> list[Row]:
    """The rows of a part that count."""
    rows = [r for r in read(out / f"{part}.jsonl") if r.get("kind") == "result"]
    return [r for r in rows if part != "b7" or r["name"] in COLD]


def settings(rows: Iterable[Row], kind: Kind) -> dict[str, dict[str, Row]]:
    """Setting → contender → row."""
    found: dict[str, dict[str, Row]] = {}
    for row in rows:
        found.setdefault(kind.key(row), {})[row["name"]] = row
    return found


def ratio(row: Row | None, limit: Row | None, kind: Kind) -> str:
    """How many times the limit, taken within the rounds where the script did so."""
    if row is None or limit is None:
        return "–"
    if kind.ratio in row:
        found = row[kind.ratio]
        return f"{found['median']:.3g} [{found['min']:.3g}..{found['max']:.3g}]"
    return f"{kind.value(row) / kind.value(limit):.3g}"


def multiple(row: Row, limit: Row, kind: Kind) -> float:
    """The same as a number: the median, to compare by."""
    return _mid(row, kind.ratio) if kind.ratio in row else kind.value(row) / kind.value(limit)


def _summary_row(kind: Kind, setting: str, rows: dict[str, Row]) -> str:
    good = {name: row for name, row in rows.items() if sound(row) and name not in kind.aside}
    limit, naive = good.pop(kind.limit, None), good.get(kind.naive)
    if limit is None:
        return ""
    times = {name: multiple(row, limit, kind) for name, row in good.items()}
    ours = [name for name in times if name.startswith("supervise")]
    peer = min(times.keys() - ours, key=times.__getitem__, default="")
    if not ours:
        return ""
    best = min(ours, key=times.__getitem__)
    other = f"{times[peer]:.3g},`{peer}`" if peer else "–"
    plain, faster = (f"{times[kind.naive] / by:.3g}" if naive else "–" for by in (1, times[best]))
    return f"| {kind.title} | {setting} | {ratio(good[best], limit, kind)},`{best}` | {plain} | {other} | {faster} |"


def summary(out: Path) -> str:
    """One line for each setting: ours, naive and the best peer as multiples of the limit."""
    lines = [
        row for part, kind in KINDS.items() for setting, rows in settings(results(out, part), kind).items()
        for row in [_summary_row(kind, setting, rows)] if row
    ]  # fmt: skip
    head = ["| 测什么 | 条件 | 我们 / 极限 | 朴素做法 / 极限 | 最好的同行 / 极限 | 我们比朴素做法快几倍 |",
            "| --- | --- | --- | ---: | --- | ---: |"]  # fmt: skip
    return "\n".join([*head, *lines]) + "\n" if lines else NONE


def details(out: Path, part: str) -> str:
    """Every contender of a part with its figures."""
    kind, blocks = KINDS[part], []
    for setting, rows in settings(results(out, part), kind).items():
        limit = rows.get(kind.limit)
        ordered = sorted(rows.values(), key=kind.value)
        blocks.append("\n".join([
            f"**{setting}**\n", "| | 测得 | ÷ 极限 |", "| --- | --- | ---: |",
            *(f"| {r['name']} | {kind.shown(r)} | {ratio(r, limit, kind)}{'' if sound(r) else ',核对不符,不算'} |"
              for r in ordered),
        ]))  # fmt: skip
    return "\n\n".join(blocks) + "\n" + _errors(out, part) if blocks else NONE


def _errors(out: Path, part: str) -> str:
    rows = [r for r in read(out / f"{part}.jsonl") if r.get("kind") == "error"]
    names = dict.fromkeys(r["name"] for r in rows)
    return f"\n没有跑成:{'、'.join(names)}。\n" if names else ""


def startup(out: Path) -> str:
    """Help, and the empty interpreter beside it."""
    rows = {r["name"]: r for r in read(out / "b7.jsonl") if r.get("kind") == "result" and r["name"] in HELP}
    if "supervise_help" not in rows:
        return details(out, "b7")
    line = ",".join(f"{name} {_mid(row, 'wall_ms'):.0f} ms" for name, row in rows.items())
    return f"{details(out, 'b7')}\n看帮助(整个进程):{line}。\n"


NIGHTS = {
    "supervise_tick": "same_rows", "supervise_tick_service": "same_rows", "supervise_tick_own": "same_rows",
    "supervise_tick_mixed": "same_rows_mixed", "supervise_tick_mixed_own": "same_rows_mixed_own",
    "supervise_tick_past": "same_rows", "supervise_tick_each": "same_rows", "supervise_tick_each_own": "same_rows",
}  # fmt: skip
"""Ours → the same rows written by the driver alone, which is our own limit."""


def nights(out: Path) -> str:
    """The peers' night and ours, then ours against the very rows that it writes, and how it grows with what is idle."""
    found = settings(results(out, "b3"), KINDS["b3"])
    lines = [
        f"| {setting} | {name} | {_mid(row, 's') / _mid(rows[limit], 's'):.3g} "
        f"| {_mid(row, 'rss_growth_mib'):.0f} MiB |"
        for setting, rows in found.items() for name, limit in NIGHTS.items()
        if limit in rows for row in [rows.get(name)] if row is not None and sound(row)
    ]  # fmt: skip
    if not lines:
        return details(out, "b3")
    head = ["| 条件 | | ÷ 同样的行由驱动直接写 | 运行中多占内存 |", "| --- | --- | ---: | ---: |"]
    return f"{details(out, 'b3')}\n" + "\n".join([*head, *lines]) + "\n" + _idle(results(out, "b3"))


def _idle(rows: Sequence[Row]) -> str:
    """How the time grows with the tasks that are not due, as many being due."""
    times: dict[tuple[str, str, int], dict[int, float]] = {}
    for row in rows:
        if row["name"] in NIGHTS or row["name"] == "set_based":
            times.setdefault((row["backend"], row["name"], row["due"]), {})[row["n"]] = _mid(row, "s")
    lines = [
        f"- {DATABASES[backend]} {name},{due:,} 项到期:在办 {min(by):,} → {max(by):,} 项,"
        f"{by[max(by)] / by[min(by)]:.3g} 倍"
        for (backend, name, due), by in times.items() if len(by) > 1
    ]  # fmt: skip
    return "\n没有到期的多了,时间变成几倍:\n\n" + "\n".join(lines) + "\n" if lines else ""


def grown(out: Path) -> str:
    """How our own costs grow, then rates by clients."""
    rows = read(out / "scale.jsonl")
    found = [r for r in rows if r.get("name")]
    if not found:
        return NONE
    return f"{_sizes(found)}\n{_rates(found)}\n{_verdict(rows)}"


def _cell(row: Row | None, figure: str) -> str:
    if row is None:
        return "–"
    if row["kind"] == "error":
        return f"{row['error']}" if row["error"].startswith("over") else "–"
    return f"{row['rate']:.0f}" if figure == "rate" else f"{_mid(row, 'ms'):.3g}"


def _grid(rows: Sequence[Row], columns: Sequence[int], by: str, figure: str, head: str) -> list[str]:
    lines = [head + "".join(f" {c:,} |" for c in columns), "| --- | --- |" + " ---: |" * len(columns)]
    cells = {(r["backend"], _label(r, by), r[by]): r for r in rows}
    for backend, label in dict.fromkeys((b, name) for b, name, _ in cells):
        shown = [_cell(cells.get((backend, label, c)), figure) for c in columns]
        if set(shown) != {"–"}:
            lines.append(f"| {DATABASES[backend]} | {label} | {' | '.join(shown)} |")
    return lines


def _label(row: Row, by: str) -> str:
    return str(row["name"]) if by == "n" else f"{row['name']},{row['n']:,} 项"


def _sizes(rows: Sequence[Row]) -> str:
    mine = [r for r in rows if not r["name"].startswith("clients_")]
    sizes = sorted({r["n"] for r in mine})
    return "毫秒,中位数:\n\n" + "\n".join(_grid(mine, sizes, "n", "ms", "| 库 | 做什么 \\ 任务数 |")) + "\n"


def _rates(rows: Sequence[Row]) -> str:
    mine = [r for r in rows if r["name"].startswith("clients_")]
    clients = sorted({r["clients"] for r in mine})
    return "每秒办多少步:\n\n" + "\n".join(_grid(mine, clients, "clients", "rate", "| 库 | 怎么办 \\ 客户数 |")) + "\n"


def _verdict(rows: Sequence[Row]) -> str:
    worse = [g for g in growth.grown(rows) if g.worse]
    if not worse:
        return "没有一项比对数增长(榜单:比线性)更快。\n"
    lines = [
        f"- {DATABASES[g.backend]} {g.name}:{g.n[0]:,} → {g.n[1]:,} 项,{g.ms[0]:.3g} → {g.ms[1]:.3g} ms,"
        f"约为规模的 {g.exponent:.2f} 次方"
        for g in worse
    ]
    return "比应有的增长快的:\n\n" + "\n".join(lines) + "\n"


def versions(out: Path) -> str:
    """The versions that the lines speak of."""
    found: dict[str, str] = {}
    for part in (*KINDS, "scale"):
        for row in read(out / f"{part}.jsonl"):
            if row.get("kind") == "env":
                found |= {name: str(v) for name, v in (row.get("packages") or {}).items() if v}
                found |= {name: str(row[key]) for key, name in
                          (("python", "Python"), ("sqlite", "SQLite"), ("cpus", "处理器"))
                          if row.get(key)}  # fmt: skip
    return ",".join(f"{name} {version}" for name, version in sorted(found.items())) + "。\n" if found else NONE


def blocks(out: Path) -> dict[str, str]:
    """Name of a marked place → what stands in it."""
    parts = {part: details(out, part) for part in KINDS}
    return {
        "summary": summary(out),
        **parts,
        "b3": nights(out),
        "b7": startup(out),
        "scale": grown(out),
        "versions": versions(out),
    }


def text(out: Path) -> str:
    """The table of ratios, for the terminal."""
    return summary(out)


def write(out: Path, document: Path, target: Path) -> None:
    """Fill the marked places of the document and write it to ``target``; what has no lines keeps what stands there."""
    made = blocks(out)
    text = document.read_text("utf-8")
    stands = {m[2]: m[0].removeprefix(m[1]).removesuffix(m[3]) for m in BLOCK.finditer(text)}
    made |= {name: old for name, old in stands.items() if made.get(name, NONE) == NONE}
    made["summary"] = _merged(made["summary"], stands.get("summary", ""))
    target.write_text(BLOCK.sub(lambda m: f"{m[1]}{made[m[2]]}{m[3]}", text), "utf-8")


def _merged(new: str, old: str) -> str:
    """The lines of a table, and those of an older one that speak of something else."""
    told = {line.split("|")[1] for line in new.splitlines()}
    return new + "".join(line + "\n" for line in old.splitlines() if line.split("|")[1] not in told)
