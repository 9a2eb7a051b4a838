"""PostgreSQL allows a SELECT without columns; no rule may stumble over it."""

from __future__ import annotations

import pytest

from analyzer.rewriting.protocol import Setting, subject
from analyzer.rewriting.registry import RULES
from tests.support.rule_cases import schema_catalog


@pytest.mark.parametrize(
    "query",
    [
        "SELECT",
        "SELECT FROM orders ORDER BY id LIMIT 5 OFFSET 3",
        "SELECT FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.vip",
        "SELECT FROM customers c LEFT JOIN orders o ON o.customer_id = c.id "
        "GROUP BY c.id HAVING count(o.id) = 0",
        "SELECT 1 WHERE EXISTS (SELECT FROM orders o WHERE o.id = 1 OR o.note = 'x')",
        "SELECT FROM orders UNION SELECT FROM orders",
    ],
)
def test_a_select_without_columns(query: str) -> None:
    given = subject(query, Setting(catalog=schema_catalog(), approximate=True))
    for rule in RULES:
        list(rule.steps(given))
