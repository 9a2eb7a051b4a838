"""A query to the text all its runs share."""

from __future__ import annotations

from functools import lru_cache

from analyzer.statements.redact import redact

_MAX_CACHED_CHARS = 16_384


def normalize(query: str) -> str:
    """The query with ``$n`` for constants, without comments and final semicolons.

    Parameters that are there keep their numbers; constants get the numbers after
    them, as in pg_stat_statements. Normalizing twice changes nothing. A text that does
    not parse has its constants replaced by ``?``. Never raises.

    >>> normalize("SELECT * FROM t WHERE a = $1 AND b IN (2, 3); -- page 7")
    'SELECT * FROM t WHERE a = $1 AND b IN ($2, $3)'
    """
    return _cached(query) if len(query) <= _MAX_CACHED_CHARS else _normalized(query)


def _normalized(query: str) -> str:
    return redact(query).strip()


# Many messages of a log are of the same statement.
_cached = lru_cache(maxsize=256)(_normalized)
