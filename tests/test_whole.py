"""What is written appears whole, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from supervise import Invalid
from supervise.site.whole import appearing


def test_a_file_or_folder_appears_when_all_went_well(tmp_path: Path) -> None:
    """Until then the old file stands; a folder comes with everything in it."""
    (tmp_path / "一").write_text("旧", "utf-8")
    with appearing(tmp_path / "一") as part:
        part.write_text("新", "utf-8")
        assert (tmp_path / "一").read_text("utf-8") == "旧"
    with appearing(tmp_path / "二") as part:
        part.mkdir()
        (part / "里").write_text("全", "utf-8")
        assert not (tmp_path / "二").exists()
    assert (tmp_path / "一").read_text("utf-8") == "新"
    assert (tmp_path / "二" / "里").read_text("utf-8") == "全"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["一", "二"]


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    """Neither a half nor a part; the fault goes on to whoever asked."""
    with pytest.raises(RuntimeError), appearing(tmp_path / "一") as part:
        part.write_text("半", "utf-8")
        raise RuntimeError
    with pytest.raises(RuntimeError), appearing(tmp_path / "二") as part:
        part.mkdir()
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """With its name, why, and what to do (F07)."""
    (tmp_path / "文件").write_text("x", "utf-8")
    for place in (tmp_path / "没有" / "一", tmp_path / "文件" / "一"):
        with pytest.raises(Invalid, match="F07") as error, appearing(place) as part:
            part.write_text("x", "utf-8")
        assert str(place) in str(error.value) and "请换一个能写的位置" in str(error.value)
