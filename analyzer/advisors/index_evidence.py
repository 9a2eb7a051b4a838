"""What to say for and against an index the search chose."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.advisors.contract import Facts
from analyzer.advisors.index_change import columns, creation_caveats
from analyzer.domain.catalog import Catalog, Relation
from analyzer.domain.recommendation import Basis, Evidence, Quantity
from analyzer.indexing.benefit import PlannedSet
from analyzer.indexing.existing import leads
from analyzer.indexing.scattered import scattered_fetches
from analyzer.indexing.worthwhile import Worthwhile, WorthwhileIndex

_SHADOW_MAJOR = re.compile(r"shadow (\d+)")
_STALE_RATIO = 0.2
_NOTABLE_WRITES_RATIO = 0.001
_VISIBLE_ENOUGH_RATIO = 0.9


def build_title(chosen: WorthwhileIndex) -> str:
    """One sentence: what, for whom, at what cost; the share saved stands beside it."""
    count = len(chosen.helped)
    before, after = mean_cost(chosen)
    return (
        f"Add an index on {chosen.definition.relation} {columns(chosen.definition)}: "
        f"{count} {'query' if count == 1 else 'queries'}, planner cost "
        f"{before:,.0f} to {after:,.0f}"
    )


def _measured_ms(chosen: WorthwhileIndex) -> float:
    return sum(h.item.counters.total_exec_time_ms for h in chosen.helped)


def mean_cost(chosen: WorthwhileIndex) -> tuple[float, float]:
    """Cost per call of the helped statements now and with the index."""
    weights = [max(1, helped.item.counters.calls) for helped in chosen.helped]
    total = sum(weights)
    pairs = list(zip(weights, chosen.helped, strict=True))
    before = sum(weight * helped.before.cost for weight, helped in pairs) / total
    after = sum(weight * helped.promised.cost for weight, helped in pairs) / total
    return before, after


def build_evidence(
    chosen: WorthwhileIndex, facts: Facts, found: Worthwhile
) -> Iterator[Evidence]:
    """Claims with quantities, the most telling first."""
    planner = f"what-if plans by {found.planner_source}"
    times = " and ".join(sorted({s for h in chosen.helped for s in h.item.sources}))
    if _measured_ms(chosen):
        yield _estimated(
            "share of the workload's execution time saved, net of writes",
            (chosen.saved_ratio, "ratio"),
            f"{planner}, weighted by {times}",
        )
        yield Evidence(
            claim="execution time of the affected queries in the window",
            quantity=Quantity(
                value=_measured_ms(chosen),
                unit="ms",
                basis=Basis.MEASURED,
                source=times,
            ),
        )
    else:
        yield _estimated(
            "share of the planner cost of these queries saved, each weighted alike",
            (chosen.saved_ratio, "ratio"),
            planner,
        )
    yield _estimated(
        "size of the index", (chosen.size_bytes, "bytes"), "statistics of the columns"
    )
    relation = _relation(chosen, facts)
    if relation is not None:
        yield _estimated("rows of the table", (relation.reltuples, "rows"), "pg_class")
        yield from _superseded(chosen, relation)
    yield from _price(chosen)
    yield Evidence(
        claim="questions to the planner for the whole choice",
        quantity=Quantity(
            value=float(found.what_if_calls),
            unit="what-if calls",
            basis=Basis.MEASURED,
            source=found.planner_source,
        ),
    )


def _price(chosen: WorthwhileIndex) -> Iterator[Evidence]:
    price = chosen.price
    if chosen.write_overhead_ratio:
        yield _estimated(
            "bytes written to it for each byte written to its table",
            (chosen.write_overhead_ratio, "ratio"),
            "sizes of the index and the table",
        )
    pairs = (
        ("share of the workload's time writers pay for it", price.exec_time_ratio),
        ("index entries writers add in the window", price.entries),
        ("HOT updates lost in the window", price.hot_updates_lost),
    )
    for (claim, value), unit in zip(pairs, ("ratio", "entries", "rows"), strict=True):
        if value or unit == "ratio":
            yield Evidence(
                claim=claim,
                quantity=Quantity(
                    value=value, unit=unit, basis=price.basis, source=price.source
                ),
            )


def _superseded(chosen: WorthwhileIndex, relation: Relation) -> Iterator[Evidence]:
    """Existing indexes that the new one makes needless."""
    for index in relation.indexes:
        plain = not (index.constraint_kind or index.definition.unique)
        if plain and leads(chosen.definition, index.definition):
            yield _estimated(
                f"it begins with all keys of {index.name}, which it makes redundant",
                (index.size_bytes, "bytes"),
                "pg_index",
            )


def _estimated(claim: str, value: tuple[float, str], source: str) -> Evidence:
    number, unit = value
    return Evidence(
        claim=claim,
        quantity=Quantity(
            value=float(number), unit=unit, basis=Basis.ESTIMATED, source=source
        ),
    )


def build_caveats(
    chosen: WorthwhileIndex, facts: Facts, found: Worthwhile
) -> Iterator[str]:
    """Prices and risks of the index, in sentences."""
    relation = _relation(chosen, facts)
    if chosen.price.exec_time_ratio >= _NOTABLE_WRITES_RATIO:
        yield (
            f"Writers pay {chosen.price.exec_time_ratio:.2%} of the workload's time "
            f"for it ({chosen.price.entries:,.0f} entries in the window)."
        )
    if chosen.price.hot_updates_lost >= 1:
        yield (
            f"{chosen.price.hot_updates_lost:,.0f} updates in the window would no "
            "longer be HOT, since the index holds a column they assign."
        )
    if "'" in chosen.definition.predicate:
        yield (
            "Only statements that write the constant in their text can count on it: a "
            "parameter in its place proves nothing to a generic plan."
        )
    yield from _plan_caveats(chosen, relation)
    if relation is not None:
        yield from _statistics_caveats(chosen, relation)
    if any(h.promised is not h.alone for h in chosen.helped):
        yield "Its full gain needs the other recommended indexes of these queries too."
    if not found.complete:
        yield "The search ended at its bound on questions; a better set may exist."
    if facts.catalog is not None:
        yield from _planner_caveats(facts.catalog, found)
        yield from creation_caveats(chosen.definition, facts.catalog)


def _plan_caveats(chosen: WorthwhileIndex, relation: Relation | None) -> Iterator[str]:
    if all(item.parameters.label == "generic" for item in _sets(chosen)):
        yield (
            "No parameter values were known, so generic plans were compared; a value "
            "that many rows have may not use the index."
        )
    fetches = max(
        (
            scattered_fetches(item.plan, chosen.definition, relation)
            for h in chosen.helped
            for item in h.promised.sets
            if relation is not None
        ),
        default=0.0,
    )
    if fetches:
        yield (
            f"A nested loop would fetch about {fetches:,.0f} rows scattered over the "
            "table; planners underprice that. Measure it on a clone before you keep it."
        )


def _sets(chosen: WorthwhileIndex) -> list[PlannedSet]:
    return [item for helped in chosen.helped for item in helped.before.sets]


def _statistics_caveats(chosen: WorthwhileIndex, relation: Relation) -> Iterator[str]:
    activity = relation.activity
    if any(key.expression for key in chosen.definition.keys):
        yield (
            "An expression has no statistics until ANALYZE runs after the build: run "
            "it at once, since PostgreSQL assumes a fixed share of rows until then."
        )
    visible = relation.relallvisible / relation.relpages if relation.relpages else 0.0
    if chosen.definition.include and visible < _VISIBLE_ENOUGH_RATIO:
        yield (
            f"Index-only scans need a current visibility map: {visible:.0%} of the "
            "pages are all-visible now. VACUUM raises it."
        )
    rows = max(relation.reltuples, 1.0)
    if activity and activity.n_mod_since_analyze > _STALE_RATIO * rows:
        yield (
            f"{activity.n_mod_since_analyze:,} rows changed since the last ANALYZE; "
            "run it first, then scan again."
        )


def _planner_caveats(catalog: Catalog, found: Worthwhile) -> Iterator[str]:
    shadow = _SHADOW_MAJOR.search(found.planner_source)
    major = catalog.server_version_num // 10_000
    if shadow and int(shadow[1]) != major:
        yield (
            f"The plans are those of PostgreSQL {shadow[1]}; the watched server is "
            f"{major} and may choose differently."
        )


def _relation(chosen: WorthwhileIndex, facts: Facts) -> Relation | None:
    if facts.catalog is None:
        return None
    return facts.catalog.by_name.get(chosen.definition.relation)
