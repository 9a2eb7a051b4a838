"""Damaged lines that fuzzing found: both ways of reading tell the same of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest

from analyzer.domain.execution import Execution, LogEvent
from analyzer.domain.log_report import LogFilter
from analyzer.logs.classify import Classifier
from analyzer.logs.csvlog import read_csvlog
from analyzer.logs.entry import LogEntry
from analyzer.logs.execution_sink import ExecutionSink
from analyzer.logs.joiner import Joiner
from analyzer.logs.jsonlog import read_jsonlog
from analyzer.logs.line_prefix import line_prefix
from analyzer.logs.readers import stderr_options, window_reader
from analyzer.logs.recognize import LogFormat, Recognized
from analyzer.logs.stderr import StderrReader
from analyzer.logs.tally import Tally
from analyzer.logs.text_book import TextBook
from analyzer.logs.timestamps import Clock
from analyzer.statements.fingerprint import fingerprint

PREFIX = "%m [%p] %c %v %Q %q%u@%d/%a "
AT = "2026-11-27 20:33:34.853 UTC"
HEAD = f"{AT} [42] 6b09e91e.2a 3/7 -5 app@shop/web "
RUN = f"{HEAD}LOG:  duration: 0.061 ms  statement: SELECT 1"
HUGE = "9" * 30

STDERR = {
    "a window of companions alone": f"{HEAD}DETAIL:  Parameters: $1 = '1'",
    "a second time behind the zone": f"{RUN}\n{AT}{RUN[len(AT) :]}\n{AT}{RUN}",
    "a day that no month has": f"{RUN}\n{RUN.replace('11-27', '11-31')}",
    "a query id of 19 nines": RUN.replace(" -5 ", f" {'9' * 19} "),
    "a process of ten nines": RUN.replace("[42]", f"[{'9' * 10}]"),
    "a phase with blanks behind it": RUN.replace("statement:", "parse s1:") + "  \n\t",
    "a phase of no execution": RUN.replace("statement:", "bind s1:"),
}
CSV_RUN = (
    f'{AT},"app","shop",42,"10.0.0.1:5",6b09e91e.2a,7,"SELECT",{AT},3/7,0,LOG,00000,'
    '"duration: 0.061 ms  statement: SELECT 1",,,,,,,,,"web","client backend",,-5'
)
CSV = {
    "an error code of a phase of no execution": CSV_RUN.replace(
        "00000", "57014"
    ).replace("statement:", "bind s1:"),
    "a query id of thirty nines": CSV_RUN.removesuffix("-5") + HUGE,
    "a process of thirty nines": CSV_RUN.replace(",42,", f",{HUGE},"),
    "a transaction that is no number": CSV_RUN.replace(",3/7,0,", ",3/7,0 LOG,"),
    "a return in a field without quotes": CSV_RUN.replace(",3/7,", ",3/7\r,"),
    "a transaction of thirty nines": CSV_RUN.replace(",3/7,0,", f",3/{HUGE},{HUGE},"),
}
JSON_RUN = (
    f'{{"timestamp":"{AT}","user":"app","dbname":"shop","pid":42,"session_id":'
    '"6b09e91e.2a","vxid":"3/7","txid":0,"error_severity":"LOG","message":'
    '"duration: 0.061 ms  statement: SELECT 1","query_id":-5}'
)
JSON = {
    "a query id of thirty nines": JSON_RUN.replace("-5", HUGE),
    "a process of thirty nines": JSON_RUN.replace("42", HUGE),
    "a process that is a list": JSON_RUN.replace("42", "[42]"),
    "a number that is none": JSON_RUN.replace("42", "Infinity"),
    "an error code": JSON_RUN.replace('"LOG"', '"LOG","state_code":"57014"'),
    "an error code of a phase of no execution": JSON_RUN.replace(
        '"LOG"', '"LOG","state_code":"57014"'
    ).replace("statement:", "bind s1:"),
    "a local transaction of thirty nines": JSON_RUN.replace("3/7", f"3/{HUGE}"),
}


def told(executions: Iterable[Execution], events: Iterable[LogEvent]) -> list[object]:
    def local(item: Execution) -> str:
        number = item.virtual_transaction_id.rpartition("/")[2]
        return number if len(number) < 19 else ""

    runs = Counter(
        (e.logged_at, e.duration_ms, e.query, e.parameters, e.process_id, local(e),
         e.session_id, e.user, e.database, e.application_name, e.queryid)
        for e in executions
    )  # fmt: skip
    messages = Counter((e.logged_at, e.kind, e.message, e.sqlstate) for e in events)
    return [runs, messages]


def compared(recognized: Recognized, lines: str, read: Iterable[LogEntry]) -> None:
    careful = Classifier(fingerprint)
    for entry in read:
        careful.take(entry)
    careful.finish()
    tally, book = Tally(), TextBook(fingerprint)
    reader = window_reader(recognized, Clock(), tally, book)
    assert reader is not None
    sink = ExecutionSink(book, LogFilter(), keep_texts=True)
    joiner = Joiner(book, sink)
    joiner.take(reader.read(f"{lines}\n".encode()))
    joiner.finish()
    found = told(sink.columns(), joiner.events.columns())
    assert found == told(careful.executions, careful.events)


@pytest.mark.parametrize("kind", STDERR)
def test_plain(kind: str) -> None:
    recognized = Recognized(format=LogFormat.STDERR, prefix=line_prefix(PREFIX))
    reader = StderrReader(stderr_options(recognized), Clock(), Tally())
    compared(recognized, STDERR[kind], reader.read([STDERR[kind].split("\n")]))


def test_the_error_code_of_a_phase_of_no_execution() -> None:
    line = f"{AT} [42] 57014 LOG:  duration: 0.061 ms  bind s1: SELECT 1"
    prefix = line_prefix("%m [%p] %e ")
    recognized = Recognized(format=LogFormat.STDERR, prefix=prefix)
    reader = StderrReader(stderr_options(recognized), Clock(), Tally())
    entries = [*reader.read([[line]])]
    assert [entry.origin.sqlstate for entry in entries] == ["57014"]
    compared(recognized, line, entries)


@pytest.mark.parametrize("kind", CSV)
def test_csv(kind: str) -> None:
    read = read_csvlog([CSV[kind].split("\n")], Clock(), Tally())
    compared(Recognized(format=LogFormat.CSV), CSV[kind], read)


@pytest.mark.parametrize("kind", JSON)
def test_json(kind: str) -> None:
    read = read_jsonlog([JSON[kind].split("\n")], Clock(), Tally())
    compared(Recognized(format=LogFormat.JSON), JSON[kind], read)
