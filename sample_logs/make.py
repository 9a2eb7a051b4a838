"""Make the sample logs: the demo shop, small, with a short load that is counted.

    python sample_logs/make.py

Runs the shop at a quarter of its size, lets each session do a fixed number of
visits, provokes a few errors, and keeps what the server wrote. What is expected is
counted twice, both times without pgproof's readers: by the clients, which know what
they sent, and by a loop over the lines of the JSON log. The two must agree.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pglast.parser

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from analyzer.demo.load import LoadReport, run_load  # noqa: E402
from analyzer.demo.shop import (  # noqa: E402
    APP_ROLE,
    LOG_FORMATS,
    LOG_LINE_PREFIX,
    SCAN_ROLE,
    DemoShop,
    ShopOptions,
)
from analyzer.demo.sql_files import statements  # noqa: E402
from analyzer.domain.target import Address  # noqa: E402
from analyzer.embedded.binaries import bin_dir  # noqa: E402
from analyzer.embedded.cluster import SUPERUSER  # noqa: E402
from analyzer.errors import AnalyzerError  # noqa: E402
from analyzer.planner.snapshot import take_snapshot  # noqa: E402
from analyzer.planner.snapshot_file import save  # noqa: E402
from analyzer.postgres.connect import session  # noqa: E402

SCALE = 0.25
VISITS = 120
GZIP_ABOVE_BYTES = 1_000_000
OWN_APPLICATION = "pgproof"

EXECUTION = re.compile(
    r"\Aduration: (\d+\.\d{3}) ms  (?:statement|execute [^\n:]+): (.*)\Z", re.DOTALL
)
PHASE = re.compile(r"\Aduration: \d+\.\d{3} ms  (parse|bind) ")
PLAN = re.compile(r"\Aduration: (\d+\.\d{3}) ms  plan:")
WAITING = re.compile(r"\Aprocess \d+ (still waiting for|acquired) ")


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="pgproof-sample-"))
    folder.chmod(0o755)
    settings = {
        "autovacuum": "off",
        "shared_buffers": "64MB",
        # The plans of a small shop are fast, and the sample shall hold some.
        "auto_explain.log_min_duration": "12ms",
    }
    shop = DemoShop(folder / "shop", ShopOptions(scale=SCALE, settings=settings))
    try:
        shop.start()
        snapshots = [read_counters(shop)]
        report = run_load(shop.address_of(APP_ROLE), 120, visits=VISITS, scale=SCALE)
        provoke_errors(shop)
        snapshots.append(read_counters(shop))
        (HERE / "shop.schema.sql").write_text(dump_schema(shop), encoding="utf-8")
        save_planner_snapshot(shop)
        # Stopped first, so that the collector has written every line.
        shop.cluster.stop()
        logs = {name: shop.log_files(name)[0].read_bytes() for name in LOG_FORMATS}
    finally:
        shop.stop()
        shutil.rmtree(folder, ignore_errors=True)
    counted = count(logs["jsonlog"].decode())
    check(counted, report)
    for name, content in logs.items():
        keep(HERE / LOG_FORMATS[name], content)
    write_json(HERE / "shop.snapshots.json", snapshots)
    write_json(HERE / "expected.json", expected(counted, report))
    return 0


def read_counters(shop: DemoShop) -> dict[str, Any]:
    """pg_stat_statements as the server gives it, one object per entry."""
    query = """
        SELECT json_build_object(
            'taken_at', clock_timestamp(),
            'server_version_num', current_setting('server_version_num')::int,
            'info', (SELECT to_json(i) FROM pg_stat_statements_info AS i),
            'statements', (
                SELECT json_agg(s ORDER BY total_exec_time DESC)
                FROM pg_stat_statements AS s
            )
        )::text
    """
    with session(shop.address_of(SCAN_ROLE)) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    document: dict[str, Any] = json.loads(row[0])
    return document


def provoke_errors(shop: DemoShop) -> None:
    """Messages that a healthy load does not write."""
    with session(shop.address_of(APP_ROLE), read_only=False) as connection:
        connection.execute("SELECT set_config('application_name', 'oddities', false)")
        connection.execute("SELECT 'Grüße, \"Welt\", 日本語;' AS greeting,\n\t1 AS tab")
        connection.execute("SELECT $$two\n\nlines, and a -- dash$$ AS text")
        connection.execute("SELECT set_config('work_mem', '64kB', false)")
        connection.execute(
            "SELECT id, total_cents FROM orders ORDER BY md5(note), id OFFSET 10900"
        )
        connection.execute("SELECT set_config('statement_timeout', '40', false)")
    wrong = replace(shop.address_of(APP_ROLE), password="wrong")
    must_fail(wrong, "SELECT 'the password is wrong'")
    for text in (
        "SELECT pg_sleep(1)",
        "SELECT nothing FROM orders",
        "SELEC 1",
        "SELECT 1 / 0",
        "SELECT * FROM no_such_table",
    ):
        must_fail(shop.address_of(APP_ROLE), text)


def must_fail(address: Address, text: str) -> None:
    try:
        with session(address, read_only=False, statement_timeout_ms=40) as connection:
            connection.execute(text.encode())
    except AnalyzerError:
        return
    raise SystemExit(f"this should have failed: {text}")


def dump_schema(shop: DemoShop) -> str:
    command = [
        str(bin_dir() / "pg_dump"),
        "--schema-only",
        "--no-owner",
        "--no-privileges",
        f"--host={shop.cluster.socket_dir}",
        f"--port={shop.cluster.port}",
        f"--username={SUPERUSER}",
        shop.address_of().database,
    ]
    # What pg_dump asks is no part of the load.
    quiet = "-c log_min_duration_statement=-1 -c auto_explain.log_min_duration=-1"
    environment = {"PATH": os.environ.get("PATH", ""), "PGOPTIONS": quiet}
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env=environment
    )
    return done.stdout


def save_planner_snapshot(shop: DemoShop) -> None:
    """What a shadow is built from, so that no server is needed to scan these logs."""
    save(take_snapshot(shop.address_of(SCAN_ROLE)), HERE / "shop.snapshot")
    (HERE / "shop.snapshot").chmod(0o644)


@dataclass(kw_only=True)
class Counted:
    """What the loop over the JSON log found; durations in microseconds."""

    calls: Counter[str] = field(default_factory=Counter)
    total_us: Counter[str] = field(default_factory=Counter)
    max_us: dict[str, int] = field(default_factory=dict)
    own_calls: Counter[str] = field(default_factory=Counter)
    applications: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    severities: Counter[str] = field(default_factory=Counter)
    phases: Counter[str] = field(default_factory=Counter)
    lock_waits: Counter[str] = field(default_factory=Counter)
    texts: dict[str, str] = field(default_factory=dict)
    plans: int = 0
    temp_files: int = 0
    lines: int = 0


def count(text: str) -> Counted:
    counted = Counted()
    for record in map(json.loads, text.splitlines()):
        counted.lines += 1
        severity, message = record["error_severity"], record["message"]
        counted.severities[severity] += 1
        if severity in ("ERROR", "FATAL", "PANIC"):
            counted.errors[record["state_code"]] += 1
        if match := WAITING.match(message):
            counted.lock_waits[match[1]] += 1
        if message.startswith("temporary file:"):
            counted.temp_files += 1
        if match := PHASE.match(message):
            counted.phases[match[1]] += 1
        if PLAN.match(message):
            counted.plans += 1
        if match := EXECUTION.match(message):
            add(counted, record, match)
    return counted


def add(counted: Counted, record: Mapping[str, Any], match: re.Match[str]) -> None:
    application = record.get("application_name", "")
    counted.applications[application] += 1
    fingerprint = pglast.parser.fingerprint(match[2])
    if application == OWN_APPLICATION:
        counted.own_calls[fingerprint] += 1
        return
    microseconds = int(Decimal(match[1]) * 1000)
    counted.calls[fingerprint] += 1
    counted.total_us[fingerprint] += microseconds
    longest = max(counted.max_us.get(fingerprint, 0), microseconds)
    counted.max_us[fingerprint] = longest
    counted.texts.setdefault(fingerprint, match[2])


def sent(report: LoadReport) -> Iterator[tuple[str, str, int]]:
    """Name, fingerprint and calls, as the clients of the load know them."""
    for name, calls in report.calls.items():
        text = statements()[name]
        text = (
            text.replace("{:02d}", "01").replace("{}", "1")
            if "%s" not in text
            else text
        )
        for number in range(1, text.count("%s") + 1):
            text = text.replace("%s", f"${number}", 1)
        yield name, pglast.parser.fingerprint(text), calls


def check(counted: Counted, report: LoadReport) -> None:
    for name, fingerprint, calls in sent(report):
        if counted.calls[fingerprint] != calls:
            raise SystemExit(
                f"{name}: the clients sent {calls}, the log has "
                f"{counted.calls[fingerprint]}"
            )


def expected(counted: Counted, report: LoadReport) -> dict[str, Any]:
    names = {fingerprint: name for name, fingerprint, _ in sent(report)}
    return {
        "made_at": time.strftime("%Y-%m-%d", time.gmtime()),
        "log_line_prefix": LOG_LINE_PREFIX,
        "own_application": OWN_APPLICATION,
        "json_lines": counted.lines,
        "executions": counted.calls.total() + counted.own_calls.total(),
        "executions_by_application": dict(sorted(counted.applications.items())),
        "phases": dict(counted.phases),
        "plans": counted.plans,
        "temp_files": counted.temp_files,
        "severities": dict(sorted(counted.severities.items())),
        "errors_by_sqlstate": dict(sorted(counted.errors.items())),
        "lock_waits": {
            "still_waiting": counted.lock_waits["still waiting for"],
            "acquired": counted.lock_waits["acquired"],
        },
        "calls": counted.calls.total(),
        "total_us": counted.total_us.total(),
        "statements": [
            {
                "fingerprint": fingerprint,
                "name": names.get(fingerprint, ""),
                "is_utility": is_utility(counted.texts[fingerprint]),
                "calls": calls,
                "total_us": counted.total_us[fingerprint],
                "max_us": counted.max_us[fingerprint],
                "first_text": counted.texts[fingerprint],
            }
            for fingerprint, calls in sorted(counted.calls.items())
        ],
    }


def is_utility(text: str) -> bool:
    """Whether it is no query: BEGIN, COMMIT, SET and the like."""
    (raw,) = pglast.parser.parse_sql(text)
    kind = type(raw.stmt).__name__
    return kind not in ("SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt")


def keep(path: Path, content: bytes) -> None:
    packed = path.with_name(path.name + ".gz")
    path.unlink(missing_ok=True)
    packed.unlink(missing_ok=True)
    if len(content) > GZIP_ABOVE_BYTES:
        packed.write_bytes(gzip.compress(content, mtime=0))
    else:
        path.write_bytes(content)


def write_json(path: Path, document: object) -> None:
    text = json.dumps(document, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
