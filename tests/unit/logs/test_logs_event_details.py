"""Details and secrets of the public cases of pganalyze's collector."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from analyzer.domain.log_classes import (
    CLASS_GROUPS,
    CLASS_IDS,
    OWN_GROUPS,
    SecretKind,
)
from analyzer.logs.entry import LogEntry, Origin
from analyzer.logs.event_details import Analysis, analyze, redacted_field
from analyzer.logs.event_rule import first_words
from analyzer.logs.event_table import ALL_RULES, TABLE
from analyzer.logs.line_prefix import line_prefix
from analyzer.logs.stderr import StderrOptions, StderrReader
from analyzer.logs.tally import Tally
from analyzer.logs.timestamps import Clock
from tests.support.log_writer import COMPANIONS

CASES: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "golden/logs/log_lines.json").read_text("utf-8")
)
FIELDS = {**dict(COMPANIONS), None: "message"}
KINDS = {
    "CredentialLogSecret": SecretKind.CREDENTIAL,
    "ParsingErrorLogSecret": SecretKind.PARSING_ERROR,
    "StatementTextLogSecret": SecretKind.STATEMENT_TEXT,
    "StatementParameterLogSecret": SecretKind.STATEMENT_PARAMETER,
    "TableDataLogSecret": SecretKind.TABLE_DATA,
    "OpsLogSecret": SecretKind.OPS,
    "UnidentifiedLogSecret": SecretKind.UNIDENTIFIED,
}


def analyzed(case: dict[str, Any]) -> list[tuple[Analysis, dict[str, Any]]]:
    """What each message of a case tells, with what is expected by field."""
    fields: list[dict[str, str]] = []
    expected: list[dict[str, Any]] = []
    for line, expect in zip(case["lines"], case["expect"], strict=True):
        severity = line["severity"] or "LOG"
        name = FIELDS.get(severity, "message")
        if name == "message":
            fields.append({"severity": severity, "message": line["content"]})
            expected.append({"message": expect})
        else:
            fields[-1][name] = line["content"]
            expected[-1][name] = expect
    entries = [LogEntry(origin=Origin(), **item) for item in fields]
    return list(zip(map(analyze, entries), expected, strict=True))


@pytest.mark.parametrize("case", CASES["classify"], ids=lambda case: case["id"])
def test_details(case: dict[str, Any]) -> None:
    for analysis, expected in analyzed(case):
        expect = expected["message"]
        if "class" in expect:
            assert analysis.kind.upper() == expect["class"]
        wanted = expect.get("details", {})
        if analysis.kind not in ("server_process_exited", "connection_received"):
            assert dict(analysis.details) == wanted
        else:
            assert wanted.items() <= analysis.details.items()
        place = (analysis.database, analysis.schema, analysis.relation)
        keys = ("database", "schema", "relation")
        assert place == tuple(expect.get(key, "") for key in keys)
        if "related_pids" in expect:
            assert list(analysis.related_process_ids) == expect["related_pids"]


@pytest.mark.parametrize("case", CASES["classify"], ids=lambda case: case["id"])
def test_secrets(case: dict[str, Any]) -> None:
    for analysis, expected in analyzed(case):
        for name, expect in expected.items():
            got = [
                (item.start, item.end, item.kind)
                for item in analysis.secrets.get(name, ())
            ]
            wanted = [
                (item["start"], item["end"], KINDS[item["kind"]])
                for item in expect.get("secrets", ())
            ]
            assert got == wanted, name


@pytest.mark.parametrize("case", CASES["redact"], ids=lambda case: case["id"])
def test_redact(case: dict[str, Any]) -> None:
    wanted = [SecretKind(kind.strip()) for kind in case["filter"].split(",")]
    options = StderrOptions(prefix=line_prefix(case["log_line_prefix"]))
    # The server begins each further line of a text with a tab; the cases leave it out.
    lines = [
        line if line[:4].isdigit() else f"\t{line}"
        for line in case["input"].rstrip("\n").split("\n")
    ]
    shown = []
    for entry in StderrReader(options, Clock(), Tally()).read([lines]):
        analysis = analyze(entry)
        shown += [
            text
            for name in ("message", "detail", "hint", "context", "statement")
            if (text := redacted_field(entry, analysis, name, wanted))
        ]
    assert "\n".join(shown) == case["output"].rstrip("\n")


def test_every_kind_is_of_the_table_and_has_a_rule() -> None:
    assert len(CLASS_IDS) == 109
    assert len(set(CLASS_GROUPS.values())) == 11
    made = {r.kind for r in ALL_RULES if not r.kind.startswith("pgbouncer_")}
    made |= {"autovacuum_completed", "autoanalyze_completed"}
    assert made == set(CLASS_IDS) | set(OWN_GROUPS)


def test_first_words_lead_to_every_rule() -> None:
    for rule in ALL_RULES:
        words = rule.words or first_words(rule.pattern)
        assert words
        assert all(word in TABLE.words for word in words)


def test_secrets_are_counted_in_bytes() -> None:
    entry = LogEntry(
        origin=Origin(),
        severity="ERROR",
        message='doppelt "ü"',
        detail="Key (größe)=(süß) already exists.",
    )
    assert not analyze(entry).secrets
    entry = LogEntry(
        origin=Origin(),
        severity="ERROR",
        message='duplicate key value violates unique constraint "größe_key"',
        detail="Key (größe)=(süß) already exists.",
    )
    (secret,) = analyze(entry).secrets["detail"]
    data = entry.detail.encode()
    assert data[secret.start : secret.end].decode() == "süß"
    shown = redacted_field(entry, analyze(entry), "detail", SecretKind)
    assert shown == "Key (größe)=([redacted]) already exists."


def test_a_name_in_a_message_cannot_forge_numbers() -> None:
    message = (
        'automatic vacuum of table "d.s.a": index scans: 1\n'
        "pages: 0 removed, 1 remain, 1 scanned (100.00% of total)\n"
        "tuples: 3 removed, 6 remain, 0 are dead but not yet removable\n"
        'index "i WAL usage: 9 records, 9 full page images, 9 bytes": pages: 2 in '
        "total, 0 newly deleted, 0 currently deleted, 0 reusable\n"
        "buffer usage: 70 hits, 4 misses, 4 dirtied\n"
        "system usage: CPU: user: 0.02 s, system: 0.00 s, elapsed: 0.03 s"
    )
    entry = LogEntry(origin=Origin(), severity="LOG", message=message)
    details = analyze(entry).details
    assert "wal_records" not in details
    assert len(details["index_vacuums"]) == 1  # type: ignore[arg-type]
