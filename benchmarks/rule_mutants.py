"""How well the tests of rewrite rules hold: drop a condition, and one must fail.

    python benchmarks/rule_mutants.py                    # every rule, all they share
    python benchmarks/rule_mutants.py not_in proofs      # these modules
    python benchmarks/rule_mutants.py --list             # with each survivor
    python benchmarks/rule_mutants.py --choose           # look-alikes that kill more

A mutant is a rule, or a proof, with one condition less: a part of an ``and``, an ``or``
or a comprehension, a guard that returns, a branch, an entry of ``conditions=``. It is
killed if a golden case of ``tests/golden/rewriting/rules`` or a look-alike of one
(``look_alikes.json``) gets another answer, if a step that it makes of any case gives
other rows on the rows of those tests, if the unit tests fail, if it does not end, or if
the type checker, which every change has to pass, refuses it.
Functions get the mutated code in place, so no module is loaded twice; all runs in this
process and children of it, and a mutant is tried only on cases, look-alikes and unit
tests that call a function which it changes.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import pickle
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from _pytest.runner import runtestprotocol
from condition_mutants import FOLDER, Called, Mutant, in_place, mutants, noting_calls
from typed_mutants import refused

from analyzer.domain.recommendation import Semantics
from analyzer.domain.rewriting import RewriteStep
from analyzer.domain.target import Address
from analyzer.embedded.cluster import Cluster, ClusterSpec, free_port
from analyzer.postgres.connect import Connection, session
from analyzer.rewriting.protocol import Rule, Subject, subject
from analyzer.rewriting.registry import RULES
from analyzer.statements.parse import parse_one
from analyzer.statements.plain_tree import same_tree
from tests.support import look_alikes, rule_conditions
from tests.support.look_alikes import LookAlike
from tests.support.rule_cases import ROWS, SCHEMA, RuleCase, rule_cases, schema_catalog
from tests.support.same_rows import difference

ROOT = Path(__file__).parents[1]
NO_RULES = ("__init__", "dialects", "edit", "protocol", "registry", "render", "search")
"""Modules that decide nothing about when a rule fits: texts, trees and the search."""
UNIT_TESTS = [
    *sorted(map(str, (ROOT / "tests" / "unit").glob("test_rewriting_*.py"))),
    str(FOLDER),
]
"""With the doctests of the rewriter."""
PASSWORD = "rule-mutants"
_LIMIT_S = 20
_CHOOSING_S = 5


class TooSlow(Exception):
    """A mutant that does not end."""


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
        self._given: dict[str, tuple[Subject, Called]] = {}
        for case in self._cases:
            with noting_calls() as reading:
                given = self._read(case)
            self._given[case.name] = given, frozenset(reading)
            for one in RULES:
                with noting_calls() as called:
                    self._sound[case.name, one.slug] = list(one.steps(given))
                self._called[case.name, one.slug] = frozenset(called | reading)
        self._units: list[tuple[pytest.Item, Called]] = []
        for unit in units:
            with noting_calls() as called:
                runtestprotocol(unit, log=False, nextitem=None)
            self._units.append((unit, frozenset(called)))

    def _read(self, case: RuleCase) -> Subject:
        return subject(case.query, case.setting(self._catalogs[case.version]))

    def given(self, case: RuleCase, changed: Called) -> Subject:
        """A case as rules see it; read anew where a mutant may read it otherwise."""
        known, reading = self._given[case.name]
        return self._read(case) if reading & changed else known

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
        random.Random(slug).shuffle(found)

    def _by_cases(self, slug: str, changed: Called) -> str:
        """The golden cases of the rule, or of all."""
        own = [
            case
            for case in self._cases
            if slug in ("", case.slug) and self._called[case.name, case.slug] & changed
        ]

        def check(case: RuleCase) -> str:
            return self._by_text(case, self.given(case, changed))

        return next((r for case in own if (r := self._tried(check, case))), "")

    def _by_rows_of_all(self, slug: str, changed: Called) -> str:
        """Every step of the rule, or of all rules, on every case."""
        concerned = [one for one in RULES if slug in ("", one.slug)]

        def check(case: RuleCase) -> str:
            touched = [
                one for one in concerned if self._called[case.name, one.slug] & changed
            ]
            given = self.given(case, changed) if touched else None
            found = (self._by_rows(case, one, given) for one in touched if given)
            return next(filter(None, found), "")

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
        start = time.process_time()
        for item, called in self._all_look_alikes.get(slug, ()):
            if not called & changed:
                continue
            if time.process_time() - start > _CHOOSING_S:
                return ""
            # Each has the whole time: many that end are no mutant that does not.
            signal.setitimer(signal.ITIMER_PROF, _LIMIT_S)
            if self._errs(item):
                self.look_alikes.append(item)
                return f"look-alike: {item.change}"
        return ""

    def _by_text(self, case: RuleCase, given: Subject) -> str:
        (own,) = (one for one in RULES if one.slug == case.slug)
        steps = list(own.steps(given))
        is_same = rule_conditions.claims(steps) == self._conditions.get(case.name, [])
        holds = is_same and is_expected(case, steps)
        return "" if holds else f"golden: {case.name}"

    def _by_rows(self, case: RuleCase, rule: Rule, given: Subject) -> str:
        steps = list(rule.steps(given))
        is_new = steps != self._sound[case.name, rule.slug]
        return f"rows: {case.name}" if is_new and self._differs(case, steps) else ""

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
    paths = sorted(FOLDER.glob("[a-z]*.py"))
    shared = {path.stem: path for path in paths if path.stem not in NO_RULES}
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
        text = path.read_text(encoding="utf-8")
        for mutant in mutants(module, text):
            reason = examiner.noticed_by(mutant)
            if reason == "not reachable":
                continue
            number += 1
            if not reason:
                survivors.append(mutant)
        told = refused(text, survivors)
        survivors = [
            m for m, by_types in zip(survivors, told, strict=True) if not by_types
        ]
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
