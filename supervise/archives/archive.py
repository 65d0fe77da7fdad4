"""An export on disk: a JSON Lines file for each kind of record, a manifest that says what the fields mean, a checker.

Lines are UTF-8; what is hashed is their canonical text, keys sorted. Who has the folder needs nothing of ours to read
or check it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from supervise.archives import checker
from supervise.chain import Record
from supervise.errors import Invalid, Problem, Refused, Unknown
from supervise.site.whole import appearing

T = TypeVar("T")
FORMAT = "supervise-export/1"
BATCH = 200

HASHED = "TEXT:本行去掉 hash,键按字母排、无空格、中文照写的 JSON;文字都按 UTF-8 取杂凑值,算法写在冒号前"
FIELDS: dict[str, dict[str, str]] = {
    "events": {
        "district": "区县", "task": "任务编码", "seq": "第几条", "action": "动作", "source": "办前状态",
        "target": "办后状态", "day": "办理之日", "recorded_at": "入库时刻(UTC)", "actor": "经办人", "unit": "单位",
        "definition": "依据的流程和版本", "data": "填的内容", "changes": "对任务的改动", "hearers": "告诉谁",
        "key": "幂等键", "hash": "印戳:前一条的印戳(第一条用 [区县,编码])换行接 TEXT,取杂凑值",
    },
    "heads": {"district": "区县", "task": "任务编码", "version": "任务登记的步数", "head": "任务登记的印戳"},
    "seals": {
        "district": "区县", "number": "封存的号",
        "kind": "tick 走时钟、publication 公布、audit 核对时、archive 归档、messages 移走消息",
        "sealed_at": "封存时刻(UTC)", "tasks": "累计任务数", "events": "累计记录数", "serial": "随哪份公布封存",
        "paper": "那份公布去掉 body、seal、seal_hash 后文字的杂凑值",
        "root": "sealed 里这一号各行 [编码,步数,印戳] 按编码排、逐行相接的杂凑值", "previous": "前一号的印戳",
        "hash": "印戳:前一号的印戳(第一号用 [区县])换行接 TEXT,取杂凑值",
    },
    "sealed": {
        "district": "区县", "task": "任务编码", "number": "封存的号", "version": "封存时的步数",
        "head": "封存时的印戳",
    },
    "publications": {
        "district": "区县", "serial": "编号",
        "kind": "board 红黑榜、assessment 考核、archive 归档清单、preview 公示稿、messages 移走的消息的清单",
        "name": "榜名或办法", "period": "考核期", "fingerprint": "body 的 SHA-256", "body": "公布的全文",
        "published_by": "谁公布", "published_at": "公布时刻(UTC)", "seal": "封存的号", "seal_hash": "那一号的印戳",
    },
    "marks": {
        "district": "区县", "seq": "第几条", "unit": "单位", "kind": "种类", "day": "日期", "value": "分值",
        "actor": "谁记", "note": "说明", "recorded_at": "入库时刻(UTC)", "matter": "事项", "role": "lead 牵头、co 协办",
        "status": "原件上的状态", "voids": "撤回第几条;别的是 null",
    },
    "outbox": {
        "district": "区县", "task": "任务编码", "seq": "第几条办理记录", "day": "日期", "recorded_at": "入库时刻(UTC)",
        "action": "动作", "hearers": "告诉谁", "text": "一句话;还没有收进 letters 的",
    },
    "letters": {
        "district": "区县", "task": "任务编码", "ref": "办理记录的序号,或提醒的名字",
        "kind": "act 办理、notice 提醒等",
        "action": "动作", "day": "日期", "recorded_at": "入库时刻(UTC)", "hearers": "告诉谁", "text": "一句话",
        "grave": "1 是急件", "place": "在任务里的先后", "addressed": "1 是找过收件人了",
    },
    "deliveries": {
        "district": "区县", "task": "任务编码", "ref": "letters 的 ref", "hearer": "告诉谁", "address": "地址",
        "channel": "通道", "who": "收的人", "remark": "代收、收不到的缘由", "place": "先后", "grave": "1 是急件",
        "parcel": "parcels 的 seq;还没有装的是 null",
    },
    "parcels": {
        "district": "区县", "channel": "通道", "address": "地址", "seq": "这个地址的第几份", "kind": "种类",
        "who": "收的人",
        "items": "几条", "state": "waiting 待发、sent 已发、parked 搁置、retried 另发", "made_at": "装好的时刻(UTC)",
        "attempts": "试了几次", "next_at": "下次何时", "sent_at": "送到的时刻", "error": "没成的缘由",
        "lease": "不导出", "leased_until": "不导出",
    },
    "library": {
        "district": "区县", "name": "流程或办法和版本", "kind": "种类", "fingerprint": "text 的 SHA-256",
        "text": "全文", "registered_at": "启用时刻(UTC)",
    },
}  # fmt: skip


class Pack:
    """An export that was checked and found sound."""

    def __init__(self, folder: Path) -> None:
        self._folder = checker.Folder(str(folder))
        self.district = self._folder.district

    def has(self, name: str) -> bool:
        """Whether there are records of a kind, be they none."""
        return name in self._folder.files

    def rows(self, name: str) -> Iterator[Record]:
        """The records of one kind, in order."""
        return self._folder.rows(name)


def batches(items: Iterable[T]) -> Iterator[list[T]]:
    """Pieces small enough to be held at once."""
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch


def write(folder: Path, files: Mapping[str, Iterable[Record]], about: Record) -> Record:
    """Write an export; the folder appears whole or not at all.

    Args:
        folder: must not exist, or be empty.
        files: kind → records.
        about: what the manifest says besides files and fields.

    Raises:
        Refused: F06 when there is something already.
        Invalid: F07 when it cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(Problem("F06", f"{folder} 已经在了,不覆盖", help="请换一个名字,或先移走它"))
    with appearing(folder) as part:
        part.mkdir(parents=True)
        made = {f"{name}.jsonl": _lines(part / f"{name}.jsonl", rows) for name, rows in files.items()}
        shutil.copyfile(checker.__file__, part / "check.py")
        manifest = {"format": FORMAT, **about, "files": made, "fields": FIELDS, "hashed": HASHED}
        (part / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", "utf-8")
        if folder.exists():
            folder.rmdir()
    return manifest


def _lines(path: Path, rows: Iterable[Record]) -> dict[str, Any]:
    """Write one file and give what the manifest says of it."""
    hasher, number = hashlib.sha256(), 0
    with path.open("wb") as file:
        for row in rows:
            number += 1
            text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))  # keys as on record, for people
            line = text.encode("utf-8", "surrogatepass") + b"\n"
            hasher.update(line)
            file.write(line)
    return {"rows": number, "sha256": hasher.hexdigest()}


def read(folder: Path) -> Pack:
    """An export, once it is found sound.

    Raises:
        Unknown: F01 when there is none.
        Invalid: G09 with everything that is wrong with it.
    """
    if not (folder / "manifest.json").is_file():
        raise Unknown(Problem("F01", f"{folder} 不是一份导出,里面没有 manifest.json"))
    try:
        breaks, _ = checker.check_folder(str(folder))
    except (SystemExit, KeyError, TypeError, AttributeError) as error:
        raise Invalid(Problem("G09", f"{folder} 看不懂:{error}")) from None
    if breaks:
        help = "用这份导出里的 check.py 可以单独核对"
        raise Invalid(Problem(b.code, b.text, file=b.file, line=b.line or None, task=b.task, help=help) for b in breaks)
    return Pack(folder)
