"""Where joined executions end up: columns, the distinct statements, a few texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from analyzer.domain.execution import Execution
from analyzer.domain.execution_columns import (
    COLUMNS,
    ExecutionColumns,
    KeptText,
    Origins,
    Statements,
    as_microseconds,
    typed,
)
from analyzer.domain.log_report import LogFilter
from analyzer.domain.statement import Fingerprint
from analyzer.logs.column_store import ColumnStore
from analyzer.logs.entry import Origin, id_number
from analyzer.logs.groups import grouped
from analyzer.logs.messages import read_parameters
from analyzer.logs.slices import Bools, Longs, pair_keys
from analyzer.logs.text_book import TextBook, hash_of_parameters, values_hash_of
from analyzer.logs.window import DurationRows
from analyzer.statements.tags import is_of_trace

SAMPLE_COUNT = 3
"""Texts kept of each statement, those of its slowest executions."""

MAX_SINGLE = 500
"""Executions that are no rows wait to be so many, since each batch has its price."""

_FOREVER = 1 << 62
_MAX_US = (1 << 31) - 1

Arrays = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedRows:
    """Executions of one window, in log order.

    Attributes:
        at: numbers of the rows that are executions by themselves.
        position: of each of them.
        kept: other executions, by position.
        rows: what the numbers are about.
        sessions: number of the process of each origin of the rows.
        parse_us: by row number.
        bind_us: by row number.
    """

    at: Longs
    position: Longs
    kept: Mapping[int, Execution]
    rows: DurationRows
    sessions: Sequence[int]
    parse_us: Longs
    bind_us: Longs


class _Sample(NamedTuple):
    duration_ms: float
    logged_at_us: int
    position: int
    text: str
    detail: str
    execution: Execution | None = None

    def kept(self) -> KeptText:
        item = self.execution
        if item is None:
            values = read_parameters(self.detail) if self.detail else ()
            return KeptText(query=self.text, parameters=values)
        return KeptText(
            query=item.query,
            parameters=item.parameters,
            plan=item.plan,
            plan_text=item.plan_text,
        )


class _Statement:
    """What is known of one statement so far."""

    __slots__ = ("first_text", "first_us", "queryids", "samples")

    def __init__(self) -> None:
        self.first_us = _FOREVER
        self.first_text = ""
        self.queryids: set[int] = set()
        self.samples: list[_Sample] = []


class ExecutionSink:
    """Collects the executions of a log, window by window."""

    def __init__(
        self, book: TextBook, wanted: LogFilter, *, keep_texts: bool = False
    ) -> None:
        """Start with nothing.

        Args:
            book: tells fingerprints.
            wanted: which executions count.
            keep_texts: keep text and parameters of every execution, not just of the
                slowest.
        """
        self._book = book
        self._wanted = wanted
        keep_all = keep_texts or bool(wanted.trace_id)
        self._sample_count = None if keep_all else SAMPLE_COUNT
        self._numbers: dict[Fingerprint, int] = {}
        self._statements: list[_Statement] = []
        self._floors = np.zeros(0)
        self._floor_times = np.zeros(0, np.int64)
        self._sessions: dict[str, int] = {}
        self._origins: dict[Origin, int] = {}
        self._single: list[tuple[int, Execution]] = []
        self._rows = ColumnStore()
        self._changed: Mapping[int, Execution] = {}

    def session(self, key: str) -> int:
        """The number of a session or process."""
        return self._sessions.setdefault(key, len(self._sessions))

    def add(self, joined: JoinedRows) -> None:
        """Take the executions of one window."""
        if len(joined.at):
            self._add_rows(joined)
        self._single += joined.kept.items()
        if len(self._single) > MAX_SINGLE:
            self._add_executions()

    def amend(self, changed: Mapping[int, Execution]) -> None:
        """Executions that were found to be longer, or to have a plan, afterwards."""
        self._changed = changed

    def _add_rows(self, joined: JoinedRows) -> None:
        rows, at = joined.rows, joined.at
        origin = np.array([self._origin(item) for item in rows.origins], np.int64)
        statement = self._numbered(rows.texts.names)[rows.texts.name]
        wanted = self._wanted_rows(rows, at)
        at, position = at[wanted], joined.position[wanted]
        columns = {
            "logged_at_us": rows.logged_at_us[at],
            "duration_ms": rows.duration_us[at] / 1000.0,
            "statement": statement[rows.text[at]],
            "session": np.array(joined.sessions, np.int64)[rows.origin[at]],
            "origin": origin[rows.origin[at]],
            "local_transaction_id": rows.local_transaction_id[at],
            "values_hash": rows.values_hash[at],
            "parse_us": np.minimum(joined.parse_us[at], _MAX_US),
            "bind_us": np.minimum(joined.bind_us[at], _MAX_US),
            "queryid": rows.queryid[at],
            "has_plan": np.zeros(len(at), np.bool_),
            "position": position,
        }

        def sample(row: int) -> _Sample:
            number = int(at[row])
            return _Sample(
                float(columns["duration_ms"][row]),
                int(columns["logged_at_us"][row]),
                int(position[row]),
                rows.texts.text(int(rows.text[number])),
                rows.detail(number),
            )

        self._store(columns, sample)

    def _wanted_rows(self, rows: DurationRows, at: Longs) -> Bools:
        wanted = np.ones(len(at), np.bool_)
        if self._wanted == LogFilter():
            return wanted
        named = [
            self._wanted.database in ("", item.database)
            and self._wanted.user in ("", item.user)
            and self._wanted.application in ("", item.application_name)
            for item in rows.origins
        ]
        wanted &= np.array(named, np.bool_)[rows.origin[at]]
        if trace_id := self._wanted.trace_id:
            texts = map(rows.texts.text, range(len(rows.texts)))
            traced = [is_of_trace(text, trace_id) for text in texts]
            wanted &= np.array(traced, np.bool_)[rows.text[at]]
        return wanted & self._wanted_times(rows.logged_at_us[at])

    def _wanted_times(self, logged_at_us: Longs) -> Bools:
        since, until = self._wanted.since, self._wanted.until
        wanted = np.ones(len(logged_at_us), np.bool_)
        if since is not None:
            wanted &= logged_at_us >= as_microseconds(since)
        if until is not None:
            wanted &= logged_at_us < as_microseconds(until)
        return wanted

    def _add_executions(self) -> None:
        chosen = [(item, at) for at, item in self._single if self._is_wanted(item)]
        self._single = []
        rows = [self._row(item, position) for item, position in chosen]
        columns = typed({name: [row[name] for row in rows] for name in COLUMNS})

        def sample(row: int) -> _Sample:
            item, position = chosen[row]
            return _sample_of(item, position)

        if rows:
            self._store(columns, sample)

    def _is_wanted(self, item: Execution) -> bool:
        trace_id = self._wanted.trace_id
        is_traced = not trace_id or is_of_trace(item.query, trace_id)
        return is_traced and self._wanted.admits(item)

    def _row(self, item: Execution, position: int) -> Arrays:
        origin = Origin(
            process_id=item.process_id,
            session_id=item.session_id,
            user=item.user,
            database=item.database,
            application_name=item.application_name,
            remote_host=item.remote_host,
        )
        values = (
            hash_of_parameters(item.parameters)
            if item.parameters
            else values_hash_of(item.query)
        )
        local = item.virtual_transaction_id.rpartition("/")[2]
        return {
            "logged_at_us": as_microseconds(item.logged_at),
            "duration_ms": item.duration_ms,
            "statement": self._statement(item.fingerprint),
            "session": self.session(item.session_id),
            "origin": self._origin(origin),
            "local_transaction_id": id_number(local) if local.isdecimal() else 0,
            "values_hash": values,
            "parse_us": min(round(item.parse_duration_ms * 1000), _MAX_US),
            "bind_us": min(round(item.bind_duration_ms * 1000), _MAX_US),
            "queryid": item.queryid,
            "has_plan": item.plan is not None or bool(item.plan_text),
            "position": position,
        }

    def _origin(self, origin: Origin) -> int:
        return self._origins.setdefault(origin, len(self._origins))

    def _numbered(self, names: Sequence[Fingerprint]) -> Longs:
        numbers = [*map(self._numbers.get, names)]
        for at, number in enumerate(numbers):
            if number is None:
                numbers[at] = self._statement(names[at])
        return np.array(numbers, np.int64)

    def _statement(self, name: Fingerprint) -> int:
        number = self._numbers.get(name)
        if number is None:
            number = self._numbers[name] = len(self._statements)
            self._statements.append(_Statement())
        return number

    def _store(self, columns: Arrays, sample: Any) -> None:
        known = typed(columns)
        if not len(known["position"]):
            return
        missing = len(self._statements) - len(self._floors)
        self._floors = np.append(self._floors, np.full(missing, -1.0))
        self._floor_times = np.append(self._floor_times, np.zeros(missing, np.int64))
        self._note_firsts(known, sample)
        self._note_queryids(known)
        for row in self._candidates(known):
            statement = int(known["statement"][row])
            self._offer(statement, sample(row))
        self._rows.append(known)

    def _note_firsts(self, columns: Arrays, sample: Any) -> None:
        statement, times = columns["statement"], columns["logged_at_us"]
        order = np.lexsort((times, statement))
        ranked = statement[order]
        is_first = np.append(True, ranked[1:] != ranked[:-1])
        for row in order[is_first].tolist():
            known = self._statements[statement[row]]
            if times[row] > known.first_us:
                continue
            text = sample(row).text
            # Of equal times any one that does not depend on the order of lines.
            if times[row] < known.first_us or text < known.first_text:
                known.first_us = int(times[row])
                known.first_text = text

    def _note_queryids(self, columns: Arrays) -> None:
        statement, queryid = columns["statement"].astype(np.int64), columns["queryid"]
        has = np.flatnonzero(queryid)
        first, _ = grouped(pair_keys(queryid[has], statement[has]))
        chosen = has[first]
        for number, found in zip(
            statement[chosen].tolist(), queryid[chosen].tolist(), strict=True
        ):
            self._statements[number].queryids.add(found)

    def _candidates(self, columns: Arrays) -> Sequence[int]:
        """Rows that may be among the slowest of their statement."""
        count = self._sample_count
        if count is None:
            return range(len(columns["position"]))
        statement, duration_ms = columns["statement"], columns["duration_ms"]
        times = columns["logged_at_us"]
        floor_ms = self._floors[statement]
        slow = duration_ms > floor_ms
        slow |= (duration_ms == floor_ms) & (times < self._floor_times[statement])
        rows = np.flatnonzero(slow)
        rows = rows[np.lexsort((times[rows], -duration_ms[rows], statement[rows]))]
        place = np.arange(len(rows))
        ranked = statement[rows]
        is_first = np.append(True, ranked[1:] != ranked[:-1])[: len(rows)]
        start = np.maximum.accumulate(np.where(is_first, place, 0))
        # Of each statement so many, and what is as slow as the last of them.
        last = rows[np.minimum(start + count - 1, place)]
        kept = (duration_ms[rows] == duration_ms[last]) & (times[rows] == times[last])
        chosen: list[int] = rows[kept].tolist()
        return chosen

    def _offer(self, statement: int, sample: _Sample) -> None:
        samples = self._statements[statement].samples
        if self._sample_count is None:
            samples.append(sample)
            return
        if len(samples) == self._sample_count:
            if _slowest_first(sample) >= _slowest_first(samples[-1]):
                return
            samples.pop()
        samples.append(sample)
        samples.sort(key=_slowest_first)
        if len(samples) == self._sample_count:
            self._floors[statement] = samples[-1].duration_ms
            self._floor_times[statement] = samples[-1].logged_at_us

    def columns(self) -> ExecutionColumns:
        """Everything taken, in time order."""
        self._add_executions()
        store = self._rows
        # Rows that came another way stand behind the others.
        store.sort(np.argsort(store.columns()["position"], kind="stable"))
        self._apply_changes(store.columns())
        origins = _origins(self._origins)
        process = np.array(origins.process_id, np.int64)[store.columns()["origin"]]
        store.sort(np.lexsort((process, store.columns()["logged_at_us"])))
        samples = [s for known in self._statements for s in known.samples]
        return ExecutionColumns(
            **store.columns(),
            statements=Statements(
                fingerprint=tuple(self._numbers),
                query=tuple(known.first_text for known in self._statements),
                queryids=tuple(tuple(sorted(s.queryids)) for s in self._statements),
            ),
            origins=origins,
            kept={sample.position: sample.kept() for sample in samples},
        )

    def _apply_changes(self, columns: Arrays) -> None:
        position = columns["position"]
        for place, item in self._changed.items():
            row = int(np.searchsorted(position, place))
            if row == len(position) or position[row] != place:
                continue
            columns["duration_ms"][row] = item.duration_ms
            columns["has_plan"][row] |= item.plan is not None or bool(item.plan_text)
            statement = int(columns["statement"][row])
            samples = self._statements[statement].samples
            samples[:] = [known for known in samples if known.position != place]
            self._offer(statement, _sample_of(item, place))


def _sample_of(item: Execution, position: int) -> _Sample:
    moment = as_microseconds(item.logged_at)
    return _Sample(item.duration_ms, moment, position, item.query, "", item)


def _slowest_first(sample: _Sample) -> tuple[float, int, str]:
    return -sample.duration_ms, sample.logged_at_us, sample.text


def _origins(origins: Mapping[Origin, int]) -> Origins:
    return Origins(
        session_id=tuple(item.process_key for item in origins),
        process_id=tuple(item.process_id for item in origins),
        database=tuple(item.database for item in origins),
        user=tuple(item.user for item in origins),
        application_name=tuple(item.application_name for item in origins),
        remote_host=tuple(item.remote_host for item in origins),
    )
