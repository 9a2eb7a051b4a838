"""What a rule is: a name, a manual page, and a search for places it fits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from analyzer.domain.catalog import Catalog
from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.domain.recommendation import Semantics
from analyzer.domain.rewriting import Condition, RewriteStep
from analyzer.rewriting.blocks import Blocks
from analyzer.rewriting.render import Pair, parses_to, rendered
from analyzer.rewriting.trees import exchanged
from analyzer.statements.facts import StatementShape
from analyzer.statements.parse import Node, parse_one
from analyzer.statements.shape import shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What does not change while a query is being rewritten.

    Attributes:
        catalog: types, constraints, indexes and settings.
        known: parameters that have one value in every logged execution.
        functions: volatility of functions that are not built in, by name in lower case
            (``s`` stable, ``i`` immutable, ``v`` volatile); absent is not known.
        approximate: the caller accepts answers that are not exact.
        views: queries of views, with a schema before every name.
    """

    catalog: Catalog
    known: Mapping[int, str] = field(default_factory=dict)
    functions: Mapping[str, str] = field(default_factory=dict)
    approximate: bool = False
    views: Mapping[RelationName, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Subject:
    """One text as the rules look at it."""

    query: str
    tree: Node
    shape: StatementShape
    blocks: Blocks
    setting: Setting

    @property
    def catalog(self) -> Catalog:
        """The catalog of the setting."""
        return self.setting.catalog


def subject(query: str, setting: Setting) -> Subject:
    """Read a query for the rules.

    Raises:
        QuerySyntaxError: it does not parse.
        UserError: it is not exactly one statement, or over the limits.
    """
    tree = parse_one(query).tree
    return Subject(
        query=query,
        tree=tree,
        shape=shape(query, setting.catalog),
        blocks=Blocks(tree, setting.catalog),
        setting=setting,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One place where a rule fits.

    Attributes:
        what: what is done, in words.
        pairs: nodes of the tree, by identity, with what stands there instead.
        query: the new text, from rules that edit text themselves.
        conditions: what must hold, proved or not.
        semantics: what it does to results once the conditions hold.
        caveats: prices and risks.
        indexes: that it needs or that would make it pay.
        generic: it pays under a generic plan only.
    """

    what: str
    pairs: tuple[Pair, ...] = ()
    query: str = ""
    conditions: tuple[Condition, ...] = ()
    semantics: Semantics = Semantics.UNCHANGED
    caveats: tuple[str, ...] = ()
    indexes: tuple[IndexDefinition, ...] = ()
    generic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule: ``doc`` is its manual page with the five headings of an advisor's.

    ``planned_from`` is the server version that does it by itself, none if none does.
    ``leaves_out`` says that it takes work out and adds none, so a small gain in cost
    counts. ``is_hidden`` says that the planner's estimate cannot show the gain: it
    takes the rows that pass a filter to lie evenly; then any other plan counts that is
    not dearer. ``needs_values`` says that it gains or loses by the number of rows, so a
    generic plan of a statement with parameters does not speak for it.
    """

    slug: str
    doc: str
    find: Callable[[Subject], Iterator[Found]]
    planned_from: int | None = None
    leaves_out: bool = False
    is_hidden: bool = False
    needs_values: bool = False

    def steps(self, given: Subject) -> Iterator[RewriteStep]:
        """Every place it fits in a query, as a step with the new text."""
        version = given.catalog.server_version_num
        if self.planned_from is not None and version >= self.planned_from:
            return
        if _has_empty_list(given):
            return
        for found in self.find(given):
            if _loses_type(given, found):
                continue
            text = _text(given, found)
            if not text or text == given.query:
                continue
            yield RewriteStep(
                rule=self.slug,
                what=found.what,
                query=text,
                conditions=tuple(dict.fromkeys(found.conditions)),
                semantics=found.semantics,
                caveats=found.caveats,
                indexes=found.indexes,
                generic=found.generic,
            )


def _has_empty_list(given: Subject) -> bool:
    """Whether a SELECT has no columns, which PostgreSQL allows and no rule expects."""
    return any(
        "SelectStmt" in block.node
        and "targetList" not in block.fields
        and "valuesLists" not in block.fields
        for block in given.blocks
    )


def _loses_type(given: Subject, found: Found) -> bool:
    """Whether a constant would get its type before the arm beside it can give it one.

    In ``SELECT 'x', … UNION ALL …`` the other arm's type is that of the constant, as is
    a column's in INSERT; within a set operation of its own it would be text.
    """
    arms = {id(b.node): b.fields for b in given.blocks if b.place == "arm"}
    for old, new in found.pairs:
        fields = new.get("SelectStmt", {})
        if id(old) not in arms or fields.get("op", "SETOP_NONE") == "SETOP_NONE":
            continue
        items = arms[id(old)].get("targetList", [])
        if any(_has_no_type(item["ResTarget"].get("val", {})) for item in items):
            return True
    return False


def _has_no_type(value: Node) -> bool:
    constant = value.get("A_Const", {})
    return "ParamRef" in value or "sval" in constant or "isnull" in constant


def _text(given: Subject, found: Found) -> str | None:
    """The new text; one that a rule edited itself must parse to the edited tree."""
    if not found.query:
        return rendered(given.query, given.tree, found.pairs)
    if found.pairs:
        wanted = exchanged(given.tree, found.pairs)
        if not parses_to(found.query, wanted):
            return None
    return found.query
