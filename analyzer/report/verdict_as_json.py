"""A verdict as plain JSON values; described by schema/equivalent.schema.json."""

from __future__ import annotations

from typing import Any

from analyzer.domain.equivalence import Counterexample, Coverage, Verdict

Json = dict[str, Any]


def verdict_as_json(verdict: Verdict) -> Json:
    """One verdict with its proofs, coverage and counterexample."""
    found = verdict.counterexample
    return {
        "verdict": verdict.outcome.value,
        "level": verdict.level.value or None,
        "reason": verdict.reason,
        "proofs": [{"level": p.value, "argument": text} for p, text in verdict.proofs],
        "coverage": _coverage(verdict.coverage),
        "counterexample": _counterexample(found) if found else None,
        "caveats": list(verdict.caveats),
    }


def _coverage(coverage: Coverage) -> Json:
    return {
        "databases": coverage.databases,
        "with_rows": coverage.with_rows,
        "distinct_results": coverage.distinct_results,
        "mutants": coverage.mutants,
        "killed": coverage.killed,
        "mutation_score_ratio": coverage.mutation_score_ratio,
        "survivors": list(coverage.survivors),
    }


def _counterexample(found: Counterexample) -> Json:
    return {
        "difference": found.difference.value,
        "inserts": list(found.inserts),
        "settings": dict(found.settings),
        "parameters": list(found.parameters),
        "before": [list(row) for row in found.before],
        "after": [list(row) for row in found.after],
        "before_error": found.before_error,
        "after_error": found.after_error,
        "writes": found.writes,
    }


def verdict_as_line(pair_id: object, verdict: Verdict) -> Json:
    """One line of a batch: the counterexample is one text of INSERT statements."""
    found = verdict.counterexample
    inserts = "".join(f"{text};\n" for text in found.inserts) if found else None
    return {
        "id": pair_id,
        "verdict": verdict.outcome.value,
        "level": verdict.level.value or None,
        "databases": verdict.coverage.databases,
        "counterexample": inserts,
        "reason": verdict.reason,
    }
