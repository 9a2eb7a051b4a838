"""Parsing of submitted text in a process of its own, which may crash without harm.

libpg_query builds its tree by recursion in C; some texts end the process (safety.md
2.4). The child reads texts from its standard input and answers in JSON, under limits
of memory and processor time; nothing it says is executed or unpickled.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from analyzer.errors import (
    QuerySyntaxError,
    UnsafeStatement,
    UnsafeText,
    UserError,
)
from analyzer.statements.parse import MAX_QUERY_BYTES
from analyzer.statements.safety import SafetyFacts, from_json

MEMORY_LIMIT_BYTES = 1 << 30
CPU_LIMIT_S = 5
TIMEOUT_S = 15.0
MAX_ANSWER_BYTES = 32 << 20

_ROOT = str(Path(__file__).resolve().parents[2])
_CHILD = """
import resource, sys
memory, cpu = int(sys.argv[2]), int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
sys.path.insert(0, sys.argv[1])
from importlib import import_module
import_module(sys.argv[4]).main()
"""
_PARSER = "analyzer.planner.parse_child"
_TRANSLATOR = "analyzer.planner.dialect_child"


def parse_apart(query: str) -> SafetyFacts:
    """The facts of one submitted statement, collected in a child process.

    Raises:
        QuerySyntaxError: it does not parse; ``position`` counts characters from 1.
        UnsafeText: no statement, several statements, or a text over the limits.
        UnsafeStatement: the parser crashed or ran into a limit.
    """
    _refuse_unparsable(query)
    return _parsed(query)


@lru_cache(maxsize=256)
def _parsed(query: str) -> SafetyFacts:
    answer = _ask([query])[0]
    if "facts" in answer:
        return from_json(answer["facts"])
    position = answer.get("position")
    if position is not None:
        raise QuerySyntaxError(
            answer["message"],
            detail=answer.get("detail"),
            hint=_dialect_hint(query) or answer.get("hint"),
            position=int(position),
        )
    kind = UnsafeText if answer.get("refused") else UserError
    raise kind(answer["message"], detail=answer.get("detail"), hint=answer.get("hint"))


def _dialect_hint(query: str) -> str | None:
    """Whether the text is another database's SQL; a guess is worth no failure."""
    try:
        return _ask([query], _TRANSLATOR)[0].get("hint")
    except UnsafeStatement:
        return None


def _refuse_unparsable(query: str) -> None:
    # libpq and the scanner end a text at its first NUL: they would see another text.
    if "\0" in query:
        raise UnsafeText(
            "The query holds a NUL character.",
            detail=f"rule characters: character {query.index(chr(0)) + 1} is a NUL.",
            hint="Remove it; the server would see only what comes before it.",
        )
    try:
        size_bytes = len(query.encode())
    except UnicodeEncodeError as error:
        raise UnsafeText(
            "The query holds characters that are not valid Unicode.",
            detail=f"rule characters: character {error.start + 1} is not valid.",
            hint="Send the query as UTF-8.",
        ) from None
    if size_bytes > MAX_QUERY_BYTES:
        raise UnsafeText(
            "The query is too large to be planned.",
            detail=(
                f"rule size: it has {size_bytes:,} bytes; the limit is "
                f"{MAX_QUERY_BYTES:,}."
            ),
            hint="Pass long lists of values as one array parameter.",
        )


def _ask(queries: Sequence[str], module: str = _PARSER) -> list[dict[str, str]]:
    command = [sys.executable, "-I", "-c", _CHILD, _ROOT]
    command += [str(MEMORY_LIMIT_BYTES), str(CPU_LIMIT_S), module]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(list(queries)).encode(),
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
            cwd="/",
        )
    except subprocess.TimeoutExpired:
        raise _gave_up("It took too long.") from None
    if done.returncode != 0 or len(done.stdout) > MAX_ANSWER_BYTES:
        ended = (
            f"by signal {-done.returncode}"
            if done.returncode < 0
            else f"with status {done.returncode}"
        )
        raise _gave_up(f"The parser's process ended {ended}.")
    answers: list[dict[str, str]] = json.loads(done.stdout)
    return answers


def _gave_up(detail: str) -> UnsafeStatement:
    return UnsafeStatement(
        "the query cannot be parsed within safe limits",
        detail=f"rule parser limits: {detail}",
        hint="Write long chains of operators or lists as one array parameter.",
    )
