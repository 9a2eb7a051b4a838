"""The guard as the table it is: facts, place and action to a verdict."""

# ruff: noqa: E501 - one case a line reads best
from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from analyzer.errors import NotAllowedHere, UnknownRelation, UnsafeStatement
from analyzer.postgres.guard import ALLOWED, Action, Place, enforce, objections
from analyzer.postgres.guard_facts import (
    BodyFact,
    CastFact,
    CatalogFacts,
    FunctionFact,
    OperatorFact,
    RelationFact,
    StoredFact,
    TypeFact,
)
from analyzer.postgres.guard_rules import MAX_PARTS, Allowance
from analyzer.statements.growth import MAX_BUILT_BYTES, MAX_COPIES, NO_GROWTH
from analyzer.statements.safety import SafetyFacts

SELECT = SafetyFacts(text="SELECT 1", kind="select")
EMPTY = CatalogFacts()
LOWER = FunctionFact(
    oid=1,
    argument_count=1,
    name="lower",
    schema="pg_catalog",
    volatility="i",
    returns_set=False,
    language="internal",
    is_security_definer=False,
    extension="",
    is_built_in=True,
    is_superusers=True,
    is_internal=False,
    takes_row=False,
    has_known_types=True,
    calls_by_default=False,
    body=None,
    stands_for=[],
)
EQUAL = OperatorFact(
    asked_schema="",
    asked_name="=",
    schema="pg_catalog",
    is_built_in=True,
    operand_oids=[],
    is_operand_anywhere=True,
    function=replace(LOWER, name="texteq"),
)
TABLE = RelationFact(
    asked_schema="",
    asked_name="t",
    oid=1,
    schema="public",
    kind="r",
    has_row_security=False,
    access_method="heap",
    is_owner=False,
    view_query=None,
    is_foreign=False,
    has_other_storage=False,
    operator_class=None,
    part_count=1,
    computed_query=None,
    type_oids=[23],
    row_type_oid=0,
    has_rules=False,
)
TEXT = TypeFact(
    asked_schema="",
    asked_name="text",
    oid=25,
    schema="pg_catalog",
    name="text",
    kind="b",
    is_made_of_parts=False,
    is_part=False,
    is_built_in=True,
    extension="",
    check_query=None,
)

CAST = replace(SELECT, types=(("", "text"),))
OWN: dict[str, Any] = {"schema": "public", "is_built_in": False}
BUILT_IN: dict[str, Any] = {
    **{"schema": "pg_catalog", "is_built_in": True, "language": "internal"},
}
TRUSTED: dict[str, Any] = {
    **{"schema": "x", "is_built_in": False, "extension": "pg_trgm", "language": "c"},
    "is_superusers": True,
}
OWN_CAST = CastFact(
    source_oids=[23],
    target_oid=25,
    is_source_anywhere=True,
    is_target_built_in=True,
    context="i",
    source="integer",
    target="text",
    function=replace(LOWER, **OWN, language="sql", body="SELECT 'x'"),
)


COMPARISON = CatalogFacts(
    operators=(
        replace(
            EQUAL,
            is_built_in=False,
            is_operand_anywhere=False,
            operand_oids=[99],
            function=replace(LOWER, **OWN, language="sql"),
        ),
    )
)
EVERYWHERE = frozenset(key for key, allowance in ALLOWED.items() if allowance)
PLANS = frozenset(key for key in EVERYWHERE if key[1] is Action.PLAN)
USER_CODE = frozenset(k for k in EVERYWHERE if (a := ALLOWED[k]) and a.user_code)
CHANGES = frozenset(k for k in EVERYWHERE if (a := ALLOWED[k]) and a.changes)
NOWHERE: frozenset[tuple[Place, Action]] = frozenset()


def function(**changes: object) -> CatalogFacts:
    return CatalogFacts(functions=(replace(LOWER, **changes),))  # type: ignore[arg-type]


def operator(**changes: object) -> CatalogFacts:
    """An operator of the database's own unless its function is built in."""
    name = str(changes.pop("asked_name", "="))
    behind = replace(EQUAL.function, **changes)  # type: ignore[arg-type]
    item = replace(EQUAL, asked_name=name, function=behind, is_built_in=not changes)
    return CatalogFacts(operators=(item,))


def relation(**changes: object) -> CatalogFacts:
    return CatalogFacts(relations=(replace(TABLE, **changes),))  # type: ignore[arg-type]


def cast(**changes: object) -> CatalogFacts:
    return CatalogFacts(types=(replace(TEXT, **changes),))  # type: ignore[arg-type]


def stored(holder: str, **changes: object) -> CatalogFacts:
    """A function of the database that is kept in an expression."""
    item = replace(LOWER, **{**OWN, "language": "plpgsql", **changes})  # type: ignore[arg-type]
    return CatalogFacts(stored=(StoredFact(holder=holder, held_by="t", function=item),))


def wrapper(
    facts: SafetyFacts = SELECT, catalog: CatalogFacts = EMPTY, **changes: Any
) -> CatalogFacts:
    """A call of an SQL function of the database, with what its text means."""
    called = replace(LOWER, **OWN, oid=9, language="sql", body="SELECT lower($1)")
    called = replace(called, **changes)
    body = BodyFact(oid=9, facts=facts, catalog=catalog)
    return CatalogFacts(functions=(called,), bodies=(body,))


CASES = [
    ("nothing special", SELECT, EMPTY, EVERYWHERE),
    ("utility", replace(SELECT, kind="utility"), EMPTY, NOWHERE),
    ("unparsed", replace(SELECT, kind="unparsed"), EMPTY, NOWHERE),
    ("violation", replace(SELECT, violations=(("node", "X"),)), EMPTY, NOWHERE),
    ("violation in a view", SELECT, CatalogFacts(violations=(("a", "b"),)), NOWHERE),
    ("writes", replace(SELECT, kind="update", writes=True), EMPTY, CHANGES),
    ("locks rows", replace(SELECT, locks_rows=True), EMPTY, CHANGES),
    ("64 relations", SELECT, CatalogFacts(expanded_count=64), EVERYWHERE),
    ("65 relations", SELECT, CatalogFacts(expanded_count=65), NOWHERE),
    ("unknown name", SELECT, CatalogFacts(unknown=(("function", "f"),)), NOWHERE),
    ("built-in", SELECT, function(), EVERYWHERE),
    ("volatile built-in", SELECT, function(name="nextval", volatility="v"), PLANS),
    ("random", SELECT, function(name="random", volatility="v"), EVERYWHERE),
    ("denied", SELECT, function(name="pg_read_file"), NOWHERE),
    ("runs SQL", SELECT, function(name="query_to_xml"), NOWHERE),
    ("settings", SELECT, function(name="set_config"), NOWHERE),
    ("internal", SELECT, function(name="array_in", is_internal=True), NOWHERE),
    ("own immutable", SELECT, function(**OWN, language="sql"), USER_CODE),
    ("own, security definer",
     SELECT, function(**OWN, is_security_definer=True), NOWHERE),
    ("own volatile in plpgsql",
     SELECT, function(**OWN, volatility="v", language="plpgsql"), PLANS),
    ("own volatile in SQL", SELECT, function(**OWN, volatility="v", language="sql"), NOWHERE),
    ("own, in pg_catalog", SELECT, function(is_built_in=False), USER_CODE),
    ("built-in, replaced", SELECT, function(language="plpgsql"), USER_CODE),
    ("pg_trgm", SELECT, function(**TRUSTED), EVERYWHERE),
    ("aggregate of vector",
     SELECT, function(**{**TRUSTED, "language": "internal"}), EVERYWHERE),
    ("aggregate of vector, of another owner", SELECT,
     function(**{**TRUSTED, "language": "internal", "is_superusers": False}), USER_CODE),
    ("pg_trgm, definer", SELECT, function(**TRUSTED, is_security_definer=True), NOWHERE),
    ("added to pg_trgm by its owner",
     SELECT, function(**{**TRUSTED, "is_superusers": False}), USER_CODE),
    ("hstore, denied", SELECT, function(**TRUSTED, name="populate_record"), NOWHERE),
    ("pg_trgm, made another function",
     SELECT, function(**TRUSTED, stands_for=["lower", "pg_read_file"]), USER_CODE),
    ("pg_trgm, a part of another", SELECT, function(**TRUSTED, stands_for=[""]), USER_CODE),
    ("dblink", SELECT, function(**{**TRUSTED, "extension": "dblink"}), USER_CODE),
    ("trusted, but plpgsql",
     SELECT, function(**{**TRUSTED, "language": "plpgsql"}), USER_CODE),
    ("operator", SELECT, operator(), EVERYWHERE),
    ("own operator", SELECT,
     operator(**OWN, language="sql"), USER_CODE),
    ("own operator on a built-in function", SELECT,
     operator(name="current_setting"), USER_CODE),
    ("own comparison of types that are not there", SELECT, COMPARISON, EVERYWHERE),
    ("own comparison of a type that is", SELECT,
     replace(COMPARISON, types=(replace(TEXT, oid=99),)), USER_CODE),
    ("wrapper with a type of its own", SELECT, wrapper(has_known_types=False), USER_CODE),
    ("wrapper with a default that calls", SELECT, wrapper(calls_by_default=True), USER_CODE),
    ("replaced built-in", SELECT,
     CatalogFacts(violations=(("replaced built-in", "lower"),)), USER_CODE),
    ("citext =", SELECT, operator(**{**TRUSTED, "extension": "citext"}), EVERYWHERE),
    ("hstore's #=", SELECT, operator(**TRUSTED, asked_name="#="), NOWHERE),
    ("own cast", SELECT, CatalogFacts(casts=(OWN_CAST,)), USER_CODE),
    ("cast of an extension", SELECT,
     CatalogFacts(casts=(replace(OWN_CAST, function=replace(LOWER, **TRUSTED)),)),
     EVERYWHERE),
    ("makes json, a cast of the database's own to it", SELECT,
     CatalogFacts(json_makers=("to_json",), json_casts=(OWN_CAST,)), USER_CODE),
    ("makes none", SELECT, CatalogFacts(json_casts=(OWN_CAST,)), EVERYWHERE),
    ("a wrapper that makes json", SELECT,
     replace(wrapper(catalog=CatalogFacts(json_makers=("to_json",))), json_casts=(OWN_CAST,)),
     USER_CODE),
    ("only looks built in", SELECT, replace(function(), added=frozenset({1})), USER_CODE),
    ("operator on what looks built in", SELECT,
     replace(operator(), added=frozenset({1})), USER_CODE),
    ("wrapper of what looks built in", SELECT,
     replace(wrapper(catalog=function(oid=2)), added=frozenset({2})), USER_CODE),
    ("table", SELECT, relation(), EVERYWHERE),
    ("partitioned", SELECT, relation(kind="p", access_method=""), EVERYWHERE),
    ("view", SELECT, relation(kind="v", access_method=""), EVERYWHERE),
    ("sequence", SELECT, relation(kind="S"), NOWHERE),
    ("foreign", SELECT, relation(kind="f", access_method=""), NOWHERE),
    ("foreign partition", SELECT, relation(kind="p", is_foreign=True), NOWHERE),
    ("row security", SELECT, relation(has_row_security=True), NOWHERE),
    ("catalog", SELECT, relation(schema="pg_catalog"), NOWHERE),
    ("catalog of names", SELECT,
     relation(schema="pg_catalog", asked_name="pg_class"), EVERYWHERE),
    ("catalog of passwords", SELECT,
     relation(schema="pg_catalog", asked_name="pg_authid"), NOWHERE),
    ("relation put among catalogs", SELECT,
     relation(schema="pg_catalog", asked_name="pg_class", oid=16_384), NOWHERE),
    ("other storage", SELECT, relation(access_method="columnar"), NOWHERE),
    ("default with own function", replace(SELECT, kind="insert", writes=True),
     stored("default"), CHANGES & USER_CODE),
    ("default with own volatile function", replace(SELECT, kind="insert", writes=True),
     stored("default", volatility="v", language="plpgsql"), CHANGES & PLANS),
    ("partition in other storage", SELECT, relation(has_other_storage=True), NOWHERE),
    ("own function in an index", SELECT, stored("table"), USER_CODE),
    ("own operator in a view", SELECT, stored("view"), USER_CODE),
    ("own operator in a domain", SELECT, stored("domain"), USER_CODE),
    ("lock in a view by an operator", SELECT,
     stored("view", **BUILT_IN, name="pg_try_advisory_lock"),
     NOWHERE),
    ("pg_trgm in an index", SELECT, stored("table", **TRUSTED), EVERYWHERE),
    ("volatile check", SELECT,
     stored("domain", **BUILT_IN, name="random", volatility="v"),
     NOWHERE),
    ("wrapper in SQL", SELECT, wrapper(), EVERYWHERE),
    ("wrapper that reads a table", SELECT,
     wrapper(facts=replace(SELECT, relations=(("", "t", 1),))), USER_CODE),
    ("wrapper that writes", SELECT,
     wrapper(facts=replace(SELECT, kind="insert", writes=True)), USER_CODE),
    ("wrapper of a denied function", SELECT,
     wrapper(catalog=function(name="pg_read_file", oid=2)), USER_CODE),
    ("wrapper of an unknown function", SELECT,
     wrapper(catalog=CatalogFacts(unknown=(("function", "f"),))), USER_CODE),
    ("wrapper of another", SELECT, wrapper(catalog=function(**OWN, oid=7)), USER_CODE),
    ("wrapper that doubles", SELECT,
     wrapper(facts=replace(SELECT, growth=replace(NO_GROWTH, output_bytes=2_000))), USER_CODE),
    ("wrapper with a type of one's own", SELECT, wrapper(catalog=cast(**OWN, kind="e")), USER_CODE),
    ("wrapper of itself", SELECT, wrapper(catalog=function(**OWN, oid=9)), USER_CODE),
    ("copies", SELECT, CatalogFacts(copies=MAX_COPIES + 1), NOWHERE),
    ("large values", SELECT, CatalogFacts(built_bytes=MAX_BUILT_BYTES + 1), NOWHERE),
    ("a CTE that doubles", replace(SELECT, growth=replace(NO_GROWTH, doubles=True)), EMPTY, NOWHERE),
    ("many partitions", SELECT, CatalogFacts(part_count=MAX_PARTS + 1), NOWHERE),
    ("own operator class", SELECT, relation(operator_class="evil_ops"), NOWHERE),
    ("rule of a table that is read", SELECT, relation(has_rules=True), EVERYWHERE),
    ("rule of a table that is written", replace(SELECT, kind="insert", writes=True),
     relation(has_rules=True), CHANGES & USER_CODE),
    ("cast", replace(SELECT, types=(("", "text"),)), cast(), EVERYWHERE),
    ("cast to enum", CAST, cast(**OWN, kind="e"), EVERYWHERE),
    ("cast to domain, its check is judged by its text",
     CAST, cast(**OWN, kind="d", check_query="SELECT 1"), EVERYWHERE),
    ("cast to row type", CAST, cast(**OWN, kind="c"), USER_CODE),
    ("cast to array of row type", CAST, cast(**OWN, kind="c", is_part=True), EVERYWHERE),
    ("cast to cstring", CAST, cast(name="cstring", kind="p"), USER_CODE),
    ("column of own type", SELECT, cast(**OWN, asked_name=""), USER_CODE),
    ("column of an array of one's own", SELECT,
     cast(**OWN, asked_name="", is_made_of_parts=True), EVERYWHERE),
    ("column of an extension's type",
     SELECT, cast(**OWN, asked_name="", extension="ltree"), EVERYWHERE),
]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "catalog", "allowed_at"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
@pytest.mark.parametrize("where", sorted(EVERYWHERE), ids="-".join)
def test_verdict(
    facts: SafetyFacts,
    catalog: CatalogFacts,
    allowed_at: frozenset[tuple[Place, Action]],
    where: tuple[Place, Action],
) -> None:
    allowance = ALLOWED[where] or Allowance()
    assert (not objections(facts, catalog, allowance)) == (where in allowed_at)


def test_shadow_runs_nothing() -> None:
    with pytest.raises(NotAllowedHere):
        enforce(SELECT, EMPTY, Place.SHADOW, Action.RUN)


def test_watched_server_is_the_strictest() -> None:
    assert ALLOWED[Place.WATCHED, Action.RUN] == Allowance()


def test_refusal_names_rule_cause_and_hint() -> None:
    facts = replace(SELECT, writes=True, locks_rows=True)
    with pytest.raises(UnsafeStatement) as caught:
        enforce(facts, function(schema="public"), Place.WATCHED, Action.RUN)
    error = caught.value
    assert error.message == "the statement may not be run on a watched server"
    assert "rule changes data: it writes" in str(error.detail)
    assert "rule user function: public.lower" in str(error.detail)
    assert error.hint


def test_unknown_relation_is_the_users_mistake() -> None:
    unknown = CatalogFacts(unknown=(("relation", "nope"),))
    with pytest.raises(UnknownRelation, match="nope"):
        enforce(SELECT, unknown, Place.WATCHED, Action.RUN)
