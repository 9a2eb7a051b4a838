"""Which log_line_prefix a log was written with, told from its lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from analyzer.logs.line_prefix import NUMBER, WORD, LinePrefix, line_prefix
from analyzer.logs.severity import SEVERITY_PATTERN
from analyzer.logs.timestamps import TIME_PATTERN

COMMON = (
    "%m [%p] %q%u@%d ",
    "%m [%p] ",
    "%t [%p] %q%u@%d ",
    "%t [%p] ",
    "%t:%r:%u@%d:[%p]:",
    "%m [%p] %q[user=%u,db=%d,app=%a] ",
    "%m [%p] %q[user=%u,db=%d,app=%a,host=%h] ",
    "%m [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ",
    "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ",
    "%m [%p]: [%l-1] user=%u,db=%d ",
    "%t [%p]: [%l-1] user=%u,db=%d ",
    "%t [%p]: user=%u,db=%d,app=%a,client=%h ",
    "%t-%c-",
    "%m [%p] %q%u@%d/%a ",
    "%m [%p][%v] : [%l-1] %q[app=%a] ",
    "%t [%p-%l] %q%u@%d ",
    "%t [%p]: [%l-1] user=%u,db=%d - PG-%e ",
    "%t [%p]: [%l-1] [trx_id=%x] user=%u,db=%d ",
    "[%p]: [%l-1] db=%d,user=%u ",
    "%m %r %u %a [%c] [%p] ",
    "%m [%p]: [%l-1] db=%d,user=%u ",
    "pid=%p,user=%u,db=%d,app=%a,client=%h ",
    "%p-%s-%c-%l-%h-%u-%d-%m ",
    "%m [%p][%b][%v][%x] %q[user=%u,db=%d,app=%a] ",
    "%t [%p] %q%u@%d %h ",
    "%m [%p] %q%u@%d %a %h ",
    "%t [%p] %q%u@%d %a %h ",
    "%m [%p] %q%u@%d %a ",
    "%t [%p] %q%u@%d %a ",
    ' sql_error_code = %e time_ms = "%m" pid="%p" proc_start_time="%s" session_id="%c"'
    ' vtid="%v" tid="%x" log_line="%l" %qdatabase="%d" connection_source="%r"'
    ' user="%u" application_name="%a" ',
    "%m [%p] %q%a %u@%d ",
    "%t [%p] %q%a %u@%d ",
    "%m [%p] %q%a ",
    "",
)
"""Prefixes of distributions, services and manuals; tried first, in this order."""

ENOUGH_RATIO = 0.98
"""Share of the lines a prefix must explain to be taken without looking further."""

MAX_RECORDS = 1000

MAX_WORDS = 3
"""Words of unknown meaning in an inferred prefix; each multiplies the ways to match."""

_SEVERITY = re.compile(SEVERITY_PATTERN)
_LABELS = {
    "user": "%u", "usr": "%u", "u": "%u", "db": "%d", "database": "%d", "d": "%d",
    "dbname": "%d", "app": "%a", "application": "%a", "application_name": "%a",
    "appname": "%a", "client": "%h", "host": "%h", "rhost": "%h", "remote": "%r",
    "pid": "%p", "p": "%p", "session": "%c", "session_id": "%c", "sid": "%c",
    "line": "%l", "vxid": "%v", "vtid": "%v", "xid": "%x", "txid": "%x", "tx": "%x",
    "trx_id": "%x", "state": "%e", "sqlstate": "%e", "code": "%e", "error_code": "%e",
    "query_id": "%Q", "queryid": "%Q", "qid": "%Q", "backend": "%b",
    "connection_source": "%r", "sql_error_code": "%e", "tid": "%x", "log_line": "%l",
}  # fmt: skip
_SHAPES = (
    (re.compile(TIME_PATTERN), None),
    (re.compile(r"(?<![\w.])[0-9a-f]{8}\.[0-9a-f]{1,8}(?![\w.])"), "%c"),
    (re.compile(r"(?<=\] )\[\d+-1\]|(?<=: )\[\d+-1\]"), "[%l-1]"),
    (re.compile(r"\[\d+-\d+\]"), "[%p-%l]"),
    (re.compile(r"(?<![\w.])00000(?![\w.])"), "%e"),
    (re.compile(r"(?<![\w.])-?\d{15,19}(?![\w.])"), "%Q"),
    (re.compile(r"(?<![\w.])1[0-9]{9}\.\d{3}(?![\w.])"), "%n"),
    (re.compile(r"\[local\]|(?<=[ :=])\[?[\w.:]+\(\d+\)"), "%r"),
    (re.compile(r"(?<=\[)\d+(?=\])"), "%p"),
    (re.compile(r"(?<=[ \[(:])-?\d+/\d+(?=[ \]):])"), "%v"),
    (re.compile(r"(?<![\w.%])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])"), "%h"),
    (
        re.compile(r"(?<=[ \]])(?:\[unknown\]|[\w.$-]+)@(?:\[unknown\]|[\w.$-]+)"),
        "%u@%d",
    ),
)
_LABELLED = re.compile(
    r"\b([a-z_]+)( ?= ?)(\"?)((?:\[[^\]]*\]|[^\],\"=;|])*?)(\"?)"
    r"(?=[\],;|]|\" | $| [a-z_]+ ?=)"
)
_OF_CLIENTS = re.compile(r"%[udarh]")
_SQLSTATE = re.compile(r"[0-9A-Z]{5}")
_PLAIN_NUMBER = re.compile(r"(?<![\w.%\]])-?\d+(?![\w.])")
_AFTER_DATABASE = re.compile(r"(%u@%d[/:,|])[^%]+?((?: %[hr])?[ :]*)\Z")
_OTHER_FIELDS = re.compile(
    r"(?<!\S)[0-9a-f]{8}\.[0-9a-f]{1,8}(?!\S)|(?<!\S)-?\d+/\d+(?!\S)|[\w\]]@[\w\[]"
    r"|\[\d+\]|\b(?:user|db|database|client|host|pid)="
)
_MORE_THAN_A_NAME = re.compile("[ /:,|]")
_HOST = re.compile(r"(?:\[local\]|localhost|\S*[.:]\S*)?")
"""What ``%h`` prints: an address, ``[local]``, or a name by ``log_hostname``."""
_ADDRESS = re.compile(r"(?:.* )?(?:\[local\]|\d{1,3}(?:\.\d{1,3}){3}(?:\(\d+\))?)")
_AUTHORIZED = re.compile(
    r"\w+: {1,2}connection authorized: user=(?P<user>\S+) database=(?P<database>\S+)"
)
_NAMES = re.compile(r"%([udahr])")
_FIRST_NAME = re.compile(r"(?<= )[^ %]*%[udahr]")
_ANYTHING = (
    rf"(?=.{{0,80}}?(?P<time>{TIME_PATTERN}))"
    r"(?=(?:.{0,160}?(?:\[|pid=|\bPID )(?P<process_id>\d{1,10})(?:[\]-]|\b))?)"
    r"[^\t].{0,400}?"
)

LOOSE = LinePrefix(text="(inferred: time, process id)", pattern=_ANYTHING)
"""Any start of a line with a time; tells time and process id, no names."""


def detect_prefix(
    lines: Sequence[str], setting: LinePrefix | None = None
) -> LinePrefix | None:
    """The prefix that explains most lines of a sample, or none if no line has one.

    First the server's setting and the common prefixes are tried, then one is inferred
    from the times, process ids and ``label=`` pairs before the severity, and at last
    any start of a line that holds a time is accepted without names.

    Args:
        lines: of the log.
        setting: the server's prefix of today, which may not be that of the log.

    >>> detect_prefix(["2026-01-02 03:04:05.678 UTC [42] app@shop LOG:  hi"]).text
    '%m [%p] %q%u@%d '
    """
    records = [head for head in map(_head, lines) if head is not None]
    if not records:
        return None
    # Spread over the sample, so that the first connections do not decide alone.
    records = records[:: max(len(records) // MAX_RECORDS, 1)]
    if setting is not None and _ratio(setting, records) >= ENOUGH_RATIO:
        return setting
    witnessed = _witnessed(lines, records)
    tried: list[tuple[float, LinePrefix]] = []
    for text in COMMON:
        prefix = line_prefix(text)
        tried.append((_ratio(prefix, records), prefix))
        if text and tried[-1][0] >= ENOUGH_RATIO:
            says_more = witnessed and _name_count(witnessed) > _name_count(prefix)
            return witnessed if says_more else prefix
    if witnessed is not None:
        return witnessed
    best = _best(tried)
    inferred = [
        line_prefix(text)
        for text in dict.fromkeys(_templates(records))
        if text.count(f"%{WORD}") <= MAX_WORDS
    ]
    found = [(_ratio(prefix, records), prefix) for prefix in inferred]
    # Of shapes of the log itself each line counts: background processes write few.
    own = max(found, key=_fit, default=best)
    return _best([best, own, (_ratio(LOOSE, records), LOOSE)])[1]


def _witnessed(lines: Sequence[str], records: Sequence[str]) -> LinePrefix | None:
    """The prefix by what new connections tell of themselves, if it explains the log.

    Their lines name the user and the database in the message (``log_connections``), so
    these are known in the prefix by what they are. The application's name is not known
    yet there, and printed as ``[unknown]``.
    """
    shapes: Counter[str] = Counter()
    for line in lines:
        head = _head(line)
        found = _AUTHORIZED.match(line, len(head)) if head else None
        if head is None or found is None or found["user"] == found["database"]:
            continue
        text = head.replace("%", "%%")
        for name, escape in ((found["user"], "%u"), (found["database"], "%d")):
            whole = rf"(?<![\w.-]){re.escape(name)}(?![\w.-])"
            text = re.sub(whole, escape, text, count=1)
        text = text.replace("[unknown]", "%a", 1)
        if "%u" in text or "%d" in text or "%a" in text:
            text = _shaped(text)
            # A background process has no names; it may end where they begin.
            shapes[_FIRST_NAME.sub(lambda m: f"%q{m[0]}", text, count=1)] += 1
    for text, _ in shapes.most_common(4):
        prefix = line_prefix(text)
        if _ratio(prefix, records) >= ENOUGH_RATIO:
            return prefix
    return None


def _name_count(prefix: LinePrefix) -> int:
    return len(set(_NAMES.findall(prefix.text)))


def _fit(tried: tuple[float, LinePrefix]) -> tuple[float, bool]:
    """How well a shape fits; of equals, ``%q`` stands before all names of a client."""
    ratio, prefix = tried
    before, q, _ = prefix.text.partition("%q")
    return ratio, bool(q) and not _OF_CLIENTS.search(before)


def _head(line: str) -> str | None:
    """What stands before the first severity of a line, or none if it has none."""
    found = None if line[:1] == "\t" else _SEVERITY.search(line, 0, 600)
    return None if found is None else line[: found.start()]


_FIRST_LOOK = 40


def _ratio(prefix: LinePrefix, records: Sequence[str]) -> float:
    match = prefix.cut_off.fullmatch
    # A prefix that fits none of a few fits hardly any, and most fit none.
    if not any(match(line) for line in records[:: len(records) // _FIRST_LOOK + 1]):
        return 0.0
    found = [match(line) for line in records]
    # A name with a blank, with a mark that prefixes put between names, or with what
    # looks like other fields, hints at a prefix that took more than the name.
    bare = "%d %h" in prefix.text
    doubtful = sum(_doubt(item, bare) for item in found if item is not None)
    return (sum(item is not None for item in found) - doubtful) / len(records)


def _doubt(found: re.Match[str], has_bare_host: bool) -> float:
    groups = found.groupdict()
    application_name = groups.get("application_name") or ""
    if _OTHER_FIELDS.search(application_name):
        return 1.0
    # Both are one more word; an address tells them apart.
    if has_bare_host and not _HOST.fullmatch(groups.get("host") or ""):
        return 1.0
    if _ADDRESS.fullmatch(application_name):
        return 1.0
    names = (groups.get("user") or "", groups.get("database") or "")
    return 0.5 if any(map(_MORE_THAN_A_NAME.search, names)) else 0.0


def _best(tried: Sequence[tuple[float, LinePrefix]]) -> tuple[float, LinePrefix]:
    # The first of equals is taken, so the order of the candidates is their rank.
    return max(tried, key=lambda item: round(item[0], 2))


def _templates(records: Sequence[str]) -> list[str]:
    """Shapes of what stands before the severity, the most frequent first."""
    shapes: Counter[tuple[str, ...]] = Counter()
    for head in records:
        shapes[tuple(_template(head).split(" "))] += 1
    by_length: dict[int, list[tuple[str, ...]]] = {}
    for shape, _ in shapes.most_common(200):
        by_length.setdefault(len(shape), []).append(shape)
    general = [_generalized(group) for group in by_length.values()]
    return [
        *filter(None, (_optional(a, b) for a in general for b in general)),
        *(_with_optional_end(shape, count) for shape in general for count in (1, 2, 3)),
        *(" ".join(shape) for shape in general),
        *(" ".join(shape) for shape, _ in shapes.most_common(4)),
    ]


def _generalized(shapes: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Where shapes of the same number of words differ, any word may stand."""
    return tuple(_word_for(set(words)) for words in zip(*shapes, strict=True))


def _word_for(words: set[str]) -> str:
    if len(words) == 1:
        return min(words)
    # An escape may have nothing to print, and an error code may be all digits.
    words -= {""}
    if words == {"%Q", f"%{NUMBER}"}:
        return "%Q"
    if "%e" in words and all(map(_is_sqlstate, words)):
        return "%e"
    only = min(words)
    return only if len(words) == 1 and only[0] == "%" else f"%{WORD}"


def _is_sqlstate(word: str) -> bool:
    return word in ("%e", f"%{NUMBER}") or _SQLSTATE.fullmatch(word) is not None


def _optional(long: tuple[str, ...], short: tuple[str, ...]) -> str:
    """Lines of background processes are the same, cut off somewhere."""
    head = short[:-1] if short[-1:] == ("",) else short
    if len(short) < len(long) and head and long[: len(head)] == head:
        return " ".join(head) + " %q" + " ".join(long[len(head) :])
    return ""


def _with_optional_end(shape: tuple[str, ...], count: int) -> str:
    """The last words may be missing, as after ``%q`` in background processes."""
    words = shape[:-1] if shape[-1:] == ("",) else shape
    head, tail = words[:-count], words[-count:]
    end = " " if len(words) < len(shape) else ""
    return " ".join((*head, "%q")) + " ".join(tail) + end


def _template(head: str) -> str:
    return _shaped(head.replace("%", "%%"))


def _shaped(text: str) -> str:
    """Escapes for what tells by its shape or its label what it is."""
    text = _LABELLED.sub(_label, text)
    for shape, escape in _SHAPES:
        text = shape.sub(lambda m, e=escape: e or _time_escape(m[0]), text, count=1)  # type: ignore[misc]
    text = _AFTER_DATABASE.sub(r"\1%a\2", text)
    # The one number of a line is its process: no other field is of use without it.
    is_alone = not re.search("%[pc]", text) and len(_PLAIN_NUMBER.findall(text)) == 1
    return _PLAIN_NUMBER.sub("%p" if is_alone else f"%{NUMBER}", text)


def _time_escape(text: str) -> str:
    return "%m" if "." in text else "%t"


def _label(found: re.Match[str]) -> str:
    escape = _LABELS.get(found[1])
    if escape is None:
        return found[0]
    return f"{found[1]}{found[2]}{found[3]}{escape}{found[5]}"
