"""What evaluating conditions takes beside one operator each: text and numeric values.

The planner charges one ``cpu_operator_cost`` for ``a = 1`` and for a LIKE that walks
through a comment (``procost`` in ``pg_proc``). A pattern that begins with a wildcard
reads the text to its end (``like_match.c``), ILIKE makes it lower case before, and a
regular expression steps through an automaton (``regexec.c``); so these count the bytes
they read. A pattern with a fixed start mostly ends at its first characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from analyzer.plans.conditions import columns, conjuncts

_SEARCH = re.compile(
    r" !?(?P<operator>~~\*|~~|~\*|~) (?:ANY |ALL )?\(*'\{?(?P<pattern>(?:[^']|'')*)"
)
_PARTS = {
    "~~": "like_bytes",
    "~~*": "ilike_bytes",
    "~": "regex_bytes",
    "~*": "regex_bytes",
}
_DEFAULT_WIDTH_BYTES = 32.0
"""Of a value whose column is not known: an expression, or never analyzed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One part of a conjunction: its columns, and how texts in it are searched."""

    names: tuple[str, ...]
    searches: tuple[str, ...]


def expression_work(
    condition: str,
    rows: float,
    passed_rows: float,
    widths: Mapping[str, float],
    numeric: frozenset[str] = frozenset(),
) -> dict[str, float]:
    """Work of evaluating a condition beside its operators, by part.

    Args:
        condition: as EXPLAIN prints it.
        rows: that it is evaluated for.
        passed_rows: that meet it. What one part of a conjunction rejects, the next
            never sees; each part is taken to reject the same share.
        widths: mean bytes of columns by their names.
        numeric: names of columns whose comparison takes long.
    """
    found: dict[str, float] = {}
    parts = _parts(condition)
    passed_ratio = min(max(passed_rows / rows, 0.0), 1.0) if rows > 0 else 0.0
    for position, part in enumerate(parts):
        reached = rows * passed_ratio ** (position / len(parts))
        known = (widths[name] for name in part.names if name in widths)
        width = max(known, default=_DEFAULT_WIDTH_BYTES)
        for search in part.searches:
            found[search] = found.get(search, 0.0) + width * reached
        compared = sum(name in numeric for name in part.names)
        if compared:
            earlier = found.get("numeric_operators", 0.0)
            found["numeric_operators"] = earlier + compared * reached
    return found


@lru_cache(maxsize=4096)
def _parts(condition: str) -> tuple[_Part, ...]:
    return tuple(
        _Part(names=columns(text), searches=tuple(_searches(text)))
        for text in conjuncts(condition)
    )


def _searches(text: str) -> Iterator[str]:
    for found in _SEARCH.finditer(text):
        operator, pattern = found["operator"], found["pattern"]
        if not operator.startswith("~~") or pattern.startswith(("%", "_")):
            yield _PARTS[operator]
