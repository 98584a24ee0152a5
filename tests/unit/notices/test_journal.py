"""The file of notices: whole lines only, none twice."""

import errno
import json
import multiprocessing
import os
from pathlib import Path

import pytest

from comity.core.errors import NoticeFailed, UsageError
from comity.notices.journal import Journal
from comity.notices.notice import Notice


def notice(key: str = "k1", repeat: bool = False, text: str = "Tension rose.\nMore.") -> Notice:
    return Notice(key, {"title": "Tension rose.", "text": text}, repeat)


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_one_line_a_notice(tmp_path: Path) -> None:
    path = tmp_path / "new" / "notices.jsonl"
    Journal(path).send(notice("k1", text="Ünïcode\u2028 and\nlines"))
    Journal(path).send(notice("k2"))
    assert [each["key"] for each in lines(path)] == ["k1", "k2"]
    assert path.read_bytes().count(b"\n") == 2


def test_a_torn_line_is_left_alone_and_the_next_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "notices.jsonl"
    path.write_text('{"key": "torn", "ti')
    Journal(path).send(notice("k1"))
    torn, whole = path.read_text().splitlines()
    assert torn == '{"key": "torn", "ti'
    assert json.loads(whole)["key"] == "k1"


def test_a_repetition_is_looked_for_first(tmp_path: Path) -> None:
    path = tmp_path / "notices.jsonl"
    Journal(path).send(notice("k1"))
    assert "already" in Journal(path).send(notice("k1", repeat=True))
    Journal(path).send(notice("k2", repeat=True))
    assert [(each["key"], each["repeat"]) for each in lines(path)] == [("k1", False), ("k2", True)]


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "notices.jsonl"
    Journal(path).send(notice("k1"))
    before = path.read_bytes()
    real = os.write

    def part(descriptor: int, data: bytes) -> int:
        return real(descriptor, data[:10])

    def none(descriptor: int, data: bytes) -> int:
        real(descriptor, data[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    for broken in (part, none):
        monkeypatch.setattr(os, "write", broken)
        with pytest.raises(NoticeFailed, match=r"no room|No space"):
            Journal(path).send(notice("k2"))
        assert path.read_bytes() == before


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="folder"):
        Journal(tmp_path).check()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NoticeFailed):
        Journal(tmp_path / "pipe").send(notice())
    (tmp_path / "file").write_text("")
    with pytest.raises(NoticeFailed):
        Journal(tmp_path / "file" / "below").send(notice())


def _append(path: str, start: int) -> None:
    for at in range(50):
        Journal(Path(path)).send(notice(f"k{start + at}", text="x" * 5000))


def test_processes_at_once_write_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "notices.jsonl"
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_append, args=(str(path), at * 100)) for at in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert len({each["key"] for each in lines(path)}) == len(lines(path)) == 150
