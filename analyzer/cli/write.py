"""Printing a text, or writing it to a file."""

from __future__ import annotations

from pathlib import Path

import click

from analyzer.embedded.whole_files import write_whole
from analyzer.errors import ConfigError

FORMATS = ("table", "json", "markdown")


def write(text: str, path: Path | None) -> None:
    """Print the text, or write it to a file that appears whole or not at all.

    Raises:
        ConfigError: the file cannot be written.
    """
    if path is None or str(path) == "-":
        click.echo(text)
        return
    try:
        write_whole(path, f"{text}\n".encode())
    except OSError as error:
        raise ConfigError(
            f'cannot write "{path}"', detail=f"{error.strerror}."
        ) from error
