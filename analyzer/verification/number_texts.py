"""Texts that are numbers."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

_MAX_DIGITS = 400


def decimal_of(text: str) -> Decimal | None:
    """The number that a text is; none if it is none that can be written out.

    >>> decimal_of("1.50"), decimal_of("Infinity"), decimal_of("1e999999")
    (Decimal('1.50'), None, None)
    """
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    is_short = number.is_finite() and abs(number.adjusted()) <= _MAX_DIGITS
    return number if is_short else None
