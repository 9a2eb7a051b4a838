"""Items of the keys of GIN indexes, from the statistics that a shadow holds."""

from __future__ import annotations

from analyzer.domain.catalog import Relation
from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.errors import PlanningFailed, TimedOut
from analyzer.indexing.gin_size import GinItems
from analyzer.indexing.key_statistics import expression_attribute
from analyzer.postgres.connect import Connection
from analyzer.postgres.errors_map import planning
from analyzer.postgres.item_statistics import (
    SampledKey,
    common_elements,
    expression_type,
    items_of,
    sampled_items,
)
from analyzer.postgres.rolled_back import rolled_back
from analyzer.statements.identifiers import quote_identifier


class ItemStatistics:
    """Items of each key, counted once."""

    def __init__(self, owner: Connection) -> None:
        """Count in a session of a shadow."""
        self._owner = owner
        self._known: dict[tuple[RelationName, IndexKey], GinItems | None] = {}

    def of(
        self, definition: IndexDefinition, relation: Relation
    ) -> tuple[GinItems, ...]:
        """Items of every key of a GIN index; empty unless all of them are known."""
        if definition.method != "gin":
            return ()
        found = [self._of(key, relation) for key in definition.keys]
        return tuple(item for item in found if item) if all(found) else ()

    def _of(self, key: IndexKey, relation: Relation) -> GinItems | None:
        place = (relation.name, key)
        if place not in self._known:
            try:
                with planning(), rolled_back(self._owner):
                    self._known[place] = self._count(key, relation)
            except (PlanningFailed, TimedOut):
                # A value cannot be read back, or an expression fails for one.
                self._known[place] = None
        return self._known[place]

    def _count(self, key: IndexKey, relation: Relation) -> GinItems | None:
        expression = key.expression or quote_identifier(key.attribute)
        attribute = relation.attribute(key.attribute) or expression_attribute(
            expression, relation
        )
        if attribute is None:
            return None
        sampled = SampledKey(
            schema=relation.name.schema,
            relation=relation.name.name,
            attribute=attribute.name,
            type_name=attribute.type_name,
            expression=expression,
        )
        kind = attribute.type_name
        if key.expression:
            kind = expression_type(self._owner, sampled)
        elif found := common_elements(self._owner, sampled):
            return found
        items = items_of(key.opclass, kind)
        return sampled_items(self._owner, sampled, items) if items else None
