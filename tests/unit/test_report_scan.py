from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.domain.execution import LogCoverage
from analyzer.domain.index import RelationName
from analyzer.domain.log_findings import LogFinding
from analyzer.domain.recommendation import (
    Action,
    AffectedStatement,
    Basis,
    ChangeApplication,
    CreateIndex,
    DidNotRun,
    DropIndex,
    Evidence,
    NoAdvice,
    Quantity,
    Recommendation,
    RewriteQuery,
    RunMaintenance,
    Semantics,
)
from analyzer.domain.scan import ScanKind, ScanResult
from analyzer.domain.statement import Fingerprint
from analyzer.domain.workload import Latency, NotSeen
from analyzer.report import as_json, as_markdown, as_text
from analyzer.report.plain import plain, plain_lines
from analyzer.report.read_json import recommendation as read_recommendation
from tests.support.catalogs import definition
from tests.support.workloads import STARTED_AT, run, workload

SCHEMA = json.loads(
    (files("analyzer.report") / "schema" / "scan.schema.json").read_text("utf-8")
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
HOSTILE = "SELECT '\x1b[2J\u202e' /* </pre><script> ``` | x */ FROM t"
ITEM = replace(
    run(HOSTILE, calls=3, ms=900),
    queryids=(-(2**63), 2**63 - 1),
    latency=Latency(
        sample_count=3, p50_ms=1, p95_ms=2, p99_ms=3, max_ms=4, total_ms=6, source="log"
    ),
)
OTHER = run("SELECT 2", ms=100)
RAN = replace(
    workload(ITEM, OTHER), not_seen=(NotSeen(what="texts", why="role", hint="GRANT"),)
)
# workload() rebuilds its items; keep the queryids and the latency.
RAN = replace(
    RAN,
    items=tuple(
        replace(ITEM, exec_time_ratio=item.exec_time_ratio)
        if item.statement == ITEM.statement
        else item
        for item in RAN.items
    ),
)
T = RelationName("public", "t")
ACTIONS: tuple[Action, ...] = (
    CreateIndex(
        ddl="CREATE INDEX CONCURRENTLY i ON public.t (a)",
        definition=definition("t", "a", include=("b",), predicate="b > 0"),
        name="i",
        size_bytes=4096,
    ),
    DropIndex(ddl="DROP INDEX CONCURRENTLY i", index=T, size_bytes=8192),
    RewriteQuery(original=HOSTILE, query="SELECT 2", counterexample="INSERT …"),
    RewriteQuery(
        original="SELECT 1", query="SELECT 2", needs_index=definition("t", "a")
    ),
    RunMaintenance(ddl="ANALYZE public.t", relation=T),
    ChangeApplication(instruction="Ask once.", query="SELECT 3"),
)


def recommend(action: Action) -> Recommendation:
    def quantity(value: float) -> Quantity:
        return Quantity(
            value=value, unit="planner cost", basis=Basis.ESTIMATED, source="shadow"
        )

    return Recommendation(
        advisor="missing_index",
        title="Do \x1b[31mthis\x1b[0m | now",
        action=action,
        before=quantity(1000.0),
        after=quantity(10.0),
        evidence=(Evidence(claim="size", quantity=quantity(5.0)),),
        reasons=("a \x1b[31mfirst",),
        affects=(
            AffectedStatement(
                fingerprint=ITEM.statement.fingerprint,
                exec_time_ratio=0.9,
                cost_before=1000.0,
                cost_after=10.0,
                calls=3,
            ),
        ),
        rollback="DROP INDEX i",
        semantics=Semantics.UNCHANGED_IF,
        conditions=("a is never NULL",),
        verify="EXPLAIN it",
        refuted_by="a slower run",
        caveats=("it costs writes",),
        impact_ratio=0.9,
    )


RESULT = ScanResult(
    kind=ScanKind.SCAN,
    server_id="7",
    database="shop",
    started_at=STARTED_AT,
    finished_at=STARTED_AT,
    workload=RAN,
    recommendations=tuple(recommend(action) for action in ACTIONS),
    no_advice=(
        NoAdvice(fingerprint=OTHER.statement.fingerprint, reason="It is small."),
    ),
    did_not_run=(DidNotRun(advisor="n_plus_one", why="no log", hint="--logs"),),
    not_seen=(NotSeen(what="standbys", why="role"),),
    planner_source="shadow 18.6",
    log_findings=(
        LogFinding(
            kind="lock_hot_spot",
            title="Waits \x1b[31mfor | t",
            instruction="Take the lock later.",
            evidence=(
                Evidence(
                    claim="waits",
                    quantity=Quantity(
                        value=4, unit="waits", basis=Basis.MEASURED, source="log"
                    ),
                ),
            ),
            fingerprint=ITEM.statement.fingerprint,
            parent=Fingerprint("0badc0de0badc0de"),
            lost_ms=12.5,
        ),
    ),
    coverage=(
        LogCoverage(
            file="a.log", format="stderr", line_count=10, bytes_read=99,
            not_understood_count=1,
        ),
    ),
    own_exec_time_ratio=0.01,
)  # fmt: skip


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_json_matches_the_schema() -> None:
    document = json.loads(json.dumps(as_json.scan_result(RESULT), allow_nan=False))
    VALIDATOR.validate(document)
    assert list(document["recommendations"][0]["action"])[:2] == ["kind", "ddl"]
    first = document["statements"][0]
    assert first["queryids"] == [str(-(2**63)), str(2**63 - 1)]
    assert first["no_advice"] is None
    assert len(first["recommendations"]) == len(ACTIONS)
    assert document["statements"][1]["no_advice"]["reason"] == "It is small."
    assert [item["what"] for item in document["not_seen"]] == ["standbys", "texts"]


def test_an_empty_scan_matches_the_schema() -> None:
    empty = ScanResult(
        kind=ScanKind.SUBMISSION,
        server_id="snapshot",
        database="",
        started_at=STARTED_AT,
        finished_at=STARTED_AT,
        workload=replace(RAN, items=(), not_seen=()),
    )
    VALIDATOR.validate(json.loads(json.dumps(as_json.scan_result(empty))))
    assert "0 recommendations" in as_text.scan_result(empty)
    assert "0 recommendations" in as_markdown.scan_result(empty)


@pytest.mark.parametrize("unknown", ["extra", "affects"])
def test_the_schema_refuses_what_it_does_not_name(unknown: str) -> None:
    document = as_json.scan_result(RESULT)
    document["recommendations"][0][unknown] = 5
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(document)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: str(action.kind))
def test_json_is_read_back_as_it_was(action: Action) -> None:
    rec = recommend(action)
    document: dict[str, Any] = json.loads(json.dumps(as_json.recommendation(rec)))
    again = read_recommendation(document)
    assert again == rec
    assert again.identity == document["identity"]
    # Stored documents may be older than the field.
    del document["reasons"]
    assert read_recommendation(document) == replace(rec, reasons=())


def control_characters(text: str) -> set[str]:
    return {c for c in text if c != "\n" and (ord(c) < 32 or 0x7F <= ord(c) < 0xA0)} | (
        {"\u202e"} & set(text)
    )


def test_text_shows_all_and_obeys_nothing() -> None:
    text = as_text.scan_result(RESULT)
    assert "Waits [31mfor | t. Take the lock later. — " in text
    assert "held by: 0badc0de0badc0de" in " ".join(text.split())
    assert not control_characters(text)
    for part in (
        "6 recommendations for shop",
        "90.0%",
        "CREATE INDEX CONCURRENTLY i ON public.t (a);",
        "1,000 → 10 cost",
        "estimated",
        "No advice for:",
        "It is small.",
        "Did not run:",
        "n_plus_one: no log. --logs",
        "Not seen:",
        "a.log (stderr): 10 lines, 10.0% not understood",
        "shadow 18.6",
        "Rollback:",
        "! it costs writes",
        "- a [31mfirst",
    ):
        assert part in text, part
    assert max(map(len, text.splitlines())) < 400
    short = as_text.scan_result(RESULT, as_text.TextOptions(details=False))
    assert "Rollback:" not in short


def test_text_never_cuts_what_is_to_be_copied() -> None:
    long = "SELECT " + ", ".join(f"column_{i}" for i in range(30))
    rec = replace(
        recommend(RunMaintenance(ddl=f"ANALYZE {'t' * 120}", relation=T)),
        verify=long,
        rollback=f"DROP INDEX {'i' * 120}",
    )
    text = as_text.scan_result(replace(RESULT, recommendations=(rec,)))
    for part in (long, f"ANALYZE {'t' * 120};", f"DROP INDEX {'i' * 120}"):
        assert f"     {part}\n" in text


def test_markdown_shows_all_and_obeys_nothing() -> None:
    text = as_markdown.scan_result(RESULT)
    assert "- Waits \\[31mfor \\| t. Take the lock later. — " in text
    assert not control_characters(text)
    assert "| 1 | 90.0% |" in text
    assert "- a \\[31mfirst" in text
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {7}
    outside = text.split("````")[0]
    assert "<script>" not in outside
    # The query holds a fence of three; ours must be longer.
    assert "````sql" in text
    one = as_markdown.recommendation(RESULT.recommendations[0])
    assert one.startswith("```sql\nCREATE INDEX")


@given(st.text())
def test_plain_text_is_one_printable_line(text: str) -> None:
    shown = plain(text)
    assert shown.isprintable()
    assert plain(shown) == shown
    assert all(line.isprintable() for line in plain_lines(text).splitlines())
