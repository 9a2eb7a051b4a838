"""A statement, or another text, from where the user has it."""

from __future__ import annotations

import sys
from pathlib import Path

from analyzer.errors import SourceError, UnsafeText, UserError

STANDARD_INPUT = "-"
MAX_FILE_BYTES = 32 << 20


def given_text(command: object, file: object, *, noun: str, hint: str) -> str:
    """The text of ``-c``, of a file, or of standard input.

    Args:
        command: of ``-c``, if it was given.
        file: path, if it was given.
        noun: what is done to the text, for the error: ``explain``.
        hint: what to give instead.

    Raises:
        UserError: neither or both are given.
        SourceError, UnsafeText: the file cannot be read.
    """
    if (command is None) == (file is None):
        raise UserError(
            f"nothing to {noun}" if file is None else "-c and FILE exclude each other",
            hint=hint,
        )
    return command if isinstance(command, str) else read_text(Path(str(file)))


def read_text(path: Path) -> str:
    """The text of a file, or of standard input for ``-``.

    Raises:
        SourceError: it cannot be read or is too large.
        UnsafeText: it is not UTF-8.
    """
    try:
        if str(path) == STANDARD_INPUT:
            content = sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
        else:
            with path.open("rb") as file:
                content = file.read(MAX_FILE_BYTES + 1)
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise SourceError(f'cannot read "{path}"', detail=error.strerror) from error
    except UnicodeDecodeError as error:
        raise UnsafeText(
            f'"{path}" is not text in UTF-8',
            detail=f"rule characters: byte {error.start} is not valid there.",
            hint="Save it as UTF-8.",
        ) from None
    if len(content) > MAX_FILE_BYTES:
        raise SourceError(
            f'"{path}" is too large', detail=f"The limit is {MAX_FILE_BYTES:,} bytes."
        )
    return text
