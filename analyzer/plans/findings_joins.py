"""Findings on joins that read a whole table for few rows, or make far too many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analyzer.domain.explanation import Finding
from analyzer.plans.conditions import (
    Condition,
    ConditionKind,
    columns,
    conditions,
    functions,
)
from analyzer.plans.findings_loops import OR_REMEDY
from analyzer.plans.findings_view import (
    PlanView,
    finding,
    measured,
    over_loops,
    own_pages,
    place,
    rows_of,
    title,
)
from analyzer.plans.measure import NodeMeasure
from analyzer.plans.node_facts import number
from analyzer.plans.titles import one_line

MIN_JOIN_RATIO = 0.3
MIN_READ_ROWS = 10_000
MIN_PAGES_PER_LOOKUP = 10.0
"""An index reads some pages for each row it is asked for, at random."""
MIN_PAIRS = 100_000
MIN_PAIRS_PER_ROW = 10.0
MIN_TIMES = 5.0
MIN_ROUNDS = 3
MIN_GROUPS = 1_000
MIN_GROUPS_PER_ROW = 100.0
MIN_GROUPS_RATIO = 0.5

HASHED = frozenset({"Hash Join", "Merge Join"})
_PAIRING = HASHED | {"Nested Loop"}
_WHOLE = frozenset({"Seq Scan", "Index Scan", "Index Only Scan"})
_PASSING = frozenset({"Hash", "Sort", "Materialize", "Gather", "Gather Merge"})
_EXTREMES = frozenset({"max", "min"})
_DISTINCT = frozenset({"Aggregate", "Unique", "Group"})
_CONDITIONS = ("Hash Cond", "Merge Cond", "Join Filter")


def unindexed_joins(view: PlanView) -> Iterator[Finding]:
    """Tables read whole to be joined with few rows, which an index would look up.

    The few rows must have been expected: a planner that sees an index and expects few
    rows looks them up, so that there is none.
    """
    for join in view.ran():
        sides = [source(view, side) for side in view.inputs(join)]
        if join.node.node_type not in HASHED or len(sides) != 2:
            continue
        for scan, other in (sides, sides[::-1]):
            ratio = view.own_ratio(scan) + view.own_ratio(join)
            if not _is_whole(scan) or ratio < MIN_JOIN_RATIO:
                continue
            if _are_few(view, join, scan, other):
                yield _unindexed(view, join, scan, ratio)


def source(view: PlanView, side: NodeMeasure) -> NodeMeasure:
    """What a side of a join reads, below what only sorts, hashes or keeps it."""
    while side.node.node_type in _PASSING and view.inputs(side):
        side = view.inputs(side)[0]
    return side


def _is_whole(scan: NodeMeasure) -> bool:
    node = scan.node
    removed = over_loops(node, node.rows_removed_by_filter)
    is_kept = removed <= rows_of(scan) and not node.index_cond
    return node.node_type in _WHOLE and is_kept and rows_of(scan) >= MIN_READ_ROWS


def _are_few(
    view: PlanView, join: NodeMeasure, scan: NodeMeasure, other: NodeMeasure
) -> bool:
    """Whether few rows were expected and came, and few were found for them."""
    most = own_pages(scan) / MIN_PAGES_PER_LOOKUP or rows_of(scan) / 1e3
    asked = max(rows_of(other) / view.processes(join), other.node.plan_rows)
    kept = rows_of(join) / max(join.node.loops or 1.0, 1.0) * view.processes(join)
    is_outer_kept = join.node.join_type in ("Full", "Anti", "Right Anti")
    return asked <= most and kept <= most and not is_outer_kept


def _unindexed(
    view: PlanView, join: NodeMeasure, scan: NodeMeasure, ratio: float
) -> Finding:
    text = next(
        (
            str(join.node.details[name])
            for name in _CONDITIONS
            if name in join.node.details
        ),
        "",
    )
    side = _own_side(scan, conditions(text))
    rule, why = "rows_removed", "no index is used for the join"
    remedy = "An index on the columns of the join finds these rows."
    if side is not None and side.kind is ConditionKind.CAST:
        rule, why = "type_mismatch", f"{one_line(side.expression)} is cast to be joined"
        remedy = "Join columns of one type: then an index finds the rows."
    elif side is not None and side.column:
        index = f"CREATE INDEX ON {place(scan)} ({one_line(side.column)})."
        remedy = f"An index on the column of the join finds these rows: {index}"
        if "::" in side.expression:
            # A varchar is read as text by its own index; a number is not.
            why = f"{why}, which compares {one_line(side.expression)}"
            remedy = (
                f"Unless {one_line(side.column)} is a text itself, no index on it "
                f"serves that: join columns of one type. Else: {index}"
            )
    claim = (
        f"{title(scan)} reads {rows_of(scan):,.0f} rows, of which the join keeps "
        f"{rows_of(join):,.0f}: {why}"
    )
    quantity = measured(rows_of(scan) - rows_of(join), "rows removed")
    return replace(finding(scan, rule, claim, quantity, ratio), remedy=remedy)


def _own_side(scan: NodeMeasure, parts: tuple[Condition, ...]) -> Condition | None:
    """What of a join's condition is the scan's; the first part decides."""
    if not parts:
        return None
    part = parts[0]
    owner = f"{scan.node.alias or scan.node.relation}."
    if part.kind is ConditionKind.CAST:
        return part if part.expression.lstrip("(").startswith(owner) else None
    for side in part.sides:
        name = side.strip("() ")
        if name.startswith(owner) and len(columns(name)) == 1:
            return replace(part, column=columns(name)[0], expression=side)
    return None


def late_join_filters(view: PlanView) -> Iterator[Finding]:
    """Hash and merge joins that make many pairs, nearly all of which are dropped."""
    for join in view.ran():
        node = join.node
        removed = over_loops(node, number(node.details, "Rows Removed by Join Filter"))
        ratio = view.own_ratio(join)
        if node.node_type not in HASHED or ratio < MIN_JOIN_RATIO:
            continue
        if removed < max(MIN_PAIRS, MIN_PAIRS_PER_ROW * rows_of(join)):
            continue
        claim = (
            f"{title(join)} makes {removed + rows_of(join):,.0f} pairs and keeps "
            f"{rows_of(join):,.0f}: what is compared with = is alike in many rows, and "
            "the rest of the condition is a filter on the pairs"
        )
        remedy = (
            "A condition with = that tells the rows apart, or one that leaves rows out "
            "before the join."
        )
        if " OR " in str(node.details.get("Join Filter", "")):
            remedy = OR_REMEDY
        quantity = measured(removed, "pairs removed")
        found = finding(join, "filter_late", claim, quantity, ratio)
        yield replace(found, remedy=remedy)


def unwanted_groups(view: PlanView) -> Iterator[Finding]:
    """Subqueries that group or sort all rows, of which a join wants a few."""
    for join in view.ran():
        sides = view.inputs(join)
        if join.node.node_type not in _PAIRING or len(sides) != 2:
            continue
        for side in sides:
            made = _computed(view, side)
            if made is None:
                continue
            rows, ratio = rows_of(made), view.total_ratio(side)
            if (
                ratio < MIN_GROUPS_RATIO
                or rows < MIN_GROUPS
                or rows_of(join) * MIN_GROUPS_PER_ROW > rows
            ):
                continue
            claim = (
                f"{title(made)} makes {rows:,.0f} rows, of which {title(join)} wants "
                f"{rows_of(join):,.0f}: the subquery is computed for all, and joined "
                "then"
            )
            remedy = (
                "Say the condition of the other side inside of the subquery as well, "
                "or make it LATERAL, so that only the wanted ones are computed."
            )
            found = finding(made, "filter_late", claim, measured(rows, "rows"), ratio)
            yield replace(found, remedy=remedy)


def groups_left_out(view: PlanView) -> Iterator[Finding]:
    """HAVING on min() or max() that leaves out most groups after all were made."""
    for item in view.ran():
        node = item.node
        if node.node_type != "Aggregate":
            continue
        names = functions(node.filter)
        if not names or not _EXTREMES.issuperset(names):
            continue
        removed = over_loops(node, node.rows_removed_by_filter)
        ratio = view.total_ratio(item)
        if removed < max(MIN_GROUPS, MIN_PAIRS_PER_ROW * rows_of(item)):
            continue
        if ratio < MIN_GROUPS_RATIO:
            continue
        claim = (
            f"{title(item)} makes {removed + rows_of(item):,.0f} groups and HAVING "
            f"keeps {rows_of(item):,.0f}: {one_line(node.filter)} is asked of groups, "
            "not of rows"
        )
        remedy = (
            "Ask it of the rows in WHERE, before they are joined and grouped, where it "
            "says the same: of a column alike in its group, of max() above or min() "
            "below a bound (WHERE EXISTS, where other rows of the groups count too)."
        )
        found = finding(item, "filter_late", claim, measured(removed, "groups"), ratio)
        yield replace(found, remedy=remedy)


def _computed(view: PlanView, side: NodeMeasure) -> NodeMeasure | None:
    """The aggregate that a side of a join consists of."""
    made = source(view, side)
    while made.node.node_type == "Subquery Scan" and view.inputs(made):
        made = source(view, view.inputs(made)[0])
    keys = made.node.details.get("Group Key")
    is_once = (made.node.loops or 0.0) <= view.processes(made)
    is_grouped = bool(keys) or made.node.node_type in ("Unique", "WindowAgg")
    return made if is_grouped and is_once else None


def repeating_recursions(view: PlanView) -> Iterator[Finding]:
    """Recursions that find the same rows again and again, for DISTINCT to leave out."""
    for item in view.ran():
        name = item.node.subplan_name.removeprefix("CTE ")
        made, ratio = rows_of(item), view.total_ratio(item)
        if item.node.node_type != "Recursive Union" or made < MIN_PAIRS:
            continue
        reads = [i for i in view.ran() if i.node.details.get("CTE Name") == name]
        above = next((view.parent(i) for i in reads if rows_of(i) >= made), None)
        scan = next((i for i in reads if rows_of(i) >= made), None)
        if above is None or scan is None or ratio < MIN_JOIN_RATIO:
            continue
        is_distinct = above.node.plan_width_bytes == scan.node.plan_width_bytes
        if not is_distinct or above.node.node_type not in _DISTINCT:
            continue
        if rows_of(above) * MIN_PAIRS_PER_ROW > made:
            continue
        claim = (
            f"{title(item)} makes {made:,.0f} rows, of which {rows_of(above):,.0f} "
            "differ: it comes to the same ones by many ways"
        )
        remedy = (
            "UNION in place of UNION ALL leaves out what an earlier round found, "
            "if no column counts the steps; or stop with CYCLE."
        )
        found = finding(item, "recursion_repeats", claim, measured(made, "rows"), ratio)
        yield replace(found, remedy=remedy)


def recursive_scans(view: PlanView) -> Iterator[Finding]:
    """Tables that are read whole in each round of a recursion."""
    for scan in view.ran():
        rounds = (scan.node.loops or 0.0) / view.processes(scan)
        if scan.node.node_type != "Seq Scan" or rounds < MIN_ROUNDS:
            continue
        above = [item for item, _ in view.ancestors(scan)]
        recursion = [i for i in above if i.node.node_type == "Recursive Union"]
        joins = [i for i in above if i.node.node_type in HASHED]
        read = rows_of(scan) + over_loops(scan.node, scan.node.rows_removed_by_filter)
        if not recursion or not joins or read < MIN_READ_ROWS:
            continue
        ratio = view.own_ratio(scan) + view.own_ratio(joins[0])
        ratio += sum(view.own_ratio(i) for i in above if i.node.node_type == "Hash")
        if ratio < MIN_JOIN_RATIO or rows_of(joins[0]) * MIN_TIMES > read:
            continue
        claim = (
            f"{title(scan)} is read whole {rounds:,.0f} times, once in each round of "
            "the recursion"
        )
        cond = conditions(str(joins[0].node.details.get("Hash Cond", "")))
        side = _own_side(scan, cond)
        remedy = "An index on the column by which it goes on finds the next rows"
        if side is not None and side.column:
            remedy += f": CREATE INDEX ON {place(scan)} ({one_line(side.column)})"
        found = finding(scan, "repeated_scan", claim, measured(rounds, "scans"), ratio)
        yield replace(found, remedy=f"{remedy}.")
