"""Mutants of modules: each with one condition less, put in place of their functions."""

from __future__ import annotations

import ast
import contextlib
import importlib
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "analyzer" / "rewriting"
"""Of the modules whose calls are noted."""


@dataclass(frozen=True)
class Mutant:
    """A module with one condition less."""

    module: str
    line: int
    what: str
    tree: ast.Module


def mutants(module: str, text: str) -> Iterator[Mutant]:
    """Every mutant of a module's text."""
    whole = ast.parse(text)
    sites = [
        (number, place, what, line)
        for number, node in enumerate(ast.walk(whole))
        for place, (what, line, _) in enumerate(changes(node))
    ]
    for number, place, what, line in sites:
        tree = ast.parse(text)
        node = list(ast.walk(tree))[number]
        list(changes(node))[place][2]()
        yield Mutant(module, line, what, ast.fix_missing_locations(tree))


Change = tuple[str, int, Callable[[], None]]


def changes(node: ast.AST) -> Iterator[Change]:
    """What can be dropped at a node."""
    match node:
        case ast.BoolOp() if not is_default(node):
            yield from parts(node)
        case ast.If():
            leaves = isinstance(node.body[-1], ast.Return | ast.Continue | ast.Raise)
            yield whole_test(node, not leaves or bool(node.orelse))
        case ast.IfExp():
            yield whole_test(node, True)
        case ast.comprehension():
            yield from (removed(node.ifs, test) for test in node.ifs)
        case ast.FunctionDef(returns=ast.Name(id="bool")):
            yield from claims(node)
        case ast.keyword(arg="conditions", value=ast.Tuple(elts=items)):
            yield from (removed(items, item) for item in items)


def is_default(node: ast.BoolOp) -> bool:
    """Whether ``x or ()`` only says what stands in for nothing."""
    empty = ast.Tuple | ast.List | ast.Dict | ast.Constant
    return isinstance(node.op, ast.Or) and isinstance(node.values[-1], empty)


def parts(node: ast.BoolOp) -> Iterator[Change]:
    for value in node.values:
        what, line, remove = removed(node.values, value)

        def change(remove: Callable[[], None] = remove) -> None:
            remove()
            if len(node.values) == 1:
                # A BoolOp must have two parts; one of them twice is the same.
                node.values.append(node.values[0])

        yield what, line, change


def removed(items: list[ast.expr], item: ast.expr) -> Change:
    place = items.index(item)

    def change() -> None:
        del items[place]

    return f"without {ast.unparse(item)}", item.lineno, change


def whole_test(node: ast.If | ast.IfExp, value: bool) -> Change:
    def change() -> None:
        node.test = ast.copy_location(ast.Constant(value), node.test)

    word = "always" if value else "never"
    return f"{word}: if {ast.unparse(node.test)}", node.lineno, change


def claims(node: ast.FunctionDef) -> Iterator[Change]:
    """Each answer of a function that says yes or no, made the other simple one."""
    for inner in ast.walk(node):
        if not isinstance(inner, ast.Return) or inner.value is None:
            continue
        if isinstance(inner.value, ast.Constant):
            continue

        def change(inner: ast.Return = inner) -> None:
            inner.value = ast.copy_location(ast.Constant(True), inner)

        yield f"returns True for {ast.unparse(inner.value)}", inner.lineno, change


# -- putting a mutant in place


Called = frozenset[tuple[str, str]]
"""File and qualified name of functions."""


@contextlib.contextmanager
def noting_calls() -> Iterator[set[tuple[str, str]]]:
    """A scope in which calls of functions of the rewriter are noted."""
    called: set[tuple[str, str]] = set()

    def note(frame: types.FrameType, event: str, _: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(str(FOLDER)):
            name, _, _ = code.co_qualname.partition(".<locals>")
            called.add((code.co_filename, name))

    sys.setprofile(note)
    try:
        yield called
    finally:
        sys.setprofile(None)


@contextlib.contextmanager
def in_place(mutant: Mutant) -> Iterator[Called]:
    """Give the functions of a module the mutant's code; which of them differ."""
    module = importlib.import_module(mutant.module)
    compiled = compile(mutant.tree, str(module.__file__), "exec")
    codes = {code.co_qualname: code for code in code_objects(compiled)}
    kept: list[tuple[types.FunctionType, types.CodeType]] = []
    for function in functions(module):
        code, own = codes.get(function.__qualname__), function.__code__
        if code is not None and same_work(code) != same_work(own):
            kept.append((function, own))
            function.__code__ = code
    try:
        yield frozenset((c.co_filename, c.co_qualname) for _, c in kept)
    finally:
        for function, code in kept:
            function.__code__ = code


def same_work(code: types.CodeType) -> tuple[object, ...]:
    """What a function does, without the lines it stands on."""
    inner = (same_work(c) for c in code.co_consts if isinstance(c, types.CodeType))
    plain = (c for c in code.co_consts if not isinstance(c, types.CodeType))
    return code.co_code, tuple(map(repr, plain)), tuple(inner)


def code_objects(code: types.CodeType) -> Iterator[types.CodeType]:
    for item in code.co_consts:
        if isinstance(item, types.CodeType):
            yield item
            yield from code_objects(item)


def functions(module: types.ModuleType) -> Iterator[types.FunctionType]:
    for value in vars(module).values():
        if getattr(value, "__module__", None) != module.__name__:
            continue
        members = [value, *vars(value).values()] if isinstance(value, type) else [value]
        for member in members:
            found = getattr(member, "fget", None) or getattr(member, "__func__", member)
            found = getattr(found, "__wrapped__", found)
            if isinstance(found, types.FunctionType):
                yield found
