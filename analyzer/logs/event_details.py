"""What one message tells: its class, its numbers, and where its secrets are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from analyzer.domain.log_classes import SecretKind, SecretRange
from analyzer.logs.entry import LogEntry
from analyzer.logs.event_rule import CompiledRule
from analyzer.logs.event_table import TABLE
from analyzer.logs.event_vacuum import as_value, read_maintenance
from analyzer.logs.patterns import kind_of

REDACTED = "[redacted]"
TRUNCATED = "[Your log message was truncated]"

_KINDS = {kind.value: kind for kind in SecretKind}
_NUMBERED = re.compile(r"_\d+\Z")
# As pg_locks names what a waiting process waits for.
_LOCK_TYPES = {
    "extension": "extend",
    "transaction": "transactionid",
    "virtual": "virtualxid",
}
_WAITS = frozenset(
    {"lock_waiting", "lock_deadlock_avoided", "lock_deadlock_detected", "lock_timeout"}
)
_PARALLEL_WORKER = re.compile(r"parallel worker for PID (\d+)\Z")
_VACUUM_CONTEXTS = (
    re.compile(r"automatic (?:vacuum|analyze) of table \"(.+?)\""),
    re.compile(
        r"while (?:scanning|vacuuming|vacuuming index \"[^\"]+\"|cleaning up index "
        r"\"[^\"]+\"|truncating) (?:block \d+ )?(?:of )?relation \"(.+?)\""
        r"(?: to \d+ blocks)?"
    ),
)
_CONTEXTS = tuple(
    re.compile(text)
    for text in (
        r"\ACOPY \w+, line \d+(?:, column \w+)?",
        r"PL/pgSQL function (?:[^(]+\([^)]*\)|inline_code_block)"
        r"(?: line \d+ at [\w /]+| during [\w ]+| while [\w ]+)?",
        r"while (?:updating|deleting|locking|rechecking updated|checking uniqueness of)"
        r" tuple \(\d+,\d+\) in relation \"[^\"]+\"",
        r"while inserting index tuple \(\d+,\d+\) in relation \"[^\"]+\"",
        r"\AJSON data, line \d+: (?P<table_data>.+)",
        r"(?:(?:unnamed portal|portal \".+\") with parameters: |, )\$\d+ = "
        r"(?:(?P<statement_parameter>NULL)|'(?P<statement_parameter_2>(?:[^']|'')*+)')",
    )
)
# Statements whose text holds a password or a connection string.
_CREDENTIALS = re.compile(
    r"\b(?:CREATE|ALTER)\s+(?:(?:ROLE|USER|GROUP)\b.*\bPASSWORD\s+"
    r"|SUBSCRIPTION\b.*\bCONNECTION\s+"
    r"|(?:USER\s+MAPPING|SERVER|FOREIGN\s+DATA\s+WRAPPER)\b.*\bOPTIONS\s*\(.*)"
    r"(?:[eEnN]|[uU]&)?['$]",
    re.IGNORECASE | re.DOTALL,
)
_MAX_CHARS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What a message with its companions tells.

    Attributes:
        kind: the class, see ``domain.log_classes``.
        details: numbers and names, by the keys of pganalyze's collector.
        database: of a message about a table that names it, likewise the next two.
        related_process_ids: other processes the message names.
        secrets: of each text of the entry, by its field's name.
        reviewed: fields whose texts have a known shape; all others may hold anything.
    """

    kind: str
    details: Mapping[str, object] = field(default_factory=dict)
    database: str = ""
    schema: str = ""
    relation: str = ""
    related_process_ids: tuple[int, ...] = ()
    secrets: Mapping[str, tuple[SecretRange, ...]] = field(default_factory=dict)
    reviewed: frozenset[str] = frozenset()


class _Marks:
    """Secrets found so far, by the field of the entry."""

    def __init__(self) -> None:
        self.secrets: dict[str, list[SecretRange]] = {}
        self.reviewed: set[str] = set()

    def add(self, name: str, text: str, start: int, end: int, kind: SecretKind) -> None:
        if start < end:
            ranges = self.secrets.setdefault(name, [])
            at, to = _in_bytes(text, start), _in_bytes(text, end)
            ranges.append(SecretRange(start=at, end=to, kind=kind))

    def matches(self, name: str, text: str, found: Sequence[re.Match[str]]) -> None:
        """Secrets of all matches of a pattern; what lies between is unidentified."""
        self.reviewed.add(name)
        at = 0
        for match in found:
            if match.start() > at + bool(at):
                self.add(name, text, at, match.start(), SecretKind.UNIDENTIFIED)
            for key, kind in _secret_groups(match):
                self.add(name, text, match.start(key), match.end(key), kind)
            at = match.end()
        self.rest(name, text, at, SecretKind.UNIDENTIFIED)

    def rest(self, name: str, text: str, at: int, kind: SecretKind) -> None:
        if at < len(text) - 1:
            self.add(name, text, at, len(text.removesuffix("\n")), kind)

    def credentials(self, name: str, text: str) -> None:
        """A statement that sets a password is a credential as well."""
        for item in self.secrets.get(name, ()):
            if item.kind is SecretKind.STATEMENT_TEXT:
                part = text.encode("utf-8", "surrogatepass")[item.start : item.end]
                shown = part.decode("utf-8", "replace")[:_MAX_CHARS]
                if _CREDENTIALS.search(shown):
                    self._again(name, item, SecretKind.CREDENTIAL)
                return

    def whole(self, name: str, text: str, *kinds: SecretKind) -> None:
        self.reviewed.add(name)
        for kind in kinds:
            self.add(name, text, 0, len(text), kind)

    def _again(self, name: str, item: SecretRange, kind: SecretKind) -> None:
        self.secrets[name].append(
            SecretRange(start=item.start, end=item.end, kind=kind)
        )


def analyze(entry: LogEntry) -> Analysis:
    """Class, details and secrets of an entry.

    Secrets of ``message`` and ``detail`` lie where the class has them; ``statement``
    and ``internal_query`` are secrets as a whole; a ``hint`` is the server's own text.
    """
    marks = _Marks()
    kind = kind_of(entry.message, entry.severity, entry.origin.sqlstate)
    table = ""
    numbers: dict[str, object] = {}
    related: list[int] = []
    maintenance = read_maintenance(entry.message)
    found = TABLE.find(entry.message[:_MAX_CHARS])
    if maintenance is not None:
        kind, table, numbers = maintenance
        marks.reviewed.add("message")
    elif found is not None:
        rule, match = found
        _mark_message(entry.message, rule, match, marks)
        numbers, related = _details(entry, rule, match)
        _mark_detail(entry.detail, rule, marks)
    if kind == "autovacuum_cancel":
        table = _mark_vacuum_context(entry.context, marks)
    else:
        _mark_context(entry.context, marks)
    _mark_statements(entry, kind, marks)
    database, schema, relation = _split(table, kind, entry.context)
    return Analysis(
        kind=kind,
        details=numbers,
        database=database,
        schema=schema,
        relation=relation,
        related_process_ids=tuple(related),
        secrets={name: tuple(ranges) for name, ranges in marks.secrets.items()},
        reviewed=frozenset(marks.reviewed),
    )


def _mark_message(
    text: str, rule: CompiledRule, match: re.Match[str], marks: _Marks
) -> None:
    marks.reviewed.add("message")
    for key, kind in _secret_groups(match):
        marks.add("message", text, match.start(key), match.end(key), kind)
    marks.rest("message", text, match.end(), rule.rest)
    marks.credentials("message", text)


def _mark_detail(text: str, rule: CompiledRule, marks: _Marks) -> None:
    for pattern in rule.detail:
        found = list(pattern.finditer(text[:_MAX_CHARS])) if text else []
        if any(match[0] for match in found):
            marks.matches("detail", text, [match for match in found if match[0]])
            return


def _mark_context(text: str, marks: _Marks) -> None:
    for pattern in _CONTEXTS if text else ():
        found = list(pattern.finditer(text[:_MAX_CHARS]))
        if found:
            marks.matches("context", text, found)
            return


def _mark_vacuum_context(text: str, marks: _Marks) -> str:
    for pattern in _VACUUM_CONTEXTS:
        found = pattern.search(text[:_MAX_CHARS])
        if found is not None:
            marks.matches("context", text, [found])
            return found[1]
    return ""


def _mark_statements(entry: LogEntry, kind: str, marks: _Marks) -> None:
    also = (SecretKind.PARSING_ERROR,) if kind == "syntax_error" else ()
    if entry.statement:
        marks.whole("statement", entry.statement, SecretKind.STATEMENT_TEXT, *also)
        marks.credentials("statement", entry.statement)
    if entry.internal_query:
        marks.whole("internal_query", entry.internal_query, SecretKind.STATEMENT_TEXT)
    if entry.hint:
        marks.reviewed.add("hint")


def _secret_groups(match: re.Match[str]) -> Iterator[tuple[str, SecretKind]]:
    for key, value in match.groupdict().items():
        kind = _KINDS.get(_NUMBERED.sub("", key))
        if kind is not None and value is not None:
            yield key, kind


def _details(
    entry: LogEntry, rule: CompiledRule, match: re.Match[str]
) -> tuple[dict[str, object], list[int]]:
    numbers: dict[str, object] = {
        key: as_value(value)
        for key, value in match.groupdict().items()
        if value is not None and _NUMBERED.sub("", key) not in _KINDS
    }
    if rule.kind in ("checkpoint_complete", "restartpoint_complete"):
        _whole_checkpoint(numbers)
    elif rule.kind == "connection_disconnected" and "session_time" in numbers:
        hours, minutes, seconds = str(numbers.pop("session_time")).split(":")
        seconds_s = int(hours) * 3600 + int(minutes) * 60 + float(seconds)
        numbers["session_time_secs"] = seconds_s
    elif rule.kind == "statement_duration" and TRUNCATED in entry.message[-100:]:
        numbers["truncated"] = True
    elif rule.kind == "pga_collector_identify":
        numbers["config_section"] = match["unidentified"].strip()
    if rule.kind in _WAITS and "lock_type" in numbers:
        name = str(numbers["lock_type"])
        numbers["lock_type"] = _LOCK_TYPES.get(name, name)
    return numbers, _related(entry, rule, numbers)


def _whole_checkpoint(numbers: dict[str, object]) -> None:
    """Older versions leave out what stands for nothing."""
    for key in ("slru_buffers", "distance_kb", "estimate_kb"):
        numbers.setdefault(key, 0)
    for key in ("lsn", "redo_lsn"):
        numbers.setdefault(key, "")


def _related(
    entry: LogEntry, rule: CompiledRule, numbers: dict[str, object]
) -> list[int]:
    """Other processes; details that come with them are added to the numbers."""
    related: list[int] = []
    process_id = numbers.get("process_pid")
    if isinstance(process_id, int):
        related.append(process_id)
        name = str(numbers.setdefault("process_type", "server process"))
        worker = _PARALLEL_WORKER.match(name)
        if worker is not None:
            numbers |= {"process_type": "parallel worker", "parent_pid": int(worker[1])}
            related.append(int(worker[1]))
    for pattern in rule.detail if rule.kind.startswith("lock_") else ():
        for found in pattern.finditer(entry.detail[:_MAX_CHARS]):
            for key, value in found.groupdict().items():
                if key in ("lock_holders", "lock_waiters"):
                    numbers[key] = [int(n) for n in re.findall(r"\d+", value or "")]
                    related += [int(n) for n in re.findall(r"\d+", value or "")]
                elif key == "related":
                    related.append(int(value))
    return related


def _split(table: str, kind: str, context: str) -> tuple[str, str, str]:
    """Database, schema and relation of a name with dots."""
    if not table:
        return "", "", ""
    if kind == "autovacuum_cancel" and "automatic " not in context:
        schema, _, relation = table.partition(".")
        return ("", schema, relation) if relation else ("", "", "")
    database, _, rest = table.partition(".")
    schema, _, relation = rest.partition(".")
    return database, schema, relation


def _in_bytes(text: str, at: int) -> int:
    if text.isascii():
        return at
    return len(text[:at].encode("utf-8", "surrogatepass"))


def redacted(
    text: str, ranges: Iterable[SecretRange], kinds: Iterable[SecretKind]
) -> str:
    """The text with the secrets of some kinds taken out.

    >>> secret = SecretRange(start=4, end=7, kind=SecretKind.TABLE_DATA)
    >>> redacted("is: Ann", [secret], [SecretKind.TABLE_DATA])
    'is: [redacted]'
    """
    wanted = frozenset(kinds)
    data = text.encode("utf-8", "surrogatepass")
    pieces: list[bytes] = []
    at = 0
    for item in sorted(ranges, key=lambda item: (item.start, -item.end)):
        if item.kind in wanted and item.start >= at:
            pieces += (data[at : item.start], REDACTED.encode())
            at = item.end
    return b"".join((*pieces, data[at:])).decode("utf-8", "surrogatepass")


def redacted_field(
    entry: LogEntry, analysis: Analysis, name: str, kinds: Iterable[SecretKind]
) -> str:
    """One text of an entry without secrets of some kinds.

    With ``unidentified`` among the kinds a text of unknown shape is taken out whole.
    """
    text = str(getattr(entry, name))
    wanted = frozenset(kinds)
    if (
        text
        and SecretKind.UNIDENTIFIED in wanted
        and (name not in analysis.reviewed or analysis.kind in ("other", "error"))
    ):
        return REDACTED
    return redacted(text, analysis.secrets.get(name, ()), wanted)
