"""Log files good and bad: each is read, or refused with a reason."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
from datetime import UTC, datetime
from pathlib import Path

import lz4.frame
import pytest
import zstandard

from analyzer.domain.log_report import LogFilter
from analyzer.errors import ConfigError, LogFormatError
from analyzer.logs.entry import LogEntry, Origin
from analyzer.sources import log_bytes
from analyzer.sources.log_files import LogOptions, read_log_files
from tests.support.log_writer import as_csv, as_json, as_stderr

PREFIX = "%m [%p] %q%u@%d "
SECRET = "4711-8899"


def entry(number: int, message: str = "", **more: str) -> LogEntry:
    origin = Origin(
        logged_at=datetime(2026, 5, 4, 3, number // 60, number % 60, tzinfo=UTC),
        process_id=100 + number % 3,
        session_id=f"68000000.{100 + number % 3:x}",
        user="app",
        database="shop",
    )
    message = message or f"duration: {number}.500 ms  statement: SELECT {number}"
    return LogEntry(origin=origin, severity="LOG", message=message, **more)


ENTRIES = [entry(number) for number in range(20)]


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize("fmt", ["stderr", "csvlog", "jsonlog"])
def test_plain_and_compressed(tmp_path: Path, pack, fmt: str) -> None:  # type: ignore[no-untyped-def]
    text = {"stderr": as_stderr(ENTRIES, PREFIX), "csvlog": as_csv(ENTRIES)}.get(
        fmt, as_json(ENTRIES)
    )
    # The name says nothing; the content does.
    path = write(tmp_path / "a.txt", pack(text.encode()))
    contents = read_log_files([path])
    (coverage,) = contents.coverage
    assert coverage.format == fmt
    assert [e.duration_ms for e in contents.executions] == [n + 0.5 for n in range(20)]
    assert coverage.line_count == 20 and coverage.not_understood_count == 0
    assert not coverage.truncated_tail
    assert contents.executions[0].fingerprint == contents.executions[1].fingerprint


def test_files_are_read_in_time_order_and_sessions_go_on(tmp_path: Path) -> None:
    # The text is logged at the end of one file, its duration at the start of the next.
    early = [*ENTRIES[:5], entry(6, "statement: SELECT 'split'")]
    late = [entry(9, "duration: 3.000 ms"), *ENTRIES[10:]]
    paths = [
        write(tmp_path / "1", as_stderr(late, PREFIX)),
        write(tmp_path / "2", as_stderr(early, PREFIX)),
    ]
    contents = read_log_files(paths)
    assert [Path(c.file).name for c in contents.coverage] == ["2", "1"]
    (split,) = [e for e in contents.executions if "split" in e.query]
    assert split.duration_ms == 3.0
    times = [e.logged_at for e in contents.executions]
    assert times == sorted(times)


def test_the_same_file_twice_counts_once(tmp_path: Path) -> None:
    path = write(tmp_path / "log", as_stderr(ENTRIES, PREFIX))
    assert len(read_log_files([path, path]).executions) == 20


def test_one_log_in_two_formats_is_refused(tmp_path: Path) -> None:
    paths = [
        write(tmp_path / "log", as_stderr(ENTRIES, PREFIX)),
        write(tmp_path / "csv", as_csv(ENTRIES)),
    ]
    with pytest.raises(LogFormatError, match="repeats another file"):
        read_log_files(paths)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n \n\n", "is empty"),
        (b"\x7fELF\x02\x01" + bytes(5000), "binary"),
        (bytes(4000), "binary"),
        (os.urandom(9000), "binary|not a PostgreSQL log"),
        (b"\x28\xb5\x2f\xfd1234567", "cannot be decompressed"),
        (b"\x04\x22\x4d\x181234567", "cannot be decompressed"),
        ("2026 LOG:  x\n".encode("utf-16"), "UTF-16"),
        (b"\x1f\x8b\x08\x00broken", "cannot be decompressed"),
        (b"GET / HTTP/1.1 200\nGET /a HTTP/1.1 404\n" * 50, "not a PostgreSQL log"),
        (b'{"level": "info", "msg": "hello"}\n' * 50, "not a PostgreSQL log"),
        (b"a,b,c\n1,2,3\n" * 50, "not a PostgreSQL log"),
    ],
)
def test_no_log(tmp_path: Path, content: bytes, message: str) -> None:
    path = write(tmp_path / "x.log", content)
    with pytest.raises(LogFormatError, match=message) as caught:
        read_log_files([path])
    assert str(path) in caught.value.message
    assert caught.value.exit_code == 5


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(LogFormatError, match="No such file"):
        read_log_files([tmp_path / "missing"])
    with pytest.raises(LogFormatError, match="a folder"):
        read_log_files([tmp_path])
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with pytest.raises(LogFormatError, match="no regular file"):
        read_log_files([fifo])


def test_a_wrong_prefix_names_the_share(tmp_path: Path) -> None:
    lines = as_stderr(ENTRIES, PREFIX) + as_stderr(ENTRIES[:1], "%t:%r:%u@%d:[%p]:")
    path = write(tmp_path / "log", lines)
    with pytest.raises(LogFormatError, match="95% of the lines") as caught:
        read_log_files([path], LogOptions(line_prefix="%t:%r:%u@%d:[%p]:"))
    assert f"{path}:1:" in caught.value.message
    assert "--prefix" in (caught.value.hint or "")


def test_a_prefix_that_fits_no_line(tmp_path: Path) -> None:
    path = write(tmp_path / "log", as_stderr(ENTRIES, PREFIX))
    with pytest.raises(LogFormatError, match="does not fit"):
        read_log_files([path], LogOptions(line_prefix="host=%h "))


def test_junk_is_counted_redacted_and_cut(tmp_path: Path) -> None:
    junk = f"sh: foo: secret '{SECRET}' not found {'x' * 500}\n"
    text = as_stderr(ENTRIES, PREFIX) + junk + as_stderr([ENTRIES[3]], PREFIX)
    text = text.replace("SELECT 5\n", "SELECT 5,\n\t6\n", 1)
    (coverage,) = read_log_files([write(tmp_path / "log", text)]).coverage
    assert coverage.line_count == 23
    assert coverage.not_understood_count == 1
    assert SECRET not in coverage.examples[0]
    assert len(coverage.examples[0]) < 200


def test_invalid_utf8_is_replaced(tmp_path: Path) -> None:
    text = as_stderr(ENTRIES, PREFIX).encode() + as_stderr(
        [entry(30, "duration: 1.000 ms  statement: SELECT 'a@b'")], PREFIX
    ).encode().replace(b"a@b", b"a\xffb")
    contents = read_log_files([write(tmp_path / "log", text)])
    assert contents.executions[-1].query == "SELECT 'a\ufffdb'"


@pytest.mark.parametrize("fmt", ["stderr", "csvlog", "jsonlog"])
def test_windows_line_ends(tmp_path: Path, fmt: str) -> None:
    entries = [*ENTRIES, entry(40, "duration: 2.000 ms  statement: SELECT\n 7")]
    text = {"stderr": as_stderr(entries, PREFIX), "csvlog": as_csv(entries)}.get(
        fmt, as_json(entries)
    )
    path = write(tmp_path / "log", text.replace("\n", "\r\n"))
    contents = read_log_files([path])
    assert contents.executions[-1].query == "SELECT\n 7"
    assert contents.coverage[0].not_understood_count == 0


@pytest.mark.parametrize("fmt", ["csvlog", "jsonlog"])
def test_a_truncated_tail_is_noted(tmp_path: Path, fmt: str) -> None:
    last = [entry(40, "duration: 2.000 ms  statement: SELECT 'cut here'")]
    text = as_csv(ENTRIES + last) if fmt == "csvlog" else as_json(ENTRIES + last)
    path = write(tmp_path / "log", text[: text.index("cut") + 2])
    contents = read_log_files([path])
    assert len(contents.executions) == 20
    assert contents.coverage[0].truncated_tail
    assert contents.coverage[0].not_understood_count == 1


def test_a_compressed_file_that_ends_early(tmp_path: Path) -> None:
    entries = [entry(number % 3000) for number in range(3000)]
    data = gzip.compress(as_csv(entries).encode())
    contents = read_log_files([write(tmp_path / "log.gz", data[: len(data) // 2])])
    assert 100 < len(contents.executions) < 3000
    assert contents.coverage[0].truncated_tail


PACKED = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstandard.compress,
    "lz4": lz4.frame.compress,
}


@pytest.mark.parametrize("kind", PACKED)
def test_compressed_reads_like_plain(tmp_path: Path, kind: str) -> None:
    text = as_stderr(ENTRIES, PREFIX).encode()
    plain = read_log_files([write(tmp_path / "plain", text.decode())])
    # Two streams one behind the other are one file to every one of these formats.
    packed = PACKED[kind](text[:700]) + PACKED[kind](text[700:])
    path = write(tmp_path / f"packed.{kind}", packed)
    found = read_log_files([path])
    assert list(found.executions) == list(plain.executions)
    assert found.events == plain.events


def test_a_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_bytes, "_RATIO_COUNTS_FROM_BYTES", 1 << 20)
    text = as_stderr(ENTRIES, PREFIX).encode() + b" " * (32 << 20)
    with pytest.raises(LogFormatError, match="decompressed any further"):
        read_log_files([write(tmp_path / "log.bz2", bz2.compress(text))])


def test_csv_records_cut_off_in_the_middle(tmp_path: Path) -> None:
    """A record that was never finished costs itself, not the rest of the file."""
    whole = as_csv(ENTRIES)
    broken = as_csv([entry(50, "duration: 9.000 ms  statement: SELECT 'lost")])
    broken = broken[: broken.index("lost")] + "\n"
    text = whole + broken + whole
    contents = read_log_files([write(tmp_path / "log", text)])
    # The quotes that follow are read the wrong way round until the end of the file,
    # then the record is given up and what stood behind it is read again.
    assert len(contents.executions) == 40
    assert contents.coverage[0].not_understood_count == 1
    assert not contents.coverage[0].truncated_tail


def test_a_quote_too_many_costs_one_line(tmp_path: Path) -> None:
    lines = [entry(n, f"duration: 1.000 ms  statement: SELECT\n {n}") for n in range(9)]
    records = [as_csv([item]) for item in lines]
    records[2] = records[2].replace("SELECT", 'SEL"ECT')
    contents = read_log_files([write(tmp_path / "log", "".join(records))])
    assert len(contents.executions) == 8
    # The record of two lines that is damaged.
    assert contents.coverage[0].not_understood_count == 2
    assert not contents.coverage[0].truncated_tail


def test_returns_before_line_ends_go_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A statement with CR LF, in a log that was given CR LF afterwards."""
    lines = [
        entry(n, f"duration: 1.000 ms  statement: SELECT\r\n {n}") for n in range(9)
    ]
    path = write(tmp_path / "log", as_csv(lines).replace("\n", "\r\n"))
    monkeypatch.setattr(log_bytes, "BLOCK_BYTES", 7)
    monkeypatch.setattr(log_bytes, "WINDOW_BYTES", 300)
    contents = read_log_files([path])
    assert [item.query for item in contents.executions] == [
        f"SELECT\r\n {n}" for n in range(9)
    ]


def test_the_line_of_a_companion_without_message(tmp_path: Path) -> None:
    text = as_stderr(ENTRIES, PREFIX)
    orphan = text.splitlines()[0].replace("[100]", "[99]").partition("LOG:")[0]
    path = write(tmp_path / "log", f"{text}{orphan}DETAIL:  a\n\tb\n")
    (coverage,) = read_log_files([path]).coverage
    assert coverage.not_understood_count == 2
    assert coverage.examples[0].endswith("DETAIL:  a")


def test_a_log_and_its_compressed_copy(tmp_path: Path) -> None:
    text = as_csv(ENTRIES)
    paths = [
        write(tmp_path / "a", text),
        write(tmp_path / "b", gzip.compress(text.encode())),
    ]
    with pytest.raises(LogFormatError, match=r'repeats log ".*a"'):
        read_log_files(paths)


def test_parts_of_a_log_are_no_repetition(tmp_path: Path) -> None:
    # The same statements as long as before, at other times or by other processes.
    later = [entry(number + 20, ENTRIES[number].message) for number in range(20)]
    paths = [
        write(tmp_path / "a", as_csv(ENTRIES)),
        write(tmp_path / "b", as_csv(later)),
    ]
    assert len(read_log_files(paths).executions) == 40


def test_the_span_of_a_file_whatever_was_asked_for(tmp_path: Path) -> None:
    path = write(tmp_path / "a", as_csv(ENTRIES))
    late = LogFilter(since=datetime(2027, 1, 1, tzinfo=UTC))
    contents = read_log_files([path], LogOptions(wanted=late))
    assert not len(contents.executions)
    first, last = (ENTRIES[n].origin.logged_at for n in (0, -1))
    assert contents.coverage[0].span == (first, last)


def test_time_zones(tmp_path: Path) -> None:
    text = as_stderr(ENTRIES, PREFIX)
    local = write(tmp_path / "cest", text.replace(" UTC ", " CEST "))
    assert read_log_files([local]).executions[0].logged_at.hour == 1
    odd = write(tmp_path / "odd", text.replace(" UTC ", " XYZ "))
    contents = read_log_files([odd])
    assert contents.coverage[0].unknown_zones == ("XYZ",)
    assert contents.executions[0].logged_at.hour == 3
    india = LogOptions(log_timezone="Asia/Kolkata")
    moment = read_log_files([odd], india).executions[0].logged_at
    assert (moment.hour, moment.minute) == (21, 30)
    with pytest.raises(ConfigError, match="no time zone"):
        read_log_files([odd], LogOptions(log_timezone="Mars/Olympus"))


def test_progress_grows_to_one(tmp_path: Path) -> None:
    told: list[float] = []
    paths = [
        write(tmp_path / "1", as_stderr(ENTRIES, PREFIX)),
        write(tmp_path / "2", as_stderr([entry(50), entry(51)], PREFIX)),
    ]
    read_log_files(paths, LogOptions(progress=lambda _, done: told.append(done)))
    assert told == sorted(told) and told[-1] == pytest.approx(1.0)
