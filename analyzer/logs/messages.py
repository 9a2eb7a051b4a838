"""The messages that make executions and lock waits, as patterns."""

from __future__ import annotations

import re
from dataclasses import dataclass

_VERBS = "statement|parse|bind|execute fetch from|execute"
# Translations of "duration: %s ms  statement: %s", from postgres.mo.
_DURATION_WORDS = (
    "duration|Dauer|duración|durée|durata|varaktighet|продолжительность|тривалість|期間"
    "|실행시간|수행시간|耗时|持續時間|ხანგრძლივობა"
)
_STATEMENT_WORDS = (
    "statement|Anweisung|sentencia|instruction|istruzione|sats|оператор|文|명령 구문"
    "|语句|陳述式|ოპერატორი|გამოსახულება"
)
_UNITS = "ms|мс|ミリ秒|毫秒|მწმ|მწმs"
_DURATION = re.compile(
    rf"(?:{_DURATION_WORDS}) ?:? ?(?P<ms>\d{{1,15}}(?:[.,]\d{{1,6}})?) (?:{_UNITS})"
    rf"(?:(?:  |, | )(?:(?:{_STATEMENT_WORDS}) ?: (?P<statement>.*)"
    rf"|(?P<verb>{_VERBS}) (?P<name>.*?): (?P<query>.*)"
    r"|(?P<plan>plan|Plan|план):\n?(?P<body>.*)"
    r"|(?P<other>.+)))?\Z",
    re.DOTALL,
)
_LOGGED = re.compile(
    rf"(?:(?:{_STATEMENT_WORDS}) ?: (?P<statement>.*)"
    r"|(?P<verb>execute fetch from|execute) (?P<name>.*?): (?P<query>.*))\Z",
    re.DOTALL,
)
_LOCK = re.compile(
    r"process (?P<pid>\d+) (?P<what>still waiting for|acquired) (?P<mode>\w+) on "
    r"(?P<object>.*) after (?P<ms>\d+\.\d+) ms\Z",
    re.DOTALL,
)
_HOLDERS = re.compile(r"Process(?:es)? holding the lock: ([\d, ]+)\.")
_QUEUE = re.compile(r"Wait queue: ([\d, ]+)\.")
_PARAMETER = re.compile(r"\$(\d{1,5}) = (?:(NULL)|'((?:[^']+|'')*+)')(?:, |\Z)")
_PARAMETER_HEAD = re.compile(
    r"(?:.{0,200}? )?(?:[Pp]arameters?|parámetros|paramètres|parametri|parametrar"
    r"|параметры|параметри|パラメータ|매개 변수|参数|參數|Parameter) ?: (?=\$1 = )",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """A duration with what it belongs to.

    ``verb`` is ``statement``, ``parse``, ``bind``, ``execute``, ``execute fetch from``,
    ``plan``, ``other``, or empty for a duration alone.
    """

    duration_ms: float
    verb: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockMessage:
    """What log_lock_waits wrote."""

    process_id: int
    acquired: bool
    lock_mode: str
    locked_object: str
    waited_ms: float


def read_duration(message: str) -> Duration | None:
    """The duration a message reports, or none.

    >>> read_duration("duration: 1.500 ms  execute <unnamed>: SELECT 1")
    Duration(duration_ms=1.5, verb='execute', text='SELECT 1')
    >>> read_duration("Dauer: 1,500 ms  Anweisung: SELECT 1").duration_ms
    1.5
    """
    found = _DURATION.match(message)
    if found is None:
        return None
    duration_ms = float(found["ms"].replace(",", "."))
    if found["statement"] is not None:
        return Duration(
            duration_ms=duration_ms, verb="statement", text=found["statement"]
        )
    if found["verb"] is not None:
        return Duration(
            duration_ms=duration_ms, verb=found["verb"], text=found["query"]
        )
    if found["plan"] is not None:
        return Duration(duration_ms=duration_ms, verb="plan", text=found["body"])
    other = found["other"]
    return Duration(
        duration_ms=duration_ms, verb="other" if other else "", text=other or ""
    )


def read_logged_statement(message: str) -> tuple[str, str] | None:
    """Verb and text of a line of log_statement, which has no duration.

    >>> read_logged_statement("execute s1: SELECT $1")
    ('execute', 'SELECT $1')
    """
    found = _LOGGED.match(message)
    if found is None:
        return None
    if found["statement"] is not None:
        return "statement", found["statement"]
    return found["verb"], found["query"]


def read_lock(message: str) -> LockMessage | None:
    """The lock wait a message reports, or none."""
    found = _LOCK.match(message)
    if found is None:
        return None
    return LockMessage(
        process_id=int(found["pid"]),
        acquired=found["what"] == "acquired",
        lock_mode=found["mode"],
        locked_object=found["object"],
        waited_ms=float(found["ms"]),
    )


def holders(detail: str) -> tuple[int, ...]:
    """Processes holding the lock, from the DETAIL of a lock wait.

    >>> holders("Processes holding the lock: 2, 7. Wait queue: 5.")
    (2, 7)
    """
    return _numbers(_HOLDERS.search(detail))


def queue(detail: str) -> tuple[int, ...]:
    """Processes waiting for the lock, first comes first."""
    return _numbers(_QUEUE.search(detail))


def _numbers(found: re.Match[str] | None) -> tuple[int, ...]:
    return tuple(int(n) for n in re.findall(r"\d+", found[1])) if found else ()


def read_parameters(text: str) -> tuple[str | None, ...]:
    """Values bound to ``$1``, ``$2`` …, from ``$1 = '…', $2 = NULL``.

    Text that was cut off gives the values before the cut.

    >>> read_parameters("parameters: $1 = 'it''s', $2 = NULL")
    ("it's", None)
    """
    head = _PARAMETER_HEAD.match(text)
    at = head.end() if head else 0
    values: list[str | None] = []
    while (found := _PARAMETER.match(text, at)) and int(found[1]) == len(values) + 1:
        values.append(None if found[2] else found[3].replace("''", "'"))
        at = found.end()
    return tuple(values)
