"""What narrows an index to the rows with one value, and what does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analyzer.domain.catalog import Attribute, Catalog
from analyzer.indexing.candidates import candidates
from analyzer.indexing.constant_evidence import (
    MAX_RARE_RATIO,
    TEXT_CONSTANTS,
    ConstantEvidence,
    form,
    is_uneven,
    varying_constants,
)
from analyzer.statements.shape import shape
from tests.support.catalogs import catalog, table

UNBOUND = ConstantEvidence(is_bound=False)


def column(*freqs: float, distinct: float | None = None) -> Attribute:
    return Attribute(
        name="s",
        number=1,
        type_name="text",
        n_distinct=len(freqs) if distinct is None else distinct,
        most_common_freqs=freqs,
    )


STATE = column(0.97, 0.02, 0.006, 0.004)
DEPOT = column(*[1 / 40] * 40)


def known(attribute: Attribute) -> Catalog:
    made = table("t", ("id", "s", "at"), types={"s": "text"})
    own = tuple(
        replace(attribute, number=item.number) if item.name == "s" else item
        for item in made.attributes
    )
    return catalog(replace(made, attributes=own))


def predicates(
    query: str, attribute: Attribute, evidence: ConstantEvidence
) -> set[str]:
    found = candidates(
        shape(query, known(attribute)), known(attribute), evidence=evidence
    )
    return {item.definition.predicate for item in found} - {""}


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        (STATE, True),
        (DEPOT, False),
        (column(0.26, 0.25, 0.25, 0.24), False),
        (column(0.9, 0.1), True),
        (column(0.5, 0.5), False),
        (column(0.9, distinct=30), True),
        (column(distinct=40), False),
        (column(1.0), False),
    ],
)
def test_uneven_columns_are_states_not_keys(attribute, expected) -> None:
    assert is_uneven(attribute) is expected


def test_a_constant_of_an_evenly_spread_column_narrows_nothing() -> None:
    query = "SELECT id FROM t WHERE s = 'd7' AND at > 5"
    assert predicates(query, DEPOT, UNBOUND) == set()
    assert predicates(query, STATE, UNBOUND) == {"s = 'd7'"}


def test_a_constant_beside_bound_values_belongs_to_the_text() -> None:
    query = "SELECT id FROM t WHERE s = 'd7' AND at > $1"
    assert predicates(query, DEPOT, TEXT_CONSTANTS) == {"s = 'd7'"}


def test_only_a_rare_value_is_believed() -> None:
    found = candidates(
        shape("SELECT id FROM t WHERE s = 'x' AND at > 5", known(STATE)),
        known(STATE),
        evidence=UNBOUND,
    )
    ratios = {c.definition.predicate: c.max_rows_ratio for c in found}
    assert ratios == {"": 1.0, "s = 'x'": MAX_RARE_RATIO}


def test_a_test_for_null_needs_no_evidence() -> None:
    query = "SELECT id FROM t WHERE s IS NULL AND at > 5"
    sparse = replace(DEPOT, null_frac=0.01)
    assert predicates(query, sparse, UNBOUND) == {"s IS NULL"}


def test_the_same_statement_with_another_value_has_a_parameter() -> None:
    texts = (
        "SELECT id FROM t WHERE s = 'a' AND at > 5",
        "SELECT id FROM t WHERE s = 'b' AND at > 7",
        "SELECT id FROM t WHERE s = 'a' ORDER BY at",
    )
    first, second, other = (shape(text, known(STATE)) for text in texts)
    varying = varying_constants((first, second, other))
    assert {name for _, name in varying[form(first)]} == {"s"}
    assert varying[form(other)] == frozenset()
    evidence = ConstantEvidence(is_bound=False, varying=varying[form(second)])
    assert predicates(texts[0], STATE, evidence) == set()
