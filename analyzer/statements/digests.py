"""Functions that make a short value of any long one, and rarely the same of two."""

from __future__ import annotations

import re

from analyzer.statements.called_names import called_names

_DIGEST = re.compile(r"(md5|sha\d{3}|crc32c?|hash\w*|jsonb_hash\w*|digest|hmac)\Z")


def digests(query: str) -> tuple[str, ...]:
    """The names of such functions in a query.

    >>> digests("SELECT md5(a) FROM t WHERE hashtext(b) = 5")
    ('hashtext', 'md5')
    """
    return tuple(sorted(filter(_DIGEST.match, called_names(query))))
