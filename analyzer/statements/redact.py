"""Constants out of SQL text, before anything is kept or shown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pglast import parser

from analyzer.errors import AnalyzerError
from analyzer.statements.lexer import COMMENTS, NUMBERS, STRINGS, Token, tokens

LIST_COMMENT = "/*, ... */"
"""What PostgreSQL 18's pg_stat_statements puts for the rest of a list."""

_MAX_NORMALIZED_CHARS = 1024 * 1024

# What opens and never closes is told apart (open): nobody knows then which quotes
# belong together. A number glued to a letter is part of a name; "$1" stays.
_PRIVATE = re.compile(
    r"""
      (?P<comment>  /\*.*?\*/ | --[^\r\n]* )
    | (?P<quoted>
          \$(?P<tag>[A-Za-z_\x80-\U0010ffff]?\w*)\$.*?\$(?P=tag)\$
        | \b[eE]'(?:[^'\\]|\\.|'')*'
        | (?:\b[uU]&|\b[bBxXnN])?'(?:[^']|'')*'
      )
    | (?P<name>     "(?:[^"]|"")*" )
    | (?P<open>     /\* | (?:\b[eE])?' | " | \$[A-Za-z_\x80-\U0010ffff]?\w*\$ )
    | (?P<keep>     \$\d+ | [A-Za-z_\x80-\U0010ffff][\w$]* )
    | (?P<number>   \d[\w.]*(?:(?<=[eE])[+-]\d+)? | \.\d\w* )
    """,
    re.VERBOSE | re.DOTALL,
)
_QUOTE = re.compile(r"'|\$(?!\d)")
"""Without it there is no string, however it is written."""

_AROUND = " \t\r\n;"
_MASKS = {"comment": " ", "quoted": "?", "number": "?"}


def redact(text: str) -> str:
    """The SQL text with every constant replaced and comments removed.

    Text that parses gets ``$n``, as pg_stat_statements writes it; what its rules leave
    in place (strings of utility statements, passwords among them) becomes ``'?'``.
    Text that does not parse goes through :func:`redact_text`. Never raises.

    >>> redact("SELECT * FROM t WHERE name = 'Ann' /* for Ann */")
    'SELECT * FROM t WHERE name = $1'
    >>> redact("ALTER ROLE app PASSWORD 'secret'")
    "ALTER ROLE app PASSWORD '?'"
    >>> redact("SELECT 'secret, 5")
    'SELECT ?'
    """
    if len(text) > _MAX_NORMALIZED_CHARS:
        return redact_text(text)
    try:
        return _redact_parsed(_without_comments(text))
    except (AnalyzerError, parser.ParseError, UnicodeEncodeError):
        return redact_text(text)


def _without_comments(text: str) -> str:
    # To scan takes as long as to parse; what cannot be scanned is not parsed either.
    if "--" in text or "/*" in text or "\0" in text:
        return strip_comments(text)
    return text.strip(_AROUND)


def redact_text(text: str) -> str:
    r"""Constants to ``?`` by patterns that rather take too much; needs no grammar.

    If a quote or comment is left open, everything from the first quote on is taken.

    >>> redact_text("selct 12 frm t1 where a = E'it\\'s' and b = $1")
    'selct ? frm t1 where a = ? and b = $1'
    """
    shown: list[str] = []
    first_quote: int | None = None
    position = 0
    for match in _PRIVATE.finditer(text):
        kind = match.lastgroup if match.lastgroup != "tag" else "quoted"
        shown.append(text[position : match.start()])
        if first_quote is None and kind in ("quoted", "name", "open"):
            first_quote = len(shown)
        if kind == "open":
            return "".join(shown[:first_quote]) + "?"
        is_rest_of_list = match[0] == LIST_COMMENT
        shown.append(match[0] if is_rest_of_list else _MASKS.get(str(kind), match[0]))
        position = match.end()
    return "".join((*shown, text[position:]))


def strip_comments(query: str) -> str:
    """The query without comments and without space or semicolons at its ends.

    ``/*, ... */`` of PostgreSQL 18 stays: it tells a list from a single value.

    Raises:
        QuerySyntaxError: the text is not made of tokens.
    """
    pieces: list[str] = []
    position = 0
    for token in tokens(query):
        if token.kind not in COMMENTS or query[token.start : token.end] == LIST_COMMENT:
            continue
        pieces.append(query[position : token.start])
        position = token.end
    pieces.append(query[position:])
    return "".join(_spaced(pieces)).strip(_AROUND)


def _spaced(pieces: list[str]) -> Iterator[str]:
    """The pieces with some space between them, and no more than there was."""
    last = " "
    for piece in pieces:
        text = piece.lstrip(" \t") if last.isspace() else piece
        if not text:
            continue
        if not (last.isspace() or text[0].isspace()):
            yield " "
        yield text
        last = text[-1]


def _redact_parsed(plain: str) -> str:
    normalized = str(parser.normalize(plain))
    try:
        if parser.fingerprint(normalized) == parser.fingerprint(plain):
            has_string = _QUOTE.search(normalized) is not None
            return _mask_tokens(normalized, STRINGS) if has_string else normalized
    except parser.ParseError:
        pass
    # Utility statements take no $n where their grammar wants a string; an expression
    # somewhere in them may still hold numbers, but so do types: numeric(10,2).
    dml = re.match(
        r"(?i)\(*\s*(select|with|insert|update|delete|merge|values)\b", plain
    )
    return _mask_tokens(plain, STRINGS | NUMBERS if dml else STRINGS)


def _mask_tokens(query: str, kinds: frozenset[str]) -> str:
    pieces: list[str] = []
    position = 0
    for token in tokens(query):
        if token.kind in kinds:
            pieces.extend((query[position : token.start], _mask(token)))
            position = token.end
    return "".join((*pieces, query[position:]))


def _mask(token: Token) -> str:
    return "0" if token.kind in NUMBERS else "'?'"
