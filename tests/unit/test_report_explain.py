"""An explanation in every format: the JSON schema, hostile text, and order."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from analyzer.domain.explanation import (
    AskedIndex,
    ExplainedCase,
    Explanation,
    UnusedIndex,
)
from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.domain.workload import NotSeen, ParameterSet
from analyzer.errors import NotAllowedHere, UnsafeStatement
from analyzer.plans.compare import compare
from analyzer.plans.findings import findings
from analyzer.plans.read_json import read_plan
from analyzer.report.explain_as_json import explanation_as_json, refusal_as_json
from analyzer.report.explain_as_markdown import explanation_as_markdown
from analyzer.report.explain_as_text import explanation_as_text

SCHEMA = json.loads(
    (files("analyzer.report") / "schema" / "explain.schema.json").read_text("utf-8")
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
HOSTILE = "\x1b[2J`|<script>alert(1)</script>\u202e"


def plan(kind: str, cost: float, **more: Any) -> Any:
    node = {
        "Node Type": kind, "Total Cost": cost, "Plan Rows": 1, "Schema": "public",
        "Relation Name": f"t{HOSTILE}", "Alias": "t", "Filter": HOSTILE, **more,
    }  # fmt: skip
    return read_plan({"Plan": node}, source="shadow 18.6")


def explanation() -> Explanation:
    before = plan("Seq Scan", 900.0)
    after = plan("Index Scan", 9.0, **{"Index Name": f"i{HOSTILE}"})
    relation = RelationName("public", f"t{HOSTILE}")
    measured = plan(
        "Seq Scan", 900.0,
        **{"Actual Loops": 1, "Actual Rows": 1, "Actual Total Time": 50.0,
           "Rows Removed by Filter": 90_000},
    )  # fmt: skip
    values = ParameterSet(values=(HOSTILE, None), label="typical", source="pg_stats")
    return Explanation(
        query=f"SELECT 1 -- ```{HOSTILE}",
        planner_source="shadow 18.6",
        cases=(
            ExplainedCase(
                before=before,
                after=after,
                parameters=values,
                diff=compare(before, after),
            ),
            ExplainedCase(before=before, after=before, diff=compare(before, before)),
        ),
        indexes=(
            AskedIndex(
                ddl=f"CREATE INDEX ON t {HOSTILE}",
                definition=IndexDefinition(
                    relation=relation, keys=(IndexKey(attribute="a"),)
                ),
                size_bytes=8192,
                used=1,
            ),
        ),
        hidden=(RelationName("public", "old"),),
        settings={"work_mem": "64MB"},
        unused=(
            UnusedIndex(
                index=RelationName("public", f"u{HOSTILE}"),
                relation=relation,
                reason=f"No plan: {HOSTILE}.",
            ),
        ),
        measured=measured,
        findings=findings(measured),
        not_seen=(NotSeen(what="x", why=HOSTILE, hint="y"),),
    )


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_json_matches_the_schema() -> None:
    document = explanation_as_json(explanation())
    VALIDATOR.validate(document)
    assert json.loads(json.dumps(document)) == document
    assert (document["cost_before"], document["cost_after"]) == (900.0, 9.0)
    assert document["findings"][0]["rule"] == "rows_removed"


def test_a_plan_alone_matches_the_schema() -> None:
    alone = Explanation(
        query="",
        planner_source="a file",
        cases=(ExplainedCase(before=plan("Sort", 1)),),
    )
    VALIDATOR.validate(explanation_as_json(alone))
    assert explanation_as_text(alone).startswith("cost 1, read from a file")


@pytest.mark.parametrize("name", ["cases", "findings", "query"])
def test_the_schema_wants_every_field(name: str) -> None:
    document = explanation_as_json(explanation())
    del document[name]
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(document)


def test_refusals_match_the_schema_and_name_their_rule() -> None:
    error = UnsafeStatement("no", detail="rule locks rows: it locks rows.", hint="h")
    refused = refusal_as_json(error)
    VALIDATOR.validate(refused)
    assert refused["refused"] == {
        "rule": "locks rows",
        "reason": "no: it locks rows.",
        "hint": "h",
    }
    VALIDATOR.validate(refusal_as_json(NotAllowedHere("nowhere")))


@pytest.mark.parametrize("render", [explanation_as_text, explanation_as_markdown])
def test_a_terminal_and_a_page_obey_no_foreign_text(render: Any) -> None:
    text = render(explanation())
    assert all(line.isprintable() for line in text.splitlines())
    for words in ("What if", "Plan before", "Plan after", "What changes", "Findings",
                  "Existing indexes", "Not seen", "Measured", "work_mem = 64MB",
                  "100 times less"):  # fmt: skip
        assert words.replace("_", r"\_") in text or words in text


def test_markdown_shows_no_html_outside_of_a_fence() -> None:
    outside = []
    fence = ""
    for line in explanation_as_markdown(explanation()).splitlines():
        ticks = line[: len(line) - len(line.lstrip("`"))]
        if len(ticks) >= 3 and fence in ("", ticks):
            fence = "" if fence else ticks
        elif not fence:
            outside.append(line)
    assert not any("<script" in line.replace(r"\<", "") for line in outside)
    assert not fence
