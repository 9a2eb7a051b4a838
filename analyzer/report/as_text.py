"""Results for people at a terminal: a ranked table, then each answer in full."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from analyzer.domain.recommendation import (
    Action,
    ChangeApplication,
    NoAdvice,
    Recommendation,
    RewriteQuery,
)
from analyzer.domain.scan import ScanResult
from analyzer.domain.workload import Workload
from analyzer.report.logs_as_rows import finding_text
from analyzer.report.plain import (
    amount,
    counted,
    number,
    plain,
    plain_lines,
    shortened,
)

QUERY_LENGTH = 100
SQL_INDENT = 5
_UNIT_LENGTH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class TextOptions:
    """How to print; ``details`` adds each recommendation in full."""

    width: int = 100
    colour: bool = False
    details: bool = True


def scan_result(result: ScanResult, options: TextOptions | None = None) -> str:
    """A scan as text, ready to print."""
    chosen = options or TextOptions()
    out = io.StringIO()
    console = Console(
        file=out,
        width=chosen.width,
        force_terminal=chosen.colour,
        no_color=not chosen.colour,
        highlight=False,
        emoji=False,
        markup=False,
    )
    # Not cropped: SQL that is longer than the terminal is wide must stay whole.
    console.print(_renderable(result, details=chosen.details), crop=False)
    lines = (line.rstrip() for line in out.getvalue().splitlines())
    return "\n".join(lines).rstrip() + "\n"


def _renderable(result: ScanResult, *, details: bool) -> RenderableType:
    parts: list[RenderableType] = [_summary(result)]
    if result.recommendations:
        parts.append(recommendations_table(result.recommendations))
    lines: list[str] = []
    if details:
        for rank, rec in enumerate(result.recommendations, start=1):
            lines.extend(("", *_details(rank, rec, result)))
    for ending in _endings(result):
        lines.extend(("", *ending))
    parts.extend(_paragraph(line) for line in lines)
    return Group(*parts)


def _paragraph(line: str) -> RenderableType:
    """A line that wraps under its own text; SQL does not wrap, so it can be copied."""
    text = line.lstrip(" ")
    indent = len(line) - len(text)
    if indent >= SQL_INDENT:
        return Text(line, no_wrap=True, overflow="ignore")
    return Padding(Text(text), (0, 0, 0, indent))


def recommendations_table(found: tuple[Recommendation, ...]) -> Table:
    """Recommendations by rank: share of time saved, what, before and after, basis."""
    table = Table(box=None, padding=(0, 1), expand=True)
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("saves", justify="right", no_wrap=True)
    table.add_column("recommendation", ratio=1, overflow="fold")
    table.add_column("before → after", justify="right", no_wrap=True)
    table.add_column("basis", no_wrap=True)
    for rank, rec in enumerate(found, start=1):
        table.add_row(
            Text(str(rank)),
            Text(_impact(rec)),
            Text(f"{plain(rec.title)} [{rec.advisor}]"),
            Text(_change(rec)),
            Text(rec.basis.value),
        )
    return table


def _impact(rec: Recommendation) -> str:
    return f"{rec.impact_ratio:.1%}" if rec.impact_ratio > 0 else "–"


def _change(rec: Recommendation) -> str:
    before, after = rec.before, rec.after
    if before.unit in ("bytes", "ratio", "s"):
        shown = (amount(item.value, item.unit) for item in (before, after))
        return " → ".join(shown)
    # The title says what a longer unit counts.
    unit = {"planner cost": " cost"}.get(after.unit, f" {after.unit}")
    short = unit if len(unit) <= _UNIT_LENGTH else ""
    return f"{number(before.value)} → {number(after.value)}{short}"


def _summary(result: ScanResult) -> Text:
    count = len(result.recommendations)
    items = result.workload.items
    total_ms = sum(item.counters.total_exec_time_ms for item in items)
    lines = [
        f"{counted(count, 'recommendation')} for {plain(result.database)}: "
        f"{counted(len(items), 'statement')}, {number(total_ms)} ms of execution time "
        f"in {number(result.workload.window.duration_s)} s",
    ]
    if result.planner_source:
        lines.append(f"Planner: {plain(result.planner_source)}")
    if result.own_exec_time_ratio is not None:
        lines.append(
            f"Our own share of the server's execution time: "
            f"{result.own_exec_time_ratio:.2%}"
        )
    return Text("\n".join([*lines, ""]))


def _details(rank: int, rec: Recommendation, result: ScanResult) -> Iterator[str]:
    """One recommendation, in the order of its page."""
    yield f"{rank}. {plain(rec.title)}"
    yield f"   advisor {rec.advisor}, identity {rec.identity}"
    for item in rec.evidence:
        quantity = item.quantity
        yield (
            f"   - {plain(item.claim)}: {amount(quantity.value, quantity.unit)} "
            f"({quantity.basis.value}; {plain(quantity.source)})"
        )
    yield from (f"   - {plain(reason)}" for reason in rec.reasons)
    yield from _affected(rec, result.workload)
    yield from _indented(action_text(rec.action))
    conditions = "; ".join(plain(item) for item in rec.conditions)
    yield f"   Results: {rec.semantics.value}{': ' if conditions else ''}{conditions}"
    if rec.verify:
        yield "   Verify:"
        yield from _indented(rec.verify)
    if rec.rollback:
        yield "   Rollback:"
        yield from _indented(rec.rollback)
    yield from (f"   ! {plain(caveat)}" for caveat in rec.caveats)
    if rec.refuted_by:
        yield f"   Refuted by: {plain(rec.refuted_by)}"


def action_text(action: Action) -> str:
    """What to run, or to do, as text."""
    if isinstance(action, RewriteQuery):
        return f"{action.original}\n→\n{action.query}"
    if isinstance(action, ChangeApplication):
        return f"{action.instruction}\n{action.query}".strip()
    return f"{action.ddl.rstrip().rstrip(';')};"


def _indented(text: str) -> Iterator[str]:
    return (" " * SQL_INDENT + line for line in plain_lines(text).splitlines())


def _affected(rec: Recommendation, workload: Workload) -> Iterator[str]:
    for item in rec.affects:
        known = workload.by_fingerprint.get(item.fingerprint)
        text = known.statement.normalized_query if known else item.fingerprint
        costs = ""
        if item.cost_before is not None and item.cost_after is not None:
            costs = f", cost {number(item.cost_before)} → {number(item.cost_after)}"
        yield (
            f"   - {item.exec_time_ratio:.1%} of the time{costs}: "
            f"{shortened(text, QUERY_LENGTH)}"
        )


def _endings(result: ScanResult) -> Iterator[list[str]]:
    """What the log shows, negative answers, and what was not seen."""
    if result.log_findings:
        texts = result.workload.texts
        yield [
            "The log also shows:",
            *(f"  {plain(finding_text(i, texts))}" for i in result.log_findings),
        ]
    if result.no_advice:
        yield [
            "No advice for:",
            *(_negative(item, result.workload) for item in result.no_advice),
        ]
    if result.did_not_run:
        yield [
            "Did not run:",
            *(
                f"  {item.advisor}: {_reason(item.why, item.hint)}"
                for item in result.did_not_run
            ),
        ]
    unseen = dict.fromkeys((*result.not_seen, *result.workload.not_seen))
    if unseen:
        yield [
            "Not seen:",
            *(
                f"  {plain(item.what)}: {_reason(item.why, item.hint)}"
                for item in unseen
            ),
        ]
    if result.coverage:
        yield [
            "Logs:",
            *(
                f"  {plain(item.file)} ({item.format}): {item.line_count:,} lines, "
                f"{item.not_understood_ratio:.1%} not understood"
                for item in result.coverage
            ),
        ]


def _negative(item: NoAdvice, workload: Workload) -> str:
    known = workload.by_fingerprint.get(item.fingerprint)
    text = known.statement.normalized_query if known else item.fingerprint
    share = known.exec_time_ratio if known else 0.0
    return f"  {share:.1%} {shortened(text, QUERY_LENGTH)}: {plain(item.reason)}"


def _reason(why: str, hint: str) -> str:
    """Why something is missing, and what would change it, as sentences."""
    return f"{plain(why).rstrip('.')}. {plain(hint)}" if hint else plain(why)
