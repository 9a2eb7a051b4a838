"""Logs of PgBouncer: statistics, logins, ends of connections, and waits for the pool.

Its lines look like the server's, but have no colon behind the level and name the
client or server connection instead. They become entries whose message begins with
``pgbouncer``, so that no message of a server can be taken for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from analyzer.logs.entry import UNKNOWN_TIME, LogEntry, Origin
from analyzer.logs.tally import Tally
from analyzer.logs.timestamps import TIME_PATTERN, Clock

_LINE = re.compile(
    rf"(?P<time>{TIME_PATTERN}|\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?) "
    r"\[?(?P<pid>\d{1,10})\]? (?P<level>NOISE|DEBUG|LOG|WARNING|ERROR|FATAL) "
    r"(?P<text>.*)\Z",
    re.DOTALL,
)
_SOCKET = re.compile(
    r"(?P<side>[CS])-(?P<id>0x[0-9a-f]+): (?P<database>[^/]*)/(?P<user>.*?)"
    r"@(?P<host>\[[^\]]*\]|unix(?:\(\d+\))?|[^:\s]*):(?P<port>\d+) (?P<text>.*)\Z",
    re.DOTALL,
)
# What only PgBouncer says; the levels alone could be another program's.
_OWN = re.compile(
    r"(?:[CS]-0x[0-9a-f]+: |[Ss]tats: \d+ |listening on |kernel file descriptor limit|"
    r"process up: PgBouncer|got SIG|File descriptor limits?:|PgBouncer |\s*$)"
)
_LEVELS = {"NOISE": "DEBUG2", "DEBUG": "DEBUG1"}
_NOBODY = {"(nodb)": "", "(nouser)": "", "pgbouncer": "pgbouncer"}


def is_pgbouncer(lines: Sequence[str]) -> bool:
    """Whether the first lines of a file are PgBouncer's.

    >>> is_pgbouncer(["2026-11-27 02:00:00.123 UTC [7] LOG stats: 2 xacts/s, 4 quer"])
    True
    >>> is_pgbouncer(["2026-11-27 02:00:00.123 UTC [7] LOG:  stats: 2 xacts/s"])
    False
    """
    found = [match for line in lines[:200] if (match := _LINE.match(line))]
    own = sum(_OWN.match(match["text"]) is not None for match in found)
    return bool(own) and 2 * len(found) >= len(lines[:200])


def read_pgbouncer(
    blocks: Iterable[Sequence[str]], clock: Clock, tally: Tally
) -> Iterator[LogEntry]:
    """Entries of a log of PgBouncer.

    Args:
        blocks: lists of lines without line ends.
        clock: of this log; times without a zone are taken as UTC.
        tally: counts what was not understood.
    """
    for block in blocks:
        for line in block:
            tally.line_count += 1
            found = _LINE.match(line)
            if found is not None:
                yield _entry(found, clock)
            elif line.strip():
                tally.not_understood(line)


def _entry(found: re.Match[str], clock: Clock) -> LogEntry:
    socket = _SOCKET.match(found["text"])
    said = socket.groupdict() if socket is not None else {}
    database, user = said.get("database") or "", said.get("user") or ""
    side = {"C": "client ", "S": "server "}.get(said.get("side") or "", "")
    return LogEntry(
        origin=Origin(
            logged_at=_moment(found["time"], clock),
            process_id=int(found["pid"]),
            session_id=f"{said['side']}-{said['id']}" if said else "",
            database=_NOBODY.get(database, database),
            user=_NOBODY.get(user, user),
            remote_host=(said.get("host") or "").strip("[]"),
        ),
        severity=_LEVELS.get(found["level"], found["level"]),
        message=f"pgbouncer {side}{said.get('text') or found['text']}",
    )


def _moment(text: str, clock: Clock) -> datetime:
    try:
        return clock.read(text if text.count(" ") > 1 else f"{text} UTC")
    except ValueError:
        return UNKNOWN_TIME
