"""What runs in a child process to tell which database a text was written for."""

from __future__ import annotations

import json
import sys

from analyzer.rewriting.dialects import foreign_query


def main() -> None:
    """Answer one request from standard input on standard output, as JSON."""
    queries: list[str] = json.load(sys.stdin)
    sys.stdout.write(json.dumps([answer(query) for query in queries]))


def answer(query: str) -> dict[str, str]:
    """A hint if the text is another database's SQL, else nothing."""
    found = foreign_query(query)
    if found is None:
        return {}
    return {
        "hint": f"This looks like {found.dialect}. In PostgreSQL it could be written "
        f"(check its meaning): {found.query}"
    }
