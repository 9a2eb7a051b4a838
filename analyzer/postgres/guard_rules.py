"""The rules of the guard, each a check over the facts of a statement and a catalog."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from analyzer.postgres.guard_expansion import MAX_EXPANDED, SYSTEM_SCHEMAS
from analyzer.postgres.guard_facts import (
    BodyFact,
    CatalogFacts,
    FunctionFact,
    OperatorFact,
    RelationFact,
    TypeFact,
)
from analyzer.postgres.guard_names import (
    HARMLESS_VOLATILE,
    TRUSTED_EXTENSIONS,
    is_denied,
    is_readable_catalog,
)
from analyzer.statements.growing_columns import ARGUMENT
from analyzer.statements.growth import MAX_BUILT_BYTES, MAX_COPIES
from analyzer.statements.safety import SafetyFacts

MAX_PARTS = 4_096
"""Partitions and children that the relations of a statement may have together: each
takes a lock, of which a server has some thousands for all sessions, and memory."""
_BODY_SLACK_BYTES = 500
_REPLACED = "replaced built-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a statement may do.

    Attributes:
        changes: write or lock rows; it is planned, or run and rolled back.
        volatile: call volatile functions: planning never calls them.
        user_code: call functions that are not PostgreSQL's, if they are not volatile.
        system_relations: read system catalogs, foreign tables, row security.
        harmless: oids of functions in SQL whose texts may do no more than these rules
            allow to a statement.
        added: oids of functions that look built in and are not.
    """

    changes: bool = False
    volatile: bool = False
    user_code: bool = False
    system_relations: bool = False
    harmless: frozenset[int] = frozenset()
    added: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """A rule that a statement breaks, and by what."""

    rule: str
    what: str


def _statement(
    facts: SafetyFacts, catalog: CatalogFacts, allowance: Allowance
) -> Iterator[Objection]:
    if facts.kind in ("utility", "unparsed"):
        yield Objection(rule="statement", what=f"it is a {facts.kind} statement")
    for rule, what in (*facts.violations, *catalog.violations):
        # On a clone it is code of the database like any other.
        if rule != _REPLACED or not allowance.user_code:
            yield Objection(rule=rule, what=what)
    if facts.writes and not allowance.changes:
        yield Objection(rule="changes data", what="it writes")
    if facts.locks_rows and not allowance.changes:
        yield Objection(rule="locks rows", what="it locks rows")
    if catalog.expanded_count > MAX_EXPANDED:
        yield Objection(
            rule="too many relations",
            what=f"{catalog.expanded_count} after views and CTEs are expanded",
        )
    if catalog.part_count > MAX_PARTS:
        yield Objection(
            rule="too many relations", what=f"{catalog.part_count:,} partitions"
        )


def _memory(
    facts: SafetyFacts, catalog: CatalogFacts, _allowance: Allowance
) -> Iterator[Objection]:
    if catalog.copies > MAX_COPIES:
        what = f"{catalog.copies:,} expressions after subqueries are written out"
        yield Objection(rule="memory", what=what)
    if catalog.built_bytes > MAX_BUILT_BYTES:
        what = f"values of up to {catalog.built_bytes >> 20:,} MB for one row"
        yield Objection(rule="memory", what=what)
    if facts.growth.doubles:
        yield Objection(rule="memory", what="a recursive CTE doubles a value")


def _unknown(
    _facts: SafetyFacts, catalog: CatalogFacts, _allowance: Allowance
) -> Iterator[Objection]:
    for kind, name in catalog.unknown:
        yield Objection(rule=f"unknown {kind}", what=name)


def _functions(
    _facts: SafetyFacts, catalog: CatalogFacts, allowance: Allowance
) -> Iterator[Objection]:
    for item in (*catalog.functions, *catalog.field_functions):
        rule = _function_rule(item, allowance)
        if rule:
            yield Objection(rule=rule, what=f"{item.schema}.{item.name}")


def harmless(catalog: CatalogFacts) -> frozenset[int]:
    """Functions in SQL that read no table and call nothing that a statement may not."""
    bodies = {item.oid: item for item in catalog.bodies}
    named = (
        *catalog.functions,
        *(item.function for item in catalog.stored),
        *(item for body in catalog.bodies for item in body.catalog.functions),
    )
    pending = {item.oid: item for item in named if item.oid in bodies}
    known: frozenset[int] = frozenset()
    # One that calls another is judged once the other is; a circle never is.
    while True:
        found = {
            oid
            for oid, item in pending.items()
            if _is_harmless(item, bodies[oid], known, catalog.added)
        }
        if found <= known:
            return known
        known |= found


def _is_harmless(
    item: FunctionFact, body: BodyFact, known: frozenset[int], added: frozenset[int]
) -> bool:
    # A type of the database's own may be a domain, whose checks are called, and has
    # casts and operators that its text does not name; so has a missing argument.
    if not item.has_known_types or item.calls_by_default:
        return False
    if body.facts.kind != "select" or body.facts.relations or body.facts.growth.doubles:
        return False
    if not all(type_.is_built_in for type_ in body.catalog.types):
        return False
    # Calls within calls would multiply what one of them adds.
    most = item.argument_count * ARGUMENT.size_bytes + _BODY_SLACK_BYTES
    if body.facts.growth.output_bytes > most:
        return False
    allowance = Allowance(harmless=known, added=added)
    return not any(
        True for check in CHECKS for _ in check(body.facts, body.catalog, allowance)
    )


def _function_rule(item: FunctionFact, allowance: Allowance) -> str:
    """The rule that a call of this function breaks, empty if none."""
    if item.oid in allowance.harmless:
        return ""
    is_own = _is_built_in(item) and item.oid not in allowance.added
    if is_own or _is_trusted(item):
        if item.is_internal or is_denied(item.name):
            return "denied function"
        if item.volatility == "v" and item.name not in HARMLESS_VOLATILE:
            return "" if allowance.volatile else "volatile function"
        return ""
    return _user_code(item, allowance, "user function")


def _user_code(item: FunctionFact, allowance: Allowance, rule: str) -> str:
    if item.volatility == "v":
        # Planning does not call a volatile function, but it may inline one in SQL,
        # and then evaluates what is constant in it.
        return "" if allowance.volatile and item.language != "sql" else rule
    if allowance.user_code and not item.is_security_definer:
        return ""
    return rule


def _is_trusted(item: FunctionFact) -> bool:
    # Functions in plpgsql may run any SQL, also those of a trusted extension; and the
    # owner of an extension may add functions of his own to it.
    return (
        item.extension in TRUSTED_EXTENSIONS
        # An aggregate counts as internal; only a superuser makes another such function.
        and item.language in ("internal", "c", "sql")
        and _is_read(item)
        and item.is_superusers
        and not item.is_security_definer
        and not item.calls_by_default
        and all(name and not is_denied(name) for name in item.stands_for)
    )


def _is_read(item: FunctionFact) -> bool:
    # What the names in a text in SQL mean is judged beside it, unless a setting of the
    # function says where they are looked for.
    return item.language != "sql" or item.body is not None


def _is_built_in(item: FunctionFact) -> bool:
    # A superuser may put functions into pg_catalog, and replace those that are there.
    return (
        item.is_built_in
        and item.schema == "pg_catalog"
        and not item.extension
        and item.language in ("internal", "c", "sql")
        and _is_read(item)
        and not item.is_security_definer
    )


def _operators(
    _facts: SafetyFacts, catalog: CatalogFacts, allowance: Allowance
) -> Iterator[Objection]:
    reached = {type_.oid for type_ in catalog.types}
    for item in catalog.operators:
        function = item.function
        if _is_out_of_reach(item, reached):
            continue
        is_own = item.is_built_in and function.oid not in allowance.added
        if is_own and function.volatility != "v":
            continue
        if _is_trusted(function) and function.volatility != "v":
            denied = is_denied(item.asked_name) or is_denied(function.name)
            rule = "denied operator" if denied else ""
        else:
            rule = _user_code(function, allowance, "user operator")
        if rule:
            yield Objection(rule=rule, what=f"{item.schema}.{item.asked_name}")


def _is_out_of_reach(item: OperatorFact, reached: set[int]) -> bool:
    """Whether a comparison of the database's own is of types not in the statement.

    Every statement may compare, so one such operator would refuse all. Two literals are
    compared as text, which is preferred (func_select_candidate() in parse_func.c); but
    beside a value a literal is read as the operator of that value's type says, so
    neither operand may have a type that is reached, built in or not.
    """
    return (
        (item.asked_schema, item.asked_name) in _COMPARISONS
        and not item.is_operand_anywhere
        and reached.isdisjoint(item.operand_oids)
    )


_COMPARISONS = frozenset(("", name) for name in ("=", "<>", "<", "<=", ">", ">="))


def _casts(
    _facts: SafetyFacts, catalog: CatalogFacts, allowance: Allowance
) -> Iterator[Objection]:
    for item in catalog.casts:
        function = item.function
        if _is_trusted(function):
            continue
        rule = _user_code(function, allowance, "user cast")
        if rule:
            yield Objection(rule=rule, what=f"{item.source} to {item.target}")


def _json(
    _facts: SafetyFacts, catalog: CatalogFacts, allowance: Allowance
) -> Iterator[Objection]:
    bodies = (name for body in catalog.bodies for name in body.catalog.json_makers)
    makers = sorted({*catalog.json_makers, *bodies})
    if makers and not allowance.user_code:
        for item in catalog.json_casts:
            if not _is_trusted(item.function):
                what = f"{makers[0]} by {item.function.name}"
                yield Objection(rule="user cast to json", what=what)


def _paths(
    _facts: SafetyFacts, catalog: CatalogFacts, _allowance: Allowance
) -> Iterator[Objection]:
    """A JSON path in a column is one that nobody has read."""
    columns = (item for item in catalog.types if not item.asked_name)
    if any(item.name == "jsonpath" for item in columns):
        called = (item.name for item in catalog.functions)
        used = {name for name in called if name.startswith("jsonb_path_")}
        used |= {item.asked_name for item in catalog.operators} & _PATH_OPERATORS
        for name in sorted(used):
            yield Objection(rule="memory", what=f"{name} beside a column of JSON paths")


_PATH_OPERATORS = frozenset({"@?", "@@"})


def _types(
    facts: SafetyFacts, catalog: CatalogFacts, allowance: Allowance
) -> Iterator[Objection]:
    if allowance.user_code:
        return
    cast_to = set(facts.types)
    for item in catalog.types:
        asked = (item.asked_schema, item.asked_name)
        is_column = asked == ("", "")
        is_call = not is_column and asked not in cast_to
        if _is_unsafe_type(item, is_column=is_column, is_call=is_call):
            yield Objection(rule="user type", what=f"{item.schema}.{item.name}")


def _is_unsafe_type(item: TypeFact, *, is_column: bool, is_call: bool) -> bool:
    if item.name == "jsonpath" and item.is_part and not is_column:
        return True  # a path that was not read: see statements.json_paths
    if item.kind == "c" and not item.is_part:
        # A call named like a table is a call; its functions are judged as such.
        return not (is_column or is_call)
    if item.kind in ("e", "d", "c") or item.is_made_of_parts:
        return False
    if item.extension in TRUSTED_EXTENSIONS:
        return False
    if not item.is_built_in:
        return True
    return item.name in ("cstring", "internal")


def _relations(
    facts: SafetyFacts, catalog: CatalogFacts, allowance: Allowance
) -> Iterator[Objection]:
    for item in catalog.relations:
        rule = "" if allowance.system_relations else _relation_rule(item)
        if not rule and facts.writes and not allowance.user_code:
            rule = _written_rule(item)
        if rule:
            yield Objection(rule=rule, what=f"{item.schema}.{item.asked_name}")


def _relation_rule(item: RelationFact) -> str:
    if item.schema in SYSTEM_SCHEMAS:
        is_known = is_readable_catalog(item.schema, item.asked_name, item.oid)
        return "" if is_known else "system catalog"
    if item.is_foreign or item.kind == "f":
        return "foreign table"
    if item.has_row_security:
        return "row security"
    if item.kind not in ("r", "p", "m", "v"):
        return "not a table or view"
    if item.access_method not in ("", "heap") or item.has_other_storage:
        return "table access method"
    if item.operator_class:
        return "user operator class"
    return ""


def _written_rule(item: RelationFact) -> str:
    return "rewrite rule" if item.has_rules else ""


def _stored(
    _facts: SafetyFacts, catalog: CatalogFacts, allowance: Allowance
) -> Iterator[Objection]:
    for item in catalog.stored:
        rule = _function_rule(item.function, allowance)
        if rule:
            function = f"{item.function.schema}.{item.function.name}"
            what = f"{item.held_by} by {function}"
            yield Objection(rule=_STORED_RULES.get(item.holder, rule), what=what)
        elif item.holder == "domain" and item.function.volatility == "v":
            yield Objection(rule="volatile check", what=item.held_by)


_STORED_RULES = {
    # Planning calls what is constant in the expressions of a table.
    "table": "stored expression",
    "default": "default calls user function",
}


_Check = Callable[[SafetyFacts, CatalogFacts, Allowance], Iterator[Objection]]
CHECKS: tuple[_Check, ...] = (
    _statement,
    _memory,
    _unknown,
    _functions,
    _stored,
    _operators,
    _casts,
    _json,
    _paths,
    _types,
    _relations,
)
