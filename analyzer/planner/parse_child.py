"""What runs inside the parsing process: texts in, facts or complaints out, as JSON."""

from __future__ import annotations

import json
import sys
from typing import Any

from analyzer.errors import AnalyzerError, QuerySyntaxError, Refusal
from analyzer.statements.safety import safety_facts, to_json


def main() -> None:
    """Answer one request from standard input on standard output."""
    queries: list[str] = json.load(sys.stdin)
    sys.stdout.write(json.dumps([answer(query) for query in queries]))


def answer(query: str) -> dict[str, Any]:
    """The facts of one text, or what is wrong with it."""
    try:
        return {"facts": to_json(safety_facts(query))}
    except QuerySyntaxError as error:
        return {**_complaint(error), "position": error.position or 1}
    except Refusal as error:
        return {**_complaint(error), "refused": True}
    except AnalyzerError as error:
        return _complaint(error)
    except RecursionError:
        return {
            "refused": True,
            "message": "The query is nested too deeply to be parsed.",
            "detail": "rule size: it is nested too deeply.",
            "hint": "Split it, or pass long lists as one array parameter.",
        }


def _complaint(error: AnalyzerError) -> dict[str, Any]:
    return {"message": error.message, "detail": error.detail, "hint": error.hint}
