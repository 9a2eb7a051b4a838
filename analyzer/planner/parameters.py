"""Values that stand for ``$n`` where no log gave any: drawn from the statistics."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from analyzer.domain.catalog import Catalog
from analyzer.domain.workload import ParameterSet
from analyzer.errors import AnalyzerError, PlanningFailed, UserError
from analyzer.planner.absent_values import absent_value
from analyzer.planner.parameter_roles import Role, roles
from analyzer.planner.typical_values import Likelihood, default_value, is_drawn, value
from analyzer.postgres.catalog import read_catalog
from analyzer.postgres.connect import Connection
from analyzer.postgres.errors_map import planning
from analyzer.postgres.parameter_facts import (
    Column,
    ColumnValues,
    ParameterType,
    read_column_values,
    read_parameter_types,
)
from analyzer.postgres.variables import without_variables
from analyzer.statements.parse import parse_one
from analyzer.statements.server_text import server_text
from analyzer.statements.shape import shape


class ParameterSource:
    """Draws values for the parameters of statements from one database's statistics."""

    def __init__(self, connection: Connection, catalog: Catalog | None = None) -> None:
        """Draw from the statistics this session can read: a shadow's, or a target's.

        Args:
            connection: an idle session of the database.
            catalog: of that database; read once from it where none is given.
        """
        self._connection = connection
        self._catalog = catalog
        self._values: dict[Column, ColumnValues | None] = {}

    def for_variables(self, query: str) -> str:
        """A statement of a function with parameters in the place of its variables.

        The same text where that is not possible, or there are none.
        """
        return without_variables(self._connection, query)

    def draw(self, query: str) -> tuple[ParameterSet, ...]:
        """Up to three sets of values: typical, frequent and rare, in this order.

        Sets that come out equal are given once; a statement without parameters, or one
        the server does not accept, has none. ``ParameterSet.source`` says what
        was drawn from where.
        """
        try:
            with planning():
                return self._draw(query)
        except (PlanningFailed, UserError):
            return ()

    def draw_absent(self, query: str) -> ParameterSet | None:
        """A set of values that no row has, so that nothing is found; none if unsure."""
        try:
            with planning():
                return self._draw_absent(query)
        except (PlanningFailed, UserError):
            return None

    def _draw_absent(self, query: str) -> ParameterSet | None:
        drawn = self._draw(query)
        if not drawn:
            return None
        found, values = self._roles(query), list(drawn[0].values)
        types = self._types(query)
        absent = {}
        for number, kind in enumerate(types, start=1):
            role = found.get(number)
            value = absent_value(role, kind, self._known(role) if role else None)
            if value is not None:
                absent[number] = values[number - 1] = value
        if not absent:
            return None
        names = ", ".join(f"${number}" for number in absent)
        return ParameterSet(
            values=tuple(values), label="absent", source=f"no row has {names}"
        )

    def _draw(self, query: str) -> tuple[ParameterSet, ...]:
        if "$" not in query:
            return ()
        types = self._types(query)
        found = self._roles(query)
        self._read_values(found.values())
        sets: list[ParameterSet] = []
        for likelihood in Likelihood:
            values = tuple(
                self._value(found.get(number), kind, likelihood)
                for number, kind in enumerate(types, start=1)
            )
            if values and values not in [item.values for item in sets]:
                sets.append(
                    ParameterSet(
                        values=values,
                        label=likelihood.value,
                        source=self._sentence(found, types, likelihood),
                    )
                )
        return tuple(sets)

    def _types(self, query: str) -> Sequence[ParameterType]:
        try:
            with planning():
                return read_parameter_types(self._connection, query)
        except PlanningFailed:
            # pg_stat_statements writes interval $1, which no server reads back.
            readable = server_text(parse_one(query))
            if readable == query:
                raise
            return read_parameter_types(self._connection, readable)

    def _roles(self, query: str) -> dict[int, Role]:
        if self._catalog is None:
            self._catalog, _not_seen = read_catalog(self._connection)
        try:
            return roles(shape(query, self._catalog))
        except AnalyzerError:
            return {}

    def _read_values(self, wanted: Iterable[Role]) -> None:
        columns = {(r.relation, r.attribute) for r in wanted if r.relation is not None}
        missing = columns - set(self._values)
        self._values.update(dict.fromkeys(missing))
        self._values.update(read_column_values(self._connection, sorted(missing)))

    def _value(
        self, role: Role | None, kind: ParameterType, likelihood: Likelihood
    ) -> str | None:
        if role is None:
            return default_value(kind)
        known = self._known(role)
        return value(role, kind, known, likelihood)

    def _known(self, role: Role) -> ColumnValues | None:
        if role.relation is None:
            return None
        return self._values.get((role.relation, role.attribute))

    def _sentence(
        self,
        found: dict[int, Role],
        types: Sequence[ParameterType],
        likelihood: Likelihood,
    ) -> str:
        drawn: list[str] = []
        made_up: list[str] = []
        for number, kind in enumerate(types, start=1):
            role = found.get(number)
            if role and is_drawn(role, kind) and self._known(role):
                drawn.append(f"${number} from {role.relation}.{role.attribute}")
            else:
                made_up.append(f"${number}")
        parts = []
        if drawn:
            parts.append(f"{likelihood.value} values by pg_stats: {', '.join(drawn)}")
        if made_up:
            parts.append(f"assumed by type or place: {', '.join(made_up)}")
        return "; ".join(parts)
