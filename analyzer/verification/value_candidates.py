"""Texts that may be values of a type: ordinary, extreme, and near constants.

What a generator puts in decides what it finds, not how much it makes (rewrites.md 6.1):
constants of both queries ± 1, month ends, case and blank variants, pieces of strings.
Whether a text is a value of a type is left to the server (``pg_input_is_valid``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain, pairwise, permutations, zip_longest

from analyzer.verification.binary_values import NEAR, lengths_of
from analyzer.verification.moment_values import (
    between_moments,
    days_of_year,
    near_moment,
)
from analyzer.verification.number_texts import decimal_of
from analyzer.verification.pattern_texts import pattern_texts
from analyzer.verification.range_values import ORDINARY_RANGES, of_multirange
from analyzer.verification.rarer_values import ORDINARY as RARER

INTEGERS = frozenset({"smallint", "integer", "bigint"})
_ORDINARY: dict[str, tuple[str, ...]] = {
    "smallint": ("0", "1", "2", "3", "-1"),
    "integer": ("0", "1", "2", "3", "-1"),
    "bigint": ("0", "1", "2", "3", "-1"),
    "numeric": ("0", "1", "2", "0.5", "1.0", "-1", "1.5", "2.25", "1.005", "0.1"),
    # Sums are exact, whichever way they are added up, where the last is not drawn.
    "real": ("0", "1", "2", "0.5", "-1.5", "0.25", "0.1"),
    "double precision": ("0", "1", "2", "0.5", "-1.5", "0.25", "0.1"),
    "money": ("0", "1.00", "2.50"),
    "boolean": ("t", "f"),
    "text": ("a", "b", "A", "ab", "a ", "1"),
    "date": ("2024-01-31", "2024-02-01", "2024-02-29", "2023-12-31"),
    "time without time zone": ("00:00:00", "12:30:00", "23:59:59.999999", "14:00"),
    "time with time zone": ("00:00:00+00", "12:30:00+02", "12:30:00+00"),
    "interval": ("1 day", "24:00:00", "1 month", "30 days", "0", "-1 hour"),
    "uuid": (
        "00000000-0000-0000-0000-000000000001",
        "00000000-0000-0000-0000-000000000002",
        "a0000000-0000-0000-0000-000000000003",
    ),
    "json": ("{}", "[]", "null", "1", '"a"', '{"a": 1}', '{"a": null}', '{"a": "b"}'),
    "bytea": (r"\x", r"\x00", r"\x61", r"\x6162"),
    "inet": ("10.0.0.1", "10.0.0.0/8", "192.168.0.1", "::1"),
    "cidr": ("10.0.0.0/8", "192.168.0.0/16"),
    "macaddr": ("08:00:2b:01:02:03", "08:00:2b:01:02:04"),
    "bit": ("0", "1"),
    "bit varying": ("", "0", "1", "10"),
    **ORDINARY_RANGES,
    "point": ("(0,0)", "(1,1)", "(0,1)"),
    "tsvector": ("", "a", "a b"),
    "xml": ("<a/>", "<a>1</a>"),
    "name": ("a", "b", "A"),
    "oid": ("0", "1", "2"),
}
_EXTREMES: dict[str, tuple[str, ...]] = {
    "smallint": ("32767", "-32768"),
    "integer": ("2147483647", "-2147483648"),
    "bigint": ("9223372036854775807", "-9223372036854775808", "2147483648"),
    "numeric": (
        *("NaN", "99999999999", "-0.0001", "2147483648", "1.00"),
        *("9007199254740993", "9007199254740992"),
    ),
    "real": ("NaN", "Infinity", "-Infinity", "-0", "0.1", "0.3"),
    "double precision": (
        *("NaN", "Infinity", "-Infinity", "-0", "9007199254740993", "0.1", "0.3"),
    ),
    "text": (
        *("", " ", "é", "É", "%", "_", "a%", "\\", "ß", "aa", "a'b", "NULL", "abca"),
    ),
    "date": ("infinity", "-infinity", "0001-01-01", "1970-01-01", "0044-03-15 BC"),
    "time without time zone": ("24:00:00",),
    "time with time zone": ("24:00:00+00", "00:00:00-12"),
    "money": ("-1.00", "0.01", "92233720368547758.07"),
    "json": ('{"a": {"b": 1}}', '[1, "a"]', '{"a": ""}', '{"a": "1"}', '{"a": [1]}'),
    "interval": ("1 mon 1 day", "-1 month", "1 year", "36:00:00"),
}
SAME_AS = {
    "character varying": "text",
    "character": "text",
    "citext": "text",
    '"char"': "name",
    "jsonb": "json",
}
CALENDAR = (
    *("2020-02-29", "2025-03-01", "2023-08-31"),
    # Days whose week belongs to another year.
    *("2021-01-01", "2024-12-30"),
)
_TIMES_OF_DAY = ("", " 12:00:00", " 23:59:59.999999")
_ALIKE_IN_CASE = str.maketrans("kKsS", "\u212a\u212a\u017f\u017f")
_MAX_SPLITS = 12
_MAX_BITS = 64
_LENGTHS = range(2, 41)
"""Numbers that a text may be as long as."""
_REPEATED = re.compile(r"[{,](\d{1,3})(?=[,}])")
"""How often a pattern repeats a piece."""
_MAX_JOINED = 4
_MAX_COORDINATES = 3
_HALF = Decimal("0.5")
_SMALL_STEPS = {
    "numeric": Decimal("0.01"),
    "money": Decimal("0.01"),
    # Powers of two, so that sums stay exact.
    "real": Decimal("0.0078125"),
    "double precision": Decimal("0.0078125"),
}


def ordinary(base_type: str) -> tuple[str, ...]:
    """Everyday values of a type: few, so that rows meet.

    >>> ordinary("character varying")[:2]
    ('a', 'b')
    """
    name = SAME_AS.get(base_type, base_type)
    if name.endswith("multirange"):
        return tuple(of_multirange(ORDINARY_RANGES.get(name.replace("multi", ""), ())))
    if name.startswith("timestamp"):
        return tuple(
            f"{day}{time}" for day in _ORDINARY["date"] for time in _TIMES_OF_DAY
        )
    return _ORDINARY.get(name) or RARER.get(name, ("a", "b", "1", "2", "0"))


def bits(type_name: str) -> tuple[str, ...]:
    """Strings of bits of a fixed length: none, all, and each alone.

    >>> bits("bit(2)")
    ('00', '11', '10', '01')
    """
    length = min(int(re.sub(r"\D", "", type_name) or 1), _MAX_BITS)
    alone = ("0" * n + "1" + "0" * (length - n - 1) for n in range(length))
    return tuple(dict.fromkeys(("0" * length, "1" * length, *alone)))


def extremes(base_type: str) -> tuple[str, ...]:
    """Values at the ends of a type, and those that are easily forgotten."""
    name = SAME_AS.get(base_type, base_type)
    if name.startswith("timestamp"):
        return _EXTREMES["date"]
    return _EXTREMES.get(name, ())


def near(
    numbers: Iterable[str], strings: Iterable[str], base_type: str
) -> tuple[str, ...]:
    """Values at and around constants, as texts that may or may not fit the type.

    >>> near(["5"], [], "integer")
    ('5', '6', '4', '-5')
    >>> near([], ["2024-01-31"], "date")[:3]
    ('2024-01-31', '2024-02-01', '2024-01-30')
    """
    texts, numbers = list(strings), list(numbers)
    around = [
        *(_near_number(number, base_type) for number in numbers),
        *(_near_string(text, base_type) for text in texts),
    ]
    # In turns, since lists are cut: each constant keeps the values nearest to it.
    turns = chain.from_iterable(zip_longest(*around))
    found = [text for text in turns if text is not None]
    if base_type == "point":
        found += _points([*numbers, *texts])
    elif base_type.startswith(("timestamp", "date")):
        found += between_moments(texts)
    elif SAME_AS.get(base_type, base_type) == "text":
        found += _joined(texts)
    elif base_type in ("numeric", "real", "double precision"):
        found += _between([*numbers, *texts])
    return tuple(dict.fromkeys(found))


def _between(texts: Iterable[str]) -> Iterator[str]:
    """Numbers half way between two constants that follow each other."""
    known = sorted({n for n in map(decimal_of, texts) if n is not None})
    return (f"{(low + high) / 2:f}" for low, high in pairwise(known))


def _points(texts: Iterable[str]) -> Iterator[str]:
    """Points whose coordinates, or distance from another, are constants."""
    numbers = [n for n in map(decimal_of, texts) if n is not None][:_MAX_COORDINATES]
    near_by = dict.fromkeys(
        n + step for step in (0, 1, -1) for n in (*numbers, Decimal(0))
    )
    yield from (f"({x:f},{y:f})" for x in near_by for y in near_by)


def _joined(texts: Sequence[str]) -> Iterator[str]:
    """Short constants written behind and into one another, and where they overlap."""
    bare = dict.fromkeys(text.replace("%", "").replace("_", "") for text in texts)
    short = [text for text in bare if 0 < len(text) <= _MAX_SPLITS][:_MAX_JOINED]
    for first, second in permutations(short, 2):
        yield first + second
        yield first[:1] + second + first[1:]
        # A text may begin with the one and end with the other and be shorter than both.
        shared = range(1, min(len(first), len(second)))
        yield from (first + second[n:] for n in shared if first[-n:] == second[:n])


def _near_number(number: str, base_type: str) -> Iterator[str]:
    yield number
    value = decimal_of(number)
    if value is None:
        return
    if base_type.startswith(("timestamp", "date")):
        yield from days_of_year(value)
        return
    if base_type == "interval":
        yield from lengths_of(number)
        return
    yield f"{value + 1:f}"
    yield f"{value - 1:f}"
    yield f"{-value:f}"
    step = _SMALL_STEPS.get(base_type)
    if step:
        yield from (f"{value + more:f}" for more in (step, -step))
        yield from (f"{value + more:f}" for more in (_HALF, -_HALF))
    elif base_type in INTEGERS and value != value.to_integral_value():
        yield f"{value.to_integral_value():f}"
        yield f"{value.to_integral_value() + 1:f}"
    elif base_type in ("text", "character varying", "character"):
        yield f"0{number}"
        yield f"{number} "
        if value in _LENGTHS:
            yield "a" * int(value)
            yield "1" * int(value)
            yield "a" * (int(value) + 1)


def _near_string(text: str, base_type: str) -> Iterator[str]:
    yield text
    if base_type in NEAR:
        yield from NEAR[base_type](text)
        return
    if base_type.startswith(("timestamp", "date")):
        yield from near_moment(text)
        return
    name = SAME_AS.get(base_type, base_type)
    if name == "json":
        return
    if name == "text":
        yield from _near_text(text)
    elif name in INTEGERS or name in ("numeric", "money"):
        yield from _near_number(text, name) if _is_number(text) else ()


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"\s*-?\d+(\.\d+)?\s*", text))


def _near_text(text: str) -> Iterator[str]:
    for matching in pattern_texts(text):
        # SIMILAR TO has the signs of LIKE as well.
        yield from (matching, matching.replace("%", ""), matching.replace("%", "x"))
        if "^" in text or "$" in text:
            # The ends of a line may be those of the text, or not.
            yield from (f"x\n{matching}", f"{matching}\nx")
    repeated = [int(n) + more for n in _REPEATED.findall(text) for more in (0, 1)]
    lengths = [length for length in repeated if length in _LENGTHS]
    yield from (sign * length for length in lengths for sign in ("1", "a"))
    if "%" in text or "_" in text:
        for wide in ("", "x", "xy"):
            yield text.replace("%", wide).replace("_", "a")
        yield text.replace("%", "").replace("_", "")
        bare = text.replace("%", "").replace("_", "")
        yield "x" + text.replace("%", "").replace("_", "a")
        yield text.replace("%", "").replace("_", bare[:1])
    yield from (text.upper(), text.lower(), text.swapcase(), text + " ", " " + text)
    yield text[:1].swapcase() + text[1:]
    # Letters that are none of the constant's, until they are made small or large.
    yield text.translate(_ALIKE_IN_CASE)
    yield from (text + "x", text[:-1], text.strip())
    if len(text) <= _MAX_SPLITS:
        # What is found once may be replaced once, or each time.
        yield text + text
    for place in range(1, min(len(text), _MAX_SPLITS)):
        yield text[:place]
        yield text[place:]


def serial(base_type: str, number: int, labels: Sequence[str] = ()) -> str:
    """The n-th of many different values of a type.

    >>> serial("text", 3), serial("integer", 3), serial("date", 3)
    ('d', '3', '2020-01-04')
    """
    if labels:
        return labels[number % len(labels)]
    if base_type == "boolean":
        return "tf"[number % 2]
    if base_type.startswith(("timestamp", "date")):
        return (date(2020, 1, 1) + timedelta(days=number)).isoformat()
    if base_type in INTEGERS or base_type in _NUMBER_LIKE:
        return str(number)
    form = _SERIAL_FORMS.get(base_type)
    return form.format(number) if form else _letters(number)


def _letters(number: int) -> str:
    """A short text for a number, since columns may be one character wide.

    >>> _letters(0), _letters(27)
    ('a', 'bb')
    """
    letters = ""
    while number >= 26:
        number, digit = divmod(number, 26)
        letters = chr(97 + digit) + letters
    return chr(97 + number) + letters


_NUMBER_LIKE = frozenset({"numeric", "real", "double precision", "money", "oid"})
_SERIAL_FORMS = {
    "uuid": "00000000-0000-0000-0001-{:012d}",
    "interval": "{} days",
    "json": "{}",
    "jsonb": "{}",
    "bytea": r"\x{:08d}",
    "inet": "10.1.{}.1",
    "cidr": "10.{}.0.0/16",
    "macaddr": "08:00:2b:00:00:{:02x}",
    "macaddr8": "08:00:2b:ff:fe:00:00:{:02x}",
    "pg_lsn": "0/{:X}",
    "tid": "(0,{})",
    "xid8": "{}",
    "bit varying": "{:b}",
    "point": "({},0)",
    "int4range": "[{0},{0}]",
    "int8range": "[{0},{0}]",
    "numrange": "[{0},{0}]",
    "time without time zone": "00:{:02d}:00",
}
