"""Parameter sets of a statement, sampled from its logged executions."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

from analyzer.domain.execution import Execution
from analyzer.domain.statement import Statement
from analyzer.domain.workload import ParameterSet
from analyzer.errors import AnalyzerError
from analyzer.statements.lexer import Token, tokens
from analyzer.statements.literal import literal_value

T = TypeVar("T")

MAX_PARAMETER_SETS = 12
MAX_VALUE_CHARS = 10_000
MIN_WRITTEN = 10
"""Executions, or texts, from which on a constant that stays the same is believed."""
_CANDIDATES_PER_SET = 8
_NEVER = datetime.min.replace(tzinfo=UTC)


def parameter_sets(
    statement: Statement, executions: Sequence[Execution]
) -> tuple[ParameterSet, ...]:
    """Up to twelve distinct sets of values, spread over the durations.

    The set of the median comes first, then the slowest and the fastest, so that the
    first few of them are spread likewise.

    Values are those bound to ``$n``, and the constants in the logged text where the
    normalized query has a parameter. An execution whose text does not line up with the
    normalized query gives none.

    Args:
        statement: whose normalized query the values are for.
        executions: of this statement, in any order.
    """
    if not statement.parameter_count or not executions:
        return ()
    ordered = sorted(executions, key=lambda item: item.duration_ms)
    found: dict[tuple[str | None, ...], float] = {}
    normalized = _tokens(statement.normalized_query)
    for execution in _spread(ordered, MAX_PARAMETER_SETS * _CANDIDATES_PER_SET):
        values = _values(statement, normalized, execution)
        if values is not None:
            found.setdefault(values, execution.duration_ms)
    sets = list(found.items())
    return tuple(
        ParameterSet(
            values=values,
            label="log",
            source=f"log: an execution of {duration_ms:.3g} ms",
            weight=1.0,
        )
        for values, duration_ms in _middle_first(
            list(_spread(sets, MAX_PARAMETER_SETS))
        )
    )


def written_constants(
    statement: Statement, executions: Sequence[Execution]
) -> dict[int, str]:
    """The parameters for which the application always writes the same constant.

    pg_stat_statements shows ``state = 'ready'`` and ``id = 4711`` alike as ``$n``. What
    stands in the text beside bound parameters belongs to the text. Where a client puts
    all values into the text, a constant is what stays while the text varies.

    Args:
        statement: whose parameters are numbered.
        executions: of this statement, in any order; fewer than ten prove nothing.

    Returns:
        The constant by the number of the parameter.
    """
    if not statement.parameter_count or len(executions) < MIN_WRITTEN:
        return {}
    normalized = _tokens(statement.normalized_query)
    if normalized is None or any(
        execution.query == statement.normalized_query for execution in executions
    ):
        return {}
    seen = list(_spread(executions, MAX_PARAMETER_SETS * _CANDIDATES_PER_SET))
    if not all(execution.parameters for execution in seen):
        seen = list({execution.query: execution for execution in seen}.values())
    if len(seen) < MIN_WRITTEN:
        return {}
    found: list[dict[int, str]] = []
    for execution in seen:
        places = _aligned(normalized, execution)
        if places is None:
            return {}
        found.append(
            {
                number: place.value
                for number, place in places.items()
                if not place.is_bound and place.value is not None
            }
        )
    first, *others = found
    return {
        number: value
        for number, value in first.items()
        if len(value) <= MAX_VALUE_CHARS
        and all(other.get(number) == value for other in others)
    }


def submitted_values(statement: Statement, query: str) -> tuple[ParameterSet, ...]:
    """The constants of a submitted text, where the normalized query has parameters.

    None if it has parameters of its own, since nobody gave their values.
    """
    own = ParameterSet(values=(), label="submitted", source="the submitted query")
    return _constants(statement, query, own)


def canceled_values(statement: Statement, query: str) -> tuple[ParameterSet, ...]:
    """The constants of a text that was cancelled, as those of a submitted one."""
    own = ParameterSet(values=(), label="log", source="log: a cancelled execution")
    return _constants(statement, query, own)


def _constants(
    statement: Statement, query: str, own: ParameterSet
) -> tuple[ParameterSet, ...]:
    if not statement.parameter_count or query == statement.normalized_query:
        return ()
    found = with_constants_of(query, statement, (own,))
    return found if found != (own,) else ()


def with_constants_of(
    query: str, statement: Statement, drawn: Sequence[ParameterSet]
) -> tuple[ParameterSet, ...]:
    """Values for a submitted text's own parameters, and behind them its constants.

    The normalized query has parameters for both. Where the two texts do not line up
    the sets stay as they are: enough for the submitted text, too few for the other.
    """
    normalized = _tokens(statement.normalized_query)
    found = []
    for one in drawn:
        text = Execution(
            logged_at=_NEVER, duration_ms=0.0, query=query, parameters=one.values
        )
        values = _values(statement, normalized, text)
        found.append(one if values is None else replace(one, values=values))
    return tuple(found)


def _spread(items: Sequence[T], count: int) -> Iterator[T]:
    """At most ``count`` of the items, evenly, the first and last among them."""
    if len(items) <= count:
        yield from items
        return
    for number in range(count):
        yield items[number * (len(items) - 1) // (count - 1)]


def _values(
    statement: Statement, normalized: Sequence[str] | None, execution: Execution
) -> tuple[str | None, ...] | None:
    if execution.query == statement.normalized_query:
        values = execution.parameters
    elif normalized is None:
        return None
    else:
        found = _aligned(normalized, execution)
        if found is None:
            return None
        if len(found) < statement.parameter_count:
            return None
        values = tuple(found[n].value for n in range(1, statement.parameter_count + 1))
    if len(values) != statement.parameter_count:
        return None
    if any(value is not None and len(value) > MAX_VALUE_CHARS for value in values):
        return None
    return values


def _middle_first(items: Sequence[T]) -> list[T]:
    """The middle, the last, the first, and then the middles of what lies between."""
    if not items:
        return []
    last = len(items) - 1
    order = dict.fromkeys((last // 2, last, 0))
    spans = deque([(0, last // 2), (last // 2, last)])
    while spans:
        low, high = spans.popleft()
        if high - low > 1:
            middle = (low + high) // 2
            order[middle] = None
            spans += ((low, middle), (middle, high))
    return [items[place] for place in order]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """What an execution has where the normalized text has a parameter."""

    value: str | None
    is_bound: bool


def _aligned(
    normalized: Sequence[str], execution: Execution
) -> dict[int, _Place] | None:
    """Values by parameter number, or none if the texts do not line up."""
    raw = _tokens(execution.query)
    if raw is None:
        return None
    found: dict[int, _Place] = {}
    at = 0
    for token in normalized:
        if at >= len(raw):
            return None
        if not _is_parameter(token):
            if raw[at].lower() != token.lower():
                return None
            at += 1
            continue
        value, used = _value(raw, at, execution)
        if not used:
            return None
        found[int(token[1:])] = _Place(value=value, is_bound=_is_parameter(raw[at]))
        at += used
    return found if at == len(raw) else None


def _value(raw: Sequence[str], at: int, execution: Execution) -> tuple[str | None, int]:
    """The constant at a place and how many tokens it takes, 0 if there is none."""
    token = raw[at]
    if _is_parameter(token):
        number = int(token[1:])
        if number > len(execution.parameters):
            return None, 0
        return execution.parameters[number - 1], 1
    if token == "-" and at + 1 < len(raw) and raw[at + 1][:1].isdigit():
        return f"-{raw[at + 1]}", 2
    if token.lower() == "null":
        return None, 1
    if token.lower() in ("true", "false"):
        return token.lower(), 1
    if token.replace(".", "").isdecimal():
        return token, 1
    value = literal_value(token) if _is_literal(token) else _field(raw, at)
    return value, 0 if value is None else 1


def _is_literal(token: str) -> bool:
    return token[:1].isdigit() or token[:1] == "." or token[-1:] in ("'", "$")


def _field(raw: Sequence[str], at: int) -> str | None:
    """``year`` in ``extract(year FROM t)``: a constant that is written as a name."""
    before = [token.lower() for token in raw[max(at - 2, 0) : at]]
    after = raw[at + 1].lower() if at + 1 < len(raw) else ""
    if before != ["extract", "("] or after != "from":
        return None
    return raw[at].strip('"').lower()


def _is_parameter(token: str) -> bool:
    return token[:1] == "$" and token[1:].isdecimal()


def _tokens(query: str) -> list[str] | None:
    try:
        found: Sequence[Token] = tokens(query)
    except AnalyzerError:
        return None
    texts = [query[t.start : t.end] for t in found if "COMMENT" not in t.kind]
    while texts and texts[-1] == ";":
        texts.pop()
    return texts
