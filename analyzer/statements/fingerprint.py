"""The identity of a statement across servers and versions."""

from __future__ import annotations

import hashlib

from pglast import parser

from analyzer.domain.statement import Fingerprint
from analyzer.statements.redact import redact_text

MAX_FINGERPRINT_BYTES = 1024 * 1024


def fingerprint(query: str) -> Fingerprint:
    """16 hex digits of libpg_query's hash of the tree, the same for all constants.

    A text that does not parse, or is over ``MAX_FINGERPRINT_BYTES``, gets a hash of
    its text without constants instead, so that its runs still count as one statement.
    Never raises. (libpg_query's fingerprint is safe for the inputs that crash its
    parser, see safety.md 2.4.)

    >>> fingerprint("SELECT 1") == fingerprint("select  2 -- two")
    True
    """
    if "\0" not in query and len(query) <= MAX_FINGERPRINT_BYTES:
        try:
            return Fingerprint(parser.fingerprint(query))
        except (parser.ParseError, UnicodeEncodeError):
            pass
    plain = " ".join(redact_text(query).split())
    digest = hashlib.sha256(plain.encode(errors="surrogatepass"))
    return Fingerprint(digest.hexdigest()[:16])
