"""Functions that make a short value of any long one, and rarely the same of two."""

from __future__ import annotations

import re

from analyzer.statements.parse import parse_one, walk

_DIGEST = re.compile(r"(md5|sha\d{3}|crc32c?|hash\w*|jsonb_hash\w*|digest|hmac)\Z")


def digests(query: str) -> tuple[str, ...]:
    """The names of such functions in a query.

    >>> digests("SELECT md5(a) FROM t WHERE hashtext(b) = 5")
    ('hashtext', 'md5')
    """
    called = (
        str(fields["funcname"][-1]["String"].get("sval", ""))
        for kind, fields in walk(parse_one(query).tree)
        if kind == "FuncCall"
    )
    return tuple(sorted({name for name in called if _DIGEST.match(name)}))
