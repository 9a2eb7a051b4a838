"""The import contracts of pyproject.toml, and SQL in .sql files only."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Modules that print SQL by their nature: DDL, and statements a person is to run.
PRINTS_SQL = {
    "analyzer/advisors/index/foreign_key_index.py",
    "analyzer/advisors/index_change.py",
    "analyzer/advisors/rewrite/materialized_view.py",
    "analyzer/indexing/definition.py",
    "analyzer/planner/catalog_ddl.py",
    "analyzer/planner/range_histograms.py",
    "analyzer/verification/checked_values.py",
    "analyzer/verification/counterexample.py",
    "analyzer/verification/dense_values.py",
    "analyzer/verification/image_sql.py",
    "analyzer/verification/trial_repairs.py",
    "analyzer/verification/trial_sql.py",
}
# A statement with names of the watched database is composed of quoted identifiers, and
# a pattern that statements are told by is none.
COMPOSED = re.compile(r"\{\w*\}|\\")
STATEMENT = re.compile(
    r"^\s*(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+TABLE)\s",
    re.IGNORECASE | re.DOTALL,
)


def test_import_contracts_hold() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("top", ["analyzer", "worker", "web"])
def test_sql_stands_in_sql_files(top: str) -> None:
    found = []
    for path in (ROOT / top).rglob("*.py"):
        name = str(path.relative_to(ROOT))
        if name in PRINTS_SQL:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(
                node, ast.Module | ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef
            )
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and id(node) not in docstrings
                and STATEMENT.match(node.value)
                and not COMPOSED.search(node.value)
            ):
                found.append(f"{name}:{node.lineno}")
    assert not found, "SQL statements outside .sql files: " + ", ".join(found)
