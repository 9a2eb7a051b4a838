"""Many EXPLAINs of a shadow in few round trips, each with its own indexes switched on.

A question is three or four messages of the extended protocol up to one Sync: switch,
settings, EXPLAIN, ROLLBACK. Without a BEGIN they are one implicit transaction, which an
error ends by itself. All of them are prepared once, the EXPLAIN of a statement too, so
that it is parsed and analyzed once for all its questions. libpq's pipeline mode sends
the next questions while the server plans the first.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import psycopg
from psycopg import generators, pq

from analyzer.errors import AnalyzerError, PlanningFailed
from analyzer.postgres import extended
from analyzer.postgres.connect import Connection
from analyzer.postgres.errors_map import planning_failed
from analyzer.postgres.queries import MARKER
from analyzer.postgres.shadow_database import SWITCH_SCHEMA
from analyzer.statements.server_text import restated

if TYPE_CHECKING:
    from psycopg.pq.abc import PGconn, PGresult
    from psycopg.waiting import Ready, Wait

MAX_PREPARED = 256
BATCH_QUESTIONS = 64

_SWITCH, _SETTING, _ROLLBACK = b"pgproof_switch", b"pgproof_setting", b"pgproof_end"
_GENERIC = b"pgproof_asked"
_ERRORS = (pq.ExecStatus.FATAL_ERROR, pq.ExecStatus.PIPELINE_ABORTED)
_OID_ARRAY, _TEXT = 1028, 25

Command = Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchedQuestion:
    """A statement, its values, and the oids of indexes to switch on and off."""

    query: str
    values: tuple[str | None, ...] = ()
    on_oids: tuple[int, ...] = ()
    off_oids: tuple[int, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """An EXPLAIN under a name of the session, and the types of its values.

    ``query`` is the statement as the server reads it.
    """

    name: bytes
    types: tuple[int, ...]
    query: str


class QuestionPipeline:
    """Asks questions in one session, which is idle in between."""

    def __init__(self, connection: Connection) -> None:
        """Prepare what all questions have in common.

        Args:
            connection: of the role that may use the switch, in autocommit mode.

        Raises:
            psycopg.Error: the session is not one of a shadow.
        """
        self._connection = connection
        self._prepared: OrderedDict[str, _Prepared] = OrderedDict()
        self._count = 0
        # ROLLBACK of an implicit transaction warns that there was no BEGIN.
        connection.execute("SET client_min_messages = error")
        self._name(_SWITCH, f"SELECT {SWITCH_SCHEMA}.switch($1, $2)", _OID_ARRAY)
        self._name(_SETTING, "SELECT pg_catalog.set_config($1, $2, true)", _TEXT)
        self._name(_ROLLBACK, "ROLLBACK")

    def ask(self, questions: Sequence[SwitchedQuestion]) -> list[bytes | AnalyzerError]:
        """Documents of EXPLAIN (FORMAT JSON) in the order of the questions.

        A question that cannot be planned has an error in its place.

        Raises:
            TargetError: the connection was lost.
        """
        answers: list[bytes | AnalyzerError] = []
        for start in range(0, len(questions), BATCH_QUESTIONS):
            answers += self._batch(questions[start : start + BATCH_QUESTIONS])
        return answers

    def _batch(
        self, questions: Sequence[SwitchedQuestion]
    ) -> list[bytes | AnalyzerError]:
        answers: list[bytes | AnalyzerError | None] = []
        commands: deque[Command] = deque()
        for question in questions:
            try:
                commands.extend(self._commands(question))
                answers.append(None)
            except psycopg.Error as error:
                answers.append(planning_failed(error))
            except AnalyzerError as error:
                answers.append(error)
        found = self._communicate(commands)
        return [next(found) if item is None else item for item in answers]

    def _commands(self, question: SwitchedQuestion) -> list[Command]:
        pgconn = self._connection.pgconn
        prepared = self._prepare(question.query)
        oids = [_array(question.on_oids), _array(question.off_oids)]
        settings = [_encoded(pair) for pair in question.settings]
        if len(question.values) < len(prepared.types):
            explain = self._generic(prepared)
        else:
            values = _encoded(question.values[: len(prepared.types)])
            explain = [partial(pgconn.send_query_prepared, prepared.name, values)]
        return [
            partial(pgconn.send_query_prepared, _SWITCH, oids),
            *(partial(pgconn.send_query_prepared, _SETTING, p) for p in settings),
            *explain,
            partial(pgconn.send_query_prepared, _ROLLBACK, None),
            pgconn.pipeline_sync,
        ]

    def _generic(self, prepared: _Prepared) -> list[Command]:
        # The session would keep a generic plan when an index is switched, so it is
        # prepared anew for each question.
        pgconn = self._connection.pgconn
        nulls = ", ".join(["NULL"] * len(prepared.types))
        text = f"EXPLAIN {MARKER} (FORMAT JSON) EXECUTE {_GENERIC.decode()} ({nulls})"
        setting = _encoded(("plan_cache_mode", "force_generic_plan"))
        command = extended.encoded(prepared.query)
        return [
            partial(pgconn.send_close_prepared, _GENERIC),
            partial(pgconn.send_prepare, _GENERIC, command, list(prepared.types)),
            partial(pgconn.send_query_prepared, _SETTING, setting),
            partial(pgconn.send_query_params, text.encode(), None),
        ]

    def _communicate(self, commands: deque[Command]) -> Iterator[bytes | AnalyzerError]:
        if not commands:
            return iter(())
        connection = self._connection
        pgconn = connection.pgconn
        with connection.lock:
            pgconn.enter_pipeline_mode()
            try:
                results = connection.wait(_all_results(pgconn, commands))
            except psycopg.Error as error:
                raise planning_failed(error) from None
            finally:
                if pgconn.status == pq.ConnStatus.OK:
                    pgconn.exit_pipeline_mode()
        return iter(_answers(results))

    def _prepare(self, query: str) -> _Prepared:
        """The prepared EXPLAIN of a statement.

        Raises:
            PlanningFailed, psycopg.Error: the server does not accept the statement.
        """
        if query in self._prepared:
            self._prepared.move_to_end(query)
            return self._prepared[query]
        try:
            made = self._prepared_as(query)
        except psycopg.errors.SyntaxError:
            # pg_stat_statements writes interval $1, which no server reads back.
            text = restated(query)
            if text is None:
                raise
            made = self._prepared_as(text)
        self._prepared[query] = made
        if len(self._prepared) > MAX_PREPARED:
            _, oldest = self._prepared.popitem(last=False)
            extended.forget(self._connection, oldest.name.decode())
        return made

    def _prepared_as(self, query: str) -> _Prepared:
        self._count += 1
        name = f"pgproof_explain_{self._count}"
        text = f"EXPLAIN {MARKER} (FORMAT JSON) {query}"
        types = extended.parameter_types(self._connection, text, name=name)
        return _Prepared(name=name.encode(), types=types, query=query)

    def _name(self, name: bytes, text: str, *types: int) -> None:
        result = self._connection.pgconn.prepare(
            name, text.encode(), types * text.count("$")
        )
        if result.status != pq.ExecStatus.COMMAND_OK:
            raise psycopg.errors.error_from_result(result)


def _all_results(
    pgconn: PGconn, commands: deque[Command]
) -> Generator[Wait, Ready | int, list[PGresult]]:
    """Send everything, and read up to the last Sync."""
    syncs = sum(command == pgconn.pipeline_sync for command in commands)
    found = yield from generators.pipeline_communicate(pgconn, commands)
    results = [item for items in found for item in items]
    syncs -= sum(item.status == pq.ExecStatus.PIPELINE_SYNC for item in results)
    while syncs > 0:
        items = yield from generators.fetch_many(pgconn)
        results += items
        syncs -= sum(item.status == pq.ExecStatus.PIPELINE_SYNC for item in items)
    return results


def _answers(results: list[PGresult]) -> Iterator[bytes | AnalyzerError]:
    """Of the results up to each Sync the document, or what went wrong first."""
    answer: bytes | AnalyzerError | None = None
    for result in results:
        if result.status == pq.ExecStatus.PIPELINE_SYNC:
            yield answer if answer is not None else PlanningFailed("no plan was given")
            answer = None
        elif answer is not None:
            continue
        elif result.status == pq.ExecStatus.FATAL_ERROR:
            answer = planning_failed(psycopg.errors.error_from_result(result))
        elif result.nfields == 1 and result.fname(0) == b"QUERY PLAN":
            answer = result.get_value(0, 0)


def _encoded(values: Sequence[str | None]) -> list[bytes | None]:
    return [None if v is None else extended.encoded(v) for v in values]


def _array(oids: Sequence[int]) -> bytes:
    return ("{" + ",".join(map(str, oids)) + "}").encode()
