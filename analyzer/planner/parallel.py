"""Several shadows of one snapshot that answer what-if questions side by side.

A hypothetical index is switched on by an update of its row in ``pg_index``, which would
make sessions of one database wait for each other; so each session has a database of its
own. All make the same indexes in the same order, so they give the same answers, and it
does not matter which of them is asked: whoever is idle takes the next statements.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.domain.plan import Plan
from analyzer.domain.what_if import PlanCost, WhatIfQuestion
from analyzer.domain.workload import NotSeen
from analyzer.errors import AnalyzerError
from analyzer.planner.shadow import ShadowCluster, ShadowPlanner, ShadowServer, build
from analyzer.planner.snapshot_file import PlannerSnapshot
from analyzer.postgres.connect import Connection

_SHARE_S = 0.02
"""Statements are taken together up to this expected time; a message costs a part of a
thousandth of a second."""
_EXPECTED_S = 0.01
"""Of a statement that was not planned yet."""

_Asked = tuple[int, WhatIfQuestion]
T = TypeVar("T")


class ParallelPlanner:
    """A :class:`~analyzer.domain.what_if.BulkWhatIfPlanner` of several shadows.

    Questions in bulk are shared out; single ones go to the first. It is not to be
    shared between threads.
    """

    def __init__(
        self, planners: Sequence[ShadowPlanner], pool: ThreadPoolExecutor
    ) -> None:
        """Share questions among shadows of the same snapshot.

        Args:
            planners: at least one.
            pool: with a thread for each of them but the first.
        """
        self._first = planners[0]
        self._planners = tuple(planners)
        self._pool = pool
        self._expected_s: dict[str, float] = {}
        self._made: set[IndexDefinition] = set()

    @property
    def source(self) -> str:
        """Name and version, and the watched server's version where it differs."""
        return self._first.source

    @property
    def connection(self) -> Connection:
        """A session that plans, from whose statistics values may be drawn."""
        return self._first.connection

    @property
    def not_seen(self) -> tuple[NotSeen, ...]:
        """What the snapshot holds but a shadow could not make."""
        return self._first.not_seen

    @property
    def caveats(self) -> tuple[str, ...]:
        """What was assumed about hypothetical indexes so far."""
        found = (text for planner in self._planners for text in planner.caveats)
        return tuple(dict.fromkeys(found))

    def plan(self, query: str, parameters: Sequence[str | None] = ()) -> Plan:
        """Plan one statement, as :meth:`Planner.plan` says."""
        return self._first.plan(query, parameters)

    def plan_with(
        self,
        query: str,
        parameters: Sequence[str | None] = (),
        *,
        create: Sequence[IndexDefinition] = (),
        hide: Sequence[RelationName] = (),
        settings: Mapping[str, str] | None = None,
    ) -> Plan:
        """Plan as if ``create`` existed, ``hide`` did not, and ``settings`` held.

        Raises:
            PlanningFailed: the query, an index or the value of a setting is not
                accepted by PostgreSQL.
            UnknownRelation: a relation or index is not in the shadow.
        """
        self.make_indexes(create)
        return self._first.plan_with(
            query, parameters, create=create, hide=hide, settings=settings
        )

    def make_indexes(
        self, definitions: Sequence[IndexDefinition]
    ) -> dict[IndexDefinition, AnalyzerError]:
        """Make many hypothetical indexes at once; what could not be made, and why."""
        self._make(definitions)
        return self._first.make_indexes(definitions)

    def _make(self, definitions: Iterable[IndexDefinition]) -> None:
        """Make those that are new in all shadows, in the same order."""
        new = [item for item in dict.fromkeys(definitions) if item not in self._made]
        if new:
            self._made.update(new)
            self._all(lambda planner: planner.make_indexes(new))

    def index_size_bytes(self, definition: IndexDefinition) -> int:
        """The size the index would have, from statistics.

        Raises:
            PlanningFailed: the predicate is not accepted by PostgreSQL.
            UnknownRelation: the relation is not in the shadow.
        """
        return self._first.index_size_bytes(definition)

    def costs_with(
        self, questions: Sequence[WhatIfQuestion]
    ) -> list[PlanCost | AnalyzerError]:
        """Answer questions in order, each by itself; an error stands in its place.

        Raises:
            TargetError: a shadow was lost.
        """
        return self._shared_out(questions, ShadowPlanner.costs_with)

    def plans_with(
        self, questions: Sequence[WhatIfQuestion]
    ) -> list[Plan | AnalyzerError]:
        """The same with whole plans.

        Raises:
            TargetError: a shadow was lost.
        """
        return self._shared_out(questions, ShadowPlanner.plans_with)

    def _shared_out(
        self,
        questions: Sequence[WhatIfQuestion],
        ask: Callable[[ShadowPlanner, Sequence[WhatIfQuestion]], list[T]],
    ) -> list[T]:
        self._make(index for asked in questions for index in asked.create)
        waiting = self._by_statement(questions)
        answers: dict[int, T] = {}

        def work(planner: ShadowPlanner) -> None:
            while share := self._share(waiting):
                asked = [question for _, question in share]
                started = time.perf_counter()
                found = ask(planner, asked)
                self._learn(share, time.perf_counter() - started)
                numbers = (number for number, _ in share)
                answers.update(zip(numbers, found, strict=True))

        self._all(work)
        return [answers[number] for number in range(len(questions))]

    def _all(self, work: Callable[[ShadowPlanner], object]) -> None:
        """Do something with all shadows at the same time.

        Raises:
            TargetError: one was lost; the others have ended by then.
        """
        others = [self._pool.submit(work, planner) for planner in self._planners[1:]]
        try:
            work(self._first)
        finally:
            wait(others)
        for done in others:
            done.result()

    def _by_statement(
        self, questions: Sequence[WhatIfQuestion]
    ) -> deque[tuple[float, list[_Asked]]]:
        """The questions by statement with their expected time, the longest first."""
        groups: dict[str, list[_Asked]] = {}
        for number, question in enumerate(questions):
            groups.setdefault(question.query, []).append((number, question))
        timed = [
            (len(group) * self._expected_s.get(query, _EXPECTED_S), group)
            for query, group in groups.items()
        ]
        return deque(sorted(timed, key=lambda one: -one[0]))

    @staticmethod
    def _share(waiting: deque[tuple[float, list[_Asked]]]) -> list[_Asked]:
        """The next questions for one shadow, none if there are none left."""
        share: list[_Asked] = []
        expected_s = 0.0
        while expected_s < _SHARE_S:
            try:
                seconds, group = waiting.popleft()
            except IndexError:  # another thread took the last one
                break
            expected_s += seconds
            share += group
        return share

    def _learn(self, share: Sequence[_Asked], took_s: float) -> None:
        """Correct what is expected of statements by the time that some took."""
        known = [self._expected_s.get(q.query, _EXPECTED_S) for _, q in share]
        factor = took_s / sum(known)
        for (_, question), expected_s in zip(share, known, strict=True):
            self._expected_s[question.query] = expected_s * factor


@contextmanager
def build_parallel(
    cluster: ShadowCluster | ShadowServer, snapshot: PlannerSnapshot, count: int
) -> Iterator[ParallelPlanner]:
    """Build some shadows of a snapshot that work as one, and drop them at the end.

    Args:
        cluster: a running one, private or shared.
        snapshot: of the watched database.
        count: how many, at least one.

    Raises:
        StoreUnreachable, TargetError: the cluster cannot be used.
        QuerySyntaxError: the snapshot's scripts cannot be read.
    """
    with ExitStack() as stack:
        planners = [stack.enter_context(build(cluster, snapshot)) for _ in range(count)]
        pool = stack.enter_context(ThreadPoolExecutor(max(count - 1, 1)))
        yield ParallelPlanner(planners, pool)
