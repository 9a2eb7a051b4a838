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
from analyzer.statements.predicate_pair import FlatQuery, NotInSubset, flat_query
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


def _meant(query: FlatQuery, tables: Sequence[Table]) -> dict[str, Table]:
    """The table of each alias."""
    meant = {}
    for alias, schema, name in query.relations:
        found = [t for t in tables if t.name == name and schema in ("", t.schema)]
        if len(found) != 1:
            raise NotInSubset("relation")
        meant[alias] = found[0]
    return meant


def _decided(
    queries: Sequence[FlatQuery], meant: Mapping[str, Table]
) -> PredicateAnswer | None:
    model = Model(
        {
            (alias, column.name): (column.base_type, column.not_null)
            for alias, table in meant.items()
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
    return z3.And(*[model.is_true(node) for node in query.conditions], True)


def _outputs_differ(model: Model, queries: Sequence[FlatQuery]) -> Any:
    one, other = (query.outputs for query in queries)
    if one is None and other is None:
        return z3.BoolVal(False)
    if one is None or other is None or len(one) != len(other):
        raise NotInSubset("outputs")
    return z3.Or(
        *[_differ(model, a, b) for a, b in zip(one, other, strict=True) if a != b],
        False,
    )


def _differ(model: Model, one: Node, other: Node) -> Any:
    left, right = model.encode(one), model.encode(other)
    if left.kind != right.kind:
        raise NotInSubset("types of outputs")
    return z3.Not(same(left, right))


def _witness(
    model: Model, found: Any, meant: Mapping[str, Table]
) -> tuple[tuple[int, Mapping[str, str | None]], ...]:
    rows: dict[str, dict[str, str | None]] = {alias: {} for alias in meant}
    for (alias, name), variable in model.variables.items():
        rows[alias][name] = _text(model, found, variable)
    return tuple((meant[alias].oid, row) for alias, row in rows.items())


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
