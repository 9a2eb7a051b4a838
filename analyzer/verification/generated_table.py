"""A table that was made: for each column its values and which row has which."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from analyzer.domain.index import RelationName
from analyzer.verification.column_pool import Codes, ColumnPool, Texts

NULL = -1
"""The code of a row without a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedColumn:
    """Values of a column, and the number of each row's value in them."""

    pool: ColumnPool
    codes: Codes


@dataclass(slots=True, kw_only=True)
class GeneratedTable:
    """Rows of a table in their physical order, column by column."""

    name: RelationName
    rows: int
    columns: dict[str, GeneratedColumn] = field(default_factory=dict)

    def rows_by(self, column: str) -> Codes:
        """Numbers of the rows, in ascending order of a column's values."""
        return np.argsort(self.columns[column].codes, kind="stable").astype(np.int64)

    def texts(self, column: str, rows: Codes) -> Texts:
        """Values of some rows; a NULL is an empty text."""
        found = self.columns[column]
        codes = found.codes[rows]
        values = found.pool.texts[np.maximum(codes, 0)]
        if (codes == NULL).any():
            values = values.copy()
            values[codes == NULL] = ""
        return values

    def microseconds(self, column: str) -> Codes | None:
        """Moments of a column in microseconds since 2000; none where it has none.

        A NULL is the moment in the middle of the values.
        """
        found = self.columns.get(column)
        if found is None or found.pool.line is None or found.pool.numbers is None:
            return None
        numbers = found.pool.numbers
        codes = np.where(found.codes == NULL, len(numbers) // 2, found.codes)
        return numbers[codes] * found.pool.line.unit_us

    def keep(self, rows: Codes) -> None:
        """Drop all other rows."""
        self.rows = len(rows)
        self.columns = {
            name: GeneratedColumn(pool=c.pool, codes=c.codes[rows])
            for name, c in self.columns.items()
        }
