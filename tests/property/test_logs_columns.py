"""Reading in columns tells the same as reading message by message, whatever the log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzer.domain.execution import Execution
from analyzer.domain.log_report import LogFilter
from analyzer.logs.classify import Classifier
from analyzer.logs.csvlog import read_csvlog
from analyzer.logs.entry import LogEntry, Origin
from analyzer.logs.execution_sink import ExecutionSink
from analyzer.logs.joiner import Joiner
from analyzer.logs.jsonlog import read_jsonlog
from analyzer.logs.line_prefix import line_prefix
from analyzer.logs.readers import stderr_options, window_reader
from analyzer.logs.recognize import LogFormat, Recognized
from analyzer.logs.slices import Slices
from analyzer.logs.stderr import StderrReader
from analyzer.logs.tally import Tally
from analyzer.logs.text_book import TextBook
from analyzer.logs.text_shapes import ShapeBook, facts_of
from analyzer.logs.timestamps import Clock
from analyzer.statements.fingerprint import fingerprint
from tests.support.log_writer import as_csv, as_json, as_stderr

START = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
PREFIXES = (
    "%m [%p] %q%u@%d ",
    "%m [%p] %c %v %x %e %q%u@%d/%a ",
    "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ",
    "%m:%r:%u@%d:[%p]:",
)
QUERIES = (
    "SELECT 1",
    "SELECT 22",
    "select\n\t*\nfrom t where a = $1",
    "UPDATE t SET a = 'LOG:  duration: 1.000 ms  statement: x' WHERE b = 3",
    "INSERT INTO t VALUES (1, 'naïve — ✓')  ",
    "not sql at all",
    "SELECT 'a: b' /* trace: 7 */",
)
PLAN = "Query Text: {query}\nResult  (cost=0.00..0.01 rows=1 width=4)"
MESSAGES = (
    "duration: {ms} ms  statement: {query}",
    "duration: {ms} ms  parse <unnamed>: {query}",
    "duration: {ms} ms  bind <unnamed>: {query}",
    "duration: {ms} ms  execute <unnamed>: {query}",
    "duration: {ms} ms  bind s1: {query}",
    "duration: {ms} ms  execute s1/p: {query}",
    "duration: {ms} ms  execute fetch from s1/p: {query}",
    "duration: {ms} ms  plan:\n" + PLAN,
    "duration: {ms} ms",
    "statement: {query}",
    "execute <unnamed>: {query}",
    "duration: {ms} s  statement: {query}",
    "disconnection: session time: 0:00:00.011 user=app database=shop host=[local]",
    'temporary file: path "base/pgsql_tmp/pgsql_tmp1.0", size 2196424',
    "something else entirely",
)
DETAILS = (
    "",
    "",
    "parameters: $1 = '7'",
    "Parameters: $1 = 'it''s\nLOG:  no', $2 = NULL",
    "prepare: PREPARE p AS SELECT 1;",
)

message = st.builds(
    lambda shape, query, ms: shape.format(ms=ms, query=query),
    # Most messages of a log are phases and executions.
    st.one_of(st.sampled_from(MESSAGES[:6]), st.sampled_from(MESSAGES)),
    st.sampled_from(QUERIES),
    st.sampled_from(("0.001", "1.500", "12.345", "123456.789")),
)


# With log_statement and log_duration texts and times are apart.
apart = st.builds(
    lambda shape, query, ms: shape.format(ms=ms, query=query),
    st.one_of(
        st.sampled_from(("statement: {query}", "duration: {ms} ms")),
        st.sampled_from(
            ("statement: {query}", "execute s1: {query}", *["duration: {ms} ms"] * 3)
        ),
        st.sampled_from(MESSAGES),
    ),
    st.sampled_from(QUERIES),
    st.sampled_from(("0.001", "1.500", "12.345")),
)


@st.composite
def logs(draw: st.DrawFn, message: st.SearchStrategy[str] = message) -> list[LogEntry]:
    moment = START
    entries = []
    for _ in range(draw(st.integers(1, 40))):
        moment += timedelta(milliseconds=draw(st.integers(0, 40)))
        process = draw(st.integers(1, 3))
        origin = Origin(
            logged_at=moment,
            process_id=4000 + process,
            session_id=f"69000000.{4000 + process:x}",
            user="app",
            database="shop",
            application_name=draw(st.sampled_from(("web", "a LOG:  b", "ERROR: x"))),
            virtual_transaction_id=f"{process}/{draw(st.integers(0, 2))}",
        )
        text = draw(message)
        severity = "LOG" if draw(st.integers(0, 9)) else "ERROR"
        rare = draw(st.integers(0, 9)) == 0
        entries.append(
            LogEntry(
                origin=origin,
                severity=severity,
                message=text,
                detail=draw(st.sampled_from(DETAILS)),
                context="unnamed portal" if rare else "",
                statement="SELECT 5" if severity == "ERROR" else "",
            )
        )
    return entries


def carefully(entries: Iterable[LogEntry]) -> Classifier:
    classifier = Classifier(fingerprint)
    for entry in entries:
        classifier.take(entry)
    classifier.finish()
    return classifier


def in_columns(
    recognized: Recognized, data: bytes, cuts: Sequence[int]
) -> tuple[Sequence[Execution], Joiner, Tally]:
    tally, book = Tally(), TextBook(fingerprint)
    reader = window_reader(recognized, Clock(), tally, book)
    assert reader is not None
    sink = ExecutionSink(book, LogFilter(), keep_texts=True)
    joiner = Joiner(book, sink)
    rest = b""
    for start, end in pairwise((0, *sorted(cuts), len(data))):
        whole = rest + data[start:end]
        at = reader.boundary(whole) if end < len(data) else len(whole)
        if whole[:at]:
            joiner.take(reader.read(whole[:at]))
        rest = whole[at:]
    joiner.finish()
    return sink.columns(), joiner, tally


def told(executions: Iterable[Execution]) -> Counter[str]:
    def plain(item: Execution) -> str:
        local = item.virtual_transaction_id.partition("/")[2]
        known = replace(
            item,
            virtual_transaction_id=f"/{local}" if local not in ("", "0") else "",
            transaction_id=0,
            tags={},
        )
        return repr(known)

    return Counter(map(plain, executions))


def same(
    recognized: Recognized,
    data: bytes,
    entries: Iterable[LogEntry],
    cuts: Sequence[int],
) -> None:
    expected = carefully(entries)
    executions, found, tally = in_columns(recognized, data, cuts)
    assert told(executions) == told(expected.executions)
    assert Counter(e.kind for e in found.events.columns()) == Counter(
        e.kind for e in expected.events
    )
    unattached = found.classifier.plans_unattached_count
    assert unattached == expected.plans_unattached_count
    assert tally.not_understood_count == 0


CHECK = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@CHECK
@given(logs(), st.sampled_from(PREFIXES), st.data())
def test_plain(entries: list[LogEntry], prefix: str, data: st.DataObject) -> None:
    text = as_stderr(entries, prefix).encode()
    recognized = Recognized(format=LogFormat.STDERR, prefix=line_prefix(prefix))
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=4))
    reader = StderrReader(stderr_options(recognized), Clock(), Tally())
    read = [*reader.read([text.decode().split("\n")[:-1]])]
    same(recognized, text, read, cuts)


@CHECK
@given(logs(), st.sampled_from((23, 24, 26)), st.data())
def test_csv(entries: list[LogEntry], columns: int, data: st.DataObject) -> None:
    text = as_csv(entries, columns).encode()
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=4))
    read = [*read_csvlog([text.decode().split("\n")[:-1]], Clock(), Tally())]
    same(Recognized(format=LogFormat.CSV), text, read, cuts)


@CHECK
@given(logs(), st.data())
def test_json(entries: list[LogEntry], data: st.DataObject) -> None:
    text = as_json(entries).encode()
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=4))
    read = [*read_jsonlog([text.decode().split("\n")[:-1]], Clock(), Tally())]
    same(Recognized(format=LogFormat.JSON), text, read, cuts)


@CHECK
@given(logs(apart), st.sampled_from((*PREFIXES, "csv", "json")), st.data())
def test_texts_and_times_apart(
    entries: list[LogEntry], kind: str, data: st.DataObject
) -> None:
    if kind == "csv":
        text = as_csv(entries)
        read = [*read_csvlog([text.split("\n")[:-1]], Clock(), Tally())]
        recognized = Recognized(format=LogFormat.CSV)
    elif kind == "json":
        text = as_json(entries)
        read = [*read_jsonlog([text.split("\n")[:-1]], Clock(), Tally())]
        recognized = Recognized(format=LogFormat.JSON)
    else:
        text = as_stderr(entries, kind)
        recognized = Recognized(format=LogFormat.STDERR, prefix=line_prefix(kind))
        reader = StderrReader(stderr_options(recognized), Clock(), Tally())
        read = [*reader.read([text.split("\n")[:-1]])]
    cuts = data.draw(st.lists(st.integers(0, len(text.encode())), max_size=4))
    same(recognized, text.encode(), read, cuts)


words = st.sampled_from(
    ("a", "t2", "x1y", "1", "22", "3.50", "'it 7'", "'5'", "1e5", "0x1F", "*", ",", "=",
     "(", ")", "é9", "-- 4\n", "/* 5 */", "interval '3' day", "a.b2", "varchar(30)",
     "(ARRAY[1, 22])", "= ARRAY[5]", "::int ARRAY[2]", "::int[5]", "[2]")
)  # fmt: skip
plain_texts = st.lists(words, max_size=12).map(lambda w: " ".join(["SELECT", *w]))


@settings(max_examples=400, deadline=None)
@given(st.lists(plain_texts, min_size=1, max_size=6))
def test_shapes_name_no_text_wrongly(queries: list[str]) -> None:
    # Each text also with other numbers, so that it is answered by its shape.
    others = [query.replace("2", "7").replace("5", "81") for query in queries]
    both = queries + others
    assert named_by_shape(both) == [fingerprint(query) for query in both]


def named_by_shape(queries: list[str]) -> list[str]:
    texts = [query.encode() for query in queries]
    shapes = shapes_of(texts)
    return [*ShapeBook(fingerprint).fingerprints(shapes, texts.__getitem__)]


def shapes_of(texts: list[bytes]) -> list[int]:
    ends = np.cumsum([len(text) for text in texts])
    starts = np.append(0, ends[:-1])
    found = facts_of(Slices(data=b"".join(texts), starts=starts, ends=ends)).shape
    return [int(shape) for shape in found]


@pytest.mark.parametrize(
    ("query", "has_shape"),
    [
        ("SELECT a FROM t WHERE id = ANY(ARRAY[{}, 3])", True),
        ("SELECT f(1, array[{}]) FROM t WHERE b = ARRAY[{}]", True),
        ("SELECT (ARRAY[{}, 2])[1] FROM t", False),
        ("SELECT a::int ARRAY[{}] FROM t", False),
        ("SELECT CAST(a AS int  ARRAY[{}]) FROM t", False),
        ("SELECT a = ANY ((ARRAY[1])::int[{}]) FROM t", False),
        ("SELECT (a)[{}] FROM t", False),
    ],
)
def test_numbers_in_brackets(query: str, has_shape: bool) -> None:
    both = [query.format(4, 5), query.format(17, 18)]
    assert named_by_shape(both) == [fingerprint(text) for text in both]
    one, other = shapes_of([text.encode() for text in both])
    assert (one == other != 0) == has_shape
