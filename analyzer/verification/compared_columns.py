"""Whether two queries return columns of the same number, types and names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analyzer.domain.equivalence import Difference
from analyzer.postgres.attempt import OutputColumn


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnDifference:
    """In what the columns differ, in words."""

    difference: Difference
    reason: str


def column_differences(
    before: Sequence[OutputColumn],
    after: Sequence[OutputColumn],
    type_names: Mapping[tuple[int, int], str],
) -> tuple[ColumnDifference, ...]:
    """What a client sees before it reads a row, most important first.

    Args:
        before: what the server says of the first query.
        after: what it says of the second.
        type_names: of type oids and modifiers.
    """
    if len(before) != len(after):
        reason = f"{len(before)} columns before, {len(after)} after"
        return (ColumnDifference(difference=Difference.COLUMNS, reason=reason),)
    types, names = [], []
    for number, (old, new) in enumerate(zip(before, after, strict=True), 1):
        old_type = type_names[old.type_oid, old.type_modifier]
        new_type = type_names[new.type_oid, new.type_modifier]
        if old_type != new_type:
            types.append(f"column {number} is {old_type} before, {new_type} after")
        if old.name != new.name:
            names.append(f'column {number} is named "{old.name}", then "{new.name}"')
    found = [(Difference.TYPES, types), (Difference.NAMES, names)]
    return tuple(
        ColumnDifference(difference=kind, reason="; ".join(reasons))
        for kind, reasons in found
        if reasons
    )


_WHOLE = frozenset({20, 21, 23, 1700})
_TEXTS = frozenset({25, 1042, 1043})
"""Oids of int8, int2, int4, numeric; of text, bpchar, varchar."""


def have_comparable_texts(
    before: Sequence[OutputColumn], after: Sequence[OutputColumn]
) -> bool:
    """Whether equal values of the two lists of columns are written alike."""
    return all(
        old.type_oid == new.type_oid
        or {old.type_oid, new.type_oid} <= _WHOLE
        or {old.type_oid, new.type_oid} <= _TEXTS
        for old, new in zip(before, after, strict=True)
    )
