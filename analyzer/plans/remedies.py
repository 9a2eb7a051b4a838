"""What to do about a condition or a wrong estimate, as SQL where a plan tells it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from analyzer.domain.plan import PlanNode
from analyzer.plans.conditions import (
    MAX_COLUMNS,
    Condition,
    ConditionKind,
    columns,
    conditions,
    constant_calls,
    disjuncts,
    functions,
    qualified,
    searchable_columns,
)
from analyzer.plans.findings_view import PlanView, place
from analyzer.plans.measure import NodeMeasure
from analyzer.plans.titles import one_line

_FUNCTIONS = frozenset({"Function Scan", "ProjectSet", "Table Function Scan"})
_JOINS = frozenset({"Nested Loop", "Hash Join", "Merge Join"})
_GIST_TYPES = re.compile(
    r"::\"?(?:box|circle|polygon|point|lseg|path|inet|cidr|ltree|cube|geometry|geography"
    r"|\w{1,60}range)\b"
)
"""Types of which a GiST index finds what lies within, or overlaps."""
_IS_SAME = re.compile(r"\(NOT \([^()]{1,300} IS DISTINCT FROM ")
_RETURNED = re.compile(r"\(?(?:InitPlan \d+\)\.col\d+|\$\d+)")
_WITH_CONFIGURATION = re.compile(r"to_tsvector\('[^']{1,200}'::regconfig, ")
_MAX_CONDITION_CHARS = 200
GUESSED_EQUAL = 0.005
GUESSED_RANGE = 1 / 3
"""DEFAULT_NUM_DISTINCT and DEFAULT_INEQ_SEL in selfuncs.h."""
_GUESS_TIMES = 2.0
_EXPRESSIONS = (ConditionKind.EXPRESSION, ConditionKind.CAST)


def search_conditions(node: PlanNode) -> tuple[str, ...]:
    """What a scan searches by: its own condition, or those of its bitmaps."""
    own = [node.index_cond, str(node.details.get("Recheck Cond", ""))]
    if not own[0]:
        below = (item.index_cond for item in node.walk())
        own = [text for text in below if text] or own
    return tuple(dict.fromkeys(text for text in own if text))


def index_for(item: NodeMeasure) -> str:
    """An index that finds the rows that the node's filter keeps."""
    node = item.node
    if _IS_SAME.search(node.filter):
        return (
            "No index serves IS NOT DISTINCT FROM: write =, or IS NULL where a null is "
            f"meant, and an index on {place(item)} with this column finds the rows."
        )
    parts = conditions(node.filter)
    found = [part for text in search_conditions(node) for part in conditions(text)]
    keys = searchable_columns((*found, *parts))
    called = constant_calls(node.filter)
    if called:
        name = one_line(called[0])
        return (
            f"Compare with (SELECT {name}(…)), which is called once, or declare {name} "
            f"STABLE, if it is: then an index on {place(item)} can be searched "
            f"({one_line(', '.join(keys))})."
        )
    special = _special(parts, place(item), node.filter)
    if special and not searchable_columns(parts):
        return special
    if parts and all(part.kind is ConditionKind.NEGATED for part in parts):
        return partial_index_for(item)
    if not keys and (each := disjuncts(node.filter)):
        return _for_each(each, place(item))
    if not keys:
        return f"An index on {place(item)} with the columns of the filter may help."
    names = one_line(", ".join(keys))
    return (
        f"An index on {place(item)} with the columns of the filter finds only these: "
        f"CREATE INDEX ON {place(item)} ({names})."
    )


def _for_each(parts: Sequence[Condition], table: str) -> str:
    """Indexes for the parts of an OR, whose bitmaps are put together."""
    names = [searchable_columns([part]) for part in parts]
    if not all(names):
        return (
            f"An index on {table} for each part of the OR lets bitmaps be put together "
            "(BitmapOr); or a UNION of a query for each part."
        )
    made = "; ".join(
        f"CREATE INDEX ON {table} ({one_line(', '.join(keys))})"
        for keys in dict.fromkeys(names)
    )
    return f"An index for each part of the OR lets bitmaps be put together: {made}."


def partial_index_for(item: NodeMeasure) -> str:
    """An index of only the rows that a filter keeps, since no key finds them."""
    text, table = item.node.filter, place(item)
    keys = [part.column for part in conditions(text) if part.column]
    named = columns(text)
    remedy = "A partial index with this condition holds these rows only"
    # What a function or a long list tells may not stand in an index's condition.
    if not named or functions(text) or "$" in text or len(text) > _MAX_CONDITION_CHARS:
        return f"{remedy}."
    key = one_line((keys or [*named])[0])
    return f"{remedy}: CREATE INDEX ON {table} ({key}) WHERE {one_line(text)}."


def _special(parts: Sequence[Condition], table: str, text: str) -> str:
    kinds = {part.kind: one_line(part.column or part.expression) for part in parts}
    if ConditionKind.PREFIX in kinds:
        name = kinds[ConditionKind.PREFIX]
        return (
            f"An index on {table} ({name} text_pattern_ops) finds what begins so; a "
            "plain one does only in the collation C."
        )
    if ConditionKind.PATTERN in kinds:
        name = kinds[ConditionKind.PATTERN]
        return (
            f"A trigram index finds patterns inside a text: CREATE INDEX ON {table} "
            f"USING gin ({name} gin_trgm_ops), with the extension pg_trgm."
        )
    if ConditionKind.CONTAINS in kinds:
        name = kinds[ConditionKind.CONTAINS]
        if _GIST_TYPES.search(text):
            create = f"CREATE INDEX ON {table} USING gist ({name})"
            return f"A GiST index serves this operator: {create}."
        create = f"CREATE INDEX ON {table} USING gin ({name})"
        return f"A GIN index serves this operator: {create}."
    return ""


def text_search_index(item: NodeMeasure) -> str:
    """The index of words for a document that is made of the columns for each row."""
    for part in conditions(item.node.filter):
        text = one_line(part.expression)
        is_searched = part.kind is ConditionKind.CONTAINS
        if not is_searched or "to_tsvector" not in functions(text) or not columns(text):
            continue
        if not _WITH_CONFIGURATION.search(text):
            return (
                "Name the configuration (to_tsvector('simple', …)), without which it "
                "depends on a setting and is in no index: then a GIN index on "
                f"{place(item)} with this expression holds the words of each row, or "
                "one on a generated column."
            )
        return (
            "A GIN index on the expression holds the words of each row: CREATE INDEX "
            f"ON {place(item)} USING gin ({text}). Or keep them in a generated column, "
            "which is read where no index is, and index that."
        )
    return ""


def not_searchable(node: PlanNode, text: str) -> Condition | None:
    """The condition on an expression, if no part of a text is on a bare column."""
    parts = conditions(text)
    if not parts or any(part.kind not in _EXPRESSIONS for part in parts):
        return None
    return next(
        (part for part in parts if part.kind is ConditionKind.CAST),
        parts[0] if columns(parts[0].expression) else None,
    )


def statistics_for(view: PlanView, item: NodeMeasure) -> tuple[str, str]:
    """Why an estimate is likely to be wrong, and the SQL that would mend it."""
    node = item.node
    keys = node.details.get("Group Key")
    if keys:
        texts = [str(key) for key in keys] if isinstance(keys, list | tuple) else None
        return _of_groups(view, item, texts or str(keys).split(", "))
    if node.node_type in _FUNCTIONS:
        return "how many rows a function returns is only guessed", (
            "ROWS of the function says how many to expect; or put its rows into a "
            "temporary table, and ANALYZE that, before they are joined."
        )
    if not node.relation:
        return (
            "values are not as evenly frequent as is taken for granted, or conditions "
            "of its inputs depend on one another"
            if node.node_type in _JOINS
            else "",
            "Its condition is on columns of several tables, which have no statistics.",
        )
    parts = [
        part
        for text in (node.filter, *search_conditions(node))
        for part in conditions(text)
    ]
    looked_up = _looked_up(item, parts)
    if looked_up:
        return looked_up
    names = [name for part in parts for name in columns(part.column or part.expression)]
    names = list(dict.fromkeys(names))[:MAX_COLUMNS]
    table = place(item)
    computed = [part for part in parts if part.kind in _EXPRESSIONS]
    if computed and (len(names) < 2 or _is_by_guess(item, parts)):
        guessed = [part for part in computed if part.is_equality] or computed
        texts = [f"({one_line(part.expression)})" for part in guessed[:MAX_COLUMNS]]
        what = "the expressions" if len(set(texts)) > 1 else "the expression"
        return "an expression has no statistics of its own", (
            f"Extended statistics on {what}: "
            + _create(tuple(dict.fromkeys(texts)), table)
        )
    if len(names) > 1:
        return "columns depend on one another", (
            "Extended statistics on its columns: " + _create(names, table)
        )
    return "statistics are stale or too coarse", (
        f"ANALYZE {table}; if that does not help, raise the statistics target"
        + (f" of {one_line(names[0])}." if names else ".")
    )


def guessed_share(parts: Sequence[Condition]) -> float:
    """The share of rows that is guessed for expressions that have no statistics."""
    share = 1.0
    for part in parts:
        share *= GUESSED_EQUAL if part.is_equality else GUESSED_RANGE
    return share


def _is_by_guess(item: NodeMeasure, parts: Sequence[Condition]) -> bool:
    """Whether a guess for expressions alone explains that more rows came.

    Without it the estimate, which the other conditions have made, comes to as many.
    """
    guessed = [part for part in parts if part.kind in _EXPRESSIONS and part.sides]
    if not guessed or not item.underestimated:
        return False
    without = item.node.plan_rows / guessed_share(guessed)
    actual = item.node.actual_rows or 0.0
    return actual <= without * _GUESS_TIMES and item.node.plan_rows * 2 <= actual


def _looked_up(item: NodeMeasure, parts: Sequence[Condition]) -> tuple[str, str] | None:
    """Of a search by a value that comes from elsewhere in the plan while it runs."""
    node = item.node
    own = {node.alias, node.relation}
    for part in parts:
        if not part.is_equality or not part.column or len(part.sides) != 2:
            continue
        value = next((s for s in part.sides if columns(s) != (part.column,)), "")
        owners = {name.rpartition(".")[0].strip('"') for name in qualified(value)}
        if not (owners - own - {""}) and not _RETURNED.search(value):
            continue
        column, table = one_line(part.column), place(item)
        what = "a subquery" if _RETURNED.search(value) else one_line(value)
        return (
            f"the value of {column} comes from {what} while it runs, and some values "
            "are far more frequent than the average that was expected",
            f"Look the value of {what} up first and give it as a constant, so that its "
            f"own frequency in {table} is known; ANALYZE {table} if that changed.",
        )
    return None


def _of_groups(
    view: PlanView, item: NodeMeasure, keys: Sequence[str]
) -> tuple[str, str]:
    why = "how many groups there are is not in the statistics"
    tables = {
        place(other)
        for other in view.items
        if other.node.relation and other.path[: len(item.path)] == item.path
    }
    plain = all(
        len(columns(key)) == 1 and key.endswith(columns(key)[0]) for key in keys
    )
    named = [columns(key)[0] if plain else f"({key})" for key in keys]
    of = next(iter(tables)) if len(tables) == 1 else "its table"
    return why, ("Extended statistics on what it groups by: " + _create(named, of))


def _create(keys: Sequence[str], table: str) -> str:
    # Before PostgreSQL 16 the object needs a name.
    words = re.findall(r"[a-z0-9_]+", " ".join(keys).lower())
    name = "_".join(("stats", *words))[:60]
    return one_line(
        f"CREATE STATISTICS {name} ON {', '.join(keys)} FROM {table}; ANALYZE {table}."
    )
