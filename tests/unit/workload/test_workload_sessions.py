"""N+1: found inside a transaction, believed outside only with its parent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analyzer.domain.execution import Execution
from analyzer.domain.execution_columns import columns_of
from analyzer.domain.statement import StatementKind
from analyzer.statements.fingerprint import fingerprint
from analyzer.workload.session_rows import by_session, session_rows
from analyzer.workload.sessions import MIN_RUN, statement_runs
from analyzer.workload.transactions import transactions

T0 = datetime(2026, 5, 4, 3, 0, 0, tzinfo=UTC)
PARENT = "SELECT id FROM orders WHERE day = 5"


class Session:
    """Executions of one session, a millisecond apart unless told otherwise."""

    def __init__(self, name: str = "s") -> None:
        self.name = name
        self.at = T0
        self.executions: list[Execution] = []

    def run(self, query: str, *, vxid: str = "", gap_ms: float = 1.0) -> None:
        self.at += timedelta(milliseconds=gap_ms + 0.5)
        self.executions.append(
            Execution(
                logged_at=self.at,
                duration_ms=0.5,
                query=query,
                session_id=self.name,
                virtual_transaction_id=vxid,
            )
        )

    def items(
        self, count: int, *, first: int = 0, vxid: str = "", gap_ms: float = 1
    ) -> None:
        for number in range(first, first + count):
            query = f"SELECT * FROM items WHERE order_id = {number}"
            self.run(query, vxid=vxid, gap_ms=gap_ms)


def test_a_run_in_a_transaction() -> None:
    session = Session()
    session.run("BEGIN")
    session.run(PARENT)
    session.items(7)
    session.run("COMMIT")
    (run,) = statement_runs(session.executions)
    assert (run.run_count, run.call_count, run.longest) == (1, 7, 7)
    assert run.total_ms == 3.5
    assert run.parent is not None
    assert run.distinct_parameter_ratio == 1.0
    assert run.session_count == 1


def test_a_run_by_virtual_transaction() -> None:
    session = Session()
    session.run(PARENT, vxid="3/7")
    session.items(MIN_RUN, vxid="3/7")
    (run,) = statement_runs(session.executions)
    assert run.call_count == MIN_RUN


def test_two_transactions_are_two_runs() -> None:
    session = Session()
    for vxid in ("3/7", "3/8"):
        session.run(PARENT, vxid=vxid)
        session.items(6, vxid=vxid)
    (run,) = statement_runs(session.executions)
    assert (run.run_count, run.longest) == (2, 6)


def test_too_few_or_the_same_values_are_no_run() -> None:
    session = Session()
    session.run("BEGIN")
    session.items(MIN_RUN - 1)
    for _ in range(20):
        session.run("SELECT * FROM settings WHERE id = 1")
    session.run("COMMIT")
    assert statement_runs(session.executions) == ()


def test_requests_on_a_pooled_connection_are_no_run() -> None:
    session = Session()
    for number in range(40):
        session.items(1, first=number, vxid=f"3/{number}", gap_ms=40)
    assert statement_runs(session.executions) == ()


def test_a_busy_pool_with_many_statements_is_no_run() -> None:
    session = Session()
    for number in range(6):
        session.run(f"UPDATE u{number} SET seen = now() WHERE id = {number}")
        session.items(8, first=10 * number)
    assert statement_runs(session.executions) == ()


def test_autocommit_with_its_parent_is_a_run() -> None:
    session = Session()
    for number in range(4):
        session.run(PARENT, vxid="3/0", gap_ms=500)
        session.items(6, first=10 * number, vxid="3/0")
    (run,) = statement_runs(session.executions)
    assert (run.run_count, run.call_count) == (4, 24)


def test_sessions_are_not_mixed() -> None:
    one, two = Session("a"), Session("b")
    for number in range(4):
        one.items(1, first=number)
        two.items(1, first=number)
    assert statement_runs(one.executions + two.executions) == ()


def test_savepoints_do_not_end_a_transaction() -> None:
    session = Session()
    session.run("BEGIN")
    session.run(PARENT)
    session.items(3)
    session.run("ROLLBACK TO SAVEPOINT a")
    session.items(3, first=5)
    session.run("COMMIT")
    assert statement_runs(session.executions) == ()


def in_whole_seconds(executions: list[Execution]) -> list[Execution]:
    """As a log with ``%t`` in its prefix has them."""
    return [
        replace(item, logged_at=item.logged_at.replace(microsecond=0))
        for item in executions
    ]


def test_times_in_whole_seconds_show_the_same_loops() -> None:
    session = Session()
    for number in range(10):
        session.run(PARENT, vxid="3/0", gap_ms=730)
        session.items(25, first=100 * number, vxid="3/0", gap_ms=7)
    (exact,) = statement_runs(session.executions)
    assert statement_runs(in_whole_seconds(session.executions)) == (exact,)
    assert (exact.run_count, exact.call_count) == (10, 250)


def test_times_in_whole_seconds_make_no_loop_of_slow_requests() -> None:
    session = Session()
    for number in range(10):
        session.run(PARENT, vxid="3/0", gap_ms=730)
        session.items(25, first=100 * number, vxid="3/0", gap_ms=300)
    assert statement_runs(session.executions) == ()
    assert statement_runs(in_whole_seconds(session.executions)) == ()


@pytest.mark.parametrize("chunk", range(1, 9))
@pytest.mark.parametrize("frame", ["", "BEGIN", "3/7"])
def test_a_long_session_is_cut_where_nobody_sees_it(
    chunk: int, frame: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session()
    for loop in range(30):
        vxid = f"3/{loop + 1}" if frame == "3/7" else ""
        if frame == "BEGIN":
            session.run("BEGIN")
        session.run(PARENT, vxid=vxid, gap_ms=(1, 40, 300)[loop % 3])
        session.items(MIN_RUN + loop % 4, vxid=vxid)
        for other in range(loop % 3):
            session.run(f"SELECT {other} FROM things_{loop % 5}_{other}")
        if frame == "BEGIN":
            session.run("COMMIT")
    whole = statement_runs(session.executions)
    assert [run.run_count for run in whole] == [30]
    rows = by_session(
        columns_of(
            [replace(e, fingerprint=fingerprint(e.query)) for e in session.executions]
        )
    )
    kinds = [StatementKind.SELECT] * len(rows.columns.statements.query)
    spans = transactions(rows, kinds)
    monkeypatch.setattr("analyzer.workload.session_rows.CHUNK_ROWS", chunk)
    assert len(list(session_rows(rows))) > 3
    assert transactions(rows, kinds) == spans
    assert statement_runs(session.executions) == whole


def in_turn(session: Session, rounds: int, *, first: int = 0, vxid: str = "") -> None:
    """What an ORM asks for each row of a list: two statements, one of them not always.

    The second is left out where the identity map has its row.
    """
    for number in range(first, first + rounds):
        session.run(f"SELECT * FROM items WHERE order_id = {number}", vxid=vxid)
        if number % 4:
            session.run(f"SELECT * FROM buyers WHERE id = {number}", vxid=vxid)


def test_two_statements_in_turn_are_a_loop_of_each() -> None:
    session = Session()
    for number in range(4):
        session.run(PARENT, gap_ms=80)
        in_turn(session, 12, first=100 * number)
        session.run("SELECT count(*) FROM orders")
    runs = statement_runs(session.executions)
    assert [(run.call_count, run.run_count, run.longest) for run in runs] == [
        (48, 4, 12),
        (36, 4, 9),
    ]
    assert {run.parent for run in runs} == {fingerprint(PARENT)}
    assert [run.total_ms for run in runs] == [24.0, 18.0]


def test_in_turn_in_a_transaction_needs_no_parent() -> None:
    session = Session()
    in_turn(session, 9, vxid="3/7")
    assert [run.call_count for run in statement_runs(session.executions)] == [9, 6]


def test_in_turn_without_a_parent_outside_is_no_loop() -> None:
    session = Session()
    in_turn(session, 200)
    assert statement_runs(session.executions) == ()


def test_in_turn_needs_several_that_return() -> None:
    session = Session()
    session.run(PARENT, vxid="3/7")
    for number in range(8):
        session.items(1, first=number, vxid="3/7")
        session.run(f"SELECT {number} FROM t{number}", vxid="3/7")
    assert statement_runs(session.executions) == ()


def test_the_statement_of_the_next_list_ends_a_loop() -> None:
    session = Session()
    for number in range(3):
        session.run(PARENT, vxid="3/7")
        in_turn(session, 8, first=100 * number, vxid="3/7")
    runs = statement_runs(session.executions)
    assert [(run.run_count, run.longest) for run in runs] == [(3, 8), (3, 6)]
