"""What the counting of a plan's work has to know besides the plan."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from analyzer.domain.catalog import Catalog, Relation
from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.domain.plan import Plan, PlanNode
from analyzer.indexing.cost_settings import CostSettings, size_bytes
from analyzer.indexing.joined_rows import KnownCombinations, known_combinations

_BLOCK_BYTES = 8192
_WORDS = re.compile(r"\w+")
_TEXT_TYPES = ("text", "char", "name", "citext")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Catalog, settings and indexes of the database that a plan is for.

    Attributes:
        catalog: of the database the plan is for.
        settings: cost constants and memory it was planned with.
        existing: definitions of the indexes that exist, by name.
        text_attributes: names of columns whose comparison takes long.
        numeric_attributes: names of columns whose arithmetic takes long.
        text_widths: mean bytes of columns of text by their names; the widest of
            several tables.
        combinations: of columns, where the planner expects too few rows of joins.
        uncached_ratio: share of the database's pages that find no place in
            ``effective_cache_size``.
        shared_buffers_bytes: as set; 0 where unknown.
    """

    catalog: Catalog
    settings: CostSettings
    existing: Mapping[str, IndexDefinition] = field(default_factory=dict)
    text_attributes: frozenset[str] = frozenset()
    numeric_attributes: frozenset[str] = frozenset()
    text_widths: Mapping[str, float] = field(default_factory=dict)
    combinations: tuple[KnownCombinations, ...] = ()
    uncached_ratio: float = 0.0
    shared_buffers_bytes: float = 0.0

    def is_text(self, sort_key: str) -> bool:
        """Whether a sort key, as EXPLAIN prints it, is a column of text."""
        name = sort_key.split(maxsplit=1)[0].rpartition(".")[2] if sort_key else ""
        return name.strip('"()') in self.text_attributes

    def numeric_operations(self, output: tuple[str, ...]) -> int:
        """Operators and aggregates on numeric values in a list of expressions."""
        return sum(
            1 + sum(text.count(f" {sign} ") for sign in "+-*/")
            for text in output
            if "(" in text
            and not self.numeric_attributes.isdisjoint(_WORDS.findall(text))
        )

    @classmethod
    def of(cls, catalog: Catalog) -> Surroundings:
        """Those of a database as it is."""
        settings = CostSettings.read(catalog.settings)
        total_bytes = sum(
            relation.size_bytes + sum(index.size_bytes for index in relation.indexes)
            for relation in catalog.relations
        )
        cached = settings.effective_cache_bytes / max(total_bytes, 1)
        return cls(
            catalog=catalog,
            settings=settings,
            combinations=known_combinations(catalog),
            uncached_ratio=max(0.0, 1.0 - cached),
            shared_buffers_bytes=size_bytes(
                catalog.settings.get("shared_buffers", ""), _BLOCK_BYTES
            )
            or 0.0,
            existing={
                index.name.name: index.definition
                for relation in catalog.relations
                for index in relation.indexes
            },
            text_attributes=_named(catalog, ("text", "char", "name")),
            text_widths=_text_widths(catalog),
            numeric_attributes=_named(catalog, ("numeric",)),
        )

    def counts_all(self, plan: Plan) -> bool:
        """Whether the work of a plan is known as a whole.

        Not that of a writer, which is mostly rows, indexes and WAL written, nor that of
        tables that are not in the catalog here: those of the system, and functions.
        """
        nodes = tuple(plan.root.walk())
        tables = [node for node in nodes if node.relation]
        return (
            bool(tables)
            and all(self.relation(node, plan) for node in tables)
            and all(node.node_type != "ModifyTable" for node in nodes)
        )

    def relation(self, node: PlanNode, plan: Plan) -> Relation | None:
        """The table a node reads."""
        definition = self.definition(node, plan)
        if definition is not None and not node.relation:
            return self.catalog.find(definition.relation)
        return self.catalog.find(RelationName(node.schema, node.relation))

    def definition(self, node: PlanNode, plan: Plan) -> IndexDefinition | None:
        """The index a node reads, hypothetical or not."""
        name = node.index_name
        if node.node_type == "Bitmap Heap Scan":
            # The first of several: they are combined into one bitmap.
            below = (item.index_name for item in node.walk() if item.index_name)
            name = next(below, "")
        return plan.hypothetical_indexes.get(name) or self.existing.get(name)


def _named(catalog: Catalog, types: tuple[str, ...]) -> frozenset[str]:
    return frozenset(
        attribute.name
        for relation in catalog.relations
        for attribute in relation.attributes
        if attribute.type_name.startswith(types)
    )


def _text_widths(catalog: Catalog) -> dict[str, float]:
    found: dict[str, float] = {}
    for relation in catalog.relations:
        for item in relation.attributes:
            if item.type_name.startswith(_TEXT_TYPES) and item.avg_width_bytes:
                width = float(item.avg_width_bytes)
                found[item.name] = max(found.get(item.name, 0.0), width)
    return found
