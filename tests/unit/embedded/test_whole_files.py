from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from analyzer.embedded.whole_files import write_whole


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_is_replaced_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "report"
    for content in (b"first, and long", b"second"):
        write_whole(path, content)
        assert path.read_bytes() == content
    mask = os.umask(0o022)
    os.umask(mask)
    assert mode_of(path) == 0o666 & ~mask
    assert list(tmp_path.iterdir()) == [path]


def test_a_private_file_stays_private_through_a_link(tmp_path: Path) -> None:
    link, target = tmp_path / "link", tmp_path / "target"
    link.symlink_to(target)
    write_whole(link, b"secret", is_private=True)
    assert link.is_symlink() and target.read_bytes() == b"secret"
    assert mode_of(target) == 0o600


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_whole(pipe, b"text")
        assert pipe.is_fifo() and os.read(reader, 10) == b"text"
    finally:
        os.close(reader)


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(OSError):
        write_whole(folder, b"text")
    with pytest.raises(OSError):
        write_whole(tmp_path / "missing" / "file", b"text")
    assert list(tmp_path.iterdir()) == [folder]
