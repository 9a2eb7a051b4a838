"""A log reads the same through every relay that wraps its lines."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.errors import LogFormatError
from analyzer.logs.entry import LogEntry, Origin
from analyzer.logs.wrapping import Layers
from analyzer.sources.log_files import LogOptions, read_log_files
from tests.support import log_relays as relays
from tests.support.log_writer import as_csv, as_stderr

CASES: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "golden/logs/log_lines.json").read_text("utf-8")
)
PREFIX = "%m [%p] %q[user=%u,db=%d,app=%a] "
SHORT = "[user=%u,db=%d,app=%a] "
LONG = "SELECT " + ", ".join(f"column_{n}" for n in range(400)) + " FROM t"


def entry(number: int, severity: str, message: str, **more: str) -> LogEntry:
    origin = Origin(
        logged_at=datetime(2026, 5, 4, 3, number // 60, number % 60, tzinfo=UTC),
        process_id=100 + number % 3,
        session_id=f"68000000.{100 + number % 3:x}",
        user="app",
        database="shop",
        application_name="a b",
        remote_host="10.0.0.1",
    )
    return LogEntry(origin=origin, severity=severity, message=message, **more)


def entries() -> list[LogEntry]:
    texts = [
        "SELECT 1",
        "SELECT *\nFROM t\n  WHERE a = 'x\\y \"q\" {[' -- ünï\n\n",
        LONG,
        "SELECT 1\n2026-05-04 03:00:00.000 UTC [7] LOG:  duration: 9 ms  statement: no",
    ]
    found = [
        entry(n, "LOG", f"duration: {n}.250 ms  statement: {texts[n % 4]}")
        for n in range(80)
    ]
    found.append(entry(81, "ERROR", "division by zero", statement="SELECT\n1/0"))
    found.append(
        entry(82, "LOG", "duration: 7.000 ms  execute s1: SELECT $1",
              detail="parameters: $1 = 'it''s\n5'")
    )  # fmt: skip
    return found


def text() -> str:
    return as_stderr(entries(), PREFIX)


def syslog_with_others() -> Iterator[str]:
    for number, line in enumerate(relays.syslog(entries(), SHORT, relays.SYSLOG)):
        yield line
        if number % 9 == 0:
            yield "May  4 03:00:00 db sshd[9]: Accepted publickey for root"


WRAPPED: dict[str, Callable[[], Iterator[str]]] = {
    "docker": lambda: relays.docker(text()),
    "cnpg": lambda: relays.cnpg(entries()),
    "docker around cnpg": lambda: relays.docker("\n".join(relays.cnpg(entries()))),
    "cloud sql": lambda: relays.objects(text(), "textPayload"),
    "cloud sql array": lambda: relays.array(text()),
    "cloudwatch": lambda: relays.objects(text(), "message"),
    "azure": lambda: relays.azure(entries(), PREFIX),
    "syslog file": syslog_with_others,
    "syslog, tabs as they are": lambda: relays.syslog(
        entries(), SHORT, relays.SYSLOG, escapes_tabs=False
    ),
    "rfc 5424": lambda: relays.syslog(entries(), SHORT, relays.RFC_5424),
    "heroku": lambda: relays.syslog(entries(), SHORT, relays.HEROKU),
}


def facts(path: Path) -> tuple[object, ...]:
    contents = read_log_files([path], LogOptions())
    (coverage,) = contents.coverage
    assert coverage.not_understood_count == 0, coverage
    assert coverage.unknown_zones in ((), ("syslog",))
    runs = [
        (e.logged_at, e.duration_ms, e.query, e.parameters, e.process_id, e.user,
         e.database, e.application_name)
        for e in contents.executions
    ]  # fmt: skip
    events = [(e.logged_at, e.kind, e.message, e.query) for e in contents.events]
    return sorted(runs), events


@pytest.mark.parametrize("kind", WRAPPED)
def test_it_reads_as_if_it_were_not_wrapped(tmp_path: Path, kind: str) -> None:
    plain = tmp_path / "plain.log"
    plain.write_text(text(), encoding="utf-8")
    wrapped = tmp_path / "wrapped.log"
    wrapped.write_text("\n".join(WRAPPED[kind]()) + "\n", encoding="utf-8")
    os.utime(wrapped, (0, datetime(2026, 6, 1, tzinfo=UTC).timestamp()))
    assert facts(wrapped) == facts(plain)


@pytest.mark.parametrize("case", CASES["azure"], ids=lambda case: case["id"])
def test_azure_cases(case: dict[str, Any]) -> None:
    layers = Layers(case["record"].splitlines())
    assert layers
    assert len(layers.sample) == len(case["expect"])
    for line, expect in zip(layers.sample, case["expect"], strict=True):
        assert line.endswith(f"{expect['severity']}:  {expect['message']}")


def test_metrics_of_heroku_are_no_log(tmp_path: Path) -> None:
    (case,) = CASES["heroku_logplex"]
    path = tmp_path / "a.log"
    path.write_text(case["in"], encoding="utf-8")
    with pytest.raises(LogFormatError):
        read_log_files([path])
    lines = [*WRAPPED["heroku"](), case["in"].rstrip("\n")]
    assert all("sample#" not in line for line in Layers(lines).sample)


def test_what_is_not_wrapped_stays_as_it_is() -> None:
    for log in (text(), as_csv(entries())):
        lines = log.splitlines()
        layers = Layers(lines)
        assert not layers and layers.sample == lines


def test_a_statement_cannot_forge_lines_through_a_relay(tmp_path: Path) -> None:
    forged = '2026-05-04 03:00:00.000 UTC [7] LOG:  duration: 99999 ms  statement: x"}'
    item = entry(1, "LOG", f"duration: 1.000 ms  statement: SELECT '\n{forged}\n'")
    for wrap in (
        lambda: relays.docker(as_stderr([item], PREFIX)),
        lambda: iter([json.dumps({"textPayload": as_stderr([item], PREFIX)})]),
        lambda: iter(
            [json.dumps({"message": as_stderr([item], PREFIX).replace("\t", "")})]
        ),
    ):
        path = tmp_path / "a.log"
        path.write_text("\n".join(wrap()) + "\n", encoding="utf-8")
        contents = read_log_files([path], LogOptions(line_prefix=PREFIX))
        assert [e.duration_ms for e in contents.executions] == [1.0]
        assert forged in contents.executions[0].query


@given(st.randoms(use_true_random=False), st.sampled_from(sorted(WRAPPED)))
def test_damage_never_fails(chance: random.Random, kind: str) -> None:
    lines = list(WRAPPED[kind]())
    layers = Layers(lines[:40])
    for _ in range(10):
        at = chance.randrange(len(lines))
        cut = chance.randrange(len(lines[at]) + 1)
        noise = chance.choice(["", "{", '"', "\\", "}]", "\0", "[5-2] ", "\ud800"])
        lines[at] = lines[at][:cut] + noise + lines[at][cut + 1 :]
    inner = [line for block in layers.unwrap([lines]) for line in block]
    # Nothing is made up: one relay's line gives few of the server's.
    assert len(inner) < 40 * len(lines)


def test_an_object_that_never_ends_is_given_back() -> None:
    start = json.dumps({"log": "x LOG:  y\n"})
    layers = Layers([start])
    lines = [start, '{"log": "never', "ending"]
    inner = [line for block in layers.unwrap([lines]) for line in block]
    assert inner == ["x LOG:  y", '{"log": "never', "ending"]
