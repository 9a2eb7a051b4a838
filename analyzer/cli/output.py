"""What a command prints: a scan's result in a format, and the exit code it means."""

from __future__ import annotations

import json
from pathlib import Path

import click

from analyzer.domain.scan import ScanResult
from analyzer.embedded.whole_files import write_whole
from analyzer.errors import ConfigError
from analyzer.report import as_json, as_markdown, as_text

FORMATS = ("table", "json", "markdown")


def render(result: ScanResult, output_format: str) -> str:
    """The result as text in one of ``FORMATS``."""
    if output_format == "json":
        return json.dumps(as_json.scan_result(result), indent=2, ensure_ascii=False)
    if output_format == "markdown":
        return as_markdown.scan_result(result)
    return as_text.scan_result(result)


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


class Bar(click.ParamType[float]):
    """The value of --fail-on: any, never, or a share of the time such as 5%."""

    name = "any|never|PERCENT"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """The lowest impact ratio (0 to 1) that fails; above 1 means never."""
        if isinstance(value, float):
            return value
        text = str(value)
        if text in ("any", "never"):
            return 0.0 if text == "any" else 2.0
        try:
            ratio = float(text.removesuffix("%")) / 100
        except ValueError:
            ratio = -1.0
        if not 0 <= ratio <= 1:
            self.fail(f"{text!r} is not any, never or a percentage", param, ctx)
        return ratio


def exit_code(result: ScanResult, fail_on_ratio: float) -> int:
    """1 if a recommendation's impact reaches the bar, else 0."""
    reaching = (
        item for item in result.recommendations if item.impact_ratio >= fail_on_ratio
    )
    return 1 if any(reaching) else 0
