"""Laws of log reading: what is written in any way reads back the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.logs.classify import Classifier
from analyzer.logs.csvlog import read_csvlog
from analyzer.logs.entry import LogEntry, Origin
from analyzer.logs.jsonlog import read_jsonlog
from analyzer.logs.line_prefix import line_prefix
from analyzer.logs.messages import read_parameters
from analyzer.logs.stderr import StderrOptions, StderrReader
from analyzer.logs.tally import Tally
from analyzer.logs.timestamps import Clock
from tests.support.log_writer import as_csv, as_json, as_stderr

FULL = "%m [%p] %c %l %e %v %x %Q %r %q[user=%u,db=%d,app=%a] "

# Text of a message: any line breaks and quotes, no lone surrogates, no NUL.
texts = (
    st.text(
        st.characters(codec="utf-8", exclude_characters="\0\r"), min_size=1, max_size=60
    )
    .map(str.strip)
    .filter(bool)
)
names = st.from_regex(r"[a-z][a-z0-9_.-]{0,20}", fullmatch=True)
applications = st.text(
    st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=40
).filter(lambda name: ":" not in name and name.strip() == name)
origins = st.builds(
    Origin,
    logged_at=st.integers(0, 10**9).map(
        lambda ms: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
    ),
    process_id=st.integers(1, 99_999),
    session_id=st.from_regex(r"6[0-9a-f]{7}\.[1-9a-f][0-9a-f]{1,4}", fullmatch=True),
    user=names,
    database=names,
    application_name=applications,
    remote_host=st.sampled_from(["10.0.0.1", "db.example", "::1"]),
    virtual_transaction_id=st.sampled_from(["", "3/0", "12/345"]),
    transaction_id=st.integers(0, 2**32 - 1),
    queryid=st.integers(-(2**63), 2**63 - 1),
    sqlstate=st.just(""),
)
messages = st.one_of(
    texts,
    st.builds("duration: {}.{:03d} ms  statement: {}".format, st.integers(0, 9999),
              st.integers(0, 999), texts),
    st.builds("duration: 1.500 ms  execute <unnamed>: {}".format, texts),
    st.builds("duration: 0.500 ms  bind <unnamed>: {}".format, texts),
    st.just("duration: 3.000 ms"),
    st.builds("statement: {}".format, texts),
)  # fmt: skip
entries = st.builds(
    LogEntry,
    origin=origins,
    severity=st.just("LOG"),
    message=messages,
    detail=st.one_of(st.just(""), texts),
    context=st.one_of(st.just(""), texts),
    statement=st.one_of(st.just(""), texts),
)
logs = st.lists(entries, max_size=8, unique_by=lambda entry: entry.origin.session_id)


def executions(found: list[LogEntry]) -> object:
    classifier = Classifier()
    for entry in found:
        classifier.take(entry)
    classifier.finish()
    return classifier.executions, len(classifier.events)


def read_stderr(text: str, prefix: str) -> list[LogEntry]:
    tally = Tally()
    reader = StderrReader(StderrOptions(prefix=line_prefix(prefix)), Clock(), tally)
    found = list(reader.read([text.split("\n")[:-1]]))
    assert tally.not_understood_count == 0
    return found


@settings(max_examples=150, deadline=None)
@given(logs)
def test_three_formats_are_one(log: list[LogEntry]) -> None:
    stderr = read_stderr(as_stderr(log, FULL), FULL)
    csv = list(read_csvlog([as_csv(log).split("\n")], Clock(), Tally()))
    json = list(read_jsonlog([as_json(log).split("\n")], Clock(), Tally()))
    assert csv == json
    assert sorted(stderr, key=str) == sorted(csv, key=str)
    assert executions(csv) == executions(json)


LETTERS = "adehlmpQrstuvxcbiP"
LITERALS = st.sampled_from(["] [", " - ", "|", "; ", "=", "] <"])


@st.composite
def prefixes(draw: st.DrawFn) -> str:
    letters = draw(st.lists(st.sampled_from(LETTERS), unique=True, max_size=7))
    parts = []
    for letter in ["m", *(x for x in letters if x != "m")]:
        padding = draw(st.sampled_from(["", "", "", "5", "-7"]))
        parts.append(f"%{padding}{letter}{draw(LITERALS)}")
    at = draw(st.integers(1, len(parts)))
    return "".join(parts[:at]) + draw(st.sampled_from(["", "%q"])) + "".join(parts[at:])


@settings(max_examples=300, deadline=None)
@given(prefixes(), entries)
def test_any_prefix_reads_back(prefix: str, entry: LogEntry) -> None:
    (found,) = read_stderr(as_stderr([entry], prefix), prefix)
    assert (found.severity, found.message) == (entry.severity, entry.message)
    assert found.statement == entry.statement
    assert found.origin.logged_at == entry.origin.logged_at
    if "p" in prefix.replace("%p", "p") and "%p" in prefix:
        assert found.origin.process_id == entry.origin.process_id


values = st.lists(
    st.one_of(st.none(), st.text(st.characters(codec="utf-8"), max_size=20)), max_size=6
)


@given(values)
def test_parameters_read_back(items: list[str | None]) -> None:
    written = ", ".join(
        f"${n} = " + ("NULL" if v is None else "'" + v.replace("'", "''") + "'")
        for n, v in enumerate(items, 1)
    )
    assert read_parameters(f"Parameters: {written}") == tuple(items)
