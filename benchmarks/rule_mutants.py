"""How well the tests of rewrite rules hold: drop a condition, and one must fail.

    python benchmarks/rule_mutants.py                    # every rule, all they share
    python benchmarks/rule_mutants.py not_in proofs      # these modules
    python benchmarks/rule_mutants.py --list             # with each survivor
    python benchmarks/rule_mutants.py --choose           # look-alikes that kill more

A mutant is a rule, or a proof, with one condition less: a part of an ``and``, an ``or``
or a comprehension, a guard that returns, a branch, an entry of ``conditions=``. It is
killed if a golden case of ``tests/golden/rewriting/rules`` or a look-alike of one
(``look_alikes.json``) gets another answer, if a step that it makes of any case gives
other rows on the rows of those tests, if the unit tests fail, or if it does not end.
Functions get the mutated code in place, so no module is loaded twice; all runs in this
process and children of it, and a mutant is tried only on cases, look-alikes and unit
tests that call a function which it changes.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib
import os
import pickle
import signal
import sys
import tempfile
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from _pytest.runner import runtestprotocol

from analyzer.domain.recommendation import Semantics
from analyzer.domain.rewriting import RewriteStep
from analyzer.domain.target import Address
from analyzer.embedded.cluster import Cluster, ClusterSpec, free_port
from analyzer.postgres.connect import Connection, session
from analyzer.rewriting.protocol import Subject, subject
from analyzer.rewriting.registry import RULES
from analyzer.statements.parse import parse_one
from analyzer.statements.plain_tree import same_tree
from tests.support import look_alikes, rule_conditions
from tests.support.look_alikes import LookAlike
from tests.support.rule_cases import ROWS, SCHEMA, RuleCase, rule_cases, schema_catalog
from tests.support.same_rows import difference

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "analyzer" / "rewriting"
SHARED = (
    *("block", "blocks", "comparison", "conditions", "functions", "groups", "keyset"),
    *("literals", "not_in", "parameters", "plain_values", "proofs", "sargable"),
    *("scalars", "selects", "time_ranges", "wrapped"),
)
UNIT_TESTS = [
    *sorted(map(str, (ROOT / "tests" / "unit").glob("test_rewriting_*.py"))),
    str(FOLDER),
]
"""With the doctests of the rewriter."""
PASSWORD = "rule-mutants"
_LIMIT_S = 20


@dataclass(frozen=True)
class Mutant:
    """A module with one condition less."""

    module: str
    line: int
    what: str
    tree: ast.Module


class TooSlow(Exception):
    """A mutant that does not end."""


# -- making mutants


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


@contextlib.contextmanager
def limited() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TooSlow

    # Processor time: a busy machine is no mutant that does not end.
    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, _LIMIT_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


# -- trying it


class Examiner:
    """Tries mutants on all cases; knows what the sound rules make of them."""

    def __init__(
        self,
        connection: Connection,
        units: Sequence[pytest.Item],
        arguments: argparse.Namespace,
    ) -> None:
        self._connection = connection
        self._is_choosing = arguments.choose
        self._changes: str = arguments.changes
        self.look_alikes = look_alikes.read()
        self._conditions = rule_conditions.read()
        self._all_look_alikes: dict[str, list[tuple[LookAlike, Called]]] = {}
        self._cases = rule_cases()
        self._by_title = {(case.slug, case.title): case for case in self._cases}
        self._catalogs = {c.version: schema_catalog(c.version) for c in self._cases}
        self._sound: dict[tuple[str, str], list[RewriteStep]] = {}
        self._called: dict[tuple[str, str], Called] = {}
        for case in self._cases:
            for one in RULES:
                with noting_calls() as called:
                    steps = self._steps(case, one.slug)[one.slug]
                self._sound[case.name, one.slug] = steps
                self._called[case.name, one.slug] = frozenset(called)
        self._units: list[tuple[pytest.Item, Called]] = []
        for unit in units:
            with noting_calls() as called:
                runtestprotocol(unit, log=False, nextitem=None)
            self._units.append((unit, frozenset(called)))

    def given(self, case: RuleCase) -> Subject:
        return subject(case.query, case.setting(self._catalogs[case.version]))

    def _steps(self, case: RuleCase, slug: str = "") -> dict[str, list[RewriteStep]]:
        given = self.given(case)
        rules = [one for one in RULES if slug in ("", one.slug)]
        return {one.slug: list(one.steps(given)) for one in rules}

    def noticed_by(self, mutant: Mutant) -> str:
        """As :meth:`killed_by`, in a child: a tree that is none ends the process."""
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            known, status = len(self.look_alikes), 1
            with contextlib.suppress(BaseException), os.fdopen(writing, "wb") as pipe:
                reason = self.killed_by(mutant)
                pipe.write(pickle.dumps((reason, self.look_alikes[known:])))
                status = 0
            os._exit(status)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            told = pipe.read()
        _, status = os.waitpid(pid, 0)
        if status or not told:
            return "crashes"
        reason, found = pickle.loads(told)
        self.look_alikes += found
        return str(reason)

    def killed_by(self, mutant: Mutant) -> str:
        """What notices a mutant; empty if nothing does."""
        slug = mutant.module.rpartition(".")[2]
        slug = slug if ".rules." in mutant.module else ""
        try:
            with limited(), in_place(mutant) as differs:
                if not differs:
                    return "not reachable"
                return (
                    self._by_cases(slug, differs)
                    or self._by_look_alikes(slug, self.look_alikes)
                    or self._by_rows_of_all(slug, differs)
                    or self._by_units(differs)
                    or self._by_new_look_alike(slug, differs)
                )
        except TooSlow:
            return "does not end"

    def prepare(self, slug: str) -> None:
        """Note what the sound rule says of all look-alikes, to choose from them."""
        if not self._is_choosing or slug in self._all_look_alikes:
            return
        found = self._all_look_alikes.setdefault(slug, [])
        for case in self._cases:
            if slug in ("", case.slug):
                catalog = self._catalogs[case.version]
                with noting_calls() as called:
                    for item in look_alikes.look_alikes(case, catalog, self._changes):
                        found.append((item, frozenset(called)))
                        called.clear()

    def _by_cases(self, slug: str, changed: Called) -> str:
        """The golden cases of the rule, or of all."""
        own = [
            case
            for case in self._cases
            if slug in ("", case.slug) and self._called[case.name, case.slug] & changed
        ]
        return next((r for case in own if (r := self._tried(self._by_text, case))), "")

    def _by_rows_of_all(self, slug: str, changed: Called) -> str:
        """Every step of the rule, or of all rules, on every case."""
        concerned = {one.slug for one in RULES if slug in ("", one.slug)}

        def check(case: RuleCase) -> str:
            touched = (s for s in concerned if self._called[case.name, s] & changed)
            return next((r for s in touched if (r := self._by_rows(case, s))), "")

        return next((r for c in self._cases if (r := self._tried(check, c))), "")

    def _tried(self, check: Callable[[RuleCase], str], case: RuleCase) -> str:
        try:
            return check(case)
        except TooSlow:
            raise
        except Exception as error:
            return f"{type(error).__name__} in {case.name}"

    def _by_look_alikes(self, slug: str, items: Sequence[LookAlike]) -> str:
        found = (item for item in items if slug in ("", item.rule))
        return next(
            (f"look-alike: {item.change}" for item in found if self._errs(item)), ""
        )

    def _errs(self, item: LookAlike) -> bool:
        case = self._by_title[item.rule, item.case]
        try:
            steps = look_alikes.steps_of(case, item.query, self._catalogs[case.version])
        except TooSlow:
            raise
        except Exception:
            return True
        return look_alikes.counts(steps) != (item.fires, item.asks)

    def _by_new_look_alike(self, slug: str, changed: Called) -> str:
        for item, called in self._all_look_alikes.get(slug, ()):
            if not called & changed:
                continue
            # Each has the whole time: many that end are no mutant that does not.
            signal.setitimer(signal.ITIMER_PROF, _LIMIT_S)
            if self._errs(item):
                self.look_alikes.append(item)
                return f"look-alike: {item.change}"
        return ""

    def _by_text(self, case: RuleCase) -> str:
        steps = self._steps(case, case.slug)[case.slug]
        is_same = rule_conditions.claims(steps) == self._conditions.get(case.name, [])
        holds = is_same and is_expected(case, steps)
        return "" if holds else f"golden: {case.name}"

    def _by_rows(self, case: RuleCase, slug: str) -> str:
        for name, steps in self._steps(case, slug).items():
            if steps != self._sound[case.name, name] and self._differs(case, steps):
                return f"rows: {case.name}"
        return ""

    def _differs(self, case: RuleCase, steps: list[RewriteStep]) -> bool:
        """The check of every step, as in ``tests/golden/test_rewrite_rules.py``."""
        for step in steps:
            exact = step.semantics is not Semantics.CHANGED
            if not exact or not all(c.holds for c in step.conditions):
                continue
            for values in case.values or [()]:
                if difference(self._connection, case.query, step.query, values):
                    return True
        return False

    def _by_units(self, changed: Called) -> str:
        for unit, called in self._units:
            if called & changed:
                reports = runtestprotocol(unit, log=False, nextitem=None)
                if any(one.failed for one in reports):
                    return f"unit test {unit.name}"
        return ""


def is_expected(case: RuleCase, steps: list[RewriteStep]) -> bool:
    """Whether a golden case holds, as in ``tests/golden/test_rewrite_rules.py``."""
    proved = [s for s in steps if all(c.holds for c in s.conditions)]
    if case.expect == "rewritten":
        wanted = parse_one(case.text).tree
        return any(same_tree(parse_one(s.query).tree, wanted) for s in proved)
    if case.expect == "unproven":
        missing = [c for s in steps for c in s.conditions if not c.holds]
        named = any(case.words in c.claim or case.words in c.ddl for c in missing)
        return named and not proved
    return not steps


def modules(names: list[str]) -> Iterator[tuple[str, Path]]:
    rules = {path.stem: path for path in sorted((FOLDER / "rules").glob("[a-z]*.py"))}
    shared = {name: FOLDER / f"{name}.py" for name in SHARED}
    for name in names or dict.fromkeys((*rules, *shared)):
        if name in rules:
            yield f"analyzer.rewriting.rules.{name}", rules[name]
        if name in shared:
            yield f"analyzer.rewriting.{name}", shared[name]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*")
    parser.add_argument("--list", action="store_true", help="show each survivor")
    parser.add_argument("--choose", action="store_true", help="add look-alikes")
    parser.add_argument("--changes", default="", help="choose from these alone")
    parser.add_argument("--at-least", type=float, default=0.9, help="share, 0 to 1")
    arguments = parser.parse_args()
    tests = WithTests(arguments)
    options = ["-q", "-s", "--no-header", "--no-summary"]
    options += ["-p", "no:cacheprovider", "-p", "no:faulthandler"]
    pytest.main([*options, *UNIT_TESTS], plugins=[tests])
    return tests.status


class WithTests:
    """Tries the mutants in place of pytest's own loop, with the unit tests at hand."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.status = 1
        self._arguments = arguments

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        with case_database() as connection:
            examiner = Examiner(connection, session.items, self._arguments)
            self.status = report(examiner, self._arguments)
        return True


@contextlib.contextmanager
def case_database() -> Iterator[Connection]:
    """The schema and rows of the golden cases."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        spec = ClusterSpec(
            data_dir=Path(folder) / "data", port=free_port(), password=PASSWORD
        )
        with Cluster(spec) as cluster:
            address = Address(
                host="127.0.0.1",
                port=cluster.port,
                database="postgres",
                user="postgres",
                password=PASSWORD,
            )
            with session(address, read_only=False) as connection:
                connection.execute(SCHEMA.encode())
                connection.execute(ROWS.encode())
                yield connection


def report(examiner: Examiner, arguments: argparse.Namespace) -> int:
    killed = total = 0
    for module, path in modules(arguments.modules):
        survivors, number = [], 0
        examiner.prepare(path.stem if ".rules." in module else "")
        for mutant in mutants(module, path.read_text(encoding="utf-8")):
            reason = examiner.noticed_by(mutant)
            if reason == "not reachable":
                continue
            number += 1
            if not reason:
                survivors.append(mutant)
        total, killed = total + number, killed + number - len(survivors)
        print(f"{path.stem:24} {number - len(survivors):4} of {number:4}", flush=True)
        if arguments.choose:
            look_alikes.write(examiner.look_alikes)
        for mutant in survivors if arguments.list else ():
            print(f"    {path.name}:{mutant.line}: {mutant.what[:150]}", flush=True)
    share = killed / max(1, total)
    print(f"{killed} of {total} mutants killed: {share:.1%}")
    holds = share >= arguments.at_least
    print("holds" if holds else "DOES NOT HOLD")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
