"""Types whose values lie on a line: text to whole numbers and back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from math import isfinite

import numpy as np
import numpy.typing as npt

from analyzer.statements.type_names import base_type

Numbers = npt.NDArray[np.int64]

_EPOCH_DAY = date(2000, 1, 1).toordinal()
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_US_PER_S = 1_000_000
_LARGEST = 2**62


class Kind(StrEnum):
    """How values of a type are made up between two known ones."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    TIMESTAMP = "timestamp"
    TEXT = "text"
    UUID = "uuid"
    OTHER = "other"


_KINDS = {
    "smallint": Kind.INTEGER,
    "integer": Kind.INTEGER,
    "bigint": Kind.INTEGER,
    "oid": Kind.INTEGER,
    "numeric": Kind.DECIMAL,
    "real": Kind.DECIMAL,
    "double precision": Kind.DECIMAL,
    "date": Kind.DATE,
    "timestamp without time zone": Kind.TIMESTAMP,
    "timestamp with time zone": Kind.TIMESTAMP,
    "text": Kind.TEXT,
    "character varying": Kind.TEXT,
    "character": Kind.TEXT,
    "citext": Kind.TEXT,
    "name": Kind.TEXT,
    "uuid": Kind.UUID,
}
ON_A_LINE = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.DATE, Kind.TIMESTAMP})


_LENGTH = re.compile(r"(?:character|character varying)\((\d{1,8})\)\Z")


def max_length(type_name: str) -> int | None:
    """How many characters a text type takes; none where it sets no limit.

    >>> max_length("character varying(40)"), max_length("text")
    (40, None)
    """
    found = _LENGTH.match(type_name)
    return int(found[1]) if found else None


def kind_of(type_name: str) -> Kind:
    """The kind of a type as format_type() prints it.

    >>> kind_of("numeric(15,2)"), kind_of("int4range")
    (<Kind.DECIMAL: 'decimal'>, <Kind.OTHER: 'other'>)
    """
    return _KINDS.get(base_type(type_name), Kind.OTHER)


class Line:
    """Whole numbers that stand for values of one column, in their order.

    The step is what the known values have in common: decimals of a number, whole
    seconds or days of a time. So made-up values are as round as the real ones.
    """

    def __init__(self, kind: Kind, known: Sequence[str]) -> None:
        """Find the step of some known values.

        Raises:
            ValueError: a value is not finite, out of range, or not of the kind.
        """
        self.kind = kind
        self._decimals = _decimals(known) if kind is Kind.DECIMAL else 0
        self._step = 1
        if kind is Kind.TIMESTAMP:
            self._step = _common_step([_microseconds(text) for text in known])

    @property
    def unit_us(self) -> int:
        """Microseconds of one step of a column of moments."""
        return 86_400 * _US_PER_S if self.kind is Kind.DATE else self._step

    def numbers(self, texts: Sequence[str]) -> Numbers:
        """Where the values lie.

        Raises:
            ValueError: a value is not finite, out of range, or not of the kind.
        """
        return np.array([self._number(text) for text in texts], dtype=np.int64)

    def texts(self, numbers: Numbers) -> list[str]:
        """The values at these places."""
        if self.kind is Kind.INTEGER:
            return [str(n) for n in numbers.tolist()]
        if self.kind is Kind.DECIMAL:
            return self._decimal_texts(numbers)
        if self.kind is Kind.DATE:
            return [_date_text(n) for n in numbers.tolist()]
        return [_timestamp_text(n * self._step) for n in numbers.tolist()]

    def _decimal_texts(self, numbers: Numbers) -> list[str]:
        if not self._decimals:
            return [str(n) for n in numbers.tolist()]
        scale = 10**self._decimals
        texts = []
        for n in numbers.tolist():
            whole, part = divmod(abs(n), scale)
            sign = "-" if n < 0 else ""
            texts.append(f"{sign}{whole}.{part:0{self._decimals}}")
        return texts

    def _number(self, text: str) -> int:
        if self.kind is Kind.INTEGER:
            found = int(text)
        elif self.kind is Kind.DECIMAL:
            found = int(_decimal(text).scaleb(self._decimals))
        elif self.kind is Kind.DATE:
            found = date.fromisoformat(text).toordinal() - _EPOCH_DAY
        else:
            found = _microseconds(text) // self._step
        if abs(found) > _LARGEST:
            raise ValueError("out of range")
        return found


def _decimal(text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise ValueError("not a number") from None
    if not isfinite(found):
        raise ValueError("not finite")
    return found


def _decimals(known: Sequence[str]) -> int:
    """Digits behind the point, at most as many as fit beside the largest value."""
    exponents = [int(_decimal(text).as_tuple().exponent) for text in known]
    largest = max((abs(_decimal(text)) for text in known), default=Decimal(1))
    room = 17 - max(int(largest).bit_length() * 30103 // 100000 + 1, 1)
    return min(max((-e for e in exponents), default=0), max(room, 0), 12)


def _microseconds(text: str) -> int:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _common_step(found: Sequence[int]) -> int:
    for step in (86_400 * _US_PER_S, 3600 * _US_PER_S, 60 * _US_PER_S, _US_PER_S):
        if found and all(value % step == 0 for value in found):
            return step
    return 1


def _date_text(number: int) -> str:
    return date.fromordinal(
        min(max(number + _EPOCH_DAY, 1), date.max.toordinal())
    ).isoformat()


def _timestamp_text(microseconds: int) -> str:
    moment = _EPOCH + timedelta(microseconds=microseconds)
    return moment.isoformat(sep=" ")
