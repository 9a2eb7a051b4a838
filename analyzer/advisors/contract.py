"""What an advisor is: a plain function from Facts to Recommendations, and its needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from analyzer.domain.catalog import Catalog
from analyzer.domain.index import RelationName
from analyzer.domain.recommendation import DidNotRun, NoAdvice, Recommendation
from analyzer.domain.what_if import BulkWhatIfPlanner
from analyzer.domain.workload import StatementRun, Workload

DOCSTRING_HEADINGS = ("Rule:", "Evidence:", "Semantics:", "Silent when:", "Source:")


class Need(StrEnum):
    """Facts an advisor cannot work without."""

    CATALOG = "catalog"
    ACTIVITY = "activity"
    LOGS = "logs"
    WHAT_IF = "what-if planner"


_HINTS = {
    Need.CATALOG: ("the catalog could not be read", "Give a DSN or a --snapshot."),
    Need.ACTIVITY: (
        "the activity counters could not be read",
        "Scan the running server; a statistics-only snapshot has no counters.",
    ),
    Need.LOGS: (
        "no log was read, and only a log tells who ran what after what",
        "Pass the server's log with --logs FILE, with log_min_duration_statement = 0 "
        "and %p or %c in log_line_prefix.",
    ),
    Need.WHAT_IF: (
        "no what-if planner is available",
        "Run pgproof doctor; statistics must be readable to build the shadow.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything an advisor may look at.

    Each item of the workload carries its parameter sets already (from the log, else
    drawn from statistics). ``runs`` is none where no log with sessions was read.
    ``views`` has their queries, with a schema before every name, and ``functions`` the
    volatility of those that are not built in; both are empty where no shadow was built.
    """

    workload: Workload
    catalog: Catalog | None = None
    runs: tuple[StatementRun, ...] | None = None
    what_if: BulkWhatIfPlanner | None = None
    views: Mapping[RelationName, str] = field(default_factory=dict)
    functions: Mapping[str, str] = field(default_factory=dict)

    def missing(self, need: Need) -> bool:
        """Whether this need is not met."""
        if need is Need.CATALOG:
            return self.catalog is None
        if need is Need.ACTIVITY:
            relations = self.catalog.relations if self.catalog else ()
            return not any(relation.activity for relation in relations)
        if need is Need.LOGS:
            return self.runs is None
        return self.what_if is None


Advise = Callable[[Facts], Iterator[Recommendation | NoAdvice]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Advisor:
    """One advisor: its name, its needs, its manual page and its function."""

    slug: str
    needs: tuple[Need, ...]
    doc: str
    advise: Advise

    def why_not(self, facts: Facts) -> DidNotRun | None:
        """The reason it cannot run on these facts, or none."""
        for need in self.needs:
            if facts.missing(need):
                why, hint = _HINTS[need]
                return DidNotRun(advisor=self.slug, why=why, hint=hint)
        return None
