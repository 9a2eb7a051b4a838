"""Proof by z3 that two queries keep the same rows of the same tables, or a witness.

Both go through the same product of the same tables, so their results are the same bag
if for each row of it either both conditions are not true, or both are true and the
outputs are the same. A query in which arithmetic may fail is never proved: PostgreSQL
does not say in which order it evaluates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import z3

from analyzer.statements.parse import Node
from analyzer.statements.predicate_pair import (
    FlatQuery,
    NotInSubset,
    flat_query,
    without_places,
)
from analyzer.verification.predicate_answer import PredicateAnswer
from analyzer.verification.predicate_model import Model, Value, same
from analyzer.verification.schema_facts import Table

TIMEOUT_MS = 1_000
MAX_MEMORY_MIB = 512


def decide(before: str, after: str, tables: Sequence[Table]) -> PredicateAnswer | None:
    """Prove two queries equivalent, or find rows; none where neither can be done.

    Args:
        before: a query, printed from its tree.
        after: another.
        tables: that the queries read.
    """
    try:
        queries = [flat_query(text) for text in (before, after)]
        return _decided(queries, _meant(queries[0], tables))
    except (NotInSubset, z3.Z3Exception):
        return None


def _meant(query: FlatQuery, tables: Sequence[Table]) -> list[Table]:
    """The table of each relation."""
    meant = []
    for schema, name in query.tables:
        found = [t for t in tables if t.name == name and schema in ("", t.schema)]
        if len(found) != 1:
            raise NotInSubset("relation")
        meant.append(found[0])
    return meant


def _decided(
    queries: Sequence[FlatQuery], meant: Sequence[Table]
) -> PredicateAnswer | None:
    model = Model(
        {
            (place, column.name): (column.base_type, column.not_null)
            for place, table in enumerate(meant)
            for column in table.columns
        }
    )
    kept = [_kept(model, query) for query in queries]
    outputs = _outputs_differ(model, queries)
    differs = z3.Or(kept[0] != kept[1], z3.And(kept[0], outputs))
    solver = z3.Solver()
    solver.set("timeout", TIMEOUT_MS)
    solver.set("max_memory", MAX_MEMORY_MIB)
    solver.add(*model.bounds)
    if model.failures:
        solver.push()
        solver.add(z3.Or(*model.failures))
        may_fail = solver.check() != z3.unsat
        solver.pop()
    else:
        may_fail = False
    solver.add(differs)
    answer = solver.check()
    if answer == z3.unsat:
        return None if may_fail else PredicateAnswer(is_proved=True)
    if answer != z3.sat:
        return None
    return PredicateAnswer(
        is_proved=False, witness=_witness(model, solver.model(), meant)
    )


def _kept(model: Model, query: FlatQuery) -> Any:
    model.reads(query.aliases)
    return z3.And(*[model.is_true(node) for node in query.conditions], True)


def _outputs_differ(model: Model, queries: Sequence[FlatQuery]) -> Any:
    before, after = queries
    if before.outputs is None and after.outputs is None:
        return z3.BoolVal(False)
    if before.outputs is None or after.outputs is None:
        raise NotInSubset("outputs")
    # The same text means the same only if names mean the same.
    is_same_text = before.aliases == after.aliases
    pairs = [
        (one, other)
        for one, other in zip(before.outputs, after.outputs, strict=True)
        if not is_same_text or without_places(one) != without_places(other)
    ]
    return z3.Or(*[_differ(model, queries, one, other) for one, other in pairs], False)


def _differ(model: Model, queries: Sequence[FlatQuery], one: Node, other: Node) -> Any:
    model.reads(queries[0].aliases)
    left = model.encode(one)
    model.reads(queries[1].aliases)
    right = model.encode(other)
    if left.kind != right.kind:
        raise NotInSubset("types of outputs")
    return z3.Not(same(left, right))


def _witness(
    model: Model, found: Any, meant: Sequence[Table]
) -> tuple[tuple[int, Mapping[str, str | None]], ...]:
    rows: list[dict[str, str | None]] = [{} for _ in meant]
    for (place, name), variable in model.variables.items():
        rows[place][name] = _text(model, found, variable)
    return tuple((t.oid, row) for t, row in zip(meant, rows, strict=True))


def _text(model: Model, found: Any, variable: Value) -> str | None:
    if z3.is_true(found.eval(variable.is_null, model_completion=True)):
        return None
    value = found.eval(variable.value, model_completion=True)
    if variable.kind == "boolean":
        return "t" if z3.is_true(value) else "f"
    number = int(value.as_long())
    if variable.kind == "text":
        return model.text_of(number) or f"x{number}"
    return str(number)
