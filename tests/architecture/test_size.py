"""The limits of ARCHITECTURE.md: no module over 400 lines, no function over 50."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    path for top in ("analyzer", "worker", "web") for path in (ROOT / top).rglob("*.py")
)


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its docstring."""
    total = (node.end_lineno or node.lineno) - node.lineno + 1
    doc = node.body[0]
    if isinstance(doc, ast.Expr) and isinstance(doc.value, ast.Constant):
        total -= (doc.end_lineno or doc.lineno) - doc.lineno + 1
    return total


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_module_keeps_the_limits(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400, "module over 400 lines"
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "module without a docstring"
    long = [f.name for f in functions(tree) if body_lines(f) > 50]
    assert not long, f"functions over 50 lines: {long}"
