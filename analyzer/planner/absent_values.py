"""A value that no row of a column has, for the parameter set that finds nothing."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from analyzer.planner.parameter_roles import Role, Use
from analyzer.postgres.parameter_facts import ColumnValues, ParameterType

_WHOLE = {"int2": 32_767, "int4": 2_147_483_647, "int8": 2**63 - 1}
_FAR = 1_000_003


def absent_value(
    role: Role | None, kind: ParameterType, known: ColumnValues | None
) -> str | None:
    """A value of the parameter's type beyond all known ones; none where none is sure.

    Only a parameter that is compared for equality with a bare column gets one.
    """
    if role is None or role.use is not Use.VALUE or role.function or kind.is_array:
        return None
    if kind.name in ("text", "varchar", "bpchar"):
        return "~ no such value ~"
    if kind.name == "uuid":
        return "ffffffff-ffff-4fff-bfff-fffffffffff1"
    if known is None or kind.name not in (*_WHOLE, "numeric"):
        return None
    try:
        largest = max(Decimal(text) for text in (*known.common, *known.bounds))
        beyond = int(largest) + _FAR
    except (InvalidOperation, ValueError, OverflowError):
        return None
    return str(min(beyond, _WHOLE.get(kind.name, beyond)))
