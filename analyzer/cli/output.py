"""What a command prints: a scan's result in a format, and the exit code it means."""

from __future__ import annotations

import json

import click

from analyzer.cli.write import FORMATS, write
from analyzer.domain.scan import ScanResult
from analyzer.report import as_json, as_markdown, as_text

__all__ = ["FORMATS", "Bar", "exit_code", "render", "write"]


def render(result: ScanResult, output_format: str) -> str:
    """The result as text in one of ``FORMATS``."""
    if output_format == "json":
        return json.dumps(as_json.scan_result(result), indent=2, ensure_ascii=False)
    if output_format == "markdown":
        return as_markdown.scan_result(result)
    return as_text.scan_result(result)


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
