"""What-if questions answered by a database that has schema and statistics, no rows."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.domain.plan import Plan
from analyzer.domain.what_if import PlanCost, WhatIfQuestion
from analyzer.domain.workload import NotSeen
from analyzer.errors import AnalyzerError, PlanningFailed, TargetError, UserError
from analyzer.indexing.one_by_one import costs_of, plans_of
from analyzer.planner.explain import explain
from analyzer.planner.shadow_build import ShadowDatabase, build_database
from analyzer.planner.shadow_cluster import ShadowCluster, ShadowServer, shadow_spec
from analyzer.planner.shadow_hypothetical import IndexMaker
from analyzer.planner.shadow_kept import holds
from analyzer.planner.shadow_key import shadow_key
from analyzer.planner.shadow_limits import ended_after, refuse_endless
from analyzer.planner.shadow_switch import IndexSwitch
from analyzer.planner.snapshot_file import PlannerSnapshot
from analyzer.postgres.connect import Connection, session
from analyzer.postgres.shadow_database import set_session
from analyzer.postgres.skip_scans import NO_ARBITER, with_plain_keys

__all__ = [
    "ShadowCluster",
    "ShadowPlanner",
    "ShadowServer",
    "build",
    "cluster_for",
    "shadow_spec",
]

_log = logging.getLogger(__name__)
PLAN_TIMEOUT_MS = 15_000
KILL_AFTER_S = 60.0


class ShadowPlanner:
    """A :class:`~analyzer.domain.ports.WhatIfPlanner` on a shadow.

    It holds one session and is not to be shared between threads.
    """

    def __init__(self, switch: IndexSwitch, source: str) -> None:
        self._switch = switch
        self._source = source

    @property
    def source(self) -> str:
        """Name and version, and the watched server's version where it differs."""
        return self._source

    @property
    def connection(self) -> Connection:
        """The session it plans in, from whose statistics values may be drawn."""
        return self._switch.owner

    @property
    def not_seen(self) -> tuple[NotSeen, ...]:
        """What the snapshot holds but this shadow could not make."""
        return tuple(self._switch.maker.database.not_seen)

    @property
    def caveats(self) -> tuple[str, ...]:
        """What was assumed about hypothetical indexes so far."""
        return tuple(dict.fromkeys(self._switch.maker.caveats))

    def plan(self, query: str, parameters: Sequence[str | None] = ()) -> Plan:
        """Plan one statement, as :meth:`Planner.plan` says."""
        return self._explain(query, parameters)

    def _explain(self, query: str, parameters: Sequence[str | None]) -> Plan:
        refuse_endless(query)
        owner = self._switch.owner
        with ended_after(owner, KILL_AFTER_S):
            try:
                return explain(owner, query, parameters, source=self._source)
            except PlanningFailed as error:
                if error.detail != NO_ARBITER:
                    raise
                with owner.transaction(force_rollback=True):
                    with_plain_keys(owner)
                    return explain(owner, query, parameters, source=self._source)

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
        made = [(item, self._switch.hypothetical(item)) for item in create]
        with self._switch.switched([item for _, item in made], hide, settings):
            plan = self._explain(query, parameters)
        names = {name: asked for asked, item in made for name in item.names}
        return replace(plan, hypothetical_indexes=names)

    def make_indexes(
        self, definitions: Sequence[IndexDefinition]
    ) -> dict[IndexDefinition, AnalyzerError]:
        """Make many hypothetical indexes at once, which is faster than one by one.

        Returns:
            What could not be made, and why: the relation is unknown, or PostgreSQL does
            not accept the definition.
        """
        return self._switch.prepare(definitions)

    def costs_with(
        self, questions: Sequence[WhatIfQuestion]
    ) -> list[PlanCost | AnalyzerError]:
        """Answer questions in order, each by itself; an error stands in its place.

        Questions about the same statement are cheapest, and so are many at once.

        Raises:
            TargetError: the shadow was lost.
        """
        limit_s = KILL_AFTER_S + len(questions)
        with ended_after(self._switch.owner, limit_s):
            answers = self._switch.costs(questions)
        return [
            costs_of(self, [question])[0] if _lacks_arbiter(answer) else answer
            for question, answer in zip(questions, answers, strict=True)
        ]

    def plans_with(
        self, questions: Sequence[WhatIfQuestion]
    ) -> list[Plan | AnalyzerError]:
        """The same with whole plans."""
        return plans_of(self, questions)

    def index_size_bytes(self, definition: IndexDefinition) -> int:
        """The size the index would have, from statistics.

        Raises:
            PlanningFailed: the predicate is not accepted by PostgreSQL.
            UnknownRelation: the relation is not in the shadow.
        """
        return self._switch.size(definition)


def _lacks_arbiter(answer: PlanCost | AnalyzerError) -> bool:
    """Whether it is about an ON CONFLICT, which is asked once more by itself."""
    return isinstance(answer, PlanningFailed) and answer.detail == NO_ARBITER


def cluster_for(snapshot: PlannerSnapshot) -> ShadowCluster:
    """A cluster, not started, that keeps a shadow of a snapshot if any does."""
    key = shadow_key(snapshot)
    return ShadowCluster(is_preferred=lambda data_dir: holds(data_dir, key))


@contextmanager
def build(
    cluster: ShadowCluster | ShadowServer,
    snapshot: PlannerSnapshot,
    *,
    keep: bool = True,
) -> Iterator[ShadowPlanner]:
    """Build a shadow of a snapshot, or take a kept one, and keep it at the end.

    Args:
        cluster: a running one, private or shared; the database in it is ours alone.
        snapshot: of the watched database.
        keep: whether others may plan from such a snapshot later.

    Raises:
        StoreUnreachable, TargetError: the cluster cannot be used.
        QuerySyntaxError: the snapshot's scripts cannot be read.
    """
    server = cluster.server if isinstance(cluster, ShadowCluster) else cluster
    database = build_database(server, snapshot)
    is_kept = keep
    try:
        address = server.address(database.name, database.role)
        with session(
            address, read_only=False, statement_timeout_ms=PLAN_TIMEOUT_MS
        ) as owner:
            set_session(
                owner,
                {
                    "search_path": database.search_path,
                    "idle_in_transaction_session_timeout": "0",
                },
            )
            maker = IndexMaker(database=database, catalog=snapshot.catalog, owner=owner)
            switch = IndexSwitch(maker=maker, owner=owner)
            version_num = owner.info.server_version
            database.not_seen.extend(_other_version(version_num, snapshot))
            yield ShadowPlanner(switch, _source(version_num, snapshot))
    except AnalyzerError as error:
        # What PostgreSQL only refused has left everything as it was.
        is_kept = keep and isinstance(error, UserError | PlanningFailed)
        raise
    except BaseException:
        is_kept = False
        raise
    finally:
        _end(database, is_kept=is_kept)


def _end(database: ShadowDatabase, *, is_kept: bool) -> None:
    try:
        if is_kept:
            database.keep()
            return
    except TargetError as error:
        # The answer is there; only the next process has to build again.
        _log.info("a shadow could not be kept: %s", error.message)
    database.close()


def _other_version(
    shadow_version_num: int, snapshot: PlannerSnapshot
) -> Iterator[NotSeen]:
    """What a planner of another major version cannot tell.

    The differences are those of ``benchmarks/tpc_fidelity.py --older``.
    """
    own, watched = (
        number // 10_000
        for number in (shadow_version_num, snapshot.catalog.server_version_num)
    )
    if own != watched:
        yield NotSeen(
            what=f"how PostgreSQL {watched} itself would plan",
            why=f"the shadow plans as PostgreSQL {own} does, with what can be switched "
            "off of newer versions off; measured on TPC-H and TPC-DS against 15, nine "
            "in ten costs differ by less than 0.4%, the worst by 5.4%",
        )


def _source(shadow_version_num: int, snapshot: PlannerSnapshot) -> str:
    shadow = f"shadow {shadow_version_num // 10_000}.{shadow_version_num % 10_000}"
    watched = snapshot.catalog.server_version_num
    if watched // 10_000 == shadow_version_num // 10_000:
        return shadow
    number = f"{watched // 10_000}.{watched % 10_000}"
    return f"{shadow} (watched server is {number})"
